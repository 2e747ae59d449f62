"""``lvicreg export``: what is written, what is refused, and the simulators themselves where their environments are."""

from pathlib import Path

import numpy as np
import pytest

from book.simulators import LOCAL, interpreter, recorded, run
from lvicreg import rules
from lvicreg.codegen.files import write
from lvicreg.export import SIMULATORS, exported, main
from lvicreg.online import Stream, tanh
from tests.processes import run as run_module


def test_the_model_and_its_test_are_written_and_written_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert main(["brian2", "total", "-o", str(tmp_path / "mine")]) == 0
    assert {path.name for path in (tmp_path / "mine").iterdir()} == {"total_brian2.py", "test_total_brian2.py"}
    head = (tmp_path / "mine" / "total_brian2.py").read_text(encoding="utf-8").splitlines()[0]
    assert head.startswith("# Generated from derivations/total.py by `lvicreg export brian2 total`")
    (tmp_path / "mine" / "test_total_brian2.py").write_text("# of the reader\n", encoding="utf-8")
    assert main(["brian2", "total", "-o", str(tmp_path / "mine")]) == 1
    assert "was not written by this command: move it away" in capsys.readouterr().err
    assert main(["brian2", "total", "-o", str(tmp_path / "mine" / "total_brian2.py")]) == 1
    assert "is no folder" in capsys.readouterr().err


@pytest.mark.parametrize("simulator", SIMULATORS)
def test_what_is_not_local_is_refused_with_the_verdict(
    simulator: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([simulator, "covariance", "-o", str(tmp_path)]) == 1
    assert "covariance is not local: K_ik ties unit i to each other unit k." in capsys.readouterr().err
    assert not any(tmp_path.iterdir())
    assert main([simulator, "totall"]) == 1
    assert "totall is no rule; choose from covariance, " in capsys.readouterr().err


def test_away_from_the_derivations_one_is_told_where_to_go(tmp_path: Path) -> None:
    """As with an installed wheel, which has no derivations: here they are hidden."""
    (tmp_path / "derivations.py").write_text("raise ModuleNotFoundError('none', name='derivations')\n", encoding="utf-8")
    result = run_module("lvicreg", "export", "brian2", "total", folder=tmp_path)
    assert result.returncode == 1
    assert "is not here: run this in a clone of the repository" in result.stderr


@pytest.mark.parametrize("simulator", SIMULATORS)
@pytest.mark.parametrize("name", LOCAL)
def test_every_local_rule_is_exported_with_what_is_known_of_it(simulator: str, name: str) -> None:
    model, test = exported(simulator, name).values()
    for text, file in ((model, "model"), (test, "test")):
        compile(text, file, "exec")
        assert max(map(len, text.splitlines())) <= 128
    (rule,) = (line for line in model.splitlines() if line.startswith("    update_ij = "))
    assert rule.strip() in getattr(rules, name).__doc__
    assert "Locality: local" in model
    assert recorded()[simulator]["differences"][name].keys() == {"linear", "tanh", "relu"}
    assert max(recorded()[simulator]["differences"][name].values()) < 1e-12


def installed(simulator: str) -> None:
    if not interpreter(simulator).exists():
        pytest.skip(f"there is no environment with {simulator}: make {simulator}")


def test_brian2_learns_what_the_stream_learns(tmp_path: Path) -> None:
    installed("brian2")
    write({tmp_path / file: text for name in LOCAL for file, text in exported("brian2", name).items()})
    ran = run("brian2", tmp_path)
    assert ran.returncode == 0, ran.stdout
    assert f"{3 * len(LOCAL)} passed" in ran.stdout


def test_annarchy_learns_what_the_stream_learns(tmp_path: Path) -> None:
    """In one network, and in one with an error: each takes a compiler a quarter of a minute; ``book.simulators`` runs all."""
    installed("annarchy")
    texts = exported("annarchy", "total")
    write({tmp_path / file: text for file, text in texts.items()})
    ran = run("annarchy", tmp_path, "-k", "relu")
    assert "1 passed" in ran.stdout, ran.stdout
    assert "z - z_prev" in texts["total_annarchy.py"]
    write({tmp_path / "total_annarchy.py": texts["total_annarchy.py"].replace("z - z_prev", "z + z_prev")})
    ran = run("annarchy", tmp_path, "-k", "relu")
    assert "1 failed" in ran.stdout, ran.stdout
    assert "assert np.float64" in ran.stdout


ERRORS = {
    "the factor of the sample before": ("total", ", order=2)  # summed after", ")  # summed after"),
    "a sign": ("total", "- lambda_inv*(z - z_prev)", "+ lambda_inv*(z - z_prev)"),
    "a coefficient for another": ("total", "lambda_cov*(S", "lambda_var*(S"),
    "another mean": ("variance", "u = z - mean", "u = z - mean/(1 - alpha)"),
    "a variance that begins elsewhere": ("log_variance", "layer.var = 1", "layer.var = 0.5"),
    "a predecessor of the first sample": ("invariance", "seen*last + (1 - seen)*z", "last"),
    "a decay that is lost": ("oja", "(x_pre*factor_post + W*rate_post)", "x_pre*factor_post"),
}


def test_errors_are_noticed(tmp_path: Path) -> None:
    """Each turns the test beside the model red, that of the default order too, which Brian2 runs without a word."""
    installed("brian2")
    for n, (name, right, wrong) in enumerate(ERRORS.values()):
        model, test = exported("brian2", name).items()
        assert right in model[1]
        own = f"{name}_{n}"
        write({tmp_path / f"{own}_brian2.py": model[1].replace(right, wrong)})
        write({tmp_path / f"test_{own}_brian2.py": test[1].replace(f"from {name}_brian2", f"from {own}_brian2")})
    ran = run("brian2", tmp_path, "-k", "tanh")
    assert f"{len(ERRORS)} failed" in ran.stdout
    assert ran.stdout.count("AssertionError") + ran.stdout.count("assert np.float64") >= len(ERRORS)


def test_a_rule_in_a_loop_of_jax_that_somebody_else_wrote(jnp) -> None:
    """As in a model for BrainPy, whose loops are ``lax.scan``: the rule is traced, and is the stream's."""
    import jax

    random = np.random.default_rng(0)
    x, W = random.normal(size=(300, 5)), random.normal(size=(4, 5)) / 2

    def model(state, x):
        W, mean, var = state
        z = jnp.tanh(W @ x)
        mean = mean + 0.05 * (z - mean)
        var = 0.95 * var + 0.05 * (z - mean) ** 2
        return (W + 0.01 * rules.variance(x, z, 1 - z**2, mean=mean, var=var, alpha=0.05), mean, var), z

    begin = (jnp.asarray(W), jnp.zeros(4), jnp.ones(4))
    (learned, _, _), activity = jax.jit(lambda begin, x: jax.lax.scan(model, begin, x))(begin, jnp.asarray(x))
    stream = Stream(rule=rules.variance, eta=0.01, alpha=0.05, activation=tanh)
    state, z = stream.run(stream.start(W), x)
    assert np.abs(learned - state.W).max() < 1e-12
    assert np.abs(activity - z).max() < 1e-12
    assert np.abs(state.W - W).max() > 0.01
