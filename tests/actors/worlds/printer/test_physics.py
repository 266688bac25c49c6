"""What a technician would try on a real printer, tried on the simulated one; numbers from the facts about printers."""

from __future__ import annotations

import random

import pytest

from actors.worlds.printer.machine import machines
from actors.worlds.printer.physics import circuit, flow, heat, motion, surface, vertical
from actors.worlds.printer.printer import VirtualPrinter

ENDER = machines()["ender_3"]
PLA = ENDER.material


def values(machine: str = "ender_3", **changed: float) -> dict[str, float]:
    """The parameters of a machine in order, with some set to a value (`nozzle__clog` is `nozzle.clog`)."""
    found = VirtualPrinter(machine, seed=1).values
    found.update({name.replace("__", "."): value for name, value in changed.items()})
    return found


def heated(machine: str = "ender_3", **changed: float) -> heat.Trace:
    return heat.heat(machines()[machine], values(machine, **changed), target=200.0, rng=random.Random(1))


@pytest.mark.parametrize("machine", machines())
def test_a_machine_in_order_heats_within_one_to_two_minutes_and_holds_at_a_quarter_to_half_duty(machine: str) -> None:
    trace = heated(machine)
    assert trace.heat_up is not None
    assert 50 <= trace.heat_up <= 125
    assert 0.18 <= sum(trace.duty[-100:]) / 100 <= 0.6
    assert abs(sum(trace.true[-100:]) / 100 - 200) < 6


def test_heater_power_goes_with_the_voltage_squared() -> None:
    heaters = circuit.Heaters.of(ENDER, values())
    (full, bed), (less, bed_less) = heaters.power(ENDER.volts), heaters.power(0.8 * ENDER.volts)
    assert (less, bed_less) == (pytest.approx(0.64 * full), pytest.approx(0.64 * bed))


def test_a_bad_crimp_reads_too_cold_when_hot_and_right_when_cold() -> None:
    """100 ohm more read 193 at a true 200 degrees, 1 kiloohm 156; at room temperature both look normal."""
    crimp = {
        extra: circuit.Thermistor.of(values(thermistor_wiring__resistance=extra)) for extra in (0.0, 100.0, 1000.0)
    }
    assert crimp[0.0].shown(200.0) == pytest.approx(200.0, abs=0.5)
    assert crimp[100.0].shown(200.0) == pytest.approx(193.0, abs=1.5)
    assert crimp[1000.0].shown(200.0) == pytest.approx(156.0, abs=4.0)
    assert crimp[1000.0].shown(25.0) == pytest.approx(25.0, abs=0.5)


def test_a_slightly_loose_bead_makes_the_nozzle_run_hot_without_an_error() -> None:
    trace = heated(thermistor__coupling=0.9)
    assert trace.error == ""
    assert 10 < sum(trace.true[-100:]) / 100 - 200 < 50


def test_a_bare_block_loses_its_heat_only_to_the_fan() -> None:
    bare, covered = (circuit.Heaters.of(ENDER, values(heater_sock__cover=cover)) for cover in (0.0, 1.0))
    assert bare.block_loss(0.0) == covered.block_loss(0.0)
    assert bare.block_loss(1.0) > 1.5 * covered.block_loss(1.0)


def test_two_heaters_on_a_weak_supply_reset_the_board_and_one_does_not() -> None:
    weak = values(psu__resistance=1.8)
    alone = heat.heat(ENDER, weak, target=200.0, rng=random.Random(1))
    both = heat.heat(ENDER, weak, target=200.0, bed_target=60.0, rng=random.Random(1))
    assert (alone.reset, both.reset) == (False, True)


def test_a_wrong_control_loop_swings_and_a_right_one_does_not() -> None:
    def swing(trace: heat.Trace) -> float:
        return max(trace.reading[-200:]) - min(trace.reading[-200:])

    assert swing(heated(firmware__pid=10.0)) > 3 * swing(heated())


def delivered(speed: float, block: float = 210.0, **changed: float) -> float:
    return flow.extrude(ENDER, values(**changed), block=block, flow=speed).delivered


def test_a_partial_clog_prints_well_slowly_and_heat_hardly_helps() -> None:
    clog = {"nozzle__clog": 0.46}
    assert delivered(0.9, **clog) > 0.95
    assert delivered(8.1, **clog) < 0.85
    assert delivered(8.1, block=225.0, **clog) < 0.95


def test_more_flow_thins_the_line_and_a_hotter_nozzle_raises_the_limit() -> None:
    rates = [delivered(speed) for speed in (4.0, 12.0, 20.0, 30.0)]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] < 0.9 * rates[0]
    assert delivered(20.0, block=240.0) > delivered(20.0)


