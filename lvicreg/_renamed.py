"""Arguments that had another name before."""

import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])


def renamed(**names: str) -> Callable[[Function], Function]:
    """A function that takes old names of its arguments for new ones, with a ``DeprecationWarning``: ``renamed(old="new")``."""

    def decorated(function: Function) -> Function:
        @wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            for old, new in names.items():
                if old in kwargs:
                    if new in kwargs:
                        raise TypeError(f"{function.__name__}: {old} is the old name of {new}: give {new} only")
                    told = f"{function.__name__}: {old} is now called {new}; the old name will go in version 1.0"
                    warnings.warn(told, DeprecationWarning, stacklevel=2)
                    kwargs[new] = kwargs.pop(old)
            return function(*args, **kwargs)

        return cast(Function, called)

    return decorated
