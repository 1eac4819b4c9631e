"""Vectors that took minutes to compute and come with the package, found by the hash of their text.

`benchmarks/make_domain_vectors.py` makes them; a test computes some again.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

__all__ = ["remembering_encoder", "save_vectors", "stored_vectors", "text_key"]


def text_key(text: str) -> int:
    """Return the first 8 bytes of a text's SHA-256 as a signed integer.

    >>> text_key("cat") == text_key("cat") != text_key("dog")
    True
    """
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)


def save_vectors(path: Path, vectors: Mapping[str, np.ndarray]) -> None:
    """Write a vector for each text, in float16, with the text's key in place of the text."""
    keys = np.array([text_key(text) for text in vectors], np.int64)
    save_file({"keys": keys, "vectors": np.stack(list(vectors.values())).astype(np.float16)}, path)


@cache
def stored_vectors(name: str) -> dict[int, np.ndarray]:
    """Return the vectors of a file that comes with the package, by key: "medicine", "questions" or "licences".

    >>> len(stored_vectors("medicine"))
    1918
    """
    arrays = load_file(files(__package__) / "vectors" / f"{name}.safetensors")
    return dict(zip(arrays["keys"].tolist(), arrays["vectors"].astype(np.float32)))


def remembering_encoder(
    names: Sequence[str], encode: Callable[[list[str]], np.ndarray] | None = None
) -> Callable[[Sequence[str]], np.ndarray]:
    """Return an encoder that looks a text up in stored vectors first, and only encodes what is not there.

    encode: what encodes the others; MiniLM when None, which is loaded when it is first needed.

    >>> remembering_encoder([], lambda texts: np.ones((len(texts), 2)))(["new"]).tolist()
    [[1.0, 1.0]]
    """
    known = {key: vector for name in names for key, vector in stored_vectors(name).items()}

    def look_up(texts: Sequence[str]) -> np.ndarray:
        found = [known.get(text_key(text)) for text in texts]
        new = [text for text, vector in zip(texts, found) if vector is None]
        fresh = iter(_encoder(encode)(new)) if new else iter(())
        rows = [next(fresh) if vector is None else vector for vector in found]
        rows = np.stack(rows).astype(np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    return look_up


def _encoder(encode: Callable[[list[str]], np.ndarray] | None) -> Callable[[list[str]], np.ndarray]:
    from llmai_edu.apps.encoder import minilm_encoder  # here, because a known text needs no torch

    return encode or minilm_encoder()
