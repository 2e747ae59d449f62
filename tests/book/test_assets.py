"""What the pages that derive are given: archives, whole and reproducible, and a form that knows whether Python came with it."""

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason="the book is built with the extra 'book'")

from sphinx.errors import ExtensionError

from book import assets
from book.assets import archives, derive_form, write_archive


def test_archives_are_the_same_bytes_each_time_and_run_by_themselves(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        for name, members in archives().items():
            write_archive(tmp_path / folder / name, members)
    names = list(archives())
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    script = (
        f"import sys; sys.path[:0] = {[str(tmp_path / 'one' / name) for name in names]}\n"
        "import derive, sympy, lvicreg.calculus\n"
        "assert all('.zip' in module.__file__ for module in (derive, sympy, lvicreg.calculus))\n"
        "preset = derive.presets['covariance']\n"
        "print(derive.check(preset['loss'], preset['gradient'], preset['held'], {})['verdict'])"
    )
    result = subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=False)
    assert result.stdout.strip() == "equal", result.stderr


def test_a_changed_byte_of_pyodide_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = {"pyodide.js": b"the loader", "pyodide.asm.wasm": b"the interpreter"}
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    for name, text in content.items():
        (source / name).write_bytes(text)
    record = tmp_path / "book" / "pyodide.sha256"
    record.parent.mkdir()
    record.write_text("".join(f"{sha256(text).hexdigest()}  {name}\n" for name, text in content.items()))
    monkeypatch.setattr(assets, "ROOT", tmp_path)
    monkeypatch.setattr(assets, "DIGESTS", record)
    assets.copy_pyodide(source, target)
    assert {path.name: path.read_bytes() for path in target.iterdir()} == content
    (source / "pyodide.asm.wasm").write_bytes(b"the Interpreter")
    with pytest.raises(
        ExtensionError, match=r"pyodide\.asm\.wasm is not the file whose SHA-256 is .* in book/pyodide\.sha256: install"
    ):
        assets.copy_pyodide(source, target)
    assert (target / "pyodide.asm.wasm").read_bytes() == b"the interpreter"


def test_the_files_on_record_are_those_that_are_installed(tmp_path: Path) -> None:
    if not assets.PYODIDE.exists():
        pytest.skip("Pyodide is not installed: npm install pyodide, as the README says")
    assets.copy_pyodide(assets.PYODIDE, tmp_path / "pyodide")
    loaded = {"pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"}
    assert {path.name for path in (tmp_path / "pyodide").iterdir()} == loaded


def test_the_form_says_whether_python_came_with_the_book() -> None:
    assert f'data-installed="{str(assets.PYODIDE.exists()).lower()}"' in derive_form()