def test_heat_creep_needs_time_and_a_bad_fan() -> None:
    bad = values(hotend_fan__wear=0.8)
    assert heat.sink_temperature(bad, 210.0, 2.0) < ENDER.material.softens < heat.sink_temperature(bad, 210.0, 40.0)
    assert heat.sink_temperature(values(), 210.0, 90.0) < ENDER.material.softens


def test_a_plucked_belt_sounds_with_the_root_of_its_tension() -> None:
    assert motion.pluck_frequency(4.0) == pytest.approx(2 * motion.pluck_frequency(1.0))
    assert motion.resonance(ENDER, values(belt_x__tension=0.4), "x") < 0.8 * motion.resonance(ENDER, values(), "x")


def test_one_motor_s_loss_is_diagonal_on_a_corexy_and_parallel_elsewhere() -> None:
    assert motion.to_head(machines()["voron_2_4"], 1.6, 0.0) == (0.8, 0.8)
    assert motion.to_head(ENDER, 1.6, 0.0) == (1.6, 0.0)
    unequal = values("voron_2_4", belt_x__tension=0.4)
    assert motion.skew(machines()["voron_2_4"], unequal) > 0.45 > motion.skew(ENDER, values(belt_x__tension=0.4))


def test_lost_steps_are_multiples_of_the_quantum_and_a_loose_pulley_loses_anything() -> None:
    weak = motion.run_axis(ENDER, values(driver_x__current=0.27), "x", 90, random.Random(1))
    assert weak.events
    assert {round(abs(mm) / 0.8, 6) for _, _, mm, how in weak.events if how == "steps"} <= {1.0, 2.0}
    loose = motion.run_axis(ENDER, values(pulley_x__slack=0.4), "x", 90, random.Random(1))
    sizes = {round(mm, 3) for _, _, mm, _ in loose.events}
    assert len(sizes) > 10
    assert min(sizes) < 0 < max(sizes)


def first_layer(machine: str = "ender_3", surface_at: float = 57.0, **changed: float) -> vertical.FirstLayer:
    return vertical.first_layer(machines()[machine], values(machine, **changed), surface_at, random.Random(1))


def test_a_height_error_is_the_same_everywhere_and_a_tilt_is_not() -> None:
    high, tilted = first_layer(probe__z_offset=0.17), first_layer(bed_springs__tilt=0.6)
    assert high.height_error > 0.14
    assert high.spread < 0.15 < tilted.spread
    assert abs(tilted.height_error) < 0.08


def test_a_mesh_takes_out_shape_and_not_the_offset() -> None:
    probed = "ender_3_bltouch"
    assert first_layer(probed, bed_plate__warp=0.5).spread < 0.7 * first_layer(bed_plate__warp=0.5).spread
    assert first_layer(probed, probe__z_offset=0.17).height_error > 0.14


def test_plastic_sticks_once_the_plate_is_warm_and_clean_and_near() -> None:
    assert first_layer(surface_at=57.0).grip > 0.8
    assert first_layer(surface_at=35.0).grip < 0.2
    assert first_layer(bed_surface__grease=0.7).grip < 0.4


def test_a_clamped_z_guide_binds_mid_way_and_a_dry_screw_everywhere() -> None:
    clamped, dry = values(guide_z__preload=4.0), values(lead_screw__dryness=0.95)
    assert vertical.z_friction(clamped, 0.5) > 1.3 * vertical.z_friction(clamped, 0.02)
    assert vertical.z_friction(dry, 0.5) / vertical.z_friction(dry, 0.02) < 1.2


def test_strings_answer_to_heat_retraction_and_water_each_on_its_own() -> None:
    usual = surface.ooze(PLA, values(), 210.0)
    assert surface.ooze(PLA, values(), 230.0) > 1.5 * usual
    assert surface.ooze(PLA, values(slicer__retraction=0.3), 210.0) > 1.5 * usual
    wet = values(filament__moisture=0.8)
    assert surface.ooze(PLA, wet, 195.0) > usual  # settings do not cure a wet spool
    assert surface.pops(PLA, wet) > 4 > surface.pops(PLA, values())


def test_a_second_head_drifts_with_warmth_and_then_stays() -> None:
    idex = machines()["idex_300"]
    cold = values("idex_300", toolhead_2__cold_calibration=30.0)
    offsets = [surface.tool_offset(idex, cold, minutes) for minutes in (0.0, 10.0, 60.0, 90.0)]
    assert offsets == sorted(offsets)
    assert offsets[2] - offsets[0] > 0.1
    assert offsets[3] - offsets[2] < 0.005
