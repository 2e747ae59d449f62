"""The VICReg loss as one would write it who knows better than to pick entries one by one, for PyTorch or JAX to differentiate.

*facebook's form* takes the entries off the diagonal by a view, as the authors' code does; *the cheaper order* goes through the
products of samples where these are fewer than units, as the closed forms do.
"""


def off_diagonal(u):
    """The squared covariances of different units: facebook's form."""
    K = u.T @ u / (len(u) - 1)
    N = len(K)
    return (K.flatten()[:-1].reshape(N - 1, N + 1)[:, 1:] ** 2).sum()


def cheaper(u):
    """The same sum in the cheaper order: all squares less those of the diagonal."""
    B, N = u.shape
    products = (u @ u.T if B < N else u.T @ u) / (B - 1)
    return (products**2).sum() - (((u**2).sum(0) / (B - 1)) ** 2).sum()


def written(z_a, z_b, xp, squares):
    """The loss for PyTorch or JAX to differentiate."""
    N = z_a.shape[1]
    value = 25 * ((z_a - z_b) ** 2).mean()
    for z in (z_a, z_b):
        u = z - z.mean(0)
        sigma = xp.sqrt((u**2).sum(0) / (len(u) - 1) + 1e-4)
        value = value + 25 / 2 * xp.where(sigma < 1, 1 - sigma, 0.0).mean() + squares(u) / N
    return value
