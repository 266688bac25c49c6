"""Learning is shown, not claimed: in one process, on the real printers, with the right book, none, and a shuffled one.

Over seeds 1 to 10 (30 easy episodes of practice, 12 held out) the book was worth 40 to 85 points an episode, and the
shuffled one between -9 and +6; what is asked for here leaves room for noise.
"""

import pytest

from actors.worlds.printer.world import WORLD
from skillbooks.ablation import shuffled
from skillbooks.lesson import Lesson
from skillbooks.rendering import render
from skillbooks.skillbook import Skillbook
from tests.practice import after, judged, learned, play

SEED = 3
PRACTISED, HELD_OUT, WAVE = 30, 12, 10


def practise() -> Skillbook:
    book, lessons = Skillbook("printer"), list[Lesson]()
    for first in range(0, PRACTISED, WAVE):
        skills = render(book.skills)[0]
        for index in range(first, first + WAVE):
            scenario = WORLD.generate(seed=SEED, index=index, difficulty="easy", held_out=False)
            played = play(WORLD, scenario, skills=skills, seed=SEED * 1000 + index, practice=True)
            lessons += learned(WORLD, scenario, played)
        book = after(book, lessons)
    return book


def examine(book: Skillbook) -> tuple[float, int]:
    """Mean points, and episodes solved, of the held-out set."""
    skills = render(book.skills)[0]
    marks = []
    for index in range(HELD_OUT):
        scenario = WORLD.generate(seed=SEED, index=index, difficulty="easy", held_out=True)
        marks.append(judged(WORLD, scenario, play(WORLD, scenario, skills=skills, seed=SEED * 1000 + index)))
    return sum(mark.points for mark in marks) / HELD_OUT, sum(mark.success for mark in marks)


@pytest.mark.slow
def test_what_is_practised_helps_on_cases_never_seen_and_only_because_of_what_it_says() -> None:
    book = practise()
    assert 10 <= len(book.skills) <= PRACTISED
    with_points, with_solved = examine(book)
    points, solved = examine(Skillbook("none"))
    shuffled_points, _ = examine(shuffled(book, SEED))
    assert with_points >= points + 30
    assert with_solved >= solved + 4
    assert shuffled_points <= points + 12
    assert with_points >= shuffled_points + 30
