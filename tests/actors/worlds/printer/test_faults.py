"""Every cause, at every severity, on every model that can have it, spoils a print; its reference repair mends it."""

from __future__ import annotations

import pytest

from actors.worlds.port import Plain
from actors.worlds.printer import case, rubric
from actors.worlds.printer.machine import machines
from actors.worlds.printer.observe import notice
from actors.worlds.printer.print_job import print_model
from actors.worlds.printer.printer import draw
from actors.worlds.printer.problem import ProblemSeverity, causes, possible, type_of

TOO_SLIGHT = {
    "ptfe_tube.gap": {"voron_2_4", "ender_3_bltouch"},
    "drive_gear.worn": {"voron_2_4", "prusa_mk3s"},
    "drive_gear.dusty": {"voron_2_4", "prusa_mk3s"},
    "idler.loose": {"voron_2_4", "prusa_mk3s"},
    "idler.overtight": {"voron_2_4", "prusa_mk3s"},
    "heater_sock.missing": {"voron_2_4", "idex_300"},
    "firmware.pid_wrong": {"prusa_mk3s"},
    "probe_pin.bent": {"ender_3_bltouch", "corexy_enclosed"},
    "toolhead_2.calibrated_cold": {"idex_300"},
    "slicer.too_hot": {"voron_2_4", "idex_300"},
}
"""Minor faults that a model may bear without a bad print: short ways of the filament, strong or well damped heaters."""

PAIRS = [(cause, model) for cause in causes() for model in machines() if possible(cause, machines()[model])]


def key_of(cause: str, model: str, severity: str, seed: int = 1) -> Plain:
    fault = {"type": type_of(cause), "cause": cause, "severity": severity}
    return {"machine": model, "seed": seed, "hours": 0.0, "faults": [fault], "voice": "expert", "history": None}


@pytest.mark.parametrize("cause", causes())
def test_it_spoils_the_acceptance_print_and_the_reference_repair_is_an_a(cause: str) -> None:
    for model in (model for known, model in PAIRS if known == cause):
        for severity in ProblemSeverity:
            key = key_of(cause, model, severity)
            ill = case.set_up(key)
            repaired, open_points = rubric.is_repaired(key, ill.values)
            assert not repaired
            if not (severity == ProblemSeverity.MINOR and model in TOO_SLIGHT.get(cause, ())):
                assert any(point.startswith("acceptance print") for point in open_points), (model, severity)
            if severity == ProblemSeverity.MAJOR:
                assert notice(ill.machine, ill.values, draw(1, "owner")), model
            gold = case.reference(key)
            judged = rubric.judge(key, gold.final, gold.par)
            assert (judged.grade, judged.success) == ("A", 1), (model, severity, judged.feedback)


STEADY = {
    "nozzle.debris": ("wall_flow", -1),
    "drive_gear.worn": ("infill_flow", -1),
    "firmware.e_steps_low": ("wall_flow", -1),
    "firmware.e_steps_high": ("wall_flow", 1),
    "nozzle.worn": ("line_width", 1),
    "bed_surface.greasy": ("first_layer_grip", -1),
    "probe.offset_high": ("first_layer_height", 1),
    "bed_springs.tilted": ("first_layer_spread", 1),
    "belt_x.loose": ("ringing", 1),
    "guide_x.loose": ("circle_error", 1),
    "filament.wet": ("pops", 1),
    "slicer.retraction_low": ("strings", 1),
    "slicer.too_cold": ("wall_bond", -1),
    "part_fan.worn": ("overhang_droop", 1),
    "lead_screw.bent": ("ribs", 1),
    "z_coupler.loose": ("layer_noise", 1),
    "psu.weak": ("supply_low", -1),
}
"""Causes whose mark on the print grows with the fault, the finding, and the direction."""


@pytest.mark.parametrize("cause", STEADY)
def test_the_worse_the_fault_the_worse_its_mark(cause: str) -> None:
    what, direction = STEADY[cause]
    marks = []
    for severity in ProblemSeverity:
        ill = case.set_up(key_of(cause, "ender_3", severity))
        result = print_model(ill.machine, ill.values, "long", draw(2, "mark"))
        value = result.value(what)
        if value is None:  # so bad that it did not get that far
            assert severity in (ProblemSeverity.MAJOR, ProblemSeverity.CRITICAL)
            break
        marks.append(float(value) * direction)
    assert len(marks) >= 2
    assert marks == sorted(marks)
    assert marks[-1] > marks[0]
