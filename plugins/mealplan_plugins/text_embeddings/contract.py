"""What goes into and comes out of `text_embeddings`."""

from collections.abc import Sequence
from typing import Protocol


class TextEmbeddings(Protocol):
    """An implementation. Vectors have unit length, or are all zero for a text without words."""

    #: Identifies the vector space: vectors of different spaces must not be compared.
    space: str
    dimensions: int
    #: False for hashing vectors, which know spelling and not meaning.
    semantic: bool

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one vector a text, in order. The same text always gives the same vector."""
        ...
