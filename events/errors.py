"""Everything that the log can refuse, said for the person who must act."""

from __future__ import annotations


class LogError(Exception):
    """Root of all errors of the log; its text says what was wrong and what to do."""


class WrongExpectedVersion(LogError):  # noqa: N818 - errors read as facts
    """Raised when a stream is not at the version that the writer expected.

    Attributes:
        stream: the stream that was to be appended to.
        expected: the version that the writer expected (-1: no stream yet).
        actual: the version that the store found.
    """

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        self.stream, self.expected, self.actual = stream, expected, actual
        super().__init__(
            f"stream '{stream}' is at version {actual}, not at {expected} as expected: "
            "somebody else has written to it; read it again and decide anew"
        )


class IdentityConflict(LogError):  # noqa: N818 - errors read as facts
    """Raised when an event's identity is already recorded with other content."""

    def __init__(self, event_id: str, what: str) -> None:
        self.event_id = event_id
        super().__init__(f"event '{event_id}' is already recorded with another {what}; nothing was appended")


class VersionTaken(WrongExpectedVersion, IdentityConflict):
    """Raised when other events stand where these were expected to go: the version and the identity are theirs."""

    def __init__(self, stream: str, expected: int, actual: int, version: int, what: str) -> None:
        self.stream, self.expected, self.actual = stream, expected, actual
        self.event_id = f"{stream}@{version}"
        LogError.__init__(
            self,
            f"stream '{stream}' is at version {actual}, not at {expected} as expected: version {version} is already "
            f"recorded with another {what}; nothing was appended; read the stream again and decide anew",
        )


class UnfitEvent(LogError, ValueError):  # noqa: N818 - errors read as facts
    """Raised when a proposed event cannot be recorded at all: a bad name, no id where one is needed, too large."""


class UnknownStore(LogError, ValueError):  # noqa: N818 - errors read as facts
    """Raised when a URL names no store that exists here."""


class UnknownFact(LogError):  # noqa: N818 - errors read as facts
    """Raised when an event's type or schema number is not registered in this version of Journeyman."""

    def __init__(self, name: str, schema: int, known: int | None) -> None:
        self.name, self.schema = name, schema
        seen = "it is not known here" if known is None else f"here it is known up to schema {known}"
        super().__init__(f"event type '{name}', schema {schema}: {seen}; use a newer journeyman or import its plugin")


class CorruptLog(LogError):  # noqa: N818 - errors read as facts
    """Raised when the store is not a log of ours, or is damaged beyond what reading can bear."""


class ForeignFile(CorruptLog):
    """Raised when a file or database belongs to somebody else; it was left as it is."""


class StoreUnavailable(LogError):  # noqa: N818 - errors read as facts
    """Raised when the outside fails: disk full, no permission, locked by another writer, database away."""


class LogOccupied(StoreUnavailable):
    """Raised when another process writes to this log; when that one is dying, the log is free in a moment."""
