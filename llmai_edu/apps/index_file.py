"""An index in one file: its chunks as JSON and its arrays as they are, written whole or not at all, without pickle."""

import json
import os
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from pathlib import Path

import numpy as np

from llmai_edu.apps.chunks import Chunk

__all__ = ["read_index", "write_index"]

FORMAT = "llmai_edu index 1"


def write_index(path: str | Path, kind: str, chunks: Sequence[Chunk], arrays: Mapping[str, np.ndarray]) -> None:
    """Write an index to one .npz file, which is a zip of arrays; `kind` names the class that can read it.

    Raises OSError where the file cannot be written; the old file is then as it was.
    """
    about = json.dumps({"format": FORMAT, "kind": kind, "chunks": [astuple(chunk) for chunk in chunks]})
    path = Path(path)
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with partial.open("wb") as file:
            np.savez(file, about=np.frombuffer(about.encode(), np.uint8), **arrays)
        os.replace(partial, path)  # atomic: whoever looks sees the old file or the new one
    finally:
        partial.unlink(missing_ok=True)


def read_index(path: str | Path, kind: str) -> tuple[list[Chunk], dict[str, np.ndarray]]:
    """Read what `write_index` wrote: the chunks and the arrays by name.

    Raises FileNotFoundError for no file, and ValueError for a damaged file, another kind of file, or another index.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no index at {path}: build it and save it first")
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        about = json.loads(arrays.pop("about").tobytes())
        found = about["format"], about["kind"]
        chunks = [Chunk(*fields) for fields in about["chunks"]]
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is damaged or no index of ours ({error}): build and save it again") from None
    if found != (FORMAT, kind):
        raise ValueError(f"{path} holds {found[1]!r} of format {found[0]!r}, and a {kind} of {FORMAT!r} was asked for")
    return chunks, arrays
