"""A training session for programs: one agent, scenarios one at a time or by the hundred, everything in a log.

from ops.session import TrainingSession
session = TrainingSession("apprentice", session_name="custom_training")
session.run_stress_test(count=100, save_interval=50)
print(session.evaluator.get_statistics()["average_score"])
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count as numbers
from pathlib import Path
from typing import Any

from actors.llm.port import Model
from actors.runtime.observer import Observer, Silence
from actors.runtime.rounds import show
from actors.worlds import catalogue
from actors.worlds.port import Scenario
from configs.settings import Settings
from events import facts
from events.event import Event, identity
from events.fact import Fact
from events.log import NO_STREAM, open_log
from ops import __version__, books, reviews
from ops.console.legend import legend_of
from ops.console.screen import say
from ops.console.steps import StepView
from ops.failures import WrongUse
from ops.logs import open_for_reading, placed
from ops.players import Answer, Task, player_of
from ops.scenarios import module_of
from skillbooks.reports import session_statistics
from skillbooks.runs import Episode, Run, read_run
from skillbooks.skillbook import Skillbook

Plain = dict[str, Any]

_FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_OWN = numbers(1)
SINGLE, STRESS = "single", "stress"


class TrainingSession:
    """A session; nothing is learned in it, but everything is recorded, and one of the same name and store goes on.

    Args:
        agent: the name of a model (`apprentice`), a `Model`, or a function from a scenario's brief to advice in words
            or to a submission.
        session_name: of the run in the log: letters, digits, `.`, `_` and `-`.
        world: the trade.
        store: URL of the log; by default one in memory that ends with the process.
        skillbook: NAME or NAME@VERSION of a book in that log, for a model to work with; `none` for none.
        seed: decides the scenarios of a stress test, and a model's own curiosity.

    Attributes:
        evaluator: judges responses, and has the session's statistics.

    Raises:
        LookupError: no such world, model or skillbook.
        WrongUse: no such kind of agent, or a name that cannot be one.
        StoreUnavailable: the log cannot be written.
    """

    def __init__(
        self,
        agent: str | Model | Answer,
        session_name: str = "session",
        *,
        world: str = "printer",
        store: str = "",
        skillbook: str = "none",
        seed: int = 0,
    ) -> None:
        if not _FORM.fullmatch(session_name):
            raise WrongUse(f"'{session_name}' cannot name a session; use letters, digits, '.', '_' and '-'")
        self.name = session_name
        self.store = placed(store) if store else f"memory://{session_name}-{next(_OWN)}"
        self._world = catalogue.load(world)
        self._settings = Settings(world=world, store=self.store, runtime="local", seed=seed, workers=1)
        self._player = player_of(agent, self._world, show(self._book(skillbook), None))
        self.evaluator = SessionEvaluator(self)
        self._begin()

    def run_single_scenario(self, scenario: Scenario, *, verbose: bool = True) -> Plain:
        """Play one scenario.

        Args:
            scenario: generated, curated or read from a file.
            verbose: whether it is told step by step on standard output.

        Returns:
            `episode`, `scenario`, `total_score` (None if the agent failed outside), `grade`, `success`, `categories`,
            `feedback`, `minutes`, `money`, `cause`.
        """
        index = len(self.run().played("held_out", SINGLE))
        task = Task(self.name, SINGLE, index, 0, scenario, self._cause())
        self._play([task], StepView(legend=legend_of(self._world.name)) if verbose else Silence())
        return _result(self.run().episodes[f"episode/{task.name}"])

    def run_stress_test(
        self, count: int = 500, save_interval: int = 50, *, difficulty: str = "mixed", verbose: bool = True
    ) -> Plain:
        """Play many generated scenarios with a checkpoint after each part; what the log has already is not repeated.

        Args:
            count: scenarios in all, those of an earlier call with the same name and store included.
            save_interval: episodes between two checkpoints.
            difficulty: easy, medium, hard or mixed.
            verbose: whether each checkpoint is told on standard output.

        Returns:
            the statistics, and `checkpoints`: the position of the log after each part.

        Raises:
            ValueError: a count or an interval below 1.
        """
        if count < 1 or save_interval < 1:
            raise ValueError("count and save_interval must be at least 1")
        checkpoints = []
        for wave, first in enumerate(range(0, count, save_interval)):
            indices = range(first, min(first + save_interval, count))
            done = {e.index for e in self.run().played("held_out", STRESS) if e.how}
            cause = self._cause()
            todo = [
                Task(self.name, STRESS, index, wave, self._generated(index, difficulty), cause)
                for index in indices
                if index not in done
            ]
            self._play(todo, Silence())
            checkpoints.append(self._position())
            if verbose:
                found = self.evaluator.get_statistics()
                say(f"{indices.stop} of {count}: average {found['average_score']:.1f}, position {checkpoints[-1]}")
        return {**self.evaluator.get_statistics(), "checkpoints": checkpoints}

    def meets_target(
        self, average_score: float = 70.0, *, success_rate: float | None = None, sure: bool = False
    ) -> bool:
        """Whether the session is good enough so far.

        Args:
            average_score: points that the mean must reach.
            success_rate: share of solved scenarios (0 to 1) that must be reached too.
            sure: ask it of the lower ends of the 95 % intervals; without an interval the answer is no.
        """
        found = self.evaluator.get_statistics()
        points, solved = found["average_score"], found["success_rate"]
        if sure:
            points, solved = (_low(found["interval"]), _low(found["success_interval"]))
        return bool(found["n"]) and points >= average_score and (success_rate is None or solved >= success_rate)

    def export_scenarios_for_review(self, file: str | Path) -> int:
        """Write every episode with brief, answer, score and truth for a person to judge; how many. Raises OSError."""
        with open_for_reading(self.store) as log:
            return reviews.export(log, read_run(log, self.name), Path(file))

    def import_review(self, file: str | Path) -> Plain:
        """Read a reviewed file back and record its verdicts; a file that was read before changes nothing.

        Returns:
            `reviewed`, `agreed`, `agreement` (with `interval`), `mean_difference` of points, and the `comments`.

        Raises:
            WrongUse: it is no review of this session; the text names entry and field. Nothing is recorded then.
        """
        with open_log(self.store) as log:
            return reviews.take_in(log, read_run(log, self.name), Path(file))

    def run(self) -> Run:
        """The session as the log tells it."""
        with open_for_reading(self.store) as log:
            return read_run(log, self.name)

    def _book(self, reference: str) -> Skillbook:
        if reference == "none":
            return Skillbook("none")
        with open_for_reading(self.store) as log:
            return books.load(log, reference)

    def _begin(self) -> None:
        """Write the run's beginning, unless a session of this name is in the log."""
        kept = {"agent": self._player.name, "seed": self._settings.seed, "learning": False}
        started = facts.RunStarted(
            run=self.name,
            command="session",
            world=self._world.name,
            seed=self._settings.seed,
            settings=kept,
            software=__version__,
        )
        with open_log(self.store) as log:
            if log.version(f"run/{self.name}") == NO_STREAM:
                log.append(f"run/{self.name}", [Event(started)], expected=NO_STREAM, correlation=self.name)
                return
        before = self.run()
        if (before.command, before.world) != ("session", self._world.name):
            raise WrongUse(
                f"'{self.name}' is another run in this log ({before.command}); give the session another name"
            )

    def _play(self, tasks: Sequence[Task], observer: Observer) -> None:
        """Play, between the events that say that the session goes on and that it waits."""
        if tasks:
            self._write(facts.RunResumed(reason=tasks[0].arm))
            self._player.play(tasks, self._settings, observer)
            self._write(facts.RunPaused(reason="waits for its next scenario"))

    def _write(self, fact: Fact) -> None:
        with open_log(self.store) as log:
            version = log.version(f"run/{self.name}")
            log.append(f"run/{self.name}", [Event(fact)], expected=version, correlation=self.name)

    def _cause(self) -> str:
        return identity(f"run/{self.name}", 0)

    def _position(self) -> int:
        with open_for_reading(self.store) as log:
            return log.head().position

    def _generated(self, index: int, difficulty: str) -> Scenario:
        return self._world.generate(seed=self._settings.seed, index=index, difficulty=difficulty, held_out=False)


class SessionEvaluator:
    """Judges single responses as the world does, and folds the session's statistics from its log."""

    def __init__(self, session: TrainingSession) -> None:
        self._session = session

    def get_statistics(self) -> Plain:
        """The session in numbers: see `skillbooks.reports.session_statistics`."""
        return session_statistics(self._session.run())

    def evaluate_response(self, scenario: Scenario, response: str | Plain) -> Plain:
        """Judge a response without recording it; see the world's own ScenarioEvaluator."""
        judged: Plain = (
            module_of(self._session.run().world, "evaluator").ScenarioEvaluator().evaluate_response(scenario, response)
        )
        return judged


def _result(played: Episode) -> Plain:
    return {
        "episode": played.stream,
        "scenario": played.scenario,
        "total_score": played.points if played.scored else None,
        "grade": played.grade,
        "success": played.success,
        "categories": played.categories,
        "feedback": list(played.feedback),
        "minutes": played.minutes,
        "money": played.money,
        "cause": played.cause,
    }


def _low(interval: list[float] | None) -> float:
    return interval[0] if interval else float("-inf")
