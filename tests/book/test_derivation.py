"""Steps of a derivation on a page: each has a link that has the loss and the gradient at that step filled in."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urldefrag

import pytest

pytest.importorskip("sphinx", reason="the book is built with the extra 'book'")

from book.derivation import addresses
from book.exercise import BOOK
from derivations import NOTE

SHOWN = [
    (path.stem, name)
    for path in sorted(BOOK.glob("*.md"))
    for name in re.findall(r"^```\{derivation\} (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
]


def asked(address: str) -> dict[str, list[str]]:
    return parse_qs(urldefrag(address).fragment, keep_blank_values=True)


def test_every_step_after_the_loss_has_its_own_gradient_and_the_same_loss() -> None:
    found = [asked(address) for address in addresses("covariance_one_sample")]
    assert len(found) == 5
    assert {each["loss"][0] for each in found} == {"Sigma(beta*Sigma((1 - Delta(i, k))*u[b, i]**2*u[b, k]**2, i, k), b)"}
    assert len({each["gradient"][0] for each in found}) == 5
    assert ["D(" in each["gradient"][0] for each in found] == [True] * 3 + [False] * 2
    assert all("held" in each for each in found)
    assert not any("held" in asked(address) for address in addresses("variance"))


def test_the_link_of_a_step_has_the_gradient_after_that_step() -> None:
    """Of the step that is printed with its number: of the name looked through no derivative is left, of the next one is."""
    names = re.findall(r"^\d+\. Since \$(\\?[a-z]+)", (NOTE.pages / "steps" / "variance.md").read_text(encoding="utf-8"), re.M)
    assert names == [r"\sigma", "v", "u", r"\bar", "z", "a"]
    first, *others = [asked(address)["gradient"][0] for address in addresses("variance")]
    assert "D(sigma[" in first
    looked_through = ("sigma", "var", "u", "mean", "z", "a")
    for gone, left, gradient in zip(looked_through, (*looked_through[1:], None), others, strict=False):
        assert f"D({gone}[" not in gradient
        assert left is None or f"D({left}[" in gradient


@pytest.mark.parametrize(("page", "name"), SHOWN)
def test_the_links_stand_in_their_order_beside_the_steps(built: Path, page: str, name: str) -> None:
    text = (built / f"{page}.html").read_text(encoding="utf-8")
    found = re.findall(r'<a class="check-step[^"]*" href="([^"]*)"[^>]*>check step (\d+)</a>', text)
    steps = [(unescape(address), int(number)) for address, number in found]
    expected = [(address, number) for number, address in enumerate(addresses(name), start=2)]
    begin = steps.index(expected[0])
    assert steps[begin : begin + len(expected)] == expected


def test_a_step_is_confirmed_in_the_browser(visit: Any, python_in_the_page: None) -> None:
    page = visit.open("variance.html")
    page.click("text=check step 4")
    page.wait_for_selector("#derive-form button")
    page.set_default_timeout(180_000)
    assert "D(u[b, i], W[p, q])" in page.input_value("[name=gradient]")
    page.click("#derive-form button")
    page.wait_for_function("() => !document.querySelector('#derive-form button').disabled")
    assert page.inner_text("#derive-form [role=status]").startswith("Equal: the typed gradient is the derived one")
    assert visit.problems == []
