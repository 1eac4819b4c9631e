# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Tokens: how text becomes numbers
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/notebooks/01_tokens.ipynb)
# <!-- colab:end -->
#
# *About 60 minutes to read, 30 seconds to run on two CPU cores, 800 MB. Needs: lesson 00.*
#
# A language model reads numbers. Something must turn text into numbers first, and numbers back into text at the end. That something
# is the *tokenizer*. It is trained before the model, it never changes afterwards, and it decides what the model can see
# at all. On this page you build the one of GPT-2, a language model of 2019 from which most of today's descend, and train one of
# your own.

# %% tags=["setup"]
# --- On Colab, install the course first; anywhere else these lines do nothing ---
import os
import sys
from IPython import get_ipython

if "google.colab" in sys.modules:
    address = os.environ.get("LLMAI_EDU_SOURCE", "https://github.com/llmai-edu/llmai-edu")
    get_ipython().run_line_magic("pip", f'install -q "llmai-edu @ git+{address}"')
# --- end of the Colab lines ---
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import HTML

from llmai_edu.datasets import DATASETS, load_speeches
from llmai_edu.tokenizers import fertility, gpt2_tokenizer, smollm2_tokenizer
from llmai_edu.tokenizers.merge import Pair
from llmai_edu.viz import new_axes, token_chips

gpt2 = gpt2_tokenizer()
smollm2 = smollm2_tokenizer()
speeches = load_speeches()

# %% [markdown]
# ## The result first
#
# Here is one sentence in five languages, the first sentence of article 1 of the Universal Declaration of Human Rights [1], cut by the tokenizer
# of GPT-2. Before you run the cell, guess: which language needs the most tokens, and how many times as many as English?

# %% alt="Bars: the same sentence costs 13 tokens in English, about twice as many in German and French, almost three times as many in Chinese, and about eleven times as many in Hindi."
ARTICLE_1 = {
    "English": "All human beings are born free and equal in dignity and rights.",
    "German": "Alle Menschen sind frei und gleich an Würde und Rechten geboren.",
    "French": "Tous les êtres humains naissent libres et égaux en dignité et en droits.",
    "Chinese": "人人生而自由，在尊严和权利上一律平等。",
    "Hindi": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।",
}
cost = {language: len(gpt2.encode(text)) for language, text in ARTICLE_1.items()}
_, axes = new_axes(6, 2.6)
axes.barh(list(cost), list(cost.values()), color="#0072B2")
axes.invert_yaxis()
axes.set(xlabel="tokens of GPT-2 for the same sentence")
plt.show()
assert cost["English"] == 13
assert 1.5 < cost["German"] / cost["English"] < 2.2
assert 1.5 < cost["French"] / cost["English"] < 2.2
assert 2.5 < cost["Chinese"] / cost["English"] < 3
assert 10 < cost["Hindi"] / cost["English"] < 12

# %% [markdown]
# The sentence says the same thing five times, and in Hindi it costs more than ten times as much. Services bill by the token,
# and a model can look back only so many tokens: people who write Hindi pay more, and less of their text is remembered [2].
#
# Nobody intended this. By the end of the page you will know how it comes about.
#
# ## What search engines did, and why language models stopped
#
# Older guides to processing text begin with *cleaning*: lower case, no accents, no *stop words* (the frequent small words),
# and every word reduced to its *stem*. These steps come from search. Somebody who looks for "elected presidents" wants
# to find "the election of a President" too, so a search index makes the two look alike.
#
# Our text for this and many later pages is every State of the Union address since 1790. Every data set of the course has a
# card that says what it is, what you may do with it, and what is wrong with it. In a terminal, `llmai-edu data card
# speeches` prints the whole card.

# %%
card = DATASETS["speeches"]
print(f"{card.title}\n{card.how_much}\nlicence: {card.licence}\nsome of its faults:")
for fault in (card.known_faults[0], card.known_faults[4], card.known_faults[-1]):
    print(" -", fault)

# %%
from llmai_edu.tokenizers import clean, remove_stop_words, stem, stem_words, words

