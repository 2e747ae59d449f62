"""Plain text of TeX: no precedence is lost, nothing is left out."""

import pytest

from lvicreg.claims.plain import plain


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"$\frac{1}{B-1}$", "1/(B − 1)"),
        (r"$\frac{a + b}{c}$", "(a + b)/c"),
        (r"$\frac{\lambda^2}{4 \mu_{N-1} \mu_N}$", "λ²/(4 μ_{N−1}μ_N)"),
        (r"$-\frac{1}{2} \sum_i \log(v_i + \varepsilon)$", "−½ Σ_i log(v_i + ε)"),
        (r"$1/\sqrt{\lambda}$ and $\sqrt{v_i + \varepsilon}$", "1/√λ and √(v_i + ε)"),
        (r"$-\alpha H(\gamma - \sigma_i) \frac{u_i^t}{\sigma_i} f'(a_i^t)$", "−α H(γ − σ_i) u_i^t/σ_i f'(a_i^t)"),
        (r"$\lVert w \rVert^2 = 1/\lambda$", "‖w‖² = 1/λ"),
        (r"$\langle w_0, v_1 \rangle \neq 0$", "⟨w_0, v_1⟩ ≠ 0"),
        (r"$e^{-2 \lambda t}$, $t^{-1/2}$, $C^{-1}$, $z_i^{t-1}$", "e^{−2λt}, t^{−1/2}, C⁻¹, z_i^{t−1}"),
        (r"$\sum_{k \neq i} K_{ik}^2$, $\bar{z}_i$", "Σ_{k≠i} K_ik², z̄_i"),
        (r"$w^\top C w$ of $(1, 0), (0, -1)$", "wᵀ C w of (1, 0), (0, −1)"),
        ("no `code_here` $C_1$", "no `code_here` C_1"),
    ],
)
def test_mathematics_in_unicode(tex: str, shown: str) -> None:
    assert plain(tex) == shown


def test_what_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="no plain text is known for the commands oint in"):
        plain(r"$\oint f$")
    with pytest.raises(ValueError, match="a dollar is missing"):
        plain(r"the root $\sqrt{2}")
