"""Where every text and weight of the course comes from: registry, fetch, one loader per kind of data."""

from .card import Artifact, Dataset, format_card
from .errors import DataError
from .fetch import fetch, is_present, verify
from .registry import DATASETS
from .settings import cache_dir
from .speeches import Speech, load_speeches
from .weights import gpt2_tokenizer_files, smollm2_gguf

__all__ = [
    "DATASETS",
    "Artifact",
    "DataError",
    "Dataset",
    "Speech",
    "cache_dir",
    "fetch",
    "format_card",
    "gpt2_tokenizer_files",
    "is_present",
    "load_speeches",
    "smollm2_gguf",
    "verify",
]
