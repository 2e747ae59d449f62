"""The page on speed shows what is on record: each figure beside its target, each way on its curve."""

import json
import re

import pytest

pytest.importorskip("matplotlib")
import matplotlib.pyplot as plt

from book.benchmarks import RECORD, figures, machine, rounded
from book.plots import speed

FOUND = json.loads(RECORD.read_text(encoding="utf-8"))


def test_the_table_has_each_figure_with_its_target():
    table = figures()
    rows = re.findall(r"<tr>(.*?)</tr>", table)[1:]
    assert len(rows) == len(FOUND["figures"])
    for row, figure in zip(rows, FOUND["figures"].values(), strict=True):
        assert figure["work"] in row
        assert f"<td>{figure['goal']}</td><td>{rounded(figure['found'])}{figure['unit']}</td>" in row


def test_figures_have_three_digits():
    assert [rounded(value) for value in (0.04712, 5.219, 88.44, 680.4, 4031.0)] == ["0.0471", "5.22", "88.4", "680", "4,031"]


def test_whether_a_target_is_met_was_computed():
    for figure in FOUND["figures"].values():
        sign, bound = re.match(r"([≤≥]) ([\d.,]+)", figure["goal"]).groups()
        met = (
            figure["found"] >= float(bound.replace(",", ""))
            if sign == "≥"
            else figure["found"] <= float(bound.replace(",", ""))
        )
        assert met is figure["met"]


def test_machine_and_versions_are_named():
    assert "cores" in machine()
    assert all(f"{name} {version}" in machine() for name, version in FOUND["versions"].items())


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


def test_the_rule_is_shown_over_the_products():
    figure = speed.total()
    floor = FOUND["curves"]["total-N"][speed.FLOOR].values()
    drawn = {line.get_label(): list(line.get_ydata()) for line in figure.axes[0].get_lines()}
    rule = FOUND["curves"]["total-N"]["lvicreg, torch.compile"].values()
    assert drawn["lvicreg, torch.compile"] == pytest.approx([ours / least for ours, least in zip(rule, floor, strict=True)])
    plt.close(figure)
