"""Seeded errors in Python code: what is changed, and that it is changed wherever it is held, and taken back."""

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from derivations import NOTE
from lvicreg.mutation import seeding
from lvicreg.mutation.code import CODE, EVIDENCE, Error, Place, Subject, definitions, subjects
from lvicreg.mutation.listed import Listed
from lvicreg.mutation.seeding import seeded
from lvicreg.mutation.tested import mutants

pytest.importorskip("cosmic_ray")

SOURCE = '''
from __future__ import annotations
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import ClassVar

LIMIT = 2
ZERO, ONE = [0], [1]


class Base:
    def size(self):
        return 1


@dataclass(frozen=True)
class Pair(Base):
    left: int
    right: int = 5
    sizes: dict = field(default_factory=lambda: {"N": 3})
    times: ClassVar[int] = 7

    def size(self) -> int:
        """Two and 1."""
        return super().size() + 2

    @property
    def sum(self):
        return self.left + self.right

    @cached_property
    def product(self):
        return self.left * self.right

    @classmethod
    def of_two(cls, left=1):
        return cls(left, 2)


class Odd(int):
    def __new__(cls, n):
        return int.__new__(cls, 2 * n + 1)


@cache
def remembered(n):
    return n + 1


def made_by(n):
    def inner(m):
        return n + m

    return inner


add = made_by(10)


def decides(values, key=None):
    for value in values:
        if value in (1, 2):
            continue
        if value > 5 and not key:
            break
        try:
            return 1 / value
        except ZeroDivisionError:
            return [v for v in values if v is None]
'''


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """A module, and another that has imported from it."""
    folder = tmp_path_factory.mktemp("broken")
    (folder / "broken_code.py").write_text(SOURCE)
    (folder / "its_user.py").write_text("from broken_code import LIMIT, remembered\n")
    sys.path.insert(0, str(folder))
    import broken_code
    import its_user  # noqa: F401

    seeding._holders.cache_clear()  # what holds functions is looked up once, when all modules are there
    yield broken_code
    sys.path.remove(str(folder))
    del sys.modules["broken_code"], sys.modules["its_user"]


def of(module: ModuleType, name: str) -> dict[str, str]:
    """The changes of a definition, with what then stands in its place."""
    node = dict(definitions(module))[name]
    return {error.change: error.source for error in Subject(Place("broken_code", name, "", ""), node, CODE).errors()}


# --- the changes ---------------------------------------------------------------------------------------------------------
def test_functions_methods_and_values_are_found(module: ModuleType) -> None:
    assert [name for name, _ in definitions(module)] == [
        *("LIMIT", "ZERO, ONE", "Base.size", "Pair.right", "Pair.sizes", "Pair.times", "Pair.size", "Pair.sum", "Pair.product"),
        *("Pair.of_two", "Odd.__new__", "remembered", "made_by", "add", "decides"),
    ]


def test_what_decides_is_changed(module: ModuleType) -> None:
    assert {
        "if value in (1, 2): → if not value in (1, 2):",  # the same instructions as ``not in``
        "if value > 5 and (not key): → if value > 5 or not key:",
        "if value > 5 and (not key): → if value > 5 and key:",
        "if value > 5 and (not key): → if value >= 5 and (not key):",
        "for value in values: → for value in []:",
        "continue → break",
        "break → continue",
        "except ZeroDivisionError: → except CosmicRayTestingException:",
        "return [v for v in values if v is None] → return [v for v in values if v is not None]",
    } < set(of(module, "decides"))


def test_asterisks_are_no_products() -> None:
    (node,) = ast.parse("def f(*x, y=2):\n    return g(*x, y * 3)\n").body
    assert isinstance(node, ast.FunctionDef)
    found = [error.change for error in Subject(Place("", "f", "", ""), node, CODE[:42]).errors()]
    assert found
    assert all(change.startswith("return g(*x, y * 3) → return g(*x, y ") for change in found)


def test_membership_is_reversed_where_it_is_no_condition() -> None:
    (node,) = ast.parse("def f(x, y):\n    return (x in y, x not in y)\n").body
    assert isinstance(node, ast.FunctionDef)
    found = [error.change for error in Subject(Place("", "f", "", ""), node, ["Membership"]).errors()]
    assert found == [
        "return (x in y, x not in y) → return (x not in y, x not in y)",
        "return (x in y, x not in y) → return (x in y, x in y)",
    ]


def test_equal_changes_of_equal_lines_are_told_apart() -> None:
    (node,) = ast.parse("def f(x):\n    x += 1\n    x += 1\n").body
    assert isinstance(node, ast.FunctionDef)
    found = [error.change for error in Subject(Place("", "f", "", "f"), node, ["NumberReplacer"]).errors()]
    assert found == ["f: x += 1 → x += 2", "f: x += 1 → x += 0", "f: x += 1 → x += 2 (2)", "f: x += 1 → x += 0 (2)"]


def test_of_a_long_line_the_place_is_shown() -> None:
    (node,) = ast.parse(f"def f(x):\n    return [{'1 + x, ' * 30}2 - x{', 1 + x' * 30}]\n").body
    assert isinstance(node, ast.FunctionDef)
    (change,) = [e.change for e in Subject(Place("", "f", "", ""), node, ["ReplaceBinaryOperator_Sub_Mul"]).errors()]
    assert "2 - x" in change.split(" → ")[0]
    assert "2 * x" in change.split(" → ")[1]
    assert len(change) < 150


