"""Seeded errors in code, judged by tests: each change in a process of its own, in which the tests run that call what is broken.

One process collects the tests, then forks for every mutant, before JAX is loaded: so nothing is imported twice, no mutant sees
what another has left behind, compiled functions included, and no file is touched. The child puts the change in place and runs
the tests until one fails. Which tests call a function at all, and at what cost, is known from a run of the unchanged ones,
which must pass. The cost is counted in calls, not in seconds, so that the same test is the first to fail each time; those
which need a library that takes long to load come last. For a named value those are run that call a function which
reads such a name, or read it themselves.

A test that takes much longer than without the change is ended, by a limit on the processor's time, which does not depend on
what else the machine does; it has noticed the change.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cache, partial
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import process_time
from types import FunctionType
from typing import Any, NamedTuple

import pytest

from lvicreg.project.record import Mutant
from lvicreg.project.uses import names_in

from .code import Definition, Error, Place, Subject, definitions, drawn, mentioned
from .listed import Listed
from .seeding import counting, forget, function_in, owner_of, seeded

Progress = Callable[[str], None]
SLOW_TO_LOAD = {"jax", "torch"}
TIMES, SECONDS = 20, 20.0  # a test may take this many times as long as without a change, and at least so long


def run(
    subjects: Sequence[Subject],
    tests: Sequence[Path],
    listed: Listed,
    sample: int | None = None,
    progress: Progress | None = None,
) -> list[Mutant]:
    """All changes of these subjects, or a fixed sample of about so many that are to be noticed, and what became of each.

    Raises:
        RuntimeError: a test of what is unchanged fails, or the tests cannot be run.
    """
    chosen = (
        [error for subject in subjects for error in subject.errors()] if sample is None else drawn(subjects, listed, sample)
    )
    found: list[Mutant] = []
    if not chosen:
        return found  # the tests need not be run
    for number, mutant in enumerate(mutants(chosen, tests, listed), 1):
        found.append(mutant)
        if progress:
            progress(f"{number}/{len(chosen)} {mutant.where}: {mutant.change}: {mutant.outcome}")
    return found


def mutants(changes: Sequence[Error], tests: Sequence[str | Path], listed: Listed) -> Iterator[Mutant]:
    """What the tests make of each change, in the order of the changes.

    Raises:
        RuntimeError: a test of what is unchanged fails, or the tests cannot be run.
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
            yield listed.judged(error.place.where, error.change, noticed[number])
    except EOFError:
        raise RuntimeError("the tests could not be run") from None
    finally:
        session.terminate()  # at the end it has nothing left to do
        session.join()


def _session(changes: Sequence[Error], tests: list[str], sender: Connection) -> None:
    """Collect the tests and run them on every change, writing no file, not even a cache."""
    sys.dont_write_bytecode = True
    os.environ["TORCHDYNAMO_DISABLE"] = "1"  # PyTorch's compiler has processes of its own, which a fork would lack
    importlib.import_module("array_api_compat.numpy")  # before the forks, each of which would load it with its first rule
    without = [f"-pno:{plugin}" for plugin in ("terminal", "cacheprovider", "xdist", "benchmark")]
    pytest.main(["--override-ini=addopts=--import-mode=importlib", *without, *tests], plugins=[_Forks(changes, sender)])


class _Trace(NamedTuple):
    """What a test calls, and how often, its time, and whether it needs a library that takes long to load."""

    calls: Counter[Place]
    seconds: float
    slow: bool


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
        forget()  # finds the caches, once for all forks
        items = session.items
        readers = {place: _readers(place) for place in dict.fromkeys(error.place for error in self.changes)}
        places = list(dict.fromkeys(each for found in readers.values() for each in found))
        parts = [items[first :: os.cpu_count() or 1] for first in range(os.cpu_count() or 1)]
        traces: dict[str, _Trace] = {}
        for _, traced in _forked([partial(self.unchanged, part, places) for part in parts]):
            if isinstance(traced, str):
                self.sender.send(traced)
                return True
            traces |= traced
        self.sender.send(None)
        order = sorted((item for item in items), key=lambda item: _cost(traces[item.nodeid]))
        calling = {
            place: [item for item in order if any(traces[item.nodeid].calls[each] for each in found) or _reads(item, place)]
            for place, found in readers.items()
        }
        limits = {name: max(SECONDS, TIMES * trace.seconds) for name, trace in traces.items()}
        for number, noticed in _forked([partial(self.noticed, error, calling[error.place], limits) for error in self.changes]):
            self.sender.send((number, noticed))
        return True

    def unchanged(self, items: Sequence[pytest.Item], places: Sequence[Place]) -> str | dict[str, _Trace]:
        """What fails without any change; or what each test calls."""
        traces: dict[str, _Trace] = {}
        if self.failed:
            return self.failed
        with ExitStack() as stack:
            calls = _counted(stack, places)
            loaded = _watched(stack)
            for item in items:
                calls.clear()
                loaded.clear()
                start = process_time()
                if failed := self.run([item], {}):
                    return failed
                traces[item.nodeid] = _Trace(Counter(calls), process_time() - start, bool(loaded & SLOW_TO_LOAD))
        return traces

    def noticed(self, error: Error, items: Sequence[pytest.Item], limits: Mapping[str, float]) -> str | None:
        """By what a change is noticed."""
        try:
            with seeded(error.place, error.source):
                return self.run(items, limits)
        except Exception as reason:
            return f"it cannot be loaded: {reason}"

    def run(self, items: Sequence[pytest.Item], limits: Mapping[str, float]) -> str | None:
        """The first test that fails."""
        for item in items:
            signal.setitimer(signal.ITIMER_PROF, limits.get(item.nodeid, 0.0))  # ends this process
            forget()  # else what a test calls would depend on the tests before it
            item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
            if self.failed:
                break
        return self.failed


