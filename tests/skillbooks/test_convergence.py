"""Practice has levelled off when three waves in a row agree in their means and add no skill; the log decides."""

from skillbooks.convergence import convergence
from skillbooks.runs import Run, gather
from tests.recorded_run import Telling


def run_of(waves: list[list[float]], adding: set[int], **settings: bool) -> Run:
    story = Telling().start(99, **settings)
    for wave, points in enumerate(waves):
        for place, value in enumerate(points):
            story.episode(100 * wave + place, value, wave=wave)
        if wave in adding:
            story.accept("add", wave=wave)
    return gather(story.recorded())["r1"]


LEVEL = [60.0, 70.0, 80.0]


def test_three_level_waves_without_a_new_skill_are_convergence_from_the_first_of_them_on() -> None:
    found = convergence(run_of([[5.0, 10.0, 15.0], LEVEL, LEVEL, LEVEL, LEVEL], adding={0}))
    assert found is not None
    assert (found["converged"], found["since_wave"]) == (True, 1)


def test_a_skill_added_in_the_last_waves_is_no_convergence() -> None:
    found = convergence(run_of([LEVEL, LEVEL, LEVEL], adding={1}))
    assert found is not None
    assert (found["converged"], found["since_wave"]) == (False, None)


def test_means_outside_each_others_intervals_are_no_convergence() -> None:
    found = convergence(run_of([LEVEL, LEVEL, [10.0, 11.0, 12.0]], adding=set()))
    assert found is not None
    assert not found["converged"]


def test_a_run_that_moved_again_counts_from_the_last_time() -> None:
    found = convergence(run_of([LEVEL] * 7, adding={3}))
    assert found is not None
    assert found["since_wave"] == 4


def test_too_few_waves_and_no_learning_give_no_verdict() -> None:
    assert convergence(run_of([LEVEL, LEVEL], adding=set())) is None
    assert convergence(run_of([LEVEL, LEVEL, LEVEL], adding=set(), learning=False)) is None
