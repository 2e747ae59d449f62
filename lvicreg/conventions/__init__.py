"""What a VICReg or LPL loss leaves unsaid: which mean, which variance, where ε stands; and exact ratios between them.

Every published loss is a weighted sum of three terms, and the same names stand for different numbers:

* variance: a hinge ``max(0, γ − √(v_i + ε))``, or ``−log(v_i + ε)``, of each unit's variance ``v_i``;
* covariance: the squares ``K_ik²`` of the off-diagonal covariances, or the one-sample products ``(u_i u_k)²``;
* invariance: the squared distance of two views' activities.

A ``Convention`` says of each term what is summed and what is averaged, the ddof of the variance, the value and the place of
ε, how many views there are and which of them learn. ``PRESETS`` has those of published papers and codes. ``convert`` moves
coefficients from one to another so that the gradient with respect to the weights stays what it was: exactly, or not at all.

>>> from lvicreg.conventions import convert
>>> convert({"invariance": 25, "variance": 25, "covariance": 1}, "solo-learn", "vicreg-paper", N=2048, B=256)
{'invariance': Fraction(25, 2048), 'variance': Fraction(25, 1), 'covariance': Fraction(1, 1)}

Sizes are ``N`` units and ``B`` samples. What each preset says of its source is a claim of ``derivations/conventions.py``
(``conventions.lightly``, …), and so is every ratio; tests compare them with the packages themselves.
"""

from .convert import Coefficients, NoRatio, convert, for_rules
from .presets import PRESETS, Convention
from .terms import Covariance, Invariance, Variance

__all__ = ["PRESETS", "Coefficients", "Convention", "Covariance", "Invariance", "NoRatio", "Variance", "convert", "for_rules"]
