"""Where every text and weight of the course comes from: registry, fetch, one loader per kind of data."""

from .errors import DataError
from .fetch import fetch, is_present, verify
from .registry import DATASETS, Artifact, Dataset
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
    "gpt2_tokenizer_files",
    "is_present",
    "load_speeches",
    "smollm2_gguf",
    "verify",
]