sentence = "The Presidents were NOT elected; they had been appointed."
print(clean(sentence))
print(words(clean(sentence)))
print(remove_stop_words(words(clean(sentence))))
print(stem_words(remove_stop_words(words(clean(sentence)))))

# %% [markdown]
# Look at what became of "not". For search that hardly matters. For a model that must *write*, or answer whether somebody was
# elected, it is fatal. How much of a text goes this way?

# %%
all_words = [word for speech in speeches for word in words(speech.text)]
kept = remove_stop_words(all_words)
share = 1 - len(kept) / len(all_words)
print(f"{share:.0%} of {len(all_words):,} words are stop words")
assert 0.5 < share < 0.6
assert remove_stop_words(words("To be, or not to be")) == []

# %% [markdown]
# More than half of all words would go, and Hamlet's question would vanish without a trace.
#
# Stemming joins words that belong together, and others that do not. Porter's stemmer [3] cuts endings by rules, and
# a rule knows no meaning. Look for a pair that should be joined and is, one that should not be and is, and one that is rightly
# kept apart:

# %%
for word in "election elected universe university policy police organ organization".split():
    print(f"{word:<14} {stem(word)}")
assert stem("election") == stem("elected")
assert stem("universe") == stem("university")
assert stem("policy") != stem("police")

# %% [markdown]
# Election and elected belong together; the universe and the university do not; policy and police just escape each other. And
# none of the steps can be undone: from the stems nobody can write the speech again.
#
# So a language model keeps everything, capitals and commas too. The question is only into which pieces to cut it.
#
# ## Three simple ways to cut, and what is wrong with each
#
# **Words.** The natural choice. Give every word a number. But which words? Read the speeches in the order of their years
# and count how many different words you have met so far:

# %% alt="A curve of the number of different words against the number of words read. It rises steeply at first and then more slowly, but it never becomes flat."
met, read, curve = set(), 0, []
for speech in speeches:
    spoken = [word.lower() for word in words(speech.text)]
    met.update(spoken)
    read += len(spoken)
    curve.append((read, len(met)))
_, axes = new_axes()
axes.plot(*np.array(curve).T / [[1e6], [1e3]], color="#0072B2")
axes.set(xlabel="million words read", ylabel="thousand different words met")
plt.show()

# %% [markdown]
# The curve never becomes flat: after two million words there are still new ones (Heaps' law [4]). Whatever list of words
# we fix, tomorrow's text will hold others. Take the address of 2026, and all words of all the addresses before it:

# %%
known = {word.lower() for speech in speeches[:-1] for word in words(speech.text)}
last_words = {word.lower() for word in words(speeches[-1].text)}
unknown = sorted(last_words - known)
print(
    f"{speeches[-1].year}: {len(unknown)} of {len(last_words):,} different words were never used before"
)
print(", ".join(unknown[5:25]))
assert speeches[-1].year == 2026
assert 0.05 < len(unknown) / len(last_words) < 0.10
spoken = [word.lower() for word in words(speeches[-1].text)]
assert 0.02 < sum(word not in known for word in spoken) / len(spoken) < 0.03

# %% [markdown]
# More than one in twenty of the different words would become `<unk>`, "unknown": of all words spoken, one in forty. Many of them are
# names: the people whom the speech is about.
#
# **Characters.** A small vocabulary, and nearly nothing is unknown. But a sequence of characters is long, and a model's
# work grows with the length.
#
# **Bytes.** In memory, text is bytes already. *UTF-8* [5] writes every character of every language as one to four bytes.
# There are only 256 different bytes, so with bytes *nothing* is ever unknown. But the sequences are the longest of all:

# %%
from llmai_edu.tokenizers import CharTokenizer

text = "".join(speech.text for speech in speeches)
alphabet = CharTokenizer.from_text(text)
for name, size, length in [
    ("words", len(known | last_words), len(all_words)),
    ("characters", alphabet.vocab_size, len(text)),
    ("bytes", 256, len(text.encode())),
]:
    print(f"{name:<11} vocabulary {size:>7,}   length of all speeches {length:>11,}")
for character in "Aé中😀":
    print(character, list(character.encode()))
