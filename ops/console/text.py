"""Text from models, users and files made safe for a terminal: no escapes, no control characters, no hidden turns."""

from __future__ import annotations

import re

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS and kin, when closed
    r"|\x1b[@-Z\\-_]"  # two-character escapes
)
_CONTROLS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without tab and newline, DEL, C1
    r"\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"  # invisible, direction, lone surrogates
)


def safe(text: object) -> str:
    """A text that a terminal shows and does not obey; line breaks and tabs stay."""
    return _CONTROLS.sub("", _ESCAPES.sub("", str(text).replace("\r\n", "\n")))


def line(text: object, width: int = 0) -> str:
    """A safe text on one line, cut to `width` characters if that is given."""
    flat = " ".join(safe(text).split())
    return flat if not width or len(flat) <= width else flat[: width - 1].rstrip() + "…"
