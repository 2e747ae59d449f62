"""Generated files are written whole or not at all, and drift is shown."""

from pathlib import Path

import pytest

from lvicreg.codegen.files import drift, write


def test_write_reports_only_what_changed(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file.py"
    assert write({path: "one\n"}) == [path]
    assert write({path: "one\n"}) == []
    assert path.read_text() == "one\n"


def test_a_failing_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file.py"
    path.write_text("old\n")
    with pytest.raises(UnicodeEncodeError):
        write({path: "new \ud800\n"})
    assert path.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [path]


def test_drift_is_a_diff(tmp_path: Path) -> None:
    path = tmp_path / "file.py"
    path.write_text("a = 1\n")
    assert drift({path: "a = 1\n"}, tmp_path) == ""
    assert "-a = 1\n+a = -1\n" in drift({path: "a = -1\n"}, tmp_path)
    assert "file.py (on disk)" in drift({path: "a = -1\n"}, tmp_path)
    assert "+b\n" in drift({tmp_path / "missing.py": "b\n"}, tmp_path)


def test_every_changed_character_of_a_generated_file_is_drift(tmp_path: Path) -> None:
    path = tmp_path / "file.py"
    text = "post = -2 * u\n"
    for place in range(len(text)):
        path.write_text(text[:place] + "?" + text[place + 1 :])
        assert drift({path: text}, tmp_path)
