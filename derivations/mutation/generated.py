"""Seeded errors in the generated functions: one operation changed at a time, and the tests of rules and losses run.

The changes are cosmic-ray's. Of its operators those are used which make of one formula another:

- an arithmetic operation becomes another one (``+ - * / // % **``; bits and shifts are not for floating numbers),
- a comparison becomes another one (of order, or ``is`` for ``is not``; an identity of numbers is no formula),
- a sign is dropped (``+x`` is x; ``~`` and ``not`` are not for floating numbers),
- a number, as a factor, exponent, axis or default value, becomes larger or smaller by one,
- ``and`` becomes ``or``, ``True`` becomes ``False``, and the reverse.

Left out are its ``AddNot``, which on these functions says ``is not`` again, those of statements that are not there (loops,
exceptions, decorators), and those that put a number drawn at random in a variable's place. What is no Python is no mutant.

One process collects the tests, then forks for every mutant, before JAX is loaded: so nothing is imported twice, no mutant sees
what another has left behind, compiled functions included, and no file is touched. The child gives the function its new code
and runs the tests until one fails. Which tests call a function at all, and at what cost, is known from a run of the unchanged
functions, which must pass. The cost is counted in calls, not in seconds, so that the same test is the first to fail each time.
"""

from __future__ import annotations

import ast
import inspect
import os
import random
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from importlib import import_module
from itertools import count, permutations, takewhile
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import NamedTuple

import pytest

from derivations.mutation import Mutant
from derivations.mutation.equivalent import GENERATED
from lvicreg import losses, rules

TESTS = Path(__file__).parents[2] / "tests" / "rules"
OF_LOSSES = TESTS.with_name("losses")
FUNCTIONS: dict[str, FunctionType] = {name: getattr(rules, name) for name in rules.__all__}
FUNCTIONS |= {f"losses.{name}": getattr(losses, name) for name in losses.__all__}

