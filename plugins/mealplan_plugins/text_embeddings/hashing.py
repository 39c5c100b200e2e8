"""The fallback: words and their pieces hashed into a vector. It knows spelling, not meaning."""

from collections.abc import Sequence
from hashlib import blake2b
from math import sqrt

from mealplan_plugins.text_embeddings.words import words

_DIMENSIONS = 256
#: A whole word weighs as much as so many of its pieces.
_WORD_WEIGHT = 3.0
_PIECE_LENGTHS = (3, 4)


class HashingEmbeddings:
    """`TextEmbeddings` that need nothing: feature hashing with signs (Weinberger et al., 2009)."""

    space = "hashing-blake2b-256-v1"
    dimensions = _DIMENSIONS
    semantic = False

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one vector of unit length a text, all zero for a text without words."""
        return [_vector(text) for text in texts]


def _vector(text: str) -> list[float]:
    """Return the hashed words and pieces of ``text``."""
    vector = [0.0] * _DIMENSIONS
    for word in words(text):
        marked = f"<{word}>"
        _add(vector, marked, _WORD_WEIGHT)
        for length in _PIECE_LENGTHS:
            for start in range(len(marked) - length + 1):
                _add(vector, marked[start : start + length], 1.0)
    norm = sqrt(sum(value * value for value in vector))
    return [value / norm for value in vector] if norm else vector


def _add(vector: list[float], feature: str, weight: float) -> None:
    """Add ``weight`` where ``feature`` hashes to, with the sign that it hashes to."""
    digest = int.from_bytes(blake2b(feature.encode(), digest_size=4).digest(), "little")
    vector[(digest >> 1) % _DIMENSIONS] += weight if digest & 1 else -weight
