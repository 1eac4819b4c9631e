"""Find an artifact on a package index, through the simple API (PEP 503 and 691) or in a local folder."""

from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from pypi_simple import (
    PYPI_SIMPLE_ENDPOINT,
    DistributionPackage,
    NoSuchProjectError,
    PyPISimple,
    UnsupportedRepoVersionError,
)

from .card import Artifact
from .errors import DataError
from .web import OTHER_INDEX, Session, errors_explained, is_downgrade, shown


def find_artifact(artifact: Artifact, location: str | None, session: Session, timeout: float) -> str | Path:
    """Return where the artifact lies: an address, or a path if the index is a local folder.

    location: the address of a simple API, a folder, a file:// address, or None for the public index. Raises
    DataError if the index cannot be asked or has not this very file.
    """
    location = location or PYPI_SIMPLE_ENDPOINT
    folder = local_folder(location)
    if folder is not None:
        return _find_in_folder(artifact, folder)
    return _find_on_index(artifact, location, session, timeout)


def local_folder(location: str) -> Path | None:
    """Return the folder that an index location names, or None if it is a web address.

    >>> local_folder("https://index.example/simple") is None
    True
    """
    parts = urlsplit(location)
    if parts.scheme.lower() in ("http", "https"):
        return None
    if parts.scheme.lower() == "file":
        return Path(url2pathname(parts.path))
    return Path(location).expanduser()


def _find_in_folder(artifact: Artifact, folder: Path) -> Path:
    if not folder.is_dir():
        raise DataError(f"LLMAI_EDU_INDEX or pip's index-url is {str(folder)!r}, neither a web address nor a folder")
    for candidate in (folder / artifact.filename, folder / artifact.project / artifact.filename):
        if candidate.is_file():
            return candidate
    raise DataError(f"the folder {folder} holds no {artifact.filename}: copy that file into it")


def _find_on_index(artifact: Artifact, location: str, session: Session, timeout: float) -> str:
    client = PyPISimple(location, session=session)
    with errors_explained(location, timeout):
        try:
            page = client.get_project_page(artifact.project, timeout=timeout)
        except NoSuchProjectError:
            raise DataError(f"the package index {shown(location)} has no {artifact.project}: {OTHER_INDEX}") from None
        except (ValueError, UnsupportedRepoVersionError):
            raise DataError(f"{shown(location)} does not answer like a package index: {OTHER_INDEX}") from None
    for package in page.packages:
        if package.filename == artifact.filename:
            _check_offer(artifact, package, location)
            return package.url
    raise DataError(f"the package index {shown(location)} has no {artifact.filename}: {OTHER_INDEX}")


def _check_offer(artifact: Artifact, package: DistributionPackage, location: str) -> None:
    """Spare the download where the index itself says that the file is not the pinned one; refuse an unsafe address."""
    if package.digests.get("sha256", artifact.sha256) != artifact.sha256:
        raise DataError(f"{shown(location)} offers another file as {artifact.filename}, not the pinned: {OTHER_INDEX}")
    if is_downgrade(location, package.url):
        raise DataError(f"{shown(location)} points to the unsafe address {shown(package.url)}: {OTHER_INDEX}")
