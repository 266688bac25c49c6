"""A look at a part: what the eye can see of its parameters, and what a settings page shows."""

from __future__ import annotations

from actors.worlds.printer.finding import Finding, within, word
from actors.worlds.printer.printer import VirtualPrinter

SETTINGS = ("slicer",)
"""Parts that are pages of settings: their numbers can simply be read."""


def look_at(printer: VirtualPrinter, part: str) -> list[Finding]:
    """Findings of a look at one part of this machine: what is plain to see, so not a fault in its beginnings."""
    found = []
    for name, parameter in printer.machine.parts[part].parameters.items():
        value = printer.values[f"{part}.{name}"]
        if part in SETTINGS:
            found.append(within(f"inspect:{part}/{name}", value, parameter.unit, *parameter.limits))
        elif parameter.look is not None:
            state = parameter.look.state if parameter.look.shows(value) else "fine"
            found.append(word(f"inspect:{part}/{parameter.look.sign}", state, "fine"))
    if part == "firmware":
        beta = printer.values["firmware.thermistor_beta"]
        found.append(word("inspect:firmware/sensor_type", "fitting" if abs(beta) < 60 else "another sensor", "fitting"))
    return found
