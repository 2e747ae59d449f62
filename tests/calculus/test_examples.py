"""Every public function and class of the calculus has an example in its docstring, and the examples are run."""

import doctest
import sys

import pytest

from lvicreg import calculus


@pytest.mark.parametrize("name", calculus.__all__)
def test_the_example_in_a_docstring_is_right(name: str) -> None:
    public = getattr(calculus, name)
    module = sys.modules[public.__module__]
    (example,) = (
        found
        for found in doctest.DocTestFinder(recurse=False).find(
            public, public.__name__, module=module, globs=vars(module).copy()
        )
        if found.examples
    )
    check(example)


def test_the_example_of_the_package_is_right() -> None:
    (example,) = doctest.DocTestFinder(recurse=False).find(calculus, "lvicreg.calculus")
    check(example)


def check(example: doctest.DocTest) -> None:
    said: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL).run(example, out=said.append)
    assert not said, "".join(said)
