"""VICReg in PyTorch: the loss, forward and backward from generated closed forms, and layers that learn without a backward pass.

``VICRegLoss`` takes the place of lightly's, or of another published loss by the name of its convention. No graph is recorded
through the covariance: ``lvicreg.losses`` returns each term with its gradient, contracted over samples or over units, whichever
is cheaper.

``local_gradient`` gives one linear layer the gradient by which a rule of ``lvicreg.rules`` descends; any optimiser takes the
step. Layer by layer this trains a deep network in which nothing is propagated back.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, cast

import torch
from torch import Tensor, distributed

from lvicreg import losses
from lvicreg.conventions import PRESETS, Convention, Covariance, Variance, for_rules
from lvicreg.online import relu
from lvicreg.rules import total

__all__ = ["VICRegLoss", "local_gradient"]

ClosedForm: TypeAlias = Callable[..., tuple[Tensor, ...]]  # from activities, a loss and its gradient with respect to each


class VICRegLoss(torch.nn.Module):
    """The VICReg loss of two views, ``λ · invariance + μ · variance + ν · covariance``.

    Value and gradient are those of lightly's ``VICRegLoss``, or of another convention. 16-bit activities are computed with in
    float32. With fewer samples than units, rounding errors of the covariance term are relative to Σ_{i,k} K_ik², its diagonal
    included, and not to the term itself: a few units of far larger variance than the others cost digits.

    It can be differentiated again in reverse mode, through the closed form of its gradient; but with activities gathered, or in
    a convention that holds the mean constant, a second derivative raises a RuntimeError. There is no forward mode.

    Args:
        lambda_param: coefficient of the invariance term.
        mu_param: coefficient of the variance term.
        nu_param: coefficient of the covariance term.
        gather_distributed: take variance and covariance over the minibatches of all processes; the invariance term stays each
            process's own. As with lightly, gradients add up over processes, so that their mean, which
            ``DistributedDataParallel`` takes, is the gradient of the mean of all processes' losses.
        eps: ε of the variance term; by default the convention's, 1e-4 in lightly's.
        convention: a name in ``lvicreg.conventions.PRESETS``, or a ``Convention``. Where only the present view learns, that is
            the first, and the second is held constant.
        nominal: the batch size that a code was told, for conventions that divide by it; by default the actual one.

    Raises:
        ValueError: the convention is unknown or does not state a term; ``eps`` is negative or ``nominal`` too small;
            ``torch.distributed`` is not available.
        TypeError: ``convention`` is neither a name nor a ``Convention``, or a coefficient is no number.
    """

    def __init__(
        self,
        lambda_param: float = 25.0,
        mu_param: float = 25.0,
        nu_param: float = 1.0,
        gather_distributed: bool = False,
        eps: float | None = None,
        *,
        convention: str | Convention = "lightly",
        nominal: int | None = None,
    ) -> None:
        super().__init__()
        if gather_distributed and not distributed.is_available():
            raise ValueError("gather_distributed needs torch.distributed, which this build of PyTorch does not have")
        self.lambda_param, self.mu_param, self.nu_param = lambda_param, mu_param, nu_param
        self.gather_distributed = gather_distributed
        self.nominal = nominal
        coefficients = {"invariance": lambda_param, "variance": mu_param, "covariance": nu_param}
        for_rules(coefficients, convention, N=2, B=3, nominal=nominal)  # raises what is wrong with them
        self.convention = convention if isinstance(convention, Convention) else PRESETS[convention]
        self.shares = {name: float(term.share) for name, term in self.convention.terms.items()}
        variance, covariance = cast(Variance, self.convention.variance), cast(Covariance, self.convention.covariance)
        self.gamma = float(variance.gamma)
        self.eps = float(variance.epsilon) if eps is None else eps
        if not self.eps >= 0:
            raise ValueError(f"eps must be 0 or a positive number such as 1e-4; got {eps}")
        self.both_learn = variance.views != "present"
        self.holds_mean = "held" in (variance.mean, covariance.mean)

    def weights(self, *, N: int, B: int) -> dict[str, float]:
        """The weight of each function of ``lvicreg.losses``, by name, for ``N`` units and ``B`` samples."""
        coefficients = {"invariance": self.lambda_param, "variance": self.mu_param, "covariance": self.nu_param}
        found = {}
        for name, coefficient in coefficients.items():
            term = self.convention.terms[name]
            over, under = term.sizes(N, B, B if self.nominal is None else self.nominal)
            found[term.rule] = coefficient * self.shares[name] * over / under
        return found

    def forward(self, z_a: Tensor, z_b: Tensor) -> Tensor:
        """The loss of two views.

        Args:
            z_a: (B, …, N); activity of one view, of a real floating dtype. With axes between, such as places in an image, the
                loss is the mean over them.
            z_b: the same of the other view.

        Returns:
            The loss, a number.

        Raises:
            TypeError: an argument is not a tensor, or not of a real floating dtype.
            ValueError: shapes or devices differ, or there are fewer than 2 samples or 2 units.
        """
        if not (isinstance(z_a, Tensor) and isinstance(z_b, Tensor)):
            raise TypeError(f"z_a and z_b must be tensors; got {type(z_a).__name__} and {type(z_b).__name__}")
        if not (z_a.is_floating_point() and z_b.is_floating_point()):
            raise TypeError(f"z_a and z_b must be of a real floating dtype, such as float32; got {z_a.dtype} and {z_b.dtype}")
        if z_a.shape != z_b.shape or z_a.ndim < 2:
            raise ValueError(f"z_a and z_b must have the same shape (B, …, N); got {tuple(z_a.shape)} and {tuple(z_b.shape)}")
        if z_a.shape[0] < 2 or z_a.shape[-1] < 2:
            raise ValueError(f"z_a and z_b must have at least 2 samples, and at least 2 units; got {tuple(z_a.shape)}")
        if not self.both_learn:
            z_b = z_b.detach()
        differentiated: Any = _Differentiated.apply
        loss, *_ = differentiated(self._invariance, False, "", z_a, z_b)
        gathers = self.gather_distributed and distributed.is_initialized() and distributed.get_world_size() > 1
        once = "its activities are gathered" if gathers else "its convention holds the mean constant" * self.holds_mean
        for z in (z_a, z_b) if self.both_learn else (z_a,):
            loss = loss + differentiated(self._variance_and_covariance, gathers, once, z)[0]
        return loss

    def _invariance(self, z_a: Tensor, z_b: Tensor) -> tuple[Tensor, ...]:
        weight = self.weights(N=z_a.shape[1], B=z_a.shape[0])["invariance"]
        loss, gradient = losses.invariance(z_a, z_b)
        return weight * loss, weight * gradient, -weight * gradient

    def _variance_and_covariance(self, z: Tensor) -> tuple[Tensor, ...]:
        options = {"variance": {"gamma": self.gamma, "epsilon": self.eps}, "log_variance": {"epsilon": self.eps}}
        weights = self.weights(N=z.shape[1], B=z.shape[0])
        _, *names = weights  # the invariance, and these two
        variance, covariance = (weights[name] for name in names)
        (v, by_v), (c, by_c) = (getattr(losses, name)(z, **options.get(name, {})) for name in names)
        return variance * v + covariance * c, torch.add(variance * by_v, by_c, alpha=covariance)


class _Differentiated(torch.autograd.Function):
    """A loss from a closed form that has its gradient too, so that backward multiplies by it."""

    generate_vmap_rule = True

    @staticmethod
    def forward(closed_form: ClosedForm, gathers: bool, once: str, *activities: Tensor) -> tuple[Tensor, ...]:
        whole = [_gathered(z) if gathers else z for z in activities]
        loss, *gradients = _computed(closed_form, whole)
        if gathers:  # every process has the whole gradient, and needs its own part
            count = len(activities[0])
            first = distributed.get_rank() * count
            return loss, *(gradient[first : first + count].clone() for gradient in gradients)
        return loss, *gradients

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
        ctx.closed_form, ctx.gathers, ctx.once, *activities = inputs
        ctx.mark_non_differentiable(*output[1:])
        ctx.save_for_backward(*activities, *output[1:])

    @staticmethod
    def backward(ctx: Any, slope: Tensor, *_: Tensor) -> tuple[Tensor | None, ...]:
        count = len(ctx.saved_tensors) // 2
        activities, gradients = list(ctx.saved_tensors[:count]), list(ctx.saved_tensors[count:])
        if ctx.gathers:  # the losses of all processes depend on these activities; nothing else need be exchanged
            slope = slope.clone()
            distributed.all_reduce(slope)
        if torch.is_grad_enabled():  # it may be differentiated once more, which the closed form can be
            if ctx.once:
                not_twice: Any = _NotTwice.apply
                gradients = [not_twice(ctx.once, *pair) for pair in zip(gradients, activities, strict=True)]
            else:
                gradients = list(_computed(ctx.closed_form, activities)[1:])
        return None, None, None, *((slope * gradient).to(z.dtype) for gradient, z in zip(gradients, activities, strict=True))


class _NotTwice(torch.autograd.Function):
    """A gradient that depends on the activity, though it is not known how."""

    generate_vmap_rule = True

    @staticmethod
    def forward(reason: str, gradient: Tensor, activity: Tensor) -> Tensor:
        return gradient.clone()

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        ctx.reason = inputs[0]

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[None, ...]:
        raise RuntimeError(f"VICRegLoss has no second derivatives where {ctx.reason}")


def _computed(closed_form: ClosedForm, activities: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """The closed form in float32 at least; its mean over places, where there are axes between samples and units."""
    enough = torch.promote_types(activities[0].dtype, torch.float32)
    z = [activity.to(enough) for activity in activities]
    with torch.autocast(z[0].device.type, enabled=False):
        if z[0].ndim == 2:
            return closed_form(*z)
        places = [activity.flatten(1, -2) for activity in z]
        loss, *gradients = torch.vmap(closed_form, in_dims=1, out_dims=(0, *[1] * len(z)))(*places)
        return loss.mean(), *((gradient / len(loss)).reshape(z[0].shape) for gradient in gradients)


def _gathered(z: Tensor) -> Tensor:
    """The activities of all processes, in their order."""
    sizes = [torch.zeros(z.ndim, dtype=torch.int64, device=z.device) for _ in range(distributed.get_world_size())]
    distributed.all_gather(sizes, torch.tensor(z.shape, device=z.device))
    shapes = [tuple(size.tolist()) for size in sizes]
    if len(set(shapes)) > 1:
        raise ValueError(f"all processes must have minibatches of one shape; got {', '.join(map(str, shapes))}")
    whole = [torch.empty(z.shape, dtype=z.dtype, device=z.device) for _ in shapes]
    distributed.all_gather(whole, z.contiguous())
    return torch.cat(whole)


def local_gradient(
    layer: torch.nn.Linear,
    x: Tensor,
    x_prev: Tensor,
    *,
    rule: Callable[..., Any] = total,
    activation: Callable[[Any], tuple[Any, Any]] = relu,
    **options: Any,
) -> tuple[Tensor, Tensor]:
    """Give a linear layer the gradient by which a rule descends, so that an optimiser can take the step.

    Nothing is propagated back: the layer sees its own input, activity and slope. A bias learns as the weight of an input 1.

    Args:
        layer: its ``weight.grad``, and ``bias.grad`` where it has a bias, are set.
        x: (B, M); the layer's input.
        x_prev: (B, M); its input in the previous time step, or of another view.
        rule: a function of ``lvicreg.rules``.
        activation: from the pre-activation, activity and slope, such as those of ``lvicreg.online``.
        options: options of the rule, such as its coefficients.

    Returns:
        The activities for ``x`` and ``x_prev``, (B, N): the inputs of the next layer.

    Raises:
        ValueError: ``x`` and ``x_prev`` differ in shape, or are no minibatches.
        TypeError, ValueError: as the rule, where dtypes or devices do not fit.
    """
    if x.ndim != 2 or x.shape != x_prev.shape:
        raise ValueError(f"x and x_prev must have the same shape (B, M); got {tuple(x.shape)} and {tuple(x_prev.shape)}")
    with torch.no_grad(), torch.autocast(x.device.type, enabled=False):
        return _set_gradient(layer, x, x_prev, rule, activation, options)


def _set_gradient(
    layer: torch.nn.Linear, x: Tensor, x_prev: Tensor, rule: Callable[..., Any], activation: Any, options: dict[str, Any]
) -> tuple[Tensor, Tensor]:
    (z, slope), (z_prev, _) = activation(layer(x)), activation(layer(x_prev))
    has = {"x": x, "z": z, "z_prev": z_prev, "slope": slope, "W": layer.weight}
    if layer.bias is not None:
        has["x"] = torch.cat([x, torch.ones_like(x[:, :1])], dim=1)
        has["W"] = torch.cat([layer.weight, layer.bias[:, None]], dim=1)
    asked = [name for name in inspect.signature(rule).parameters if name in has]
    update = rule(**{name: has[name] for name in asked}, **options)
    layer.weight.grad = -update[:, : layer.in_features]
    if layer.bias is not None:
        layer.bias.grad = -update[:, -1]
    return z, z_prev
