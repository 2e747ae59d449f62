"""A name that is not computed on every way to where it is used is refused."""

import pytest

from lvicreg.codegen.layout import NotArrayCode
from lvicreg.codegen.order import check_order


def test_a_name_of_one_branch_is_not_known_after_it() -> None:
    one = "def small(x):\n    if x:\n        y = x\n    return y\n"
    with pytest.raises(NotArrayCode, match="would use y before it is computed"):
        check_order(one)
    check_order(one.replace("    return", "    else:\n        y = 0\n    return"))
