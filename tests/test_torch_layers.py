"""Learning without a backward pass in PyTorch: local gradients against those of the total loss."""

import pytest

from lvicreg import rules
from lvicreg.online import linear, relu, tanh

torch = pytest.importorskip("torch")
from lvicreg.torch import local_gradient  # noqa: E402
from tests.views import close  # noqa: E402


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("activation", [linear, tanh, relu], ids=lambda f: f.__name__)
def test_local_gradients_are_those_of_the_total_loss(activation, bias):
    """Against autograd of invariance, hinge and one-sample covariance, written in PyTorch."""
    torch.manual_seed(0)
    layer = torch.nn.Linear(5, 4, bias=bias, dtype=torch.float64)
    x, x_prev = torch.randn(7, 5, dtype=torch.float64), torch.randn(7, 5, dtype=torch.float64)
    coefficients = {"lambda_inv": 0.3, "lambda_var": 0.7, "lambda_cov": 0.2}
    z, z_prev = local_gradient(layer, x, x_prev, activation=activation, **coefficients)
    found = [parameter.grad for parameter in layer.parameters()]
    function = {"linear": lambda a: a, "tanh": torch.tanh, "relu": torch.relu}[activation.__name__]
    activity, before = function(layer(x)), function(layer(x_prev))
    torch.testing.assert_close(z, activity.detach())
    torch.testing.assert_close(z_prev, before.detach())
    u = activity - activity.mean(dim=0).detach()
    products = (u[:, :, None] * u[:, None, :]) ** 2
    loss = 0.3 / 2 * ((activity - before.detach()) ** 2).sum()
    loss = loss + 0.7 * 6 * torch.relu(1 - torch.sqrt(activity.var(dim=0) + 1e-4)).sum()
    loss = loss + 0.2 / 4 * (products.sum() - torch.diagonal(products, dim1=1, dim2=2).sum())
    close(found, torch.autograd.grad(loss, list(layer.parameters())))


def test_a_local_rule_may_read_the_weights():
    torch.manual_seed(0)
    layer = torch.nn.Linear(5, 1, bias=False, dtype=torch.float64)
    x = torch.randn(6, 5, dtype=torch.float64)
    local_gradient(layer, x, x, rule=rules.oja, activation=linear)
    y = x @ layer.weight.detach().T
    torch.testing.assert_close(-layer.weight.grad, y.T @ x - (y**2).sum() * layer.weight.detach())


def test_local_gradients_under_autocast_and_of_wrong_shapes():
    layer, x = torch.nn.Linear(5, 4), torch.randn(7, 5)
    local_gradient(layer, x, x)
    expected = layer.weight.grad
    with torch.autocast("cpu", dtype=torch.bfloat16):
        local_gradient(layer, x, x)
    torch.testing.assert_close(layer.weight.grad, expected, rtol=0, atol=0)
    with pytest.raises(ValueError, match=r"the same shape \(B, M\); got \(5,\) and \(5,\)"):
        local_gradient(layer, x[0], x[0])
    with pytest.raises(ValueError, match=r"got \(7, 5\) and \(6, 5\)"):
        local_gradient(layer, x, x[:6])


def test_no_graph_is_recorded():
    layer = torch.nn.Linear(5, 4)
    z, _ = local_gradient(layer, torch.randn(7, 5), torch.randn(7, 5))
    assert not z.requires_grad
    assert not layer.weight.grad.requires_grad
