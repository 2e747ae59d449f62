"""Words on a page: the text of statements, and links between claims."""

from __future__ import annotations

import re
from collections.abc import Iterable


def anchor(claim_id: str) -> str:
    """The id of a claim's element on its page."""
    return "claim-" + claim_id.replace(".", "-")


def link(claim_id: str) -> str:
    """A link to a claim."""
    return f"{{prf:ref}}`{claim_id} <{anchor(claim_id)}>`"


def prose(text: str, claims: Iterable[str]) -> str:
    """A statement's subscripts and superscripts as such, and the ids of other claims as links.

    Code and names of files stay as they are.
    """
    verbatim = r"(`[^`]*`|\S+\.(?:py|md)\b)"
    return "".join(part if re.fullmatch(verbatim, part) else _prose(part, set(claims)) for part in re.split(verbatim, text))


def _prose(text: str, claims: set[str]) -> str:
    text = re.sub(r"_(\{[^}]*\}|[0-9]+|[A-Za-z]+|[α-ω])", lambda match: f"<sub>{match[1].strip('{}')}</sub>", text)
    text = re.sub(r"\^(\{[^}]*\}|[A-Za-z0-9]+)", lambda match: f"<sup>{match[1].strip('{}')}</sup>", text)
    return re.sub(r"\b[a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*\b", lambda m: link(m[0]) if m[0] in claims else m[0], text)
