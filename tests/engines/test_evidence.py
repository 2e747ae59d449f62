"""An engine that is not installed is missing; one that is broken is not."""

import pytest

from lvicreg.engines import EngineMissing
from lvicreg.engines.evidence import load


def test_an_engine_is_loaded_or_missing() -> None:
    assert load("math").sqrt(4) == 2
    with pytest.raises(EngineMissing, match="no_such_engine is not installed"):
        load("no_such_engine")
