"""How lessons are drawn from an episode: by counting at once, or in counsel with a model, which may mend its answer."""

from __future__ import annotations

from actors.runtime.port import Plain
from actors.runtime.sitting import Desk, Sitting


async def lessons_of(desk: Desk, episode: str, case: Plain, cause: str) -> Plain:
    """Ask the reflector until it has lessons; every call of a model stands on `reflect/EPISODE`.

    Args:
        desk: where.
        episode: its name.
        case: what the reflector is shown.
        cause: id of the event that is reflected upon.
    """
    sitting = Sitting(desk, "reflectors", "reflector", f"reflect/{episode}", cause)
    told = await sitting.answer({**case, "episode": episode})
    await sitting.close()
    return told
