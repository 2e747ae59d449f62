"""From a loss in a file to a rule, its tests, its derivation and what was checked: ``lvicreg derive my_loss.py``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import numpy as np
from rich.console import Console

from lvicreg._console import terminal
from lvicreg.calculus import NotLocal, is_zero
from lvicreg.calculus.synapse import readable
from lvicreg.claims import Status
from lvicreg.codegen.averages import NoStream
from lvicreg.codegen.files import write
from lvicreg.codegen.layout import NotArrayCode
from lvicreg.engines import Contradiction
from lvicreg.project import Project
from lvicreg.project.command import main as of_project
from lvicreg.project.report import other_sympy, show_line

from .answer import Answer
from .folder import check_folder, outcome_of_tests, write_folder, written
from .problem import Refused
from .reading import check_name, read
from .stream import streamed

PROG = "lvicreg derive"
NEW = '''\
"""My loss: what it is for.

Where it comes from: authors, year, equation.
"""

from sympy import Symbol

from lvicreg.calculus import Sigma
from lvicreg.calculus.layer import B, W, alpha, b, i, mean, network, p, q, u, var, x, z

# --- the loss: a sum over samples b and units i of quantities of the layer ---------------------------------------------------
# x[b, j] inputs, W[i, j] weights, a = W x, z[b, i] = f(a), mean[i], u = z − mean, var[i] = α Σ u², sigma[i], K[i, k]
beta = Symbol("beta", positive=True)
loss = beta * Sigma((var[i] - 1) ** 2, i) / 4

options = {beta: 1.0}  # a number for each parameter
statistics = (mean, var, alpha)  # what a slow filter may give in the place of the minibatch's


# --- if you like: the rule as it is printed somewhere, to be confirmed or refuted ---------------------------------------------
# claimed = …, in W[p, q]'s own indices p and q: slope[b, p] * x[b, q] * …


# --- and the loss once more, in NumPy, so that the check is independent -------------------------------------------------------
def independent(np, W, data):
    z = np.tanh(data.x @ W.T)
    var = ((z - z.mean(axis=0)) ** 2).sum(axis=0) / (len(z) - 1)
    return data.beta * ((var - 1) ** 2).sum() / 4
'''


def arguments(given: Sequence[str] | None) -> tuple[argparse.Namespace, list[str]]:
    """The command line, and what is left for a project's own."""
    parser = argparse.ArgumentParser(prog=PROG, description=__doc__)
    parser.add_argument("path", type=Path, metavar="FILE", help="a file that declares a loss, or the package of a project")
    parser.add_argument("--new", action="store_true", help="write a file to start from, with comments")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="where to write; by default a folder with the name of the file"
    )
    return parser.parse_known_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Derive, report, write, and return the exit code: 1 where nothing could be derived, or what is claimed is refuted."""
    console = terminal()
    options, rest = arguments(given)
    if options.path.is_dir() and not options.new:
        try:
            project = _project(options.path)
        except Refused as problem:
            return _refused(str(problem), console)
        return of_project(project, rest)
    if rest:
        console.print(f"{PROG}: {' '.join(rest)} is not known here; see {PROG} --help", style="red", markup=False)
        return 2
    if warning := other_sympy():
        console.print(warning, style="yellow", markup=False, highlight=False, soft_wrap=True)
    try:
        if options.new:
            return _start(options.path, console)
        return _derive(Answer(read(options.path)), options.out or options.path.with_suffix(""), console)
    except Refused as problem:
        return _refused(str(problem), console)
    except NotArrayCode as problem:  # which begins with the name of the function
        return _refused(f"{options.path.name}: {str(problem).removeprefix(f'{options.path.stem}: ')}", console)
    except OSError as problem:
        return _refused(f"{problem.filename} cannot be written: {problem.strerror}", console)
    except (ValueError, TypeError, ArithmeticError, AttributeError, Contradiction) as problem:  # of an engine, or the calculus
        return _refused(f"{options.path.name}: {problem}", console)


def _refused(problem: str, console: Console) -> int:
    console.print(problem, style="red", markup=False, highlight=False, soft_wrap=True)
    console.print("Nothing was written.")
    return 1


def _project(folder: Path) -> Project:
    """The project of a package's folder."""
    sys.path.insert(0, str(folder.resolve().parent))
    try:
        package = import_module(folder.resolve().name)
    except ImportError as problem:
        raise Refused(f"{folder} cannot be imported: {problem}") from None
    projects = [value for value in vars(package).values() if isinstance(value, Project)]
    if not projects:
        raise Refused(f"{folder} is no package with a Project: give a file that declares a loss")
    return projects[0]


