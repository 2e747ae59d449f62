"""The files that a project writes: rules and losses, the fragments of its book (``pages``), and what the README counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from lvicreg.claims import Entry, counted
from lvicreg.codegen.emit import function_source
from lvicreg.codegen.loss import loss_source
from lvicreg.codegen.modules import module_source, package_source
from lvicreg.codegen.rule import Function

from .pages import known, of_claims, of_expressions
from .pages.theorem import Theorems
from .project import Generated, Project
from .record import Record


def derived_files(project: Project, names: Sequence[str]) -> dict[Path, str]:
    """The files that follow from the expressions of the named sections; those that need all only where all are named."""
    files = {**rule_files(project, names), **loss_files(project, names), **of_expressions(project, names)}
    return files | package_files(project) if set(names) == set(project.sections) else files


def found_files(project: Project, names: Sequence[str], entries: Sequence[Entry], theorems: Theorems) -> dict[Path, str]:
    """The files that say what was found of their claims, likewise."""
    files = of_claims(project, names, entries, theorems)
    return files | readme(project, entries, theorems.record) if set(names) == set(project.sections) else files


def rule_files(project: Project, names: Iterable[str]) -> dict[Path, str]:
    """The modules of rules, one for each section that has any."""
    folder, files = project.folder_of(project.rules_package), {}
    for name, rules in project.rules_of(names).items():
        functions = {rule.name: function_source(rule) for rule in rules}
        files[folder / f"{name}.py"] = _module(project, f"{project.section(name).TITLE}: update functions.", functions, name)
    return files


def loss_files(project: Project, names: Iterable[str]) -> dict[Path, str]:
    """The modules of losses, one for each loss."""
    folder, files = project.folder_of(project.losses_package), {}
    for name, losses in project.losses_of(names).items():
        for loss in losses:
            title = f"{loss.summary.split(':')[0].split(',')[0]}."
            files[folder / f"{loss.name}.py"] = _module(project, title, {loss.name: loss_source(loss)}, name)
    return files


def _module(project: Project, title: str, functions: Mapping[str, str], section: str) -> str:
    return module_source(title, functions, f"{project.package}/{section}.py", project.command, "lvicreg")


def package_files(project: Project) -> dict[Path, str]:
    """The packages of the rules and of the losses."""
    rules = project.rules_of(project.sections)
    losses = {loss.name: (loss,) for losses in project.losses_of(project.sections).values() for loss in losses}
    return {**_package(project, project.rules_package, rules), **_package(project, project.losses_package, losses)}


def _package(project: Project, generated: Generated, modules: Mapping[str, Sequence[Function]]) -> dict[Path, str]:
    title = f"{generated.title}\n\n{generated.guide}"
    source = package_source(title, modules, f"{project.package}/", project.command)
    return {project.folder_of(generated) / "__init__.py": source}


def strangers(project: Project) -> list[Path]:
    """Files in the generated folders that nothing writes."""
    rules, losses = map(project.folder_of, (project.rules_package, project.losses_package))
    written = {*known(project), *(folder / "__init__.py" for folder in (rules, losses))}
    written |= {rules / f"{name}.py" for name in project.rules_of(project.sections)}
    written |= {losses / f"{f.name}.py" for found in project.losses_of(project.sections).values() for f in found}
    folders = rules, losses, project.pages
    return sorted(path for folder in folders for path in folder.rglob("[!.]*.*") if path not in written)


# --- the README ----------------------------------------------------------------------------------------------------------
def readme(project: Project, entries: Sequence[Entry], record: Record) -> dict[Path, str]:
    """The README with what is measured between two marks: how many claims have which status, and of how many errors."""
    path = project.root / "README.md"
    text = path.read_text(encoding="utf-8")
    begin, end = "<!-- counted: begin -->", "<!-- counted: end -->"
    before, rest = text.split(begin)
    _, after = rest.split(end)
    return {path: f"{before}{begin}\n{counted(entries)}\n\n{record.in_words}\n{end}{after}"}