assert len(text.encode()) > 5 * len(all_words)
assert [len(character.encode()) for character in "Aé中😀"] == [1, 2, 3, 4]

# %% [markdown]
# We want both: nothing unknown, as with bytes, and short sequences, as with words. One simple idea gives both.
#
# ## Byte-pair encoding, slowly
#
# Start with bytes. Find the pair of neighbours that occurs most often, and make it a new symbol. Repeat. Frequent words
# grow together, rare ones stay in pieces, and at worst a text falls back to its bytes [6, 7].
#
# Here it is in its plainest form. It counts all pairs again after each merge:


# %%
def bpe_loops(text, n_merges):
    """Learn merges in the plainest way; return the text in the new symbols, and the merges in order."""
    ids, merges = list(text.encode()), []
    for new_id in range(256, 256 + n_merges):
        counts = {}
        for pair in zip(ids, ids[1:]):
            counts[pair] = counts.get(pair, 0) + 1
        # If several pairs are equally frequent: the one with the smaller ids.
        best = max(counts, key=lambda pair: (counts[pair], -pair[0], -pair[1]))
        merges.append(best)
        merged, i = [], 0
        while i < len(ids):
            hit = tuple(ids[i : i + 2]) == best
            merged.append(new_id if hit else ids[i])
            i += 2 if hit else 1
        ids = merged
    return ids, merges


first = speeches[0]
short_ids, slow_merges = bpe_loops(first.text, 20)
print(
    f"{first.year}: {len(first.text.encode())} bytes became {len(short_ids)} symbols after 20 merges"
)
assert len(short_ids) < 0.8 * len(first.text.encode())

# %% [markdown]
# Twenty merges made the speech more than a fifth shorter. Which pairs did it find? A merge joins two symbols, and
# these may be merges themselves, so we build up the bytes step by step:

# %%
symbols = [bytes([byte]) for byte in range(256)]
for left, right in slow_merges:
    symbols.append(symbols[left] + symbols[right])
HTML(token_chips(symbols[256:]))

# %% [markdown]
# It found endings such as "ion" and "er". It also found "␣the␣" and "e␣", which reach across the gap between words. Such
# pieces waste the vocabulary: later there would be "of the", "in the", "and the" and so on. So GPT-2 first cuts the
# text into words, each with the space before it, and never merges across a cut [7].

# %%
assert {b"ion", b"er", b" the ", b"e "} <= set(symbols[256:])

# %% [markdown]
#
# ## The version that we keep
#
# The library's version has three small parts. The first counts pairs:


# %% quote="llmai_edu.tokenizers.merge:count_pairs"
def count_pairs(ids: Sequence[int]) -> Counter[Pair]:
    """How often each pair of neighbours occurs; overlapping pairs count too.

    >>> count_pairs([1, 2, 1, 2, 3])
    Counter({(1, 2): 2, (2, 1): 1, (2, 3): 1})
    """
    return Counter(pairwise(ids))


# %% [markdown]
# The second replaces one pair. Where a pair overlaps itself, as in "aaa", the left one wins:


# %% quote="llmai_edu.tokenizers.merge:merge"
def merge(ids: Sequence[int], pair: Pair, new_id: int) -> list[int]:
    """Replace `pair` by `new_id` wherever it occurs, from left to right.

    >>> merge([1, 2, 1, 2, 3], (1, 2), 9)
    [9, 9, 3]
    >>> merge([1, 1, 1], (1, 1), 9)
    [9, 1]
    """
    merged, i, last = [], 0, len(ids) - 1
    while i <= last:
        if i < last and ids[i] == pair[0] and ids[i + 1] == pair[1]:
            merged.append(new_id)
            i += 2
        else:
            merged.append(ids[i])
            i += 1
    return merged


# %% [markdown]
# With these two, one step of training is two lines. Is it the step that the slow loop took?

# %%
ids = list(first.text.encode())
counts = count_pairs(ids)
best = max(counts, key=lambda pair: (counts[pair], -pair[0], -pair[1]))
ids = merge(ids, best, 256)
assert best == slow_merges[0]
print(
    f"{symbols[256]!r} occurs {counts[best]} times; {len(first.text.encode())} bytes became {len(ids)} symbols"
)

