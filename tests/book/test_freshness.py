"""Pages are made again when what they show has changed, and a built book is of one state of the sources."""

import shutil
from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason="the book is built with the extra 'book'")

from book import freshness

ROOT = Path(__file__).parents[2]


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("lvicreg", "derivations", "book"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "_build"))
    monkeypatch.setattr(freshness, "ROOT", tmp_path)
    monkeypatch.setattr(freshness, "BOOK", tmp_path / "book")
    monkeypatch.setattr(freshness, "MEASURED", [tmp_path / path.relative_to(ROOT) for path in freshness.MEASURED])
    return tmp_path


@pytest.mark.parametrize(
    ("file", "executed_again"),
    [
        ("lvicreg/rules/oja.py", True),
        ("lvicreg/calculus/notation.py", True),
        ("derivations/oja_stability.py", True),
        ("book/plots/flows.py", True),
        ("book/claims.py", True),
        ("book/_generated/ledger.json", True),
        ("book/benchmarks.json", True),
        ("book/oja.md", False),
        ("book/_generated/claims/oja.orbits.md", False),
        ("derivations/formal/flows.v", False),
        ("book/_static/custom.css", False),
        ("book/in_page/form.js", False),
        ("book/_config.yml", False),
    ],
)
def test_a_change_is_noticed(copy: Path, file: str, executed_again: bool) -> None:
    code, sources = freshness.shown_code(), freshness.sources()
    path = copy / file
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert (freshness.shown_code() != code) == executed_again
    assert freshness.sources() != sources


def test_what_a_build_leaves_behind_is_no_change(copy: Path) -> None:
    code, sources = freshness.shown_code(), freshness.sources()
    for left in ("book/_build/html/oja.html", "book/__pycache__/claims.py", "book/_build/page.md"):
        (copy / left).parent.mkdir(parents=True, exist_ok=True)
        (copy / left).write_text("left", encoding="utf-8")
    assert (freshness.shown_code(), freshness.sources()) == (code, sources)
