"""A rule of ``lvicreg.rules`` for a simulator: ``lvicreg export brian2 total`` writes the model and a test of it.

The text is written from the derivation that the rule itself was generated from, and which the head of the rule's module names:
so the command runs where the derivations are, in a clone of the repository. What it writes needs neither them nor SymPy.
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

import sympy

from lvicreg import rules
from lvicreg._files import unwritable
from lvicreg.codegen.annarchy import annarchy
from lvicreg.codegen.brian2 import brian2
from lvicreg.codegen.files import write
from lvicreg.codegen.rule import Rule
from lvicreg.codegen.synaptic import NotSynaptic, Synaptic

SIMULATORS: Mapping[str, Callable[[Synaptic], dict[str, str]]] = {"brian2": brian2, "annarchy": annarchy}
PROG = "lvicreg export"


class NotFound(ValueError):
    """There is no such rule, or its derivation is not here."""


def main(given: Sequence[str] | None = None) -> int:
    """Write the model and its test, and return the exit code: 1 where nothing was written."""
    parser = argparse.ArgumentParser(prog=PROG, description=__doc__)
    parser.add_argument("simulator", choices=SIMULATORS, help="what the model is for")
    parser.add_argument("rule", metavar="RULE", help="a function of lvicreg.rules, such as total")
    parser.add_argument("-o", "--out", type=Path, default=Path(), metavar="FOLDER", help="where to write; by default here")
    options = parser.parse_args(given)
    try:
        files = {options.out / name: text for name, text in exported(options.simulator, options.rule).items()}
        check_own(files)
        write(files)
    except (NotFound, NotSynaptic, FileExistsError) as problem:
        print(f"{problem}\nNothing was written.", file=sys.stderr)
        return 1
    print(f"wrote {', '.join(map(str, files))}; then, where the simulator is installed: pytest {list(files)[-1]}")
    return 0


def exported(simulator: str, name: str) -> dict[str, str]:
    """The text of the model and of its test, by the names of their files.

    Raises:
        NotFound: there is no such rule, or its derivation is not here.
        NotSynaptic: the rule is not local, or the simulator has no code for something in it.
    """
    source = derived_from(name)
    texts = SIMULATORS[simulator](Synaptic(rule(source, name)))
    return {file: head(source, simulator, name) + text for file, text in texts.items()}


def head(source: str, simulator: str, name: str) -> str:
    """The first lines of a file, by the first of which it is known as written here."""
    return f"# Generated from {source} by `{PROG} {simulator} {name}`.\n# SymPy {sympy.__version__}, which it does not need.\n"


def derived_from(name: str) -> str:
    """The file from which a rule was generated, such as ``derivations/total.py``, as its module says."""
    if name not in rules.__all__:
        raise NotFound(f"{name} is no rule; choose from {', '.join(rules.__all__)}")
    module = sys.modules[getattr(rules, name).__module__]
    (source,) = re.findall(r"^# Generated from (\S+\.py) by", inspect.getsource(module))
    return str(source)


def rule(source: str, name: str) -> Rule:
    """The rule as it was derived."""
    section = source.removesuffix(".py").replace("/", ".")
    sys.path.append(str(Path.cwd()))
    try:
        module = import_module(section)
    except ModuleNotFoundError as missing:
        if missing.name not in (section, section.partition(".")[0]):
            raise
        told = f"{name} is derived in {source}, which is not here: run this in a clone of the repository"
        raise NotFound(told) from None
    finally:
        sys.path.pop()
    (found,) = (each for each in module.rules if each.name == name)
    assert isinstance(found, Rule)
    return found


def check_own(files: Mapping[Path, str]) -> None:
    """Refuse to replace what was not written by this command, or what cannot be written.

    Raises:
        FileExistsError: with the file, and what to do.
    """
    for path, text in files.items():
        if problem := unwritable(path):
            raise FileExistsError(problem)
        own = text.splitlines()[0]
        if path.exists() and not path.read_text(encoding="utf-8").startswith(own):
            raise FileExistsError(f"{path} was not written by this command: move it away, or choose another folder with --out")
