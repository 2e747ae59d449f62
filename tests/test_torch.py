"""VICReg in PyTorch: the loss against the packages and the rules, differentiated, compiled and distributed; local learning."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lvicreg import rules
from lvicreg.conventions import PRESETS, Convention, Covariance, Invariance, NoRatio, Variance, for_rules
from lvicreg.online import linear, relu, tanh
from tests.packages import SHIPPED, published

torch = pytest.importorskip("torch")
from lvicreg.torch import VICRegLoss, local_gradient  # noqa: E402

SHAPES = [(2, 3), (5, 8), (9, 4), (4, 4), (2, 2), (3, 5, 4), (4, 2, 3, 6)]
COEFFICIENTS = {"invariance": 25, "variance": 25, "covariance": 1}


def views(*shape, dtype=torch.float64):
    """Two activities with units on both sides of the threshold."""
    torch.manual_seed(0)
    spread = torch.linspace(0.3, 1.8, shape[-1], dtype=torch.float64)
    return tuple((torch.randn(*shape, dtype=torch.float64) * spread).to(dtype).requires_grad_() for _ in range(2))


def differentiated(loss, z_a, z_b, **options):
    value = loss(z_a, z_b)
    return value.detach(), *torch.autograd.grad(value, (z_a, z_b), **options)


def close(found, expected, rtol=1e-12):
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.shape == theirs.shape
        torch.testing.assert_close(ours, theirs, rtol=0, atol=rtol * float(theirs.detach().abs().max()), check_dtype=False)


# --- against the packages, and against the rules ---------------------------------------------------------------------------
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_in_the_place_of_lightly_s(shape):
    """Axes between samples and units too, as lightly takes them."""
    close(differentiated(VICRegLoss(), *views(*shape)), differentiated(published("lightly", **COEFFICIENTS), *views(*shape)))


@pytest.mark.parametrize("shape", [(5, 8), (9, 4)], ids=str)
@pytest.mark.parametrize("term", COEFFICIENTS)
@pytest.mark.parametrize("name", SHIPPED)
def test_each_term_of_each_package(name, term, shape):
    coefficients = {"lambda_param": "invariance", "mu_param": "variance", "nu_param": "covariance"}
    mine = {argument: 3.0 * (own == term) for argument, own in coefficients.items()}
    found = differentiated(VICRegLoss(**mine, convention=name), *views(*shape))
    close(found, differentiated(published(name, **{term: 3}), *views(*shape)))
    assert any(gradient.abs().max() > 0 for gradient in found[1:])


def test_arguments_are_those_of_lightly():
    z = views(6, 4)
    close(
        differentiated(VICRegLoss(1.0, 2.0, 3.0, False, 0.01), *z), differentiated(lightly_with(1.0, 2.0, 3.0, False, 0.01), *z)
    )


def test_a_coefficient_can_be_changed_on_the_way():
    loss, z = VICRegLoss(), views(6, 4)
    loss.nu_param = 7.0
    close(differentiated(loss, *z), differentiated(lightly_with(25.0, 25.0, 7.0), *z))


def lightly_with(*arguments):
    return type(published("lightly", **COEFFICIENTS))(*arguments)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_descends_as_the_rules_do(name):
    """Minus the gradient with respect to linear units' weights is the sum of the rules' updates, for each view that learns."""
    B, N, M = 6, 4, 5
    random = np.random.default_rng(0)
    W, x, other = random.normal(size=(N, M)), random.normal(size=(B, M)), random.normal(size=(B, M))
    weights = torch.tensor(W, requires_grad=True)
    VICRegLoss(2.0, 3.0, 0.5, convention=name, nominal=7)(
        torch.tensor(x) @ weights.T, torch.tensor(other) @ weights.T
    ).backward()
    coefficients = {"invariance": 2, "variance": 3, "covariance": "1/2"}
    expected, ones = np.zeros_like(W), np.ones((B, N))
    both = PRESETS[name].variance.views != "present"
    for own, held in ((x, other), (other, x))[: 1 + both]:
        has = {"x": own, "z": own @ W.T, "slope": ones, "z_prev": held @ W.T, "epsilon": float(PRESETS[name].variance.epsilon)}
        for rule, weight in for_rules(coefficients, name, N=N, B=B, nominal=7).items():
            asked = [argument for argument in inspect.signature(getattr(rules, rule)).parameters if argument in has]
            expected += float(weight) * getattr(rules, rule)(**{argument: has[argument] for argument in asked})
    np.testing.assert_allclose(-weights.grad.numpy(), expected, rtol=0, atol=1e-12 * np.abs(expected).max())


@pytest.mark.parametrize("name", PRESETS)
def test_the_value_of_every_preset(name):
    """By the weights of the conventions and losses in PyTorch's own words; of the views, those that learn."""
    B, N = 6, 4
    z_a, z_b = (view.detach() for view in views(B, N))
    weights = for_rules({"invariance": 2, "variance": 3, "covariance": 5}, name, N=N, B=B, nominal=7)
    epsilon = float(PRESETS[name].variance.epsilon)
    expected = float(weights["invariance"]) * ((z_a - z_b) ** 2).sum()
    for z in (z_a, z_b) if PRESETS[name].variance.views != "present" else (z_a,):
        u, K = z - z.mean(dim=0), torch.cov(z.T)
        products = (u[:, :, None] * u[:, None, :]) ** 2
        own = {
            "variance": torch.relu(1 - torch.sqrt(torch.diagonal(K) + epsilon)).sum(),
            "log_variance": -torch.log(torch.diagonal(K) + epsilon).sum() / 2,
            "covariance": (K**2).sum() - (torch.diagonal(K) ** 2).sum(),
            "covariance_one_sample": products.sum() - torch.diagonal(products, dim1=1, dim2=2).sum(),
        }
        expected = expected + sum(float(weight) * own[rule] for rule, weight in weights.items() if rule in own)
    close([VICRegLoss(2.0, 3.0, 5.0, convention=name, nominal=7)(z_a, z_b)], [expected])


