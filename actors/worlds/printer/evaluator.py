"""The evaluator as a user calls it: a response to a scenario, typed or in free text, judged by its outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from actors.worlds.port import Act, Judgement, Plain, Scenario
from actors.worlds.printer import case, owner, rubric
from actors.worlds.printer.advice import Advice, read_advice
from actors.worlds.printer.bench import TARGET, PrinterBench
from actors.worlds.printer.submission import Submission, read_submission

Response = Submission | dict[str, Any] | str
Reader = Callable[[str, Scenario], Advice]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One judged response, as the evaluator remembers it."""

    scenario: str
    difficulty: str
    judgement: Judgement

    def plain(self) -> Plain:
        """As `evaluate_response` returns it."""
        judged = self.judgement
        return {
            "scenario": self.scenario,
            "total_score": judged.points,
            "grade": judged.grade,
            "success": judged.success,
            "categories": dict(judged.categories),
            "feedback": list(judged.feedback),
        }


class ScenarioEvaluator:
    """Judges responses and remembers them.

    Args:
        reader: how free text becomes claims and acts; offline by the names of the catalogue unless another is given.

    Attributes:
        history: every evaluation so far, in order.
    """

    def __init__(self, reader: Reader | None = None) -> None:
        self.history: list[Evaluation] = []
        self._reader = reader or read_response

    def evaluate_response(self, scenario: Scenario, response: Response) -> Plain:
        """Judge a response.

        Args:
            scenario: with its key.
            response: a submission (its `work` is carried out as it says), or the text of an advice, which a simulated
                owner carries out.

        Returns:
            `total_score` (0 to 100), `grade` (A to F), `success` (1 if the machine is repaired, else 0), points by
            `categories`, lines of `feedback`.

        Raises:
            SubmissionInvalid: a typed response that does not fit the form; the text says which field.
            TypeError: a response that is neither typed nor text.
        """
        judged = self._judge_text(scenario, response) if isinstance(response, str) else judge_typed(scenario, response)
        self.history.append(Evaluation(scenario.id, scenario.difficulty, judged))
        return self.history[-1].plain()

    def _judge_text(self, scenario: Scenario, text: str) -> Judgement:
        return judge_advice(scenario, text, self._reader(text, scenario))


def read_response(text: str, scenario: Scenario) -> Advice:
    """Read a text by the names of the catalogue; what it repeats of the brief is no claim."""
    heard = "\n".join([str(scenario.brief.get("user", "")), *map(str, scenario.brief.get("symptoms", ()))])
    return read_advice(text, case.machine_of(scenario.key), heard)


def judge_text(scenario: Scenario, text: str) -> Judgement:
    """Judge an advice in free text, read offline."""
    return judge_advice(scenario, text, read_response(text, scenario))


def judge_advice(scenario: Scenario, text: str, advice: Advice) -> Judgement:
    """Let the owner carry the advice out, and judge what is left behind."""
    bench = case.open_bench(scenario.key)
    owner.follow(bench, advice)
    done = [entry["path"] for entry in bench.final()["ledger"] if not entry["path"].startswith("test_print:")]
    submission = {
        "problems": advice.problems,
        "causes": [{"cause": cause, "probability": sure} for cause, sure in advice.causes],
        "work": list(dict.fromkeys(done)),
        "message": text[:4000],
    }
    return _judged(scenario, bench, submission)


def judge_typed(scenario: Scenario, response: Submission | dict[str, Any]) -> Judgement:
    """Carry out the work that a submission states, and judge it."""
    if isinstance(response, dict):
        response = read_submission(response)
    if not isinstance(response, Submission):
        raise TypeError(f"a response is a submission, a dict of its fields, or text, not {type(response).__name__}")
    bench = case.open_bench(scenario.key)
    for path in response.work:
        tool, _, target = path.partition(":")
        if tool in TARGET:
            bench.act(Act(tool, {TARGET[tool]: target}))
    return _judged(scenario, bench, response.model_dump(mode="json"))


def _judged(scenario: Scenario, bench: PrinterBench, submission: Plain) -> Judgement:
    bench.act(Act("submit", submission))
    return rubric.judge(scenario.key, bench.final(), case.reference(scenario.key).par)
