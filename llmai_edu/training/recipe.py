"""What a pretraining run is made of, in one file that is read and checked before anything is computed."""

import tomllib
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any

from llmai_edu.models.llama_config import LlamaConfig

__all__ = ["Recipe", "load_recipe", "recipe_names"]

SECTIONS = ("data", "training")


@dataclass(frozen=True)
class Recipe:
    """A pretraining run; `model` is without the vocabulary's size, which is the tokenizer's.

    repeat: source -> how often its text is read in an epoch. batch_size: rows of all processes together. context:
    tokens of a row (T). warmup, decay: shares of the run. Raises ValueError for numbers that cannot be.
    """

    name: str
    seed: int
    vocab_size: int
    repeat: dict[str, int]
    model: dict[str, Any]
    batch_size: int
    context: int
    steps: int
    learning_rate: float
    weight_decay: float
    warmup: float
    decay: float
    clip: float
    evaluate_every: int
    checkpoint_every: int

    def __post_init__(self) -> None:
        for name in ("vocab_size", "batch_size", "context", "steps", "evaluate_every", "checkpoint_every"):
            if not isinstance(value := getattr(self, name), int) or value < 1:
                raise ValueError(f"{name} must be a positive whole number, got {value!r}")
        for name in ("learning_rate", "clip"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be above 0, got {getattr(self, name)!r}")
        if self.warmup < 0 or self.decay < 0 or self.warmup + self.decay > 1:
            raise ValueError(f"warmup and decay are shares of one run, got {self.warmup} and {self.decay}")
        if bad := {source: times for source, times in self.repeat.items() if not isinstance(times, int) or times < 1}:
            raise ValueError(f"repeat counts readings, at least 1, got {bad}")
        longest = self.llama().max_position_embeddings
        if self.context > longest:
            raise ValueError(f"context {self.context} is longer than the {longest} tokens that the model can read")

    def llama(self, vocab_size: int | None = None) -> LlamaConfig:
        """The shape of the model, with the vocabulary that the tokenizer came to have."""
        return LlamaConfig(vocab_size=vocab_size or self.vocab_size, **self.model)

    @property
    def tokens(self) -> int:
        """How many tokens the whole run reads."""
        return self.steps * self.batch_size * self.context


def recipe_names() -> list[str]:
    """The recipes that come with the package.

    >>> "course_base" in recipe_names()
    True
    """
    return sorted(path.name.removesuffix(".toml") for path in (files(__package__) / "recipes").iterdir())


def load_recipe(name_or_path: str | Path) -> Recipe:
    """Read a recipe: the name of one that comes with the package, or a TOML file.

    Raises ValueError for a file that is no recipe, and says what is missing or unknown; FileNotFoundError for no file.

    >>> load_recipe("course_base").vocab_size
    6144
    """
    if str(name_or_path) in recipe_names():
        text = (files(__package__) / "recipes" / f"{name_or_path}.toml").read_text(encoding="utf-8")
    elif Path(name_or_path).is_file():
        text = Path(name_or_path).read_text(encoding="utf-8")
    else:
        raise FileNotFoundError(f"no recipe {name_or_path}: name a TOML file, or one of {', '.join(recipe_names())}")
    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{name_or_path} is no TOML file: {error}") from None
    for section in SECTIONS:
        entries.update(entries.pop(section, {}))
    entries.setdefault("repeat", {})
    known = {field.name for field in fields(Recipe)}
    if wrong := entries.keys() ^ known:
        missing, unknown = sorted(known & wrong), sorted(wrong - known)
        raise ValueError(f"{name_or_path}: missing: {', '.join(missing) or 'nothing'}; unknown: {', '.join(unknown)}")
    return Recipe(**entries)
