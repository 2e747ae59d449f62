"""Which sources the book was made from."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

import lvicreg

pytest.importorskip("sphinx", reason="the book is built with the extra 'book'")

from docutils import nodes

from book import version

ROOT = Path(__file__).parents[2]


def git(folder: Path, *command: str) -> str:
    names = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    return subprocess.run(
        ["git", "-C", str(folder), *names, *command], check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(version, "ROOT", tmp_path)
    (tmp_path / "file").write_text("one")
    return tmp_path


@pytest.fixture
def clone(sources: Path) -> Path:
    git(sources, "init", "-q")
    git(sources, "add", "file")
    git(sources, "commit", "-q", "-m", "first", "--date", "2020-01-02T03:04:05")
    return sources


def test_without_a_clone_only_the_version_is_known(sources: Path) -> None:
    assert (version.commit(), version.date()) == (None, None)
    assert version.described() == f"Version {lvicreg.__version__}"


def test_in_a_clone_the_commit_and_its_date_are_known(clone: Path) -> None:
    assert version.commit() == git(clone, "rev-parse", "--short=10", "HEAD")
    assert version.date() == git(clone, "log", "-1", "--format=%cs")
    assert version.described() == f"Version {lvicreg.__version__}, commit {version.commit()}, {version.date()}"


def test_changes_that_are_not_committed_are_said(clone: Path) -> None:
    (clone / "file").write_text("two")
    assert version.commit() == git(clone, "rev-parse", "--short=10", "HEAD") + "+"


@pytest.mark.parametrize("known", [True, False])
def test_code_blocks_are_filled_in(clone: Path, monkeypatch: pytest.MonkeyPatch, known: bool) -> None:
    if not known:
        monkeypatch.setattr(version, "ROOT", clone / "nowhere")
    text = "version <version>, commit <commit>, <date>"
    block = nodes.literal_block(text, text)
    document = nodes.section("", block)
    version.fill_in(None, document, "references")
    told = (version.commit(), version.date()) if known else ("unknown", "unknown")
    assert block.astext() == block.rawsource == f"version {lvicreg.__version__}, commit {told[0]}, {told[1]}"


def test_the_foot_of_every_page_says_it(built: Path) -> None:
    for path in sorted(built.glob("*.html")):
        assert re.search(
            rf"Version {re.escape(lvicreg.__version__)}(, commit [0-9a-f]+\+?, \d{{4}}-\d\d-\d\d)?(</p>|, <a)",
            path.read_text(encoding="utf-8"),
        ), path.name


def test_the_file_for_citing_is_of_this_version() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["version"] == lvicreg.__version__
