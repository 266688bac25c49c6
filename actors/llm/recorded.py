"""Answers from a log: `recorded:RUN`, or `recorded:STORE#RUN` of another log, says what the models of that run said.

Nobody is called. An answer is found by the place in the run where it was given and by the hash of all that was asked. A
request that the log does not hold is an error, so a replay that goes another way is noticed at its first step.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from actors.llm.fingerprint import request_hash
from actors.llm.options import Options
from actors.llm.port import Call, ModelUnusable, Reply, Request, Stop
from events import facts
from events.log import EventLog, open_log

_STOPS: dict[str, Stop] = {"end": "end", "tool": "tool", "length": "length", "refused": "refused"}


@dataclass
class Recording:
    """What the models of a run said: by place and hash, and by hash alone where only one answer was given to it."""

    by_place: dict[tuple[str, str], Reply] = field(default_factory=dict)
    by_hash: dict[str, Reply | None] = field(default_factory=dict)

    def take(self, place: str, fact: facts.ModelReplied) -> None:
        """Take an answer in."""
        reply = _reply(fact)
        self.by_place[place, fact.prompt_sha256] = reply
        known = self.by_hash.get(fact.prompt_sha256, reply)
        self.by_hash[fact.prompt_sha256] = reply if known == reply else None


class Recorded:
    """The models of a run, as the log has them.

    Args:
        recording: `RUN`, whose answers; or `STORE#RUN`, with the URL of the log where that is.
        options: with the URL of the log of a mere `RUN`.

    Raises:
        LookupError: the log has no answers of such a run.
    """

    def __init__(self, recording: str, options: Options) -> None:
        store, run = parted(recording)
        self.name, self._run = f"recorded:{run}", run
        with open_log(store or options.store, read_only=True) as log:
            self._recording = read_recording(log, run)
        if not self._recording.by_place:
            raise LookupError(
                f"the log has no run '{run}' with answers of a model; `journeyman log list` names its runs"
            )

    async def reply(self, request: Request) -> Reply:
        """The answer that was given.

        Raises:
            ModelUnusable: none was given to this request.
        """
        asked = request_hash(request)
        found = self._recording.by_place.get((request.place, asked)) or self._recording.by_hash.get(asked)
        if found is None:
            raise ModelUnusable(
                f"run '{self._run}' has no answer to this request (at {request.place or 'no place'}, prompt "
                f"{asked[:12]}): use the same seed, scenarios, skillbook and version as that run",
                "not_recorded",
            )
        return found


def parted(recording: str) -> tuple[str, str]:
    """Store and run of `STORE#RUN`; no store of a mere `RUN`."""
    store, mark, run = recording.rpartition("#")
    return (store, run) if mark and "://" in store else ("", recording)


def read_recording(log: EventLog, run: str) -> Recording:
    """All answers of a run."""
    recording = Recording()
    for event in log.read_all(types=[facts.ModelReplied.fact_name], correlation=run):
        fact = event.fact()
        if isinstance(fact, facts.ModelReplied):
            category, _, name = event.stream.partition("/")
            head = "" if category == "episode" else f"{category}:"
            recording.take(f"{head}{name.partition('/')[2]}#{fact.turn}", fact)
    return recording


def _reply(fact: facts.ModelReplied) -> Reply:
    calls = tuple(Call(call["id"], call["name"], call["arguments"]) for call in fact.calls)
    return Reply(fact.text, calls, _STOPS.get(fact.stop, "end"))
