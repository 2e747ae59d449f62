"""An interactive figure on a page of its own, opened from disk: no book needs to be built for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sphinx", reason="the book is built with the extra 'book'")

from book.interactive import HERE, PLOT, html, scripts

STYLE = Path(__file__).parents[3] / "book" / "_static" / "interactive.css"
COLOURS = (
    ":root { --pst-color-border: #888; --pst-color-surface: #eee; --pst-color-background: #fff } * { box-sizing: border-box }"
)


class Figure:
    """A figure that is moved, and everything that went wrong with it."""

    def __init__(self, page: Any, name: str) -> None:
        self.page, self.name = page, name
        self.problems: list[str] = []
        page.on("console", lambda message: message.type == "error" and self.problems.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("request", lambda request: request.url.startswith("file:") or self.problems.append(request.url))

    def says(self, **values: object) -> str:
        """What it says after controls were set to these values, as a reader sets them."""
        for control, value in values.items():
            self.page.evaluate(
                "([name, control, value]) => { const input = document.getElementById(name).querySelector(`[name=${control}]`);"
                "input.value = value; input.dispatchEvent(new Event('input', {bubbles: true})) }",
                [self.name, control, str(value)],
            )
        return str(self.page.inner_text(f"#{self.name} .interactive-says")).replace("−", "-")


@pytest.fixture
def figure(chromium: Any, tmp_path: Path) -> Iterator[Callable[..., Figure]]:
    """Opens the figure of a name, in a window of a width."""
    if not all(path.exists() for path in PLOT):
        pytest.skip("Observable Plot is not installed: npm install, as the README says")
    context = chromium.new_context()

    def opened(name: str, width: int = 900) -> Figure:
        for path in (*PLOT, *HERE.glob("*.js")):
            shutil.copy(path, tmp_path)
        loaded = "".join(f'<script defer src="{script}"></script>' for script in scripts(name))
        head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{name}</title>{loaded}'
        style = f"<style>{COLOURS}{STYLE.read_text(encoding='utf-8')}</style>"
        (tmp_path / "page.html").write_text(f"{head}{style}<body><main>{html(name)}</main>", encoding="utf-8")
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        found = Figure(page, name)
        page.goto((tmp_path / "page.html").as_uri())
        page.wait_for_function("() => !document.querySelector('.interactive-says').textContent.includes('JavaScript')")
        return found

    yield opened
    context.close()
