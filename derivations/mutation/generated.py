"""Seeded errors in the generated functions, the update rules and the losses: judged by the tests of both (``tested``)."""

from __future__ import annotations

import sys
from types import FunctionType

from derivations.mutation import Mutant
from derivations.mutation.code import FORMULA, Place, Subject, definitions
from derivations.mutation.equivalent import GENERATED
from derivations.mutation.tested import TESTS, Progress
from derivations.mutation.tested import run as tested
from lvicreg import losses, rules

FUNCTIONS: dict[str, FunctionType] = {name: getattr(rules, name) for name in rules.__all__}
FUNCTIONS |= {f"losses.{name}": getattr(losses, name) for name in losses.__all__}


def run(sample: int | None = None, progress: Progress | None = None) -> list[Mutant]:
    """Every mutant of every generated function, or a fixed sample; raises as ``tested.run`` does."""
    return tested([*map(subject, FUNCTIONS)], [TESTS / "rules", TESTS / "losses"], GENERATED, sample, progress)


def subject(name: str) -> Subject:
    """A generated function, to be broken."""
    function = FUNCTIONS[name]
    node = dict(definitions(sys.modules[function.__module__]))[function.__name__]
    return Subject(Place(function.__module__, function.__name__, name), node, FORMULA)
