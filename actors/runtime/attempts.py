"""Earlier attempts on a scenario, so that a reflector can see side by side what differed."""

from __future__ import annotations

import asyncio
from typing import Any

from actors.runtime.port import Plain, Runtime
from actors.runtime.reading import load, pages
from events import facts

MOST = 3
"""Attempts that are shown, the latest ones."""
_TYPES = (facts.EpisodeStarted, facts.ToolReturned, facts.EpisodeScored)


class Attempts:
    """The attempts of a run. Only those of earlier waves count, so that it makes no difference who was quicker."""

    def __init__(self, runtime: Runtime, run: str) -> None:
        self._runtime, self._run = runtime, run
        self._read, self._lock = 0, asyncio.Lock()
        self._open: dict[str, Plain] = {}
        self._known: dict[str, list[Plain]] = {}

    async def before(self, scenario: str, wave: int) -> list[Plain]:
        """What was tried at a scenario in earlier waves of practice: acts, points, success and feedback of each."""
        async with self._lock:
            names = [fact.fact_name for fact in _TYPES]
            async for event in pages(self._runtime, self._read, types=names, correlation=self._run):
                self._read = event["position"]
                self._take(event["stream"], load(event))
        found = [attempt for attempt in self._known.get(scenario, ()) if attempt["wave"] < wave]
        found.sort(key=lambda attempt: (attempt["wave"], attempt["index"]))
        shown = ("acts", "points", "success", "feedback")
        return [{name: attempt[name] for name in shown} for attempt in found[-MOST:]]

    def _take(self, stream: str, fact: Any) -> None:
        if isinstance(fact, facts.EpisodeStarted):
            if fact.phase == "train":
                self._open[stream] = {"scenario": fact.scenario, "wave": fact.wave, "index": fact.index, "acts": []}
        elif stream in self._open and isinstance(fact, facts.ToolReturned):
            self._open[stream]["acts"].append(path_of(fact.call))
        elif stream in self._open and isinstance(fact, facts.EpisodeScored):
            attempt = self._open.pop(stream)
            attempt |= {"points": fact.points, "success": fact.success, "feedback": list(fact.feedback)}
            self._known.setdefault(attempt["scenario"], []).append(attempt)


def path_of(call: Plain) -> str:
    """A call as `tool:target`; the target is its first argument."""
    return f"{call['name']}:{next(iter(call['arguments'].values()), '')}"
