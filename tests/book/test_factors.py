"""Factors and conditions in a chapter's own sentences are those of its theorems, whose words are approved."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason="the book is built with the extra 'book'")

from book.benchmarks import RECORD
from book.exercise import calculus
from derivations import NOTE

BOOK = Path(__file__).parents[2] / "book"
CLAIMS = {claim.id: claim for claim in NOTE.claims}
WORDS = {1: "one", 2: "two", 3: "three", 4: "four", 30: "thirty"}

# the page, what it says, the claim beside it, and what that says
TIED = [
    (
        "covariance_one_sample",
        "On average, for linear units on Gaussian input, it is twice the exact one plus a decay",
        "covariance.one-sample-bias",
        r"is twice that of $\beta \sum_i \sum_{k \neq i} (K^*_{ik})^2$, plus a spurious decay",
    ),
    (
        "covariance_one_sample",
        "The factor of two could go into $\\beta$. The second part could not",
        "covariance.one-sample-bias",
        "is twice that of",
    ),
    (
        "covariance_one_sample",
        "for independent units of equal variance: by the kurtosis over $N - 1$",
        "covariance.third-factor",
        r"$u_i^2 S$ by $\kappa/(N - 1)$, $\kappa$ the kurtosis",
    ),
    (
        "covariance_one_sample",
        r"$\sum_{k \neq i} u_k^2 = S - u_i^2$",
        "covariance.local-exact",
        r"$u_i \sum_{k \neq i} u_k^2 = u_i S - u_i^3$",
    ),
    (
        "invariance",
        "The rule is minus twice (activity now − activity before) × slope × input.",
        "invariance.stop-gradient",
        "$[[2 (z_i^t - z'^t_i) f'(a_i^t) x_j^t]]$ is the exact gradient",
    ),
    (
        "invariance",
        "for reversible input that costs a factor of two on average",
        "invariance.stationary",
        "is on average exactly half of the full one",
    ),
    (
        "log_variance",
        "With or without the half is a factor of two",
        "log-variance.no-half",
        "Without the $\\frac{1}{2}$ the gradient is twice as large",
    ),
    (
        "total",
        r"Its coefficients have absorbed 2, $\alpha$ and $4 \beta$.",
        "total.sum",
        r"$\lambda_{\mathrm{inv}} = 2 c_{\mathrm{inv}}$, $\lambda_{\mathrm{var}} = \alpha c_{\mathrm{var}}$, "
        r"$\lambda_{\mathrm{cov}} = 4 \beta c_{\mathrm{cov}}$",
    ),
    (
        "oja",
        r"The condition is $\lambda = 1$ in one convention and $\lambda = 2$ in another.",
        "oja.decay-scale",
        r"iff $\lambda = 1$ with the $\frac{1}{2}$, iff $\lambda = 2$ without it",
    ),
    (
        "oja",
        r"holds for $\lambda = 1$ if the loss has the half; for $\lambda = 2$ if it has not; and for $\lambda = \alpha$ if the "
        "averaging factor of a minibatch stays in the update while the decay is taken once a sample",
        "oja.decay-scale",
        r"iff $\lambda = \alpha$ where $\alpha$ is kept in the update and the decay is taken once a sample",
    ),
    (
        "oja",
        r"$\lambda = 1$ is for the loss with the half. Without it, $\lambda = 2$.",
        "oja.decay-scale",
        r"iff $\lambda = 1$ with the $\frac{1}{2}$, iff $\lambda = 2$ without it",
    ),
    (
        "oja",
        "On average, log-variance with decay 1 is Oja's rule divided by the unit's variance.",
        "oja.proportional",
        r"$O(w) = \sigma^2 F(w)$",
    ),
    (
        "oja_batch",
        "For Gaussian input and three samples or more, a batch's own variance changes nothing on average.",
        "oja.mean-field-batch",
        r"for independent Gaussian samples and $B \ge 3$",
    ),
    (
        "oja_flow",
        r"Yet it goes down the same loss for $\lambda = 1$",
        "oja.lyapunov",
        r"For $\lambda = 1$ it decreases along Oja's too",
    ),
    (
        "oja_many_units",
        "a threshold of $\\beta$ that depends on the two smallest of the leading eigenvalues",
        "oja.many-units-threshold",
        r"$\beta > \lambda^2/(4 \mu_{N-1} \mu_N)$",
    ),
    (
        "oja_stability",
        r"with $\varepsilon = 0$ is $1/\lambda$, whatever the data; that of Oja's rule is $1/\mu_1$.",
        "oja.step-size",
        r"iff $\eta < 1/\lambda$, whatever the scale of the data",
    ),
    ("oja_stability", r"the *radial* eigenvalue is $-2\lambda$, whatever the data", "oja.stability", r"-2 \lambda"),
    (
        "index",
        r"below, their length, which settles at $1/\sqrt{\lambda}$",
        "oja.step-size-global",
        r"converges to $\pm v_1/\sqrt{\lambda}$",
    ),
    (
        "conventions",
        "The paper adds the hinges of two views, the code averages them: half of the paper's variance term.",
        "conventions.facebookresearch",
        r"$\frac{1}{2 N}$ for `variance`",
    ),
    (
        "conventions",
        "So the same coefficients give the variance half the weight",
        "conventions.vicreg-paper",
        r"$\frac{1}{N}$ for `variance`",
    ),
]


def words(page: str) -> str:
    """A page as one line."""
    return " ".join((BOOK / f"{page}.md").read_text(encoding="utf-8").split())


@pytest.mark.parametrize(("page", "said", "claim", "stated"), TIED, ids=[f"{page}-{n}" for n, (page, *_) in enumerate(TIED)])
def test_a_sentence_says_what_its_theorem_does(page: str, said: str, claim: str, stated: str) -> None:
    assert " ".join(said.split()) in words(page)
    assert stated in CLAIMS[claim].statement


def test_the_steps_that_the_page_names_are_those() -> None:
    steps = (BOOK / "_generated" / "steps" / "variance.md").read_text(encoding="utf-8")
    by_number = dict(re.findall(r"^(\d+)\. (.*?)(?=^\d+\. |\Z)", steps, re.MULTILINE | re.DOTALL))
    assert "So from step 5 on there is a second term" in words("variance")
    assert r"- \lit{\frac{\partial \bar{z}_{i}}" in by_number["5"]
    assert "\\bar{z}" not in by_number["4"]
    assert "Step 10 shows how it goes" in words("variance")
    assert r"\sum_{b} u_{p}^{b} = 0" in by_number["10"]


def test_the_page_that_derives_says_at_what_it_compares() -> None:
    page, names = calculus(), ("unit", "input", "sample")
    counted = [zip(sizes.values(), names, strict=True) for sizes in page.SIZES]
    of = [", ".join(f"{WORDS[size]} {name}{'s' * (size > 1)}" for size, name in each) for each in counted]
    points = f"at {WORDS[page.POINTS]} points of random values each, to {WORDS[page.DIGITS]} digits"
    assert f"for {of[0]}, and for {of[1]}: {points}" in words("derive")


def test_the_loss_in_pytorch_is_said_to_lose_where_it_does() -> None:
    curves = json.loads(RECORD.read_text(encoding="utf-8"))["curves"]
    for name in ("vicreg-N", "vicreg-B"):
        ours, by_hand = curves[name]["lvicreg, PyTorch"], curves[name]["by hand, NumPy"]
        assert all(by_hand[size] < ours[size] for size in ours)
    assert "by hand in NumPy, in the cheaper order, are faster at every size" in words("torch")
    lightly, ours = (curves["vicreg-N"][f"{who}, PyTorch"]["4096"] for who in ("lightly", "lvicreg"))
    assert lightly > 5 * ours
    assert "With 256 samples and 4096 units that is many times faster than lightly's form" in words("torch")
