"""The staff: the shells of the five roles. Each holds a role's pure logic and answers with plain values."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any, TypeVar

from actors.llm.port import Reply, Request
from actors.roles import agent, critique, reflector
from actors.roles.prompts import prompt
from actors.runtime.minds import Mind, RecordingDiffers, as_reply, mended
from actors.worlds import catalogue as worlds
from actors.worlds.port import Act, Bench, Judgement, Scenario

Plain = dict[str, Any]
T = TypeVar("T")
COUNTING = "counting"
"""The reflector that asks nobody."""


class EpisodeUnknown(Exception):  # noqa: N818 - errors read as facts
    """Raised when a worker is asked about an episode that it does not hold: it has taken a dead one's place."""


class Generator:
    """Proposes scenarios. Config: `world`."""

    def __init__(self, config: Plain) -> None:
        self._world = worlds.load(config["world"])

    async def answer(self, request: Plain) -> Plain:
        """The scenario of a seed and index."""
        return asdict(
            self._world.generate(
                seed=request["seed"],
                index=request["index"],
                difficulty=request["difficulty"],
                held_out=request["held_out"],
                kinds=tuple(request.get("kinds", ())),
            )
        )


class Printer:
    """Holds benches: one for each episode that is being played. Config: `world`."""

    def __init__(self, config: Plain) -> None:
        self._world = worlds.load(config["world"])
        self._benches: dict[str, Bench] = {}

    async def answer(self, request: Plain) -> Plain:
        """`open` a bench from a key, `act` on it, `close` it and tell how it was left; `end` what failed."""
        episode = request["episode"]
        match request["op"]:
            case "open":
                self._benches[episode] = self._world.open(request["key"])
                return {}
            case "act":
                return self._act(_held(self._benches, episode), request["call"])
            case "end":
                self._benches.pop(episode, None)
                return {}
            case "close":
                final = _held(self._benches, episode).final()
                del self._benches[episode]
                return {"final": final}
            case other:
                raise ValueError(f"a bench does not know '{other}'")

    def _act(self, bench: Bench, call: Plain) -> Plain:
        result = bench.act(Act(call["name"], call["arguments"]))
        return {
            "data": result.data,
            "minutes": result.minutes,
            "money": result.money,
            "done": result.done,
            "total_minutes": bench.minutes,
            "total_money": bench.money,
        }


class Agent:
    """Plays episodes through a model. Config: `world`, `model`, and `options` of the way to it."""

    def __init__(self, config: Plain) -> None:
        self._world = worlds.load(config["world"])
        self._mind = Mind(config)
        self._episodes: dict[str, tuple[agent.AgentState, str]] = {}

    async def answer(self, request: Plain) -> Plain:
        """`begin` an episode, take the next `turn`, `end` it.

        A turn of a model that costs something comes in steps: `turn` tells the wish, `call` asks the model; where
        answers travel in batches, `submit` comes between and gives the `ticket` of the call. An
        answer that the log has already comes with the turn as `known`.
        """
        episode = request["episode"]
        match request["op"]:
            case "begin":
                return self._begin(episode, request)
            case "turn":
                return await self._turn(episode, request)
            case "submit":
                return await self._mind.submitted(agent.decide(self._wished(episode)[0]))
            case "call":
                return await self._call(episode, request.get("ticket"))
            case "end":
                self._episodes.pop(episode, None)
                return {}
            case other:
                raise ValueError(f"an agent does not know '{other}'")

    async def close(self) -> None:
        """Give the model's connections back."""
        await self._mind.close()

    def _begin(self, episode: str, request: Plain) -> Plain:
        state = agent.begin(
            request["brief"],
            agent.Left(**request["left"]),
            rules=(*self._world.rules(), *self._manner()),
            skills=request["skills"],
            tools=self._world.tools(),
            seed=request["seed"],
            practice=request["practice"],
        )
        prefix = agent.prefix_hash(state)
        self._episodes[episode] = (state, prefix)
        return {"prefix_sha256": prefix, "prompts": self._prompts()}

    def _manner(self) -> tuple[str, ...]:
        """How to go about it, for models that are told in words; the apprentice reads rules and skills alone."""
        return () if self._mind.model.name == "apprentice" else (prompt("agent").text,)

    def _prompts(self) -> Plain:
        return {} if self._mind.model.name == "apprentice" else {prompt("agent").name: prompt("agent").sha256}

    async def _turn(self, episode: str, request: Plain) -> Plain:
        state, prefix = _held(self._episodes, episode)
        for told in request["results"]:
            state = agent.observe(state, told["call"], told["result"], agent.Left(**told["left"]))
        if request.get("nudge"):
            state = agent.nudge(state, str(request["nudge"]))
        if "known" in request:
            return self._hear(episode, state, prefix, request["known"])
        place = f"{episode.rpartition('/')[2]}#{request.get('turn', 0)}"
        self._episodes[episode] = (replace(state, place=place), prefix)
        if self._mind.free:
            return await self._call(episode)
        state, _, asked = self._wished(episode)
        return {"wish": self._mind.wish(agent.decide(state), asked)}

    def _hear(self, episode: str, state: agent.AgentState, prefix: str, known: Plain) -> Plain:
        """Go on with an answer that the log has, as the agent heard it the first time."""
        if not self._mind.free and agent.prompt_hash(state, prefix) != known["prompt_sha256"]:
            raise RecordingDiffers(
                f"the log has an answer for {state.place or 'this turn'}, but to another prompt: the world, the "
                "prompts or the skills have changed since; begin a new run"
            )
        self._episodes[episode] = (agent.hear(state, as_reply(known)), prefix)
        return dict(known)

    async def _call(self, episode: str, ticket: Plain | None = None) -> Plain:
        state, prefix, asked = self._wished(episode)
        if ticket:
            reply, told = await self._mind.collected(ticket, agent.decide(state), asked)
        else:
            reply, told = await self._mind.told(agent.decide(state), asked)
        if reply is None:
            return told
        self._episodes[episode] = (agent.hear(state, reply), prefix)
        return told

    def _wished(self, episode: str) -> tuple[agent.AgentState, str, str]:
        state, prefix = _held(self._episodes, episode)
        return state, prefix, agent.prompt_hash(state, prefix)


