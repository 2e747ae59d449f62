"""Draw the figures of the README and the book that are committed: ``python -m book.plots``, or some of them by name."""

import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from .batches import batches
from .components import principal_components
from .equivalence import discretisation, log_variance_is_oja
from .learning import toy
from .published_error import published_error
from .style import STYLE
from .terms import activity, covariance, invariance, log_variance, variance

FIGURES = Path(__file__).parents[1] / "figures"
DRAW: dict[str, Callable[[], Figure]] = {
    draw.__name__: draw
    for draw in (
        log_variance_is_oja,
        discretisation,
        principal_components,
        published_error,
        toy,
        variance,
        log_variance,
        invariance,
        covariance,
        activity,
        batches,
    )
}


def main(names: list[str]) -> None:
    """Draw the figures of these names, or all."""
    with plt.rc_context(STYLE):
        for name in names or DRAW:
            print(f"drawing {name}.svg")
            DRAW[name]().savefig(FIGURES / f"{name}.svg", metadata={"Date": None})


if __name__ == "__main__":
    main(sys.argv[1:])
