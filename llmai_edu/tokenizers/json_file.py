"""Saving a tokenizer as JSON: written whole or not at all, and refused in clear words when it is another file."""

import json
import os
from pathlib import Path
from typing import Any

VERSION = 1


def write_json(path: str | Path, kind: str, content: dict[str, Any]) -> None:
    """Write `content` with its kind and version to `path`; an interrupted write leaves the old file as it was.

    Raises OSError where the folder does not exist or cannot be written.
    """
    path = Path(path)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        temporary.write_text(json.dumps({"kind": kind, "version": VERSION, **content}), encoding="utf-8")
        os.replace(temporary, path)  # atomic: a reader sees the old file or the new one
    finally:
        temporary.unlink(missing_ok=True)


def read_json(path: str | Path, kind: str, fields: tuple[str, ...]) -> dict[str, Any]:
    """Read what `write_json` wrote; raises ValueError with the reason when the file is something else."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:  # covers both bad JSON and bad UTF-8
        raise ValueError(f"{path} is not a JSON file ({error}); save the tokenizer again with .save(path)") from None
    found = content.get("kind") if isinstance(content, dict) else None
    if found != kind:
        raise ValueError(
            f"{path} holds {found or 'no tokenizer'!r}, expected {kind!r}; load it with the class that saved it"
        )
    if (version := content.get("version")) != VERSION:
        raise ValueError(
            f"{path} has format version {version!r}, this program reads {VERSION}; save the tokenizer again"
        )
    missing = [field for field in fields if field not in content]
    if missing:
        raise ValueError(f"{path} lacks {missing}; the file is incomplete, save the tokenizer again")
    return content
