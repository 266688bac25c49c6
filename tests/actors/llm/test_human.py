"""A person behind the Model port: what is typed becomes the call, what is only looked up or mistyped costs nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from actors.llm import catalogue
from actors.llm.apprentice.model import answer as apprentice
from actors.llm.human.console import PersonLeft
from actors.llm.human.model import Person
from actors.llm.port import Call, Model, Reply, Request
from actors.roles.agent import Left, begin, decide, hear, observe
from actors.worlds.port import Act
from actors.worlds.printer.world import WORLD
from tests.contracts.model import ModelContract, a_scenario
from tests.practice import judged, play
from tests.typist import Typist, typed

LIMITS = Left(60, 300.0, 250.0)
CLOSING = ["submit", "damp filament", "80", "", "", "no", "", "It was damp.", "yes"]


def given(skills: str = "", limits: Left = LIMITS, *before: tuple[str, str, dict[str, object]]) -> Request:
    """A request at the bench, after some acts and what they showed."""
    told = {"rules": WORLD.rules(), "skills": skills, "tools": WORLD.tools(), "seed": 4, "practice": False}
    state = begin(a_scenario(0).brief, limits, **told)  # type: ignore[arg-type]
    for number, (tool, target, result) in enumerate(before):
        call = Call(f"h{number}", tool, {"component": target})
        state = observe(hear(state, Reply("", (call,), "tool")), call.id, dict(result), limits)
    return decide(state)


def when(request: Request, *lines: str) -> tuple[Reply | None, str]:
    """What the person's lines come to, None if they come to nothing; and everything that was shown."""
    typist = Typist(lines)
    try:
        return asyncio.run(Person(typist).reply(request)), typist.text
    except PersonLeft:
        return None, typist.text


def by_hand(request: Request) -> Reply:
    """A person who types what the apprentice would do; nothing is waited for, so no loop is needed."""
    return now(_Scribe(), request)


def now(person: Any, request: Request) -> Reply:
    """A person's reply, inside a loop or outside: typing awaits nobody."""
    try:
        person.reply(request).send(None)
    except StopIteration as done:
        reply: Reply = done.value
        return reply
    raise AssertionError("a person's reply waits for somebody")


class TestPersonAsModel(ModelContract):
    def model(self) -> Model:
        return _Scribe()

    def answer(self, request: Request) -> Reply:
        return by_hand(request)


class _Scribe:
    """The person of `by_hand`, behind the port."""

    name = Person.name

    async def reply(self, request: Request) -> Reply:
        [call] = apprentice(request).calls
        return await Person(Typist(typed(Act(call.name, call.arguments)))).reply(request)


def test_the_reference_repair_typed_by_hand_gets_an_a() -> None:
    for index in range(3):
        scenario = a_scenario(index)
        lines = [line for act in WORLD.reference(scenario.key) for line in typed(act)]
        person = Person(Typist(lines))
        played = play(WORLD, scenario, model=lambda request, person=person: now(person, request))
        assert judged(WORLD, scenario, played).grade == "A"


@pytest.mark.parametrize(
    ("line", "name", "arguments", "reason"),
    [
        ("inspect nozzle", "inspect", {"component": "nozzle"}, ""),
        ("  INSPECT   Nozzle ", "inspect", {"component": "nozzle"}, ""),
        ("inspect:nozzle # it smells", "inspect", {"component": "nozzle"}, "it smells"),
        ("send_gcode m105", "send_gcode", {"command": "M105"}, ""),
        ("!send_gcode M303 E0 S200", "send_gcode", {"command": "M303 E0 S200"}, ""),
        ("test_print cube", "test_print", {"model": "cube"}, ""),
        ("!inspect the moon", "inspect", {"component": "the moon"}, ""),
        ("!adjust firmware.thermal_protection off", "adjust",
         {"setting": "firmware.thermal_protection", "value": "off"}, ""),
    ],
)  # fmt: skip
def test_a_line_is_a_call(line: str, name: str, arguments: dict[str, str], reason: str) -> None:
    reply, _ = when(given(), line)
    assert reply == Reply(reason, (Call("h1", name, arguments),), "tool")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("inspekt nozzle", "no tool 'inspekt'. Did you mean inspect"),
        ("inspect nozle", "'nozle' is not on the menu of inspect. Did you mean nozzle"),
        ("xyzzy", "no tool 'xyzzy'. `tools` lists them"),
        ("undo", "Nothing is undone"),
        ("? inspect", "inspect COMPONENT: Look at a part."),
        ("inspect", "nozzle"),
        ("help", "Nothing can be undone"),
        ("tools", "test_print      20 min, 1.5 €"),
        ("causes damp", "filament.wet                 damp filament  (Stringing)"),
        ("causes qqqq", "nothing is like 'qqqq'"),
        ("parts nozz", "nozzle"),
        ("rules", "You repair 3D printers."),
        ("skills", "There are no skills."),
        ("seen", "Nothing yet."),
        ("", "60 turns, 300 min, 250.00 € left"),
    ],
)
def test_looking_things_up_and_slips_are_answered_and_cost_no_turn(line: str, said: str) -> None:
    reply, shown = when(given(), line)
    assert reply is None
    assert said in shown
    reply, _ = when(given(), line, "inspect nozzle")
    assert reply is not None
    assert reply.calls[0].name == "inspect"


