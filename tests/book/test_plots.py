"""What the figures on Oja's rule show."""

import numpy as np
import pytest

pytest.importorskip("jax")
pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")
from functools import cache
from pathlib import Path

import matplotlib.pyplot as plt

from book.experiments import distances, orbit, plane_samples
from book.plots import batches, flows, terms
from book.plots.flows import ANGLE, SPECTRUM, STARTS, TITLES, along_an_orbit, flow, lyapunov
from book.plots.stability import LONG, SHORT, norm_claimed, norm_reached, step_claimed, step_measured

BOOK = Path(__file__).parents[2] / "book"
TERMS = ("variance", "log_variance", "invariance", "covariance")
DRAWN = [flows.portraits, flows.speeds, terms.activity, batches.batches, *(getattr(terms, name) for name in TERMS)]


@pytest.fixture(scope="module")
def plane():
    """Samples, the eigenvectors of their covariance, and the covariance."""
    x, V = plane_samples(SPECTRUM, ANGLE)
    return x, V, x.T @ x / (len(x) - 1)


@pytest.mark.parametrize("rule", TITLES)
def test_the_flows_follow_the_common_orbit_and_go_down(plane, rule):
    x, V, C = plane
    starts = np.array(STARTS) @ V.T
    path = flow(rule, x, starts, time=8.0, steps=800)
    assert (np.diff(lyapunov(C, path), axis=0) <= 1e-12).all()
    for n, start in enumerate(starts):
        assert distances(path[::40, n], orbit(C, start, time=20.0)).max() <= 1e-3


def test_the_ratio_of_the_speeds_is_the_variance():
    for followed in along_an_orbit().values():
        moving = followed["arc"] < followed["arc"][-1] - 1e-3
        ratio = followed["speeds"]["oja"][moving] / followed["speeds"]["log_variance_decay"][moving]
        np.testing.assert_allclose(ratio, followed["variance"][moving], rtol=1e-6)


@pytest.mark.parametrize(("k", "epsilon"), [(0, 0.0), (0, 0.8), (0, 2.1), (1, 0.0), (1, 0.3)])
def test_the_rule_ends_at_the_norm_that_is_claimed(plane, k, epsilon):
    x, V, _ = plane
    start, steps = (np.array([0.4, 0.9]), LONG) if k == 0 else (0.8 * V[:, 1], SHORT)
    reached = norm_reached(x, start, steps, decay=1.0, epsilon=epsilon)
    assert reached == pytest.approx(norm_claimed(x, k, 1.0, epsilon), abs=1e-3)


def test_there_is_no_norm_where_there_is_no_fixed_point(plane):
    assert np.isnan(norm_claimed(plane[0], 1, 1.0, 0.7))  # μ_2 = 0.6
    assert norm_claimed(plane[0], 0, 1.0, 1.9) == 0  # μ_1 = 1.8: the origin


@pytest.mark.parametrize("rule", ["oja", "log_variance_decay"])
@pytest.mark.parametrize("scale", [0.1, 1.0, 10.0])
def test_the_largest_step_measured_is_the_claimed(plane, rule, scale):
    x = scale * plane[0]
    assert step_measured(rule, x) == pytest.approx(step_claimed(rule, x), rel=0.005)


@pytest.mark.parametrize(("decay", "epsilon", "limit"), [(0.5, 0.0, 2.0), (1.0, 0.8, 1.8), (1.0, 1.4, 3.0)])
def test_the_largest_step_grows_with_epsilon_until_the_other_direction_binds(plane, decay, epsilon, limit):
    assert step_claimed("log_variance_decay", plane[0], decay, epsilon) == pytest.approx(limit)
    assert step_measured("log_variance_decay", plane[0], decay, epsilon) == pytest.approx(limit, rel=0.005)


@cache
def figure_of(draw):
    """Drawn once for all tests, which take away nothing of it."""
    return draw()


@pytest.fixture(scope="module", autouse=True)
def closed():
    yield
    plt.close("all")
    figure_of.cache_clear()


@pytest.mark.parametrize("draw", DRAWN)
def test_a_figure_is_narrow_and_its_letters_large_enough_for_a_phone(draw):
    figure = figure_of(draw)
    figure.canvas.draw()
    assert figure.get_size_inches()[0] <= 8
    texts = [text for text in figure.findobj(plt.Text) if text.get_text().strip()]
    assert min(text.get_fontsize() for text in texts) >= 10
    drawn = figure.get_tightbbox()
    assert drawn.min.min() >= 0
    assert (drawn.max <= figure.get_size_inches()).all()


@pytest.fixture
def drawn(request):
    """The axes of a figure, from its function."""
    return figure_of(request.param).axes


