"""What `llmai-edu data list|fetch|verify|card` do: each prints, and returns the exit status of the program."""

import sys
from collections.abc import Callable

from .card import format_card
from .errors import DataError
from .fetch import fetch, is_present, verify
from .registry import DATASETS, find_dataset
from .settings import cache_dir


def list_command() -> int:
    """Print a table of all data sets: which are in the cache, how large, whose."""
    rows = [("name", "in cache", "at set-up", "download", "what", "licence")]
    for dataset in DATASETS.values():
        present, core = ("yes" if answer else "no" for answer in (is_present(dataset.name), dataset.core))
        size = f"{dataset.artifact.size / 1e6:.1f} MB"
        rows.append((dataset.name, present, core, size, dataset.title, dataset.licence))
    print(format_table(rows))
    print(f"\nThe cache is {cache_dir()}\nMore on one of them: llmai-edu data card NAME")
    return 0


def fetch_command(names: list[str] | None = None) -> int:
    """Fetch the named data sets, or the core ones; a damaged one is fetched again."""
    core = [dataset.name for dataset in DATASETS.values() if dataset.core]
    return _for_each(names or core, lambda name: f"{name} is in {fetch(name, repair=True)}")


def verify_command(names: list[str] | None = None) -> int:
    """Read every file of the named data sets, or of all in the cache, and compare it with what was fetched."""
    present = [name for name in DATASETS if is_present(name)]
    if not names and not present:
        print("The cache holds no data set: run llmai-edu data fetch", file=sys.stderr)
        return 1
    return _for_each(names or present, lambda name: f"{name}: {verify(name)} files as they were fetched")


def card_command(name: str) -> int:
    """Print the data card of one data set."""
    return _for_each([name], lambda name: format_card(find_dataset(name)))


def format_table(rows: list[tuple[str, ...]]) -> str:
    """Return the rows as text with aligned columns, the first row underlined.

    >>> print(format_table([("name", "size"), ("speeches", "4.5 MB")]))
    name      size
    --------  ------
    speeches  4.5 MB
    """
    widths = [max(map(len, column)) for column in zip(*rows)]
    ruled = [rows[0], tuple("-" * width for width in widths), *rows[1:]]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in ruled)


def _for_each(names: list[str], act: Callable[[str], str]) -> int:
    """Print what `act` says of each name; go on after a DataError, but not after an interruption."""
    status = 0
    for name in names:
        try:
            print(act(name), flush=True)
        except DataError as error:
            print(error, file=sys.stderr)
            status = 1
            if isinstance(error.__cause__, KeyboardInterrupt):
                return 130
    return status
