r"""The kernel of a proof assistant: theorems stated again for Coq, with the axioms that each of them uses.

A folder holds ``.v`` files and a record, ``axioms.txt``: the theorems, the axioms that the kernel reported for those of
their file, and the hash of the files for which it did. ``report`` compiles the files and asks the kernel again. Where Coq is
not installed the check is *not run*; the record is then still a statement about these very files, or about none.

Hypotheses that contradict one another would prove anything. So each theorem ``x`` that has any is applied once, to something
that meets them all: ``Example x_applies : what it says there := x …``. Hypotheses are the propositions before a theorem's
conclusion, behind a name too. None may stand within a conclusion (``A /\ (B -> C)``, ``exists x, B x -> C x``), nor in the
type of anything else that a theorem takes (``(a < b) * nat``, ``forall A : Type, A``). Whether a type that it speaks of, such
as MathComp's ``realType``, has a member at all is not asked; so the files may make no types.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from .evidence import Contradiction, EngineMissing

Axioms = Mapping[str, tuple[str, ...]]
"""Theorems, named with their file (``proportional.same_zeros``), and the axioms of that file's theorems and Examples."""

REQUIRED = re.compile(r"^From\s+[\w.]+\s+Require\s[\w\s]+\.$", re.MULTILINE)
STATED = re.compile(r"^Theorem\s+(\w+)", re.MULTILINE)
APPLIED = re.compile(r"^Example\s+(\w+)_applies\b", re.MULTILINE)
TYPES = re.compile(
    r"\b(?:Record|Structure|Class|Variant|Inductive|CoInductive)\b.*"
    r"|\b(?:sig|sig2|sigT|sigT2|Empty_set|void)\b|\{\s*'?\w+\s*(?::[^{}|&]*)?[|&][^{}]*\}"
)
COMMENT = re.compile(r"\(\*.*?\*\)", re.DOTALL)
PROOF = re.compile(r"\bProof\b.*?\b(?:Qed|Defined)\.", re.DOTALL)
MEANING = re.compile(
    r"(?:Local\s+)?(?:Definition|Fixpoint|Notation|Variables?|Hypothes[ie]s|Context|Implicit|Section|End|Import|Open|Coercion)\b"
)
TACTICS = """\
Ltac is_proposition A := lazymatch type of A with Prop => idtac end.
Ltac has_hypotheses :=
  intros; tryif (match goal with _ : ?A |- _ => is_proposition A end) then idtac else (progress hnf; has_hypotheses).
(* A type without a proposition in it: of functions between such types, or of none. *)
Ltac is_data A :=
  let type := eval hnf in A in
  lazymatch type with
  | ?B -> ?C => is_data B; is_data C
  | forall _, _ => fail
  | _ => tryif (match type with context [?P] => is_proposition P end) then fail else idtac
  end.
Ltac takes_more_than_data :=
  intros; match goal with _ : ?A |- _ => tryif is_proposition A then fail else tryif is_data A then fail else idtac end.
(* Whether a proposition says of a part of it that it follows from something. *)
Ltac has_implication A :=
  lazymatch A with
  | _ <-> _ => fail
  | ~ _ => fail
  | ?B -> ?C => first [is_proposition B | has_implication C]
  | forall x : ?B, @?C x => has_implication_within B C
  | exists x : ?B, @?C x => has_implication_within B C
  | ?f ?B => first [has_implication B | has_implication f | is_proposition A; opened A]
  | _ => is_proposition A; opened A
  end
with opened A := let B := eval hnf in A in tryif constr_eq A B then fail else has_implication B
with has_implication_within B C :=
  let _ := constr:(fun x : B => ltac:(let A := eval cbv beta in (C x) in has_implication A; exact I)) in idtac.
Ltac concludes_with_hypotheses :=
  intros;
  lazymatch goal with
  | |- _ <-> _ => fail
  | |- ~ _ => fail
  | |- ?A => tryif (progress hnf) then concludes_with_hypotheses else has_implication A
  end.
Ltac starts_with theorem term :=
  lazymatch term with ?f _ => starts_with theorem f | _ => constr_eq term theorem end.
(* The theorem with all its arguments, for any number of things that are not proofs. *)
Ltac applies theorem term :=
  lazymatch term with
  | fun x : ?A => @?rest x =>
      tryif is_proposition A then fail else is_data A;
      let _ := constr:(fun x : A =>
        ltac:(let term := eval cbv beta in (rest x) in applies theorem term; exact I)) in idtac
  | _ => lazymatch type of term with forall _, _ => fail | _ => starts_with theorem term end
  end.
"""


