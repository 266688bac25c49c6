"""The conversation: given these bytes, when time passes, then these bytes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.worlds.printer.machine import machines
from actors.worlds.printer.printer import VirtualPrinter
from actors.worlds.printer.problem import ProblemSeverity, type_of
from actors.worlds.printer.wire.framing import numbered
from actors.worlds.printer.wire.marlin import BACKLOG, KILLED, Marlin


class Host:
    """A host at the other end of the line: sends commands, lets time pass, keeps what it reads."""

    def __init__(self, model: str = "ender_3", *faults: str, seed: int = 1) -> None:
        self.printer = VirtualPrinter(model, seed=seed)
        for fault in faults:
            cause, _, severity = fault.partition(":")
            self.printer.introduce_problem(type_of(cause), ProblemSeverity(severity or "critical"), cause=cause)
        self.marlin = Marlin(self.printer)
        self.board = self.marlin.board

    def send(self, *commands: str) -> list[str]:
        """What comes back at once."""
        return self.marlin.receive("".join(f"{one}\n" for one in commands).encode()).decode().splitlines()

    def wait(self, seconds: float) -> list[str]:
        """What comes while time passes."""
        return self.marlin.advance(seconds).decode().splitlines()

    def do(self, command: str, most: float = 900.0) -> list[str]:
        """All that comes until the command's `ok`, or until nothing more will come."""
        said = self.send(command)
        while not any(line.startswith("ok") for line in said) and not self.marlin.silent and most > 0:
            said += self.wait(0.5)
            most -= 0.5
        return said


def temperature(lines: list[str]) -> float:
    found = re.findall(r"T:(-?[\d.]+)", "\n".join(lines))
    return float(found[-1])


# Lines and numbers ----------------------------------------------------------------------------------------------------


def test_it_introduces_itself_after_a_reset() -> None:
    host = Host()
    assert host.marlin.reset().decode().splitlines()[0] == "start"


def test_a_damaged_line_is_answered_before_the_next_one() -> None:
    host = Host()
    assert host.send("N-1 M110 N-1*125", numbered(0, "G90"), "N1 G91*1") == [
        "ok", "ok", "Error:checksum mismatch, Last Line: 0", "Resend: 1", "ok",
    ]  # fmt: skip
    assert host.send(numbered(1, "G91")) == ["ok"]


def test_one_ok_for_every_command_whatever_it_is() -> None:
    host = Host()
    for command in (
        "M105",
        "G90",
        "M117 hello",
        "nonsense",
        "T0",
        "M9999",
        "G28 Q",
        "M115",
        "M503",
        "M221 S95",
        "G92 E0",
    ):
        assert sum(line.startswith("ok") for line in host.do(command)) == 1, command


def test_a_full_buffer_loses_lines_and_asks_for_them_again() -> None:
    host = Host()
    host.send("G28")  # takes its time
    said = host.send(*(numbered(n, "M400") for n in range(1, BACKLOG + 20)))
    assert said == []
    said = host.wait(120) + host.send(numbered(BACKLOG + 20, "M105"))
    assert f"Resend: {BACKLOG + 1}" in said


# Signs of life --------------------------------------------------------------------------------------------------------


def test_a_busy_printer_says_so_every_two_seconds() -> None:
    host = Host()
    host.send("G4 S9")
    assert host.wait(8.9) == ["echo:busy: processing"] * 4
    assert host.wait(0.3) == ["ok"]


def test_with_m113_s0_homing_is_a_long_silence() -> None:
    host = Host()
    host.send("M113 S0", "G28")
    assert host.wait(10) == []
    assert host.wait(60)[-1] == "ok"


def test_temperatures_are_told_unasked_after_m155() -> None:
    host = Host()
    assert host.send("M155 S2") == ["ok"]
    said = host.wait(10)
    assert len(said) == 5
    assert all(re.fullmatch(r" T:\S+ /0.00 B:\S+ /0.00 @:0 B@:0", line) for line in said)
    host.send("M155 S0")
    assert host.wait(10) == []


