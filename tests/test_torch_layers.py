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


@pytest.mark.parametrize(
    "normed",
    [
        torch.nn.utils.parametrizations.weight_norm,
        pytest.param(
            torch.nn.utils.weight_norm, marks=pytest.mark.filterwarnings("ignore::FutureWarning")
        ),  # its own, of itself
    ],
    ids=["parametrisation", "hook"],
)
def test_a_weight_that_is_computed_passes_its_gradient_on(normed):
    """To what it is computed from, by the chain rule; a step along it changes the weight."""
    torch.manual_seed(0)
    plain, layer = (torch.nn.Linear(5, 4, dtype=torch.float64) for _ in range(2))
    normed(layer)
    x, x_prev = torch.randn(7, 5, dtype=torch.float64), torch.randn(7, 5, dtype=torch.float64)
    layer(x)
    plain.load_state_dict({"weight": layer.weight.detach(), "bias": layer.bias.detach()})
    local_gradient(plain, x, x_prev)
    local_gradient(layer, x, x_prev)
    layer(x)
    by_hand = torch.autograd.grad(layer.weight, [p for p in layer.parameters() if p is not layer.bias], plain.weight.grad)
    close([p.grad for p in layer.parameters() if p is not layer.bias], by_hand)
    torch.testing.assert_close(layer.bias.grad, plain.bias.grad)
    assert all(own.abs().max() > 1e-3 for own in by_hand)
    before = layer.weight.detach().clone()
    torch.optim.SGD(layer.parameters(), lr=0.1).step()
    layer(x)
    assert (layer.weight - before).abs().max() > 1e-4


def test_what_is_frozen_gets_no_gradient():
    layer, x = torch.nn.Linear(5, 4), torch.randn(7, 5)
    layer.weight.requires_grad_(False)
    local_gradient(layer, x, x)
    assert layer.weight.grad is None
    assert layer.bias.grad is not None


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_sixteen_bits_are_computed_with_in_float32(dtype):
    """Inputs made under autocast, and a layer of 16 bits, whose update in 16 bits would be 0 or worse."""
    torch.manual_seed(0)
    low = torch.nn.Linear(5, 4, dtype=dtype)
    exact = torch.nn.Linear(5, 4)
    exact.load_state_dict({name: value.float() for name, value in low.state_dict().items()})
    x, x_prev = (3 + torch.randn(2, 4096, 5)).to(dtype)
    local_gradient(exact, x.float(), x_prev.float())
    expected = [parameter.grad for parameter in exact.parameters()]
    z, z_prev = local_gradient(low, x, x_prev)
    assert z.dtype == z_prev.dtype == dtype
    close([parameter.grad for parameter in low.parameters()], [gradient.to(dtype) for gradient in expected])
    z, z_prev = local_gradient(exact, x, x_prev)
    assert z.dtype == z_prev.dtype == torch.float32
    close([parameter.grad for parameter in exact.parameters()], expected)


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
    with pytest.raises(ValueError, match=r"the layer's 5 inputs; got \(7, 4\)"):
        local_gradient(layer, x[:, :4], x[:, :4])
    with pytest.raises(TypeError, match="x must be a tensor; got list"):
        local_gradient(layer, x.tolist(), x)
    with pytest.raises(TypeError, match="x_prev must be a tensor; got ndarray"):
        local_gradient(layer, x, x.numpy())
    with pytest.raises(TypeError, match=r"the weight's dtype, torch\.float32, or of 16 bits; got torch\.float64"):
        local_gradient(layer, x.double(), x.double())
    with pytest.raises(TypeError, match=r"must be a torch\.nn\.Linear that computes as one, x Wᵀ \+ b; got Conv1d"):
        local_gradient(torch.nn.Conv1d(5, 4, 1), x, x)


def test_no_graph_is_recorded():
    layer = torch.nn.Linear(5, 4)
    z, _ = local_gradient(layer, torch.randn(7, 5), torch.randn(7, 5))
    assert not z.requires_grad
    assert not layer.weight.grad.requires_grad


class Adapted(torch.nn.Linear):
    """One that computes in another way."""

    def forward(self, x):
        return 2 * super().forward(x)


def test_a_layer_that_computes_in_another_way_is_refused():
    with pytest.raises(TypeError, match=r"that computes as one, x Wᵀ \+ b; got Adapted"):
        local_gradient(Adapted(5, 4), torch.randn(7, 5), torch.randn(7, 5))


class Times(torch.nn.Module):
    """What is computed from one number."""

    def __init__(self, number):
        super().__init__()
        self.number = number

    def forward(self, X):
        return self.number * X


def test_what_the_weight_and_the_bias_share_gets_both_gradients():
    torch.manual_seed(0)
    layer, number = torch.nn.Linear(5, 4, dtype=torch.float64), torch.nn.Parameter(torch.tensor(1.5, dtype=torch.float64))
    plain = torch.nn.Linear(5, 4, dtype=torch.float64)
    plain.load_state_dict({name: 1.5 * value for name, value in layer.state_dict().items()})
    weight, bias = layer.weight.detach().clone(), layer.bias.detach().clone()
    for name in ("weight", "bias"):
        torch.nn.utils.parametrize.register_parametrization(layer, name, Times(number))
    x, x_prev = torch.randn(2, 7, 5, dtype=torch.float64)
    local_gradient(plain, x, x_prev)
    local_gradient(layer, x, x_prev)
    torch.testing.assert_close(number.grad, (plain.weight.grad * weight).sum() + (plain.bias.grad * bias).sum())


def test_what_was_frozen_since_loses_its_old_gradient():
    layer, x = torch.nn.Linear(5, 4), torch.randn(7, 5)
    local_gradient(layer, x, x)
    layer.bias.requires_grad_(False)
    local_gradient(layer, x, x)
    assert layer.bias.grad is None
    assert layer.weight.grad is not None


def test_a_weight_of_which_nothing_is_known_is_refused():
    layer, x = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(5, 4)), torch.randn(7, 5)
    with torch.inference_mode(), pytest.raises(RuntimeError, match="cannot tell what a weight was computed from"):
        local_gradient(layer, x, x)