@dataclass(frozen=True)
class Kernel:
    """Theorems that Coq's kernel accepts, with no other axioms than the folder's record lists.

    ``library`` is the name under which the files require one another: ``From library Require Import file``. ``part`` says in
    a few words which part of the claim the theorems cover; it is empty where they cover all of it.
    """

    folder: Path
    library: str
    theorems: tuple[str, ...]
    part: str = ""
    kind: ClassVar[str] = "kernel"
    engine: ClassVar[str] = "Coq"

    def run(self) -> str:
        found, (_, listed) = report(self.folder, self.library), recorded(self.folder)
        for theorem in self.theorems:
            if theorem not in found:
                raise Contradiction(f"no theorem {theorem} in {self.folder.name}; there are {', '.join(sorted(found))}")
            if found[theorem] != listed.get(theorem):
                raise Contradiction(f"the axioms of {theorem} are not those on record: {', '.join(found[theorem]) or 'none'}")
        return self.covered

    @property
    def covered(self) -> str:
        """The theorems, and which part of the claim they cover."""
        return f"in part ({self.part}): " * bool(self.part) + f"theorems {', '.join(self.theorems)}"

    @property
    def on_record(self) -> bool:
        """Whether the kernel accepted these theorems in the files as they stand."""
        hashed, listed = recorded(self.folder)
        return hashed == fingerprint(self.folder) and set(self.theorems) <= set(listed)


def stated(folder: Path, theorems: Collection[str]) -> str:
    """What theorems say: themselves without their proofs, and all definitions, variables and notations of their folder."""
    said = []
    for path in sorted(folder.glob("*.v")):
        text = PROOF.sub("", COMMENT.sub("", path.read_text(encoding="utf-8")))
        for sentence in (" ".join(part.split()) for part in re.split(r"\.\s", text)):
            theorem = re.match(r"Theorem\s+(\w+)", sentence)
            if (theorem and f"{path.stem}.{theorem[1]}" in theorems) or MEANING.match(sentence):
                said.append(f"{path.stem}: {sentence}.")
    return "\n".join(said)


def report(folder: Path, library: str) -> Axioms:
    """Every theorem of a folder, and its file's axioms, from compiling all of its files; once in each process.

    Raises ``EngineMissing`` without Coq or a library that the files require, and ``Contradiction`` where one does not compile
    or where no Example shows that a theorem's hypotheses can be met.
    """
    found = _report(folder, library)
    if isinstance(found, Exception):
        raise found
    return found


@cache
def _report(folder: Path, library: str) -> Axioms | EngineMissing | Contradiction:
    try:
        return _compiled(folder, library)
    except (EngineMissing, Contradiction) as problem:
        return problem


def _compiled(folder: Path, library: str) -> Axioms:
    for tool in ("coqc", "coq_makefile", "make"):
        if shutil.which(tool) is None:
            raise EngineMissing(f"{tool} is not installed")
    with TemporaryDirectory() as name:
        build = Path(name)
        for path in folder.glob("*.v"):
            shutil.copy(path, build)
        texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(build.glob("*.v"))}
        for file, text in texts.items():
            if found := TYPES.search(COMMENT.sub("", text)):
                raise Contradiction(f"{file}.v makes a type: {found[0].strip()}; let hypotheses stand in the theorems")
        required = {line for text in texts.values() for line in REQUIRED.findall(text) if f"From {library} " not in line}
        (build / "libraries.v").write_text("\n".join(sorted(required)), encoding="utf-8")
        try:
            _run(build, "coqc", "libraries.v")
        except Contradiction as missing:
            raise EngineMissing(f"a library for Coq is not installed: {str(missing).splitlines()[-1]}") from missing
        _run(build, "coq_makefile", "-Q", ".", library, *(f"{file}.v" for file in texts), "-o", "Makefile")
        _run(build, "make", f"--jobs={os.cpu_count()}")
        stated = {file: names for file, text in texts.items() if (names := STATED.findall(text))}
        (build / "questions.v").write_text(_questions(library, texts, stated), encoding="utf-8")
        _run(build, "coqc", "-Q", ".", library, "questions.v", refusal="not shown that the hypotheses can be met")
        axioms = {file: _axioms((build / f"{file}.out").read_text(encoding="utf-8")) for file in stated}
        assumed = sorted({name for names in axioms.values() for name in names if name.partition(".")[0] in texts})
        if assumed:
            raise Contradiction(f"assumed in the files themselves, not in a library: {', '.join(assumed)}")
        return {f"{file}.{name}": axioms[file] for file, names in stated.items() for name in names}


