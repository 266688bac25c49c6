"""Instruments for what feeds the machine: mains, supply, terminals, board."""

from __future__ import annotations

import random

from actors.worlds.printer.finding import Finding, within, word
from actors.worlds.printer.instruments.catalogue import Values, at, instrument
from actors.worlds.printer.machine import Machine
from actors.worlds.printer.physics import circuit


@instrument("Multimeter: voltage at the supply and at the board, idle and with both heaters on.", 6, powered=False)
def supply_voltage(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Mains, supply and terminals apart."""
    mains = (
        "present"
        if values["mains_cable.contact"] > 0.97
        else "cuts out"
        if values["mains_cable.contact"] > 0.05
        else "none"
    )
    found = [word(at("supply_voltage", "mains"), mains, "present")]
    if mains == "none":
        return found
    board = circuit.Supply.of(machine, values).volts(1.0, 1.0)
    current = (machine.volts - board) / (values["psu.resistance"] + values["psu_terminals.resistance"])
    supply = machine.volts - current * values["psu.resistance"]
    noise = rng.gauss(0, 0.05)
    return [
        *found,
        within(at("supply_voltage", "idle"), machine.volts + noise, "V", 0.97 * machine.volts, 1.05 * machine.volts),
        within(at("supply_voltage", "supply_under_load"), supply + noise, "V", 0.92 * machine.volts, None),
        within(at("supply_voltage", "lost_at_terminals"), supply - board, "V", None, 0.9),
    ]


@instrument("See whether the board's lamp lights and it answers on USB.", 2, powered=False)
def board_alive(machine: Machine, values: Values, rng: random.Random) -> list[Finding]:
    """Board apart from supply."""
    health = values["mainboard.health"] if values["mains_cable.contact"] > 0.05 else 0.0
    if values["mains_cable.contact"] <= 0.05:
        return [
            word(
                at("board_alive", "usb_without_mains"),
                "answers" if values["mainboard.health"] > 0.05 else "silent",
                "answers",
            )
        ]
    answer = "answers" if health > 0.9 else "drops out" if health > 0.05 else "silent"
    return [word(at("board_alive", "usb"), answer, "answers")]
