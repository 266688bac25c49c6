"""The closing act of an episode: typed claims of problems and causes, an account of the work, words to the customer."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from actors.worlds.printer.problem import causes, problems

MOST_PROBLEMS = 3
MOST_CAUSES = 5


class CauseClaim(BaseModel):
    """A root cause, `component.condition`, and how sure the agent is of it (0 to 1)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    cause: str = Field(max_length=80)
    probability: float = Field(default=1.0, ge=0.0, le=1.0)


class Submission(BaseModel):
    """What the agent hands in.

    Attributes:
        problems: at most three problem types.
        causes: at most five root causes with probabilities.
        done: True if the agent says that the machine is repaired.
        work: what it says that it did, as paths `tool:target`.
        message: to the customer.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    problems: tuple[str, ...] = Field(default=(), max_length=MOST_PROBLEMS)
    causes: tuple[CauseClaim, ...] = Field(default=(), max_length=MOST_CAUSES)
    done: bool = False
    work: tuple[str, ...] = Field(default=(), max_length=60)
    message: str = Field(default="", max_length=4000)


class SubmissionInvalid(Exception):  # noqa: N818 - errors read as facts
    """Raised when a submission does not fit its form; the text says which field, and what is allowed."""


def read_submission(arguments: dict[str, Any]) -> Submission:
    """A submission from a tool call's arguments.

    Raises:
        SubmissionInvalid: wrong form, or a name that is not in the catalogue.
    """
    try:
        submission = Submission.model_validate(arguments)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SubmissionInvalid(f"field '{where}': {first['msg']}") from None
    unknown = [p for p in submission.problems if p not in problems()]
    unknown += [c.cause for c in submission.causes if c.cause not in causes()]
    if unknown:
        raise SubmissionInvalid(f"not in the catalogue: {', '.join(unknown)}; use the ids listed there")
    return submission
