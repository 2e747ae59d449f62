"""Every exercise's solution is checked by the calculus: marked ones here, others in ``exercises/test_<page>.py``.

The solution of the exercise ``variance-break`` is checked by the function ``test_variance_break``.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason="the book is built with the extra 'book'")

from book.exercise import Exercise, calculus, exercises

HERE = Path(__file__).parent / "exercises"
ALL = list(exercises())
MARKED = [exercise for exercise in ALL if exercise.kind == "marked"]


def test_labels_are_given_and_given_once() -> None:
    assert [label for label, times in Counter(exercise.label for exercise in ALL).items() if times > 1 or not label] == []


def test_every_exercise_has_a_check_and_every_check_an_exercise() -> None:
    expected = [(e.page, f"test_{e.label.replace('-', '_')}") for e in ALL if e.kind == "exercise"]
    found = [
        (path.stem.removeprefix("test_"), name)
        for path in HERE.glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize("exercise", MARKED, ids=lambda exercise: exercise.label)
def test_a_marked_solution_is_accepted_and_twice_it_and_its_negative_are_refused(exercise: Exercise) -> None:
    loss, solution, held = exercise.options["loss"], exercise.options["gradient"], "held" in exercise.options

    def marked(answer: str) -> tuple[str, bool, str | None]:
        found = calculus().check(loss, answer, held, {})
        return found["verdict"], found["agree"], found["factor"]

    assert marked(solution) == ("equal", True, None)
    assert marked(f"2 * ({solution})") == ("refused", False, "2")
    assert marked(f"-({solution})") == ("refused", False, "-1")


@pytest.mark.parametrize("exercise", MARKED, ids=lambda exercise: exercise.label)
def test_a_number_in_the_place_of_a_size_is_refused(exercise: Exercise) -> None:
    """Also where it is the same at one choice of sizes, as ``alpha`` and a half are for three samples."""
    loss, solution, held = exercise.options["loss"], exercise.options["gradient"], "held" in exercise.options
    written_for = [(r"\balpha\b", "(1/2)"), (r"\balpha\b", "(1/B)"), (r"\bN\b", "2"), (r"(?<![*])4\b", "(2*N)")]
    written_for += [(r"(?<![*])2\b", "N"), (r"(?<![*])2\b", "(B-1)")]
    wrong = {answer for old, new in written_for if (answer := re.sub(old, new, solution)) != solution}
    assert {answer: calculus().check(loss, answer, held, {})["verdict"] for answer in wrong} == dict.fromkeys(wrong, "refused")


def test_the_built_pages_show_every_exercise_with_a_folded_solution(built: Path) -> None:
    shown = Counter()
    for page in {exercise.page for exercise in ALL}:
        text = (built / f"{page}.html").read_text(encoding="utf-8")
        shown["exercise"] += len(re.findall(r'<div class="exercise admonition"', text))
        shown["solution"] += len(re.findall(r'<div class="solution dropdown admonition"', text))
        shown["marked"] += text.count('<form class="calculus marked"')
    assert shown == {"exercise": len(ALL), "solution": len(ALL), "marked": len(MARKED)}
