"""One comment that is written again and again: found by its marker, and by who wrote it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

_CUT = "\n\n… the rest is left out: see the reports of the job.\n"


@dataclass(frozen=True)
class Comment:
    """What a forge keeps of one."""

    number: int
    author: str
    body: str


@dataclass(frozen=True)
class Thread:
    """A pull or merge request's comments, and what can be done to them."""

    comments: Iterable[Comment]
    create: Callable[[str], object]
    update: Callable[[int, str], object]
    delete: Callable[[int], object]


def marker(key: str) -> str:
    """Return the first line of our comment about ``key``: no reader sees it."""
    plain = "".join(one if one.isalnum() or one in "._/-" else "_" for one in key)
    return f"<!-- bootfit: {plain} -->"


def body(summary: str, key: str, most: int) -> str:
    """Return ``summary`` with its marker, in ``most`` characters."""
    text = f"{marker(key)}\n{summary.strip()}\n"
    if len(text) <= most:
        return text
    whole_lines = text[: most - len(_CUT)].rpartition("\n")[0]
    return whole_lines + _CUT


def write_sticky(thread: Thread, text: str, author: str) -> str:
    """Make ``thread`` hold ``text`` once, and return what was done.

    A comment with our marker that somebody else wrote is left alone: they could change it later.
    Of several of our own, which runs at the same time leave, the oldest stays.
    """
    first = text.splitlines()[0]
    ours = [
        one
        for one in thread.comments
        if one.author == author and one.body.lstrip().startswith(first)
    ]
    if not ours:
        thread.create(text)
        return "commented"
    oldest, *others = sorted(ours, key=lambda one: one.number)
    for one in others:
        thread.delete(one.number)
    if oldest.body.split() == text.split():
        return "the comment says so already"
    thread.update(oldest.number, text)
    return "updated the comment"
