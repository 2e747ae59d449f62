"""Numbers that the chapters work out by hand are what the generated rules give, word for word as in ``test_numbers``.

Rules sum over samples with the sample's weight α. So a rule that is given one sample, the mean and the variance has the
summand that a chapter computes.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("jax")
pytest.importorskip("matplotlib")
pytest.importorskip("sklearn")
from book.experiments import Array, off_diagonal_mean
from book.plots.flows import flow
from lvicreg import losses, rules

BOOK = Path(__file__).parents[2] / "book"
X, W, ONE = np.array([[1.0], [1.0], [1.0], [5.0]]), np.array([[0.25]]), np.ones((1, 1))
TWO = np.full((1, 1), 2.0)  # the chapters' input
HELD = {"mean": np.zeros(1), "var": np.array([0.25]), "alpha": 1 / 3}  # a standard deviation of 0.5
ABOVE = np.array([[0.3]])


def number(array: np.ndarray) -> str:
    """The only entry of an array, as it is printed."""
    return f"{array.item():.4g}"


def one_neuron() -> list[str]:
    """One weight, four samples."""
    z = X @ W.T
    u, slope = z - z.mean(), np.ones((4, 1))
    sigma = z.std(ddof=1)
    update, logarithm = (rule(X, z, slope, epsilon=0.0) for rule in (rules.variance, rules.log_variance))
    spelled = [f"{product:.3g}".replace("-", "−") for product in (u * X)[:, 0]]
    shares = [f"{product / sigma / 3:.3g}".replace("-", "−") for product in (u * X)[:, 0]]
    return [
        f"| {' | '.join(f'{value:g}' for value in z[:, 0])} |",
        f"minus the mean ${z.mean():g}$: $u$ | {' | '.join(f'{value:g}'.replace('-', '−') for value in u[:, 0])} |",
        f"As long as the inputs stay the same, $\\sigma = {sigma / W.item():g} w$ and $L = 1 - {sigma / W.item():g} w$",
        f"The squares of the last row sum to ${(u**2).sum():g}$. The variance is a third of that, ${z.var(ddof=1):g}$",
        f"the standard deviation, is $\\sigma = {sigma:g}$",
        f"\\max(0, 1 - \\sigma) = {number(losses.variance(z, epsilon=0.0)[0])}",
        f"So the *gradient* is $-{number(update)}$, and the *update*, which goes down the gradient, is $+{number(update)}$",
        *(f"| {n} | {product} | {share} |" for n, (product, share) in enumerate(zip(spelled, shares, strict=True), 1)),
        f"| sum | {(u * X).sum():g} | **{number(update)}** |",
        f"# [[{number(update)}.]]",
        f"its gradient is $-1/w = -{number(logarithm)}$, and the rule divides by $\\sigma$ once more: "
        f"${number(update)} / {sigma:g} = {number(logarithm)}$",
        f"makes the update {(u * X).sum() / 4 / sigma:.2g} if it stands in the rule alone, and "
        f"{(u * X).sum() / 4 / z.std():.2f} if in the variance too",
    ]


def variance() -> list[str]:
    """One sample of a unit below the target, and one above it."""
    silent = rules.variance(TWO, ABOVE, ONE, epsilon=0.0, **HELD | {"var": np.array([1.2**2])})
    assert silent.item() == 0
    update = rules.variance(TWO, ABOVE, ONE, epsilon=0.0, **HELD)
    return [
        "$\\gamma = 1$. One has the standard deviation 0.5, the other 1.2. The loss is $0.5 + 0$, and only the first unit "
        "learns.",
        "A sample on which it is 0.3 above its mean, with the slope 1 and $\\alpha = 1/3$, changes the weight from an input "
        f"of 2 by $\\tfrac13 \\cdot \\tfrac{{0.3}}{{0.5}} \\cdot 1 \\cdot 2 = {number(update)}$",
    ]


def log_variance() -> list[str]:
    """The same sample."""
    hinge, update = (rule(TWO, ABOVE, ONE, epsilon=0.0, **HELD) for rule in (rules.variance, rules.log_variance))
    assert update.item() == pytest.approx(2 * hinge.item())
    return [f"\\tfrac13 \\cdot \\tfrac{{0.3}}{{0.25}} \\cdot 2 = {number(update)}$, twice the hinge's"]


def invariance() -> list[str]:
    """One sample and the one before it."""
    update = rules.invariance(TWO, np.array([[0.5]]), np.array([[0.2]]), ONE)
    return [
        "the activity was 0.2 and is 0.5, the slope is 1, the input 2. "
        f"The update is $-2 \\cdot 0.3 \\cdot 2 = {number(update)}$"
    ]


def covariance() -> list[str]:
    """Two units: the loss, and a summand of the first unit's update."""
    K = np.array([[1.0, 0.5], [0.5, 1.0]])
    loss = (K**2).sum() - (np.diagonal(K) ** 2).sum()
    update = rules.covariance(TWO, np.array([[0.0, 0.3]]), np.ones((1, 2)), mean=np.zeros(2), K=K, alpha=1 / 3)
    return [
        "two units have the covariance $K_{12} = 0.5$, and $\\beta = 1$. The sum has each pair twice, so the loss is "
        f"$2 \\cdot 0.25 = {loss:g}$",
        "A sample on which unit 2 is 0.3 above its mean, with slope 1, input 2 and $\\alpha = 1/3$, changes that weight of "
        f"unit 1 by $-4 \\cdot \\tfrac13 \\cdot 0.5 \\cdot 0.3 \\cdot 2 = {update[0].item():.4g}$. Of the 4, one 2 comes "
        "from the square",
        f"The factor is {update[0].item() / (-1 / 3 * 0.5 * 0.3 * 2):g}: a square, and pairs counted twice.",
    ]


