"""What the owner answers when asked: true as far as he noticed and remembers, in his own way of talking."""

from __future__ import annotations

from typing import Any

from actors.worlds.printer import observe, print_job
from actors.worlds.printer.finding import Finding, word
from actors.worlds.printer.printer import VirtualPrinter, draw
from actors.worlds.printer.voices import reply, voices

USUAL = {
    "when": "from_the_start",
    "sounds": "nothing_special",
    "recent_work": "none",
    "settings": "unchanged",
    "filament": "new_spool",
}
"""Topics that an owner can be asked about, and the answer that tells nothing."""


def ask(printer: VirtualPrinter, key: dict[str, Any], topic: str) -> tuple[str, list[Finding]]:
    """His words, and what can be taken from them; nothing, if he does not remember."""
    facts = {topic: _fact(printer, key, topic)}
    said, told = reply(_voice(key), topic, facts, draw(key["seed"], "owner asked", topic))
    return said, [] if told == "unknown" else [word(f"ask_user:{topic}/answer", told, USUAL[topic])]


def _voice(key: dict[str, Any]) -> str:
    """Who speaks; an owner whose words a person wrote answers like somebody who keeps notes."""
    return key["voice"] if key.get("voice") in voices() else "methodical"


def _fact(printer: VirtualPrinter, key: dict[str, Any], topic: str) -> str:
    if topic == "recent_work":
        return str(key.get("history") or "none")
    if topic == "filament":
        return "open_for_weeks" if printer.values["filament.moisture"] > 0.45 else "new_spool"
    if topic == "settings":
        limits = printer.machine.parameters
        fits = all(limits[k].in_order(v) for k, v in printer.values.items() if k.startswith("slicer."))
        return "unchanged" if fits else "changed"
    seen = print_job.print_model(printer.machine, printer.values, "long", draw(key["seed"], "owner recalls"))
    return observe.onset(printer.values, seen) if topic == "when" else observe.sounds(printer.values, seen)