def _cost(trace: _Trace) -> tuple[bool, int]:
    return trace.slow, trace.calls.total()


def _readers(place: Place) -> list[Place]:
    """A function itself; of a named value, the functions of the package that read such a name."""
    if isinstance(function_in(*owner_of(place)), FunctionType):
        return [Place(place.module, place.name, "")]
    package = place.module.partition(".")[0]
    return [
        Place(module, name, "")
        for module in sorted(sys.modules)
        if module.startswith(f"{package}.")
        for name, node in _definitions(module)
        if isinstance(node, ast.FunctionDef) and _last_names(place) & mentioned(node)
    ]


@cache
def _definitions(module: str) -> list[tuple[str, Definition]]:
    return list(definitions(importlib.import_module(module)))


def _last_names(place: Place) -> set[str]:
    """The names of a value, without that of the class."""
    return {name.rpartition(".")[2] for name in place.name.split(", ")}


def _reads(item: pytest.Item, place: Place) -> bool:
    """Whether a test reads a named value itself."""
    return not isinstance(function_in(*owner_of(place)), FunctionType) and bool(
        _last_names(place) & names_in(item.obj.__code__)  # type: ignore[attr-defined]
    )


def _counted(stack: ExitStack, places: Sequence[Place]) -> Counter[Place]:
    """The number of calls of each function, kept up to date while the stack is open."""
    calls = Counter[Place]()
    for number, place in enumerate(places):
        node = dict(_definitions(place.module))[place.name]
        if isinstance(node, ast.FunctionDef):
            name = f"_called_{number}"
            setattr(sys.modules[place.module], name, partial(calls.update, (place,)))
            stack.enter_context(seeded(place, counting(node, name)))
    return calls


def _watched(stack: ExitStack) -> set[str]:
    """The names of the modules that are asked for while the stack is open, loaded before or not."""
    asked: set[str] = set()

    def asking(load: Callable[..., Any]) -> Callable[..., Any]:
        def loading(name: str, *rest: Any, **options: Any) -> Any:
            asked.add(name.partition(".")[0])
            return load(name, *rest, **options)

        return loading

    for owner, function in ((builtins, "__import__"), (importlib, "import_module")):
        stack.callback(setattr, owner, function, getattr(owner, function))
        setattr(owner, function, asking(getattr(owner, function)))
    return asked


def _forked(tasks: Sequence[Callable[[], object]]) -> Iterator[tuple[int, Any]]:
    """The number of each task and what it returns, or by what it was ended, from as many forks at a time as processors."""
    waiting = list(enumerate(tasks))
    running: dict[Connection, tuple[int, BaseProcess]] = {}
    while waiting or running:
        while waiting and len(running) < (os.cpu_count() or 1):
            number, task = waiting.pop(0)
            receiver, process = _fork(task)
            running[receiver] = number, process
        for ready in wait(running):
            assert isinstance(ready, Connection)
            number, process = running.pop(ready)
            try:
                yield number, ready.recv()
            except EOFError:
                process.join()
                yield number, _ended(process.exitcode)


def _ended(code: int | None) -> str:
    return "it does not end" if code == -signal.SIGPROF else f"its process ends with {code}"


def _fork(task: Callable[[], object]) -> tuple[Connection, BaseProcess]:
    """The end of a pipe on which a fork of this process sends what the task returns, and the fork."""
    fork = get_context("fork")
    receiver, sender = fork.Pipe(duplex=False)
    process = fork.Process(target=lambda: sender.send(task()))
    process.start()
    sender.close()
    return receiver, process
