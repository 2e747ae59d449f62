"""What the pages that derive are given: archives, whole and reproducible, and a form that knows whether Python came with it."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason="the book is built with the extra 'book'")

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


def test_the_form_says_whether_python_came_with_the_book() -> None:
    from book import assets

    assert f'data-installed="{str(assets.PYODIDE.exists()).lower()}"' in derive_form()
