"""A translator for the words of programs: batches with beam search, or word by word while a text arrives."""

from collections.abc import Iterator, Mapping, Sequence

import torch

from llmai_edu.apps.glossary import fill_terms
from llmai_edu.apps.slots import Slotted, restore
from llmai_edu.apps.translation_codec import TranslationCodec
from llmai_edu.apps.translation_corpus import LONGEST, TARGETS
from llmai_edu.apps.wait_k import advance, begin, next_tokens
from llmai_edu.generation.beam_batch import beam_search_batch
from llmai_edu.models.t5 import T5
from llmai_edu.pretrained.translator import load_translator, translator_tokenizer

__all__ = ["Translator", "open_app"]


class Translator:
    """English to one language, with the course's own model.

    model: reads and writes. codec: texts to ids and back. language: "fr" or "zh".

    >>> Translator.load("fr").translate(["Turn off {name}"])  # doctest: +SKIP
    ['Éteindre {name}']
    """

    def __init__(self, model: T5, codec: TranslationCodec, language: str) -> None:
        if language not in TARGETS:
            raise ValueError(f"it translates into {' and '.join(TARGETS)}, not {language!r}")
        self.model, self.codec, self.language = model, codec, language

    @classmethod
    def load(cls, language: str) -> "Translator":
        """The recorded translator into "fr" or "zh".

        Raises ValueError for another language, DataError when its files are missing.
        """
        return cls(load_translator(), TranslationCodec(translator_tokenizer()), language)

    def translate(
        self,
        texts: Sequence[str],
        *,
        beams: int = 4,
        length_penalty: float = 1.0,
        slots: bool = True,
        hold: bool = True,
        glossary: Mapping[str, str] | None = None,
        kind: str = "home",
        batch_size: int = 32,
    ) -> list[str]:
        """Translate a list of texts.

        slots: carry placeholders through as slots. hold: the model has to write each slot as often as it was read;
        without, the best translation found that keeps all slots is taken, and the best of all if none does.
        glossary: English term -> wanted translation. kind: "emoji" for names of emoji. Returns the translations in
        the order of the texts.
        """
        return [text for text, _ in self.scored(texts, beams, length_penalty, slots, hold, glossary, kind, batch_size)]

    def scored(
        self,
        texts: Sequence[str],
        beams: int = 4,
        length_penalty: float = 1.0,
        slots: bool = True,
        hold: bool = True,
        glossary: Mapping[str, str] | None = None,
        kind: str = "home",
        batch_size: int = 32,
    ) -> list[tuple[str, float]]:
        """As `translate`, each with its score: nats a token, on average, when the length penalty is 1."""
        filled = [fill_terms(text, glossary or {}) if slots else Slotted(text, ()) for text in texts]
        rows = [self.codec.source_ids(one.text, self.language, kind=kind) for one in filled]
        answers: list[tuple[str, float]] = [("", 0.0)] * len(texts)
        order = sorted(range(len(texts)), key=lambda i: len(rows[i]))
        for start in range(0, len(order), batch_size):
            chosen = order[start : start + batch_size]
            ids, mask = self.codec.batch([rows[i] for i in chosen])
            found = beam_search_batch(
                self.model,
                ids,
                2 * ids.shape[1] + 10,
                attention_mask=mask,
                beams=beams,
                length_penalty=length_penalty,
                allowed=self.codec.allowed([filled[i].text for i in chosen]),
                exactly=self.codec.exactly([filled[i].text for i in chosen]) if slots and hold else None,
            )
            for i, hypotheses in zip(chosen, found):
                answers[i] = self.choose(filled[i], [(one.ids, one.score) for one in hypotheses])
        return answers

    def choose(self, source: Slotted, hypotheses: Sequence[tuple[list[int], float]]) -> tuple[str, float]:
        """The best translation that has each slot of the source as often, or the best of all."""
        slots = self.codec.slot_ids
        wanted = [source.text.count(f"<p{i}>") for i in range(len(slots))]
        keeping = [one for one in hypotheses if not source.values or [one[0].count(slot) for slot in slots] == wanted]
        ids, score = (keeping or hypotheses)[0]
        return restore(self.codec.text(ids), source.values), score

    @torch.no_grad()
    def stream(self, text: str, k: float = 3, *, longest: int = 100) -> Iterator[tuple[str, str]]:
        """Translate with wait-k, one source word after the other.

        Yields pairs: the source words that have just been heard, and what was written upon them. Raises ValueError for
        k below 1.
        """
        one = begin(text, k)
        shown_words, shown = 0, ""
        while one.words:
            heard = one.heard
            while not one.done and one.heard == heard:
                (token,) = next_tokens(self.model, self.codec, [one], self.language)
                advance(one, token, self.codec, k, longest)
            now = one.text(self.codec)
            words = restore(" ".join(one.words[shown_words:heard]), one.values)
            yield words, now[len(shown) :]
            shown_words, shown = heard, now
            if one.done:
                return


def open_app(language: str = "fr"):
    """The translator in the terminal: what is typed is translated as its words arrive.

    >>> open_app().example  # doctest: +SKIP
    'Failed to connect to {host}. Check the address and try again.'
    """
    from llmai_edu.apps.terminal import TerminalApp

    streaming = Translator.load(language)

    def answer(line: str) -> Iterator[str]:
        if (words := len(line.split())) > LONGEST:
            yield f"These are {words} words; it learned from texts of at most {LONGEST}. Give it a sentence at a time."
            return
        for _, written in streaming.stream(line, k=3):
            yield written

    return TerminalApp(
        "English in, French out, three words behind. It knows the words of programs and little else.",
        answer,
        "Failed to connect to {host}. Check the address and try again.",
    )
