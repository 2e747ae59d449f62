"""VICReg in PyTorch: the loss, forward and backward from generated closed forms, and layers that learn without a backward pass.

``VICRegLoss`` takes the place of lightly's, or of another published loss by the name of its convention. No graph is recorded
through the covariance: ``lvicreg.losses`` returns each term with its gradient, contracted over samples or over units, whichever
is cheaper, with the digits of covariances.

``local_gradient`` gives one linear layer the gradient by which a rule of ``lvicreg.rules`` descends; any optimiser takes the
step. Layer by layer this trains a deep network in which nothing is propagated back.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import partial, reduce
from numbers import Real
from typing import Any, TypeAlias, cast

import torch
from torch import Tensor, distributed

from lvicreg import losses
from lvicreg._precision import without_autocast
from lvicreg.conventions import PRESETS, Convention, Covariance, Variance, for_rules
from lvicreg.online import relu
from lvicreg.rules import total

__all__ = ["VICRegLoss", "local_gradient"]

Term: TypeAlias = tuple[Tensor, ...]  # a loss, and its gradient with respect to each of some activities
ClosedForm: TypeAlias = Callable[..., Sequence[Term]]  # from activities, terms of a loss
_Weighted: TypeAlias = tuple[Callable[..., Term], Any]  # a function of ``lvicreg.losses``, and the weight of its term
_Gathered: TypeAlias = tuple[bool, str]  # whether activities are gathered, and why there are no second derivatives, if so
ALONE: _Gathered = (False, "")

LONGEST = 256  # bytes in which processes tell each other what they have


class VICRegLoss(torch.nn.Module):
    """The VICReg loss of two views, ``λ · invariance + μ · variance + ν · covariance``.

    Value and gradient are those of lightly's ``VICRegLoss``, or of another convention. 16-bit activities are computed with in
    float32. Units of far larger variance than the others cost no digits.

    It can be differentiated in forward mode (``torch.func.jvp``, where it is not compiled), and each of the two modes again in
    reverse mode; but forward mode twice gives 0, which PyTorch does not let it find out. With activities gathered, or in a
    convention that holds the mean constant, a second derivative raises an error; with activities gathered so does forward mode.
    What is refused raises a ValueError or a TypeError where lightly's loss asserts.

    Args:
        lambda_param: coefficient of the invariance term. A coefficient may be changed on the way, and be learned: assign a
            ``torch.nn.Parameter``, or another tensor that requires its gradient.
        mu_param: coefficient of the variance term.
        nu_param: coefficient of the covariance term.
        gather_distributed: take variance and covariance over the minibatches of all processes; the invariance term stays each
            process's own. As with lightly, gradients add up over processes, so that their mean, which
            ``DistributedDataParallel`` takes, is the gradient of the mean of all processes' losses.
        eps: ε of the variance term, a number; by default the convention's, 1e-4 in lightly's.
        convention: a name in ``lvicreg.conventions.PRESETS``, or a ``Convention``. Where only the present view learns, that is
            the first, and the second is held constant.
        nominal: the batch size that a code was told, for conventions that divide by it; by default the actual one.

    Raises:
        ValueError: the convention is unknown or does not state a term; ``eps`` is negative or ``nominal`` too small;
            ``torch.distributed`` is not available.
        TypeError: ``convention`` is neither a name nor a ``Convention``, or ``eps`` or a coefficient is no number.
    """

    def __init__(
        self,
        lambda_param: float | Tensor = 25.0,
        mu_param: float | Tensor = 25.0,
        nu_param: float | Tensor = 1.0,
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
        given = {"lambda_param": lambda_param, "mu_param": mu_param, "nu_param": nu_param}
        checked = map(_coefficient, given, given.values())
        numbers = [float(value.detach() if isinstance(value, Tensor) else value) for value in checked]
        coefficients = dict(zip(("invariance", "variance", "covariance"), numbers, strict=True))
        for_rules(coefficients, convention, N=2, B=3, nominal=nominal)  # raises what is wrong with them
        self.convention = convention if isinstance(convention, Convention) else PRESETS[convention]
        self.shares = {name: float(term.share) for name, term in self.convention.terms.items()}
        variance, covariance = cast(Variance, self.convention.variance), cast(Covariance, self.convention.covariance)
        self.gamma = float(variance.gamma)
        self.eps = float(variance.epsilon) if eps is None else eps
        self._epsilon()  # raises what is wrong with it
        self.both_learn = variance.views != "present"
        self.holds_mean = "held" in (variance.mean, covariance.mean)

    def weights(self, *, N: int, B: int) -> dict[str, Any]:
        """The weight of each function of ``lvicreg.losses``, by name, for ``N`` units and ``B`` samples.

        Raises:
            ValueError: the convention divides by what is zero for so few units or samples.
        """
        names = {"invariance": "lambda_param", "variance": "mu_param", "covariance": "nu_param"}
        found = {}
        for name, parameter in names.items():
            term = self.convention.terms[name]
            over, under = term.sizes(N, B, B if self.nominal is None else self.nominal)
            if under == 0:
                raise ValueError(
                    f"the convention's {name} term is divided by {under}: it needs more than {N} units, {B} samples"
                )
            found[term.rule] = _coefficient(parameter, getattr(self, parameter)) * (self.shares[name] * over / under)
        return found

    def forward(self, z_a: Tensor, z_b: Tensor) -> Tensor:
        """The loss of two views: the sum of its ``terms``.

        Args:
            z_a: (B, …, N); activity of one view, of a real floating dtype. With axes between, such as places in an image, the
                loss is the mean over them.
            z_b: the same of the other view.

        Returns:
            The loss, a number.

        Raises:
            TypeError: an argument is not a tensor, or not of a real floating dtype.
            ValueError: shapes or devices differ, or there are fewer than 2 samples, or the convention divides by 0 for so few
                units; with activities gathered, any process has activities that cannot be taken, or shapes or dtypes differ
                between processes. Then all processes raise it.
        """
        step, regularisers, views, gathered = self._parts(z_a, z_b)
        loss = _added([step], ALONE, z_a, z_b if self.both_learn else z_b.detach())
        for z in views:
            loss = loss + _added(regularisers, gathered, z)
        return loss

    def terms(self, z_a: Tensor, z_b: Tensor) -> dict[str, Tensor]:
        """The three terms of the loss by name, each with its coefficient, to be logged or added in another way.

        Args:
            z_a: (B, …, N); as ``forward`` takes it.
            z_b: the same.

        Returns:
            ``invariance``, ``variance`` and ``covariance``: numbers that can be differentiated, and whose sum is the loss.

        Raises:
            TypeError, ValueError: as ``forward``.
        """
        (invariance, own), regularisers, views, gathered = self._parts(z_a, z_b)
        (step,) = _differentiated([invariance], ALONE, z_a, z_b if self.both_learn else z_b.detach())
        functions, (by_variance, by_covariance) = zip(*regularisers, strict=True)
        of_views = [_differentiated(functions, gathered, z) for z in views]
        spread, overlap = (cast(Tensor, sum(term)) for term in zip(*of_views, strict=True))
        return {"invariance": own * step, "variance": by_variance * spread, "covariance": by_covariance * overlap}

    def _parts(self, z_a: Tensor, z_b: Tensor) -> tuple[_Weighted, list[_Weighted], tuple[Tensor, ...], _Gathered]:
        """Of activities that can be taken: invariance, the other two terms, each with its weight, and the views of these."""
        gathers = self.gather_distributed and distributed.is_initialized() and distributed.get_world_size() > 1
        problem = _problem(z_a, z_b)
        if gathers:
            learned = [name for name in ("lambda_param", "mu_param", "nu_param") if isinstance(getattr(self, name), Tensor)]
            settings = f"{len(learned)} learned coefficients, views {'both' if self.both_learn else 'present'}"
            _agreed(z_a, z_b, problem, settings)
        if problem:
            raise problem
        B, N = z_a.shape[0], z_a.shape[-1]
        (invariance, own), *_ = self.weights(N=N, B=B).items()  # each process's own, of its own samples
        _, *weights = self.weights(N=N, B=B * distributed.get_world_size() if gathers else B).items()
        epsilon = self._epsilon()
        # β is given though it is 1: of a default, torch.compile(dynamic=True) would make an input, which it then cannot find
        options = {"variance": {"gamma": self.gamma, "epsilon": epsilon}, "log_variance": {"epsilon": epsilon}}
        regularisers: list[_Weighted] = [
            (partial(getattr(losses, name), **options.get(name, {"beta": 1.0})), by) for name, by in weights
        ]
        once = "its activities are gathered" if gathers else "its convention holds the mean constant" * self.holds_mean
        views: tuple[Tensor, ...] = (z_a, z_b) if self.both_learn else (z_a,)
        return (getattr(losses, invariance), own), regularisers, views, (gathers, once)

    def _epsilon(self) -> float:
        """ε, after checking it: through the closed forms no gradient for it would come back.

        Raises:
            TypeError: it is no number.
            ValueError: it is negative, or NaN.
        """
        if not isinstance(self.eps, Real):
            raise TypeError(f"eps must be a number such as 1e-4, and is not learned; got {type(self.eps).__name__}")
        if not self.eps >= 0:
            raise ValueError(f"eps must be 0 or a positive number such as 1e-4; got {self.eps}")
        return float(self.eps)


def _coefficient(name: str, value: Any) -> Any:
    """A coefficient: a number, or a learned one, a tensor without axes, in float32 at least.

    Raises:
        TypeError: it is neither.
    """
    if isinstance(value, Tensor) and value.numel() == 1 and value.is_floating_point():
        return value.reshape(()).to(torch.promote_types(value.dtype, torch.float32))
    if not isinstance(value, Real):
        raise TypeError(f"{name} must be a number such as 25.0, or a tensor of one, of a floating dtype; got {value!r}")
    return value


def _added(terms: Sequence[_Weighted], gathered: _Gathered, *activities: Tensor) -> Tensor:
    """The sum of some terms; where the weights are numbers, one gradient is kept, which is that of the sum."""
    functions, weights = zip(*terms, strict=True)
    if any(isinstance(weight, Tensor) for weight in weights):
        values = _differentiated(functions, gathered, *activities)
        return cast(Tensor, sum(weight * value for weight, value in zip(weights, values, strict=True)))

    def summed(*z: Tensor) -> Term:
        (first, *others), (value, gradient) = terms, terms[0][0](*z)
        value, gradient = first[1] * value, first[1] * gradient
        for function, weight in others:
            more, along = function(*z)
            value, gradient = value + weight * more, torch.add(gradient, along, alpha=weight)
        return value, gradient

    (found,) = _differentiated([summed], gathered, *activities)
    return found


def _differentiated(functions: Sequence[Callable[..., Term]], gathered: _Gathered, *activities: Tensor) -> tuple[Tensor, ...]:
    """The value of each of ``lvicreg.losses`` for these activities."""

    def closed_form(*z: Tensor) -> Sequence[Term]:
        found = [function(*z) for function in functions]
        # of the invariance the closed form is of the present view, and minus that is the gradient for the other
        return [(loss, gradient, -gradient) if len(z) == 2 else (loss, gradient) for loss, gradient in found]

    function: Any = _Differentiated if torch.compiler.is_compiling() else _InForwardModeToo
    found: tuple[Tensor, ...] = function.apply(closed_form, *gathered, len(functions), *activities)
    return found[: len(functions)]


class _Differentiated(torch.autograd.Function):
    """Terms of a loss from closed forms that have their gradients too, so that backward multiplies by them."""

    generate_vmap_rule = True

    @staticmethod
    def forward(closed_form: ClosedForm, gathers: bool, once: str, count: int, *activities: Tensor) -> tuple[Tensor, ...]:
        whole = [_gathered(z) if gathers else z for z in activities]
        found = _computed(closed_form, whole)
        values, gradients = found[:count], found[count:]
        if gathers:  # every process has the whole gradient, and needs its own part
            own = len(activities[0])
            first = distributed.get_rank() * own
            gradients = tuple(gradient[first : first + own].clone() for gradient in gradients)
        return *values, *gradients

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
        ctx.closed_form, ctx.gathers, ctx.once, ctx.count, *activities = inputs
        gradients = output[ctx.count :]
        ctx.mark_non_differentiable(*gradients)
        ctx.save_for_backward(*activities, *gradients)
        ctx.save_for_forward(*activities, *gradients)

    @staticmethod
    def backward(ctx: Any, *given: Tensor) -> tuple[Tensor | None, ...]:
        slopes: Sequence[Tensor] = given[: ctx.count]
        saved = ctx.saved_tensors  # read once: a checkpoint unpacks it once
        views = len(saved) // (ctx.count + 1)
        activities, gradients = saved[:views], saved[views:]
        if ctx.gathers:  # the losses of all processes depend on these activities; nothing else need be exchanged
            together = torch.stack(list(slopes))
            distributed.all_reduce(together)
            slopes = together.unbind()
        if torch.is_grad_enabled():  # it may be differentiated once more, which the closed form can be
            if ctx.gathers:
                not_twice: Any = _NotTwice.apply
                slopes = [not_twice(ctx.once, *pair) for pair in zip(slopes, given, strict=False)]
            gradients = _again(ctx, activities, gradients)
        by_view = (_weighted(slopes, gradients[view::views]) for view in range(views))
        return None, None, None, None, *(total.to(z.dtype) for total, z in zip(by_view, activities, strict=True))


class _InForwardModeToo(_Differentiated):
    """The same in forward mode; with such a method ``torch.compile`` takes no function."""

    @staticmethod
    def jvp(ctx: Any, *tangents: Tensor) -> tuple[Tensor | None, ...]:
        """Along the tangents of the activities, each gradient's product with them."""
        if ctx.gathers:
            raise RuntimeError("VICRegLoss has no forward mode where its activities are gathered: use reverse mode")
        saved, moved = ctx.saved_tensors, tangents[4:]
        views = len(moved)
        gradients = _again(ctx, saved[:views], saved[views:])  # which may be differentiated too
        changes = []
        for term in range(ctx.count):
            own = zip(gradients[term * views : (term + 1) * views], moved, strict=True)
            changes.append(cast(Tensor, sum((gradient * tangent).sum() for gradient, tangent in own)))
        return *changes, *(None for _ in gradients)


