"""A vocabulary of a few words with their sounds, for tests of verse."""

from llmai_edu.apps.verse_words import verse_words

SOUNDS = {
    "day": "D EY1", "may": "M EY1", "say": "S EY1", "way": "W EY1", "stay": "S T EY1", "pay": "P EY1", "lay": "L EY1",
    "ray": "R EY1", "away": "AH0 W EY1", "sea": "S IY1", "be": "B IY1", "tree": "T R IY1", "free": "F R IY1",
    "key": "K IY1", "three": "TH R IY1", "knee": "N IY1", "summer": "S AH1 M ER0", "and": "AE1 N D", "on": "AA1 N",
    "compare": "K AH0 M P EH1 R",
}  # fmt: skip
DICTIONARY = {word: (tuple(sounds.split()),) for word, sounds in SOUNDS.items()}


class Toy:
    """A tokenizer with a token for each word, inside and at the beginning of a line, and for some signs."""

    def __init__(self):
        self.pieces = ["<end>", "\n", *",.;:?!", *(f" {w}" for w in SOUNDS), *(w.capitalize() for w in SOUNDS), " sta"]
        self.vocab_size, self.eos_id = len(self.pieces), 0

    def encode(self, text):
        found = [self.pieces.index(text)] if text in self.pieces else []
        return found or [self.pieces.index(sign) for sign in text if sign in self.pieces] or [2]

    def decode(self, ids):
        return "".join(self.pieces[i] for i in ids)

    def id_to_bytes(self, id):
        return self.pieces[id].encode()


TOY = Toy()
WORDS = verse_words(TOY, DICTIONARY | {"sta": (("S", "T", "AA1"),)}, SOUNDS)
