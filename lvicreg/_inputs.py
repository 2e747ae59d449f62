"""What every rule checks of its arguments before it computes.

Shapes and dtypes are known before any value is, so these checks work inside compiled code too. A single sample is a
minibatch of one: arrays over samples may leave the first axis out, all of them together.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from array_api_compat import array_namespace, is_array_api_obj

from lvicreg._precision import is_tensor

Arrays = Mapping[str, tuple[Any, str]]


def arrays(
    rule: str, *, given: Arrays = MappingProxyType({}), samples: str = "B", **required: tuple[Any, str]
) -> tuple[Any, ...]:
    """The array namespace, then each required array with its sample axis, then each of ``given``, which may be None.

    An argument is an array and its axes by name, such as ``(z, "BN")``. One number a sample, ``(y, "B")``, becomes a column.
    The samples' axis may have another name.

    Raises:
        TypeError: an argument is not an array, or a masked one, or its dtype is not a real floating one.
        ValueError: an array has the wrong rank, or two disagree about a size; tensors are on different devices.
    """
    present = required | {name: (array, axes) for name, (array, axes) in given.items() if array is not None}
    for name, (array, _) in present.items():
        if not (is_tensor(array) or is_array_api_obj(array)):
            raise TypeError(f"{rule}: {name} must be an array, such as a NumPy array; got {type(array).__name__}")
        if isinstance(array, np.ma.MaskedArray):  # a masked entry would leave some sums, and not others
            raise TypeError(f"{rule}: {name} is a masked array: select its valid samples, or fill it")
    try:
        xp = _namespace([array for array, _ in present.values()])
    except TypeError as mixed:
        found = ", ".join(f"{name} {type(array).__module__}" for name, (array, _) in present.items())
        raise TypeError(f"{rule}: all arrays must be of one library; given {found}") from mixed
    for name, (array, _) in present.items():
        if not xp.isdtype(array.dtype, "real floating"):
            raise TypeError(f"{rule}: {name} must be of a real floating dtype, such as float64; got {array.dtype}")
    # other libraries say so themselves, or move what they may move
    if all(is_tensor(array) for array, _ in present.values()) and len({array.device for array, _ in present.values()}) > 1:
        found = ", ".join(f"{name} on {array.device}" for name, (array, _) in present.items())
        raise ValueError(f"{rule}: all arrays must be on one device; given {found}")
    single = all(array.ndim == len(axes) - 1 for array, axes in present.values() if axes.startswith(samples))
    expected = {name: axes.removeprefix(samples) if single else axes for name, (_, axes) in present.items()}
    sizes: dict[str, int] = {}
    for name, (array, _) in present.items():
        fits = array.ndim == len(expected[name])
        if not fits or any(sizes.setdefault(axis, n) != n for axis, n in zip(expected[name], array.shape, strict=True)):
            found = ", ".join(f"{name} {tuple(array.shape)}" for name, (array, _) in present.items())
            wanted = ", ".join(f"{name} ({', '.join(axes)}{',' * (len(axes) == 1)})" for name, axes in expected.items())
            raise ValueError(f"{rule}: the shapes do not fit: given {found}; expected {wanted}")
    several = {name: (array, axes) for name, (array, axes) in present.items() if axes != samples}
    batched = {
        name: array[None, :] if single and axes.startswith(samples) else array for name, (array, axes) in several.items()
    }
    batched |= {name: xp.reshape(array, (-1, 1)) for name, (array, axes) in present.items() if axes == samples}
    return xp, *(batched.get(name) for name in (*required, *given))


def minibatch_size(rule: str, samples: Any, **statistics: Any) -> int:
    """The number of samples, after checking that the statistics are all given, or can be taken from the samples.

    Where α is a number, it must be the weight of one sample.

    Raises:
        ValueError: ``alpha`` is not above 0 and at most 1.
        ValueError: some statistics are given and some are not; or none, and there are fewer than 2 samples.
    """
    if (alpha := known(statistics.get("alpha"))) is not None and not 0 < alpha <= 1:
        raise ValueError(f"{rule}: alpha, the weight of one sample, must be above 0 and at most 1; got {alpha}")
    missing = [name for name, statistic in statistics.items() if statistic is None]
    size = int(samples.shape[0])
    if missing and len(missing) < len(statistics):
        given = [name for name in statistics if name not in missing]
        raise ValueError(f"{rule}: give all of {', '.join(statistics)} or none of them; given {', '.join(given)} only")
    if missing and size < 2:
        raise ValueError(
            f"{rule}: {', '.join(missing)} cannot be taken from a minibatch of {size}: give them, or at least 2 samples"
        )
    return size


def nonnegative(rule: str, **options: Any) -> None:
    """Refuse an option below 0; what is not known yet, within compiled code, is let pass.

    Raises:
        ValueError: an option is negative, or NaN.
    """
    for name, value in options.items():
        if (number := known(value)) is not None and not number >= 0:
            raise ValueError(f"{rule}: {name} must not be negative; got {value}")


def known(option: Any) -> float | None:
    """The value of a number, or of an array of one; none of what compiled code does not know yet, or of several numbers."""
    if option is None or is_tensor(option):  # a tensor may be on a device that is not waited for
        return None
    try:
        return float(option)
    except TypeError:  # also what JAX raises of a tracer
        return None


def several_samples(loss: str, activity: Any) -> int:
    """The number of samples, after checking that a mean and a variance can be taken of them.

    Raises:
        ValueError: there are fewer than 2.
    """
    size = int(activity.shape[0])
    if size < 2:
        raise ValueError(f"{loss}: a minibatch must have at least 2 samples, for a variance to exist; got {size}")
    return size


def _namespace(given: Iterable[Any]) -> Any:
    """The arrays' common namespace; the one of tensors without the cached look-up, of which ``torch.compile`` warns.

    Raises:
        TypeError: they are of different libraries.
    """
    if all(map(is_tensor, given)):
        import array_api_compat.torch

        return array_api_compat.torch
    return array_namespace(*given)
