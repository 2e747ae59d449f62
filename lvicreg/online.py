"""Rules on a stream: one sample at a time, with slow filters for the statistics.

    z = f(W x)
    z̄ ← z̄ + α (z − z̄)
    u = z − z̄
    σ² ← (1 − α) σ² + α u²        (K ← (1 − α) K + α u uᵀ, where the rule reads K)
    W ← W + η · update(x, z, f'(W x), …)

The filters take in the sample before the rule reads them, so its own share of the variance is ``α u²``. The mean has then taken
in the share α of the sample too: by the claim ``variance.slow-filter`` the variance and covariance parts of a rule are then
1/(1 − α) times the descent of their one-sample losses. All that the stream remembers is its ``State``: to stop and go on later,
keep that, with ``save`` and ``load``. ``Stream.run`` takes a whole stream: NumPy's arrays in a loop, JAX's in a compiled one.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from array_api_compat import array_namespace, is_jax_array, is_numpy_array

from lvicreg._files import replacing
from lvicreg._inputs import arrays
from lvicreg._precision import widened

__all__ = ["State", "Stream", "linear", "load", "relu", "save", "tanh"]

BLOCK = 4096  # samples that JAX takes at a time: streams of any length share one compiled program


def linear(a: Any) -> tuple[Any, Any]:
    """``f(a) = a`` and its slope 1."""
    return a, array_namespace(a).ones_like(a)


def tanh(a: Any) -> tuple[Any, Any]:
    """``f(a) = tanh a`` and its slope ``1 − z²``."""
    z = array_namespace(a).tanh(a)
    return z, 1 - z**2


def relu(a: Any) -> tuple[Any, Any]:
    """``f(a) = max(0, a)`` and its slope, 0 at the kink."""
    xp = array_namespace(a)
    return xp.where(a > 0, a, 0.0), xp.astype(a > 0, a.dtype)


class State(NamedTuple):
    """All that a stream remembers between two samples."""

    W: Any  # (N, M); weights
    mean: Any  # (N,); slow mean of the activity
    var: Any  # (N,); slow variance
    z_prev: Any  # (N,); activity of the previous sample
    count: Any  # (); samples seen
    K: Any = None  # (N, N); slow covariance, where the rule reads it


@dataclass(frozen=True, kw_only=True)
class Stream:
    """A layer that learns from a stream by one rule.

    Args:
        rule: a function of ``lvicreg.rules``, or any other that returns an update (N, M) from arguments of the same names.
        eta: learning rate η, a number.
        alpha: weight of one sample in the slow filters, between 0 and 1; the rule's α too, where it has one.
        activation: from the pre-activation (N,), activity and slope: ``linear``, ``tanh``, ``relu``, or your own.
        options: further arguments of the rule, by name, such as ``{"decay": 0.1}``.

    Raises:
        TypeError: the rule reads something that a stream does not have, or has no such option; a rate is no number.
        ValueError: ``eta`` is not finite, or ``alpha`` not between 0 and 1.
    """

    rule: Callable[..., Any]
    eta: float
    alpha: float
    activation: Callable[[Any], tuple[Any, Any]] = linear
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for name in ("eta", "alpha"):
            value = getattr(self, name)
            if not isinstance(value, Real):
                raise TypeError(f"{name} must be a number such as 0.01; got {value!r}")
            object.__setattr__(self, name, float(value))  # a NumPy scalar would promote the weights
        object.__setattr__(self, "options", dict(self.options))  # what is compiled with them does not see them change
        if not math.isfinite(self.eta):
            raise ValueError(f"eta, the learning rate, must be finite; got {self.eta}")
        if not 0 < self.alpha <= 1:
            raise ValueError(f"alpha, the weight of one sample, must be above 0 and at most 1; got {self.alpha}")
        parameters = inspect.signature(self.rule).parameters
        known = {"x", "z", "z_prev", "slope", "W", "mean", "var", "K", "alpha"}
        unknown = [n for n, p in parameters.items() if p.default is p.empty and n not in known and n not in self.options]
        if unknown:
            raise TypeError(f"the rule asks for {', '.join(unknown)}, which a stream does not have; give them as options")
        wrong = [name for name in self.options if name not in parameters or name in known]
        if wrong:
            raise TypeError(f"{', '.join(wrong)} cannot be given as options: the stream has them, or the rule does not")

    def __getstate__(self) -> dict[str, Any]:
        """Its configuration, without what JAX compiled for it."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @cached_property
    def _reads(self) -> list[str]:
        return [n for n in inspect.signature(self.rule).parameters if n in (*State._fields, "x", "z", "slope", "alpha")]

    def start(self, W: Any, *, mean: Any = None, var: Any = None) -> State:
        """The state before the first sample; the filters begin at mean 0 and variance 1 unless they are given.

        Args:
            W: (N, M); weights, of a real floating dtype.
            mean: (N,); where the mean's filter begins.
            var: (N,); where the variance's filter begins; the covariance's begins at its diagonal matrix.

        Raises:
            TypeError: ``W`` is no array, or not of a real floating dtype.
            ValueError: a shape does not fit.
        """
        xp, W, mean, var = arrays("Stream.start", W=(W, "NM"), given={"mean": (mean, "N"), "var": (var, "N")})
        one = xp.ones_like(widened(W)[:, 0])
        mean = 0 * one if mean is None else widened(mean)
        var = one if var is None else widened(var)
        K = xp.eye(W.shape[0], dtype=var.dtype) * var if "K" in self._reads else None
        return State(W, mean, var, xp.zeros_like(mean), xp.asarray(0), K)

    def step(self, state: State, x: Any) -> tuple[State, Any]:
        """The state after one sample ``x`` (M,), and its activity (N,), in any array library.

        Weights of 16 bits are computed with in float32, and so are the filters.

        The first sample has no predecessor: its invariance term is 0.

        Raises:
            TypeError: ``x`` is no array, or of another library or dtype than the weights.
            ValueError: ``x`` has another shape than (M,), or is on another device than the weights.
        """
        xp, W, x = arrays("Stream.step", W=(state.W, "NM"), x=(x, "M"))
        if x.dtype != W.dtype:
            raise TypeError(f"a sample must have the dtype of the weights, {W.dtype}; got {x.dtype}")
        dtype, W, x = W.dtype, widened(W), widened(x)
        z, slope = self.activation(xp.matmul(W, x))
        mean = state.mean + self.alpha * (z - state.mean)
        u = z - mean
        var = (1 - self.alpha) * state.var + self.alpha * u**2
        K = None if state.K is None else (1 - self.alpha) * state.K + self.alpha * u[:, None] * u
        z_prev = xp.where(state.count == 0, z, state.z_prev)
        has = {"x": x, "z": z, "z_prev": z_prev, "slope": slope, "W": W}
        has |= {"mean": mean, "var": var, "K": K, "alpha": self.alpha}
        update = self.rule(**{name: has[name] for name in self._reads}, **self.options)
        return State(xp.astype(W + self.eta * update, dtype), mean, var, z, state.count + 1, K), xp.astype(z, dtype)

    def run(self, state: State, x: Any) -> tuple[State, Any]:
        """The state after a whole stream ``x`` (T, M), and the activities (T, N).

        A stream cut anywhere and continued gives the same bits: on JAX, blocks of samples, the last one filled up, run through
        one compiled loop whatever the length (the body of a ``lax.scan`` could be compiled differently for each).

        Raises:
            TypeError: ``x`` is no array, of another library than the weights, or of one that is neither NumPy nor JAX.
            ValueError: ``x`` has another shape than (T, M).
        """
        arrays("Stream.run", W=(state.W, "NM"), x=(x, "TM"))
        if is_jax_array(x) and is_jax_array(state.W):
            return self._scanned(state, x)
        if not (is_numpy_array(x) and is_numpy_array(state.W)):
            libraries = " and ".join(f"{type(array).__module__}" for array in (state.W, x))
            raise TypeError(f"run takes arrays of NumPy or of JAX, all of one; got {libraries}. Others: call step in a loop")
        activity = np.empty((len(x), len(state.W)), dtype=state.W.dtype)
        for t, sample in enumerate(x):
            state, activity[t] = self.step(state, sample)
        return state, activity

    def _scanned(self, state: State, x: Any) -> tuple[State, Any]:
        import jax.numpy as jnp

        blocks = []
        for begin in range(0, x.shape[0], BLOCK):
            block = x[begin : begin + BLOCK]
            count = block.shape[0]
            filled = block if count == BLOCK else jnp.pad(block, ((0, BLOCK - count), (0, 0)))
            state, z = self._block(state, filled, count)
            blocks.append(z[:count])
        return state, jnp.concatenate(blocks) if blocks else jnp.zeros((0, state.W.shape[0]), state.W.dtype)

    @cached_property
    def _block(self) -> Callable[[State, Any, int], tuple[State, Any]]:
        """The first ``count`` samples of a block; compiled once, since the number is not known to the compiler."""
        import jax
        from jax import lax

        def block(state: State, x: Any, count: Any) -> tuple[State, Any]:
            def body(t: Any, carried: tuple[State, Any]) -> tuple[State, Any]:
                state, activity = carried
                state, z = self.step(state, lax.dynamic_index_in_dim(x, t, keepdims=False))
                return state, lax.dynamic_update_index_in_dim(activity, z, t, 0)

            empty = jax.numpy.zeros((x.shape[0], state.W.shape[0]), state.W.dtype)
            return lax.fori_loop(0, count, body, (state, empty))

        return jax.jit(block)

    def describe(self) -> dict[str, Any]:
        """The configuration by names and numbers, which a checkpoint is compared with.

        Raises:
            TypeError: the rule or the activation function has no name of its own, by which to tell it from another.
        """
        shown: dict[str, Any] = {name: _named(name, getattr(self, name)) for name in ("rule", "activation")}
        options = {name: _option(value) for name, value in sorted(self.options.items())}
        return shown | {"eta": float(self.eta), "alpha": float(self.alpha), "options": options}