def test_engines_and_evidence_have_what_to_break() -> None:
    names = {(subject.place.where, subject.place.name) for package in NOTE.checkers for subject in subjects(NOTE.root, package)}
    assert {
        ("lvicreg/engines/evaluation/surds.py", "Surd.sign"),
        ("lvicreg/engines/exact.py", "Exact.scales"),
        ("lvicreg/engines/closeness.py", "RELATIVE"),
        ("lvicreg/calculus/indexed.py", "Delta.eval"),
        ("lvicreg/claims/ledger.py", "Entry.status"),
    } < names
    assert not {where for where, _ in names if where.endswith(("mutants.py", "__init__.py"))}
    assert ("derivations/independent/losses.py", "hinge") in {
        (s.place.where, s.place.name) for s in subjects(NOTE.root, NOTE.independent, EVIDENCE)
    }


def test_an_empty_module_has_nothing_to_break(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "has_nothing.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    assert not list(definitions(importlib.import_module("has_nothing")))


# --- put in place, and taken back ----------------------------------------------------------------------------------------
def test_methods_of_every_sort_are_changed_in_place(module: ModuleType) -> None:
    pair, remembered = module.Pair(3, 4), sys.modules["its_user"].remembered
    cases = {
        "Pair.size": ("return super().size() + 2 → return super().size() - 2", pair.size, 3, -1),
        "Pair.sum": ("return self.left + self.right → return self.left - self.right", lambda: pair.sum, 7, -1),
        "Pair.product": (
            "return self.left * self.right → return self.left / self.right", lambda: module.Pair(3, 4).product, 12, 0.75,
        ),
        "Pair.of_two": ("left = 1 → left = 2", lambda: module.Pair.of_two().left, 1, 2),
        "Odd.__new__": (
            "return int.__new__(cls, 2 * n + 1) → return int.__new__(cls, 2 * n - 1)", lambda: module.Odd(1), 3, 1,
        ),
        "remembered": ("return n + 1 → return n - 1", lambda: remembered.__wrapped__(5), 6, 4),
        "made_by": ("return n + m → return n - m", lambda: module.add(1), 11, 9),
        "LIMIT": ("LIMIT = 2 → LIMIT = 3", lambda: sys.modules["its_user"].LIMIT, 2, 3),
        "ZERO, ONE": ("ZERO, ONE = ([0], [1]) → ZERO, ONE = ([1], [1])", lambda: module.ZERO, [0], [1]),
        "Pair.right": ("right: int = 5 → right: int = 6", lambda: module.Pair(0).right, 5, 6),
        "Pair.sizes": (
            "sizes: dict = field(default_factory=lambda: {'N': 3}) → sizes: dict = field(default_factory=lambda: {'N': 4})",
            lambda: module.Pair(0).sizes, {"N": 3}, {"N": 4},
        ),
        "Pair.times": ("times: ClassVar[int] = 7 → times: ClassVar[int] = 8", lambda: pair.times, 7, 8),
    }  # fmt: skip
    for name, (change, value, intact, broken) in cases.items():
        assert value() == intact, name
        with seeded(Place("broken_code", name, ""), of(module, name)[change]):
            assert value() == broken, name
        assert value() == intact, name


def test_what_cannot_be_put_in_place_is_said_and_changes_nothing(module: ModuleType) -> None:
    with pytest.raises(ZeroDivisionError), seeded(Place("broken_code", "remembered", ""), "def remembered(n=1 / 0):\n    pass"):
        raise AssertionError
    assert module.remembered.__wrapped__(5) == 6


ENDLESS = """
import os, signal
from lvicreg.mutation.tested import _forked

def endless():
    signal.setitimer(signal.ITIMER_PROF, 0.1)
    while True:
        pass

print(*_forked([endless]), *_forked([lambda: os._exit(3)]), *_forked([lambda: "done"]))
"""


def test_what_no_longer_ends_is_ended() -> None:
    """In a process of its own, since JAX warns of forks where it is loaded."""
    found = subprocess.run([sys.executable, "-c", ENDLESS], capture_output=True, text=True, check=True)
    assert found.stdout == "(0, 'it does not end') (0, 'its process ends with 3') (0, 'done')\n"


def test_those_tests_are_run_that_reach_what_is_broken(tmp_path: Path) -> None:
    """Of a function those that call it, of a named value those that call what reads it, or read it themselves."""
    tests = tmp_path / "test_closeness.py"
    tests.write_text(
        "from lvicreg.engines import closeness\n\n"
        "def test_other():\n    assert closeness.__name__\n\n"
        "def test_call():\n    closeness.check_close([1.0], [1.0 + 1e-11], '')\n\n"
        "def test_read():\n    assert closeness.ROUNDING < 1\n"
    )
    found = {s.place.name: s for s in subjects(NOTE.root, "lvicreg/engines") if s.place.module == "lvicreg.engines.closeness"}
    relative, rounding = found["RELATIVE"].place, found["ROUNDING"].place
    call = found["check_close"].place
    refusing = "def check_close(left, right, what):\n    raise ValueError"
    changes = [
        Error(relative, "strict", "RELATIVE = 1e-12"),
        Error(relative, "lax", "RELATIVE = 1.0"),
        Error(rounding, "large", "ROUNDING = 2.0"),
        Error(call, "refusing", refusing),
    ]
    details = {mutant.change: mutant.detail.rpartition("::")[2] for mutant in mutants(changes, [tests], Listed())}
    assert details == {"strict": "test_call", "lax": "nothing notices it", "large": "test_read", "refusing": "test_call"}
