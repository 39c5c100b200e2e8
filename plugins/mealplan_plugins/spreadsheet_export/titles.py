r"""Titles that Excel takes for a sheet.

Excel's rules (support.microsoft.com, "Rename a worksheet"): 1 to 31 characters, none of
``[ ] : * ? / \``, no apostrophe at either end, not "History", unique whatever the case.
"""

from collections.abc import Iterable

_LONGEST = 31
_BANNED = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def sheet_titles(wanted: Iterable[str]) -> list[str]:
    """Return a title for each of ``wanted``, in order, that Excel takes."""
    taken = {"history"}
    titles = []
    for raw in wanted:
        printable = "".join(c if c.isprintable() else " " for c in raw)
        cleaned = " ".join(printable.translate(_BANNED).split()).strip("' ")
        base = cleaned or "Sheet"
        title, number = base[:_LONGEST].strip("' "), 1
        while title.casefold() in taken:
            number += 1
            suffix = f" ({number})"
            title = base[: _LONGEST - len(suffix)].rstrip() + suffix
        taken.add(title.casefold())
        titles.append(title)
    return titles
