"""What the page on scikit-learn says of its figure and of its table, but for times."""

import pytest

pytest.importorskip("sklearn", minversion="1.6")
pytest.importorskip("PIL", reason="scikit-learn reads its photographs with Pillow")
import matplotlib.pyplot as plt
import numpy as np

from book.estimators import at_rest, comparison, data, degrees, minibatches, slowness
from book.plots.estimators import estimators
from lvicreg.sklearn import LocalPCA


def test_minibatches_bring_the_learned_subspace_nearer_than_incremental_pca_which_starts_better() -> None:
    angles = minibatches()
    ours, theirs = angles["LocalPCA"], angles["IncrementalPCA"]
    assert ours[0] > theirs[0]
    assert np.mean(ours[-20:]) < np.mean(theirs[-20:])


def test_learned_features_are_those_of_the_solver_and_go_to_slow_feature_analysis() -> None:
    learned, solved, least = slowness(np.array([0.01, 1.0, 100.0]))
    np.testing.assert_allclose(learned, solved, rtol=1e-2)
    assert learned[0] > learned[1] > learned[2] > least
    assert learned[2] < 1.05 * least


def test_without_steps_the_solver_finds_the_principal_components() -> None:
    mu, _ = at_rest(data()["digits"], 0.0)
    np.testing.assert_allclose(mu[:5], LocalPCA(5, random_state=0).fit(data()["digits"]).explained_variance_, rtol=1e-4)


def test_the_figure_is_narrow_and_its_letters_large_enough_for_a_phone() -> None:
    figure = estimators()
    figure.canvas.draw()
    assert figure.get_size_inches()[0] <= 6
    texts = [text for text in figure.findobj(plt.Text) if text.get_text().strip()]
    assert min(text.get_fontsize() for text in texts) >= 10
    plt.close(figure)


def test_the_table_has_a_row_for_each_comparison() -> None:
    assert comparison().count("<tr>") == 1 + 2 * 2 + 2
    assert (degrees(12.34), degrees(1e-9)) == ("12°", "0°")
