"""How lessons are drawn from an episode: by counting at once, or in counsel with a model, which may mend its answer."""

from __future__ import annotations

from dataclasses import dataclass

from actors.runtime.chronicle import Chronicle
from actors.runtime.counsel import Counsel, recollected
from actors.runtime.port import JOURNAL, Plain, Runtime
from actors.runtime.purse import Purse


@dataclass(frozen=True)
class Desk:
    """Where a reflector is asked: the runtime, the run, and what pays."""

    runtime: Runtime
    run: str
    purse: Purse


async def lessons_of(desk: Desk, episode: str, case: Plain, cause: str) -> Plain:
    """Ask the reflector until it has lessons; every call of a model stands on `reflect/EPISODE`.

    Args:
        desk: where.
        episode: its name.
        case: what the reflector is shown.
        cause: id of the event that is reflected upon.
    """
    replies: list[Plain] = []

    async def ask(request: Plain) -> Plain:
        told = {**case, "episode": episode, "replies": replies, **request}
        return await desk.runtime.ask("reflectors", told, key=episode)

    told = await ask({})
    if "wish" not in told:
        return told
    stream = f"reflect/{episode}"
    chronicle = Chronicle(desk.runtime, stream, desk.run, cause=cause)
    begun = (await desk.runtime.ask(JOURNAL, {"op": "version", "stream": stream}))["version"] >= 0
    before = await recollected(desk.runtime, stream, "reflector")
    counsel = Counsel(ask, chronicle, desk.purse, "reflector", before)
    while "wish" in told:
        turn = len(replies)
        counsel.recall(turn)
        known = before.replies.get(turn) if begun else None
        if known is not None and known.prompt_sha256 == told["wish"]["prompt_sha256"]:
            chronicle.hold(known)
        else:
            known = await counsel.reply(turn, told["wish"], repair=turn > 0)
        replies.append(known.model_dump())
        told = await ask({})
    await chronicle.flush()
    return told
