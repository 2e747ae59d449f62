"""Published VICReg losses as their packages ship them, with named coefficients."""

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, files, version
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from typing import Any

import pytest

from lvicreg.conventions import PRESETS

SHIPPED = [name for name, convention in PRESETS.items() if convention.package]
Loss = Callable[[Any, Any], Any]


def shipped(package: str, path: str) -> ModuleType:
    """A module of an installed package, loaded by itself: the package as a whole may need more than is installed."""
    (file,) = (file for file in files(package) or () if str(file) == path)
    spec = spec_from_file_location(f"shipped_{package.replace('-', '_')}", file.locate())
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def lightly(lambda_: float, mu: float, nu: float) -> Loss:
    return shipped("lightly", "lightly/loss/vicreg_loss.py").VICRegLoss(lambda_, mu, nu)


def solo_learn(lambda_: float, mu: float, nu: float) -> Loss:
    loss = shipped("solo-learn", "solo/losses/vicreg.py").vicreg_loss_func
    return lambda first, second: loss(first, second, lambda_, mu, nu)


def pytorch_metric_learning(lambda_: float, mu: float, nu: float) -> Loss:
    from pytorch_metric_learning.losses import VICRegLoss

    loss = VICRegLoss(invariance_lambda=lambda_, variance_mu=mu, covariance_v=nu)
    return lambda first, second: loss(first, ref_emb=second)


def published(name: str, **coefficients: float) -> Loss:
    """The loss of a preset's package, with its own coefficients or others; a coefficient that is not named is 0."""
    try:
        assert f"{name} {version(name)}" == PRESETS[name].package
    except PackageNotFoundError:
        pytest.skip(f"not run: {name} is not installed")
    load = {"lightly": lightly, "solo-learn": solo_learn, "pytorch-metric-learning": pytorch_metric_learning}[name]
    return load(*(float(coefficients.get(term, 0)) for term in ("invariance", "variance", "covariance")))
