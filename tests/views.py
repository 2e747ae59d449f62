"""Activities of two views in PyTorch, and gradients of a loss of them."""

import torch


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