def test_what_was_done_is_told_again_with_what_was_odd() -> None:
    findings = [{"sign": "inspect:nozzle/tip", "state": "worn"}, {"sign": "inspect:nozzle/colour", "state": "normal"}]
    request = given("", LIMITS, ("inspect", "nozzle", {"findings": findings}), ("clean", "nozzle", {"note": "done"}))
    _, shown = when(request, "seen", "case")
    assert "inspect nozzle                 tip worn\n  clean nozzle                   done" in shown
    assert a_scenario(0).brief["user"].split()[0] in shown


def test_skills_are_shown_at_the_first_turn_and_can_be_searched() -> None:
    request = given("[s-1 v1] damp\nfirst\n\n[s-2 v1] belt\nsecond")
    assert "[s-1 v1] damp" in when(request)[1]
    _, shown = when(request, "skills belt")
    assert shown.count("second") == 2
    assert shown.count("first") == 1


def test_the_diagnosis_is_asked_for_with_the_causes_to_search_and_the_work_as_it_was_done() -> None:
    request = given("", LIMITS, ("dry", "filament", {"note": "done"}))
    lines = ["submit", "damp", "1", "95", "", "", "yes", "", "Keep it dry.", "yes"]
    reply, shown = when(request, *lines)
    assert reply is not None
    assert "1  filament.wet" in shown
    assert reply.calls[0].arguments == {
        "problems": ["stringing"],
        "causes": [{"cause": "filament.wet", "probability": 0.95}],
        "done": True,
        "work": ["dry:filament"],
        "message": "Keep it dry.",
    }


def test_one_can_go_back_from_any_question_and_nothing_is_sent_without_a_yes() -> None:
    reply, _ = when(given(), "submit", "back", "inspect nozzle")
    assert reply is not None
    assert reply.calls[0].name == "inspect"
    reply, _ = when(given(), *CLOSING[:-1], "no", "It was very damp.", "yes")
    assert reply is not None
    assert reply.calls[0].arguments["message"] == "It was very damp."
    reply, _ = when(
        given(), "submit", "damp filament", "80", "", "back", "nozzle.debris", "", "", "", "no", "", "", "yes"
    )
    assert reply is not None
    assert reply.calls[0].arguments["causes"] == [{"cause": "nozzle.debris", "probability": 0.9}]


def test_slips_in_the_form_are_asked_again() -> None:
    lines = ["submit", "qqqq", "damp filament", "much", "130", "80", "", "stringin", "stringing", "maybe", *CLOSING[5:]]
    reply, shown = when(given(), *lines)
    assert reply is not None
    assert reply.calls[0].arguments["problems"] == ["stringing"]
    for said in (
        "nothing is like 'qqqq'",
        "from 0 to 100",
        "no problem is called 'stringin'; near: stringing",
        "yes or no, please",
    ):
        assert said in shown


@pytest.mark.parametrize(
    ("limits", "line", "said"),
    [
        (Left(1, 300.0, 250.0), "inspect nozzle", "This is the last turn: `submit` first"),
        (Left(60, 15.0, 250.0), "test_print long", "20 min, 1.50 €, which is all that is left: `submit` first"),
        (Left(60, 300.0, 1.0), "test_print long", "which is all that is left: `submit` first"),
    ],
)
def test_what_would_end_the_case_before_anything_is_handed_in_is_warned_of_once(
    limits: Left, line: str, said: str
) -> None:
    reply, shown = when(given("", limits), line)
    assert reply is None
    assert said in shown
    assert when(given("", limits), f"!{line}")[0] is not None


def test_tools_targets_and_lookups_are_completed() -> None:
    typist = Typist(["inspect nozzle"])
    asyncio.run(Person(typist).reply(given()))
    assert {"inspect", "submit", "causes", "quit"} <= set(typist.offered[0])


def test_a_world_with_other_arguments_is_asked_for_by_its_schema() -> None:
    schema = {
        "count": {"type": "integer"},
        "names": {"type": "array", "items": {"type": "string"}},
        "deep": {"type": "object"},
    }
    tool = replace(given().tools[0], name="mix", parameters={"type": "object", "properties": schema})
    reply, shown = when(replace(given(), tools=(tool,)), "mix", "two", "2", "a, b", "{", '{"x": 1}', "yes")
    assert reply is not None
    assert reply.calls[0].arguments == {"count": 2, "names": ["a", "b"], "deep": {"x": 1}}
    assert "a whole number, please" in shown
    assert "that is no JSON" in shown


@pytest.mark.parametrize("last", [["quit"], [], ["submit", "damp filament"]])
def test_who_leaves_ends_the_asking_wherever_it_is(last: list[str]) -> None:
    with pytest.raises(PersonLeft):
        asyncio.run(Person(Typist(last)).reply(given()))


def test_where_nobody_sits_the_name_is_refused_with_what_to_do() -> None:
    assert "human" in catalogue.names()
    with pytest.raises(LookupError, match="journeyman try --agent human"):
        catalogue.load("human")