# Heat -----------------------------------------------------------------------------------------------------------------


def test_m109_tells_temperatures_every_second_and_ends_at_the_target() -> None:
    host = Host()
    said = host.do("M109 S200")
    waits = [line for line in said if "W:" in line]
    assert waits[0].endswith("W:?")
    assert re.search(r"W:[01]$", waits[-1])
    assert said[-1] == "ok"
    assert temperature(waits) == pytest.approx(200, abs=1.5)
    assert 60 < len(waits) < 150  # an Ender 3 heats up in 81 s and settles


def test_m108_ends_a_wait_and_m105_tells_the_set_point() -> None:
    host = Host()
    host.send("M190 S60")
    assert host.send("M108") == []
    assert "ok" in host.wait(0.2)
    assert " /60.00 @" in host.send("M105")[-1]


def test_a_cold_extruder_does_not_move() -> None:
    host = Host()
    assert host.send("G1 E5 F300") == ["echo: cold extrusion prevented", "ok"]
    host.do("M109 S200")
    assert host.send("G1 E10 F300") == ["ok"]
    assert host.send("G1 E300 F300") == ["echo: too long extrusion prevented", "ok"]


@pytest.mark.parametrize(
    ("cause", "command", "error"),
    [
        ("heater_cartridge.failing", "M109 S200", "Heating failed, system stopped! Heater_ID: E0"),
        ("heater_wiring.loose", "M109 S200", "Heating failed, system stopped! Heater_ID: E0"),
        ("thermistor.loose:critical", "M109 S210", "Heating failed, system stopped! Heater_ID: E0"),
    ],
)
def test_a_thermal_fault_halts_in_marlins_two_lines_and_then_there_is_silence(
    cause: str, command: str, error: str
) -> None:
    host = Host("ender_3", cause)
    said = host.do(command) + host.wait(300)
    assert said[-2:] == [f"Error:{error}", KILLED]
    assert host.send("M105", "M999", "M112") == []
    assert host.wait(60) == []
    assert host.board.heaters.target == 0
    assert host.marlin.reset().startswith(b"start\n")
    assert host.send("M105")[0].startswith("ok T:")


@pytest.mark.parametrize(
    ("part", "hot", "says"),
    [("block", 320.0, "MAXTEMP triggered, system stopped! Heater_ID: E0"),
     ("bed", 140.0, "MAXTEMP triggered, system stopped! Heater_ID: bed"),
     ("bed", -5.0, "MINTEMP triggered, system stopped! Heater_ID: bed")],
)  # fmt: skip
def test_a_reading_beyond_belief_halts_at_once(part: str, hot: float, says: str) -> None:
    host = Host()
    host.send("M140 S50")
    metal = host.board.heaters.metal
    setattr(metal, part, hot)
    metal.bead = metal.block
    assert host.wait(1)[-2:] == [f"Error:{says}", KILLED]


def test_a_broken_strand_opens_only_while_the_head_moves() -> None:
    host = Host("ender_3", "thermistor_wiring.broken")
    host.do("M109 S200")
    assert host.wait(120) == []
    said: list[str] = []
    for x in range(200):
        said += host.do(f"G1 X{10 + 100 * (x % 2)} F3000")
        if host.marlin.silent:
            break
    assert said[-2:] == ["Error:MINTEMP triggered, system stopped! Heater_ID: E0", KILLED]


def test_a_weak_supply_starts_the_board_anew_when_both_heaters_draw() -> None:
    host = Host("ender_3", "psu.weak")
    host.send("N5 M110 N5*8")
    said = host.send("M104 S200") + host.send("M140 S60") + host.wait(5)
    assert "start" in said
    assert host.send("M105")[0].split("@")[0].count("/0.00") == 2  # targets are forgotten, and so is the line number
    assert host.send(numbered(1, "M105"))[0].startswith("ok T:")


