"""A printed file in sentences: what it is like, and whether each thing is as it should be."""

from __future__ import annotations

from typing import Any

Plain = dict[str, Any]
Line = tuple[str, bool]
"""A sentence, and True if what it says is not as it should be."""

_STOPS = {
    "dead": "Nothing happened: the machine has no power.",
    "homing_failed": "Not begun: homing failed.",
    "thermal_error": "Stopped by the firmware's thermal protection.",
    "reset": "Stopped: the board reset.",
    "died": "Stopped: the machine lost its power.",
    "detached": "Failed: the part came off the plate.",
}
_HOW = {
    "steps": "lost steps, multiples of 0.8 mm",
    "tooth": "belt teeth, 2 mm each",
    "slip": "no fixed step",
    "collision": "the nozzle ran into the print",
}
FLOW_LIMITS = (0.94, 1.06)
"""Shares of the asked volume within which a print counts as right; those of a test print, a little rounded."""
SIZE_LIMIT = 0.2
"""mm by which a dimension may be off."""
GAP_LIMITS = (-0.07, 0.075)
GRIP_LIMIT, SPREAD_LIMIT, LIFT_LIMIT = 0.6, 0.15, 0.3
GHOSTING_LIMIT, CIRCLE_LIMIT, NOISE_LIMIT, DROOP_LIMIT, POPS_LIMIT = 1.55, 0.05, 0.03, 0.25, 4.0
"""The same as those of a test print."""


def headline(measured: Plain) -> Line:
    """How it ended, in one line, and True if all is well."""
    stopped = measured["stopped"]
    if stopped != "yes":
        ended = measured["ended"]
        where = f" Minute {ended['minute']:.0f}, layer {ended['layer']} of {ended['of']}." if ended["layer"] > 0 else ""
        return _STOPS.get(stopped, f"Stopped: {stopped}.") + where, False
    odd = [line for line, bad in sentences(measured) if bad]
    if odd:
        return f"Finished, and not well: {len(odd)} thing{'s' if len(odd) > 1 else ''} to look at.", False
    return "Finished, and nothing is off.", True


def sentences(measured: Plain) -> list[Line]:
    """All that was measured, one line each."""
    found: list[Line] = [(f"Firmware: {line}", line.startswith("Error")) for line in measured["firmware"]]
    found.append(_time(measured["minutes"]))
    for part in (_size, _flow, _jam, _plate, _adhesion, _shifts, _squashed, _strings, _bands, _walls, _heat):
        found += part(measured)
    return found


def is_good(measured: Plain) -> bool:
    """True if the file was printed to its end and nothing is off."""
    return headline(measured)[1]


def _time(minutes: Plain) -> Line:
    slicer = f", the slicer said {minutes['slicer']:.1f}" if minutes["slicer"] else ""
    return f"Time: {minutes['moving']:.1f} min of motion{slicer}; {minutes['heating']:.1f} min of heating", False


def _size(measured: Plain) -> list[Line]:
    sizes = measured["dimensions"]
    if not sizes:
        return []
    told = ", ".join(f"{axis.upper()} {one['got']:.2f} ({one['error']:+.2f})" for axis, one in sizes.items())
    whole = measured["stopped"] == "yes"
    return [(f"Size in mm: {told}", whole and any(abs(one["error"]) > SIZE_LIMIT for one in sizes.values()))]


def _flow(measured: Plain) -> list[Line]:
    flow = measured["flow"]
    if not flow:
        return []
    low, high = FLOW_LIMITS
    found = [(f"Plastic: {100 * flow['share']:.1f} % of what was asked", not low <= flow["share"] <= high)]
    speeds = {one["from"]: one for one in flow["by_speed"] if one["mm3"] > 0.01 * flow["asked_mm3"]}
    slow, fast = (speeds[pick(speeds)]["share"] for pick in (min, max)) if speeds else (1.0, 1.0)
    if abs(slow - fast) > 0.04:
        edge = max(speeds)
        found.append((f"Slow lines {100 * slow:.0f} %, above {edge:g} mm3/s {100 * fast:.0f} %", True))
    return found


def _jam(measured: Plain) -> list[Line]:
    jam = measured["jam"]
    if not jam:
        return []
    return [(f"Nothing came out from layer {jam['layer']} on (minute {jam['minute']:.0f})", True)]


