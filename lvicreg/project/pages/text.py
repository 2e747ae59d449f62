"""Words on a page: links between claims, and statements in parts."""

from __future__ import annotations

import re
from collections.abc import Iterable


def anchor(claim_id: str) -> str:
    """The id of a claim's element on its page."""
    return "claim-" + claim_id.replace(".", "-")


def link(claim_id: str) -> str:
    """A link to a claim, by the number that its theorem has in the book."""
    return f"{{prf:ref}}`{anchor(claim_id)}`"


def named(claim_id: str) -> str:
    """A link to a claim, by its id."""
    return f"{{prf:ref}}`{claim_id} <{anchor(claim_id)}>`"


def in_parts(text: str) -> str:
    """The parts of a statement or of a proof, (i), (ii) and so on, as paragraphs."""
    return re.sub(r"(?<=[.:)]) (?=\((?:i|ii|iii|iv|v)\) [A-Z$])", "\n\n", text)


def linked(text: str, claims: Iterable[str]) -> str:
    """The ids of other claims as links by number; code, mathematics and names of files stay as they are."""
    known, verbatim = set(claims), r"(`[^`]*`|\$[^$]*\$|\S+\.(?:py|md)\b)"
    name = r"\b[a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*\b"

    def links(part: str) -> str:
        return re.sub(name, lambda found: link(found[0]) if found[0] in known else found[0], part)

    return "".join(part if re.fullmatch(verbatim, part) else links(part) for part in re.split(verbatim, text))
