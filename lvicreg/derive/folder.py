"""The folder that is written: a rule that needs no other package of this project, its tests, its derivation and its ledger.

=================== ==========================================================================================
``__init__.py``     makes it a package: ``from my_loss import my_loss``
``rule.py``         the function, for arrays of any library that follows the array API standard
``test_rule.py``    it against automatic differentiation of the loss, and seeded errors in it (``tests``)
``derivation.md``   the steps from the loss to the rule, what a synapse must be told, and what was checked
``derivation.tex``  the same steps, for a paper
``ledger.json``     every claim with what the engines found
``stream.py``       the rule one sample at a time, where its statistics have filters (``stream``)
=================== ==========================================================================================

While they are written ``.unfinished`` lies beside them; where a run was cut off it says which file they were written from.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from lvicreg._files import as_a_set, name_of_draft
from lvicreg.calculus import Local, NotLocal
from lvicreg.calculus.definitions import indices_of
from lvicreg.calculus.notation import latex
from lvicreg.calculus.synapse import readable
from lvicreg.claims import to_json
from lvicreg.claims.plain import plain
from lvicreg.codegen.averages import NoStream
from lvicreg.codegen.docstring import quoted
from lvicreg.codegen.equation import as_latex
from lvicreg.codegen.files import write
from lvicreg.project.pages.equations import Equations, display

from .answer import Answer
from .problem import Refused
from .stream import streamed
from .tests import tests

NAMES = "__init__.py", "rule.py", "test_rule.py", "derivation.md", "derivation.tex", "ledger.json", "stream.py"
UNFINISHED = ".unfinished"


def written(answer: Answer) -> dict[Path, str]:
    """The text of each file of the folder, by its name in it; raises ``NotArrayCode`` where there is no code for the rule."""
    equations = Equations(answer.rule.latex, answer.problem.layer)
    ledger, head, name = to_json(answer.entries), _head(answer), answer.rule.name
    package = f'{head}"""{quoted(answer.rule.summary)}"""\n\nfrom .rule import {name}\n\n__all__ = ["{name}"]\n'
    code, stream = answer.source, streamed(answer)
    after = [] if isinstance(stream, NoStream) else [_importing(head + stream.source, name)]
    tested = _importing(tests(answer), name)
    rule = rule_source(answer, code + tested + "".join(after))
    texts = package, rule, tested, as_markdown(answer, equations), as_tex(answer, equations), ledger, *after
    return dict(zip(map(Path, NAMES), texts, strict=False))


def _importing(text: str, name: str) -> str:
    """A module that imports the rule, and what the rule sums samples with if it does so too."""
    own = f"from .rule import {name}\n"
    return text.replace(own, f"from .rule import {name}, summed\n", 1) if "summed(" in text else text


def check_folder(folder: Path, answer: Answer) -> None:
    """The folder may be written: there is none yet, it is empty, or it has what was written from this file before.

    Raises:
        Refused: there is something else.
    """
    parent = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if not parent.is_dir():
        raise Refused(f"{parent} is no folder: choose another one with --out")
    if not folder.resolve().name.isidentifier():
        raise Refused(f"{folder} is to be a package, and its name is none of Python's: choose another one with --out")
    if folder.absolute() == parent and any(folder.iterdir()) and not _own(folder, answer):
        raise Refused(f"{folder} is not empty: move it away, or choose another one with --out")


def _own(folder: Path, answer: Answer) -> bool:
    """Whether all that a folder has was written from this file, by a run that came to its end or was cut off."""
    found = {name_of_draft(path.name) or path.name for path in folder.iterdir()} - {"__pycache__", ".pytest_cache"}
    heads = [path for path in (folder / "rule.py", folder / UNFINISHED) if path.exists()]
    own = any(path.read_text(encoding="utf-8").startswith(_head(answer)) for path in heads)
    return own and found <= {*NAMES, UNFINISHED}


def write_folder(folder: Path, texts: Mapping[Path, str], answer: Answer) -> None:
    """Write the files of a folder, as a set; what an earlier run wrote beside them goes."""
    folder.mkdir(parents=True, exist_ok=True)
    with as_a_set(folder / UNFINISHED, _head(answer)):
        write({folder / name: text for name, text in texts.items()})
        for name in set(map(Path, NAMES)) - set(texts):
            (folder / name).unlink(missing_ok=True)


def outcome_of_tests(texts: Mapping[Path, str], answer: Answer) -> str:
    """What the tests say, run before they are written, by automatic differentiation of the quickest library and by differences.

    Raises:
        Refused: one of them fails.
    """
    if find_spec("pytest") is None:
        return "The tests beside it were not run: install pytest."
    with TemporaryDirectory() as folder:
        write({Path(folder, name): text for name, text in texts.items()})
        slow = "not by_jax and not by_torch and not test_it_is_the_same_in_every_library"
        options = ["-q", "-c", os.devnull, "--rootdir", folder, "-p", "no:cacheprovider", "-k", slow, "--tb=short", "-rsf"]
        variables = {name: text for name, text in os.environ.items() if name != "PYTEST_ADDOPTS"}
        variables["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # they take longer to load than the tests run
        command = [sys.executable, "-m", "pytest", *options, folder]
        ran = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    if ran.returncode:
        lines = ran.stdout.splitlines()
        why = [line[1:].strip() for line in lines if line.startswith("E ")]
        said = " ".join(why[:4] if why[:1] == ["AssertionError:"] else why[:1])
        failing = sorted({line.split("::")[1].split("[")[0].split(" ")[0] for line in lines if line.startswith("FAILED")})
        named = f"{answer.problem.path.name}: beside the rule {', '.join(failing) or 'the tests'} would fail"
        raise Refused(f"{named}: {said or ran.stdout.strip()[-300:]}")
    (passed,) = re.findall(r"(\d+) passed", ran.stdout)
    never = re.findall(r"a hinge never switches: (.*)", ran.stdout)
    unseen = f" They see no difference, at the values they draw, where a hinge is broken: {never[0]}." if never else ""
    return f"{passed} of the tests beside it were run, and pass.{unseen}"


def rule_source(answer: Answer, calls: str) -> str:
    """The module of the rule, with what is called of ``lvicreg`` in it and beside it: precision before it, checks after it."""
    precision, checks = map(_Helper.read, ("_precision", "_inputs"))
    head = f'{_head(answer)}"""{quoted(answer.rule.summary)}"""\n\n{_imports(precision, checks)}\n\n'
    own = f'__all__ = ["{answer.rule.name}"]\n\n'
    before = f"# --- {precision.title}\n{_called(precision.functions, calls + checks.functions)}"
    after = f"# --- {checks.title}\n{_called(checks.functions, answer.source)}"
    return f"{head}{own}\n{before.rstrip()}\n\n\n# --- the rule\n{answer.source}\n\n{after}"


@dataclass(frozen=True)
class _Helper:
    """A module of ``lvicreg`` that rules take from: its title, what it imports, and its code."""

    title: str
    imports: list[ast.Import | ast.ImportFrom]
    functions: str

    @classmethod
    def read(cls, name: str) -> _Helper:
        text = files("lvicreg").joinpath(f"{name}.py").read_text(encoding="utf-8")
        tree = ast.parse(text)
        title = (ast.get_docstring(tree) or "").splitlines()[0].rstrip(".:")
        imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        code = text.splitlines(keepends=True)[max(node.end_lineno or 0 for node in imports) :]
        return cls(title[0].lower() + title[1:], imports, "".join(code).strip("\n") + "\n")


def _imports(*helpers: _Helper) -> str:
    """The imports of all of them, but for those from one another: Python's own, then others'."""
    whole: set[str] = set()
    parts: dict[str, set[str]] = {}
    for node in (node for helper in helpers for node in helper.imports):
        if isinstance(node, ast.Import):
            whole |= {ast.unparse(node)}
        elif not (node.module or "").startswith("lvicreg"):
            parts.setdefault(node.module or "", set()).update(ast.unparse(alias) for alias in node.names)
    lines = sorted(whole) + [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(parts.items())]
    own = [line for line in lines if line.split()[1].split(".")[0] in sys.stdlib_module_names]
    return "\n".join(own) + "\n\n" + "\n".join(line for line in lines if line not in own)


def _called(helpers: str, source: str) -> str:
    """The helpers without functions that nothing calls, or takes as a function."""
    for name in re.findall(r"^def (\w+)", helpers, re.MULTILINE):
        if len(re.findall(rf"\b{name}\b", helpers + source)) == 1:  # where it is defined
            helpers = re.sub(rf"^def {name}\(.*?\n(?=^\S|\Z)", "", helpers, flags=re.MULTILINE | re.DOTALL)
    return helpers


def _head(answer: Answer) -> str:
    return f"# Generated from {answer.problem.path.name} by `lvicreg derive`: change that file and run the command again.\n"


def as_markdown(answer: Answer, equations: Equations) -> str:
    """The derivation as a page."""
    steps = [
        f"{number}. {said}\n\n{_indented(display(*lines))}" for number, (said, lines) in enumerate(_steps(answer, equations), 1)
    ]
    parts = [f"# {answer.problem.title}", "## From the loss to the rule", *steps, "## What a synapse must be told"]
    parts += [
        _told(answer.reads, answer),
        "## What was checked",
        "| claim | status | evidence |\n|---|---|---|\n" + "\n".join(_rows(answer)),
    ]
    if answer.problem.independent is None:
        parts.append("*Not independent:* the loss was not written a second time, so no engine has read it but from this file.")
    return "\n\n".join(parts) + "\n"


def _steps(answer: Answer, equations: Equations) -> list[tuple[str, list[str]]]:
    """What each step did, and the equations as they then stand; the last with what its names stand for."""
    unit, source = indices_of(answer.problem.target)
    last = f"Minus this, factored, with i, j for {unit}, {source}:", [as_latex(answer.rule), *equations.own(answer.rule)]
    return [*((said, [line]) for said, line in equations.steps(answer.descent)), last]


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def _told(reads: Local | NotLocal, answer: Answer) -> str:
    if isinstance(reads, NotLocal):
        return f"The rule is **not local**: {reads}."
    kinds = (("at the synapse", reads.pre), ("in its unit", reads.post), ("by the whole population", reads.shared))
    rows = [
        f"| {kind} | ${latex(signal, answer.rule.latex)}$ | `{readable(signal)}` |"
        for kind, signals in kinds
        for signal in signals
    ]
    return f"The rule is {answer.locality}\n\n| where | signal | |\n|---|---|---|\n" + "\n".join(rows)


def _rows(answer: Answer) -> list[str]:
    rows = []
    for entry in answer.entries:
        found = "; ".join(f"{finding.kind} ({finding.engine}): {finding.detail}" for finding in entry.findings)
        rows.append(f"| {plain(entry.claim.tex)} | {entry.status} | {found} |")
    return rows


def as_tex(answer: Answer, equations: Equations) -> str:
    """The steps in LaTeX, to be included."""
    items = []
    for said, lines in _steps(answer, equations):
        items += [f"\\item {said}", *(f"\\begin{{equation*}}\n{line}\n\\end{{equation*}}" for line in lines)]
    head = f"% Generated from {answer.problem.path.name} by lvicreg derive.\n"
    return head + "\\begin{enumerate}\n" + "\n".join(items) + "\n\\end{enumerate}\n"
