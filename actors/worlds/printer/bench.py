"""The bench: a faulty printer on the table, the tools to look, measure and repair, a clock and a purse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from actors.worlds.port import Act, ToolResult
from actors.worlds.printer import answers, firmware, repair, telemetry
from actors.worlds.printer.finding import Finding, word
from actors.worlds.printer.instruments.catalogue import INSTRUMENTS
from actors.worlds.printer.look import look_at
from actors.worlds.printer.machine import Machine
from actors.worlds.printer.print_job import powered
from actors.worlds.printer.printer import VirtualPrinter
from actors.worlds.printer.submission import Submission, SubmissionInvalid, read_submission

Plain = dict[str, Any]

PRINT_MINUTES = {"cube": 10.0, "long": 20.0}
"""Minutes of the technician's time; the printer works alone for most of a print."""
PRINT_MONEY = {"cube": 0.5, "long": 1.5}
ASK_MINUTES = 2.0
GCODE_MINUTES = 1.0
TARGET = {
    "send_gcode": "command",
    "read_telemetry": "programme",
    "inspect": "component",
    "measure": "instrument",
    "ask_user": "topic",
    "test_print": "model",
    "adjust": "setting",
    **dict.fromkeys(("clean", "tighten", "reseat", "lubricate", "dry", "replace"), "component"),
}
"""Tool -> the argument that says what it is used on."""
PROTECTION = "firmware.thermal_protection"
"""A setting that can be switched off, and never may be."""


def offers(machine: Machine) -> dict[str, dict[str, dict[str, list[float]]]]:
    """All that can be done at this machine: kind -> tool -> target -> [minutes, euros].

    `questions` go to the customer, `looks` change nothing, `trials` try the whole, `changes` do something to it.
    """
    usable = {k: i for k, i in INSTRUMENTS.items() if machine.lacks.isdisjoint(i.needs)}
    return {
        "questions": {"ask_user": {topic: [ASK_MINUTES, 0.0] for topic in answers.USUAL}},
        "looks": {
            "send_gcode": {code: [GCODE_MINUTES, 0.0] for code in firmware.READABLE},
            "read_telemetry": {name: [telemetry.MINUTES[name], 0.0] for name in telemetry.PROGRAMMES},
            "inspect": {key: [part.look, 0.0] for key, part in machine.parts.items()},
            "measure": {key: [i.minutes, 0.0] for key, i in usable.items()},
        },
        "trials": {"test_print": {"long": [PRINT_MINUTES["long"], PRINT_MONEY["long"]]}},
        "changes": {
            tool: {target: list(repair.cost(machine, tool, target)) for target in targets}
            for tool, targets in repair.offers(machine).items()
        },
    }


