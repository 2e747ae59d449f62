"""Seeded errors in the generated functions, the update rules and the losses: judged by the tests of both (``tested``)."""

from __future__ import annotations

import sys
from collections.abc import Container
from importlib import import_module
from types import FunctionType

from lvicreg.project import Project
from lvicreg.project.record import Mutant

from .code import FORMULA, Place, Subject, definitions
from .listed import Listed
from .tested import Progress
from .tested import run as tested


def run(
    project: Project,
    sample: int | None = None,
    progress: Progress | None = None,
    only: Container[str] | None = None,
) -> list[Mutant]:
    """Every mutant of every generated function, or of some only, or a fixed sample; raises as ``tested.run`` does."""
    tests = [project.folder_of(generated).name for generated in (project.rules_package, project.losses_package)]
    paths = [project.root / "tests" / name for name in tests]
    found = [subject for subject in subjects(project) if only is None or subject.place.where in only]
    return tested(found, paths, Listed.of(project, "generated"), sample, progress)


def subjects(project: Project) -> list[Subject]:
    """The generated functions, to be broken."""
    rules, losses = (import_module(each.package) for each in (project.rules_package, project.losses_package))
    found = {name: getattr(rules, name) for name in rules.__all__}
    return [subject(*named) for named in (found | {f"losses.{name}": getattr(losses, name) for name in losses.__all__}).items()]


def subject(name: str, function: FunctionType) -> Subject:
    """A generated function, by what the record calls it."""
    node = dict(definitions(sys.modules[function.__module__]))[function.__name__]
    return Subject(Place(function.__module__, function.__name__, name), node, FORMULA)
