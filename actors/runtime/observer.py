"""Who watches a training: told what happens as it happens, and never able to change it. Plain values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

Plain = dict[str, Any]
Phase = Literal["train", "held_out"]
Kind = Literal["brief", "reply", "tool", "submission", "score", "key"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is about to do.

    Attributes:
        run: the run's name in the log.
        command: train, evaluate, try, …
        world: the trade.
        agent: who plays.
        skillbook: the book's name and, after @, the version it starts from.
        episodes: training episodes that are still to be played.
        held_out: episodes of the comparison that are still to be played, all arms together, baselines left out.
        waves: training waves that are still to come.
        workers: episodes at a time.
        runtime: local or ray.
        seed: of the run.
    """

    run: str
    command: str
    world: str
    agent: str
    skillbook: str
    episodes: int
    held_out: int
    waves: int
    workers: int
    runtime: str
    seed: int


class Observer(Protocol):
    """What may be told. A call returns at once; a slow observer must keep its own pace."""

    def run_started(self, plan: Plan) -> None:
        """The run begins, or goes on after a stop."""
        ...

    def wave_started(self, wave: int, phase: Phase, n: int) -> None:
        """`n` episodes are about to be played against one version of the book."""
        ...

    def episode_finished(self, summary: Plain) -> None:
        """An episode is scored or given up.

        Args:
            summary: `index`, `phase`, `arm`, `points`, `success`, `grade`, `minutes`, `money`, `tokens`, `cost_usd`;
                `points` is None if it failed outside the agent.
        """
        ...

    def recalled(self, phase: Phase, n: int, failed: int, mean: float) -> None:
        """So many episodes were scored, or failed, before the run was stopped; `mean` is of the scored ones' points."""
        ...

    def turn(self, episode: str, kind: Kind, data: Plain) -> None:
        """One step of an episode, for those who read along.

        Args:
            episode: the episode's stream.
            kind: what it is.
            data: for `brief` and `key` the scenario's two halves, else the fields of ModelReplied, ToolReturned,
                SubmissionMade or EpisodeScored.
        """
        ...

    def skillbook_changed(self, version: int, added: int, revised: int, retired: int) -> None:
        """The wave's lessons made a new version of the book; told before the wave's end."""
        ...

    def wave_finished(self, wave: int, phase: Phase) -> None:
        """All episodes of the wave are in the log."""
        ...

    def run_finished(self, run: str, status: str) -> None:
        """The run has come to its end."""
        ...

    def note(self, text: str) -> None:
        """Something that a person should know: a worker was replaced, a limit binds."""
        ...


class Silence:
    """The observer that says nothing."""

    def run_started(self, plan: Plan) -> None:
        """Say nothing."""

    def wave_started(self, wave: int, phase: Phase, n: int) -> None:
        """Say nothing."""

    def episode_finished(self, summary: Plain) -> None:
        """Say nothing."""

    def recalled(self, phase: Phase, n: int, failed: int, mean: float) -> None:
        """Say nothing."""

    def turn(self, episode: str, kind: Kind, data: Plain) -> None:
        """Say nothing."""

    def skillbook_changed(self, version: int, added: int, revised: int, retired: int) -> None:
        """Say nothing."""

    def wave_finished(self, wave: int, phase: Phase) -> None:
        """Say nothing."""

    def run_finished(self, run: str, status: str) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""