def _named(role: str, function: Callable[..., Any]) -> str:
    """The full name of a function that can be imported."""
    name = getattr(function, "__qualname__", "<>")
    if "<" in name:
        raise TypeError(f"{role} must be a function of a module, which a checkpoint can name; got {function!r}")
    return f"{function.__module__}.{name}"


def _option(value: Any) -> str:
    """An option in full: of an array dtype, shape and a digest; 1 is the same as 1.0."""
    array = np.asarray(value)
    if isinstance(value, Real):
        return repr(float(value))
    return repr(value) if array.ndim == 0 else f"{array.dtype} {array.shape} {_digest({'option': array})}"


# --- checkpoints -----------------------------------------------------------------------------------------------------------


def save(path: str | os.PathLike[str], stream: Stream, state: State) -> None:
    """Write a checkpoint: state and configuration, whole or not at all; one that is there stays until the new one is complete.

    Raises:
        TypeError: a dtype is one that NumPy's files do not keep, such as bfloat16, or the stream's rule or activation function
            has no name.
    """
    configuration = json.dumps(stream.describe())
    arrays = {name: np.asarray(array) for name, array in state._asdict().items() if array is not None}
    lost = [f"{name} {array.dtype}" for name, array in arrays.items() if array.dtype.kind not in "fiu"]
    if lost:
        raise TypeError(f"a checkpoint keeps float16, float32 and float64; got {', '.join(lost)}")
    with replacing(path) as file:
        np.savez(file, configuration=configuration, digest=_digest(arrays, configuration), **arrays)  # type: ignore[arg-type]


