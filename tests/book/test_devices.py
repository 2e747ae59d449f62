"""The figure of *Many devices*: lines begin where there is nothing to communicate, and the best mesh is the best."""

import numpy as np
import pytest

pytest.importorskip("jax")
pytest.importorskip("matplotlib")
import matplotlib.pyplot as plt

from book.plots.devices import COUNTS, PANELS, devices


@pytest.fixture
def figure():
    drawn = devices()
    yield drawn
    plt.close(drawn)


def test_the_lines_are_of_the_model(figure):
    assert (COUNTS[0], COUNTS[-1]) == (1, 1000)
    for ax, (_, _, title) in zip(figure.axes, PANELS, strict=True):
        ideal, *lines = (np.array(line.get_ydata()) for line in ax.get_lines())
        assert ax.get_title(loc="left") == title
        np.testing.assert_allclose(ideal, ideal[0] / np.array(COUNTS))
        for best, units, samples in (lines[:3], lines[3:]):  # rings; halving and doubling
            assert best[0] == units[0] == samples[0] == ideal[0]
            assert (best <= np.minimum(units, samples)).all()
            assert (best >= ideal).all()
            assert (units == ideal).all() == title.endswith("local")


def test_the_figure_is_narrow_and_its_letters_large_enough_for_a_phone(figure):
    figure.canvas.draw()
    assert figure.get_size_inches()[0] <= 8
    texts = [text for text in figure.findobj(plt.Text) if text.get_text().strip()]
    assert min(text.get_fontsize() for text in texts) >= 10