def says(page, *sentences):
    """The chapter's text and its pictures' alternative texts have these, word for word."""
    words = " ".join((BOOK / f"{page}.md").read_text(encoding="utf-8").split())
    assert [sentence for sentence in sentences if sentence not in words] == []


@pytest.mark.parametrize("drawn", [terms.variance], indirect=True)
def test_three_units_are_charged_what_they_lack_of_the_target(drawn):
    left, right = drawn
    (dots, bars), (curve, marks) = (left.lines[::2], left.lines[1::2]), right.lines
    assert [line.get_xdata().std(ddof=1) for line in dots] == pytest.approx([0.3, 0.7, 1.3])
    assert [list(line.get_xdata()) for line in bars] == [[-0.3, 0.3], [-0.7, 0.7], [-1.3, 1.3]]
    target = left.patches[0].get_extents().transformed(left.transData.inverted())
    assert (target.x0, target.x1) == pytest.approx((-1, 1))
    np.testing.assert_allclose(curve.get_ydata(), np.maximum(0, 1 - curve.get_xdata()), atol=1e-12)
    np.testing.assert_allclose(marks.get_xydata(), [[0.3, 0.7], [0.7, 0.3], [1.3, 0]], atol=1e-12)
    says(
        "variance",
        "of standard deviation 0.3, 0.7 and 1.3. Right",
        "a line that falls from one to zero at the target one and stays there. The units are charged 0.7, 0.3 and nothing.",
        r"*Three units, and what each is charged for $\gamma = 1$: 0.7, 0.3 and nothing. A bar reaches as far as the standard "
        "deviation on either side; shaded is the target.*",
    )


@pytest.mark.parametrize("drawn", [terms.log_variance], indirect=True)
def test_the_logarithm_pulls_by_one_over_the_standard_deviation_and_the_hinge_by_one(drawn):
    (hinge, logarithm), (of_hinge, of_logarithm) = drawn[0].lines, drawn[1].lines
    assert [line.get_label() for line in drawn[0].lines] == ["hinge", "logarithm"]
    assert [line.get_linestyle() for line in (hinge, of_hinge, logarithm, of_logarithm)] == ["--", "--", "-", "-"]
    sigma = hinge.get_xdata()
    np.testing.assert_allclose(hinge.get_ydata(), np.maximum(0, 1 - sigma), atol=1e-12)
    np.testing.assert_allclose(logarithm.get_ydata(), -np.log(sigma), atol=1e-12)
    np.testing.assert_allclose(of_hinge.get_ydata(), np.where(sigma < 1, 1, 0))
    np.testing.assert_allclose(of_logarithm.get_ydata(), 1 / sigma)
    says(
        "log_variance",
        "one below the target and zero above for the hinge, one over the standard deviation for the logarithm",
        r"by $1/\sigma$, the harder the less the unit varies, and it never stops.",
    )


@pytest.mark.parametrize("drawn", [terms.invariance], indirect=True)
def test_the_bars_of_the_invariance_are_the_changes_and_their_squares_the_titles(drawn):
    (slow, *_), (fast, *_) = (axes.lines for axes in drawn)
    assert sorted(slow.get_ydata()) == sorted(fast.get_ydata())
    charges = []
    for axes in drawn:
        activity, *bars = (line.get_xydata() for line in axes.lines)
        for before, now, bar in zip(activity[:-1], activity[1:], bars, strict=True):
            np.testing.assert_allclose(bar, [[now[0], before[1]], now])
        charges.append(f"{(np.diff(activity[:, 1]) ** 2).sum():.2f}")
    first, second = charges
    assert [axes.get_title(loc="left") for axes in drawn] == [f"slow: {first}", f"fast: {second}"]
    says(
        "invariance",
        f"is charged {first}; the fast one has the same values in another order, jumps up and down, and is charged {second}.",
        "*The same six activities in two orders. Each bar is squared and charged: "
        f"{first} where they change slowly, {second} where they jump.*",
    )


@pytest.mark.parametrize("drawn", [terms.covariance], indirect=True)
def test_a_pair_is_charged_twice_its_squared_covariance(drawn):
    found = []
    for axes in drawn:
        z = axes.lines[0].get_xydata()
        (own, K), (_, other) = np.cov(z.T)
        assert (own, other, len(z)) == (pytest.approx(1), pytest.approx(1), 60)
        assert axes.get_title(loc="left").replace("\N{MINUS SIGN}", "-") == f"$K_{{12}} = {round(K, 6) + 0:g}$"
        (charge,) = (text.get_text() for text in axes.texts)
        assert float(charge) == pytest.approx(2 * K**2, abs=1e-6)
        found.append(charge)
    first, second, third = found
    says(
        "covariance",
        f"have covariances 0.8, 0 and minus 0.8 and are charged {first}, {second} and {third}.",
        rf"sixty samples. With $\beta = 1$ they are charged $2 K_{{12}}^2$ (in green): {first}, {second} and {third}.",
    )


