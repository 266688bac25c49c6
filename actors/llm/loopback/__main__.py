"""`python -m actors.llm.loopback`: a provider on this machine, with the offline apprentice behind it."""

from __future__ import annotations

import argparse
import asyncio
import sys

from actors.llm import catalogue
from actors.llm.loopback.faults import names, parse
from actors.llm.loopback.server import Loopback, serve


def main() -> None:
    """Serve until somebody stops it."""
    reader = argparse.ArgumentParser(prog="python -m actors.llm.loopback", description=__doc__)
    reader.add_argument("--port", type=int, default=8765)
    reader.add_argument("--brain", default="apprentice", help="the model that answers")
    reader.add_argument("--latency", type=float, default=0.0, metavar="SECONDS")
    reader.add_argument("--faults", default="", help=f"of the first requests, by commas: {' '.join(names())}")
    asked = reader.parse_args()
    try:
        loopback = Loopback(catalogue.load(asked.brain), parse(asked.faults), latency=asked.latency)
    except (ValueError, LookupError) as error:
        reader.error(str(error))
    try:
        asyncio.run(_forever(loopback, asked.port))
    except KeyboardInterrupt:
        return


async def _forever(loopback: Loopback, port: int) -> None:
    runner, url = await serve(loopback, port)
    sys.stdout.write(f"anthropic: ANTHROPIC_BASE_URL={url}\nopenai:    --base-url {url}/v1\n")
    sys.stdout.flush()
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    main()
