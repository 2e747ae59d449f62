"""The PyTorch loss under PyTorch's own tools: what they find is what plain use finds."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch._subclasses.fake_tensor import FakeTensorMode  # noqa: E402
from torch.utils.checkpoint import checkpoint  # noqa: E402

from lvicreg import rules  # noqa: E402
from lvicreg.conventions import PRESETS  # noqa: E402
from lvicreg.torch import VICRegLoss  # noqa: E402
from tests.views import close, differentiated, views  # noqa: E402

SHAPES = [(6, 4), (5, 8), (4, 3, 5)]  # more samples than units, fewer, and with places
HELD = [name for name, preset in PRESETS.items() if "held" in (preset.variance.mean, preset.covariance.mean)]
compiler_warnings = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")  # of its own parts


# --- the terms -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", ["lightly", *HELD])
def test_terms_are_the_loss_with_the_other_coefficients_zero(name, shape):
    z = views(*shape)
    found = VICRegLoss(2.0, 3.0, 0.5, convention=name, nominal=7).terms(*z)
    alone = {"invariance": (2.0, 0.0, 0.0), "variance": (0.0, 3.0, 0.0), "covariance": (0.0, 0.0, 0.5)}
    unused = {"allow_unused": True, "materialize_grads": True}  # where a view is held
    for term, coefficients in alone.items():
        own = found[term].detach(), *torch.autograd.grad(found[term], z, retain_graph=True, **unused)
        close(own, differentiated(VICRegLoss(*coefficients, convention=name, nominal=7), *z, **unused))
    assert list(found) == list(alone)
    whole = VICRegLoss(2.0, 3.0, 0.5, convention=name, nominal=7)(*z)
    torch.testing.assert_close(whole, sum(found.values()), rtol=1e-14, atol=0)


@pytest.mark.parametrize("which", ["lambda_param", "mu_param", "nu_param"])
def test_a_coefficient_that_is_learned_gets_its_gradient(which):
    """Assigned, or given at the start; the loss is linear in it."""
    z = views(6, 4)
    loss = VICRegLoss()
    setattr(loss, which, torch.nn.Parameter(torch.tensor(2.0, dtype=torch.float64)))
    (coefficient,) = loss.parameters()
    value = loss(*z)
    by_coefficient, *by_views = torch.autograd.grad(value, (coefficient, *z), create_graph=True)
    with torch.no_grad():
        more = VICRegLoss(**{which: 3.0})(*z)
    torch.testing.assert_close(by_coefficient, more - value)
    close(by_views, differentiated(VICRegLoss(**{which: 2.0}), *z)[1:])
    twice = torch.autograd.grad(by_views[0].sum(), coefficient)[0]
    one, other = (differentiated(VICRegLoss(**{which: value}), *z)[1].sum() for value in (3.0, 2.0))
    torch.testing.assert_close(twice, one - other, rtol=1e-9, atol=1e-9)
    given = torch.tensor(2.0, requires_grad=True)
    VICRegLoss(**{which: given})(*z).backward()
    torch.testing.assert_close(given.grad.double(), by_coefficient.detach(), rtol=1e-6, atol=0)


def test_epsilon_is_no_tensor_and_coefficients_are_numbers():
    for wrong in (torch.tensor(1e-4, requires_grad=True), "1e-4"):
        with pytest.raises(TypeError, match="eps must be a number such as 1e-4, and is not learned"):
            VICRegLoss(eps=wrong)
    loss = VICRegLoss()
    loss.eps = torch.tensor(1e-4, requires_grad=True)
    with pytest.raises(TypeError, match="is not learned; got Tensor"):
        loss(*views(6, 4))
    for wrong in ("25", None, [1.0], torch.ones(2)):
        with pytest.raises(TypeError, match=r"mu_param must be a number such as 25\.0"):
            VICRegLoss(mu_param=wrong)


# --- tools -----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_checkpoints_and_saving_on_the_cpu_change_nothing(shape):
    z = views(*shape)
    plain = differentiated(VICRegLoss(), *z)
    close(differentiated(lambda *pair: checkpoint(VICRegLoss(), *pair, use_reentrant=False), *z), plain, rtol=0)
    with torch.autograd.graph.save_on_cpu():
        close(differentiated(VICRegLoss(), *z), plain, rtol=0)


@compiler_warnings
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", ["lightly", *HELD])
def test_forward_mode_is_reverse_mode(name, shape):
    z = tuple(view.detach() for view in views(*shape))
    along = tuple(torch.randn_like(view) for view in z)
    loss = VICRegLoss(convention=name)
    learns = 1 + loss.both_learn
    _, *gradients = differentiated(loss, *views(*shape), allow_unused=True)
    expected = sum((gradient * tangent).sum() for gradient, tangent in zip(gradients[:learns], along, strict=False))
    value, found = torch.func.jvp(loss, z, along)
    torch.testing.assert_close(value, loss(*z))
    torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-10)
    _, of_one = torch.func.jvp(lambda z_a: loss(z_a, z[1]), z[:1], along[:1])
    torch.testing.assert_close(of_one, (gradients[0] * along[0]).sum(), rtol=1e-10, atol=1e-10)


@compiler_warnings
def test_compiled_once_for_all_batch_sizes():
    torch.compiler.reset()
    loss = VICRegLoss()
    compiled = torch.compile(loss, fullgraph=True, dynamic=True)
    for shape in ((5, 8), (4, 8), (11, 8), (9, 4)):
        close(differentiated(compiled, *views(*shape)), differentiated(loss, *views(*shape)))


@compiler_warnings
def test_a_rule_compiled_once_for_all_batch_sizes():
    """Its options are numbers that the compiler then takes for inputs."""
    torch.compiler.reset()
    compiled = torch.compile(rules.total, fullgraph=True, dynamic=True)
    for B in (5, 9):
        z, z_prev = (view.detach() for view in views(B, 4))
        given = (z[:, :3], z, z_prev, torch.ones_like(z))
        torch.testing.assert_close(compiled(*given, lambda_cov=0.3), rules.total(*given, lambda_cov=0.3))


@compiler_warnings
@pytest.mark.parametrize("shape", [(6, 4), (5, 8)], ids=str)
def test_exported(shape):
    z = tuple(view.detach() for view in views(*shape))
    torch.testing.assert_close(torch.export.export(VICRegLoss(), z).module()(*z), VICRegLoss()(*z))


def test_tensors_without_values():
    for shape in SHAPES:
        z = [torch.randn(*shape, device="meta", requires_grad=True) for _ in range(2)]
        VICRegLoss()(*z).backward()
        assert z[0].grad.shape == shape
        with FakeTensorMode():
            z = [torch.randn(*shape, requires_grad=True) for _ in range(2)]
            loss = VICRegLoss()(*z)
            loss.backward()
        assert loss.shape == ()
        assert z[0].grad.shape == shape


def test_maps_in_channels_last_order():
    """Only where values lie differs."""
    z = [view.detach() for view in views(4, 3, 5)]
    strided = [view.movedim(-1, 1).contiguous().movedim(1, -1).requires_grad_() for view in z]
    assert not strided[0].is_contiguous()
    close(differentiated(VICRegLoss(), *strided), differentiated(VICRegLoss(), *views(4, 3, 5)))


def test_one_unit_has_no_covariance():
    z = views(6, 1)
    terms = VICRegLoss().terms(*z)
    assert terms["covariance"] == 0
    u = [view.detach().numpy() for view in z]
    spread = sum(np.maximum(0, 1 - np.sqrt(view.var(ddof=1) + 1e-4)) for view in u)
    torch.testing.assert_close(terms["variance"].item(), 25 * spread / 2)
    torch.testing.assert_close(terms["invariance"].item(), 25 * ((u[0] - u[1]) ** 2).mean())


@compiler_warnings
def test_one_mode_over_the_other():
    """Forward and reverse, in either order, are reverse twice; where there is none it is refused, not zero."""
    z_a, z_b = (view.detach() for view in views(6, 4))

    def of_one(z):
        return VICRegLoss()(z, z_b)

    twice = torch.func.jacrev(torch.func.jacrev(of_one))(z_a)
    assert twice.abs().max() > 0.1
    for mixed in (torch.func.jacrev(torch.func.jacfwd(of_one)), torch.func.hessian(of_one)):
        torch.testing.assert_close(mixed(z_a), twice)
    for name in HELD:
        held = VICRegLoss(convention=name)
        with pytest.raises(RuntimeError, match="no second derivatives where its convention holds the mean constant"):
            torch.func.jacrev(torch.func.jacfwd(lambda z, held=held: held(z, z_b)))(z_a)


@compiler_warnings
def test_forward_mode_of_each_term():
    z = tuple(view.detach() for view in views(5, 8))
    along = tuple(torch.randn_like(view) for view in z)
    _, found = torch.func.jvp(VICRegLoss().terms, z, along)
    for name, change in found.items():
        _, expected = torch.func.jvp(lambda *pair, name=name: VICRegLoss().terms(*pair)[name], z, along)
        gradients = torch.func.grad(lambda *pair, name=name: VICRegLoss().terms(*pair)[name], argnums=(0, 1))(*z)
        by_hand = sum((gradient * tangent).sum() for gradient, tangent in zip(gradients, along, strict=True))
        torch.testing.assert_close(change, by_hand)
        torch.testing.assert_close(expected, by_hand)


def test_a_coefficient_of_sixteen_bits_does_not_overflow():
    """Though the square of the number of samples, by which a term is divided, does."""
    z = [view.detach().float() for view in views(300, 64)]
    low = VICRegLoss(nu_param=torch.nn.Parameter(torch.ones(()))).half()
    torch.testing.assert_close(low(*z), VICRegLoss()(*z))


def test_views_of_two_dtypes_are_computed_in_the_wider():
    z_a, z_b = (view.detach() for view in views(6, 4))
    for pair in ((z_a.float(), z_b), (z_a, z_b.float())):
        found, expected = (VICRegLoss().terms(*given)["invariance"] for given in (pair, [view.double() for view in pair]))
        torch.testing.assert_close(found, expected, rtol=1e-14, atol=0)
