"""What a file declares is read, and what is wrong with it is said: where, and what to do. Nothing is written."""

from pathlib import Path

import pytest

from lvicreg.derive.command import main
from lvicreg.derive.problem import Refused
from lvicreg.derive.reading import read

HEAD = """\
from sympy import Function, Idx, IndexedBase, Max, Symbol, log, sqrt

from lvicreg.calculus import Definitions, H, Sigma, relu
from lvicreg.calculus.layer import B, N, W, b, slope, i, j, k, mean, network, p, q, var, x, z

beta = Symbol("beta", positive=True)
"""
LOSS = "loss = Sigma(z[b, i] ** 2, b, i) / B\n"
WRONG = {
    "no Python": ("loss = Sigma(z[b, i] **, b, i)\n", "line 7: this is no Python: invalid syntax"),
    "an undeclared name": ("loss = Sigma(thta[i], i)\n", "line 7: NameError.*declare it, such as thta = IndexedBase"),
    "another error": ("loss = 1 / 0\n", "line 7: ZeroDivisionError"),
    "no loss": ("other = 1\n", "declares no loss: write loss = "),
    "no number": ("loss = Sigma(z[b, i] ** 2, i)\n", "line 7: loss must be a number, and depends on b: sum over what is left"),
    "an index twice": ("loss = Sigma(Sigma(z[b, i], i) * z[b, i], b, i)\n", "line 7: i is summed over within a sum over i"),
    "no weights in it": ("loss = Sigma(x[b, j], b, j)\n", "line 7: the loss does not depend on W, so nothing can be learned"),
    "no value": ("loss = beta * Sigma(z[b, i], b, i)\n", r"line 7: beta has no value: write options = \{beta: 1.0\}"),
    "an unknown function": (
        'loss = Sigma(Function("g")(z[b, i]), b, i)\n',
        "line 7: no derivative is known for g; known are Abs, H",
    ),
    "an exponent": ("loss = Sigma(z[b, i] ** var[i], b, i)\n", "line 7: the exponent of .* must be a number"),
    "an index of the target": (
        "loss = Sigma(z[b, p] ** 2, b, p)\n",
        "line 7: the loss sums over p, which is an index of the target W.*: use letters of their own, as in W",
    ),
    "a target with an index of the loss": (LOSS + "target = W[i, j]\n", "line 8: the loss sums over i, which is an index of"),
    "an option that nothing uses": (LOSS + "options = {beta: 1.0}\n", "line 8: beta is not in the loss: leave it out"),
    "an option with another symbol": (
        'loss = beta * Sigma(z[b, i], b, i)\noptions = {Symbol("beta"): 1.0}\n',
        "line 7: beta has no value: options has another beta, declared with other assumptions",
    ),
    "a power in another language": ("loss = Sigma(z[b, i] ^ 2, b, i)\n", r"line 7: TypeError: .* write \*\* for a power"),
    "a maximum": ("loss = Sigma(Max(0, z[b, i]), b, i)\n", r"no derivative is known for Max; .*: write relu\(v\) for Max"),
    "indices in another order": ("loss = Sigma(z[i, b] ** 2, b, i)\n", "line 7: .* write its indices in that order, or rename"),
    "a claim of another shape": (
        LOSS + "claimed = Sigma(z[b, p] * x[b, q] * z[b, k], b)\n",
        "line 8: claimed must have the indices of W",
    ),
    "a claim without a value": (LOSS + "claimed = beta * W[p, q]\n", "line 8: beta has no value"),
    "a list": (LOSS + "statistics = [mean]\n", "line 8: statistics is .*; expected a tuple of names"),
    "a statistic without a meaning": (LOSS + "statistics = (x,)\n", "line 8: x has no meaning in the layer"),
    "a statistic that nothing uses": (LOSS + "statistics = (var,)\n", "line 8: var is not in the loss: leave it out"),
    "an option": (LOSS + "options = {beta: None}\n", "line 8: beta: None is no number"),
    "options": (LOSS + "options = (beta,)\n", "line 8: options is .*; expected a number by symbol"),
    "a layer": (LOSS + "layer = {}\n", "line 8: layer is .*; expected Definitions"),
    "a target": (LOSS + "target = W\n", "line 8: target is W; expected an entry of an array"),
    "a positive number that is not": (
        LOSS + "options = {beta: -1.0}\n",
        "line 8: beta was declared .*, and its value -1.0 is not",
    ),
    "a whole number that is not": (
        LOSS + 'options = {Symbol("n", integer=True): 0.5}\n',
        "line 8: n was declared integer, and its value 0.5 is not",
    ),
    "a function of others": (
        LOSS + "def independent(np, W, data):\n    return helper(W)\n\ndef helper(W):\n    return W\n",
        "independent uses helper from outside",
    ),
    "a lambda": (LOSS + "independent = lambda np, W, data: 0\n", "line 8: independent must be a function"),
    "a name of the tests": (
        'data = IndexedBase("data")\nloss = Sigma(data[i] * z[b, i], b, i)\n',
        "line 8: data is what the tests",
    ),
    "no function": (LOSS + "independent = 1\n", "line 8: independent must be a function"),
    "a quantity by itself": (
        LOSS + "layer = network.replace({z[b, i]: z[b, i] / 2})\n",
        r"line 8: z\[b, i\] is defined by itself: give the new quantity another name",
    ),
    "a number as an index": ("loss = Sigma(z[0, i], i)\n", r"line 7: z\[0, i\] has an index without a range"),
    "an axis of three": (
        'n = Idx("n", 3)\nV = IndexedBase("V")\nloss = Sigma(V[i, n] * z[b, i], b, i, n)\n',
        "line 9: n runs over 3: give its axis a symbol",
    ),
    "an array the size of an axis": (
        'A = IndexedBase("N")\nloss = Sigma(A[b, i] * z[b, i], b, i)\n',
        "line 8: N is the name of an array and the size of an axis",
    ),
    "too few indices": ("loss = Sigma(z[b], b)\n", r"line 7: z\[b\] has axes \(B\), but z is an array over \(B, N\)"),
    "an option that is an array": (
        'a = Symbol("a")\nloss = Sigma(a * z[b, i] ** 2, b, i)\noptions = {a: 1.0}\n',
        "line 9: a is the name of an array of the layer too",
    ),
    "a rounded number": ("loss = 0.5 * Sigma(z[b, i] ** 2, b, i)\n", r"line 7: 0.5 is rounded: write Rational\(1, 2\)"),
    "a target with one index": (
        'v = IndexedBase("v")\nloss = Sigma(v[i] * z[b, i], b, i)\ntarget = v[p]\n',
        r"line 9: v\[p\] is no entry of a matrix: write two different indices",
    ),
    "a claim without an index": (
        LOSS + "claimed = Sigma(z[b, p], b)\n",
        "line 8: claimed is to be .*, and does not depend on q",
    ),
    "a name that is not read": (LOSS + "claim = W[p, q]\n", "line 8: claim is not read; write claimed, or another name"),
    "a statistic of each sample": (
        'v = IndexedBase("v")\nlayer = network.replace({v[b]: Sigma(z[b, i], i)})\n'
        "loss = Sigma(v[b] ** 2, b)\nstatistics = (v,)\n",
        "line 10: v has a value for each sample, and no filter",
    ),
    "text": ('loss = "Sigma(z[b, i], b, i)"\n', "line 7: loss is 'Sigma.*; expected an expression"),
    "a way out": (LOSS + "raise SystemExit(3)\n", "line 8: SystemExit: 3"),
    "no expression": ("loss = Definitions()\n", "line 7: loss is .*; expected an expression"),
}


