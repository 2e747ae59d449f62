"""The conventions of published papers and codes.

Each was read in its source, named beside it. Two views are two augmentations of an image, or two frames of a video; with
``views="present"`` a stream is meant, whose last frame is held constant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType, NoneType

from .terms import Covariance, Invariance, Term, Variance


@dataclass(frozen=True, kw_only=True)
class Convention:
    """The convention of one loss: its terms, None for one that the source does not state."""

    source: str = "this convention"
    variance: Variance | None = None
    covariance: Covariance | None = None
    invariance: Invariance | None = None
    paper: str = ""  # the preset of the paper that it says it implements
    package: str = ""  # name and version of the package that ships it, where one does

    def __post_init__(self) -> None:
        for name, kind in {"variance": Variance, "covariance": Covariance, "invariance": Invariance}.items():
            term = getattr(self, name)
            if not isinstance(term, (kind, NoneType)):
                raise TypeError(f"{name} must be a {kind.__name__}; got {type(term).__name__}")
        if len({term.views == "present" for term in self.terms.values()}) > 1:
            raise ValueError("of one convention either all terms learn from the present view alone, or all from both")

    @property
    def terms(self) -> Mapping[str, Term]:
        """The terms that there are, by the names of their coefficients."""
        named = {"invariance": self.invariance, "variance": self.variance, "covariance": self.covariance}
        return {name: term for name, term in named.items() if term is not None}


_mse = Invariance(units="mean", samples="mean", views="both")
_hinge = Variance(form="hinge", units="mean", views="averaged")
_added = Covariance(units="mean", views="added")
_halved = Invariance(factor=Fraction(1, 2), units="mean", samples="mean")
_log = Variance(form="log", units="mean", epsilon=0)
_tiny = Fraction(1, 1_000_000)

PRESETS: Mapping[str, Convention] = MappingProxyType(
    {
        "vicreg-paper": Convention(
            source="Bardes, Ponce & LeCun, ICLR 2022, arXiv 2105.04906, Eq. 1 to 6",
            variance=Variance(form="hinge", units="mean", views="added"),
            covariance=_added,
            invariance=Invariance(samples="mean", views="both"),
        ),
        "facebookresearch": Convention(
            source="facebookresearch/vicreg, main_vicreg.py",
            variance=_hinge,
            covariance=Covariance(units="mean", views="added", batch="nominal"),
            invariance=_mse,
            paper="vicreg-paper",
        ),
        "lightly": Convention(
            source="lightly, lightly/loss/vicreg_loss.py",
            variance=_hinge,
            covariance=_added,
            invariance=_mse,
            paper="vicreg-paper",
            package="lightly 1.6.0",
        ),
        "solo-learn": Convention(
            source="solo-learn, solo/losses/vicreg.py",
            variance=Variance(form="hinge", units="mean", views="added"),
            covariance=_added,
            invariance=_mse,
            paper="vicreg-paper",
            package="solo-learn 1.0.2",
        ),
        "pytorch-metric-learning": Convention(
            source="pytorch-metric-learning, losses/vicreg_loss.py",
            variance=_hinge,
            covariance=_added,
            invariance=_mse,
            paper="vicreg-paper",
            package="pytorch-metric-learning 2.9.0",
        ),
        "lpl-code": Convention(
            source="fmi-basel/latent-predictive-learning, models/module.py at 4e37abf, a layer, with default options",
            variance=Variance(form="log", units="mean", views="averaged", mean="held"),
            covariance=Covariance(units="pairs", views="averaged", mean="held"),
            invariance=_mse,
            paper="lpl-published",
        ),
        "lpl-published": Convention(
            source="Halvagal & Zenke, Nat. Neurosci. 26, 1906 (2023), Methods Eq. 6 as published, invariance as in Eq. 7",
            invariance=_halved,
            variance=_log,
            covariance=Covariance(form="one-sample", units="pairs", samples="unbiased", mean="held"),
        ),
        "lpl-erratum": Convention(
            source="fmi-basel/latent-predictive-learning, erratum/erratum.md at 0210f55, invariance as in its ΔW",
            invariance=_halved,
            variance=_log,
            covariance=Covariance(units="pairs"),
            paper="lpl-published",
        ),
        "martinosorb": Convention(
            source="martinosorb/LPL, lpl/lpl.py, LPLPass at f66d9e0",
            variance=Variance(form="log", factor=Fraction(1, 2), epsilon=_tiny),
            covariance=Covariance(form="one-sample", factor=Fraction(1, 4), units="others", samples="mean", mean="held"),
            invariance=Invariance(factor=Fraction(1, 2)),
            paper="lpl-published",
        ),
    }
)
