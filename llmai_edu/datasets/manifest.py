"""The small record beside extracted files: what they should be, so that a damaged cache is noticed."""

import hashlib
import json
from fnmatch import fnmatchcase
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


def read_manifest(folder: Path, artifact: Artifact) -> dict[str, dict] | None:
    """Return size and sha256 of each file in `folder`, or None without a readable record of the artifact's members."""
    try:
        files = json.loads((folder / FILENAME).read_text(encoding="utf-8"))["files"]
        known = all({"size", "sha256"} <= entry.keys() for entry in files.values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return files if known and are_members(list(files), artifact.members) else None


def are_members(names: list[str], patterns: tuple[str, ...]) -> bool:
    """Return whether every name matches one of an artifact's patterns, and every pattern a name.

    >>> are_members(["a/1.txt", "a/2.txt"], ("a/*.txt",)), are_members([], ("a/*.txt",))
    (True, False)
    """
    used = [{pattern for pattern in patterns if fnmatchcase(name, pattern)} for name in names]
    return all(used) and set().union(*used) == set(patterns)


def is_complete(folder: Path, artifact: Artifact) -> bool:
    """Return whether each recorded file is there with its size; quick, the contents are not read."""
    files = read_manifest(folder, artifact)
    return files is not None and all(
        (folder / name).is_file() and (folder / name).stat().st_size == entry["size"] for name, entry in files.items()
    )


def check_files(folder: Path, artifact: Artifact) -> int:
    """Return the number of files in `folder` whose sha256 is as recorded; raises DataError if one is not."""
    files = read_manifest(folder, artifact)
    if files is None:
        raise DataError(f"{folder / FILENAME} is missing or damaged")
    for name, entry in files.items():
        if not (folder / name).is_file():
            raise DataError(f"{folder / name} is missing")
        if file_sha256(folder / name) != entry["sha256"]:
            raise DataError(f"{folder / name} was changed or damaged")
    return len(files)


def is_intact(folder: Path, artifact: Artifact) -> bool:
    """Return whether every recorded file is there and unchanged; slow, all contents are read."""
    try:
        return check_files(folder, artifact) > 0
    except DataError:
        return False


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file as a hex string."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