def test_a_convention_of_one_s_own():
    """The hinge with another threshold, summed over units."""
    convention = Convention(
        variance=Variance(gamma=2, epsilon=0, views="added"),
        covariance=Covariance(factor=3, views="added"),
        invariance=Invariance(views="both"),
    )
    z_a, z_b = views(7, 3)
    K = [torch.cov(z.T) for z in (z_a, z_b)]
    expected = 25 * ((z_a - z_b) ** 2).sum()
    expected = expected + 25 * sum(torch.relu(2 - torch.sqrt(torch.diagonal(k))).sum() for k in K)
    expected = expected + 3 * sum((k**2).sum() - (torch.diagonal(k) ** 2).sum() for k in K)
    close(differentiated(VICRegLoss(convention=convention), z_a, z_b), (expected, *torch.autograd.grad(expected, (z_a, z_b))))


# --- differentiated --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("shape", [(3, 5), (6, 4), (2, 2, 3)], ids=str)
def test_gradcheck_once_and_twice(shape):
    loss = VICRegLoss(eps=0.01)
    assert torch.autograd.gradcheck(loss, views(*shape))
    assert torch.autograd.gradgradcheck(loss, views(*shape))


def test_second_derivatives_are_those_of_lightly():
    penalties = []
    for loss in (VICRegLoss(), published("lightly", **COEFFICIENTS)):
        z = views(7, 5)
        gradients = torch.autograd.grad(loss(*z), z, create_graph=True)
        penalties.append(torch.autograd.grad(sum((g**3).sum() for g in gradients), z))
    close(*penalties, rtol=1e-10)


HELD = [name for name, convention in PRESETS.items() if "held" in (convention.variance.mean, convention.covariance.mean)]


@pytest.mark.parametrize("name", HELD)
def test_no_second_derivatives_where_a_mean_is_held(name):
    z = views(6, 4)
    (gradient,) = torch.autograd.grad(VICRegLoss(convention=name)(*z), z[0], create_graph=True)
    close([gradient], torch.autograd.grad(VICRegLoss(convention=name)(*z), z[0]))
    with pytest.raises(RuntimeError, match="no second derivatives where its convention holds the mean constant"):
        torch.autograd.grad(gradient.sum(), z[0])


@pytest.mark.parametrize("name", ["lightly", *HELD])
def test_functional_transformations(name):
    z = tuple(view.detach() for view in views(6, 4))
    loss = VICRegLoss(convention=name)
    expected = torch.autograd.grad(loss(*(own := views(6, 4))), own[0])
    close([torch.func.grad(loss)(*z)], expected)
    pairs = [torch.stack([z[0], z[1]]), torch.stack([z[1], z[0]])]
    close([torch.func.vmap(loss)(*pairs)], [torch.stack([loss(*z), loss(*z[::-1])])])


def test_a_view_that_is_held_gets_no_gradient():
    z_a, z_b = views(6, 4)
    (held,) = torch.autograd.grad(VICRegLoss(convention="lpl-erratum")(z_a, z_b), z_b, allow_unused=True)
    assert held is None