def covariance_one_sample() -> list[str]:
    """Two independent units of variance 1: signs drawn apart, in all combinations."""
    u = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    loss = losses.covariance_one_sample(u)[0] / len(u)
    update = rules.covariance_one_sample(u, u, np.ones_like(u), mean=np.zeros(2)) / len(u)
    assert (np.diagonal(update) < 0).all()
    assert losses.covariance(u)[0] == pytest.approx(0)
    return [f"the covariance loss is $0$. The one-sample loss is on average $2 \\cdot 1 = {number(loss)}$ (both orders"]


def total() -> list[str]:
    """A unit whose neighbour's square is 1.5."""
    z, z_prev = np.array([[0.5, np.sqrt(1.5)]]), np.array([[0.1, 0.0]])
    held = {"mean": np.array([0.2, 0.0]), "var": np.array([0.25, 4.0])}
    update = rules.total(TWO, z, z_prev, np.ones((1, 2)), epsilon=0.0, **held)
    return [
        "a unit of standard deviation 0.5, now 0.3 above its mean, was at 0.1 and is at 0.5; its slope is 1, the input 2, the "
        "others' squares sum to 1.5, and all coefficients are 1. The update is "
        f"$\\left(\\tfrac{{0.3}}{{0.5}} - 0.3 \\cdot 1.5 - 0.4\\right) \\cdot 2 = {update[0].item():.4g}$"
    ]


def activity() -> list[str]:
    """A unit on four samples, the first 0.3 above its mean, and its standard deviation 0.5."""
    other = (-0.3 + np.sqrt(0.3**2 + 2 * (0.75 - 2 * 0.3**2))) / 2
    u = np.array([[0.3], [other], [-0.3 - other], [0.0]])
    assert u.std(ddof=1) == pytest.approx(0.5)
    gradient = losses.variance(u, epsilon=0.0)[1][0]
    return [
        "has the standard deviation 0.5, $\\gamma = 1$, and is 0.3 above its mean on one of four samples. The hinge's gradient "
        f"with respect to that activity is $-\\tfrac13 \\cdot \\tfrac{{0.3}}{{0.5}} = {number(gradient)}$. Times the slope 1 "
        f"and the input 2 it is ${number(gradient * 2)}$, the sample's share of the gradient for the weight; its share of the "
        "update, which you found there, is minus that.",
    ]


def oja() -> list[str]:
    """Both mean fields at one point."""
    C, w = np.diag([2.0, 1.0]), np.array([0.6, 0.8])
    variance = w @ C @ w
    fields = C @ w - variance * w, C @ w / variance - w
    slow, fast = ("(" + ", ".join(f"{value:.3f}" for value in field) + ")" for field in fields)
    return [
        f"inputs of variance {C[0, 0]:g} along one axis and {C[1, 1]:g} along the other, weights $w = ({w[0]:g}, {w[1]:g})$. "
        f"Then $C w = ({', '.join(f'{value:g}' for value in C @ w)})$ and "
        f"$\\sigma^2 = {w[0]:g} \\cdot {(C @ w)[0]:g} + {w[1]:g} \\cdot {(C @ w)[1]:g} = {variance:g}$",
        f"$C w - \\sigma^2 w = {slow}$",
        f"$C w / \\sigma^2 - w = {fast}$: the same direction, shorter by a factor of {variance:g}",
    ]


