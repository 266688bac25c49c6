"""Watching a run: moving bars on a terminal, one plain line a wave everywhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from actors.runtime.observer import Observer, Phase, Plan, Silence
from ops.console.screen import is_lively
from ops.console.tally import Tally
from ops.console.text import line, safe

PHASES = {"train": "Practise", "held_out": "Compare"}
REFRESHES = 4
"""Times a second that a bar is redrawn: display must never cost what the run is worth."""


@contextmanager
def watching(stream: TextIO) -> Iterator[Observer]:
    """The observer that fits a stream: bars for a terminal, given back at the end; lines for a file or a pipe."""
    if not is_lively(stream):
        yield Lines(stream)
        return
    bars = Bars(stream)
    try:
        yield bars
    finally:
        bars.close()


class Lines(Silence):
    """One line for each wave, and for whatever a person should know."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._tally, self._lessons = stream, Tally(), ""

    def run_started(self, plan: Plan) -> None:
        """Say what is about to happen."""
        self.note(opening(plan))

    def wave_started(self, wave: int, phase: Phase, n: int) -> None:  # noqa: ARG002 - the port's signature
        """Begin a new line of figures."""
        self._tally.begin_wave()

    def episode_finished(self, summary: dict[str, Any]) -> None:
        """Take the figures in; the wave's end shows them."""
        self._tally.add(summary)

    def recalled(self, phase: Phase, n: int, failed: int, mean: float) -> None:
        """Count what the log has already; the line says so."""
        self.note(f"{PHASES[phase]}: {n + failed} episodes are in the log already, score {mean:.1f}")

    def skillbook_changed(self, version: int, added: int, revised: int, retired: int) -> None:
        """Remember what was learned for the wave's line."""
        self._lessons = f", {learned(version, added, revised, retired)}"

    def wave_finished(self, wave: int, phase: Phase) -> None:
        """Show the wave's figures."""
        self.note(f"{step(wave, phase)}: {self._tally.wave.n} episodes, {self._tally.words()}{self._lessons}")
        self._lessons = ""

    def note(self, text: str) -> None:
        """Write a line."""
        self._stream.write(safe(text) + "\n")
        self._stream.flush()


class Bars(Silence):
    """One bar for practice and one for the comparison, with the running score and cost."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console  # noqa: PLC0415 - costs start-up time that a pipe need not pay
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

        self._progress = Progress(
            TextColumn("{task.description:<9}", markup=False),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[figures]}", markup=False),
            console=Console(file=stream, highlight=False),
            refresh_per_second=REFRESHES,
        )
        self._tally = Tally()
        self._tasks: dict[str, Any] = {}

    def run_started(self, plan: Plan) -> None:
        """Draw a bar for each phase that has something to do."""
        self._print(opening(plan))
        for phase, total in (("train", plan.episodes), ("held_out", plan.held_out)):
            if total:
                self._tasks[phase] = self._progress.add_task(PHASES[phase], total=total, figures="", start=False)
        self._progress.start()

    def wave_started(self, wave: int, phase: Phase, n: int) -> None:  # noqa: ARG002 - the port's signature
        """Start the phase's clock."""
        self._tally.begin_wave()
        if phase in self._tasks:
            self._progress.start_task(self._tasks[phase])

    def episode_finished(self, summary: dict[str, Any]) -> None:
        """Move the bar; test agents are not part of what was planned."""
        self._tally.add(summary)
        task = self._tasks.get(summary["phase"])
        if task is not None and not str(summary["arm"]).startswith("baseline:"):
            self._progress.update(task, advance=1, figures=self._tally.words())

    def recalled(self, phase: Phase, n: int, failed: int, mean: float) -> None:  # noqa: ARG002 - the port's signature
        """Move the bar by what the log has already."""
        if phase in self._tasks:
            self._progress.update(self._tasks[phase], advance=n + failed)

    def skillbook_changed(self, version: int, added: int, revised: int, retired: int) -> None:
        """Say above the bars what was learned, and in which mood of the score."""
        self._print(f"  {self._tally.words():<32} {learned(version, added, revised, retired)}")

    def run_finished(self, run: str, status: str) -> None:  # noqa: ARG002 - the port's signature
        """Leave the bars as they are and give the terminal back."""
        self.close()

    def note(self, text: str) -> None:
        """Write a line above the bars."""
        self._print(text)

    def close(self) -> None:
        """Give the terminal back, also after a failure. Closing twice is harmless."""
        self._progress.stop()

    def _print(self, text: str) -> None:
        self._progress.console.print(safe(text), markup=False, highlight=False, soft_wrap=True)


def opening(plan: Plan) -> str:
    """What a run is about to do, in one line."""
    work = [f"{plan.episodes} episodes in {plan.waves} wave{'s' * (plan.waves != 1)}"] if plan.episodes else []
    work += [f"{plan.held_out} episodes to compare"] if plan.held_out else []
    return line(
        f"Run {plan.run}: {plan.agent} at the {plan.world}, skillbook {plan.skillbook}, {', then '.join(work)}, "
        f"runtime {plan.runtime} with {plan.workers} worker{'s' * (plan.workers != 1)}, seed {plan.seed}"
    )


def step(wave: int, phase: Phase) -> str:
    """The name of a wave as people count: from 1."""
    return f"{PHASES[phase]} {wave + 1}" if phase == "train" else PHASES[phase]


def learned(version: int, added: int, revised: int, retired: int) -> str:
    """What a wave did to the book."""
    parts = [
        f"{count} {verb}" for count, verb in ((added, "added"), (revised, "revised"), (retired, "retired")) if count
    ]
    return f"book version {version}: {', '.join(parts) or 'unchanged'}"
