"""The book says what was derived and measured: every fragment is shown, no status is typed, a changed factor changes pages."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from derivations import NOTE
from lvicreg.calculus.layer import network
from lvicreg.claims import Entry, Finding, Status
from lvicreg.codegen.equation import as_latex
from lvicreg.project.pages import known, notation
from lvicreg.project.pages.equations import Equations
from lvicreg.project.pages.text import anchor, in_parts, linked
from lvicreg.project.pages.theorem import Theorems
from lvicreg.project.record import Record

ROOT = Path(__file__).parents[2]
BOOK = ROOT / "book"
PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted(BOOK.glob("*.md"))}
CLAIMS = {claim.id: claim for claim in NOTE.claims}
EQUATIONS = Equations(NOTE.latex, NOTE.layers["layer"])
theorem = Theorems(NOTE, EQUATIONS, Record(NOTE)).theorem
RULES = {rule.name: rule for rules in NOTE.rules_of(NOTE.sections).values() for rule in rules}


def measured(claim_id: str, outcome: str = "passed") -> Entry:
    """An entry whose checks all had the same outcome."""
    claim = CLAIMS[claim_id]
    return Entry(claim, tuple(Finding(check.kind, check.engine, outcome, "found", 0.0) for check in claim.checks))


def test_every_fragment_is_shown_on_exactly_one_page() -> None:
    sources = "\n".join(PAGES.values())
    included = re.findall(r"\{include\} _generated/(\S+)", sources)
    included += [f"steps/{name}.md" for name in re.findall(r"\{derivation\} (\w+)", sources)]
    written = {path.relative_to(NOTE.pages).as_posix() for path in known(NOTE)}
    unused = {"ledger.json", "steps/log_variance_decay.md", "steps/total_log_variance.md"}  # the same steps, with a term more
    assert sorted(included) == sorted(written - unused)


def test_a_page_includes_the_claims_of_its_own_section() -> None:
    for claim_id, name in NOTE.of_section.items():
        assert f"_generated/claims/{claim_id}.md" in PAGES[f"{name}.md"], claim_id


def test_no_status_is_typed() -> None:
    for name, text in PAGES.items():
        assert "claim-status" not in text, name
        assert "prf:theorem" not in text, name


@pytest.mark.parametrize(
    ("outcome", "status"), [("passed", Status.EVERY_SIZE), ("failed", Status.FAILED), ("not run", Status.NOT_RUN)]
)
def test_the_status_on_a_page_is_the_one_measured(outcome: str, status: Status) -> None:
    text = theorem(measured("log-variance.no-half", outcome))
    assert f"[{status}]{{.claim-status .{status.slug}}}" in text
    assert re.findall(r"\.claim-status", text) == [".claim-status"]


def test_what_is_refuted_is_the_false_sentence_and_never_the_theorem() -> None:
    for claim in CLAIMS.values():
        text = theorem(measured(claim.id))
        before, _, after = text.partition("{prf:theorem}")
        if claim.said:
            struck = f"[{claim.said.sentence}]{{.false}}" if claim.said.verdict == "refuted" else claim.said.sentence
            assert f"[{claim.said.verdict}]{{.claim-verdict .{claim.said.verdict}}} {struck} ({claim.said.source}.)" in before
        else:
            assert "claim-said" not in text
        assert ".refuted" not in after
        assert ".approximation" not in after


def test_a_claim_shows_its_assumptions_supports_evidence_functions_and_formal_theorems() -> None:
    text = theorem(measured("oja.fixed-points"))
    assert r"*Assumed:* $\sigma^2 > 0$; $\lambda = 1$." in text
    supports = "*Rests on:* {prf:ref}`claim-oja-mean-field` (The mean fields of log-variance and Oja), {prf:ref}`claim-oja-prop"
    assert supports in text
    assert "*Used by:* {prf:ref}`claim-oja-decay-scale` (Decay sets the length of the fixed points), " in text
    assert "by {ref}`fixed_points_by_autodiff <source-independent-oja>`" in text
    assert "{py:func}`~lvicreg.rules.oja`" in text
    assert "Theorem same_zeros C w : s C w != 0 -> (F C 1 w = 0 <-> O C w = 0)." in text
    assert "pytest tests/derivations/test_claims.py -k oja.fixed-points" in text


def test_what_only_one_engine_decided_is_said() -> None:
    text = theorem(measured("covariance.one-sample-mean"))
    assert "**Verified:**" in text
    assert "**Verified in exact numbers only, at N = 3, M = 2, B = 2:**" in text


def test_the_command_on_a_page_runs_the_tests_of_that_claim_only() -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "tests/derivations/test_claims.py",
        "-k",
        "oja.orbits",
        "--collect-only",
        "-q",
        "-n0",
    ]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    cases = [line for line in listed.splitlines() if "::" in line]
    assert cases
    assert all("oja.orbits" in case for case in cases)


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.descent])
def test_a_derivation_begins_with_the_loss_and_ends_with_the_equation_of_the_code(name: str) -> None:
    text = EQUATIONS.derivation(RULES[name])
    assert text.startswith("1. The loss:" if not RULES[name].leading else "$$\n\\begin{aligned}\nL = ")
    shown = [line.strip() for line in text.splitlines() if r"\text{update}" in line]
    assert shown == [as_latex(RULES[name])]
    assert shown[0] in EQUATIONS.equation(RULES[name], "lvicreg.rules")


@pytest.mark.parametrize("name", ["total", "total_log_variance"])
def test_a_total_is_the_sum_of_its_terms_each_in_its_colour(name: str) -> None:
    loss, _, update = EQUATIONS.derivation(RULES[name]).partition(r"\text{update}")
    for command, symbol in (("invariance", "inv"), ("variance", "var"), ("covariance", "cov")):
        for text in (loss, update):
            assert re.search(rf"\\{command}term\{{[^Σ]*?\\lambda_\{{\\mathrm\{{{symbol}\}}\}}", text), (command, text)
            assert text.count(rf"\{command}term") == 1


def test_a_derivation_shows_the_factor_that_changes_and_says_what_is_held() -> None:
    lit = Equations(NOTE.latex, NOTE.layers["layer"], r"\lit")
    said, shown = zip(*lit.steps(RULES["variance"].descent), strict=True)
    assert said[2] == r"Since $\sigma_{i} = \sqrt{\varepsilon + v_{i}}$:"
    slope = r"\lit{\frac{\partial %s}{\partial W_{pq}}}"
    assert shown[2] == rf"{slope % 'σ'} = \frac{{1}}{{2 σ}} {slope % 'v_{i}'}".replace("σ", r"\sigma_{i}")
    assert sum("held constant" in text for text in said) == 0
    said, shown = zip(*lit.steps(RULES["covariance_one_sample"].descent), strict=True)
    assert r"\mathrm{SG}\!\left(\bar{z}_{i}\right)$, where $\bar{z}_{i}$ is held constant:" in said[2]
    assert r"\lit" not in EQUATIONS.derivation(RULES["variance"])


def test_terms_that_are_too_wide_for_one_line_have_lines_of_their_own() -> None:
    text = EQUATIONS.derivation(RULES["covariance"])
    put_together = text[text.index("Put together") :]
    assert put_together.count("& \\quad + ") + put_together.count("& \\quad - ") == 3 + 1
    narrow = [line for line in text.splitlines() if r"K_{ik} = \alpha" in line]
    assert narrow
    assert "aligned" not in text[: text.index("Put together")]


def test_every_symbol_of_statements_proofs_and_equations_is_in_the_index_of_notation() -> None:
    listed = set().union(*(notation.symbols(f"${each.tex}$") for group in NOTE.index.values() for each in group))
    for claim in NOTE.claims:
        written = (NOTE.pages / f"claims/{claim.id}.md").read_text(encoding="utf-8")
        assert not notation.symbols(written.replace("$$", "$")) - listed, claim.id
    assert notation.symbols(r"of $\frac{q}{2} \sigma_p$, $\mathrm{rank} C$") == {"q", "sigma", "p", "rank", "C"}


def test_a_statement_links_to_the_symbols_in_it_as_its_page_means_them() -> None:
    def linked(page: str, text: str) -> list[str]:
        return re.findall(r"\(#symbol-([^)]*)\)", notation.links(NOTE.index, page, text))

    assert linked("covariance_one_sample", r"$K^*_{ik}$ and $\bar{z}_i$") == ["bar-z-i-layer", "k-ik-covariance-one-sample"]
    assert linked("covariance_one_sample", r"$K_{ik} z_i$") == ["z-i-b-layer", "k-ik-layer"]
    assert linked("oja_flow", r"$\sigma^2 s w_0$") == ["sigma-2-oja", "w-0-oja-flow", "s-oja-flow"]
    assert linked("log_variance", r"$\sigma_i s$, $v_i$") == ["v-i-layer", "sigma-i-layer", "s-log-variance"]
    assert linked("oja_many_units", r"$\rho v_j$") == ["v-k-mu-k-oja-stability", "rho-oja-many-units"]
    assert linked("total", r"$c_{\mathrm{var}} \lambda_{\mathrm{var}}$") == [
        "c-mathrm-inv-c-mathrm-var-c-mathrm-cov-total",
        "lambda-mathrm-inv-lambda-mathrm-var-lambda-mathrm-cov-total",
    ]
    assert linked("variance", r"\gamma without dollars; $i, N$ everybody knows") == []
    rows = [each.anchor for group in NOTE.index.values() for each in group]
    assert len(rows) == len(set(rows))


def test_of_a_layer_only_what_its_names_say_anew_is_printed() -> None:
    assert EQUATIONS.definitions(network).count(" = ") == len(list(network)) - 1  # not f'(a_i^b) = f'(a_i^b)
    assert "f'" not in EQUATIONS.definitions(network)


def test_no_symbol_has_two_meanings_on_one_page() -> None:
    rows = [(page, each.tex) for group in NOTE.index.values() for each in group for page in each.pages]
    assert len(rows) == len(set(rows))


def test_a_name_of_the_rule_itself_is_explained() -> None:
    assert r"S^{b} = \sum_{k} \left(u_{k}^{b}\right)^{2}" in EQUATIONS.update(RULES["total"])
    assert r"(K^{\circ} u)_{i}^{b} = \sum_{k} K^{\circ}_{ik} u_{k}^{b}" in EQUATIONS.derivation(RULES["covariance"])
    assert "\n\nwhere\n\n" not in EQUATIONS.update(RULES["variance"])


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("`oja.orbits` and $x_j^b$", "`oja.orbits` and $x_j^b$"),
        ("after oja.orbits.", "after {prf:ref}`claim-oja-orbits`."),
        ("after oja.orbit.", "after oja.orbit."),
    ],
)
def test_statements_get_links(written: str, shown: str) -> None:
    assert linked(written, NOTE.of_section) == shown


def test_a_theorem_has_a_title_an_id_a_proof_and_words_to_cite_it() -> None:
    for claim in CLAIMS.values():
        text = theorem(measured(claim.id))
        assert f"{{prf:theorem}} {claim.title}\n:label: claim-" in text
        assert f"[{{prf:ref}}`{claim.id} <{anchor(claim.id)}>`]{{.claim-id}}" in text
        assert f":class: claim-cite\nlvicreg <version>, commit <commit> (<date>), claim {claim.id}: " in text
        before, _, proof = text.partition("````{prf:proof}\n")
        assert ":nonumber:" not in before
        assert proof.startswith(in_parts(linked(claim.proof, NOTE.of_section)))


def test_titles_are_short_and_each_is_of_one_claim() -> None:
    titles = [claim.title for claim in CLAIMS.values()]
    assert len(set(titles)) == len(titles)
    assert [title for title in titles if len(title.split()) > 8 or title.endswith(".")] == []


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Two things: (i) The first. (ii) $x$, by (i).", "Two things:\n\n(i) The first.\n\n(ii) $x$, by (i)."),
        ("(i) It is. (iv) It was, as in (i). (v)", "(i) It is.\n\n(iv) It was, as in (i). (v)"),
        ("By (i) A and (ii) B.", "By (i) A and (ii) B."),
    ],
)
def test_parts_are_paragraphs(written: str, shown: str) -> None:
    assert in_parts(written) == shown


def test_the_parts_of_a_statement_are_all_proven() -> None:
    for claim in CLAIMS.values():
        stated, proven = (re.findall(r"(?:^|\n\n)\((\w+)\)", in_parts(text)) for text in (claim.tex, claim.proof))
        assert stated == ["i", "ii", "iii", "iv"][: len(stated)]
        if claim.id == "oja.many-units-threshold":
            assert "(iv) This is local: nothing is said" in claim.tex
            stated.remove("iv")
        if stated:
            assert proven == stated, claim.id


def test_the_committed_ledger_has_every_claim_and_no_times() -> None:
    entries = json.loads((NOTE.pages / "ledger.json").read_text(encoding="utf-8"))
    assert [entry["id"] for entry in entries] == list(CLAIMS)
    assert all(entry["section"] == NOTE.of_section[entry["id"]] for entry in entries)
    assert "seconds" not in json.dumps(entries)


# --- changing a factor in a derivation changes the book, or breaks it ---------------------------------------------------------


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("derivations", "lvicreg", "book", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "_build", "figures"))
    shutil.copy(ROOT / "README.md", tmp_path)
    return tmp_path


def derive(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "derivations", "log_variance", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(folder), "PATH": ""}
    )


def test_a_factor_changed_in_the_loss_alone_breaks_the_book(copy: Path) -> None:
    source, page = copy / "derivations" / "log_variance.py", copy / "book" / "_generated" / "steps" / "log_variance.md"
    before = page.read_bytes()
    source.write_text(
        source.read_text(encoding="utf-8").replace("half = Rational(1, 2)", "half = Rational(1, 4)"), encoding="utf-8"
    )
    result = derive(copy)
    assert result.returncode == 1
    assert "log-variance.minibatch failed" in result.stdout
    assert page.read_bytes() == before  # nothing is written where a claim fails


def test_a_factor_changed_everywhere_changes_the_book_and_the_drift_check_shows_it(copy: Path) -> None:
    """The decay from λ‖W‖² in the place of λ/2‖W‖², in the loss and in its claims: true, and another convention."""
    source = copy / "derivations" / "log_variance.py"
    text = source.read_text(encoding="utf-8")
    text = text.replace("loss + decay / 2 * Sigma", "loss + decay * Sigma").replace(
        "decay_gradient = decay *", "decay_gradient = 2 * decay *"
    )
    source.write_text(text, encoding="utf-8")
    result = derive(copy, "--check")
    assert result.returncode == 1
    assert "book/_generated/rules/log_variance_decay.md (on disk)" in result.stdout
    changed = re.findall(r"^([-+])\\text\{update\}.* - (\S.*)\\, W_\{ij\}$", result.stdout, re.MULTILINE)
    assert changed == [("-", r"\lambda "), ("+", r"2 \lambda ")]
    assert "book/_generated/steps/log_variance_decay.md (on disk)" in result.stdout
    assert "book/_generated/claims/log-variance.minibatch.md (on disk)" in result.stdout