# %% [markdown]
# The whole training, `learn_merges`, gives the same result faster, thanks to three observations:
#
# 1. Text repeats its words. It is enough to handle each *different* word once, together with how often it occurs.
# 2. A merge changes only the words that hold the pair. Only their pairs need to be counted again.
# 3. The count of an existing pair can only fall. So the pairs wait in a *heap*, a list that always has its largest entry at
#    the front, and the front is corrected when it is out of date.
#
# (Why can a count only fall? A merge takes pairs apart, and the only new pairs that it makes contain the new symbol.) Given
# the speech as one single "word", it must find the very merges of the slow loop:

# %%
from llmai_edu.tokenizers import learn_merges, train_bpe

fast_merges, tokens = learn_merges({first.text.encode(): 1}, 20)
assert fast_merges == slow_merges

# %% [markdown]
# Now train on all speeches but the last, 12 million bytes, for a vocabulary of 4,096. The slow loop would go
# through the whole text 3,840 times, 12 million symbols at first. This takes a few seconds:

# %%
ours = train_bpe((speech.text for speech in speeches[:-1]), vocab_size=4096)
assert len(ours.merges) == 4096 - 256 == 3840
newest = speeches[-1].text
HTML(token_chips(ours.tokens[256:296]))

# %% [markdown]
# These are the first forty tokens that it made. And the longest ones, which tell what is talked about in these speeches:

# %%
longest = sorted(ours.tokens, key=len)[-10:]
print([token.decode() for token in longest])
assert ours.vocab_size == 4096
assert b" responsibilities" in longest

# %% [markdown]
# ## Encoding a word
#
# The third part encodes. The merges are applied in the order in which they were learned: always the earliest learned pair that
# is in the word.


# %% quote="llmai_edu.tokenizers.merge:encode_word"
def encode_word(
    ids: Sequence[int], ranks: Mapping[Pair, int], products: Sequence[int]
) -> list[int]:
    """Merge the ids of one word until no learned pair is left, earliest learned pair first.

    ranks: pair -> the step at which it was learned; products: that step -> the id which it made.

    >>> encode_word([1, 2, 3], {(2, 3): 0, (1, 2): 1, (1, 4): 2}, [4, 5, 6])
    [6]
    """
    ids, never = list(ids), len(products)
    while len(ids) > 1:
        pair = min(pairwise(ids), key=lambda pair: ranks.get(pair, never))
        if pair not in ranks:
            break
        ids = merge(ids, pair, products[ranks[pair]])
    return ids


# %%
for word in [" government", " governmental", " misgovernment", " strawberry"]:
    ids = encode_word(list(word.encode()), ours.ranks, ours.products)
    print(f"{word:<16}", [ours.id_to_bytes(i).decode() for i in ids])
    assert ids == ours.encode(word)

# %% [markdown]
# A frequent word is one token; a rare one is spelled in pieces that were learned elsewhere. That is one reason why models
# have trouble counting the letters of "strawberry": they see a handful of numbers, not the letters.
#
# How much does a larger vocabulary bring? We measure how many bytes of text one token stands for (`fertility` counts that). Because the merges are in order, the first $n$ of them *are* the smaller
# tokenizer. We measure on the address of 2026, which the training did not see:

# %% alt="A curve of bytes per token against vocabulary size from 256 to 4,096, rising from 1 to 3.35, less with every doubling. A dashed line above it marks GPT-2 at 4.35."
from llmai_edu.tokenizers import BPETokenizer

sizes = [256, 512, 1024, 2048, 4096]
cut = [BPETokenizer(ours.tokens[:size], ours.merges[: size - 256]) for size in sizes]
ratios = [fertility(tokenizer, newest).bytes_per_token for tokenizer in cut]
_, axes = new_axes()
axes.semilogx(sizes, ratios, "o-", base=2, color="#0072B2", label="trained on the speeches")
axes.axhline(
    fertility(gpt2, newest).bytes_per_token,
    ls="--",
    color="#D55E00",
    label="GPT-2 (50,257 tokens)",
)
axes.set(
    xlabel="vocabulary size",
    ylabel="bytes per token",
    title="The address of 2026, unseen in training",
)
axes.legend()
plt.show()

