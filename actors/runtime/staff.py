"""The staff: the shells of the five roles. Each holds a role's pure logic and answers with plain values."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any, TypeVar

from actors.llm import catalogue as models
from actors.llm.port import Call, Reply
from actors.roles import agent, reflector
from actors.worlds import catalogue as worlds
from actors.worlds.port import Act, Bench, Judgement, Scenario

Plain = dict[str, Any]
T = TypeVar("T")


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
        return {**asdict(result), "total_minutes": bench.minutes, "total_money": bench.money}


class Agent:
    """Plays episodes through a model. Config: `world`, `model`."""

    def __init__(self, config: Plain) -> None:
        self._world = worlds.load(config["world"])
        self._model = models.load(config["model"])
        self._episodes: dict[str, tuple[agent.AgentState, str]] = {}

    async def answer(self, request: Plain) -> Plain:
        """`begin` an episode, hear results and take the next `turn` (or that which is `known` already), `end` it."""
        episode = request["episode"]
        match request["op"]:
            case "begin":
                return self._begin(episode, request)
            case "turn":
                return await self._turn(episode, request)
            case "end":
                self._episodes.pop(episode, None)
                return {}
            case other:
                raise ValueError(f"an agent does not know '{other}'")

    def _begin(self, episode: str, request: Plain) -> Plain:
        state = agent.begin(
            request["brief"],
            agent.Left(**request["left"]),
            rules=self._world.rules(),
            skills=request["skills"],
            tools=self._world.tools(),
            seed=request["seed"],
            practice=request["practice"],
        )
        prefix = agent.prefix_hash(state)
        self._episodes[episode] = (state, prefix)
        return {"prefix_sha256": prefix}

    async def _turn(self, episode: str, request: Plain) -> Plain:
        state, prefix = _held(self._episodes, episode)
        for told in request["results"]:
            state = agent.observe(state, told["call"], told["result"], agent.Left(**told["left"]))
        if request.get("nudge"):
            state = agent.nudge(state)
        if "known" in request:
            self._episodes[episode] = (agent.hear(state, _recorded(request["known"])), prefix)
            return dict(request["known"])
        started = time.monotonic()
        reply = await self._model.reply(agent.decide(state))
        seconds = 0.0 if self._model.name == "apprentice" else time.monotonic() - started
        asked = agent.prompt_hash(state, prefix)
        self._episodes[episode] = (agent.hear(state, reply), prefix)
        return _told(reply, self._model.name, asked, seconds)


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
    """Reads trajectory, score and key, and proposes lessons. Config: `world`."""

    def __init__(self, config: Plain) -> None:
        self._world = worlds.load(config["world"])

    async def answer(self, request: Plain) -> Plain:
        """Lessons of one episode."""
        key = request["key"]
        lessons = reflector.reflect(request["brief"], request["turns"], key, self._world.remedies(key))
        return {"reflector": reflector.NAME, "lessons": [lesson.model_dump(mode="json") for lesson in lessons]}


def _held(episodes: dict[str, T], episode: str) -> T:
    if episode not in episodes:
        raise EpisodeUnknown(episode)
    return episodes[episode]


def _plain(judgement: Judgement) -> Plain:
    return {**asdict(judgement), "feedback": list(judgement.feedback)}


def _recorded(known: Plain) -> Reply:
    """A reply that the log has, as the agent heard it the first time."""
    return Reply(known["text"], tuple(Call(**call) for call in known["calls"]), known["stop"])


def _told(reply: Reply, model: str, prompt: str, seconds: float) -> Plain:
    return {
        "model": model,
        "prompt_sha256": prompt,
        "text": reply.text,
        "calls": [asdict(call) for call in reply.calls],
        "stop": reply.stop,
        "tokens_in": reply.usage.tokens_in,
        "tokens_out": reply.usage.tokens_out,
        "tokens_cached": reply.usage.tokens_cached,
        "cost_usd": reply.usage.cost_usd,
        "seconds": seconds,
    }
