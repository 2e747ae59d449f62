"""One wrong sign or factor anywhere in a derivation is noticed: every arithmetic operation is broken in turn."""

import ast
from pathlib import Path
from types import ModuleType

import pytest

import derivations
from derivations import NOTE
from lvicreg.calculus import NotLocal
from lvicreg.codegen.arrays import NotArrayCode
from lvicreg.codegen.emit import function_source
from lvicreg.engines import Contradiction, Equation, Exact, Locality, Symbolic
from lvicreg.project.approval import meanings_of

FOLDER = Path(derivations.__file__).parent

# What may be broken unnoticed, because the mathematics stays the same: section, the operation, the reason.
ARBITRARY = "the constants c₊ and c₋ are arbitrary, their signs too"
UNEQUAL = "an inequality stays one"
EQUIVALENT = {
    ("variance", "-slope"): UNEQUAL,
    ("variance", "z[b, i] - mean[i]"): "a mean that is given is any number",
    ("variance", "sigma[p] ** 2"): "zero over any power of σ is zero",
    ("log_variance", "right * relu(a[b, i]) - left * relu(-a[b, i])"): ARBITRARY,
    ("log_variance", "right * relu(a_prev[b, i]) - left * relu(-a_prev[b, i])"): ARBITRARY,
    ("log_variance", "right * H(a[b, i]) + left * H(-a[b, i])"): ARBITRARY,
    ("log_variance", "-a[b, i]"): "the other side of the kink: still homogeneous",
    ("log_variance", "-a_prev[b, i]"): "the other side of the kink: still homogeneous",
    ("log_variance", "z[t, p] * x[t, q] - z[t, p] ** 2 * W[p, q]"): "Oja's decay scales like its growth, with either sign",
    ("log_variance", "one_sample_gradient + decay_gradient"): "a decay does not see the input, with either sign",
    ("oja", "Cw[j] / s * Y[b] + residual[b, j]"): "the residual is symmetric",
    ("oja", "1 - norm2"): UNEQUAL,
    ("oja_flow", "2 - 2 * norm2"): UNEQUAL,
    ("oja_flow", "2 * norm2"): UNEQUAL,
    ("oja_stability", "D(regularised_loss, w[q]) + F[q]"): UNEQUAL,
    ("invariance", "2 * stopped_field"): UNEQUAL,
    ("covariance", "common**2"): "any power of the common covariance: only the number of pairs matters",
    ("covariance_one_sample", "2 * D(linear_exact_loss, W[p, q])"): UNEQUAL,
    ("conventions", "(z[b, i] - SG(z_prev[b, i])) ** 2"): UNEQUAL,
    ("conventions", "z[b, i] - SG(z_prev[b, i])"): UNEQUAL,
    ("conventions", "-v[i]"): "squared",
    ("conventions", "-v[k]"): "squared",
    ("conventions", '"|" + "---|" * (head.count("|") - 1)'): "the head of a table",
    ("conventions", 'head.count("|") - 1'): "the head of a table",
    ("total", "total.update - gradient(covariance.loss, W[p, q], given)"): "not local with either sign",
}


def is_site(node: ast.AST) -> bool:
    """A sum, a difference, a sign, or a whole number in arithmetic."""
    match node:
        case ast.BinOp(op=ast.Add() | ast.Sub()) | ast.UnaryOp(op=ast.USub()):
            return True
        case ast.BinOp(op=ast.Mult() | ast.Div() | ast.Pow(), right=ast.Constant(value=int())):
            return True
        case ast.BinOp(op=ast.Mult(), left=ast.Constant(value=int())):
            return True
    return False


def sites(tree: ast.Module) -> list[int]:
    """The positions, in walking order, of what can be broken outside functions' docstrings and texts."""
    return [number for number, node in enumerate(ast.walk(tree)) if is_site(node)]