def written(folder: Path, body: str, name: str = "small.py") -> Path:
    path = folder / name
    path.write_text(HEAD + body, encoding="utf-8")
    return path


@pytest.mark.parametrize(("body", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_with_its_line(body: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=f"small.py.*{message}"):
        read(written(tmp_path, body))


def test_nothing_is_written_where_something_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, WRONG["an index twice"][0])
    assert main([str(path)]) == 1
    assert "small.py, line 7: i is summed over" in capsys.readouterr().out
    assert [*tmp_path.iterdir()] == [path]


def test_a_file_that_is_not_there_or_no_name(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be read: No such file"):
        read(tmp_path / "none.py")
    with pytest.raises(Refused, match="'my-loss' cannot be one: choose another name"):
        read(written(tmp_path, LOSS, "my-loss.py"))
    (tmp_path / "latin.py").write_bytes(b"# \xe9\n")
    with pytest.raises(Refused, match="this is no Python"):
        read(tmp_path / "latin.py")


def test_a_name_that_the_tests_need_is_refused(tmp_path: Path) -> None:
    for name in ("update.py", "draw.py", "lambda.py", "len.py", "sys.py", "test_bcm.py"):
        with pytest.raises(Refused, match="cannot be one: choose another name"):
            read(written(tmp_path, LOSS, name))


CRASHING = {
    "a gradient of 0": ("loss = Sigma(z[b, i] - mean[i], b, i) * B\n", "the gradient of the loss is 0"),
    "a root of any number": (
        "loss = Sigma(sqrt(z[b, i]), b, i)\nclaimed = W[p, q]\n",
        "small.py: the loss is nan at random values",
    ),
    "a logarithm of any number": ("loss = Sigma(log(z[b, i]), b, i)\n", "declare what keeps it positive"),
    "a denominator that is 0": (
        "loss = 1 / Sigma(z[b, i] - mean[i], b, i)\n",
        "the gradient of the loss is 0",
    ),
    "a hinge that is shut": (
        "loss = Sigma(relu(z[b, i] - 2), b, i)\n",
        "would fail: AssertionError: the derivative is 0 at all values that are drawn: a hinge may be shut there",
    ),
    "no code for the loss": (
        'e = IndexedBase("e")\nloss = Sigma(z[b, i] * z[b, k] * e[i, k, b], b, i, k)\n',
        "an argument has at most two axes",
    ),
    "another B": (
        'B = Symbol("B")\nloss = Sigma(z[b, i] ** 2, b, i) / B\n',
        "small.py",
    ),
}


@pytest.mark.parametrize(("body", "message"), CRASHING.values(), ids=CRASHING)
def test_what_engines_and_calculus_refuse_is_said(
    body: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, body)
    assert main([str(path)]) == 1
    found = capsys.readouterr().out
    assert message in found
    assert "Nothing was written" in found
    assert [*tmp_path.iterdir()] == [path]


def test_the_name_of_a_sum_is_nobody_elses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither inside the layer nor in the rule: the array sum_z is given, and stays so."""
    head = 'y = IndexedBase("sum_z")\n'
    inside = (
        head
        + 'e = IndexedBase("e")\nlayer = network.replace({e[b]: Sigma(z[b, i], i) ** 2 - 1})\nloss = Sigma(y[b] * e[b], b)\n'
    )
    beside = head + "loss = Sigma(y[b] * Sigma(z[b, i], i) ** 2, b)\n"
    for name, body in (("inside", inside), ("beside", beside)):
        assert main([str(written(tmp_path, body, f"{name}.py"))]) == 0
        rule = (tmp_path / name / "rule.py").read_text(encoding="utf-8")
        assert "sum_z_2 = " in rule
        assert "sum_z: (B,)" in rule
    wrong = inside + "claimed = -Sigma((3 * Sigma(z[b, i], i) ** 2 - 1) * slope[b, p] * x[b, q], b)\n"
    assert main([str(written(tmp_path, wrong, "wrong.py"))]) == 1
    assert "refuted" in capsys.readouterr().out
    right = inside + "claimed = -2 * Sigma(y[b] * Sigma(z[b, i], i) * slope[b, p] * x[b, q], b)\n"
    assert main([str(written(tmp_path, right, "right.py"))]) == 0


def test_what_is_declared_is_read(tmp_path: Path) -> None:
    loss = "loss = beta * Sigma(var[i] ** 2, i) / B\noptions = {beta: 2}\nstatistics = (mean, var)\n"
    found = read(written(tmp_path, '"""no docstring"""\n' + loss))
    assert (found.name, found.title, str(found.target)) == ("small", "small", "W[p, q]")
    assert {str(name): value for name, value in found.options.items()} == {"beta": 2}
    assert list(map(str, found.statistics)) == ["mean", "var"]
    assert found.claimed is None


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, LOSS)
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "mine.txt").write_text("mine")
    assert main([str(path)]) == 1
    assert "is not empty: move it away, or choose another one with --out" in capsys.readouterr().out
    assert [found.name for found in (tmp_path / "small").iterdir()] == ["mine.txt"]


def test_a_sign_that_is_not_shown_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = (
        's = IndexedBase("s", positive=True)\nlayer = network.replace({s[i]: Sigma(z[b, i], b)})\nloss = Sigma(s[i] ** 2, i)\n'
    )
    assert main([str(written(tmp_path, body))]) == 1
    assert "s[i] was declared positive, and may be 0 by what it stands for" in capsys.readouterr().out
    other = body.replace("positive=True", "nonnegative=True")
    assert main([str(written(tmp_path, other))]) == 1
    assert "s[i] was declared with a sign" in capsys.readouterr().out
    assert not (tmp_path / "small").exists()


def test_a_loss_that_is_nowhere_smooth_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = "loss = Sigma(sqrt(Sigma(z[b, i] - mean[i], b) ** 2), i) + Sigma(z[b, i] ** 2, b, i)\n"
    assert main([str(written(tmp_path, body))]) == 1
    assert "Nothing was written" in capsys.readouterr().out


def test_without_a_loss_in_numpy_it_is_said_that_nothing_is_independent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(written(tmp_path, LOSS))]) == 0
    assert "Not independent" in capsys.readouterr().out
    assert "*Not independent:*" in (tmp_path / "small" / "derivation.md").read_text(encoding="utf-8")
    assert "Not independent" in (tmp_path / "small" / "test_rule.py").read_text(encoding="utf-8")
