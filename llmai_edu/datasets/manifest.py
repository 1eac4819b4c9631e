"""The small record beside extracted files: what they should be, so that a damaged cache is noticed."""

import hashlib
import json
from pathlib import Path

from .card import Artifact
from .errors import DataError

FILENAME = ".llmai_edu.json"


def write_manifest(folder: Path, artifact: Artifact, names: list[str]) -> None:
    """Record size and sha256 of each extracted file in `folder`, and the artifact that they came from."""
    files = {
        name: {"size": (folder / name).stat().st_size, "sha256": file_sha256(folder / name)} for name in sorted(names)
    }
    record = {"artifact": artifact.filename, "sha256": artifact.sha256, "files": files}
    (folder / FILENAME).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> dict | None:
    """Return the record in `folder`, or None if there is none that can be read."""
    try:
        record = json.loads((folder / FILENAME).read_text(encoding="utf-8"))
        return record if isinstance(record["files"], dict) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_complete(folder: Path) -> bool:
    """Return whether each recorded file is there with its size; quick, the contents are not read."""
    record = read_manifest(folder)
    return record is not None and all(
        (folder / name).is_file() and (folder / name).stat().st_size == entry["size"]
        for name, entry in record["files"].items()
    )


def check_files(folder: Path) -> int:
    """Return the number of files in `folder` whose sha256 is as recorded; raises DataError if one is not."""
    record = read_manifest(folder)
    if record is None:
        raise DataError(f"{folder / FILENAME} is missing or damaged")
    for name, entry in record["files"].items():
        if not (folder / name).is_file():
            raise DataError(f"{folder / name} is missing")
        if file_sha256(folder / name) != entry["sha256"]:
            raise DataError(f"{folder / name} was changed or damaged")
    return len(record["files"])


def is_intact(folder: Path) -> bool:
    """Return whether every recorded file is there and unchanged; slow, all contents are read."""
    try:
        return check_files(folder) > 0
    except DataError:
        return False


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file as a hex string."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
