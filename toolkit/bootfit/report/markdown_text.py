"""Text of strangers inside GitHub- and GitLab-flavoured Markdown."""

import re

from bootfit.report.controls import without_controls

#: What begins anything inside a line: emphasis, code, links, HTML, entities, mathematics, cells.
_SPECIAL = re.compile(r"[\\`*_\[\]<>|~&$]")
#: Would mention somebody, or refer to an issue or a merge request: both work on the rendered text.
_REFERENCE = re.compile(r"(?<!\w)([@#!])(?=\w)")
_BREAKS = re.compile(r"\s+")
_APART = "\u200b"


def inline(text: str, longest: int | None = None) -> str:
    """Return ``text`` on one line, shown as it is, in at most ``longest`` characters of it."""
    flat = without_controls(_BREAKS.sub(" ", text)).strip()
    if longest is not None and len(flat) > longest:
        flat = flat[: longest - 1].rstrip() + "…"
    return _REFERENCE.sub(rf"\1{_APART}", _SPECIAL.sub(r"\\\g<0>", flat))


def table(headings: list[str], rows: list[list[str]], right: frozenset[int] = frozenset()) -> str:
    """Return a table of cells that are Markdown already; columns of ``right`` are figures."""
    rule = ["---:" if column in right else "---" for column in range(len(headings))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, rule, *rows))
