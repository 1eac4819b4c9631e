"""What the librarian may cite: Python's reference and this course's pages, cut into chunks, with their vectors at hand.

MiniLM needs a minute for the sources on one core, too long for a first answer. So `benchmarks/record_qa.py vectors` has
written down the vector of every chunk, in 8 bits a number (lesson 23), under a fingerprint of the chunk's text, for the
references of Python 3.11, 3.12 and 3.13. A chunk of another version is encoded when it is met.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from safetensors import SafetensorError, safe_open

from llmai_edu.apps.chunks import Chunk, split_text
from llmai_edu.apps.encoder import Encoder
from llmai_edu.datasets.course_pages import load_course_sections
from llmai_edu.datasets.errors import DataError
from llmai_edu.datasets.python_reference import load_python_reference

__all__ = [
    "OVERLAP",
    "SIZE",
    "RecordedEncoder",
    "chunk_sources",
    "fingerprints",
    "load_sources",
    "pack",
    "recorded_vectors",
]

SIZE, OVERLAP = 600, 100  # characters; chosen on validation questions
VECTORS = "qa_vectors.safetensors"


def load_sources(articles: Mapping[str, str] | None = None) -> dict[str, str]:
    """The text of every section under the name that a citation shows: the part of the library, and the heading.

    articles: those of another Python's reference, in place of this one's.

    >>> sum(name.startswith("Lesson 13 (bert)") for name in load_sources()) > 5
    True
    """
    sections = load_python_reference(dict(articles) if articles is not None else None)
    named = [(f"Python's reference, {one.article!r}: {one.heading}", one.text) for one in sections]
    for one in load_course_sections():
        number, _, stem = one.lesson.partition("_")
        named.append((f"Lesson {number} ({stem}): {one.heading}", one.text))
    found: dict[str, str] = {}
    for name, text in named:
        again = sum(known == name or known.startswith(f"{name} (part ") for known in found)
        found[f"{name} (part {again + 1})" if again else name] = text
    return found


def chunk_sources(sources: Mapping[str, str], size: int = SIZE, overlap: int = OVERLAP) -> list[Chunk]:
    """All sections in chunks of at most `size` characters; a chunk never crosses a heading.

    >>> [chunk.text for chunk in chunk_sources({"a": "One two. Three four."}, size=12, overlap=0)]
    ['One two.', 'Three four.']
    """
    return [chunk for name, text in sources.items() for chunk in split_text(text, name, size=size, overlap=overlap)]


def fingerprints(texts: Sequence[str]) -> np.ndarray:
    """A number for each text that depends on the text alone, (N,) int64.

    >>> len(set(fingerprints(["a", "b", "a"]).tolist()))
    2
    """
    digests = b"".join(hashlib.sha256(text.encode()).digest()[:8] for text in texts)
    return np.frombuffer(digests, "<i8").astype(np.int64)


def pack(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vectors in 8 bits a number: (N, C) int8 and one scale a row, (N,) float32, so that int8 · scale is the vector.

    >>> whole, scale = pack(np.array([[0.6, -0.8]]))
    >>> (whole * scale[:, None]).round(2).tolist()
    [[0.6, -0.8]]
    """
    scale = np.abs(vectors).max(1) / 127
    return np.rint(vectors / scale[:, None]).astype(np.int8), scale.astype(np.float32)


@cache
def recorded_vectors() -> tuple[np.ndarray, np.ndarray]:
    """The fingerprints, sorted, (N,), and their chunks' vectors, (N, 384) float32 of length 1.

    Raises DataError when the file of the package cannot be read.
    """
    path = files(__package__) / VECTORS
    try:
        with safe_open(str(path), "numpy") as file:
            keys, whole, scale = (file.get_tensor(name) for name in ("keys", "whole", "scale"))
    except (OSError, SafetensorError) as error:
        raise DataError(f"{VECTORS} of the course's package cannot be read ({error}): install it again") from None
    vectors = whole * scale[:, None]
    return keys, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class RecordedEncoder:
    """An encoder that looks up the vectors of texts that were recorded, and asks the real one for the others.

    real: what makes the real encoder; it is called when the first unknown text comes. `asked` counts the texts that
    the real one has encoded.

    >>> encode = RecordedEncoder(lambda: lambda texts: np.eye(len(texts), 384, dtype=np.float32))
    >>> encode(["surely nobody recorded this"]).shape, encode.asked
    ((1, 384), 1)
    """

    def __init__(self, real: Callable[[], Encoder]) -> None:
        self.real, self.asked = real, 0
        self.keys, self.vectors = recorded_vectors()

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        wanted = fingerprints(texts)
        places = np.searchsorted(self.keys, wanted).clip(max=len(self.keys) - 1)
        found = self.vectors[places]  # (N, 384), a copy
        if missing := np.flatnonzero(self.keys[places] != wanted).tolist():
            found[missing] = self.real()([texts[i] for i in missing])
            self.asked += len(missing)
        return found