@pytest.mark.parametrize("drawn", [terms.activity], indirect=True)
def test_the_arrows_point_where_the_caption_says(drawn):
    variance, (rings, _) = drawn[0], drawn[1].lines
    fields = []
    for axes in drawn:
        (arrows,) = axes.collections
        fields.append((np.array(arrows.XY), np.stack([arrows.U, arrows.V], axis=1)))
    (z, outwards), (_, towards), (_, across) = fields
    u = z - z.mean(axis=0)
    assert len(z) == 14
    assert all((axes.lines[-1 - (axes is variance)].get_xydata() == z).all() for axes in drawn)
    assert (z.std(axis=0, ddof=1) < 1).all()
    np.testing.assert_allclose(variance.lines[-1].get_xydata()[0], z.mean(axis=0))
    np.testing.assert_allclose(outwards * z.std(axis=0, ddof=1), 2.5 / 13 * u)
    np.testing.assert_allclose(z + towards, rings.get_xydata())
    K = np.cov(z.T)[0, 1]
    assert K > 0.1
    np.testing.assert_allclose(across, -8 * 4 / 13 * K * u[:, ::-1])
    along = np.array([1, 1]) / np.sqrt(2), np.array([1, -1]) / np.sqrt(2)
    squeezed, widened = ((u @ direction) @ (across @ direction) for direction in along)
    assert squeezed < 0 < widened
    assert all(np.abs(start + arrow).max() < 1.45 for start, arrow in fields)
    says(
        "activity",
        "the same 14 samples",
        "Variance, the arrows point away from the middle. Invariance, they end at rings, the activities of the other view. "
        "Covariance, where both units rise together, the arrows squeeze the cloud along its long direction and widen it "
        "across.",
        "*Two units, fourteen samples, and where each term sends them",
        "Variance, here below the target: away from the mean (cross). Invariance: towards the activity of the other view "
        "(rings). Covariance: each unit moves against what the other does, if they rise together.*",
    )


@pytest.mark.parametrize("drawn", [batches.batches], indirect=True)
def test_small_batches_have_the_mean_field_for_gaussian_input_and_not_for_the_other(drawn):
    """Against draws of NumPy's, with the rule written out."""
    (axes,) = drawn
    field, gaussian, cubic = axes.lines
    assert set(field.get_ydata()) == {0.6}
    assert [text.get_text() for text in axes.texts] == ["Gaussian", "uniform, and its cube"]
    assert [line.get_color() for line in (gaussian, cubic)] == [text.get_color() for text in axes.texts]
    random = np.random.default_rng(0)
    for of_gaussian, line, bars in zip((True, False), (gaussian, cubic), axes.collections, strict=True):
        for (B, mean), bar in zip(line.get_xydata(), bars.get_segments(), strict=True):
            first, noise = random.normal(size=(2, 30_000, int(B)))
            second = 0.6 * first + 0.3 * noise
            if not of_gaussian:
                first = random.uniform(-1, 1, size=first.shape)
                second = first**3
            u = first - first.mean(axis=1, keepdims=True)
            update = (u * second).sum(axis=1) / (u**2).sum(axis=1)
            assert update.mean() == pytest.approx(mean, abs=5 * update.std() / np.sqrt(30_000))
            half = (bar[1, 1] - bar[0, 1]) / 2
            if B > 3:  # the standard error of three Gaussian samples does not converge
                assert half == pytest.approx(2 * update.std() / np.sqrt(batches.DRAWS), rel=0.1)
            assert (abs(mean - 0.6) < 1.5 * half) == of_gaussian
    sizes = [int(B) for B in cubic.get_xdata()]
    assert (sizes[0], sizes[-1]) == (3, 32)
    at = dict(zip(sizes, cubic.get_ydata(), strict=True))
    assert [f"{at[B]:.2f}" for B in (4, 5, 6)] == ["0.57"] * 3
    assert min(at, key=at.get) == 5
    assert f"{100 * (1 - at[4] / 0.6):.0f}" == "5"
    says(
        "oja_batch",
        "the number of samples in a batch, from 3 to 32. For Gaussian input it is 0.6, the mean field's value, to within three "
        "standard errors, at every size. For the other input it is too small, 0.57 at 4 to 6 samples, and comes near 0.6",
        "the mean field (dashed) is 0.6. Dots are means over 200 000 batches, bars two standard errors. With three Gaussian "
        "samples the updates have a mean but no variance",
        "The other input, a uniform number and its cube, is the input of the theorem's counterexample: at four samples its "
        "mean is 5 % too small.",
    )
    assert batches.DRAWS == 200_000
