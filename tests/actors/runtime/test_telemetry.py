"""Log lines say who, where, which run and which episode, and never a key nor what somebody said."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.runtime.telemetry import STRUCK, configure, logger, redact, struck

KEYS = [
    "sk-ant-api03-AbCdEf0123456789-xyz",
    "Bearer eyJhbGciOi.JIUzI1NiIs",
    "api_key=verysecret123",
    "password: hunter2hunter2",
    "postgresql://journeyman:s3cr3tpw@db/log",
    "AKIAIOSFODNN7EXAMPLE",
]


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_struck_out_wherever_it_stands(key: str) -> None:
    told = json.dumps(redact(None, "", {"what": f"calling {key} failed", "deep": [{"why": key}], "api_key": "x1y2"}))
    for secret in ("AbCdEf0123456789", "eyJhbGciOi", "verysecret123", "hunter2hunter2", "s3cr3tpw", "AKIAIOSF", "x1y2"):
        assert secret not in told
    assert STRUCK in told


@given(st.text(min_size=1, max_size=200))
def test_what_a_customer_or_a_model_said_is_left_out(said: str) -> None:
    told = redact(None, "", {"event": "e", "brief": {"user": said}, "reply": said, "text": said, "n": 3})
    assert told == {
        "event": "e",
        "n": 3,
        **{name: f"[text left out: {size} characters]" for name, size in
           (("brief", len(str({"user": said}))), ("reply", len(said)), ("text", len(said)))},
    }  # fmt: skip


def test_counts_of_tokens_are_no_keys_and_long_values_are_cut() -> None:
    assert redact(None, "", {"tokens_in": 5, "max_tokens": 7, "auth_token": "abc"}) == {
        "tokens_in": 5, "max_tokens": 7, "auth_token": STRUCK,
    }  # fmt: skip
    assert struck("x" * 2000).endswith("… (2000 characters)")


def test_a_json_line_names_role_node_run_and_episode() -> None:
    stream = io.StringIO()
    configure(as_json=True, stream=stream)
    logger("agents", run="stress-1", episode="held_out-stress-000003").warning("episode_failed", cause="sk-abcdefghijk")
    line = json.loads(stream.getvalue())
    assert {"role", "node", "run", "episode", "timestamp", "level", "event"} <= line.keys()
    assert (line["run"], line["episode"], line["cause"]) == ("stress-1", "held_out-stress-000003", STRUCK)