def test_where_no_gradient_is_asked_for():
    with torch.no_grad():
        assert VICRegLoss()(*views(6, 4)) == VICRegLoss()(*views(6, 4)).detach()


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_other_dtypes(dtype):
    """Gradients have the dtype of the activities; with 16 bits the loss is in single precision, and so are the sums."""
    z = views(9, 40, dtype=dtype)
    exact = [view.detach().double().requires_grad_() for view in z]
    found = differentiated(VICRegLoss(), *z)
    assert found[0].dtype is torch.float32
    assert {gradient.dtype for gradient in found[1:]} == {dtype}
    rtol = 1e-5 if dtype is torch.float32 else torch.finfo(dtype).eps
    close(found, differentiated(VICRegLoss(), *exact), rtol=rtol)


def test_the_gradient_scaler_s_first_scale_does_not_overflow():
    """In half precision the sum is scaled before it is rounded."""
    z = views(1024, 64, dtype=torch.float16)
    scaled = torch.autograd.grad(VICRegLoss()(*z) * 2.0**16, z)
    assert all(torch.isfinite(gradient).all() for gradient in scaled)


def test_sums_over_many_units_do_not_overflow_under_autocast():
    z = [torch.full((4, 70_000), 1.0) * torch.tensor([1.0, -1, 1, -1])[:, None] for _ in range(2)]
    with torch.autocast("cpu", dtype=torch.float16):
        assert torch.isfinite(VICRegLoss()(*z))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")  # PyTorch's own, of what its compiler uses
@pytest.mark.parametrize("name", ["lightly", "martinosorb"])
def test_compiled_in_one_piece(name):
    """For minibatches of any size, such as the last one of an epoch; and with places."""
    torch.compiler.reset()
    loss = VICRegLoss(convention=name)
    compiled = torch.compile(loss, fullgraph=True)
    gradients = {"allow_unused": True, "materialize_grads": True}
    for shape in ((5, 8), (4, 8), (11, 8), (9, 4), (4, 3, 5)):
        close(differentiated(compiled, *views(*shape), **gradients), differentiated(loss, *views(*shape), **gradients))


def test_rounding_is_relative_to_the_whole_of_the_squared_covariances():
    """One unit of far larger variance, and fewer samples than units."""
    z = torch.stack(views(64, 512)).detach().float()
    z[:, :, 7] *= 1000
    found, exact = (VICRegLoss(0.0, 0.0, 1.0)(*pair).double() for pair in (z, z.double()))
    squares = sum((torch.cov(view.double().T) ** 2).sum() for view in z) / 512
    assert abs(found - exact) <= 1e-6 * squares


# --- refusals --------------------------------------------------------------------------------------------------------------
def test_refusals():
    z_a, z_b = views(6, 4)
    with pytest.raises(TypeError, match="must be tensors; got ndarray and Tensor"):
        VICRegLoss()(np.ones((6, 4)), z_b)
    with pytest.raises(ValueError, match=r"the same shape \(B, …, N\); got \(6, 4\) and \(5, 4\)"):
        VICRegLoss()(z_a, z_b[:5])
    with pytest.raises(ValueError, match=r"got \(4,\) and \(4,\)"):
        VICRegLoss()(z_a[0], z_b[0])
    with pytest.raises(ValueError, match=r"at least 2 samples, and at least 2 units; got \(1, 4\)"):
        VICRegLoss()(z_a[:1], z_b[:1])
    with pytest.raises(TypeError, match="real floating dtype"):
        VICRegLoss()(z_a.int(), z_b.int())
    with pytest.raises(ValueError, match=r"at least 2 units; got \(6, 1\)"):
        VICRegLoss()(z_a[:, :1], z_b[:, :1])
    with pytest.raises(ValueError, match="eps must be 0 or a positive number such as 1e-4; got -1"):
        VICRegLoss(eps=-1)
    with pytest.raises(ValueError, match="z on cpu, z_prev on meta"):
        VICRegLoss()(z_a, z_b.to("meta"))
    with pytest.raises(ValueError, match="nominal must be at least 2"):
        VICRegLoss(convention="facebookresearch", nominal=1)
    with pytest.raises(ValueError, match="unknown convention 'vicreg'"):
        VICRegLoss(convention="vicreg")
    with pytest.raises(ValueError, match="does not state its covariance term"):
        VICRegLoss(convention=Convention(variance=Variance(), invariance=Invariance()))
    with pytest.raises(NoRatio, match="ddof is 0"):
        VICRegLoss(convention=Convention(variance=Variance(ddof=0), covariance=Covariance(), invariance=Invariance()))