def test_a_loose_bead_runs_away_once_bed_air_and_plastic_take_their_share() -> None:
    host = Host("prusa_mk3s", "thermistor.loose:major")
    host.do("M109 S210")
    assert host.wait(120) == []
    host.send("M140 S60", "M106 S255", "M83", *["G1 E120 F96"] * 8)
    said = host.wait(600)
    assert said[-2:] == ["Error:Thermal Runaway, system stopped! Heater_ID: E0", KILLED]


def test_the_fan_cools_a_block_without_its_sock() -> None:
    host = Host("ender_3", "heater_sock.missing")
    host.do("M109 S200")
    host.send("M106 S255")
    assert any("Thermal Runaway" in line for line in host.wait(600))


def test_autotune_swings_the_block_and_gives_gains_that_m503_shows() -> None:
    host = Host()
    said = host.do("M303 E0 S200 C5 U1", 1500)
    assert said[0] == "PID Autotune start"
    found = [re.search(r"DEFAULT_K. ([\d.]+)", line) for line in said]
    kp, ki, kd = (float(one.group(1)) for one in found if one)
    assert f"echo: M301 P{kp:.2f} I{ki:.2f} D{kd:.2f}" in host.send("M503")
    host.do("M109 S200")
    host.wait(60)
    assert temperature(host.send("M105")) == pytest.approx(200, abs=3)


def test_autotune_of_a_dead_heater_gives_up() -> None:
    host = Host("ender_3", "heater_cartridge.failing")
    assert "PID Autotune failed! timeout" in host.do("M303 S200", 1500)


# Motion ---------------------------------------------------------------------------------------------------------------


def test_positions_on_the_wire_are_those_of_the_moving_head() -> None:
    host = Host()
    host.do("G28")
    host.send("G1 X100 Y40 F6000")
    host.wait(1.0)
    said = host.send("M114")[0]
    assert said.startswith("X:100.00 Y:40.00 Z:0.00 E:0.00 Count X:")
    count = int(said.split("Count X:")[1].split()[0])
    assert 1000 < count < 8000  # on its way
    host.do("M400")
    assert host.send("M114")[0].endswith("Count X:8000 Y:3200 Z:0")


def test_a_corexy_counts_its_two_motors() -> None:
    host = Host("voron_2_4")
    host.send("G91")
    host.send("G1 X10 Y5 F6000")
    host.do("M400")
    assert host.send("M114")[0].endswith("Count A:1200 B:400 Z:0")


def test_the_planner_withholds_its_ok_while_it_is_full() -> None:
    host = Host()
    said = host.send(*(f"G1 X{x % 2 * 50} F600" for x in range(1, 30)))
    assert said.count("ok") == 15
    assert host.wait(200).count("ok") == 14


def test_m112_stops_everything_even_while_the_printer_is_busy() -> None:
    host = Host()
    host.send("M104 S200", "G28", "G1 X10")
    host.wait(3)
    assert host.send("N9 M112*99") == [KILLED]
    assert host.board.head.idle
    assert host.board.heaters.target == 0
    assert host.wait(100) == []


def test_m410_drops_moves_and_the_printer_goes_on() -> None:
    host = Host()
    host.do("G28")
    host.send("G1 X200 F600")
    host.wait(2)
    host.send("M410")
    host.wait(1)
    x = float(re.match(r"X:([\d.]+)", host.send("M114")[0]).group(1))  # type: ignore[union-attr] # M114 begins so
    assert 5 < x < 100


def test_endstops_say_where_the_head_really_is() -> None:
    host = Host()
    assert host.send("M119")[:2] == ["Reporting endstop status", "x_min: open"]
    host.do("G28")
    assert host.send("M119")[1:4] == ["x_min: TRIGGERED", "y_min: TRIGGERED", "z_min: TRIGGERED"]
    host.do("G1 X50 Y50 Z5 F6000")
    host.do("M400")
    assert host.send("M119")[1:4] == ["x_min: open", "y_min: open", "z_min: open"]


