"""Sphinx extension: what pages load, so that nothing is asked of the network.

MathJax and its font are copied from npm's packages, and so is DataTables, for the ledger. The pages that derive gradients, and
those that mark exercises, get Pyodide, if it is installed, and two archives: SymPy as installed here, and the project's own
calculus. Pyodide runs what a reader types, so the book is built with those bytes only that are on record, in ``pyodide.sha256``
(what ``sha256sum`` writes; ``sha256sum -c`` reads it).
"""

from __future__ import annotations

import hashlib
import json
import runpy
import shutil
import sys
import zipfile
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = Path(sys.prefix) / "node_modules"
MATHJAX, PYODIDE = PACKAGES / "mathjax", PACKAGES / "pyodide"
DATATABLES = (
    PACKAGES / "datatables.net" / "js" / "dataTables.min.js",
    PACKAGES / "datatables.net-dt" / "css" / "dataTables.dataTables.min.css",
)
FONT = "mathjax-newcm-font"
DIGESTS = ROOT / "book" / "pyodide.sha256"
IN_PAGE = ROOT / "book" / "in_page"


def copy_assets(app: Sphinx, problem: Exception | None) -> None:
    """Copy what the pages load beside them."""
    if problem is not None or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    _copy_mathjax(static / "mathjax")
    (static / "datatables").mkdir(exist_ok=True)
    for path in DATATABLES:
        shutil.copy(path, static / "datatables")
    (static / "derive").mkdir(exist_ok=True)
    for path in IN_PAGE.glob("*.js"):
        shutil.copy(path, static / "derive")
    if PYODIDE.exists():
        copy_pyodide(PYODIDE, static / "pyodide")
        for name, members in archives().items():
            write_archive(static / "derive" / name, members)
        from derivations.notation import LATEX  # with what it imports, not needed before

        (static / "derive" / "names.json").write_text(json.dumps(LATEX), encoding="utf-8")


def _copy_mathjax(target: Path) -> None:
    """One component of MathJax, the extensions that it may load, and the font."""
    if not MATHJAX.exists():
        raise ExtensionError(f"MathJax is not in {PACKAGES}: run the README's command for the book, which installs it with npm")
    target.mkdir(exist_ok=True)
    shutil.copy(MATHJAX / "tex-chtml.js", target)
    for folder in ("input/tex/extensions", "a11y", "ui"):
        shutil.copytree(MATHJAX / folder, target / folder, dirs_exist_ok=True)
    shutil.copytree(PACKAGES / "@mathjax" / FONT / "chtml", target / "fonts" / FONT / "chtml", dirs_exist_ok=True)


def copy_pyodide(source: Path, target: Path) -> None:
    """Copy the files on record; what is there is read once, so that what is copied is what was checked."""
    target.mkdir(exist_ok=True)
    for digest, name in map(str.split, DIGESTS.read_text(encoding="utf-8").splitlines()):
        content = (source / name).read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            told = f"{source / name} is not the file whose SHA-256 is {digest} in {DIGESTS.relative_to(ROOT).as_posix()}"
            raise ExtensionError(
                f"{told}: install the README's version of Pyodide again, or, for another, write its digests there"
            )
        (target / name).write_bytes(content)


def archives() -> dict[str, Iterator[tuple[str, bytes]]]:
    """The members of each archive."""
    return {"sympy.zip": _installed("sympy", "mpmath"), "calculus.zip": _calculus()}


def _installed(*packages: str) -> Iterator[tuple[str, bytes]]:
    for package in packages:
        with as_file(files(package)) as folder:
            for path in sorted(folder.rglob("*.py")):
                if "tests" not in path.parts:
                    yield f"{package}/{path.relative_to(folder).as_posix()}", path.read_bytes()


def _calculus() -> Iterator[tuple[str, bytes]]:
    yield "lvicreg/__init__.py", b""  # the package's own asks for its installed version
    for path in sorted((ROOT / "lvicreg" / "calculus").glob("*.py")):
        yield f"lvicreg/calculus/{path.name}", path.read_bytes()
    yield "derive.py", (IN_PAGE / "derive.py").read_bytes()


def write_archive(path: Path, members: Iterator[tuple[str, bytes]]) -> None:
    """A zip file whose bytes depend on its members only."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


def derive_form() -> str:
    """The form in which a gradient is derived, with what it begins with, as HTML."""
    presets = runpy.run_path(str(IN_PAGE / "derive.py"))["presets"]
    form = (IN_PAGE / "form.html").read_text(encoding="utf-8")
    return form.format(presets=json.dumps(presets).replace("<", "\\u003c"), installed=str(PYODIDE.exists()).lower())


def without_live_kernels(app: Sphinx, *_: object) -> None:
    """Jupyter Book always loads sphinx-thebe, whose scripts are for kernels on the network: leave them out."""
    for listener in list(app.events.listeners["env-before-read-docs"]):
        if listener.handler.__name__ == "init_thebe_core":
            app.disconnect(listener.id)


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("builder-inited", without_live_kernels)
    app.connect("build-finished", copy_assets)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
