"""What the page of derivations is given: archives, whole and reproducible, and texts that agree with the derivations."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("sphinx", reason="the book is built with the extra 'book'")

from book.assets import IN_PAGE, archives, derive_form, write_archive
from derivations import covariance, covariance_one_sample, log_variance, variance
from derivations.notation import LATEX
from lvicreg.calculus import Sigma, gradient, is_zero
from lvicreg.calculus.layer import W, mean, network, p, q, t


@pytest.fixture(scope="module")
def page() -> SimpleNamespace:
    import runpy

    return SimpleNamespace(**runpy.run_path(str(IN_PAGE / "derive.py")))


LOSSES = {
    "Variance, hinge": (variance.loss, network),
    "Log-variance with decay": (log_variance.loss_with_decay, network),
    "Covariance": (covariance.loss, network),
    "Covariance, one sample at a time, the mean held constant": (
        Sigma(covariance_one_sample.one_sample_loss, t),
        network.primitive(mean),
    ),
}


def test_the_losses_on_the_page_are_those_of_the_derivations(page: Any) -> None:
    assert list(page.presets) == list(LOSSES)
    for name, (loss, definitions) in LOSSES.items():
        preset = page.presets[name]
        assert preset["held"] == (definitions.value(mean) is None and "mean held" in name)
        assert is_zero(page.read(preset["loss"], "loss") - loss, definitions), name
        assert is_zero(page.read(preset["gradient"], "gradient") - gradient(loss, W[p, q], definitions), definitions), name


@pytest.mark.parametrize("name", LOSSES)
def test_a_gradient_is_confirmed_and_twice_the_gradient_refused_by_both_checks(page: Any, name: str) -> None:
    preset = page.presets[name]
    right = page.check(preset["loss"], preset["gradient"], preset["held"], LATEX)
    assert (right["equal"], right["agree"]) == (True, True)
    assert float(right["diff"]) != 0
    wrong = page.check(preset["loss"], f"2 * ({preset['gradient']})", preset["held"], LATEX)
    assert (wrong["equal"], wrong["agree"]) == (False, False)


def test_holding_the_mean_matters_for_the_one_sample_covariance_only(page: Any) -> None:
    for name, preset in page.presets.items():
        other = page.check(preset["loss"], preset["gradient"], not preset["held"], LATEX)
        assert (other["equal"], other["agree"]) == ("one sample" not in name,) * 2, name


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        ("1 +", "The loss is not a Python expression"),
        ("open('x')", "The loss has an unknown name"),
        ("Sigma(u[b, i], b)", "In the loss no Sigma sums over i"),
        ("Sigma(x, 3)", "The loss cannot be read"),
        ("Sigma(u[b, p], b, i)", "In the loss no Sigma sums over p"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(page: Any, loss: str, message: str) -> None:
    with pytest.raises(page.Refused, match=message):
        page.check(loss, "0", False, LATEX)


def test_archives_are_the_same_bytes_each_time_and_run_by_themselves(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        for name, members in archives().items():
            write_archive(tmp_path / folder / name, members)
    names = list(archives())
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    script = (
        f"import sys; sys.path[:0] = {[str(tmp_path / 'one' / name) for name in names]}\n"
        "import derive, sympy, lvicreg.calculus\n"
        "assert all('.zip' in module.__file__ for module in (derive, sympy, lvicreg.calculus))\n"
        "print(derive.check(*derive.presets['Covariance'].values(), {})['equal'])"
    )
    result = subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=False)
    assert result.stdout.strip() == "True", result.stderr


def test_the_form_says_whether_python_came_with_the_book() -> None:
    from book import assets

    assert f'"installed": {str(assets.PYODIDE.exists()).lower()}' in derive_form()
