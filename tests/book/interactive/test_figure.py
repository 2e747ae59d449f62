"""How a figure comes onto a page: controls with names, functions printed from SymPy, the directive, scripts where needed."""

import re
import subprocess
import sys

import pytest

pytest.importorskip("sphinx", reason="the book is built with the extra 'book'")
pytest.importorskip("jupyter_book", reason="the book is built with the extra 'book'")

from sympy import Heaviside, Max, Symbol, log

from book.interactive import FIGURES, HERE, html, scripts
from book.interactive.figure import Choice, Slider, figure, function

w, epsilon = Symbol("w"), Symbol("epsilon")


def test_a_function_is_printed_on_one_line_with_the_step_of_the_rules() -> None:
    assert function(("w", "epsilon"), log(w + epsilon)) == "(w, epsilon) => Math.log(epsilon + w)"
    assert function(("w",), [Max(0, 1 - w), w * Heaviside(1 - w, 0)]) == "(w) => [Math.max(0, 1 - w), w*(w < 1 ? 1 : 0)]"


def test_a_function_of_a_symbol_that_it_is_not_given_is_refused() -> None:
    with pytest.raises(ValueError, match="epsilon must be an argument"):
        function(("w",), w + epsilon)


def test_controls_have_names_and_what_is_written_in_them_is_text() -> None:
    written = figure(
        "some",
        "A & B",
        [Slider("w", "weight < 1", 0, 1, 0.5, 0.5, plays=True), Choice("law", "law", {"a<b": 1.8})],
        {"panel": 'says "so"'},
        {"square": "(w) => w*w"},
    )
    assert '<label>weight &lt; 1 <input type="range" name="w" min="0" max="1" step="0.5" value="0.5"' in written
    assert '<button type="button" data-plays="w">' in written
    assert '<option value="1.8">a&lt;b</option>' in written
    assert 'aria-label="says &quot;so&quot;"' in written
    assert '["some"] = {square: (w) => w*w}' in written


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_small_and_has_what_it_needs(name: str) -> None:
    written = html(name)
    assert f'id="{name}"' in written
    assert len(written) < 15_000
    assert not re.search(r"https?://", written)
    assert all((HERE / script).exists() for script in scripts(name) if not script.endswith("min.js"))


def test_every_figure_stands_on_one_page() -> None:
    pages = "\n".join(path.read_text(encoding="utf-8") for path in HERE.parent.glob("*.md"))
    assert sorted(re.findall(r"^```\{interactive\} (\S+)$", pages, re.MULTILINE)) == sorted(FIGURES)


def build(folder, text: str) -> subprocess.CompletedProcess[str]:
    """A page built by Sphinx with the extension."""
    (folder / "conf.py").write_text('extensions = ["myst_parser", "book.interactive"]\n', encoding="utf-8")
    (folder / "index.md").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", str(folder), str(folder / "html")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_page_loads_scripts_for_its_figures_only_and_shows_the_captions(tmp_path) -> None:
    contents = "```{toctree}\nother\n```\n"
    figures = "```{interactive} one-neuron\nA *caption*.\n```\n\n```{interactive} converter\nMore.\n```\n"
    (tmp_path / "other.md").write_text("# Other\n", encoding="utf-8")
    done = build(tmp_path, f"# Page\n\n{contents}\n{figures}")
    if "is not in" in done.stderr:
        pytest.skip("Observable Plot is not installed: npm install, as the README says")
    assert done.returncode == 0, done.stderr
    written = (tmp_path / "html" / "index.html").read_text(encoding="utf-8")
    loaded = re.findall(r'src="_static/interactive/([\w.]+?)(?:\?[^"]*)?"', written)
    assert loaded == ["d3.min.js", "plot.umd.min.js", "figure.js", "one_neuron.js", "converter.js"]
    assert all((tmp_path / "html" / "_static" / "interactive" / script).exists() for script in loaded)
    assert "<em>caption</em>" in written
    assert "_static/interactive" not in (tmp_path / "html" / "other.html").read_text(encoding="utf-8")


def test_a_figure_that_does_not_exist_stops_the_build(tmp_path) -> None:
    done = build(tmp_path, "# Page\n\n```{interactive} perpetuum-mobile\n```\n")
    assert done.returncode != 0
    assert "there is no interactive figure 'perpetuum-mobile'; choose from one-neuron" in done.stderr