def test_a_loose_pulley_is_not_in_m114_but_at_the_endstop() -> None:
    """After ten minutes the firmware still believes what it believed; the switch closes elsewhere."""
    sound, loose = Host(seed=6), Host("ender_3", "pulley_x.loose", seed=6)
    for host in (sound, loose):
        host.do("G28")
        for _ in range(10):
            for x in (200, 20):
                host.do(f"G1 X{x} F400")
        host.do("M400")
        assert host.send("M114")[0].startswith("X:20.00 ")
    assert sound.board.head.true("X") == pytest.approx(20, abs=0.01)
    assert abs(loose.board.head.true("X") - 20) > 0.3


def test_an_unplugged_motor_fails_to_home() -> None:
    host = Host("ender_3", "motor_x_cable.loose")
    assert host.do("G28")[-2:] == ["echo:Homing Failed", KILLED]


def test_wrong_steps_are_shown_and_move_the_head_wrongly() -> None:
    host = Host()
    host.do("G28")
    host.do("M92 X40")
    host.do("G1 X100 F6000")
    host.do("M400")
    assert "echo: M92 X40.00 Y80.00 Z400.00" in "\n".join(host.send("M503"))
    assert host.board.head.true("X") == pytest.approx(50, abs=0.01)


def test_printing_wears_the_printer() -> None:
    host = Host()
    before = host.printer.hours
    for x in range(40):
        host.do(f"G1 X{10 + 100 * (x % 2)} F600")
    host.do("M400")
    assert host.printer.hours == pytest.approx(before + 399 / 3600, abs=1 / 60)


# Settings, probe, drivers ---------------------------------------------------------------------------------------------


def test_only_what_was_stored_survives_a_reset() -> None:
    host = Host()
    host.do("M92 E120")
    host.send("M500")
    host.do("M92 E50")
    host.marlin.reset()
    assert "E120.00" in "\n".join(host.send("M503"))
    assert host.printer.values["firmware.e_steps"] == pytest.approx(120 / 93)


def test_what_can_be_asked_differs_by_machine() -> None:
    plain, probed, tmc = Host(), Host("ender_3_bltouch"), Host("prusa_mk3s")
    assert plain.send("M122") == ['echo:Unknown command: "M122"', "ok"]
    assert any("ola" in line for line in tmc.send("M122"))
    for command in ("G29", "M851", "M48", "M280 P0 S10"):
        assert plain.send(command)[0].startswith("echo:Unknown command:"), command
        assert not any("Unknown" in line for line in probed.send(command)), command
        probed.wait(60)


def test_an_inductive_probe_senses_the_plate_when_it_is_near() -> None:
    host = Host("prusa_mk3s")
    assert "z_probe: open" in host.send("M119")
    host.do("G28")
    assert "z_probe: TRIGGERED" in host.send("M119")


def test_m118_sends_a_text_back() -> None:
    host = Host()
    assert host.send("M118 Hello, you", "M118 E1 half", "M118 A1 action:notification done") == [
        "Hello, you", "ok", "echo:half", "ok", "// action:notification done", "ok",
    ]  # fmt: skip


def test_g28_loses_the_mesh_and_m420_brings_it_back() -> None:
    host = Host("ender_3_bltouch")
    assert "Error:Failed to enable Bed Leveling" in host.do("M420 S1")
    host.do("G28")
    assert "Bilinear Leveling Grid:" in host.do("G29")
    assert "echo:Bed Leveling ON" in host.do("M420")
    host.do("G28")
    assert "echo:Bed Leveling OFF" in host.do("M420")
    assert "echo:Bed Leveling ON" in host.do("M420 S1")


def test_the_pin_moves_only_if_its_wire_is_whole() -> None:
    for faults, state in (((), "z_probe: open"), (("probe_servo.disconnected",), "z_probe: TRIGGERED")):
        host = Host("ender_3_bltouch", *faults)
        host.do("M280 P0 S10")
        assert state in host.do("M119")