def _plate(measured: Plain) -> list[Line]:
    plate = measured["first_layer"]
    if not plate:
        return []
    gap, spread, grip = plate["gap_mm"], plate["spread_mm"], plate["grip"]
    low, high = GAP_LIMITS
    side = "too high" if gap > 0 else "too low"
    return [
        (f"First layer: nozzle {abs(gap):.3f} mm {side}, spread {spread:.2f} mm", not low <= gap <= high)
        if spread <= SPREAD_LIMIT
        else (f"First layer uneven by {spread:.2f} mm, {abs(gap):.3f} mm {side} on average", True),
        (f"Grip {100 * grip:.0f} %, least {plate['weakest_at']}", grip < GRIP_LIMIT),
    ]


def _adhesion(measured: Plain) -> list[Line]:
    held = measured["adhesion"]
    if not held:
        return []
    if held["lost"]:
        return [(f"Came off at layer {held['layer']} (minute {held['minute']:.0f}), first at {held['where']}", True)]
    lift = held["corner_lift_mm"]
    return [(f"Corners lift by {lift:.2f} mm", True)] if lift > LIFT_LIMIT else []


def _shifts(measured: Plain) -> list[Line]:
    shifts = measured["shifts"]
    if not shifts:
        return []
    first = shifts[0]
    ways = " and ".join(dict.fromkeys(_HOW[one["how"]] for one in shifts))
    x, y = sum(one["x"] for one in shifts), sum(one["y"] for one in shifts)
    many = f"{len(shifts)} layer shifts from layer {first['layer']} on" if len(shifts) > 1 else "1 layer shift"
    where = "" if len(shifts) > 1 else f" at layer {first['layer']}"
    return [(f"{many}{where}, in all X {x:+.2f} Y {y:+.2f} mm: {ways}", True)]


def _squashed(measured: Plain) -> list[Line]:
    layers = measured["squashed"]
    if not layers:
        return []
    return [(f"{len(layers)} squashed layers, from {layers[0]} to {layers[-1]}", len(layers) > 1)]


def _strings(measured: Plain) -> list[Line]:
    strings = measured["strings"]
    if not strings or not strings["travels"]:
        return []
    seen, travels = strings["seen"], strings["travels"]
    return [(f"Strings: {seen} of {travels} travels left one that shows", seen > 0.05 * travels)]


def _bands(measured: Plain) -> list[Line]:
    found = []
    for one in measured["bands"]:
        cause = "the pitch of the screw" if one["cause"] == "screw" else "the heater swings"
        found.append((f"Bands every {one['period']:.3g} {one['unit']} ({cause}), {one['amplitude']:.3f} mm", True))
    return found


def _walls(measured: Plain) -> list[Line]:
    """Only what can be seen to be wrong; the rest would tell nothing."""
    walls = measured["walls"]
    if not walls:
        return []
    wide = walls["line_width"] - walls["line_width_asked"]
    start, end = walls["tool_offset_start"] or 0.0, walls["tool_offset_end"] or 0.0
    droop = walls["droop"] or 0.0
    flow = measured["flow"]["by_region"].get("outer wall", measured["flow"]["share"])
    told = [
        (
            abs(flow - 1.0) < 0.06 and wide > 0.04,
            f"Lines {walls['line_width']:.2f} mm wide, {wide:.2f} more than asked",
        ),
        (
            walls["ghosting"] > GHOSTING_LIMIT,
            f"Ghosts behind corners, {walls['ghost_x']:.2f} mm apart in X, {walls['ghost_y']:.2f} in Y",
        ),
        (walls["circle"] > CIRCLE_LIMIT, f"Circles are flat by {walls['circle']:.2f} mm where an axis turns round"),
        (walls["layer_noise"] > NOISE_LIMIT, f"Layers of uneven height, {walls['layer_noise']:.2f} mm, no period"),
        (droop > DROOP_LIMIT, f"Overhangs droop by {droop:.2f} mm"),
        (walls["pops"] > POPS_LIMIT, f"It pops {walls['pops']:.0f} times a minute: steam"),
        (
            max(abs(start) - 0.09, abs(end) - 0.125) > 0.0,
            f"Second tool off by {start:.2f} mm at the start, {end:.2f} at the end",
        ),
    ]
    return [(line, True) for odd, line in told if odd]


def _heat(measured: Plain) -> list[Line]:
    layers = measured["by_layer"]
    if not layers:
        return []
    low, high = (pick(one["block"] for one in layers) for pick in (min, max))
    bond = min(one["bond"] for one in layers)
    off = max(abs(one["block"] - one["set"]) for one in layers)
    text = f"Nozzle {low:.0f} to {high:.0f} C" if high - low > 2.0 else f"Nozzle {high:.0f} C"
    return [(f"{text}, at most {off:.0f} K from what was set; weakest layer bond {100 * bond:.0f} %", off > 12.0)]