# %%
gains = np.diff(ratios)
print(
    [f"{ratio:.2f}" for ratio in ratios],
    f"GPT-2: {fertility(gpt2, newest).bytes_per_token:.2f}",
)
assert all(earlier > later for earlier, later in pairwise(gains))
assert 3.3 < ratios[-1] < 3.4
assert 4.3 < fertility(gpt2, newest).bytes_per_token < 4.4
assert 12 < gpt2.vocab_size / 4096 < 12.5

# %% [markdown]
# Each doubling of the vocabulary brings less than the one before. With 4,096 tokens, one token stands for 3.35 bytes. GPT-2,
# with twelve times as many tokens, gets to 4.35. But a larger
# vocabulary also makes the model larger, for each token needs parameters of its own. Lesson 17 (planned) weighs the two.
#
# ## GPT-2's own merges
#
# Training is the only difference between our tokenizer and GPT-2's. Its 50,000 merges are public (the file comes from a
# package under the MIT licence), and they run in the same code. Does our code, with GPT-2's merges, give the same ids as OpenAI's own? We compare with `tiktoken`, the implementation of OpenAI. Its ids for all
# speeches are recorded in the library as a *hash*: a fingerprint of 64 letters and digits, which differs if a single id
# does. The course's tests make it anew.

# %%
from llmai_edu.tokenizers import gpt2_reference

reference = gpt2_reference()
assert len(gpt2.merges) == 50_000
encoded = [np.array(gpt2.encode(speech.text), dtype="<u2") for speech in speeches]
digest = hashlib.sha256(np.concatenate(encoded).tobytes()).hexdigest()
print(
    f"{sum(map(len, encoded)):,} tokens in {len(speeches)} speeches; recorded from tiktoken {reference['tiktoken']}"
)
assert digest == reference["sha256"]

# %% [markdown]
# Equal on every speech. And the way back: does every text come back unchanged? "Every text" is a large claim, so we
# test it on every *code point* (the number of a character): all 1,112,064 that UTF-8 can write.

# %%
everything = [chr(code) for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]
for i in range(0, len(everything), 32):
    piece = "".join(everything[i : i + 32])
    assert gpt2.decode(gpt2.encode(piece)) == piece
assert len(everything) == 1_112_064

# %% [markdown]
# (The 2,048 code points that are left out are *surrogates*: halves of characters in another encoding, which UTF-8 does not
# allow. `encode` refuses them with an explanation.)
#
# The newer SmolLM2 made a different choice. Its vocabulary does not even hold all 256 bytes:

# %%
missing = {byte for byte, token in enumerate(smollm2.byte_ids) if token is None}
in_utf8 = {
    byte
    for start in range(0, len(everything), 4096)
    for byte in "".join(everything[start : start + 4096]).encode()
}
print(
    f"{len(missing)} bytes have no token; {len(missing & in_utf8)} of these occur in UTF-8 at all"
)
assert len(missing) == 21
assert len(missing & in_utf8) == 8
assert sum(byte < 32 for byte in missing & in_utf8) == 6
assert all(token is not None for token in gpt2.byte_ids)

# %% [markdown]
# Thirteen of the missing bytes never occur in UTF-8. The other eight belong to six control characters and to a range of
# code points in which nothing is defined yet. So hardly anything is lost; but what is lost, that model can neither
# read nor write. Our `encode` refuses such a text and says why, where others drop the byte in silence.
#
# ## What a tokenizer's training text does to it
#
# Now the riddle of the opening can be solved: why does the Hindi sentence cost GPT-2 eleven times as much as the English one?
# Two things multiply.

# %%
hindi, english = ARTICLE_1["Hindi"], ARTICLE_1["English"]
more_bytes = len(hindi.encode()) / len(english.encode())
shorter_tokens = (
    fertility(gpt2, english).bytes_per_token / fertility(gpt2, hindi).bytes_per_token
)
print(
    f"{more_bytes:.1f} times as many bytes, {shorter_tokens:.1f} times fewer bytes in a token"
)
assert 3.6 < more_bytes < 3.8
assert 2.8 < shorter_tokens < 3.0
assert np.isclose(more_bytes * shorter_tokens, cost["Hindi"] / cost["English"])

