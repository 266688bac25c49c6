"""The casebook: a written record cut in two, the brief that an agent may see and the key that it may not."""

from __future__ import annotations

from actors.worlds.port import Plain, Scenario
from actors.worlds.printer.bench import offers
from actors.worlds.printer.machine import Machine, machines
from actors.worlds.printer.record import Record

WRITTEN = "written"
"""The voice of a record whose words a person wrote."""


def to_scenario(record: Record, *, seed: int, voice: str = WRITTEN) -> Scenario:
    """Cut a record in two.

    The author's id and title stay outside the brief: people choose telling names.

    Parameters:
        record: the case with its answer.
        seed: of the printer unit, its tolerances and its noise.
        voice: who speaks in the user description.
    """
    machine = machines()[record.printer_type]
    faults = [
        {"type": problem.type, "cause": problem.root_cause, "severity": str(problem.severity)}
        for problem in record.actual_problems
    ]
    return Scenario(
        id=record.id,
        title=record.title,
        source=record.source,
        difficulty=record.difficulty,
        brief={
            "machine": machine_brief(machine),
            "user": record.user_description,
            "symptoms": list(record.symptoms),
            "offers": offers(machine),
        },
        key={
            "machine": machine.id,
            "seed": seed,
            "faults": faults,
            "solution": record.solution_summary,
            "lesson": record.lesson,
            "voice": voice,
        },
        tags={
            "machine": machine.id,
            "voice": voice,
            "difficulty": record.difficulty,
            "fault": faults[0]["type"],
            "causes": "|".join(fault["cause"] for fault in faults),
        },
    )


def machine_brief(machine: Machine) -> Plain:
    """What anybody knows who knows the model."""
    return {
        "id": machine.id,
        "name": machine.name,
        "kinematics": machine.kinematics,
        "extruder": machine.extruder,
        "drivers": machine.drivers,
        "probe": machine.probe,
        "bed_size": list(machine.bed_size),
    }
