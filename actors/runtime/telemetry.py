"""Logs: structlog with role, node, run and episode bound; keys are struck out, what somebody said is left out.

The log file is for whoever runs the machines. What happened is in the event log, and only there.
"""

from __future__ import annotations

import re
import socket
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final, TextIO

import structlog

STRUCK: Final = "[struck out]"
TEXTS: Final = frozenset(
    {"user", "text", "brief", "message", "messages", "prompt", "reply", "symptoms", "submission", "findings"}
    | {"system", "skills", "arguments", "result", "feedback", "user_description", "comment"}
)
"""Fields that hold what a customer, an agent or a world said."""
KEYS: Final = re.compile(r"(?i)(key|token|secret|password|passwd|authorization|credential)s?$")
"""Names of fields that hold keys."""
_SECRETS: Final = (
    re.compile(r"sk-[A-Za-z0-9_\-]{8,}"),
    re.compile(r"(?i)(?<=bearer )[A-Za-z0-9._\-]{8,}"),
    re.compile(r"(?i)(?<=x-api-key: )\S+"),
    re.compile(r"(?i)\b(?:api[_-]?key|token|secret|password)\b(\s*[=:]\s*)\S+"),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
    re.compile(r"\b(?:AKIA|ghp_|gho_|xox[abp]-|AIza)[A-Za-z0-9_\-]{8,}"),
)
LONGEST: Final = 500
"""Characters of a value; longer ones are cut."""


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Strike keys out, wherever they stand, and leave texts of users, models and worlds out."""
    return {name: _clean(name, value) for name, value in event.items()}


def _clean(name: str, value: Any) -> Any:
    if name in TEXTS:
        return f"[text left out: {len(str(value))} characters]"
    if KEYS.search(name) and not isinstance(value, int | float):  # tokens that are counted are no tokens that open
        return STRUCK
    if isinstance(value, Mapping):
        return {str(inner): _clean(str(inner), part) for inner, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", part) for part in value]
    return struck(value) if isinstance(value, str) else value


def struck(text: str) -> str:
    """A text without keys, and not longer than a log line should be."""
    for secret in _SECRETS:
        text = secret.sub(STRUCK, text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"


def configure(*, as_json: bool, stream: TextIO | None = None) -> None:
    """Let every log line of this process go to a stream: JSON objects for machines, or name=value pairs."""
    last: Any = structlog.processors.JSONRenderer() if as_json else structlog.processors.LogfmtRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            last,
        ],
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )


def logger(role: str, **bound: Any) -> Any:
    """A logger that says who speaks, on which machine, and whatever else is bound (run, episode)."""
    return structlog.get_logger().bind(role=role, node=socket.gethostname(), **bound)
