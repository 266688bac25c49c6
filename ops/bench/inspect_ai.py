"""A sample of Inspect AI on its mock model with five tool calls, in an environment of its own; its processor time."""

from __future__ import annotations

import subprocess
from typing import Final

SAMPLES: Final = 200
TIMEOUT: Final = 600.0

_PROGRAM: Final = """
import time
from tempfile import mkdtemp
from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import includes
from inspect_ai.solver import generate, use_tools
from inspect_ai.tool import tool

@tool
def look():
    async def execute(on: str):
        '''Look at a place.

        Args:
            on: the place.
        '''
        return '{"value": 7, "state": "normal"}'
    return execute

def used(output):
    output.usage = ModelUsage(input_tokens=900, output_tokens=60, total_tokens=960)  # else it counts, with a download
    return output

def said():
    while True:
        for turn in range(5):
            yield used(ModelOutput.for_tool_call("mockllm/model", "look", {"on": "left"}))
        yield used(ModelOutput.from_content("mockllm/model", "left"))

def task(n):
    return Task([Sample(input="The left is odd.", target="left", id=i) for i in range(n)],
                solver=[use_tools(look()), generate(tool_calls="loop")], scorer=includes())

def played(n):
    begun = time.process_time()
    done = eval(task(n), model=get_model("mockllm/model", custom_outputs=said()), display="none", log_dir=mkdtemp(),
                max_samples=1)
    assert done[0].status == "success", done[0].error
    return time.process_time() - begun

played(5)
print((played(SAMPLES) - played(5)) / (SAMPLES - 5))
"""


class PeerUnusable(Exception):  # noqa: N818 - errors read as facts
    """Raised when the interpreter that was given cannot run Inspect AI; the text says what it said."""


def seconds_a_sample(python: str) -> float:
    """Processor seconds of one sample, its set-up left out.

    Args:
        python: interpreter of an environment that has Inspect AI.

    Raises:
        PeerUnusable: it has not.
    """
    program = _PROGRAM.replace("SAMPLES", str(SAMPLES))
    try:
        done = subprocess.run(  # noqa: S603 - the user names the interpreter
            [python, "-c", program], capture_output=True, text=True, timeout=TIMEOUT, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        said = str(getattr(error, "stderr", "") or error).strip().splitlines()[-1:]
        raise PeerUnusable(f"'{python}' cannot run Inspect AI: {''.join(said)}; pip install inspect-ai there") from None
    return float(done.stdout.split()[-1])
