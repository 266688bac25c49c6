"""The agent is a value and pure functions: given a state, when something comes in, then a wish; and its manifest."""

import json
from typing import Any

from actors.llm.port import Call, Reply, Request
from actors.roles.agent import AgentState, Left, begin, decide, hear, nudge, observe, prefix_hash, prompt_hash

TOOLS = [{"name": "look", "description": "Look.", "parameters": {"type": "object", "properties": {"at": {}}}}]
LOOK = Call("c1", "look", {"at": "oven"})
LEFT = Left(turns=9, minutes=59.004, money=7.0)


def given(**changed: Any) -> AgentState:
    """A begun episode."""
    told = {"rules": ("be kind", "catalogue"), "skills": "", "tools": TOOLS, "seed": 3, "practice": False} | changed
    brief = told.pop("brief", {"user": "It smokes.", "offers": {}})
    return begin(brief, Left(10, 60.0, 8.0), **told)


def when(state: AgentState, *incoming: Reply | dict[str, Any] | str) -> AgentState:
    """What came in, in order: a reply, a result of the world, or `nudge`."""
    for one in incoming:
        if isinstance(one, Reply):
            state = hear(state, one)
        elif isinstance(one, str):
            state = nudge(state)
        else:
            state = observe(state, LOOK.id, one, LEFT)
    return state


def then(state: AgentState) -> list[tuple[str, str]]:
    """The conversation that the next wish holds."""
    return [(message.role, message.text) for message in decide(state).messages]


SAID = Reply("I look.", (LOOK,), "tool")


def test_an_episode_opens_with_the_brief_and_its_limits_and_nothing_else() -> None:
    [(role, text)] = then(given())
    assert role == "user"
    limits = {"turns": 10, "minutes": 60.0, "money": 8.0}
    told = {"user": "It smokes.", "offers": {}, "practice": False, "limits": limits}
    assert json.loads(text) == {"brief": told}


def test_practice_is_told() -> None:
    assert json.loads(then(given(practice=True))[0][1])["brief"]["practice"] is True


def test_every_turn_wishes_the_same_constant_part_and_the_whole_conversation() -> None:
    state = when(given(skills="SKILLS"), SAID, {"findings": []})
    wish = decide(state)
    assert isinstance(wish, Request)
    assert (wish.system, wish.skills, wish.seed) == (("be kind", "catalogue"), "SKILLS", 3)
    assert [tool.name for tool in wish.tools] == ["look"]
    assert [message.role for message in wish.messages] == ["user", "assistant", "tool"]
    assert wish.messages[1].calls == (LOOK,)


def test_a_result_answers_its_call_and_tells_what_is_left() -> None:
    state = when(given(), SAID, {"findings": [{"sign": "look:oven/heat", "state": "low"}]})
    answer = decide(state).messages[-1]
    assert answer.answers == "c1"
    told = json.loads(answer.text)
    assert told["result"]["findings"][0]["state"] == "low"
    assert (told["turns_left"], told["minutes_left"], told["euros_left"]) == (9, 59.0, 7.0)


def test_a_reply_without_a_call_is_answered_with_what_is_expected() -> None:
    assert then(when(given(), Reply("Hm.", (), "end"), "nudge"))[-2:] == [
        ("assistant", "Hm."),
        ("user", "Please act by calling a tool, or `submit`."),
    ]


def test_what_comes_in_leaves_the_state_before_as_it_was() -> None:
    state = given()
    before = then(state)
    when(state, SAID, {"findings": []}, "nudge")
    assert then(state) == before


def test_the_prefix_is_one_for_all_episodes_of_a_wave_and_another_when_a_skill_changes() -> None:
    prefix = prefix_hash(given(skills="[s-1 v1] …"))
    same_wave = given(skills="[s-1 v1] …", seed=4, practice=True, brief={"user": "It rattles.", "offers": {}})
    assert prefix_hash(same_wave) == prefix
    assert prefix_hash(when(same_wave, SAID, {"findings": []})) == prefix
    others = [given(skills="[s-1 v2] …"), given(), given(skills="[s-1 v1] …", rules=("be kind",))]
    others.append(given(skills="[s-1 v1] …", tools=[TOOLS[0] | {"description": "Peek."}]))
    assert len({prefix, *map(prefix_hash, others)}) == 5


def test_the_prompts_hash_is_another_at_every_turn_and_for_every_difference() -> None:
    start = given()
    states = [start, when(start, SAID), when(start, SAID, {"a": 1}), when(start, SAID, {"a": 2}), given(seed=4)]
    states += [when(start, Reply("I look.", (), "end")), when(start, "nudge")]
    hashes = [prompt_hash(state, prefix_hash(state)) for state in states]
    assert len(set(hashes)) == len(states)
    assert prompt_hash(start, prefix_hash(given(skills="x"))) not in hashes
    assert prompt_hash(given(), prefix_hash(given())) == hashes[0]


def test_text_that_no_store_could_hold_is_hashed_all_the_same() -> None:
    state = when(given(), Reply("a\ud800b", (), "end"))
    assert len(prompt_hash(state, prefix_hash(state))) == 64
