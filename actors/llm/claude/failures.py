"""What can go wrong between us and the provider, whatever the SDK makes of it, as one kind of failure."""

from __future__ import annotations

import json
from typing import Any

from actors.llm.port import ModelFailed, ModelUnusable

LONGEST = 300
STATUSES = {408: "timeout", 409: "server", 429: "rate_limited", 529: "overloaded"}
TYPES = {"rate_limit_error": "rate_limited", "overloaded_error": "overloaded", "api_error": "server"}
_CREDIT = ("credit balance", "billing", "insufficient_quota", "quota exceeded your current", "payment required")


def http_failure(status: int, message: str, *, kind: str = "", retry_after: str | None = None) -> ModelFailed:
    """The failure that a status means.

    Args:
        status: of HTTP; a 200 with an error inside it is told apart by `kind`.
        message: what the provider says.
        kind: its own word for it (`overloaded_error`).
        retry_after: the header, if there was one.
    """
    said = f"{message.strip()[:LONGEST]}" + (f" (HTTP {status})" if status else "")
    if status == 402 or any(word in message.lower() for word in _CREDIT):  # noqa: PLR2004 - payment required
        return ModelUnusable(f"the account has no credit left: {said}; top it up, then resume", "credit", status=status)
    if status in (401, 403):
        return ModelUnusable(f"the key is not accepted: {said}; check the key in the environment", "key", status=status)
    if status == 404:  # noqa: PLR2004 - not found
        return ModelUnusable(f"no such model or address: {said}", "unknown_model", status=status)
    found = STATUSES.get(status) or TYPES.get(kind) or ("server" if status >= 500 or status < 400 else "rejected")  # noqa: PLR2004
    return ModelFailed(said, found, retry_after=_seconds(retry_after), status=status)


def failure_of(error: Exception) -> ModelFailed:
    """The failure behind an exception of the SDK, of its HTTP library, or of reading what came back."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if "APIStatusError" in names:
        return _from_status(error)
    if names & {"APITimeoutError", "TimeoutException", "TimeoutError"}:
        return ModelFailed("no answer in time", "timeout")
    if isinstance(error, ValueError) or "APIResponseValidationError" in names:
        return ModelFailed(f"the answer cannot be read: {type(error).__name__}", "garbled")
    if names & {"APIConnectionError", "TransportError", "ClientError", "OSError", "StreamError", "DecodingError"}:
        return ModelFailed(f"the connection failed: {type(error.__cause__ or error).__name__}", "connection")
    return ModelFailed(f"{type(error).__name__}: {error}"[:LONGEST], "rejected")


def _from_status(error: Any) -> ModelFailed:
    body: dict[str, Any] = error.body if isinstance(error.body, dict) else {}
    told = body.get("error")
    inner: dict[str, Any] = told if isinstance(told, dict) else {}
    message = str(inner.get("message") or error.message)
    headers = error.response.headers
    return http_failure(
        int(error.status_code), message, kind=str(inner.get("type", "")), retry_after=headers.get("retry-after")
    )


def _seconds(header: str | None) -> float | None:
    try:
        return max(float(header), 0.0) if header else None
    except ValueError:
        return None  # a date: rare, and our own waits do as well


def read_json(body: bytes) -> dict[str, Any]:
    """The object in a body.

    Raises:
        ModelFailed: it is none: HTML of a proxy, half a body, broken UTF-8.
    """
    try:
        told = json.loads(body.decode("utf-8", "strict"))
    except ValueError:
        raise ModelFailed("the answer is not JSON in UTF-8; is a proxy in between?", "garbled") from None
    if not isinstance(told, dict):
        raise ModelFailed("the answer is not a JSON object", "garbled")
    return told
