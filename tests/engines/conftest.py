"""A folder of theorems for Coq."""

from pathlib import Path

import pytest

from tests.engines.toy import BASE, USE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.v").write_text(BASE, encoding="utf-8")
    (tmp_path / "a_use.v").write_text(USE, encoding="utf-8")  # before base in the alphabet, after it in the build
    return tmp_path