def _questions(library: str, texts: Mapping[str, str], stated: Mapping[str, list[str]]) -> str:
    """What Coq is asked about the compiled files: whether the hypotheses are met, at which it may fail, and the axioms."""
    examples = {name: f"{file}.{name}_applies" for file, text in texts.items() for name in APPLIED.findall(text)}
    lines = [f"From {library} Require {' '.join(texts)}.", TACTICS]
    for file, names in stated.items():
        asked = [f"{file}.{name}" for name in names] + [examples[name] for name in names if name in examples]
        lines += [_no_others(f"{file}.{name}") + _hypotheses_met(f"{file}.{name}", examples.get(name)) for name in names]
        lines += [f"Definition of_{file} := ({', '.join(f'@{name}' for name in asked)})."]  # together, since Coq walks
        lines += [f'Redirect "{file}" Print Assumptions of_{file}.']  # through all that they rest on each time it is asked
    return "\n".join(lines) + "\n"


def _no_others(theorem: str) -> str:
    """What fails in Coq, saying why, where hypotheses of a theorem stand elsewhere than before its conclusion."""
    types = f'fail "{theorem} takes something in whose type a hypothesis may stand"'
    conclusion = f'fail "{theorem} has hypotheses within its conclusion"'
    return (
        f"{_goal(theorem)} tryif takes_more_than_data then {types} "
        f"else tryif concludes_with_hypotheses then {conclusion} else idtac. Abort.\n"
    )


def _goal(theorem: str) -> str:
    return f"Goal ltac:(let statement := type of @{theorem} in exact statement)."


def _hypotheses_met(theorem: str, example: str | None) -> str:
    """What fails in Coq, saying why, where a theorem has hypotheses and no Example that meets them."""
    if example is None:
        reason = f"{theorem} has hypotheses, and no Example {theorem.partition('.')[2]}_applies meets them"
        return f'{_goal(theorem)} tryif has_hypotheses then fail "{reason}" else idtac. Abort.'
    test = f"let term := eval cbv delta [{example}] in @{example} in applies @{theorem} term"
    return (
        f'Goal True. tryif ({test}) then idtac else fail "Example {example} is not {theorem} with all that it asks for". Abort.'
    )


def _run(folder: Path, *command: str, refusal: str = "the theorems do not compile") -> None:
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode:
        raise Contradiction(f"{refusal}:\n{result.stderr.strip()}")


def _axioms(printed: str) -> tuple[str, ...]:
    if printed.startswith("Closed under the global context"):
        return ()
    entries = [line for line in printed.splitlines()[1:] if line[:1].strip()]  # types continue on indented lines
    names = [match[1] for line in entries if (match := re.fullmatch(r"([\w.']+)(?:\s*:.*)?", line))]
    if not names or len(names) != len(entries):  # such as "bad is assumed to be guarded"
        raise Contradiction(f"Coq's list of axioms has more than axioms in it:\n{printed}")
    return tuple(sorted(names))


def fingerprint(folder: Path) -> str:
    """The hash of a folder's Coq files."""
    files = sorted(folder.glob("*.v"))
    return hashlib.sha256(b"".join(file.name.encode() + b"\0" + file.read_bytes() for file in files)).hexdigest()


def recorded(folder: Path) -> tuple[str, Axioms]:
    """The hash and the axioms in a folder's record; empty where there is none."""
    path = folder / "axioms.txt"
    lines = (
        [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")] if path.exists() else []
    )
    pairs = [line.partition(": ")[::2] for line in lines]
    hashed = dict(pairs).pop("sha256", "")
    return hashed, {name: tuple(a.split(", ")) if a != "none" else () for name, a in pairs if name != "sha256"}


def as_record(folder: Path, library: str, command: str) -> str:
    """The text of the record: what the kernel reports for the files as they stand."""
    lines = [f"# What Coq's kernel reported for the files with this hash. Written by `{command}`."]
    lines += [f"sha256: {fingerprint(folder)}"]
    lines += [f"{theorem}: {', '.join(axioms) or 'none'}" for theorem, axioms in report(folder, library).items()]
    return "\n".join(lines) + "\n"