# %% [markdown]
# The first factor is not the tokenizer's doing. UTF-8 writes an English letter in one byte and a Hindi letter in three.
#
# The second factor comes from the training text. GPT-2's merges were learned from web pages, nearly all of them English. English
# words became single tokens. Sequences of Hindi bytes were too rare to be merged, so most letters of the sentence take two
# tokens. A box such as e0 a4 is a part of a letter: its bytes, in hexadecimal digits.

# %%
HTML(token_chips([gpt2.id_to_bytes(i) for i in gpt2.encode(hindi)[:24]]))

# %% [markdown]
# So the price depends on who made the tokenizer, and for whom. Here is the same sentence under three of them:

# %% alt="Grouped bars: how many times as many tokens as in English the sentence costs. German and French about 2 under all three tokenizers; Chinese 3.6 under ours, 2.8 under GPT-2 and 2.2 under SmolLM2; Hindi 14.6 under ours, 10.7 under GPT-2, 7.1 under SmolLM2."
tokenizers = {"ours (speeches)": ours, "GPT-2": gpt2, "SmolLM2": smollm2}
styles = [("#0072B2", ""), ("#E69F00", "//"), ("#009E73", "..")]
others = list(ARTICLE_1)[1:]
ratio = {
    name: [len(t.encode(ARTICLE_1[language])) / len(t.encode(english)) for language in others]
    for name, t in tokenizers.items()
}
_, axes = new_axes(6.5, 3)
for i, ((name, heights), (color, hatch)) in enumerate(zip(ratio.items(), styles)):
    axes.bar(np.arange(4) + 0.27 * (i - 1), heights, 0.25, label=name, color=color, hatch=hatch)
axes.set_xticks(range(4), others)
axes.set(ylabel="tokens, as a multiple of English")
axes.legend()
plt.show()

# %%
for name, heights in ratio.items():
    print(f"{name:<16}", dict(zip(others, np.round(heights, 1).tolist())))
assert len(ours.encode(hindi)) == len(hindi.encode()) == 233
assert ratio["ours (speeches)"][3] > ratio["GPT-2"][3] > ratio["SmolLM2"][3] > 6

# %% [markdown]
# Our own tokenizer never saw Hindi and spells it in bytes entirely: 233 tokens for 233 bytes. SmolLM2's is kinder, but seven times
# the price of English is still what a Hindi reader pays.
#
# The same holds for anything that was rare in the training text. SmolLM2's training held much program code [8], so runs of
# spaces became tokens:

# %%
code = "for i in range(10):\n        if i % 2 == 0:\n            print(i)"
for name, tokenizer in tokenizers.items():
    print(f"{name:<16} {len(tokenizer.encode(code))} tokens for {len(code)} bytes of Python")
print([smollm2.id_to_bytes(i).decode() for i in smollm2.encode(code)[8:14]])
assert len(gpt2.encode(code)) > 1.5 * len(smollm2.encode(code))
assert b"\n       " in [smollm2.id_to_bytes(i) for i in smollm2.encode(code)]

# %% [markdown]
# ## Three things that surprise people
#
# **One word, several different tokens**, depending on the space before it and on its capitals. To the model they are different
# numbers, and it must learn that they mean the same.

# %%
for word in [" hello", "hello", "Hello", "HELLO"]:
    print(f"{word!r:<9}", gpt2.encode(word))
assert len({tuple(gpt2.encode(word)) for word in [" hello", "hello", "Hello", "HELLO"]}) == 4

# %% [markdown]
# **Numbers are cut as frequency dictates.** In GPT-2 the cuts of "1234567" have nothing to do with thousands. SmolLM2
# cuts every digit apart: a number is longer, but its digits always stand for what they are.

# %%
for name, tokenizer in [("GPT-2", gpt2), ("SmolLM2", smollm2)]:
    print(
        f"{name:<8}",
        [tokenizer.id_to_bytes(i).decode() for i in tokenizer.encode(" 1234567 2026")],
    )
