"""Files that come with the package: read, and held against the hash with which they were recorded."""

import hashlib
from importlib.resources import files
from pathlib import Path

from llmai_edu.datasets import DataError

__all__ = ["checked_file"]


def checked_file(name: str, sha256: str) -> Path:
    """The path of a recorded file of this package.

    name: below `llmai_edu/pretrained`. Raises DataError when the file is missing, or is not the recorded one.
    """
    path = Path(str(files(__package__) / name))
    data = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(data).hexdigest() != sha256:
        found = f"is damaged ({len(data):,} bytes)" if data else "is missing"
        raise DataError(f"{name} of the course's package {found}: install the package again")
    return path
