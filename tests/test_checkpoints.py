"""Checkpoints of streams: nothing is lost, and what is damaged or of another configuration is refused."""

import functools

import numpy as np
import pytest

from lvicreg import rules
from lvicreg.online import _digest, load, relu, save
from tests.test_online import data, equal, stream


@pytest.mark.parametrize("library", ["numpy", "jax"])
@pytest.mark.parametrize("rule", [rules.covariance, rules.total], ids=lambda rule: rule.__name__)
def test_a_checkpoint_loses_nothing(rule, library, tmp_path, request):
    W, x = data()
    moved = (lambda state: state) if library == "numpy" else __import__("jax").device_put
    if library == "jax":
        W, x = map(request.getfixturevalue("jnp").asarray, (W, x))
    learns = stream(rule)
    whole, _ = learns.run(learns.start(W), x)
    half, _ = learns.run(learns.start(W), x[:31])
    save(tmp_path / "half", learns, half)
    resumed = load(tmp_path / "half", stream(rule))
    assert equal(resumed, half)
    found, _ = learns.run(moved(resumed), x[31:])
    assert equal(found, whole)


@pytest.fixture
def checkpoint(tmp_path):
    W, x = data()
    learns = stream()
    save(tmp_path / "state", learns, learns.run(learns.start(W), x)[0])
    return tmp_path / "state"


def test_a_truncated_checkpoint_is_refused(checkpoint):
    content = checkpoint.read_bytes()
    for length in (0, 1, 100, len(content) // 2, len(content) - 1):
        checkpoint.write_bytes(content[:length])
        with pytest.raises(ValueError, match="not a whole checkpoint"):
            load(checkpoint, stream())


def test_another_file_is_refused(tmp_path):
    np.save(tmp_path / "array.npy", np.ones(3))
    (tmp_path / "text").write_text("weights")
    for name in ("array.npy", "text"):
        with pytest.raises(ValueError, match="not a whole checkpoint"):
            load(tmp_path / name, stream())
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none", stream())


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("W", lambda W: W * 2),
        ("W", lambda W: W.astype(np.float32)),
        ("W", lambda W: W.T.copy().reshape(W.shape[::-1])),
        ("W", lambda W: W.reshape(-1)),
        ("configuration", lambda text: np.asarray(str(text).replace("0.01", "0.02"))),
    ],
    ids=["values", "dtype", "order", "shape", "configuration"],
)
def test_a_changed_checkpoint_is_refused(checkpoint, name, change):
    with np.load(checkpoint) as file:
        content = {name: file[name] for name in file.files}
    with open(checkpoint, "wb") as file:
        np.savez(file, **content | {name: change(content[name])})
    for expected in (stream(), stream(eta=0.02)):
        with pytest.raises(ValueError, match="changed or damaged"):
            load(checkpoint, expected)


def test_a_checkpoint_with_any_bit_flipped_is_refused_or_the_same(checkpoint):
    """Some bits of an archive mean nothing."""
    content, before = checkpoint.read_bytes(), load(checkpoint, stream())
    for place in range(0, len(content), 7):
        checkpoint.write_bytes(content[:place] + bytes([content[place] ^ 16]) + content[place + 1 :])
        try:
            found = load(checkpoint, stream())
        except ValueError:
            continue
        assert equal(found, before), place


def weighted(x, z, slope, mask):
    """A rule with an array among its options."""
    return (z * slope)[:, None] * x * mask


def test_arrays_among_the_options_are_compared_in_full(tmp_path):
    W, masks = np.ones((2, 1500)), [np.ones(1500), np.ones(1500)]
    masks[1][1000] = 2
    learns, other = (stream(weighted, options={"mask": mask}) for mask in masks)
    save(tmp_path / "state", learns, learns.start(W))
    load(tmp_path / "state", stream(weighted, options={"mask": masks[0].copy()}))
    with pytest.raises(ValueError, match="another configuration: options"):
        load(tmp_path / "state", other)