def _again(ctx: Any, activities: Sequence[Tensor], gradients: Sequence[Tensor]) -> Sequence[Tensor]:
    """The gradients as functions of the activities, to be differentiated once more; or such as cannot be."""
    if ctx.once:
        not_twice: Any = _NotTwice.apply
        return [not_twice(ctx.once, gradient, activities[n % len(activities)]) for n, gradient in enumerate(gradients)]
    return _computed(ctx.closed_form, activities)[ctx.count :]


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


def _weighted(slopes: Sequence[Tensor], gradients: Sequence[Tensor]) -> Tensor:
    """The sum of gradients times slopes, in one pass for each."""
    (first, *others), (own, *rest) = slopes, gradients
    total = first * own
    for slope, gradient in zip(others, rest, strict=True):
        total = torch.addcmul(total, slope, gradient)
    return total


def _computed(closed_form: ClosedForm, activities: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """The terms' values, then the gradients of each, in float32 at least; with axes for places, means over them."""
    enough = reduce(torch.promote_types, (activity.dtype for activity in activities), torch.float32)
    z = [activity.to(enough) for activity in activities]

    def flat(*one: Tensor) -> tuple[Tensor, ...]:
        terms = closed_form(*one)
        return *(value for value, *_ in terms), *(gradient for _, *gradients in terms for gradient in gradients)

    with without_autocast(z):
        if z[0].ndim == 2:
            return flat(*z)
        found = torch.vmap(flat, in_dims=1)(*(activity.flatten(1, -2) for activity in z))
        return tuple(each.mean() if each.ndim == 1 else (each / len(each)).movedim(0, 1).reshape(z[0].shape) for each in found)


def _problem(z_a: Any, z_b: Any) -> Exception | None:
    """What is wrong with the activities of one process."""
    if not (isinstance(z_a, Tensor) and isinstance(z_b, Tensor)):
        return TypeError(f"z_a and z_b must be tensors; got {type(z_a).__name__} and {type(z_b).__name__}")
    if not (z_a.is_floating_point() and z_b.is_floating_point()):
        return TypeError(f"z_a and z_b must be of a real floating dtype, such as float32; got {z_a.dtype} and {z_b.dtype}")
    if z_a.shape != z_b.shape or z_a.ndim < 2:
        return ValueError(f"z_a and z_b must have the same shape (B, …, N); got {tuple(z_a.shape)} and {tuple(z_b.shape)}")
    if z_a.shape[0] < 2 or 0 in z_a.shape:
        return ValueError(f"z_a and z_b must have at least 2 samples, and at least 1 unit; got {tuple(z_a.shape)}")
    return None


def _agreed(z_a: Any, z_b: Any, problem: Exception | None, settings: str) -> None:
    """Nothing, if the activities of all processes can be gathered; else every process refuses, so that none waits for another.

    Raises:
        ValueError: those of one cannot be taken, or they differ in shape or dtype, or the losses in their settings.
    """
    usual = "cuda" if distributed.get_backend() == "nccl" else "cpu"
    own = str(problem) if problem else f"{tuple(z_a.shape)} {z_a.dtype} {z_b.dtype}, {settings}"
    written = own.encode()[:LONGEST].ljust(LONGEST)
    sent = torch.tensor(list(written), dtype=torch.uint8, device=z_a.device if isinstance(z_a, Tensor) else usual)
    received = [torch.empty_like(sent) for _ in range(distributed.get_world_size())]
    distributed.all_gather(received, sent)
    found = [bytes(each.tolist()).decode(errors="ignore").strip() for each in received]
    if problem or len(set(found)) > 1:
        listed = "; ".join(f"process {rank}: {what}" for rank, what in enumerate(found))
        raise ValueError(f"all processes must have minibatches of one shape and dtype, and one loss: {listed}")


def _gathered(z: Tensor) -> Tensor:
    """The activities of all processes, in their order; they have been found to agree."""
    whole = [torch.empty(z.shape, dtype=z.dtype, device=z.device) for _ in range(distributed.get_world_size())]
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

    Nothing is propagated back: the layer sees its own input, activity and slope. A bias learns as the weight of an input 1. A
    weight that is computed from others, as by ``weight_norm``, passes its gradient on to them; what is frozen gets none.
    Weights and inputs of 16 bits are computed with in float32.

    Args:
        layer: ``grad`` is set of the parameters that its weight is or comes from, and of its bias, where it has one; what was
            there before is replaced, not added to.
        x: (B, M); the layer's input.
        x_prev: (B, M); its input in the previous time step, or of another view.
        rule: a function of ``lvicreg.rules``.
        activation: from the pre-activation, activity and slope, such as those of ``lvicreg.online``.
        options: options of the rule, such as its coefficients.

    Returns:
        The activities for ``x`` and ``x_prev``, (B, N), in the dtype of the weight: the inputs of the next layer.

    Raises:
        TypeError: the layer is not linear, an input is no tensor, or its dtype is neither the weight's nor one of 16 bits.
        ValueError: ``x`` and ``x_prev`` differ in shape, or are no minibatches of the layer's inputs.
        RuntimeError: the weight is computed, and PyTorch has not recorded from what, as in inference mode.
        TypeError, ValueError: as the rule.
    """
    if not isinstance(layer, torch.nn.Linear) or type(layer).forward is not torch.nn.Linear.forward:
        raise TypeError(f"layer must be a torch.nn.Linear that computes as one, x Wᵀ + b; got {type(layer).__name__}")
    weight = layer.weight
    for name, given in (("x", x), ("x_prev", x_prev)):
        if not isinstance(given, Tensor):
            raise TypeError(f"{name} must be a tensor; got {type(given).__name__}")
        if given.dtype not in (weight.dtype, torch.float16, torch.bfloat16):
            raise TypeError(f"{name} must be of the weight's dtype, {weight.dtype}, or of 16 bits; got {given.dtype}")
    if x.ndim != 2 or x.shape != x_prev.shape:
        raise ValueError(f"x and x_prev must have the same shape (B, M); got {tuple(x.shape)} and {tuple(x_prev.shape)}")
    if x.shape[1] != layer.in_features:
        raise ValueError(f"x and x_prev must have the layer's {layer.in_features} inputs; got {tuple(x.shape)}")
    with torch.no_grad(), without_autocast([x]):
        enough = torch.promote_types(weight.dtype, torch.float32)
        return _set_gradient(layer, x.to(enough), x_prev.to(enough), rule, activation, options)


def _set_gradient(
    layer: torch.nn.Linear, x: Tensor, x_prev: Tensor, rule: Callable[..., Any], activation: Any, options: dict[str, Any]
) -> tuple[Tensor, Tensor]:
    with torch.enable_grad():  # so that it is known what the weight is computed from
        if not all(isinstance(own, torch.nn.Parameter | None) for own in (layer.weight, layer.bias)):
            # a hook may compute it only when the layer is called, such as that of torch.nn.utils.weight_norm
            layer(torch.zeros_like(layer.weight[:1]))
        weight, of_bias = layer.weight, layer.bias
    W = weight.detach().to(x.dtype)
    bias = None if of_bias is None else of_bias.detach().to(x.dtype)
    linear = torch.nn.functional.linear
    (z, slope), (z_prev, _) = activation(linear(x, W, bias)), activation(linear(x_prev, W, bias))
    has = {"x": x, "z": z, "z_prev": z_prev, "slope": slope, "W": W}
    if bias is not None:
        has["x"] = torch.cat([x, torch.ones_like(x[:, :1])], dim=1)
        has["W"] = torch.cat([W, bias[:, None]], dim=1)
    asked = [name for name in inspect.signature(rule).parameters if name in has]
    gradient = -rule(**{name: has[name] for name in asked}, **options)
    whole: dict[Tensor, Tensor] = {}
    for tensor, own in ((weight, gradient[:, : layer.in_features]), (of_bias, gradient[:, -1])):
        if tensor is not None:
            for parameter, share in _shares(tensor, own.to(tensor.dtype), layer):
                whole[parameter] = whole[parameter] + share if parameter in whole else share
    for parameter in layer.parameters():
        if parameter in whole or not parameter.requires_grad:
            parameter.grad = whole.get(parameter)
    return z.to(weight.dtype), z_prev.to(weight.dtype)


def _shares(tensor: Tensor, gradient: Tensor, layer: torch.nn.Linear) -> list[tuple[Tensor, Tensor]]:
    """The gradient of a parameter, or of those that a tensor of the layer is computed from, that are not frozen.

    Raises:
        RuntimeError: it is not known what the tensor is computed from.
    """
    if tensor.is_leaf and isinstance(tensor, torch.nn.Parameter):
        return [(tensor, gradient)] if tensor.requires_grad else []
    learned = [parameter for parameter in layer.parameters() if parameter.requires_grad]
    if not learned:
        return []
    if not tensor.requires_grad:
        raise RuntimeError(
            "local_gradient cannot tell what a weight was computed from: call it outside inference mode and caches"
        )
    found = torch.autograd.grad(tensor, learned, gradient, allow_unused=True)
    return [(parameter, own) for parameter, own in zip(learned, found, strict=True) if own is not None]