def load(path: str | os.PathLike[str], stream: Stream) -> State:
    """The state in a checkpoint of this very configuration, as NumPy arrays; ``jax.device_put`` moves it to JAX.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is not a whole checkpoint, or one of another configuration, or its arrays do not fit each other.
    """
    try:
        with open(path, "rb") as source, np.load(source, allow_pickle=False) as file:
            if any(member.compress_type for member in file.zip.infolist()):  # a small file could fill the memory
                raise ValueError("it is compressed, and checkpoints are not")
            content = {name: np.asarray(file[name]) for name in file.files}
        written, digest = str(content.pop("configuration")), str(content.pop("digest"))
        found = _digest(content, written)
    except FileNotFoundError:
        raise
    except Exception as broken:  # what a damaged archive raises depends on the place of the damage
        raise ValueError(f"{path} is not a whole checkpoint of a stream ({broken}): go back to an earlier one") from broken
    if digest != found:
        raise ValueError(f"{path} has been changed or damaged: its digest is not that of its arrays; go back to an earlier one")
    configuration, expected = json.loads(written), json.loads(json.dumps(stream.describe()))
    if not isinstance(configuration, dict):
        raise ValueError(f"{path} is not a whole checkpoint of a stream: go back to an earlier one")
    if configuration != expected:
        different = [f"{k} {configuration.get(k)!r} instead of {v!r}" for k, v in expected.items() if configuration.get(k) != v]
        raise ValueError(f"{path} is of another configuration: {'; '.join(different)}")
    _check_fit(path, content, "K" in stream._reads)
    return State(**content)


def _check_fit(path: str | os.PathLike[str], content: Mapping[str, Any], covariance: bool) -> None:
    """Refuse arrays that are not those of a state, with a covariance filter or without.

    Raises:
        ValueError: one is missing, unknown or of another shape.
    """
    N, M = (*content["W"].shape, 0, 0)[:2] if "W" in content else (0, 0)
    shapes = {"W": (N, M), "mean": (N,), "var": (N,), "z_prev": (N,), "count": ()} | ({"K": (N, N)} if covariance else {})
    found = {name: array.shape for name, array in content.items()}
    kinds = {name: array.dtype.kind for name, array in content.items()}
    if found != shapes or set(kinds.values()) - {"f", "i", "u"} or kinds["count"] == "f":
        raise ValueError(f"{path} is not the state of a stream: it has {found} and should have {shapes}")


def _digest(arrays: Mapping[str, Any], configuration: str = "") -> str:
    whole = hashlib.sha256(configuration.encode())
    for name, array in sorted(arrays.items()):
        whole.update(f"{name} {array.dtype} {array.shape}".encode() + np.ascontiguousarray(array).tobytes())
    return whole.hexdigest()
