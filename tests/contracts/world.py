"""What every world promises: seeded scenarios cut in two, a bench that answers all, a rubric that cannot be gamed.

A world's test inherits `WorldContract` and says which world it is and what of a key must never be seen.
"""

from __future__ import annotations

import copy
import json
from abc import ABC, abstractmethod
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.worlds.port import Act, Plain, Scenario, ToolResult, World

SEED = 11
SAMPLE = 12
"""Scenarios of each kind that a promise is checked on."""

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


@cache
def _generated(world: World, index: int, difficulty: str, *, held_out: bool) -> Scenario:
    return world.generate(seed=SEED, index=index, difficulty=difficulty, held_out=held_out)


class WorldContract(ABC):
    """Inherit, and name the world."""

    @abstractmethod
    def world(self) -> World:
        """The world that is checked."""

    @abstractmethod
    def secrets(self, key: Plain) -> list[str]:
        """Texts of a key that may stand in nothing that an agent gets."""

    @abstractmethod
    def combinations(self, scenario: Scenario) -> set[str]:
        """What training and held-out sets may not share."""

    def sample(self, *, held_out: bool = False, count: int = SAMPLE, difficulty: str = "mixed") -> list[Scenario]:
        """Some scenarios of this world; made once, since nothing may change them."""
        return [_generated(self.world(), index, difficulty, held_out=held_out) for index in range(count)]

    def offered(self, scenario: Scenario) -> list[tuple[str, str, list[float]]]:
        """All that a brief offers, as tool, target and price."""
        return [
            (tool, target, price)
            for tools in scenario.brief["offers"].values()
            for tool, targets in tools.items()
            for target, price in targets.items()
        ]

    def act(self, tool: str, target: str) -> Act:
        """The call of a tool on a target, by the tool's own schema: its first property is the target."""
        schema = next(one["parameters"] for one in self.world().tools() if one["name"] == tool)
        return Act(tool, {next(iter(schema["properties"])): target})

    def test_the_same_seed_gives_the_same_scenario_and_another_seed_another(self) -> None:
        world = self.world()
        for index in range(4):
            again = [world.generate(seed=SEED, index=index, difficulty="mixed", held_out=True) for _ in range(2)]
            assert again[0] == again[1]
        other = self.world().generate(seed=SEED + 1, index=0, difficulty="mixed", held_out=False)
        assert other.key != self.sample(count=1)[0].key

    def test_a_scenario_does_not_depend_on_which_were_made_before(self) -> None:
        last = self.sample()[-1]
        assert self.world().generate(seed=SEED, index=SAMPLE - 1, difficulty="mixed", held_out=False) == last

    @pytest.mark.parametrize("difficulty", ["easy", "medium", "hard"])
    def test_a_difficulty_that_is_asked_for_is_given(self, difficulty: str) -> None:
        assert {one.difficulty for one in self.sample(count=3, difficulty=difficulty)} == {difficulty}

    def test_an_unknown_difficulty_is_refused(self) -> None:
        with pytest.raises(ValueError, match="difficulty"):
            self.world().generate(seed=0, index=0, difficulty="absurd", held_out=False)

    def test_held_out_scenarios_share_no_combination_with_training(self) -> None:
        trained = set().union(*(self.combinations(one) for one in self.sample(count=40)))
        kept = set().union(*(self.combinations(one) for one in self.sample(held_out=True, count=40)))
        assert trained
        assert kept
        assert trained.isdisjoint(kept)

    def test_ids_are_their_own_and_say_nothing(self) -> None:
        scenarios = [*self.sample(), *self.sample(held_out=True)]
        assert len({one.id for one in scenarios}) == len(scenarios)
        for one in scenarios:
            assert not [secret for secret in self.secrets(one.key) if secret in one.id]

    def test_the_brief_holds_nothing_of_the_key(self) -> None:
        for scenario in [*self.sample(), *self.sample(held_out=True)]:
            told = json.dumps(scenario.brief)
            assert not [secret for secret in self.secrets(scenario.key) if secret in told]

    def test_no_answer_of_the_bench_holds_anything_of_the_key(self) -> None:
        """Law 4 at the world's door: a marker planted in the key, and the key's own texts, are in no tool's answer."""
        for scenario in self.sample(count=4):
            key = {**scenario.key, "solution": "MARK-solution", "lesson": "MARK-lesson", "note": "MARK-note"}
            bench = self.world().open(key)
            shown = [bench.act(self.act(tool, target)).data for tool, target, _ in self.offered(scenario)]
            shown += [bench.act(Act(one["name"], {"x": "MARK"})).data for one in self.world().tools()]
            told = json.dumps(shown)
            assert "MARK-" not in told
            assert not [secret for secret in self.secrets(key) if secret in told]

    def test_everything_offered_can_be_done_for_the_price_that_is_told(self) -> None:
        for scenario in self.sample(count=4):
            for tool, target, (minutes, money) in self.offered(scenario):
                bench = self.world().open(scenario.key)
                result = bench.act(self.act(tool, target))
                assert "error" not in result.data, (tool, target, result.data)
                assert result.minutes <= minutes
                assert result.money == money
                assert (bench.minutes, bench.money) == (result.minutes, result.money)

    @settings(max_examples=60, deadline=None)
    @given(data=st.data())
    def test_wrong_use_is_an_answer_and_costs_nothing(self, data: st.DataObject) -> None:
        world = self.world()
        bench = world.open(self._some_key())
        names = [str(one["name"]) for one in world.tools()]
        arguments = [name for one in world.tools() for name in one["parameters"]["properties"]]
        name = data.draw(st.sampled_from(names) | st.text(max_size=20))
        given_arguments = data.draw(
            st.dictionaries(st.sampled_from(arguments) | st.text(max_size=8), PLAIN, max_size=4)
        )
        result = bench.act(Act(name, given_arguments))
        assert isinstance(result, ToolResult)
        json.dumps(result.data)
        if "error" in result.data:
            assert (bench.minutes, bench.money, result.done) == (0.0, 0.0, False)
            assert len(result.data["error"]) > 10

    def test_an_unknown_tool_is_answered_with_those_there_are(self) -> None:
        answer = self.world().open(self._some_key()).act(Act("hope", {})).data["error"]
        assert all(str(tool["name"]) in answer for tool in self.world().tools())

    def test_opening_and_judging_leave_the_key_as_it_is_and_judging_is_pure(self) -> None:
        scenario = self.sample(count=1)[0]
        before = copy.deepcopy(scenario.key)
        bench = self.world().open(scenario.key)
        for act in self.world().reference(scenario.key):
            bench.act(act)
        final = bench.final()
        kept = copy.deepcopy(final)
        assert self.world().judge(scenario.key, final) == self.world().judge(scenario.key, final)
        assert json.loads(json.dumps(final)) == final == kept
        assert scenario.key == before

    def test_the_reference_repair_is_an_a_and_ends_the_episode(self) -> None:
        for scenario in self.sample(count=4):
            bench = self.world().open(scenario.key)
            results = [bench.act(act) for act in self.world().reference(scenario.key)]
            assert [one.done for one in results] == [False] * (len(results) - 1) + [True]
            judged = self.world().judge(scenario.key, bench.final())
            assert (judged.grade, judged.success) == ("A", 1)

    def test_points_are_the_sum_of_the_categories_where_nothing_is_cut(self) -> None:
        scenario = self.sample(count=1)[0]
        judged = self.world().play_baseline("gold", scenario)
        assert set(judged.categories) == set(self.world().categories)
        assert judged.points == pytest.approx(sum(judged.categories.values()), abs=0.01)
        assert all(judged.categories[name] <= most for name, most in self.world().categories.items())

    def test_gold_is_an_a_on_every_scenario_and_every_other_test_agent_an_f_on_average(self) -> None:
        scenarios = [*self.sample(count=8), *self.sample(held_out=True, count=8)]
        for name, about in self.world().baselines().items():
            judged = [self.world().play_baseline(name, scenario) for scenario in scenarios]
            assert about
            if name == "gold":
                assert {one.grade for one in judged} == {"A"}
            else:
                assert sum(one.points for one in judged) / len(judged) < 60, name
                assert any(one.success == 0 for one in judged), name

    def test_remedies_are_acts_of_the_reference_and_cover_every_true_cause(self) -> None:
        for scenario in self.sample(count=4):
            remedies = self.world().remedies(scenario.key)
            known = {f"{tool}:{target}" for tool, target, _ in self.offered(scenario)}
            assert remedies
            assert all(paths and set(paths) <= known for paths in remedies.values())

    def test_rules_and_tools_are_constant_and_the_catalogue_holds_names_only(self) -> None:
        world = self.world()
        assert world.rules() == world.rules()
        assert json.dumps(world.tools()) == json.dumps(world.tools())
        catalogue = json.loads(world.rules()[-1])["catalogue"]
        for problem in catalogue["problems"].values():
            assert set(problem) == {"title", "causes"}
            assert all(isinstance(title, str) for title in problem["causes"].values())
        assert all(isinstance(name, str) for name in catalogue["parts"].values())

    def test_an_unknown_name_of_a_set_is_a_lookup_error(self) -> None:
        with pytest.raises(LookupError, match="no-such-set"):
            self.world().named("no-such-set")

    def _some_key(self) -> dict[str, Any]:
        return self.sample(count=1)[0].key
