"""A vector a word, distilled from MiniLM into a table of bytes; a text is their weighted mean."""

import json
from array import array
from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files
from math import sqrt

from mealplan_plugins.text_embeddings.pins import STATIC_TABLE_SHA256
from mealplan_plugins.text_embeddings.words import words

_FILE = "static_table.bin"
#: Endings that are cut, one after another, from a word that the table does not know.
_ENDINGS = (("ies", "y"), ("es", ""), ("s", ""), ("ed", ""), ("ing", ""))


class StaticEmbeddings:
    """`TextEmbeddings` by the table; the standard library alone.

    The file is: one line of JSON, the words one a line, then a row of signed bytes a word. The
    weight of a word (rare words say more) is in the length of its row.

    Raises:
        ValueError: the table is not the one that was pinned, so its space is unknown.
    """

    semantic = True

    def __init__(self) -> None:
        content = (files(__package__) / _FILE).read_bytes()
        if sha256(content).hexdigest() != STATIC_TABLE_SHA256:
            raise ValueError(f"{_FILE} is not the table that is pinned")
        end = content.index(b"\n")
        header = json.loads(content[:end])
        self.space: str = header["space"]
        self.dimensions: int = header["dimensions"]
        start = end + 1 + header["words_bytes"]
        names = content[end + 1 : start].decode().split("\n")
        self._row = {word: row for row, word in enumerate(names)}
        self._table = array("b", content[start:])

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one vector of unit length a text, all zero for a text without known words."""
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> list[float]:
        rows = [row for word in words(text) if (row := self._find(word)) is not None]
        if not rows:
            return [0.0] * self.dimensions
        size = self.dimensions
        slices = [self._table[row * size : (row + 1) * size] for row in rows]
        total = [float(sum(column)) for column in zip(*slices, strict=True)]
        norm = sqrt(sum(value * value for value in total))
        return [value / norm for value in total] if norm else total

    def _find(self, word: str) -> int | None:
        """Return the row of ``word``, or of its stem."""
        row = self._row.get(word)
        if row is not None:
            return row
        for ending, instead in _ENDINGS:
            if word.endswith(ending) and len(word) > len(ending) + 2:
                row = self._row.get(word.removesuffix(ending) + instead)
                if row is not None:
                    return row
        return None
