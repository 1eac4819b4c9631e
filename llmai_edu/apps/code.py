"""A helper for people who write Python: it fills a gap, shows the lines that surprise it, and describes a function."""

from collections.abc import Iterator
from typing import NamedTuple

from llmai_edu.apps.mutate import code_lines
from llmai_edu.apps.surprisal import line_scores, token_surprise
from llmai_edu.apps.terminal import TerminalApp
from llmai_edu.generation import generate
from llmai_edu.generation.batch_stop import generate_until
from llmai_edu.generation.streaming import chat, stream_text
from llmai_edu.models.gpt import GPT
from llmai_edu.models.llama import Llama
from llmai_edu.pretrained.course_code import load_course_code
from llmai_edu.tokenizers import BPETokenizer
from llmai_edu.tokenizers.chat import ChatTokenizer
from llmai_edu.training.fim import END, fim_prompt

__all__ = ["ASK", "HOLE", "LONGEST", "CodeHelper", "RankedLine", "open_app"]

HOLE, LONGEST = "___", 40  # the mark of a gap; the most tokens that are written into one
ASK = "Describe in one short sentence what this Python function does. Write the sentence only.\n\n{code}"


class RankedLine(NamedTuple):
    """A line of code, its number from 1, and how much it surprised the model, in nats."""

    number: int
    score: float
    text: str


class CodeHelper:
    """Completes, reviews and describes. writer: a GPT that fills in the middle. reader: a larger model, if any.

    >>> helper = CodeHelper.load()
    >>> isinstance(helper.complete("def f(a):\\n    return ", "\\n"), str)
    True
    """

    def __init__(self, writer: tuple[GPT, BPETokenizer], reader: tuple[Llama, ChatTokenizer] | None = None) -> None:
        self.writer, self.reader = writer, reader

    @classmethod
    def load(cls, *, large: bool = False) -> "CodeHelper":
        """With the course's own small GPT; with `large`, SmolLM2 reviews and describes."""
        if not large:
            return cls(load_course_code())
        from llmai_edu.pretrained import load_smollm2
        from llmai_edu.tokenizers import smollm2_tokenizer

        return cls(load_course_code(), (load_smollm2(), smollm2_tokenizer()))

    def stream(self, prefix: str, suffix: str) -> Iterator[str]:
        """What stands between the two, piece by piece; greedy, at most 40 tokens."""
        model, tokenizer = self.writer
        ids = fim_prompt(tokenizer, prefix, suffix, model.config.n_positions - LONGEST)
        return stream_text(tokenizer, generate(model, ids, LONGEST, stop_ids=[tokenizer.special_tokens[END]]))

    def complete(self, prefix: str, suffix: str) -> str:
        """The same as one text."""
        return "".join(self.stream(prefix, suffix))

    def complete_many(self, gaps: list[tuple[str, str]]) -> list[str]:
        """Several gaps at once, each up to the end of its line."""
        model, tokenizer = self.writer
        prompts = [fim_prompt(tokenizer, *gap, model.config.n_positions - LONGEST) for gap in gaps]
        end = tokenizer.special_tokens[END]
        return [text.strip() for text in generate_until(model, tokenizer, prompts, LONGEST, ["\n"], stop_ids=[end])]

    def continue_many(self, prefixes: list[str]) -> list[str]:
        """The same model without a look at what follows: the line goes on from left to right.

        A space before a word belongs to the word's token, so the last one of a prefix is left to the model.
        """
        model, tokenizer = self.writer
        room = model.config.n_positions - LONGEST
        prompts = [tokenizer.encode(prefix.removesuffix(" "))[-room:] for prefix in prefixes]
        return [text.strip() for text in generate_until(model, tokenizer, prompts, LONGEST, ["\n"])]

    def review(self, text: str, how: str = "max") -> list[RankedLine]:
        """The lines of code of a function, the most surprising first.

        text: one function at the left margin, no longer than the model's context. how: the score of a line, as in
        `line_scores`. Raises SyntaxError for what is no Python.
        """
        model, tokenizer = self.reader or self.writer
        start = 0 if self.reader else tokenizer.special_tokens[END]
        numbers, lines = code_lines(text), text.split("\n")
        scores = line_scores(*token_surprise(model, tokenizer, text, start=start), numbers, how)
        found = [RankedLine(number, float(score), lines[number - 1]) for number, score in zip(numbers, scores)]
        return sorted(found, key=lambda line: -line.score)

    def docstring(self, text: str) -> str:
        """One sentence that says what a function does. Raises ValueError without a reader: `load(large=True)`."""
        if self.reader is None:
            raise ValueError("the small model writes no sentences: CodeHelper.load(large=True) brings SmolLM2")
        written = "".join(chat(*self.reader, ASK.format(code=text), max_new_tokens=LONGEST))
        return written.strip().split("\n")[0]


def open_app() -> TerminalApp:
    """The completer for a terminal: a line of code with a gap, `\\n` for a new line.

    >>> "___" in open_app().example
    True
    """
    helper = CodeHelper.load()

    def answer(line: str) -> Iterator[str]:
        prefix, mark, suffix = line.replace("\\n", "\n").partition(HOLE)
        if not mark:
            yield f"Mark the gap with {HOLE}, please."
            return
        yield from helper.stream(prefix, suffix)

    greeting = f"Code with a gap, marked {HOLE}; \\n stands for a new line. A very small model fills it."
    return TerminalApp(greeting, answer, f"def mean(values):\\n    return {HOLE} / len(values)")
