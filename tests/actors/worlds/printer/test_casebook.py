"""A record is cut so that nothing of its answer, not even its telling name, is left in the brief."""

from __future__ import annotations

import json

from actors.worlds.printer.bench import offers
from actors.worlds.printer.casebook import to_scenario
from actors.worlds.printer.machine import machines
from actors.worlds.printer.record import Record

RECORD = Record.model_validate(
    {
        "id": "MARK-id-wet",
        "title": "MARK-title",
        "source": "MARK-source",
        "difficulty": "hard",
        "printer_type": "voron_2_4",
        "user_description": "Hairs, and gaps in the infill.",
        "symptoms": ["hairs"],
        "actual_problems": [
            {"type": "stringing", "root_cause": "filament.wet", "severity": "major"},
            {"type": "nozzle_clog", "root_cause": "nozzle.debris", "severity": "minor"},
        ],
        "solution_summary": "MARK-solution",
        "lesson": "MARK-lesson",
    }
)


def test_the_brief_holds_what_an_owner_says_and_nothing_of_the_answer() -> None:
    scenario = to_scenario(RECORD, seed=99_887_766)
    assert scenario.brief["user"] == "Hairs, and gaps in the infill."
    assert scenario.brief["symptoms"] == ["hairs"]
    assert scenario.brief["machine"] == {
        "id": "voron_2_4",
        "name": "Voron 2.4",
        "kinematics": "corexy",
        "extruder": "direct",
        "drivers": "tmc",
        "probe": "inductive",
        "bed_size": [250.0, 250.0],
    }
    assert scenario.brief["offers"] == offers(machines()["voron_2_4"])  # what can be done follows from the model alone
    told = json.dumps({name: value for name, value in scenario.brief.items() if name != "offers"})
    for secret in ("MARK", "filament.wet", "stringing", "nozzle", "major", "hard", "99887766"):
        assert secret not in told


def test_the_key_holds_the_whole_answer_and_the_tags_what_statistics_are_cut_by() -> None:
    scenario = to_scenario(RECORD, seed=5, voice="expert")
    assert scenario.key == {
        "machine": "voron_2_4",
        "seed": 5,
        "faults": [
            {"type": "stringing", "cause": "filament.wet", "severity": "major"},
            {"type": "nozzle_clog", "cause": "nozzle.debris", "severity": "minor"},
        ],
        "solution": "MARK-solution",
        "lesson": "MARK-lesson",
        "voice": "expert",
    }
    assert scenario.tags == {
        "machine": "voron_2_4",
        "voice": "expert",
        "difficulty": "hard",
        "fault": "stringing",
        "causes": "filament.wet|nozzle.debris",
    }
    json.dumps([scenario.brief, scenario.key, scenario.tags])
