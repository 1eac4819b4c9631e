"""Copy an artifact to disk in chunks, with a progress bar, and check its size and sha256 on the way."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from .card import Artifact
from .errors import DataError
from .web import OTHER_INDEX, Session, errors_explained

CHUNK = 1 << 16


def download(
    artifact: Artifact, place: str | Path, path: Path, session: Session, timeout: float, label: str | None = None
) -> None:
    """Copy the artifact from `place`, an address or a local file, to `path`.

    timeout: seconds without a byte after which the server counts as stalled. label: what a progress bar is called;
    without one there is no bar. Raises DataError if the copy fails
    or is not the pinned file; what was written till then stays, so give it a path that may be thrown away.
    """
    with _chunks(place, session, timeout) as chunks:
        save_checked(artifact, chunks, path, label)


def save_checked(artifact: Artifact, chunks: Iterator[bytes], path: Path, label: str | None = None) -> None:
    """Write the chunks to `path`; raises DataError unless they are the artifact, byte for byte."""
    digest, received = hashlib.sha256(), 0
    bar = tqdm(total=artifact.size, unit="B", unit_scale=True, desc=label, disable=label is None)
    with bar, path.open("wb") as out:
        for chunk in chunks:
            received += len(chunk)
            if received > artifact.size:
                raise DataError(_not_the_file(artifact, f"has more than {artifact.size:,} bytes"))
            out.write(chunk)
            digest.update(chunk)
            bar.update(len(chunk))
    if received < artifact.size:
        raise DataError(f"the download stopped after {received:,} of {artifact.size:,} bytes: try again")
    if digest.hexdigest() != artifact.sha256:
        raise DataError(_not_the_file(artifact, "has another sha256"))


def _not_the_file(artifact: Artifact, what: str) -> str:
    return f"the received {artifact.filename} {what} and is not the pinned file: try again, or {OTHER_INDEX}"


@contextmanager
def _chunks(place: str | Path, session: Session, timeout: float) -> Iterator[Iterator[bytes]]:
    if isinstance(place, Path):
        try:
            source = place.open("rb")
        except OSError as error:
            raise DataError(f"{place} cannot be read ({error.strerror}): {OTHER_INDEX}") from None
        with source:
            yield iter(lambda: source.read(CHUNK), b"")
        return
    with errors_explained(place, timeout), session.get(place, stream=True, timeout=timeout) as response:
        response.raise_for_status()
        yield response.iter_content(CHUNK)
