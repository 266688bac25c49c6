"""Bytes in the log and between actors: canonical msgpack of plain values."""

from __future__ import annotations

from typing import Any

import msgpack

from events.fact import Fact

Plain = dict[str, Any]


def pack(value: Any) -> bytes:
    """Plain values (dict, list, str, int, float, bool, bytes, None) as msgpack.

    Lone surrogates, which models do emit, become U+FFFD: the store must never refuse or tear a text.
    """
    try:
        return _pack(value)
    except UnicodeEncodeError:
        return _pack(_mended(value))


def unpack(data: bytes) -> Any:
    """The plain value again; extension types are refused as foreign."""
    return msgpack.unpackb(data, raw=False, strict_map_key=False)


def pack_fact(fact: Fact) -> bytes:
    """A fact's payload, fields in the order of their definition, unknown fields last."""
    return pack(fact.model_dump(mode="python"))


def _pack(value: Any) -> bytes:
    data: bytes = msgpack.packb(value, use_bin_type=True)
    return data


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_mended(k): _mended(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_mended(v) for v in value]
    return value