def test_a_probe_that_does_not_deploy_stops_motion_until_m999() -> None:
    host = Host("ender_3_bltouch", "probe_servo.disconnected")
    assert "Error:STOP called because of BLTouch error - restart with M999" in host.do("G28")
    assert host.do("G1 X10")[0].startswith("Error:Printer stopped due to errors.")
    assert host.do("M105")[0].startswith("ok T:")
    host.do("M999")
    assert host.do("G1 X10") == ["ok"]


def test_a_worn_pin_shows_in_m48() -> None:
    def spread(*faults: str) -> float:
        host = Host("ender_3_bltouch", *faults)
        return next(float(one.split(": ")[1]) for one in host.do("M48 P20") if one.startswith("Standard Deviation"))

    assert spread() < 0.02
    assert spread("probe_pin.bent") > 0.1


def test_a_lower_probe_offset_brings_the_nozzle_closer() -> None:
    host = Host("ender_3_bltouch")
    before = host.printer.values["probe.z_offset"]
    host.do("M851 Z-1.90")
    assert host.printer.values["probe.z_offset"] == pytest.approx(before - 0.1)


def test_a_pause_waits_for_somebody() -> None:
    host = Host()
    host.send("M0")
    assert host.wait(4.05) == ["echo:busy: paused for user"] * 2
    host.send("M108")
    assert "ok" in host.wait(0.2)


def test_a_machine_without_power_says_nothing() -> None:
    host = Host("ender_3", "mains_cable.loose")
    assert host.marlin.reset() == b""
    assert host.send("M105", "M112") == []
    assert host.wait(100) == []


# Any bytes ------------------------------------------------------------------------------------------------------------

CODES = ["G0", "G1", "G2", "G28", "G29", "G30", "G4", "G92", "M104", "M109", "M110", "M112", "M108", "M410", "M113",
         "M155", "M190", "M220", "M221", "M280", "M301", "M303", "M420", "M48", "M500", "M501", "M502", "M851", "M92",
         "M84", "M0", "M999", "M106", "M203", "M204", "M205"]  # fmt: skip
WORDS = st.tuples(
    st.sampled_from("XYZEFSPRIJKCNUVDT"),
    st.one_of(
        st.just(""), st.integers(-999, 9999).map(str), st.sampled_from(["1e9", "-0", "9" * 40, ".", "--1", "nan"])
    ),
).map("".join)
LINES = st.tuples(st.sampled_from(CODES), st.lists(WORDS, max_size=4).map(" ".join)).map(" ".join)
NUMBERED = st.tuples(st.integers(-2, 9), LINES).map(lambda pair: numbered(*pair))
STREAM = st.lists(st.one_of(LINES.map(str.encode), NUMBERED.map(str.encode), st.binary(max_size=120)), max_size=12)


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(sorted(machines())), STREAM, st.lists(st.floats(0, 15), max_size=4))
def test_no_bytes_hang_or_crash_it_and_it_ends_as_a_printer(
    model: str, stream: list[bytes], times: list[float]
) -> None:
    host = Host(model)
    for i, piece in enumerate(stream):
        host.marlin.receive(piece + b"\n")
        host.marlin.advance(times[i % len(times)] if times else 1.0)
    assert host.marlin.backlog <= BACKLOG
    host.marlin.reset()
    assert host.send("M105")[0].startswith("ok T:")


@settings(max_examples=40, deadline=None)
@given(STREAM, st.integers(1, 50))
def test_the_same_bytes_and_times_give_the_same_replies_in_any_pieces(stream: list[bytes], size: int) -> None:
    data = b"\n".join([*stream, b""])
    whole, pieces = Host(seed=5).marlin, Host(seed=5).marlin
    once = whole.receive(data) + whole.advance(3.0)
    parts = b"".join(pieces.receive(data[i : i + size]) for i in range(0, len(data), size))
    assert parts + b"".join(pieces.advance(0.25) for _ in range(12)) == once