def _start(path: Path, console: Console) -> int:
    if not path.name:
        raise Refused(f"{path} is the name of no file: give one, such as my_loss.py")
    path = path.with_suffix(".py")
    check_name(path)
    if path.exists():
        raise Refused(f"{path} exists already: choose another name")
    write({path: NEW})
    console.print(f"wrote {path}; then: {PROG} {path}", highlight=False)
    return 0


def _derive(answer: Answer, folder: Path, console: Console) -> int:
    check_folder(folder, answer)
    if not np.isfinite(answer.at_random.loss):
        told = "a logarithm or a root of what may be negative, or a denominator that may be 0: declare what keeps it positive"
        raise Refused(f"{answer.problem.path.name}: the loss is {answer.at_random.loss} at random values, {told}")
    if is_zero(answer.descent.update, answer.layer):
        raise Refused(f"{answer.problem.path.name}: the gradient of the loss is 0, so nothing is learned")
    (gradient, *_) = answer.entries
    if answer.refuted and gradient.status != Status.FAILED:  # else the loss is to be mended first
        show_line(gradient, console)
        told = f"refuted: {answer.problem.name}.claimed is not minus the gradient of the loss: {answer.refuted}."
        console.print(told, style="bold red", markup=False, highlight=False, soft_wrap=True)
        console.print("Nothing was written.")
        return 1
    for entry in answer.entries:
        show_line(entry, console)
    if answer.failed:
        for reason in (reason for entry in answer.entries for reason in entry.reasons):
            console.print(f"  {reason}", style="red", markup=False, highlight=False, soft_wrap=True)
        if gradient.status == Status.FAILED and answer.at_random.differs:
            console.print(f"  {answer.at_random.differs}.", style="red", markup=False, highlight=False, soft_wrap=True)
        if answer.at_kinks:
            told = "  They differ where something in a hinge or a step is just 0, and at no other values that were tried"
            told += f": {answer.at_kinks}."
            console.print(told, style="red", markup=False, highlight=False, soft_wrap=True)
        if answer.undecided:
            told = "  Not decided: both sides are equal wherever evaluated, and the normal form does not show it for all sizes."
            console.print(told, style="red", markup=False, highlight=False, soft_wrap=True)
        console.print(f"Nothing was written, since a claim {'was not decided' if answer.undecided else 'failed'}.")
        return 1
    texts = written(answer)  # before more is said, since there may be no code for the rule
    tested = outcome_of_tests(texts, answer)
    if answer.problem.independent is None:
        console.print("Not independent: declare independent(np, W, data), the loss once more, to have it read twice.")
    console.print(f"The rule is {answer.locality}", markup=False, highlight=False, soft_wrap=True)
    if not isinstance(answer.reads, NotLocal):
        for kind, signals in (("synapse", answer.reads.pre), ("unit", answer.reads.post), ("population", answer.reads.shared)):
            for signal in signals:
                console.print(f"  {kind:<10} {readable(signal)}", markup=False, highlight=False)
    stream = streamed(answer)
    if answer.problem.statistics and isinstance(stream, NoStream):
        console.print(f"There is no stream.py: {stream}.", markup=False, highlight=False, soft_wrap=True)
    write_folder(folder, texts, answer)
    console.print(tested, markup=False, highlight=False)
    console.print(f"wrote {', '.join(map(str, texts))} in {folder}; then: pytest {folder}", highlight=False, soft_wrap=True)
    return 0
