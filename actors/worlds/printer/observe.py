"""What an owner notices of a printer without instruments: the outcome of prints, told in plain observations."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from actors.worlds.printer import print_job
from actors.worlds.printer.machine import Machine
from actors.worlds.printer.physics import motion, vertical
from actors.worlds.printer.print_job import PrintResult

WORDS: dict[str, str] = {
    "dead": "the printer does not come on",
    "resets_when_heating": "the printer restarts when it heats",
    "dies_at_random": "the printer goes off or restarts in the middle of a print",
    "heating_failed_error": "it halts with 'Heating failed'",
    "thermal_runaway_error": "it halts with 'Thermal Runaway'",
    "mintemp_error": "it halts with MINTEMP",
    "maxtemp_error": "it halts with MAXTEMP",
    "homing_fails": "homing fails",
    "probe_does_not_deploy": "the probe does not come down",
    "nozzle_hits_bed": "the nozzle runs into the bed when homing",
    "axis_jerks": "an axis jerks on the spot instead of moving",
    "nothing_comes_out": "no plastic comes out",
    "stops_after_a_while": "it starts well, then less and less plastic comes out",
    "gaps_everywhere": "thin walls and gaps everywhere",
    "gaps_fast": "gaps in the infill, the walls look better",
    "prints_vary": "the amount of plastic varies within a print",
    "extruder_clicks": "the extruder clicks or jumps back",
    "thick_lines": "lines are too thick, the surface bulges",
    "weak_layers": "layers break apart easily",
    "first_layer_not_sticking": "the first layer does not stick",
    "first_layer_good_one_side": "the first layer is good on one side of the plate and bad on the other",
    "first_layer_squashed": "the first layer is squashed and almost transparent",
    "nozzle_scrapes": "the nozzle scrapes over the plate",
    "lines_round": "first layer lines are round and lie loosely beside each other",
    "corners_lift": "corners lift from the plate",
    "cold_corner": "the plate feels cooler than usual",
    "layers_shifted_x": "layers are shifted left or right",
    "layers_shifted_y": "layers are shifted to the front or back",
    "layers_shifted_diagonal": "layers are shifted diagonally",
    "nozzle_hits_print": "the nozzle knocks against the print and leaves a scar",
    "shifts_after_warmup": "the shifts begin only after a while",
    "ripples": "ripples beside sharp corners",
    "circles_oval": "circles are not round",
    "skewed": "squares come out skewed",
    "strings_everywhere": "hairs and strings between the parts",
    "popping_noise": "it pops and hisses while printing",
    "rough_surface": "the surface is rough and matt",
    "blobs": "blobs where the nozzle starts again",
    "overhangs_droop": "overhangs droop and small tops melt",
    "temperature_waves": "the temperature goes up and down",
    "temperature_drops_with_fan": "the temperature drops when the part fan comes on",
    "heats_slowly": "it takes much longer than before to heat up",
    "layers_squashed_at_height": "layers are squashed at a certain height",
    "layers_uneven": "layer heights are uneven all the way up",
    "bands_regular": "regular ribs on the walls",
    "wedge_first_layer": "one side of the gantry hangs lower",
    "colours_shifted": "the two tool heads' prints do not line up",
    "colours_shift_grows": "the two tool heads' prints line up at first and drift apart",
}
"""Observation ids and their plain words; the order is from most to least striking."""

Values = Mapping[str, float]
_SHIFT = 0.15


def notice(machine: Machine, values: Values, rng: random.Random) -> list[str]:
    """Ids of what stands out over a long print, most striking first; empty for a machine in order."""
    result = print_job.print_model(machine, values, "long", rng)
    seen = {what for what, test in _RULES.items() if test(result)}
    seen |= _felt(machine, values, result)
    return [what for what in WORDS if what in seen]


def _off(what: str, *states: str) -> Callable[[PrintResult], bool]:
    return lambda result: result.state(what) in states


def _error(text: str) -> Callable[[PrintResult], bool]:
    return lambda result: any(text in line for line in result.firmware)


def _above(what: str, limit: float) -> Callable[[PrintResult], bool]:
    def test(result: PrintResult) -> bool:
        value = result.value(what)
        return isinstance(value, float) and value > limit

    return test


def _below(what: str, limit: float) -> Callable[[PrintResult], bool]:
    def test(result: PrintResult) -> bool:
        value = result.value(what)
        return isinstance(value, float) and value < limit

    return test


def _both(*tests: Callable[[PrintResult], bool]) -> Callable[[PrintResult], bool]:
    return lambda result: all(test(result) for test in tests)


def _not(test: Callable[[PrintResult], bool]) -> Callable[[PrintResult], bool]:
    return lambda result: not test(result)


_RULES: dict[str, Callable[[PrintResult], bool]] = {
    "dead": _off("completed", "dead"),
    "resets_when_heating": _both(_off("completed", "reset"), _off("supply_low", "low")),
    "dies_at_random": _both(_off("completed", "reset", "died"), _not(_off("supply_low", "low"))),
    "heating_failed_error": _error("Heating failed"),
    "thermal_runaway_error": _error("Thermal Runaway"),
    "mintemp_error": _error("MINTEMP"),
    "maxtemp_error": _error("MAXTEMP"),
    "homing_fails": _off("completed", "homing_failed"),
    "probe_does_not_deploy": _off("homing", "probe does not deploy", "probe ignored"),
    "nozzle_hits_bed": _off("homing", "nozzle hits the bed"),
    "axis_jerks": _off("homing", "axis does not move"),
    "nothing_comes_out": _below("wall_flow", 0.25),
    "stops_after_a_while": _both(_not(_below("wall_flow", 0.9)), _below("late_flow", 0.85)),
    "gaps_everywhere": _both(_below("wall_flow", 0.94), _above("wall_flow", 0.25)),
    "gaps_fast": _both(_below("infill_flow", 0.93), _not(_below("wall_flow", 0.94))),
    "prints_vary": _above("flow_variation", 0.09),
    "extruder_clicks": _off("clicks", "high"),
    "thick_lines": _off("line_width", "high"),
    "weak_layers": _off("infill_bond", "low"),
    "first_layer_not_sticking": _off("first_layer_grip", "low"),
    "first_layer_good_one_side": _off("first_layer_spread", "high"),
    "first_layer_squashed": _off("first_layer_height", "low"),
    "nozzle_scrapes": _below("first_layer_height", -0.13),
    "lines_round": _off("first_layer_height", "high"),
    "corners_lift": _both(_off("corner_lift", "high"), _not(_off("completed", "detached"))),
    "layers_shifted_x": _both(_off("shift_x", "high"), _not(_off("shift_y", "high"))),
    "layers_shifted_y": _both(_off("shift_y", "high"), _not(_off("shift_x", "high"))),
    "layers_shifted_diagonal": _both(_off("shift_x", "high"), _off("shift_y", "high")),
    "nozzle_hits_print": _off("scars", "high"),
    "shifts_after_warmup": _off("shift_begin", "after warm-up"),
    "ripples": _off("ringing", "high"),
    "circles_oval": _off("circle_error", "high"),
    "skewed": _off("skew", "high"),
    "strings_everywhere": _off("strings", "high"),
    "popping_noise": _off("pops", "high"),
    "rough_surface": _above("pops", 9.0),
    "overhangs_droop": _off("overhang_droop", "high"),
    "temperature_waves": _off("temperature_swing", "high"),
    "temperature_drops_with_fan": _off("temperature_drop_with_fan", "high"),
    "heats_slowly": _off("heat_up", "high"),
    "layers_squashed_at_height": _off("squashed_where", "at one height"),
    "layers_uneven": lambda r: r.state("squashed_where") == "everywhere" or r.state("layer_noise") == "high",
    "bands_regular": _off("ribs", "high"),
    "colours_shifted": _off("tool_offset_start", "high"),
    "colours_shift_grows": _both(_off("tool_offset_end", "high"), _not(_off("tool_offset_start", "high"))),
}


def _felt(machine: Machine, values: Values, result: PrintResult) -> set[str]:
    """What is felt or heard beside the print itself."""
    seen = set()
    if values["bed_thermistor.offset"] > 8.0 and result.stopped not in ("dead", "homing_failed"):
        seen.add("cold_corner")
    if values["ptfe_tube.gap"] > 0.8 and result.value("wall_flow") is not None:
        seen.add("blobs")
    if abs(vertical.screws_apart(machine, values)) > 0.9:
        seen.add("wedge_first_layer")
    if any(0.3 <= values[f"motor_{axis}_cable.contact"] < 0.9 for axis in "xy"):
        seen.add("axis_jerks")
    return seen


def sounds(values: Values, result: PrintResult) -> str:
    """What the owner hears, in a word of `voices.topics()["sounds"]`."""
    if result.state("clicks") == "high":
        return "clicking"
    if result.state("pops") == "high":
        return "popping"
    if result.state("first_layer_height") == "low":
        return "scraping"
    if result.state("completed") == "homing_failed":
        return "grinding"
    return "humming" if max(motion.friction(values, "x"), motion.friction(values, "y")) > 12 else "nothing_special"


def onset(values: Values, result: PrintResult) -> str:
    """When it shows, in a word of `voices.topics()["when"]`."""
    if values["thermistor_wiring.flex_break"] > 0.05:
        return "at_random_while_it_moves"
    if result.state("completed") == "died":
        return "at_random"
    if result.state("completed") in ("reset", "thermal_error") or result.state("heat_up") == "high":
        return "when_heating"
    if result.state("squashed_where") == "at one height":
        return "at_a_height"
    late = result.state("late_flow") == "low" and result.state("wall_flow") == "normal"
    if late or result.state("shift_begin") == "after warm-up" or result.state("tool_offset_end") == "high":
        return "after_a_while"
    return "from_the_start"
