"""The review queue: deltas that wait for a person, who accepts, rejects with a reason, or edits and accepts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from events.book_facts import ProposalReviewed, SkillsProposed
from events.log import EventLog
from ops import books
from ops.failures import WrongUse
from ops.logs import moment
from ops.pens import Change, Page, write
from skillbooks.screening import sifted
from skillbooks.skillbook import stream_of

Plain = dict[str, Any]


def waiting(log: EventLog, name: str) -> list[Plain]:
    """Proposals that nobody has decided about, oldest first. A later one of the same curator takes an older's place.

    Raises:
        WrongUse: the log has no such book.
    """
    books.history(log, name)
    open_: dict[str, Plain] = {}
    for event in log.read_stream(stream_of(name)):
        fact = event.fact()
        if isinstance(fact, ProposalReviewed):
            open_.pop(fact.proposal, None)
        elif isinstance(fact, SkillsProposed):
            for older in [id_ for id_, one in open_.items() if one["curator"] == fact.curator]:
                del open_[older]
            open_[event.id] = {
                "proposal": event.id,
                "position": event.position,
                "time": moment(event.time),
                "run": event.correlation,
                **fact.model_dump(mode="json"),
            }
    return list(open_.values())


def decide(
    log: EventLog,
    name: str,
    proposal: str,
    *,
    accept: bool,
    reason: str = "",
    by: str = "",
    edited: Sequence[Plain] | None = None,
) -> Plain:
    """Decide about a proposal; the object of `skills review PROPOSAL --json`.

    Args:
        log: open for writing.
        name: of the book.
        proposal: its id, as the queue lists it.
        accept: whether it is applied.
        reason: needed for a rejection.
        by: who decides.
        edited: operations in place of the proposed ones.

    Raises:
        WrongUse: nothing waits under this id, a rejection without a reason, an edit that may not be learned, or a
            proposal that does not fit the book any more; nothing was written.
    """
    found = next((one for one in waiting(log, name) if one["proposal"] == proposal), None)
    if found is None:
        known = ", ".join(one["proposal"] for one in waiting(log, name)) or "nothing"
        raise WrongUse(f"no proposal '{proposal}' waits for '{name}'; waiting: {known}")
    if not accept and not reason:
        raise WrongUse("a rejection needs a --reason: the curator goes by it")
    operations = list(found["operations"]) if edited is None else list(edited)
    _, unfit = sifted(operations)
    if accept and unfit:
        raise WrongUse(f"not accepted: {unfit[0][1]}")
    verdict = "reject" if not accept else "accept" if edited is None else "edit"
    fact = ProposalReviewed(
        skillbook=name, proposal=proposal, verdict=verdict, reason=reason, by=by,
        refused=() if accept else tuple(one["skill"] for one in operations if one.get("skill")),
    )  # fmt: skip

    def change(page: Page) -> Change:
        del page
        if not accept:
            return Change(before=[fact])
        same = len(operations) == len(found["sources"])
        sources = tuple(tuple(names) for names in found["sources"]) if same else ()
        return Change(operations, [fact], curator=found["curator"], sources=sources, evidence=tuple(found["evidence"]))

    book = write(log, name, change, by=f"review/{name}")
    return {"skillbook": name, "proposal": proposal, "verdict": verdict, "reason": reason,
            "version": book.version if book else 0}  # fmt: skip
