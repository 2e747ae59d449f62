"""VICReg in PyTorch: the loss against the packages and the rules, differentiated and compiled."""

import inspect
import re
from pathlib import Path

import numpy as np
import pytest

from lvicreg import rules
from lvicreg.conventions import PRESETS, Convention, Covariance, Invariance, NoRatio, Variance, for_rules
from tests.packages import SHIPPED, published

torch = pytest.importorskip("torch")
from lvicreg.torch import VICRegLoss  # noqa: E402
from tests.views import close, differentiated, views  # noqa: E402

SHAPES = [(2, 3), (5, 8), (9, 4), (4, 4), (2, 2), (3, 5, 4), (4, 2, 3, 6)]
COEFFICIENTS = {"invariance": 25, "variance": 25, "covariance": 1}


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
    with pytest.raises(ValueError, match=r"at least 2 samples, and at least 1 unit; got \(1, 4\)"):
        VICRegLoss()(z_a[:1], z_b[:1])
    with pytest.raises(TypeError, match="real floating dtype"):
        VICRegLoss()(z_a.int(), z_b.int())
    with pytest.raises(ValueError, match=r"at least 1 unit; got \(6, 0\)"):
        VICRegLoss()(z_a[:, :0], z_b[:, :0])
    with pytest.raises(ValueError, match=r"covariance term is divided by 0: it needs more than 1 units, 6 samples"):
        VICRegLoss(convention="lpl-code")(z_a[:, :1], z_b[:, :1])
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


def test_the_page_s_examples_run(capsys):
    page = page_text()
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 5
    for block in blocks:
        exec(block, names)
    printed = capsys.readouterr().out
    assert all(name in printed for name in PRESETS)
    signature = inspect.signature(VICRegLoss)
    plain = [parameter.replace(annotation=parameter.empty) for parameter in signature.parameters.values()]
    assert (
        f"VICRegLoss{signature.replace(parameters=plain, return_annotation=signature.empty)}\n" in page
    )  # PyTorch is mocked there


def test_what_the_page_says_of_small_batches():
    """Means over draws, and the recipe against the whole batch."""
    page = " ".join(page_text().split())
    torch.manual_seed(0)
    loss, N = VICRegLoss(0.0, 0.0, 1.0), 128
    by_chance = {B: (N - 1) / (B - 1) for B in (256, 8)}
    for B, expected in by_chance.items():
        found = torch.stack([loss(*torch.randn(2, B, N)) / 2 for _ in range(200)])  # two views
        assert abs(found.mean() - expected) < 4 * found.std() / 200**0.5 < 0.05 * expected
    assert f"for {N} units it is {by_chance[256]:.2f} with 256 samples and {by_chance[8]:.0f} with 8" in page

    z_a, noise = torch.randn(2, 256, N, dtype=torch.float64)
    z = [z_a.requires_grad_(), (0.9 * z_a.detach() + (1 - 0.9**2) ** 0.5 * noise).requires_grad_()]
    whole = torch.cat(torch.autograd.grad(VICRegLoss()(*z), z))
    parts = torch.stack([VICRegLoss()(*pair) for pair in zip(*(view.split(64) for view in z), strict=True)]).mean()
    off = (torch.cat(torch.autograd.grad(parts, z)) - whole).norm() / whole.norm()
    assert "the mean of the four gradients differs from the whole batch's by almost half of its length" in page
    assert 0.43 < off < 0.5

    (recipe,) = re.findall(r"```python\n(encoder = .*?)```", page_text(), re.DOTALL)
    names = {"torch": torch, "VICRegLoss": VICRegLoss}
    exec(recipe, names)
    found = torch.cat([parameter.grad.ravel() for parameter in names["encoder"].parameters()])
    whole_loss = VICRegLoss()(*(names["encoder"](view.flatten(0, 1)) for view in names["views"]))
    expected = torch.autograd.grad(whole_loss, list(names["encoder"].parameters()))
    close([found], [torch.cat([gradient.ravel() for gradient in expected])], rtol=1e-5)


def page_text():
    return (Path(__file__).parents[1] / "book" / "torch.md").read_text(encoding="utf-8")
