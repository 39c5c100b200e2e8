"""The work that measures `text_embeddings`: 64 names of dishes."""

from math import isclose

from mealplan_plugins.text_embeddings.contract import TextEmbeddings

_COOKED = ("grilled", "baked", "raw", "stewed")
_MAIN = ("salmon", "chicken breast", "lentils", "tofu")
_SIDE = ("brown rice", "mashed potatoes", "green beans", "tomato salad")


def run(embeddings: TextEmbeddings) -> None:
    """Encode 64 names.

    Raises:
        RuntimeError: a vector has not the promised dimensions or not unit length.
    """
    texts = [f"{how} {main} with {side}" for how in _COOKED for main in _MAIN for side in _SIDE]
    for text, vector in zip(texts, embeddings.encode(texts), strict=True):
        if len(vector) != embeddings.dimensions:
            raise RuntimeError(f"{text!r}: {len(vector)} dimensions, not {embeddings.dimensions}")
        if not isclose(sum(value * value for value in vector), 1.0, abs_tol=1e-3):
            raise RuntimeError(f"{text!r}: its vector has not unit length")
