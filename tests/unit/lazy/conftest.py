"""Modules of rungs, written to disk, and a clock that is moved by hand."""

import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

_numbers = itertools.count()


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], str]]:
    """Write source into a fresh importable module and return its name."""
    monkeypatch.syspath_prepend(str(tmp_path))
    made = []

    def write(source: str) -> str:
        name = f"lazy_rung_{next(_numbers)}"
        (tmp_path / f"{name}.py").write_text(source, "utf-8")
        made.append(name)
        return name

    yield write
    for name in made:
        sys.modules.pop(name, None)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def boundless(tmp_path: Path) -> str:
    """A root without proc: no limit can be read there."""
    root = tmp_path / "boundless"
    root.mkdir()
    return str(root)