assert len(smollm2.encode("1234567")) == 7

# %% [markdown]
# **Special tokens are not text.** Marks such as `<|im_end|>`, which ends a turn in a chat, have numbers of their own. If a
# user *types* the mark, it must stay plain text. Otherwise they could end their own turn and speak with the voice of the
# system. Our `encode` makes a special token of it only when the caller allows it:

# %%
typed = "thanks<|im_end|>"
print(smollm2.encode(typed), smollm2.encode(typed, allowed_special="all"))
assert smollm2.eos_id not in smollm2.encode(typed)
assert smollm2.eos_id in smollm2.encode(typed, allowed_special="all")

# %% [markdown]
# ## Play with it
#
# Type anything, and switch between the tokenizers. Try your own name, your own language, an emoji with a skin tone, a
# line of code, and a long number.

# %%
from llmai_edu.viz import show, token_widget


def cutter(tokenizer, **options):
    """A function from text to its tokens' bytes and ids, as the widget wants it."""

    def cut(text):
        ids = tokenizer.encode(text, **options)
        return [tokenizer.id_to_bytes(i) for i in ids], ids

    return cut


choices = {
    "GPT-2": cutter(gpt2),
    "SmolLM2": cutter(smollm2, errors="ignore"),
    "ours, 4,096 tokens": cutter(ours),
    "bytes": lambda text: ([bytes([byte]) for byte in text.encode()], list(text.encode())),
}
example = "Tokenizers aren't neutral: नमस्ते, 你好, 👋🏽, 3.14159."
show(token_widget(choices, example), token_chips(*choices["GPT-2"](example)))

# %% [markdown]
# ## What we have now, and what it cannot do
#
# - A tokenizer that is learned from text, in which nothing is unknown and every text comes back unchanged.
# - GPT-2's own tokenizer, equal to the original on every speech.
# - A tokenizer is a choice, made once, about whom and what the model is good for. A language that was rare in the training
#   text pays for it in every later use.
# - A tokenizer knows nothing of *meaning*: "universe" and "university" get two unrelated numbers, and so do "␣hello"
#   and "Hello". And it says nothing about which token comes *next*. That is what a language model is for, and
#   [lesson 02](02_ngram.ipynb) builds the first one.
#
# **Try it:** the [exercise sheet](../exercises/01_tokens.ipynb) asks for the price of a translation, for another way of
# cutting words (the one that BERT uses), and for a tokenizer that forgets some merges on purpose.
#
# **Sources**
#
# [1] United Nations, [*Universal Declaration of Human Rights*](https://www.un.org/en/about-us/universal-declaration-of-human-rights), 1948, article 1, and the translations that the UN publishes.
#
# [2] A. Petrov, E. La Malfa, P. Torr and A. Bibi, [*Language Model Tokenizers Introduce Unfairness Between
# Languages*](https://arxiv.org/abs/2305.15425), 2023.
#
# [3] M. F. Porter, *An algorithm for suffix stripping*, Program 14 (3), 1980.
#
# [4] H. S. Heaps, *Information Retrieval: Computational and Theoretical Aspects*, 1978.
#
# [5] F. Yergeau, [RFC 3629: *UTF-8, a transformation format of ISO 10646*](https://www.rfc-editor.org/rfc/rfc3629), 2003.
#
# [6] R. Sennrich, B. Haddow and A. Birch, [*Neural Machine Translation of Rare Words with Subword
# Units*](https://arxiv.org/abs/1508.07909), 2016. The merging itself is from P. Gage, *A New Algorithm for Data
# Compression*, 1994.
#
# [7] A. Radford et al., *Language Models are Unsupervised Multitask Learners*, 2019 (the GPT-2 paper), section 2.2.
#
# [8] L. Ben Allal et al., [*SmolLM2*](https://arxiv.org/abs/2502.02737), 2025.
#
# *Prose CC BY 4.0, code MIT, the llmai_edu authors. The speeches are in the public domain; GPT-2's files: MIT; SmolLM2's
# tokenizer: Apache-2.0.*
