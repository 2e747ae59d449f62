"""The page on speed shows what is on record: each figure beside its target, each way on its curve."""

import json
import re

import pytest

pytest.importorskip("matplotlib")
import matplotlib.pyplot as plt

from book import benchmarks
from book.benchmarks import (
    CURVES,
    LOST,
    RECORD,
    against_peers,
    at,
    figures,
    losing,
    machine,
    ours,
    peer,
    peers,
    ratio,
    rounded,
    sizes,
)
from book.plots import speed

FOUND = json.loads(RECORD.read_text(encoding="utf-8"))


def test_the_table_has_each_figure():
    table = figures()
    rows = re.findall(r"<tr>(.*?)</tr>", table)[1:]
    assert len(rows) == len(FOUND["figures"])
    for row, figure in zip(rows, FOUND["figures"].values(), strict=True):
        assert figure["work"] in row
        assert f"<td>{rounded(figure['found'])}{figure['unit']}</td>" in row


def test_figures_have_three_digits():
    assert [rounded(value) for value in (0.04712, 5.219, 88.44, 680.4, 4031.0)] == ["0.0471", "5.22", "88.4", "680", "4,031"]


def test_machine_load_and_versions_are_named():
    assert "cores" in machine()
    assert FOUND["load"] in machine()
    assert all(f"{name} {version}" in machine() for name, version in FOUND["versions"].items())


@pytest.fixture
def written(monkeypatch):
    """A record that is easy to compute with in the head."""
    taken = {
        "lightly, PyTorch": [8.0, 80.0],
        "cheaper order, torch.compile": [4.0, 40.0],
        "autodiff, JAX": [6.0, 60.0],
        "by hand, NumPy": [2.0, 50.0],
        "lvicreg, PyTorch": [3.0, 100.0],
        "lvicreg, JAX": [1.0, 20.0],
        "products alone, NumPy": [0.5, 0.5],
        "products alone, JAX": [0.25, 0.75],
    }
    curve = {way: {"512": first, "1024": second} for way, (first, second) in taken.items()}
    monkeypatch.setattr(benchmarks, "record", lambda: {"curves": {"vicreg-N": curve}})
    monkeypatch.setattr(benchmarks, "CURVES", {"vicreg-N": ("loss", "N")})


@pytest.mark.usefixtures("written")
def test_the_strongest_peer_is_neither_ours_nor_the_products():
    assert [peer("vicreg-N", size) for size in (512, 1024)] == ["by hand, NumPy", "cheaper order, torch.compile"]
    assert peer("vicreg-N", 512, "PyTorch") == "cheaper order, torch.compile"
    assert ratio("vicreg-N", 512, "lvicreg, PyTorch") == 1.5
    assert ratio("vicreg-N", 512, "lvicreg, PyTorch", "PyTorch") == 0.75
    assert [benchmarks.products("vicreg-N", size) for size in (512, 1024)] == [0.25, 0.5]


@pytest.mark.usefixtures("written")
def test_a_loss_is_said_as_plainly_as_a_win():
    assert losing() == (
        "<ul><li>loss, <em>lvicreg, PyTorch</em>: slower than a peer at 2 of 2 sizes. Worst at N = 1024: 2.5 times the time of "
        "<em>cheaper order, torch.compile</em>, and the slowest of all 6 ways there.</li></ul>"
    )
    table = against_peers("vicreg-N")
    assert "<td><strong>1.5, slower</strong></td><td><strong>2.5, slower</strong></td>" in table
    assert "<td>0.5</td><td>0.5</td>" in table


@pytest.mark.parametrize("name", CURVES)
def test_every_loss_on_record_is_on_the_page(name):
    title, _ = CURVES[name]
    for way in ours(name):
        lost = [size for size in sizes(name) if ratio(name, size, way) >= LOST]
        said = f"<li>{title}, <em>{way}</em>: slower than a peer at {len(lost)} of {len(sizes(name))} sizes."
        assert (said in losing()) == bool(lost)
        assert all(at(name, size)[way] > 0 for size in sizes(name))


@pytest.mark.parametrize("name", CURVES)
def test_whoever_is_on_a_curve_is_described(name):
    for way in FOUND["curves"][name]:
        who, _ = way.split(", ")
        assert (f"<li><em>{who}</em>: " in peers(name)) == (who not in ("lvicreg", "products alone"))


@pytest.mark.parametrize("draw", [speed.vicreg, speed.memory, speed.total, speed.layerwise], ids=lambda draw: draw.__name__)
def test_a_figure_is_narrow_and_its_letters_large_enough_for_a_phone(draw):
    figure = draw()
    figure.canvas.draw()
    assert figure.get_size_inches()[0] <= 8
    texts = [text for text in figure.findobj(plt.Text) if text.get_text().strip()]
    assert min(text.get_fontsize() for text in texts) >= 10
    plt.close(figure)


def test_every_way_is_on_its_curve():
    figure = speed.vicreg()
    for ax, name in zip(figure.axes, ("vicreg-N", "vicreg-B"), strict=True):
        drawn = {line.get_label(): list(line.get_ydata()) for line in ax.get_lines()}
        assert drawn == {way: list(points.values()) for way, points in FOUND["curves"][name].items()}
    plt.close(figure)


def test_the_rule_is_shown_over_the_fastest_products():
    figure = speed.total()
    curves = FOUND["curves"]["total-N"]
    yardsticks = [points for way, points in curves.items() if way.startswith("products alone")]
    least = [min(points[size] for points in yardsticks) for size in curves["lvicreg, JAX"]]
    drawn = {line.get_label(): list(line.get_ydata()) for line in figure.axes[0].get_lines()}
    rule = curves["lvicreg, torch.compile"].values()
    assert drawn["lvicreg, torch.compile"] == pytest.approx(
        [mine / yardstick for mine, yardstick in zip(rule, least, strict=True)]
    )
    plt.close(figure)