OPERATORS = [
    *(f"ReplaceBinaryOperator_{a}_{b}" for a, b in permutations(("Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow"), 2)),
    *(f"ReplaceComparisonOperator_{a}_{b}" for a, b in permutations(("Eq", "NotEq", "Lt", "LtE", "Gt", "GtE"), 2)),
    *("ReplaceComparisonOperator_Is_IsNot", "ReplaceComparisonOperator_IsNot_Is"),
    *("ReplaceUnaryOperator_Delete_USub", "NumberReplacer"),
    *("ReplaceAndWithOr", "ReplaceOrWithAnd", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue"),
]


class Error(NamedTuple):
    """One change of one function."""

    where: str
    change: str
    source: str


def run(sample: int | None = None, progress: Callable[[str], None] | None = None) -> list[Mutant]:
    """Every mutant of every generated function, or a sample of so many that is always the same, and what became of it.

    Raises:
        ImportError: cosmic-ray is not installed.
        RuntimeError: a test of the unchanged functions fails, or the tests cannot be run.
        ValueError: ``equivalent.GENERATED`` lists a change that a test notices, or that does not arise.
    """
    every = [error for name in FUNCTIONS for error in errors(name)]
    unheard_of = GENERATED.keys() - {(error.where, error.change) for error in every}
    chosen = every if sample is None else random.Random(0).sample(every, min(sample, len(every)))
    found = []
    for number, mutant in enumerate(mutants(chosen), 1):
        found.append(mutant)
        if progress:
            progress(f"{number}/{len(chosen)} {mutant.where}: {mutant.change}: {mutant.outcome}")
    noticed = {(mutant.where, mutant.change) for mutant in found if mutant.outcome == "caught"} & GENERATED.keys()
    if unheard_of or noticed:
        raise ValueError(
            f"listed as equivalent: {sorted(noticed)}, which tests notice; {sorted(unheard_of)}, which do not arise"
        )
    return found


# --- the changes ---------------------------------------------------------------------------------------------------------
def errors(name: str) -> list[Error]:
    """Every change of a function, but for its docstring."""
    try:
        from cosmic_ray.mutating import mutate_code
        from cosmic_ray.operators.provider import OperatorProvider
    except ImportError as missing:
        raise ImportError("seeded errors are made by cosmic-ray: .venv/bin/pip install -e '.[mutation]'") from missing
    intact = _function(inspect.getsource(FUNCTIONS[name]))
    del intact.body[0]
    source, lines = ast.unparse(intact), _lines(intact)
    found: dict[str, Error] = {}
    for operator in OPERATORS:
        codes = (mutate_code(source, OperatorProvider()[operator](), occurrence) for occurrence in count())
        for code in takewhile(lambda code: code is not None, codes):
            try:
                changed = _function(code)
            except SyntaxError:
                continue
            if len(changed.args.kwonlyargs) == len(intact.args.kwonlyargs):  # their asterisk is no product
                pairs = zip(lines, _lines(changed), strict=True)
                (change,) = (f"{before.strip()} → {after.strip()}" for before, after in pairs if before != after)
                found[change] = Error(name, change, code)
    return list(found.values())


def _function(source: str) -> ast.FunctionDef:
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    return function


def _lines(function: ast.FunctionDef) -> list[str]:
    """The default values and the body, one assignment a line."""
    options = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    defaults = [f"{option.arg} = {ast.unparse(default)}" for option, default in options if default]
    return defaults + ast.unparse(ast.Module(function.body, [])).splitlines()


# --- their outcomes ------------------------------------------------------------------------------------------------------
def mutants(changes: Sequence[Error], tests: Iterable[str | Path] = (TESTS, OF_LOSSES)) -> Iterator[Mutant]:
    """What the tests make of each change, in the order of the changes.

    Raises:
        RuntimeError: a test of the unchanged functions fails, or the tests cannot be run.
    """
    spawn = get_context("spawn")  # a process in which nothing goes on that a fork would break
    receiver, sender = spawn.Pipe(duplex=False)
    session = spawn.Process(target=_session, args=(changes, [str(test) for test in tests], sender))
    session.start()
    sender.close()
    noticed: dict[int, str | None] = {}
    try:
        if unsound := receiver.recv():
            raise RuntimeError(f"without any change {unsound} fails")
        for number, error in enumerate(changes):
            while number not in noticed:
                noticed.update([receiver.recv()])
            yield _judged(error, noticed[number])
    except EOFError:
        raise RuntimeError("the tests of the functions could not be run") from None
    finally:
        session.terminate()  # at the end it has nothing left to do
        session.join()


def _judged(error: Error, noticed_by: str | None) -> Mutant:
    if noticed_by:
        return Mutant(error.where, error.change, "caught", noticed_by)
    if reason := GENERATED.get((error.where, error.change)):
        return Mutant(error.where, error.change, "equivalent", reason)
    return Mutant(error.where, error.change, "survived", "no test of the functions notices it")


def _session(changes: Sequence[Error], tests: list[str], sender: Connection) -> None:
    """Collect the tests and run them on every change, writing no file, not even a cache."""
    sys.dont_write_bytecode = True
    import_module("array_api_compat.numpy")  # before the forks, each of which would load it with its first call of a rule
    without = [f"-pno:{plugin}" for plugin in ("terminal", "cacheprovider", "xdist", "benchmark")]
    pytest.main(["--override-ini=addopts=--import-mode=importlib", *without, *tests], plugins=[_Forks(changes, sender)])


class _Forks:
    """A pytest plugin that runs the collected tests on one change after the other, each in a process of its own."""

    def __init__(self, changes: Sequence[Error], sender: Connection) -> None:
        self.changes = changes
        self.sender = sender
        self.failed: str | None = None  # the test, or the file of tests, that failed last

    def pytest_configure(self, config: pytest.Config) -> None:
        config.option.tbstyle = "native"  # pytest's own way to show a failure takes longer than most tests

    def pytest_runtest_logreport(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.failed:
            self.failed = report.nodeid

    pytest_collectreport = pytest_runtest_logreport

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        unsound, tests = _fork(partial(self.unchanged, session.items)).recv()
        self.sender.send(unsound)
        waiting = [] if unsound else list(enumerate(self.changes))
        running: dict[Connection, int] = {}
        while waiting or running:
            while waiting and len(running) < (os.cpu_count() or 1):
                number, error = waiting.pop(0)
                calling = [session.items[index] for index in tests[error.where]]
                running[_fork(partial(self.noticed, error, calling))] = number
            for ready in running.keys() & set(wait(running)):
                self.sender.send((running.pop(ready), ready.recv()))
        return True

    def unchanged(self, items: Sequence[pytest.Item]) -> tuple[str | None, dict[str, list[int]]]:
        """What fails without any change, and for each function the tests that call it, those of the fewest calls first."""
        traces: list[_Trace] = []
        for item in items:
            traces.append(_Trace())
            sys.settrace(traces[-1])
            self.run([item])
            sys.settrace(None)
        # asked for JAX and other libraries that take long to load: tests which do that come last
        optional = pytest.importorskip.__code__
        order = sorted(range(len(items)), key=lambda index: (optional in traces[index].codes, traces[index].calls))
        codes = {name: function.__code__ for name, function in FUNCTIONS.items()}
        return self.failed, {name: [index for index in order if code in traces[index].codes] for name, code in codes.items()}

    def noticed(self, error: Error, items: Sequence[pytest.Item]) -> str | None:
        """By what a change is noticed. The tests hold the function itself, so what it does is changed in place."""
        function = FUNCTIONS[error.where]
        names = dict(function.__globals__)
        try:
            exec(error.source, names)
        except Exception as reason:
            return f"it cannot be loaded: {reason}"
        changed = names[function.__name__]
        for part in ("__code__", "__defaults__", "__kwdefaults__"):
            setattr(function, part, getattr(changed, part))
        return self.run(items)

    def run(self, items: Sequence[pytest.Item]) -> str | None:
        """The first test that fails."""
        for item in items:
            item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
            if self.failed:
                break
        return self.failed


class _Trace:
    """What a test calls, and how often in all."""

    def __init__(self) -> None:
        self.codes: set[CodeType] = set()
        self.calls = 0

    def __call__(self, frame: FrameType, event: str, arg: object) -> None:
        self.codes.add(frame.f_code)
        self.calls += 1


def _fork(task: Callable[[], object]) -> Connection:
    """The end of a pipe on which a fork of this process sends what the task returns."""
    fork = get_context("fork")
    receiver, sender = fork.Pipe(duplex=False)
    fork.Process(target=lambda: sender.send(task())).start()
    sender.close()
    return receiver
