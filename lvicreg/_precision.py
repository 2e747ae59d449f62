"""Sixteen bits are too few to compute with: squares overflow, and sums over samples lose what they add.

So arrays of 16 bits are computed with in float32, and only the result is rounded to theirs. PyTorch's autocast, which would
lower the matrix products of float32 arrays to 16 bits, is left outside.

And 32 bits are too few for a sum of millions, taken one after the other: what is added is rounded to the sum's last digit. So
many samples are summed in blocks.
"""

import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from math import isqrt
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])

HALVES = ("float16", "bfloat16")
MANY = 4096  # samples, from which on they are summed in blocks


def full_precision(function: Function) -> Function:
    """A function of arrays that computes in float32 at least; the result has 16 bits where all arrays have the same 16."""

    @wraps(function)
    def computed(*args: Any, **kwargs: Any) -> Any:
        arrays = [value for value in (*args, *kwargs.values()) if _is_array(value)]
        with without_autocast(arrays):
            if not any(map(is_half, arrays)):
                return function(*args, **kwargs)
            found = function(*map(widened, args), **{name: widened(value) for name, value in kwargs.items()})
        dtypes = {str(array.dtype): array.dtype for array in arrays}
        if len(dtypes) > 1:
            return found
        (dtype,) = dtypes.values()
        return tuple(_cast(part, dtype) for part in found) if isinstance(found, tuple) else _cast(found, dtype)

    return cast(Function, computed)


def summed(xp: Any, array: Any) -> Any:
    """The sum over the first axis, of which rounding errors grow with the root of its length, and not with the length."""
    length = array.shape[0]
    if is_tensor(array) or length < MANY:  # PyTorch sums in blocks itself
        return xp.sum(array, axis=0)
    size = isqrt(length)
    whole = length // size * size
    blocks = xp.reshape(array[:whole, ...], (whole // size, size, *array.shape[1:]))
    return xp.sum(xp.sum(blocks, axis=1), axis=0) + xp.sum(array[whole:, ...], axis=0)


def is_half(value: Any) -> bool:
    """Whether it is an array of 16 bits."""
    return _is_array(value) and str(value.dtype).removeprefix("torch.") in HALVES


def widened(value: Any) -> Any:
    """An array of 16 bits in float32; whatever else it is."""
    if not is_half(value):
        return value
    return value.float() if is_tensor(value) else value.astype("float32")


def is_tensor(value: Any) -> bool:
    """Whether it is a PyTorch tensor, found without importing PyTorch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def without_autocast(arrays: Iterable[Any]) -> AbstractContextManager[Any]:
    """No lowering of the precision on the device of the tensors among them, if there is such a thing for its kind."""
    kind = next((array.device.type for array in arrays if is_tensor(array)), None)
    if kind is None:
        return nullcontext()
    import torch

    lowers = torch.amp.is_autocast_available(kind) and torch.is_autocast_enabled(kind)
    return torch.autocast(kind, enabled=False) if lowers else nullcontext()


def _is_array(value: Any) -> bool:
    """Whether it has axes; a number within compiled code must not be asked, which ``torch.compile`` does not take."""
    return not isinstance(value, (int, float)) and bool(getattr(value, "ndim", 0)) and hasattr(value, "dtype")


def _cast(value: Any, dtype: Any) -> Any:
    return value.to(dtype) if is_tensor(value) else value.astype(dtype)