# --- distributed -----------------------------------------------------------------------------------------------------------
PROCESSES, BATCH = 4, 3
PROCESS = """
import sys
from pathlib import Path
from pathlib import Path
import torch
from lvicreg.torch import VICRegLoss

rank, processes, batch, folder = *map(int, sys.argv[1:4]), Path(sys.argv[4])
torch.set_num_threads(1)
store = f"file://{folder}/store"
torch.distributed.init_process_group("gloo", init_method=store, rank=rank, world_size=processes)
part = slice(rank * batch, (rank + 1) * batch)
z = [view[part].transpose(0, -1).contiguous().transpose(0, -1).requires_grad_() for view in torch.load(folder / "views.pt")]
assert not z[0].is_contiguous()
loss = VICRegLoss(gather_distributed=True)(*z)
equal = torch.autograd.grad(loss, z, retain_graph=True)
weighted = torch.autograd.grad(loss, z, torch.tensor(1.0 + rank, dtype=loss.dtype))
refused = []
for attempt in (
    lambda: VICRegLoss(gather_distributed=True)(*(view[: batch - (rank == 1)] for view in z)),
    lambda: torch.autograd.grad(torch.autograd.grad(VICRegLoss(gather_distributed=True)(*z), z, create_graph=True)[0].sum(), z),
):
    try:
        attempt()
    except (ValueError, RuntimeError) as problem:
        refused.append(str(problem))
torch.save((loss.detach(), equal, weighted, refused), folder / f"{rank}.pt")
torch.distributed.destroy_process_group()
"""


@pytest.mark.parametrize("shape", [(5,), (40,), (2, 5)], ids=str)  # more samples than units, fewer, and with places
def test_four_processes_give_the_loss_of_one(shape, tmp_path):
    """Variance and covariance of all samples; gradients add up over processes, as with lightly's own gathering."""
    z = views(PROCESSES * BATCH, *shape)
    torch.save([view.detach() for view in z], tmp_path / "views.pt")
    called = [sys.executable, "-c", PROCESS]
    running = [
        subprocess.Popen([*called, str(rank), str(PROCESSES), str(BATCH), str(tmp_path)], stderr=subprocess.PIPE, text=True)
        for rank in range(PROCESSES)
    ]
    problems = [process.communicate(timeout=120)[1] for process in running]
    assert [process.returncode for process in running] == [0] * PROCESSES, "".join(problems)
    found = [torch.load(tmp_path / f"{rank}.pt") for rank in range(PROCESSES)]
    whole = differentiated(VICRegLoss(), *z)
    torch.testing.assert_close(sum(loss for loss, *_ in found) / PROCESSES, whole[0], rtol=1e-12, atol=0)
    shared = differentiated(VICRegLoss(lambda_param=0.0), *z)[1:]
    own = differentiated(VICRegLoss(mu_param=0.0, nu_param=0.0), *z)[1:]
    for rank, (_, equal, weighted, (shapes, twice)) in enumerate(found):
        part = slice(rank * BATCH, (rank + 1) * BATCH)
        # the mean over processes, which DistributedDataParallel takes, is the gradient of one process with all samples
        close([gradient / PROCESSES for gradient in equal], [gradient[part] for gradient in whole[1:]])
        slopes = sum(1.0 + other for other in range(PROCESSES))
        expected = [slopes * s[part] + (1 + rank) * PROCESSES * o[part] for s, o in zip(shared, own, strict=True)]
        close(weighted, expected)
        assert "all processes must have minibatches of one shape; got (3, " in shapes
        assert "no second derivatives where its activities are gathered" in twice


# --- learning without a backward pass --------------------------------------------------------------------------------------
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


def test_the_page_s_examples_run(capsys):
    page = (Path(__file__).parents[1] / "book" / "torch.md").read_text(encoding="utf-8")
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 3
    for block in blocks:
        exec(block, names)
    printed = capsys.readouterr().out
    assert all(name in printed for name in PRESETS)
    signature = inspect.signature(VICRegLoss)
    plain = [parameter.replace(annotation=parameter.empty) for parameter in signature.parameters.values()]
    assert (
        f"VICRegLoss{signature.replace(parameters=plain, return_annotation=signature.empty)}\n" in page
    )  # PyTorch is mocked there