class _Break(ast.NodeTransformer):
    def __init__(self, target: ast.AST) -> None:
        self.target = target

    def visit(self, node: ast.AST) -> ast.AST:
        if node is not self.target:
            return self.generic_visit(node)
        match node:
            case ast.BinOp(op=ast.Add()):
                return ast.BinOp(node.left, ast.Sub(), node.right)
            case ast.BinOp(op=ast.Sub()):
                return ast.BinOp(node.left, ast.Add(), node.right)
            case ast.UnaryOp():
                return node.operand
            case ast.BinOp(left=ast.Constant(value=int(value)), op=ast.Mult()):
                return ast.BinOp(ast.Constant(2 * value), node.op, node.right)
            case ast.BinOp(op=ast.Pow(), right=ast.Constant(value=int(value))):
                return ast.BinOp(node.left, node.op, ast.Constant(value + 1))
            case ast.BinOp(right=ast.Constant(value=int(value))):
                return ast.BinOp(node.left, node.op, ast.Constant(2 * value))
        raise AssertionError(node)


def broken(name: str, number: int) -> tuple[ModuleType | None, str]:
    """The section's module with one operation broken, None if it cannot even be loaded, and the line in question."""
    text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    tree = ast.parse(text)
    node = list(ast.walk(tree))[number]
    line = ast.get_source_segment(text, node) or ""
    mutant = ast.fix_missing_locations(_Break(node).visit(tree))
    module = ModuleType(f"derivations.{name}")
    try:
        exec(compile(mutant, f"{name} with {line!r} broken", "exec"), vars(module))
    except (ValueError, TypeError, ZeroDivisionError, NotImplementedError):
        return None, line
    return module, line


def fingerprint(equation: Equation) -> str:
    """The text of an equation, its definitions included."""
    return f"{equation.left} = {equation.right} where {meanings_of(equation.definitions)}"


def contradicted(module: ModuleType, original: ModuleType) -> bool:
    """Whether what was broken makes a claim fail or changes a rule's code; what is as it was is not run again."""
    try:
        for claim, intact in zip(module.claims, original.claims, strict=True):
            for equation in changed(claim.holds, intact.holds):
                Exact((equation,)).run()  # the quicker to see an error
                Symbolic((equation,)).run()
            for equation in changed(claim.fails, intact.fails):
                Exact((), (equation,)).run()
            for evidence, was in zip(claim.evidence, intact.evidence, strict=True):
                if isinstance(evidence, (Locality, Exact)) or str(getattr(evidence, "claimed", "")) != str(
                    getattr(was, "claimed", "")
                ):
                    evidence.run()
        return functions(module) != functions(original)
    except (Contradiction, NotLocal, NotArrayCode, TypeError, ValueError, AttributeError, ZeroDivisionError):
        return True


def functions(module: ModuleType) -> list[str]:
    """The functions generated from a section."""
    return [*map(function_source, getattr(module, "rules", ()))]


def changed(equations: tuple[Equation, ...], intact: tuple[Equation, ...]) -> list[Equation]:
    """The equations that are not what they were."""
    return [e for e, was in zip(equations, intact, strict=True) if fingerprint(e) != fingerprint(was)]


CASES = [
    pytest.param(name, number, id=f"{name}-{number}")
    for name in NOTE.sections
    for number in sites(ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8")))
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every fourth site, and all of them with ``--every-site``."""
    if "number" in metafunc.fixturenames:
        metafunc.parametrize(("name", "number"), CASES if metafunc.config.getoption("every_site") else CASES[::4])


def test_an_error_is_noticed(name: str, number: int) -> None:
    module, line = broken(name, number)
    noticed = module is None or contradicted(module, NOTE.section(name))
    if not noticed and (name, line) in EQUIVALENT:
        pytest.skip(f"the same mathematics: {EQUIVALENT[name, line]}")
    assert noticed, f"{line!r} can be broken in derivations/{name}.py and nothing fails"