class Evaluator:
    """Opens keys and scores. Config: `world`."""

    def __init__(self, config: Plain) -> None:
        self._world = worlds.load(config["world"])

    async def answer(self, request: Plain) -> Plain:
        """Judge what an episode left behind, or what a test agent of the world makes of a scenario."""
        if "baseline" in request:
            scenario = Scenario(**request["scenario"])
            return {"rubric": self._world.rubric, **_plain(self._world.play_baseline(request["baseline"], scenario))}
        return {"rubric": self._world.rubric, **_plain(self._world.judge(request["key"], request["final"]))}


class Reflector:
    """Reads trajectory, score and key, and proposes lessons. Config: `world`; `model`, unless it is by counting."""

    def __init__(self, config: Plain) -> None:
        self._world = worlds.load(config["world"])
        self._mind = None if config.get("model", COUNTING) == COUNTING else Mind(config)

    async def answer(self, request: Plain) -> Plain:
        """Lessons of one episode, or the `wish` of a call that is needed first; `call` makes that call.

        The model's `replies` so far come with the request, so nothing is held here.
        """
        key = request["key"]
        remedies = self._world.remedies(key)
        if self._mind is None:
            found = reflector.reflect(request["brief"], request["turns"], key, remedies)
            return {"reflector": reflector.NAME, "lessons": [lesson.model_dump(mode="json") for lesson in found]}
        told = ("brief", "turns", "key", "feedback", "attempts")
        case = critique.Closed(remedies=remedies, **{name: request[name] for name in told if name in request})
        return await self._counselled(self._mind, case, request)

    async def close(self) -> None:
        """Give the model's connections back."""
        if self._mind is not None:
            await self._mind.close()

    async def _counselled(self, mind: Mind, case: critique.Closed, request: Plain) -> Plain:
        place = f"reflect:{request['episode'].partition('/')[2]}#{len(request.get('replies', []))}"

        def ask(said: list[Reply], complaints: list[str]) -> Request:
            return critique.ask(case, said, complaints, seed=0, place=place)

        def read(told: Plain) -> Plain:
            return {"lessons": [lesson.model_dump(mode="json") for lesson in critique.lessons(case, told)]}

        told = await mended(mind, request, ask, read)
        if "repairs" not in told:
            return told
        used = prompt("reflector")
        named = {"reflector": critique.name_of(mind.model.name), "prompts": {used.name: used.sha256}}
        return {**named, "repairs": told["repairs"], "lessons": told.get("lessons", [])}


def _held(episodes: dict[str, T], episode: str) -> T:
    if episode not in episodes:
        raise EpisodeUnknown(episode)
    return episodes[episode]


def _plain(judgement: Judgement) -> Plain:
    return {**asdict(judgement), "feedback": list(judgement.feedback)}
