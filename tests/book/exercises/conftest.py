"""What the solution of an exercise says, for the test that has its name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

BOOK = Path(__file__).parents[3] / "book"


@pytest.fixture
def says(request: pytest.FixtureRequest) -> Callable[..., None]:
    """``says(formula, …)``: the solution has each of these, which the test has computed or checks."""
    label = request.node.name.removeprefix("test_").replace("_", "-")
    page = request.path.stem.removeprefix("test_")
    _, rest = (BOOK / f"{page}.md").read_text(encoding="utf-8").split(f"```{{solution}} {label}\n")
    solution = " ".join(rest.partition("\n```")[0].split())

    def says(*formulas: str) -> None:
        assert [formula for formula in formulas if formula not in solution] == []

    return says
