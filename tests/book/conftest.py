"""The built book, served on this machine, and a real browser that opens it."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HTML = Path(__file__).parents[2] / "book" / "_build" / "html"
OFFLINE = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update"


@pytest.fixture(scope="session")
def built() -> Path:
    """The folder of the built book, if there is one; an error if it is not of the sources as they are."""
    pytest.importorskip("sphinx", reason="the book is built with the extra 'book'")
    from book.freshness import STAMP, sources

    if not (HTML / STAMP).exists():
        pytest.skip("the book is not built: jupyter-book build book --warningiserror")
    assert (HTML / STAMP).read_text(encoding="utf-8") == sources(), "the book was built from other sources: build it again"
    return HTML


@pytest.fixture(scope="session")
def python_in_the_page(built: Path) -> None:
    """Pages can run Python."""
    if not (built / "_static" / "pyodide").exists():
        pytest.skip("the book was built without Pyodide: npm install pyodide, as the README says")


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture(scope="session")
def address(built: Path) -> Iterator[str]:
    """Where the book is served."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(built)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser that is installed."""
    playwright = pytest.importorskip("playwright.sync_api", reason="a browser is driven with the extra 'browser'")
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=OFFLINE.split())
        yield browser
        browser.close()


class Visit:
    """A page that is opened, and everything that went wrong with it."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.address = page, address
        self.problems: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: message.type == "error" and self.problems.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("requestfailed", lambda request: self.problems.append(f"request failed: {request.url}"))
        page.on("response", lambda answer: answer.status >= 400 and self.problems.append(f"{answer.status}: {answer.url}"))

    def open(self, name: str) -> Any:
        """Load a page, and wait until its formulas are set."""
        self.page.goto(self.address + name)
        self.page.evaluate("() => window.MathJax?.startup?.promise")
        return self.page

    @property
    def left_the_machine(self) -> list[str]:
        """Requests to anywhere else."""
        return [url for url in self.requests if not url.startswith((self.address, "data:", "blob:"))]


@pytest.fixture
def visit(chromium: Any, address: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A page of its own; its width and colour scheme may be given as the fixture's parameter."""
    width, scheme = getattr(request, "param", (1200, "light"))
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    yield Visit(context.new_page(), address)
    context.close()


@pytest.fixture(scope="module")
def lasting_visit(chromium: Any, address: str) -> Iterator[Visit]:
    """One page for all tests of a module, for what takes long to load."""
    context = chromium.new_context()
    yield Visit(context.new_page(), address)
    context.close()