def oja_batch() -> list[str]:
    """A batch of mean zero, its updates repeated: one factor in both places, and one in each."""
    x = np.array([[1.0], [1.0], [-1.0], [-1.0]])

    def length(of_the_update: float, of_the_variance: float) -> float:
        w = np.array([[0.4]])
        for _ in range(300):
            z = x @ w.T
            held = {"mean": np.zeros(1), "var": of_the_variance * (z**2).sum(axis=0), "alpha": of_the_update}
            w = w + 0.1 * rules.log_variance_decay(x, z, np.ones((4, 1)), w, decay=1.0, epsilon=0.0, **held)
        return float(w.item())

    assert length(1 / 4, 1 / 4) == pytest.approx(1) == length(1 / 3, 1 / 3)
    return [
        r"$\lambda = 1$, $\varepsilon = 0$, and one batch of 4 samples of mean 0, seen again and again. The same factor in "
        "both places gives weights of length 1",
        f"$1/B$ above and $1/(B - 1)$ below give $\\sqrt{{3/4}} = {length(1 / 4, 1 / 3):.2f}$",
    ]


def oja_flow() -> list[str]:
    """The norm on the way, on two inputs."""
    for x in (np.eye(3, 2) - 1 / 3, np.array([[5.0, 1], [-5, 1], [0, -2]])):
        n = (flow("log_variance_decay", x, np.array([[1.8, 2.4]]), time=2.0, steps=2000) ** 2).sum(axis=-1)[:, 0]
        first, second = n[len(n) // 2], n[-1]
        said = f"At the time 1 the square of the length is $1 + 8 e^{{-2}} = {first:.2f}$, at the time 2 it is"
        said += f" $1 + 8 e^{{-4}} = {second:.2f}$"
    return [
        f"under the log-variance flow with $\\lambda = 1$, from weights of length 3. {said}, whatever the inputs, as long as"
    ]


def oja_many_units() -> list[str]:
    """The least eigenvalue of the Hessian changes its sign at the threshold."""
    variances = np.array([4.0, 2.0, 1.0])

    def least(N: int, beta: float) -> float:
        """Of the Hessian, by central differences of the gradient."""

        def gradient(w: Array) -> Array:
            W = w.reshape(N, 3)
            K = W * variances @ W.T
            own = np.diagonal(K)
            off = K - np.diag(own)
            return (-W * variances / own[:, None] + W + 4 * beta * off @ W * variances).ravel()

        w, h = np.eye(N, 3).ravel(), 1e-6
        hessian = [(gradient(w + h * step) - gradient(w - h * step)) / (2 * h) for step in np.eye(3 * N)]
        return float(np.linalg.eigvalsh(np.array(hessian))[0])

    thresholds = [1 / (4 * variances[N - 2] * variances[N - 1]) for N in (2, 3)]
    assert [least(N, 0.9 * beta) < -0.01 for N, beta in zip((2, 3), thresholds, strict=True)] == [True, True]
    assert [least(N, 1.1 * beta) > 0.01 for N, beta in zip((2, 3), thresholds, strict=True)] == [True, True]
    return [
        f"$\\lambda = 1$, and the input's variances are {variances[0]:g}, {variances[1]:g} and {variances[2]:g}. The state in "
        "which two units have the first two components is stable if $\\beta$ is "
        f"above $1/(4 \\cdot 4 \\cdot 2) = {thresholds[0]:.3f}$, that of three units which have all of them above "
        f"$1/(4 \\cdot 2 \\cdot 1) = {thresholds[1]:.3f}$"
    ]


def published_error() -> list[str]:
    """Two units, three samples."""
    u = np.array([[1.0, 1.0], [1.0, -1.0], [-2.0, 0.0]])
    corrected, printed = off_diagonal_mean((u.T @ u / 2) ** 2), off_diagonal_mean((u**2).T @ u**2 / 2)
    product = u[:, 0] * u[:, 1]
    rows = {"$u_1$": u[:, 0], "$u_2$": u[:, 1], "product": product, "its square": product**2}
    return [
        *(f"| {name} | {' | '.join(f'{v + 0:g}'.replace('-', '−') for v in row)} |" for name, row in rows.items()),
        f"the first formula is **{corrected:g}**",
        f"The squares sum to {(product**2).sum():g}; both orders of the pair, divided by $N^2 - N = 2$ and by $B - 1 = 2$: "
        f"the second is **{printed:g}**",
    ]


PAGES = (
    *(one_neuron, variance, log_variance, invariance, covariance, covariance_one_sample, total, activity),
    *(oja, oja_batch, oja_flow, oja_many_units, published_error),
)
WORKED: dict[str, Callable[[], list[str]]] = {page.__name__: page for page in PAGES}


@pytest.mark.parametrize("page", WORKED)
def test_a_page_computes_what_the_rules_do(page: str) -> None:
    text = " ".join((BOOK / f"{page}.md").read_text(encoding="utf-8").split())
    assert [said for said in WORKED[page]() if said not in text] == []
