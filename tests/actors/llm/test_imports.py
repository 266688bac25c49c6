"""Reaching for a model costs nothing before it is asked: no SDK, no network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CODE = """
import socket, sys
def refuse(*told): raise OSError("no network at import")
socket.socket.connect = refuse
import actors, actors.llm.claude.model, actors.llm.others.model
from actors.llm import catalogue
from actors.llm.options import Options
catalogue.load("anthropic:claude-opus-5", Options(base_url="http://127.0.0.1:1"))
sys.exit(sorted({"anthropic", "litellm", "openai", "aiohttp", "httpx", "httpx2", "ray"} & set(sys.modules)) or 0)
"""


def test_making_a_model_imports_no_sdk_and_opens_no_socket() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
        env={"ANTHROPIC_API_KEY": "sk-test-0123456789"},
    )
    assert (done.returncode, done.stderr) == (0, "")
