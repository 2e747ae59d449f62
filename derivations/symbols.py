"""The index of notation: every symbol of the statements, what it means, how the code calls it, and where it comes first.

A symbol with two meanings has a row for each, and the pages on which it has that one: never both on one page.
"""

from lvicreg.project.pages.notation import Meaning

INDEX = {
    "Sizes and indices": (
        Meaning(r"N, M, B", "numbers of units, of inputs, of samples in a minibatch", "`N`, `M`, `B`"),
        Meaning(r"i, k", "units; a loss sums over them"),
        Meaning(r"p, q", "the weight with respect to which a loss is differentiated, $W_{pq}$"),
        Meaning(r"j", r"inputs; and eigenvectors, in $v_j$, $\mu_j$"),
        Meaning(r"b, c", "samples of a minibatch"),
        Meaning(r"t", "one sample in time; $t - 1$ is the one before"),
    ),
    "The layer": (
        Meaning(r"x_j^b", "input $j$ of sample $b$", "`x`", "`(B, M)`"),
        Meaning(r"W_{ij}", "weight from input $j$ to unit $i$", "`W`", "`(N, M)`"),
        Meaning(r"a_i^b", r"pre-activation, $\sum_j W_{ij} x_j^b$", "", "`(B, N)`"),
        Meaning(r"f, f'", "activation function, its slope", "`slope`", "`(B, N)`"),
        Meaning(r"z_i^b", "activity, $f(a_i^b)$", "`z`", "`(B, N)`"),
        Meaning(r"\bar z_i", "mean activity", "`mean`", "`(N,)`"),
        Meaning(r"u_i^b", r"centred activity, $z_i^b - \bar z_i$", "`u`", "`(B, N)`"),
        Meaning(
            r"\alpha",
            "weight of one sample in an average; $1/(B - 1)$ in a minibatch",
            "`alpha`",
        ),
        Meaning(r"v_i", r"variance of unit $i$, $\alpha \sum_b (u_i^b)^2$; $v_i'$ before the sample", "`var`", "`(N,)`"),
        Meaning(r"\sigma_i", r"standard deviation, $\sqrt{v_i + \varepsilon}$", "`sigma`", "`(N,)`"),
        Meaning(r"\varepsilon", "added to a variance, in its units", "`epsilon`"),
        Meaning(
            r"z'_i, x'_j, a'_i",
            "the same one time step before, or in the other of two views",
            "`z_prev`",
            pages=("invariance",),
        ),
        Meaning(r"K_{ik}", r"covariance of units $i$ and $k$, $\alpha \sum_b u_i^b u_k^b$", "`K`", "`(N, N)`"),
    ),
    "Losses and rules": (
        Meaning(r"L", "a loss", pages=("vicreg",)),
        Meaning(r"\gamma", "target of the standard deviation", "`gamma`", pages=("variance",)),
        Meaning(r"S_i", "what the other samples contribute to the variance, held constant", pages=("variance",)),
        Meaning(r"\rho", "share of a sample that a filter of the mean has taken in", pages=("variance",)),
        Meaning(r"\beta", "coefficient of the covariance loss", "`beta`", pages=("covariance",)),
        Meaning(
            r"K^*_{ik}",
            "covariance of units $i$ and $k$ in the distribution that samples are drawn from; $K^*_{ii}$ a variance",
            pages=("covariance_one_sample",),
        ),
        Meaning(r"G^{bc}", r"products of samples, $\sum_i u_i^b u_i^c$", pages=("covariance",)),
        Meaning(r"S", r"population signal, $\sum_k u_k^2$ of one sample", "`S`", "`(B,)`", ("covariance_one_sample", "total")),
        Meaning(r"\eta, \eta'", "learning rates", "`eta`"),
        Meaning(r"\lambda", r"weight decay, from $\tfrac{\lambda}{2} \lVert W \rVert^2$", "`decay`", pages=("log_variance",)),
        Meaning(r"c_{\mathrm{inv}}, c_{\mathrm{var}}, c_{\mathrm{cov}}", "coefficients of the losses", pages=("total",)),
        Meaning(
            r"\lambda_{\mathrm{inv}}, \lambda_{\mathrm{var}}, \lambda_{\mathrm{cov}}",
            "coefficients of the total rule",
            "`lambda_inv`, `lambda_var`, `lambda_cov`",
            pages=("total",),
        ),
        Meaning(r"s", "a positive number by which all inputs are multiplied", pages=("log_variance",)),
    ),
    "One linear unit, and several": (
        Meaning(r"w, y", "weights and activity of a linear unit", "`W`, `z`", pages=("oja",)),
        Meaning(r"\xi", "an input of the linear unit", pages=("oja",)),
        Meaning(r"C, C_1", "covariance of the inputs; with those one time step before", pages=("oja", "invariance")),
        Meaning(r"\sigma^2", r"variance of the linear unit, $w^\top C w$; $s$ in definitions", pages=("oja",)),
        Meaning(r"F, O", "mean fields of log-variance with decay and of Oja's rule", pages=("oja",)),
        Meaning(r"A", r"a root of the covariance, $C = A^\top A$", pages=("oja",)),
        Meaning(r"V", "an orthogonal matrix, which turns the coordinates", pages=("oja",)),
        Meaning(
            r"v_k, \mu_k",
            "unit eigenvectors of $C$; eigenvalues in descending order",
            pages=("oja_stability",),
        ),
        Meaning(r"w_0", "weights at the start of a flow", pages=("oja_flow",)),
        Meaning(r"g(s)", r"the linear flow $e^{C s} w_0$ at its time $s$", pages=("oja_flow",)),
        Meaning(r"s", "time of the linear flow", pages=("oja_flow",)),
        Meaning(r"d/dt", "derivative in time", pages=("oja_flow",)),
        Meaning(r"J", "matrix of derivatives of a field", pages=("oja_flow",)),
        Meaning(r"\nu_j", "eigenvalues of $C$ behind the leading ones, $Q$ of them", pages=("oja_many_units",)),
        Meaning(r"\rho", r"ratio of eigenvalues, $\mu_2/\mu_1$", pages=("oja_many_units",)),
        Meaning(r"\theta", "angle of a rotation", pages=("covariance_rotation",)),
        Meaning(r"n", r"squared norm, $\lVert w \rVert^2$", pages=("oja_many_units", "covariance_rotation")),
    ),
    "Conventions": (
        Meaning(r"B_{\mathrm{nominal}}", "the batch size that a code is told", pages=("conventions",)),
        Meaning(r"n, n'", r"divisor of a variance in two codes, $B$ or $B - 1$", pages=("conventions",)),
    ),
    "Operators": (
        Meaning(r"H", "Heaviside's step, $0$ at $0$"),
        Meaning(r"\mathrm{SG}", "stop-gradient: the value, with derivative zero"),
        Meaning(r"\mathbb{E}", "average over the input, or over independent samples"),
        Meaning(r"\delta_{ip}", "$1$ if $i = p$, else $0$"),
        Meaning(r"\nabla, \partial", "gradient, partial derivative"),
        Meaning(r"\lVert \cdot \rVert, \langle \cdot, \cdot \rangle, \top", "norm, inner product, transpose"),
        Meaning(r"\mathrm{rank}, \mathrm{tr}", "rank and trace of a matrix"),
    ),
}