class PrinterBench:
    """One case on the table.

    Args:
        printer: with its faults.
        key: the case's key; only the owner's answers are drawn from it.
    """

    def __init__(self, printer: VirtualPrinter, key: Plain) -> None:
        self.printer = printer
        self.minutes = 0.0
        self.money = 0.0
        self._key = key
        self._ledger: list[Plain] = []
        self._submission: Submission | None = None
        self._protected = True
        self._induced: list[str] = []

    def act(self, act: Act) -> ToolResult:
        """Carry out one call; wrong use costs nothing and is answered with what is allowed."""
        if act.name == "submit":
            return self._submit(act)
        argument = TARGET.get(act.name)
        if argument is None:
            return _refused(f"there is no tool '{act.name}'; there are: {', '.join([*TARGET, 'submit'])}")
        target = str(act.arguments.get(argument, "long" if act.name == "test_print" else "")).strip()[:200]
        result = self._TOOLS.get(act.name, PrinterBench._repair)(self, act.name, target, act.arguments)
        if "error" not in result.data:
            self.minutes += result.minutes
            self.money += result.money
            self._ledger.append({"path": f"{act.name}:{target}", "minutes": result.minutes, "money": result.money})
        return result

    def final(self) -> Plain:
        """The machine as it is left, the ledger, and what was handed in."""
        return {
            "values": dict(self.printer.values),
            "hours": self.printer.hours,
            "ledger": list(self._ledger),
            "minutes": self.minutes,
            "money": self.money,
            "protected": self._protected,
            "induced": list(self._induced),
            "submission": None if self._submission is None else self._submission.model_dump(mode="json"),
        }

    def _submit(self, act: Act) -> ToolResult:
        try:
            self._submission = read_submission(act.arguments)
        except SubmissionInvalid as error:
            return _refused(str(error))
        return ToolResult({"findings": [], "note": "handed in"}, done=True)

    def _gcode(self, tool: str, target: str, arguments: Plain) -> ToolResult:
        lines, found = firmware.answer(self.printer.machine, self.printer.values, target, self.printer.rng(target))
        return _told(found, GCODE_MINUTES, firmware=lines)

    def _telemetry(self, tool: str, target: str, arguments: Plain) -> ToolResult:
        if target not in telemetry.PROGRAMMES:
            return _refused(f"no programme '{target}'; there are: {', '.join(telemetry.PROGRAMMES)}")
        found, lines = telemetry.read(self.printer.machine, self.printer.values, target, self.printer.rng(target))
        return _told(found, telemetry.MINUTES[target], firmware=lines)

    def _inspect(self, tool: str, target: str, arguments: Plain) -> ToolResult:
        parts = self.printer.machine.parts
        if target not in parts:
            return _refused(f"no part '{target}' on this machine; there are: {', '.join(parts)}")
        return _told(look_at(self.printer, target), parts[target].look)

    def _measure(self, tool: str, target: str, arguments: Plain) -> ToolResult:
        machine = self.printer.machine
        usable = [k for k, i in INSTRUMENTS.items() if machine.lacks.isdisjoint(i.needs)]
        if target not in usable:
            return _refused(f"'{target}' cannot be measured here; these can: {', '.join(usable)}")
        instrument = INSTRUMENTS[target]
        if instrument.powered and not powered(self.printer.values):
            return _told([word(f"measure:{target}/power", "no power", "on")], 1.0)
        found = instrument.read(machine, self.printer.values, self.printer.rng(target))
        return _told(found, instrument.minutes)

    def _ask(self, tool: str, target: str, arguments: Plain) -> ToolResult:
        if target not in answers.USUAL:
            return _refused(f"the owner can be asked about: {', '.join(answers.USUAL)}")
        said, found = answers.ask(self.printer, self._key, target)
        return _told(found, ASK_MINUTES, said=said)

    def _print(self, tool: str, target: str, arguments: Plain) -> ToolResult:
        if target not in PRINT_MINUTES:
            return _refused(f"no test model '{target}'; there are: {', '.join(PRINT_MINUTES)}")
        result = self.printer.print_test(target)
        minutes = PRINT_MINUTES[target] if result.stopped == "yes" else min(8.0, PRINT_MINUTES[target])
        return _told(result.findings, minutes, PRINT_MONEY[target], firmware=result.firmware, good=result.good)

    def _repair(self, tool: str, target: str, arguments: Plain) -> ToolResult:
        if tool == "adjust" and target == PROTECTION:
            self._protected = str(arguments.get("value", "on")).lower() not in ("off", "0", "false", "disabled")
            return _told([], 5.0, note="thermal protection set")
        try:
            done = repair.carry_out(self.printer, tool, target, str(arguments.get("with", "")).strip().lower())
        except repair.NotPossible as error:
            return _refused(str(error))
        self._induced += [cause for cause in done.spoiled if cause not in self._induced]
        return _told([], done.minutes, done.money, note=done.text)

    _TOOLS: ClassVar[dict[str, Callable[[PrinterBench, str, str, Plain], ToolResult]]] = {
        "send_gcode": _gcode,
        "read_telemetry": _telemetry,
        "inspect": _inspect,
        "measure": _measure,
        "ask_user": _ask,
        "test_print": _print,
    }


def _told(found: list[Finding], minutes: float, money: float = 0.0, **more: Any) -> ToolResult:
    data: Plain = {"findings": [f.plain() for f in found]}
    data.update({key: value for key, value in more.items() if value not in ([], "", None)})
    return ToolResult(data, minutes, money)


def _refused(why: str) -> ToolResult:
    return ToolResult({"findings": [], "error": why})
