"""The terminal of a command, whatever its encoding: what that lacks is spelled in ASCII, so that nothing stops at a ``✓``."""

from __future__ import annotations

import codecs
import sys
from unicodedata import name

from rich.console import Console

SPELLINGS = {"✓": "+", "✗": "x", "–": "-", "−": "-", "§": "S", "…": "...", "·": "*", "×": "*", "→": "->", "“": '"', "”": '"'}
SPELLINGS |= {
    "Σ": "Sum",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "√": "sqrt",
    "²": "^2",
    "³": "^3",
    "⁴": "^4",
    "½": "1/2",
    "ᵀ": "^T",
    "λ": "lambda",
}


def terminal() -> Console:
    """A console on standard output; from now on that and standard error take any character."""
    codecs.register_error("spelled", _spelled)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not where a notebook has put a stream of its own
            stream.reconfigure(errors="spelled")
    return Console()


def spelling(character: str) -> str:
    """A character in ASCII: ``² -> ^2``, ``σ -> sigma``, and by its Unicode name where it has no such word."""
    match name(character, "").split():
        case _ if character in SPELLINGS:
            return SPELLINGS[character]
        case ["GREEK", "SMALL", "LETTER", word]:
            return word.lower()
        case ["GREEK", "CAPITAL", "LETTER", word]:
            return word.title()
    return character.encode("ascii", "namereplace").decode()


def _spelled(problem: UnicodeError) -> tuple[str, int]:
    """What the encoding of a stream lacks, as ``codecs`` asks for it."""
    if not isinstance(problem, UnicodeEncodeError):
        raise problem
    return "".join(map(spelling, problem.object[problem.start : problem.end])), problem.end