def test_functions_without_a_name_cannot_be_saved(tmp_path):
    learns = stream(activation=lambda a: (a, a))
    with pytest.raises(
        TypeError, match="activation must be a function of a module, which a checkpoint can name; got <function"
    ):
        save(tmp_path / "state", learns, learns.start(data()[0]))
    partial = stream(functools.partial(rules.log_variance, epsilon=0.1))
    with pytest.raises(TypeError, match="rule must be a function of a module"):
        save(tmp_path / "state", partial, partial.start(data()[0]))
    assert not list(tmp_path.iterdir())


def test_numbers_of_numpy_are_saved_as_numbers(tmp_path):
    learns = stream(eta=np.float64(0.01))
    save(tmp_path / "state", learns, learns.start(data()[0]))
    load(tmp_path / "state", stream(eta=0.01))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"eta": 0.02}, "eta 0.01 instead of 0.02"),
        ({"alpha": 0.06}, "alpha"),
        ({"activation": relu}, "activation 'lvicreg.online.tanh' instead of 'lvicreg.online.relu'"),
        ({"rule": rules.log_variance}, "rule"),
        ({"options": {"decay": 2.0}}, "options"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_checkpoint_of_another_configuration_is_refused(checkpoint, changes, named):
    with pytest.raises(ValueError, match=f"another configuration: {named}"):
        load(checkpoint, stream(**changes))


def test_a_checkpoint_that_cannot_be_written_leaves_the_old_one(checkpoint, monkeypatch):
    before = checkpoint.read_bytes()

    def interrupted(file, **_):
        file.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez", interrupted)
    learns = stream()
    with pytest.raises(KeyboardInterrupt):
        save(checkpoint, learns, learns.start(data()[0]))
    assert checkpoint.read_bytes() == before
    assert list(checkpoint.parent.iterdir()) == [checkpoint]


def test_a_dtype_that_files_do_not_keep_is_refused(tmp_path, jnp):
    learns = stream()
    with pytest.raises(TypeError, match="W bfloat16"):
        save(tmp_path / "state", learns, learns.start(jnp.ones((2, 3), dtype=jnp.bfloat16)))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content | {"mean": content["mean"][:-1]},
        lambda content: content | {"z_prev": content["z_prev"][None, :]},
        lambda content: content | {"K": content["W"]},
        lambda content: content | {"count": content["mean"]},
        lambda content: {name: array for name, array in content.items() if name != "var"},
        lambda content: content | {"other": content["mean"]},
    ],
    ids=["too short", "another axis", "no covariance", "several counts", "missing", "unknown"],
)
def test_arrays_that_do_not_fit_each_other_are_refused(checkpoint, change):
    """Also where the digest is theirs."""
    with np.load(checkpoint) as file:
        content = {name: file[name] for name in file.files}
    configuration = str(content.pop("configuration"))
    del content["digest"]
    changed = change(content)
    with open(checkpoint, "wb") as file:
        np.savez(file, configuration=configuration, digest=_digest(changed, configuration), **changed)
    with pytest.raises(ValueError, match=r"is not the state of a stream: it has .* and should have"):
        load(checkpoint, stream())


def test_a_compressed_file_is_refused_before_it_is_read(tmp_path):
    """A thousandth of the memory that it would fill."""
    with open(tmp_path / "state", "wb") as file:
        np.savez_compressed(file, W=np.zeros((1000, 1000)))
    with pytest.raises(ValueError, match=r"not a whole checkpoint of a stream \(it is compressed"):
        load(tmp_path / "state", stream())


def test_one_is_the_same_option_as_one_point_nought(tmp_path):
    W, _ = data()
    learns = stream(options={"decay": 1})
    save(tmp_path / "state", learns, learns.start(W))
    assert equal(load(tmp_path / "state", stream(options={"decay": 1.0})), learns.start(W))
    with pytest.raises(ValueError, match="another configuration"):
        load(tmp_path / "state", stream(options={"decay": 1.5}))
