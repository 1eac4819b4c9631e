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
# # Word2vec: meaning from neighbours
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/notebooks/03_word2vec.ipynb)
# <!-- colab:end -->
#
# *About 75 minutes to read, 60 seconds to run on two CPU cores, 1.0 GB. Needs: lesson 02.*
#
# To the n-gram of lesson 02, "gold" and "silver" are two keys in a table, as different as "gold" and "Tuesday". On this page
# every word gets a place in a space instead, learned from nothing but the words that stand around it. Words that are used
# alike come to lie close together. You build word2vec from the pair to the fast step, measure what it has learned beside the
# best-known implementation, and then watch words move between the presidents of the nineteenth century and those of our own
# time.

# %% tags=["setup"]
# --- On Colab, install the course first; anywhere else these lines do nothing ---
import os
import sys
from IPython import get_ipython

if "google.colab" in sys.modules:
    address = os.environ.get("LLMAI_EDU_SOURCE", "https://github.com/llmai-edu/llmai-edu")
    get_ipython().run_line_magic("pip", f'install -q "llmai-edu @ git+{address}"')
# --- end of the Colab lines ---
from collections import Counter

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F

from llmai_edu.datasets import load_speeches
from llmai_edu.embeddings.corpus import Corpus
from llmai_edu.embeddings.similarity import nearest
from llmai_edu.embeddings.word2vec import train_word2vec
from llmai_edu.tokenizers import words
from llmai_edu.viz import PALETTE, new_axes

seed = 0
speeches = load_speeches()
spoken = [
    [words(line) for line in s.text.lower().split("\n") if line.strip()] for s in speeches
]
docs = [paragraph for paragraphs in spoken for paragraph in paragraphs if paragraph]
corpus = Corpus.from_docs(docs, min_count=5)

# %% [markdown]
# ## The result first
#
# The next cell reads two million words of speeches five times over. Each word that occurs at least five times gets a
# *vector*: a list of 50 numbers, that is, a point in a space of 50 dimensions. It takes about eight seconds. Then we ask
# which vectors point most nearly in the same direction as that of a given word.

# %%
model = train_word2vec(corpus, rng=np.random.default_rng([seed, 0]), dim=50)
vectors = model.vectors
print(f"{corpus.n_words:,} words read; {vectors}")
assert 2_000_000 < corpus.n_words < 2_100_000
for word in ["navy", "silver", "railroad", "teachers", "november", "seven"]:
    print(f"{word:>9}: ", ", ".join(other for other, _ in nearest(vectors, word, 6)))

# %% [markdown]
# Nobody told the program what a month is, or a metal. The six words were chosen because they show it well; the sections below
# measure on lists that we did not choose.
#
# How nearly two vectors point in the same direction is told by the *cosine* of the angle between them: 1 for the same
# direction, 0 at right angles, −1 for opposite ones. Here it is for all pairs out of twelve words:

# %% alt="A table of twelve words by twelve, each cell with a cosine and shaded by it. The words are months, money, forces and schools, three of each. The four blocks of three along the diagonal are dark, with cosines above 0.6; all other cells are lighter, below 0.55, most of them near 0.1."
groups = (
    "april june november gold silver coin army navy naval schools teachers students".split()
)
rows = vectors.unit[vectors.rows(groups)]  # (12, C), each of length 1
cosines = rows @ rows.T
_, axes = new_axes(6.0, 5.0)
axes.imshow(cosines, cmap="Blues", vmin=0, vmax=1)
axes.set_xticks(range(12), groups, rotation=60, ha="right")
axes.set_yticks(range(12), groups)
axes.grid(False)
for (i, j), value in np.ndenumerate(cosines):
    axes.text(
        j,
        i,
        f"{value:.2f}",
        ha="center",
        va="center",
        fontsize=7,
        color="w" if value > 0.6 else "k",
    )
plt.show()

# %%
block = np.repeat(range(4), 3)
inside = (block[:, None] == block) & ~np.eye(12, dtype=bool)
across = block[:, None] != block
for name, where in [("inside a group", inside), ("across groups", across)]:
    print(f"{name}: {cosines[where].min():.2f} to {cosines[where].max():.2f}")
assert cosines[inside].min() > 0.6
assert cosines[across].max() < 0.55

# %% [markdown]
# Every cosine inside a group is larger than every one across groups. How can that come from text alone?
#
# ## What a number for a word does not say
#
# In lesson 01 each token got a number, its *id*. Ids say nothing: 516 is not more like 517 than like 2. The usual way to hand
# an id to a model is the *one-hot vector*: as long as the vocabulary, with a 1 at the word's own place and 0 everywhere else.
# It says just as little, for the product of any two different words is 0:


# %%
def one_hot(word):
    """A vector with a 1 at the word's own place."""
    vector = np.zeros(len(corpus.words))
    vector[corpus.id_of[word]] = 1
    return vector


print(f"{len(one_hot('gold')):,} numbers for one word, all but one of them 0")
assert one_hot("gold") @ one_hot("silver") == one_hot("gold") @ one_hot("november") == 0
assert one_hot("gold") @ one_hot("gold") == 1

# %% [markdown]
# So an n-gram that has read "paid in gold" knows nothing about "paid in silver". It must see each of them itself.
#
# ## A word is known by its company
#
# People do better. What does "specie" mean? Suppose you don't know, and read in the speeches: "the suspension of specie
# payments by the banks", "bank notes are again redeemed in specie". Now you have a good idea. Its *company* tells you: the
# words that stand near it. The idea is old: Harris wrote in 1954 that words which differ in meaning differ in their
# surroundings [1], and Firth in 1957 that you know a word by the company it keeps [2].
#
# Is there anything in it? Collect the company of four words: what stands within five places of them, without the hundred most
# frequent words, which stand beside everything.


# %%
def company(word, reach=5):
    """How often each word stands within `reach` places of a word, in the same paragraph."""
    near = Counter()
    for doc in docs:
        for i, other in enumerate(doc):
            if other == word:
                near.update(doc[max(0, i - reach) : i] + doc[i + 1 : i + 1 + reach])
    return near


for line in [
    "suspension of specie payments by the banks",
    "notes are again redeemed in specie",
]:
    assert any(line in speech.text for speech in speeches)
everyday, friends = set(corpus.words[:100]), {}
for word in ["gold", "silver", "october", "november"]:
    kept = [other for other, _ in company(word).most_common() if other not in everyday]
    friends[word] = set(kept[:50])
    print(f"{word:>8}: ", ", ".join(kept[:9]))

# %%
from itertools import combinations

shared = {pair: len(friends[pair[0]] & friends[pair[1]]) for pair in combinations(friends, 2)}
for (a, b), n in shared.items():
    print(f"of the 50 most frequent companions, {a} and {b} share {n}")
assert shared.pop(("gold", "silver")) > 20
assert shared.pop(("october", "november")) > 12
assert max(shared.values()) < 9  # a metal and a month, four pairs

# %% [markdown]
# Two metals share many companions, two months share many, a metal and a month share few. One could stop here and use the
# counts themselves as vectors: lesson 04 goes that way. Word2vec [3] goes another. It never makes the table of counts. It
# gives each word a short vector, and moves it a little at every place in the text so that it *predicts* its company better.
#
# ## Pairs
#
# The text is cut into pairs of a *centre* word and a *context* word near it. How near? Word2vec draws it anew at every
# position: the centre looks 1, 2, 3, 4 or 5 places to either side, each as likely. So the next word is always read, and the
# fifth only one time in five: near words count more. In the plainest form:


# %%
def pairs_loops(ids, doc, radius):
    """Every (centre, context) of one document, no farther apart than the centre looks."""
    pairs = []
    for i in range(len(ids)):
        for j in range(max(0, i - radius[i]), min(len(ids), i + radius[i] + 1)):
            if j != i and doc[i] == doc[j]:
                pairs.append((ids[i], ids[j]))
    return pairs


opening = Corpus.from_docs([["fellow", "citizens", "of", "the", "senate"]], min_count=1)
for centre, context in pairs_loops(opening.ids, opening.doc, radius=[1, 2, 1, 1, 2]):
    print(opening.words[centre], "→", opening.words[context], end=";  ")

# %% [markdown]
# (`doc` says which paragraph each word stands in: no pair reaches from one paragraph into the next.) Python's loops are too
# slow for millions of words. The library turns the loop inside out. It takes each *distance* once, and finds all pairs of
# that distance by laying the text beside itself, shifted:


# %% quote="llmai_edu.embeddings.pairs:skipgram_pairs"
def skipgram_pairs(
    ids: np.ndarray, doc: np.ndarray, radius: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the centre and the context of every pair, both (P,): one pass for each distance, none for each word.

    ids, doc, radius: (N,) the word at each position, its document, and how far it looks to either side.

    >>> centre, context = skipgram_pairs(np.array([7, 8, 9]), np.zeros(3), np.array([1, 1, 2]))
    >>> sorted(zip(centre.tolist(), context.tolist()))
    [(7, 8), (8, 7), (8, 9), (9, 7), (9, 8)]
    """
    centres, contexts = [], []
    for distance in range(1, int(radius.max(initial=0)) + 1):
        left, right = np.arange(len(ids) - distance), np.arange(distance, len(ids))
        together = doc[left] == doc[right]
        for centre, context in ((left, right), (right, left)):
            seen = together & (radius[centre] >= distance)
            centres.append(ids[centre[seen]])
            contexts.append(ids[context[seen]])
    return np.concatenate(centres or [ids[:0]]), np.concatenate(contexts or [ids[:0]])


# %% [markdown]
# Before you run the next cell, guess: how many pairs does a word have on average?

# %%
from llmai_edu.embeddings.pairs import draw_radius

ids, doc = corpus.ids[:50_000], corpus.doc[:50_000]
radius = draw_radius(len(ids), window=5, rng=np.random.default_rng([seed, 2]))
centre, context = skipgram_pairs(ids, doc, radius)
pairs_a_word = len(centre) / len(ids)
print(f"{pairs_a_word:.2f} pairs a word")
assert 5.6 < pairs_a_word < 6

# %%
few = (ids[:5000], doc[:5000], radius[:5000])
quick = zip(*(side.tolist() for side in skipgram_pairs(*few)))
assert sorted(pairs_loops(*few)) == sorted(
    quick
)  # the loop and the package find the same pairs

# %% [markdown]
# The mean of 1 to 5 is 3, to either side: 6. A little is missing where a paragraph begins or ends.
#
# ## The model: two vectors and a product
#
# *Skip-gram* gives each word two vectors. One, $v$, is used when the word is the centre; the other, $u$, when it is the
# context. How well a context $o$ fits a centre $c$ is one number, their *score*, the dot product $u_o \cdot v_c$: multiply
# the two vectors number by number, and add up. Large when they point the same way, negative when they point apart. (Two
# vectors, because a word is seldom its own neighbour: with one vector each, its score with itself, which is a sum of squares,
# could never be negative.)
#
# To make a probability of the scores, the obvious way is the *softmax*: take the exponential of each score, which makes it
# positive, and divide by the sum over all $V$ words, so that all of them are together one.
#
# $$p(o \mid c) = \frac{e^{u_o \cdot v_c}}{\sum_{w=1}^{V} e^{u_w \cdot v_c}}$$
#
# The trouble is the sum. To learn from *one* pair, every word of the vocabulary must be scored, and every one of these scores
# costs as many products as a vector has numbers.
#
# Negative sampling [4] asks an easier question. Not "which of 12,848 words stands here?", but "here is a pair: does it come
# from the text, or was the second word drawn at random?" Answer it for the true pair, and for $k$ drawn words, and be done:

# %%
V, C, k = len(corpus.words), 50, 5  # words, numbers in a vector, drawn words for one true pair
softmax_products, sampled_products = V * C, (k + 1) * C
print(
    f"{softmax_products:,} products for a pair with the softmax, {sampled_products} with {k} drawn words"
)
assert V == 12_848
assert sampled_products == 300
assert softmax_products / sampled_products > 2000

# %% [markdown]
# Two thousand times less work. The price: the model no longer gives a distribution over words, and its loss cannot be
# compared with the bits per byte of lesson 02. It is no language model. We want the vectors.
#
# ## The loss
#
# A yes-or-no question needs one probability. The *sigmoid* $\sigma(x) = 1 / (1 + e^{-x})$ makes it from a score: 0.5 for a
# score of 0, near 1 for a large one, near 0 for a very negative one. The probability of "no" is $1 - \sigma(x)$, which is the
# same as $\sigma(-x)$. The loss is the surprise of lesson 02, in nats: the surprise that the true context was a true one, and
# that each of the drawn words $n$ was not.
#
# $$\text{loss} = -\ln \sigma(u_o \cdot v_c) - \sum_{n} \ln \sigma(-u_n \cdot v_c)$$
#
# Before training, all the $u$ are zero, and the $v$ are small random numbers. Before you read on, guess the loss of one pair
# with five drawn words then.
#
# Training asks: which small change of a vector makes the loss smaller? That is told by the *gradient*: one number for each
# number of the vector, how fast the loss rises when that number does. (Lesson 05 explains derivatives from zero. Here it is
# enough that they can be checked by nudging.) For the loss as a function of the score $x$ it is remarkably simple:
#
# $$\frac{d}{dx} \bigl(-\ln \sigma(x)\bigr) = \sigma(x) - 1 \qquad\qquad \frac{d}{dx} \bigl(-\ln \sigma(-x)\bigr) = \sigma(x) - 0$$
#
# Both times it is **prediction minus label**, with label 1 for the true word and 0 for a drawn one. Nudge the score a little
# up and down, and see:


# %%
def sigmoid(x):
    """The probability of yes, for a score."""
    return 1 / (1 + np.exp(-x))


nudge = 1e-5
for x in (-2.0, 0.0, 3.0):
    rise_true = -np.log(sigmoid(x + nudge)) + np.log(sigmoid(x - nudge))
    rise_drawn = -np.log(sigmoid(-x - nudge)) + np.log(sigmoid(-x + nudge))
    assert np.isclose(rise_true / (2 * nudge), sigmoid(x) - 1)
    assert np.isclose(rise_drawn / (2 * nudge), sigmoid(x) - 0)
    print(
        f"score {x:>4}: prediction {sigmoid(x):.3f}, slopes {sigmoid(x) - 1:.3f} and {sigmoid(x):.3f}"
    )

# %% [markdown]
# The score is a product of two vectors. So when a number of $v$ grows by a little, the score grows by that much times the
# number of $u$ beside it, and the other way round. The gradient for $v$ is therefore the error (prediction minus label) times
# $u$, added up over the true word and the drawn ones; the gradient for each $u$ is its error times $v$. (To multiply the two
# rates, of the loss with the score and of the score with the number, is called the *chain rule*.) One pair, in the plain
# form:


# %%
def pair_loops(centre, context, drawn):
    """The loss of one pair with its drawn words, and the gradients for the centre and for each target."""
    loss, d_centre, d_targets = 0.0, np.zeros_like(centre), []
    for target, label in [(context, 1), *((word, 0) for word in drawn)]:
        prediction = sigmoid(target @ centre)
        loss -= np.log(prediction if label else 1 - prediction)
        d_centre += (prediction - label) * target
        d_targets.append((prediction - label) * centre)
    return loss, d_centre, np.array(d_targets)


rng = np.random.default_rng([seed, 3])
fresh_loss, *_ = pair_loops(rng.normal(size=C), np.zeros(C), np.zeros((k, C)))
print(f"a fresh model: {fresh_loss:.3f} nats; 6 ln 2 = {6 * np.log(2):.3f}")
assert np.isclose(fresh_loss, 6 * np.log(2))

# %% [markdown]
# With all $u$ zero every score is 0 and every answer has probability one half: six times $\ln 2$, or 4.16.
#
# The library does the same for many centres and many targets at once, in tensors (torch's arrays). `inputs` holds vectors $v$
# in the shape (B, T, C): B blocks of text, T centres in each, C numbers in a vector. `outputs` holds vectors $u$, S targets
# in each block. `.mT` swaps the last two axes, so that `inputs @ outputs.mT` has all the scores of a block, each centre with
# each target; `bmm` is that product for many blocks at once (a *batch* of them). `weight` says how much each score counts,
# and is 0 for words that are not a pair. `softplus(x)` is $\ln(1 + e^x)$, which is $-\ln \sigma(-x)$, computed so that it
# never overflows:


# %% quote="llmai_edu.embeddings.negative_sampling:logistic_loss"
def logistic_loss(
    inputs: torch.Tensor, outputs: torch.Tensor, label: torch.Tensor, weight: torch.Tensor
) -> torch.Tensor:
    """Return the weighted sum of -log sigmoid(score) where the label is 1 and -log sigmoid(-score) where it is 0.

    inputs: (B, T, C). outputs: (B, S, C). label, weight: broadcast to (B, T, S), the score of each with each. In nats.

    >>> one = torch.ones(1, 1, 1)
    >>> round(logistic_loss(one, one, label=one, weight=one).item(), 4)  # log(1 + 1/e)
    0.3133
    """
    score = inputs @ outputs.mT
    return (weight * F.softplus(torch.where(label.bool(), -score, score))).sum()


# %% quote="llmai_edu.embeddings.negative_sampling:logistic_gradients"
def logistic_gradients(
    inputs: torch.Tensor, outputs: torch.Tensor, label: torch.Tensor, weight: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the gradients of `logistic_loss` for inputs (B, T, C) and outputs (B, S, C).

    The derivative for a score is simply prediction minus label; the chain rule multiplies it with the other vector.

    >>> one = torch.ones(1, 1, 1)
    >>> round(logistic_gradients(one, 2 * one, label=one, weight=one)[0].item(), 4)  # 2 * (sigmoid(2) - 1)
    -0.2384
    """
    score = torch.bmm(inputs, outputs.mT)  # (B, T, S)
    error = weight * (torch.sigmoid(score) - label)  # (B, T, S)
    return torch.bmm(error, outputs), torch.bmm(error.mT, inputs)


# %% [markdown]
# Three ways must agree: our loop, the package, and torch's own *autograd*, which works out gradients by itself (lesson 05
# builds one). `.detach()` hands over the bare numbers of a tensor, so that autograd does not follow what is done with them.

# %%
v = rng.normal(size=(1, 1, C)) / 5  # (B, T, C)
u = rng.normal(size=(1, k + 1, C)) / 5  # (B, S, C)
loss, d_centre, d_targets = pair_loops(v[0, 0], u[0, 0], u[0, 1:])
inputs, outputs = (torch.tensor(array, requires_grad=True) for array in (v, u))
label = torch.tensor([1.0] + [0.0] * k, dtype=torch.float64)
ours = logistic_loss(inputs, outputs, label, torch.ones_like(label))
ours.backward()  # autograd: fills .grad
assert np.isclose(loss, ours.item())

# %%
by_hand = logistic_gradients(inputs.detach(), outputs.detach(), label, torch.ones_like(label))
for gradient, tensor, plain in zip(by_hand, (inputs, outputs), (d_centre, d_targets)):
    assert torch.allclose(gradient, tensor.grad)
    assert np.allclose(gradient[0].squeeze(), plain)

# %% [markdown]
# Now one step: move every vector a little *against* its gradient. How little is called the *learning rate*. The true pair
# should come out likelier, and the drawn ones less likely:

# %%
rate = 0.1
new_v, new_u = v[0, 0] - rate * d_centre, u[0] - rate * d_targets
before, after = sigmoid(u[0] @ v[0, 0]), sigmoid(new_u @ new_v)
print("before:", before.round(3), "\nafter: ", after.round(3))
assert after[0] > before[0]
assert (after[1:] < before[1:]).mean() > 0.5
assert pair_loops(new_v, new_u[0], new_u[1:])[0] < loss

# %% [markdown]
# The first number is the true word's. In all, the loss is smaller than before. (A single drawn word can go the wrong way, when
# others pull the centre along.)
#
# ## Two lotteries
#
# **Which words are drawn?** The authors tried drawing words as often as they occur, and all words alike. Between the two was
# best: in proportion to the count to the power of 3/4 [4]. They give no deeper reason. To draw by given probabilities, cut
# the line from 0 to 1 into pieces as long as the words are probable, and see into which piece a random point falls. `edges`
# are the cuts; `searchsorted` finds the piece by halving. (`draw` is a method of `NegativeSampler`, so `self` is the
# sampler.)


# %% quote="llmai_edu.embeddings.sampling:NegativeSampler.draw"
def draw(self, rng: np.random.Generator, shape: int | tuple[int, ...]) -> np.ndarray:
    """Return ids of the given shape, drawn independently."""
    return np.searchsorted(self.edges, rng.random(shape), side="right")


# %%
from llmai_edu.embeddings.sampling import NegativeSampler

sampler = NegativeSampler(corpus.counts)  # power 3/4
lots = draw(sampler, np.random.default_rng([seed, 4]), 1_000_000)
share = corpus.counts / corpus.counts.sum()
drawn_share = np.bincount(lots, minlength=V) / len(lots)
plain = corpus.counts**0.75 / (corpus.counts**0.75).sum()
assert np.abs(drawn_share - plain).max() < 0.001
rare = corpus.counts == 5
for name, where in [("the", 0), ("words seen five times", rare)]:
    print(
        f"{name}: {share[where].sum():.2%} of the text, {plain[where].sum():.2%} of the draws"
    )

# %%
assert 1 / 13 < share[0] < 1 / 11
assert plain[0] < share[0] / 3
assert plain[rare].sum() > 3 * share[rare].sum()

# %% [markdown]
# "The" is drawn less than a third as often as it occurs, and the rarest words more than three times as often.
#
# **Which words are read?** One word in twelve is "the". It stands beside everything, so its pairs tell little. So frequent
# words are skipped at random, before the pairs are made. With $f$ for a word's share of the text and a threshold $t$, here
# 0.001, the probability of reading it is
#
# $$\min\Bigl(1,\ \sqrt{t/f} + t/f\Bigr)$$


# %% quote="llmai_edu.embeddings.sampling:keep_probability"
def keep_probability(counts: np.ndarray, threshold: float = 1e-3) -> np.ndarray:
    """Return the chance of each word to be read at all: small for words like "the", 1 for most.

    A word that makes up the share f of the text is kept with probability sqrt(t/f) + t/f. That is what the authors'
    program computes; the paper prints sqrt(t/f). counts: (V,). threshold: t; 0 keeps everything.

    >>> keep_probability(np.array([9000, 900, 100]), threshold=0.01).round(2)
    array([0.12, 0.44, 1.  ])
    """
    if threshold < 0:
        raise ValueError(f"threshold is a share of the text, such as 0.001; got {threshold}")
    if threshold == 0:
        return np.ones(len(counts))
    ratio = threshold * counts.sum() / counts  # t / f
    return np.minimum(1.0, np.sqrt(ratio) + ratio)


# %% [markdown]
# Before you run the next cell, guess: of 12,848 words, how many are ever skipped? And how much of the text goes?

# %%
keep = keep_probability(corpus.counts)
for word in ["the", "government", "gold"]:
    print(f"{word:>10}: read {keep[corpus.id_of[word]]:.0%} of the time")
left = (corpus.counts * keep).sum() / corpus.counts.sum()
print(f"{(keep < 1).sum()} words are ever skipped; {left:.0%} of the text is left")
assert (keep < 1).sum() == 41
assert 0.70 < left < 0.74
assert 0.11 < keep[0] < 0.13

# %%
all_pairs = 5 * left * len(corpus) * pairs_a_word
print(f"five times through the text: about {all_pairs / 1e6:.0f} million pairs")
assert 38e6 < all_pairs < 46e6

# %% [markdown]
# Forty-one words are thinned, and with them goes more than a quarter of the text. There is a second effect. Words that are
# skipped are taken out before the windows are laid, so the others move together, and five places reach farther.
#
# ## The step, many pairs at once
#
# Forty million pairs, one after another in a Python loop, are too many. The library takes the text in *blocks* of 16
# positions. All 16 centres of a block are scored with all words around them in one matrix product; `links` is 1 where two
# words are a pair and 0 elsewhere. And the centres of a block share their drawn words, M of them, here 16: each pair meets
# all of them, with the weight $k/M$, so that together they count as $k$ would. In the plain form:

# %%
from llmai_edu.embeddings.negative_sampling import descend, gather


def step_loops(v, u, centres, contexts, links, drawn, negatives, rate):
    """One step on one block, pair by pair; every gradient is taken before anything moves."""
    d_v, d_u = np.zeros_like(v), np.zeros_like(u)
    each = negatives / len(drawn)
    for t, s in np.argwhere(links):
        centre = centres[t]
        for target, label, weight in [
            (contexts[s], 1, 1.0),
            *((word, 0, each) for word in drawn),
        ]:
            error = weight * (sigmoid(u[target] @ v[centre]) - label)
            d_v[centre] += error * u[target]
            d_u[target] += error * v[centre]
    return v - rate * d_v, u - rate * d_u


# %% [markdown]
# The package's step does it for B blocks, here 32. `gather` fetches rows of a table; `descend` moves rows against their
# gradient, and a word that stands in the batch several times is moved by the sum:


# %% quote="llmai_edu.embeddings.negative_sampling:skipgram_step"
def skipgram_step(
    inputs: torch.Tensor,
    outputs: torch.Tensor,
    centres: torch.Tensor,
    contexts: torch.Tensor,
    links: torch.Tensor,
    drawn: torch.Tensor,
    negatives: int,
    rate: float,
) -> tuple[torch.Tensor, ...]:
    """Take one step in which every centre predicts each of its neighbours.

    inputs, outputs: (V, C), changed in place. centres: (B, T), contexts: (B, S) and drawn: (B, M) word ids.
    links: (B, T, S), 1 for a pair. A centre with n pairs meets the M drawn words with the weight n * negatives / M
    each. rate: the step for one pair. Returns what `logistic_loss` takes.
    """
    targets = torch.cat((contexts, drawn), 1)  # (B, S + M)
    each = links.sum(2, keepdim=True) * (negatives / drawn.shape[1])  # (B, T, 1)
    weight = torch.cat((links, each.expand(-1, -1, drawn.shape[1])), 2)  # (B, T, S + M)
    label = (
        torch.arange(targets.shape[1]) < contexts.shape[1]
    ).float()  # (S + M,) text, then drawn words
    x, y = gather(inputs, centres), gather(outputs, targets)
    dx, dy = logistic_gradients(x, y, label, weight)
    descend(inputs, centres, dx, rate)
    descend(outputs, targets, dy, rate)
    return x, y, label, weight


# %%
from llmai_edu.embeddings.pairs import cut_blocks
from llmai_edu.embeddings.word2vec import positions_per_step

assert positions_per_step(corpus.counts, keep) == 32 * 16
blocks = cut_blocks(ids[:16], doc[:16], radius[:16], size=16, window=5)
one = slice(0, 1)
links = blocks.links(one)  # (1, 16, 26)
drawn = torch.from_numpy(sampler.draw(rng, (1, 16)))
tables = [torch.from_numpy(rng.normal(size=(V, C)) / 5) for _ in range(2)]
block = (blocks.centres[one], blocks.contexts[one], links, drawn)
expected = step_loops(*(x.numpy() for x in tables), *(x[0].numpy() for x in block), 5, 0.025)
skipgram_step(*tables, *block, negatives=5, rate=0.025)  # changes the tables in place
for changed, plain_table in zip(tables, expected):
    assert np.allclose(changed.numpy(), plain_table)
print(f"one block: {int(links.sum())} pairs, moved as the loop moves them")

# %% [markdown]
# ## Training
#
# The rest is repetition. `train_word2vec` goes through the text five times (each time is an *epoch*), skips and cuts anew in
# every epoch, takes one such step after another, and lets the learning rate fall in a straight line from 0.025 to almost
# nothing. With the same seed it gives the same vectors. What people call the word vectors are the $v$ when it is done:
# `model.vectors` holds these, and the $u$ are not used any more. Here is the loss of the run at the top of the page:

# %% alt="The loss in nats a pair against epochs. It starts at 4.16, a dashed line, falls steeply in the first epoch to about 2.6, and then slowly and noisily to between 2.2 and 2.5 after five epochs, with a spike at the start of each epoch and now and then another."
history = np.array(model.history)  # one value every 50 steps
epochs_read = np.linspace(0, 5, len(history))
smooth = np.convolve(history, np.ones(15) / 15, mode="valid")
_, axes = new_axes(6.5, 3.2)
axes.plot(epochs_read, history, color="#888888", lw=0.6, label="each 50th step")
axes.plot(epochs_read[7:-7], smooth, color=PALETTE[0], lw=2, label="mean of 15")
axes.axhline(6 * np.log(2), ls="--", color="k", lw=1, label="fresh model, 6 ln 2")
axes.set(xlabel="epochs", ylabel="loss, nats a pair")
axes.set(ylim=(1.9, 4.3))
axes.legend(loc="upper right", bbox_to_anchor=(1, 0.95))
plt.show()
assert np.array_equal(vectors.matrix, model.inputs.numpy())  # the v, not the u
print(f"first {history[0]:.3f}, mean of the last epoch {history[-57:].mean():.2f}")
assert np.isclose(history[0], 6 * np.log(2), atol=0.01)
assert 2.2 < history[-57:].mean() < 2.5
assert history[[57, 114, 171, 228]].mean() > history[-57:].mean() + 0.25  # where epochs begin

# %% [markdown]
# A loss of 0 is out of reach. A drawn word may well be a true neighbour, and most words have many. The thin line jumps where
# an epoch begins (and now and then elsewhere). A likely reason: the text is read in its order, so the model comes straight
# from the speech of 2026 to that of 1790.
#
# ## The other way round: CBOW
#
# Skip-gram lets one word predict each of its neighbours. *Continuous bag of words* (CBOW) [3] lets the neighbours predict the
# word between them: their vectors are averaged, and the mean is scored with the true centre and with drawn ones. "Bag",
# because the mean forgets the order.
#
# Everything else stays. A mean of several neighbours passes only a part of its gradient on to each, so the library's CBOW
# learns at a higher rate, 0.1. (The original program does not divide the gradient by the number of neighbours, which also
# makes the steps larger [5].)

# %%
cbow = train_word2vec(corpus, rng=np.random.default_rng([seed, 1]), dim=50, kind="cbow").vectors
for word in ["navy", "silver", "freedom"]:
    for name, space in [("skip-gram", vectors), ("CBOW", cbow)]:
        print(
            f"{word:>8} {name:>10}: ", ", ".join(other for other, _ in nearest(space, word, 6))
        )

# %% [markdown]
# ## Neighbours
#
# Finding neighbours is a cosine with every word, and a sort:


# %%
def neighbours_loops(vectors, word, k):
    """The k words with the largest cosine, one word at a time."""
    length = lambda x: np.sqrt((x * x).sum())
    v, found = vectors[word], []
    for other in vectors.words:
        if other != word:
            found.append(
                (float(vectors[other] @ v / length(vectors[other]) / length(v)), other)
            )
    return [other for _, other in sorted(found, reverse=True)[:k]]


assert neighbours_loops(vectors, "treaty", 8) == [
    other for other, _ in nearest(vectors, "treaty", 8)
]

# %% [markdown]
# A first test with a list that is not ours: the twelve months. For how many of them is the nearest neighbour another month?

# %%
months = """january february march april may june july
august september october november december""".split()
nearest_of = {
    name: {month: nearest(space, month, 1)[0][0] for month in months}
    for name, space in [("skip-gram", vectors), ("CBOW", cbow)]
}
for name, found in nearest_of.items():
    print(
        f"{name:>9}: {sum(other in months for other in found.values())} of 12;  may is nearest to {found['may']!r}"
    )
    assert sum(other in months for other in found.values()) >= 7
    assert found["may"] == "might"
times = {month: corpus.counts[corpus.id_of[month]] for month in months}
print(
    f"may occurs {times['may']:,} times, a month usually {np.median([*times.values()]):.0f} times"
)
assert times["may"] > 10 * np.median([*times.values()])

# %% [markdown]
# Most of them. One does not succeed: "may" is nearest to "might", because we wrote everything in lower case in the first cell.
# "May" and "may" became one word with *one* vector. It occurs more than ten times as often as a month usually does, so most
# of its uses must be the verb.
#
# ## How good are they? Ask people
#
# In 2002 Finkelstein and others let people rate 353 pairs of words from 0 (unrelated) to 10 [6]. We have no scale in common
# with them: a cosine of 0.6 is no rating of 6. But the *order* can be compared. Do pairs that people find more related have
# larger cosines?

# %% alt="A scatter of 202 points: the mean rating of a pair by people, 0 to 10, across, against its cosine in our vectors, up. The cloud leans upwards but is wide: at most ratings the cosines spread over a range of about 0.5."
from llmai_edu.embeddings.wordsim import load_wordsim353, pair_cosines

rated = load_wordsim353()
cosine_of = {
    "skip-gram": pair_cosines(vectors, rated.pairs),
    "CBOW": pair_cosines(cbow, rated.pairs),
}
known = ~np.isnan(cosine_of["skip-gram"])
rating = rated.rating[known]
_, axes = new_axes(5.5, 3.4)
axes.plot(rating, cosine_of["skip-gram"][known], "o", ms=4, alpha=0.7, color=PALETTE[0])
axes.set(xlabel="mean rating by people", ylabel="cosine, skip-gram")
plt.show()
print(f"{known.sum()} of {len(known)} pairs have both words in our vocabulary")
assert known.sum() == 202
assert "tiger" not in vectors
assert "cucumber" not in vectors

# %% [markdown]
# Presidents hardly ever speak of tigers or cucumbers: 151 pairs fall away.
#
# The *rank correlation* of Spearman [7] puts a number on a cloud like this one. Replace each number by its place in the
# order, its rank, and take the ordinary correlation of the ranks: 1 when the orders agree, 0 when they have nothing to do
# with each other, −1 when one is the other turned round. (The *ordinary correlation* of two lists is the cosine of the angle
# between them, after the mean has been taken from each.) For $n$ ranks without ties (equal numbers) there is a short formula
# to check against, with $d$ for the differences of the ranks:
#
# $$1 - \frac{6 \sum d^2}{n\,(n^2 - 1)}$$


# %%
from scipy.stats import rankdata, spearmanr


def ranks_loops(values):
    """The place of each number in ascending order, from 1, if no two are equal."""
    return [1 + sum(other < value for other in values) for value in values]


def spearman(a, b):
    """The correlation of the ranks; rankdata gives equal numbers the mean of their places."""
    return np.corrcoef(rankdata(a), rankdata(b))[0, 1]


# %%
numbers = np.random.default_rng([seed, 5]).normal(size=(2, 30))
assert all(np.array_equal(ranks_loops(row), rankdata(row)) for row in numbers)
d = rankdata(numbers[0]) - rankdata(numbers[1])
assert np.isclose(spearman(*numbers), 1 - 6 * (d**2).sum() / (30 * (30**2 - 1)))
x, y = (rankdata(row) - rankdata(row).mean() for row in numbers)
assert np.isclose(spearman(*numbers), x @ y / np.sqrt((x @ x) * (y @ y)))  # a cosine
assert rankdata([30, 10, 20, 20]).tolist() == [4.0, 1.0, 2.5, 2.5]  # ties share a place
assert np.isclose(spearman(*numbers), spearmanr(*numbers).statistic)  # SciPy's own
rho = {name: spearman(values[known], rating) for name, values in cosine_of.items()}
print({name: round(value, 3) for name, value in rho.items()})
assert all(0.3 < value < 0.55 for value in rho.values())

# %% [markdown]
# Is that good? Compare with *gensim*, the best-known library for word vectors, on the same paragraphs with the same settings
# (but for the learning rate, where each has its own). It is not needed on your machine: its cosines for these pairs were
# **recorded**, from three trainings with different seeds.

# %%
runs = {f"{name}, live": cosine_of[name][None, known] for name in cosine_of}  # (1, 202) each
runs["gensim skip-gram, recorded"] = rated.gensim["skipgram"][:, known]  # (3, 202)
runs["gensim CBOW, recorded"] = rated.gensim["cbow"][:, known]
values = {name: [spearman(run, rating) for run in found] for name, found in runs.items()}
for name, found in values.items():
    print(f"{name:>26}: ", ", ".join(f"{value:.3f}" for value in found))

# %% [markdown]
# And how sure is such a number? 202 pairs are few. Another list of pairs would have given another value. The *bootstrap*
# shows how much: draw 202 pairs from these, with repetition, compute the correlation anew, and do it a thousand times.
# Between which values do 95 % of the results lie? (Where there are three trainings we take their mean.)


# %%
def bootstrap(runs, rating, draws=1000):
    """The mean Spearman correlation of each method's runs (r, n) in each draw of pairs: (draws, methods)."""
    picks = np.random.default_rng([seed, 6]).integers(0, len(rating), (draws, len(rating)))
    return np.array([
        [np.mean([spearman(run[p], rating[p]) for run in found]) for found in runs.values()] for p in picks
    ])  # fmt: skip


drawn_rho = bootstrap(runs, rating)
low, high = np.quantile(drawn_rho, [0.025, 0.975], axis=0)
widths = high - low
print("widths of the four intervals:", widths.round(2))
assert ((widths > 0.18) & (widths < 0.3)).all()
assert low.max() < 0.41 < 0.45 < high.min()  # these values lie in all four intervals

# %% alt="Four intervals of Spearman's correlation on 202 pairs: our skip-gram, our CBOW, and gensim's skip-gram and CBOW as recorded, with one point for each training. Each interval is between 0.18 and 0.3 wide, and all four overlap between 0.41 and 0.45. The three points of gensim's CBOW lie highest."
_, axes = new_axes(6.8, 2.6)
for row, (name, found) in enumerate(values.items()):
    color, mark, dash = (PALETTE[0], "o", "-") if "live" in name else (PALETTE[3], "s", "--")
    axes.plot([low[row], high[row]], [row, row], dash, color=color, lw=2)
    axes.plot(found, [row] * len(found), mark, color=color)
axes.set_yticks(range(4), list(values))
axes.set(xlabel="Spearman's correlation with people", xlim=(0.1, 0.7), ylim=(3.5, -0.5))
plt.show()

# %% [markdown]
# Every interval is more than 0.18 wide, and all four overlap. But overlapping intervals do not yet mean "no difference", for
# the four methods were measured on the *same* pairs: what is a hard draw for one is hard for the others. So take the
# difference in each draw:

# %%
names = list(runs)
gaps = {}
for a, b in [(0, 2), (1, 3), (1, 0), (3, 2)]:
    difference = drawn_rho[:, a] - drawn_rho[:, b]
    gaps[a, b] = np.quantile(difference, [0.025, 0.975])
    print(
        f"{names[a]} minus {names[b]}: {difference.mean():+.3f}, {gaps[a, b][0]:+.3f} to {gaps[a, b][1]:+.3f}"
    )

# %%
assert gaps[0, 2][0] < 0 < gaps[0, 2][1]  # skip-gram: ours and gensim's
assert gaps[1, 3][0] < -0.1 < -0.03 < gaps[1, 3][1] < 0.03  # CBOW: it ends close to 0
assert max(values["CBOW, live"]) < min(values["gensim CBOW, recorded"])
assert gaps[1, 0][0] < 0 < gaps[1, 0][1]  # our CBOW and our skip-gram
assert gaps[3, 2][0] > 0  # gensim's CBOW and its skip-gram

# %% [markdown]
# Read it line by line. Between our skip-gram and gensim's no difference can be seen. gensim's CBOW is probably ahead of ours:
# all three of its runs are, though the interval ends so close to 0 that it does not settle the matter. It also leaves out the
# luck of the seed, for ours is one run, and the next cell shows how much that is. CBOW against skip-gram: in gensim's runs
# CBOW is better on this list; in ours no difference can be seen. The luck of the seed: the three CBOW runs differ, though
# nothing changed but that.

# %%
spread = np.ptp(values["gensim CBOW, recorded"])
print(f"gensim's CBOW, largest minus smallest of three runs: {spread:.3f}")
assert 0.05 < spread < 0.1

# %% [markdown]
# Whoever reports one number from one run on such a list, and calls a method better that is 0.03 ahead, has shown nothing.
#
# For scale: with vectors of 300 numbers from six thousand million words, the authors of GloVe report 0.66 on the whole list
# of 353 pairs [12]. Lesson 04 loads their vectors.
#
# ## A picture of the space
#
# Fifty dimensions cannot be drawn. But we can look for the two directions along which a set of points is spread widest, and
# draw these: *principal components*. The *singular value decomposition* (SVD) of the centred points gives them: `s` tells how
# wide the spread is along each direction, and the squares of `s` add up to the whole spread, so the picture's share of it is
# known. We choose three groups of words; the method does not know which is which. ("March" and "may" are left out of the
# months, for most of their company is that of the verbs.)

# %% alt="Points of 27 words in two dimensions. Ten months lie together in one corner, the numbers from two to ten in another, and eight words about schools in a third, with no overlap between the groups."
parts = {
    "months": [month for month in months if month not in ("march", "may")],
    "numbers": "two three four five six seven eight nine ten".split(),
    "schools": "schools teachers students education college children parents teaching".split(),
}
shown = [word for part in parts.values() for word in part]
points = vectors.unit[vectors.rows(shown)]
points = points - points.mean(0)
_, s, axis_rows = np.linalg.svd(points, full_matrices=False)
flat = points @ axis_rows[:2].T  # (27, 2)
in_picture = (s[:2] ** 2).sum() / (s**2).sum()
_, axes = new_axes(6.8, 4.6)
start = 0
for (name, part), mark, color in zip(parts.items(), "os^", PALETTE):
    x, y = flat[start : start + len(part)].T
    axes.plot(x, y, mark, color=color, label=name)
    for place, i in enumerate(y.argsort()):  # the labels in a column beside the group
        beside = (x.max() + 0.07, y.mean() + 0.05 * (place - len(part) / 2))
        line = {"arrowstyle": "-", "lw": 0.4, "color": "#777777"}
        axes.annotate(
            part[i], (x[i], y[i]), xytext=beside, fontsize=8, va="center", arrowprops=line
        )
    start += len(part)
axes.legend(loc="center")
(left_end, bottom), (right_end, top) = flat.min(0), flat.max(0)
axes.set(xlim=(left_end - 0.1, right_end + 0.4), ylim=(bottom - 0.2, top + 0.2))
axes.set(title=f"Two directions of fifty: {in_picture:.0%} of the spread of these 27 words")
plt.show()

# %%
_, s, _ = np.linalg.svd(vectors.unit - vectors.unit.mean(0), full_matrices=False)
of_all = (s[:2] ** 2).sum() / (s**2).sum()
closest = [
    (np.linalg.norm(xs[:, None] - xs, axis=2) + 9 * np.eye(27)).argmin(1)
    for xs in (flat, points)
]
agree = (closest[0] == closest[1]).mean()
print(
    f"of these words {in_picture:.0%}; of the whole vocabulary its best two directions hold {of_all:.0%}"
)
print(
    f"the nearest word in the picture is the nearest in the space for {agree:.0%} of the words"
)
assert 0.6 < in_picture < 0.8
assert of_all < 0.35
assert agree < 0.4

# %% [markdown]
# The three groups were picked to lie apart, and so two directions hold about seven tenths of their spread. For the whole
# vocabulary the best two would hold a quarter. And inside a group the picture misleads: for more than half of the words, the
# nearest in the picture is not the nearest in the space. Such pictures are good for showing that groups exist, and bad for
# anything finer.
#
# ## Opposites are neighbours
#
# What do vectors *not* know? Here are 28 pairs of opposites, written down before looking at any vector. How many words are
# nearer to the first than its opposite is? As a control, each first word is also compared with the second word of the next
# pair.

# %%
opposites = """war-peace increase-decrease rich-poor north-south east-west good-bad strong-weak
old-new public-private friends-enemies exports-imports male-female high-low first-last
employers-employees success-failure victory-defeat before-after right-wrong debtor-creditor
younger-older domestic-foreign land-sea buy-sell black-white day-night win-lose profit-loss"""
pairs = [pair.split("-") for pair in opposites.split()]


def words_nearer(pairs):
    """For each pair (a, b), how many words other than a are nearer to a than b is."""
    score = vectors.unit[vectors.rows(a for a, _ in pairs)] @ vectors.unit.T  # (n, V)
    own = score[np.arange(len(pairs)), vectors.rows(b for _, b in pairs)]
    return (score > own[:, None]).sum(1) - 1


closer = words_nearer(pairs)
control = words_nearer([(a, b) for (a, _), (_, b) in zip(pairs, pairs[1:] + pairs[:1])])
for name, counts in [("opposites", closer), ("control", control)]:
    print(
        f"{name:>9}: median {np.median(counts):,.0f} of {V:,}; among the ten nearest: {(counts < 10).sum()}"
    )

# %%
print("nearest of all:", [f"{a}-{b}" for (a, b), n in zip(pairs, closer) if n == 0])
assert len(pairs) == 28
assert closer[1] < 10  # increase and decrease
assert np.median(closer) < V / 50
assert np.median(control) > 5 * np.median(closer)
assert (closer < 10).sum() >= len(pairs) / 4
assert (control < 10).sum() <= 2

# %% [markdown]
# For half of the pairs, fewer than one word in fifty is nearer than the opposite (here far fewer), and in a quarter of the
# pairs or more it is among the ten nearest. In the control it is so in at most two (here in none). No wonder: what rises can
# fall, and one says it with the same words around. The company tells what a word is *about*, and not on which side it stands.
# Whoever searches for "increase" by vectors will find "decrease".
#
# ## Words that moved
#
# The speeches span more than two centuries. Cut them in two: 1790–1912 and 1913–2026. Train on each half alone, and each word
# that both know has two vectors, one for each time.

# %%
from llmai_edu.embeddings.eras import common_words, movement, procrustes, shuffle_eras

era = np.array([int(speech.year >= 1913) for speech in speeches])


def train_eras(era, number):
    """A corpus and vectors for the speeches of era 0, and for those of era 1."""
    found = []
    for e in (0, 1):
        texts = [
            doc for paragraphs, own in zip(spoken, era) if own == e for doc in paragraphs if doc
        ]
        half = Corpus.from_docs(texts)
        rng = np.random.default_rng([seed, number, e])
        found.append((half, train_word2vec(half, rng=rng, dim=50).vectors))
    return found


halves = train_eras(era, 7)
(old_corpus, old), (new_corpus, new) = halves
print("1790–1912:", old_corpus, "\n1913–2026:", new_corpus)

# %% [markdown]
# Can we take the cosine between a word's old vector and its new one? Look at a simpler case first. Turn our own vectors, all
# of them, by the same random rotation. All angles between words stay as they were, so it is the same space in every respect.
# But the cosine of a word with its own turned vector is far from 1:

# %%
random = np.random.default_rng([seed, 8]).normal(size=(C, C))
turn, _ = np.linalg.qr(random)  # an orthogonal matrix
turned = vectors.unit @ turn
assert np.allclose(turned[:500] @ turned[0], vectors.unit[:500] @ vectors.unit[0], atol=1e-5)
with_itself = (turned * vectors.unit).sum(1)
print(f"cosine with itself after turning: {with_itself.mean():+.2f} on average")
assert abs(with_itself.mean()) < 0.5

# %% [markdown]
# Training begins at random and nothing ties the space to any direction, so two trainings are turned against each other just
# like that. Before we compare, one space must be turned back onto the other. Which turn is best? (*Orthogonal* means that it
# may turn and mirror, but not stretch.) *Orthogonal Procrustes* is the name of the question, and Schönemann's answer of 1966
# is one SVD [8]. (The name is that of the robber who made his guests fit the bed.) Rows of `a` and `b` with the same number
# belong to the same word:


# %% quote="llmai_edu.embeddings.eras:procrustes"
def procrustes(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the orthogonal matrix R (C, C) for which a @ R comes nearest to b, in squared distance.

    a, b: (n, C), row i of one belongs to row i of the other. (Schönemann 1966.)

    >>> quarter_turn = np.array([[0.0, 1.0], [-1.0, 0.0]])
    >>> a = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> np.allclose(procrustes(a, a @ quarter_turn), quarter_turn)
    True
    """
    if a.shape != b.shape:
        raise ValueError(
            f"the two sets of vectors must have the same shape, got {a.shape} and {b.shape}"
        )
    u, _, vt = np.linalg.svd(a.T @ b)
    return u @ vt


# %%
back = procrustes(turned, vectors.unit)
assert np.allclose(back, turn.T, atol=1e-4)  # the inverse of a turn is its transpose
assert np.allclose(turned @ back, vectors.unit, atol=1e-4)

# %%
both = common_words(old, new)
a, b = old.unit[old.rows(both)], new.unit[new.rows(both)]
unturned, fitted = (a * b).sum(1), ((b @ procrustes(b, a)) * a).sum(1)
print(
    f"{len(both):,} words in both eras; with itself: {unturned.mean():+.2f} before turning, {fitted.mean():+.2f} after"
)
assert abs(unturned.mean()) < 0.35
assert fitted.mean() > 0.45

# %% [markdown]
# The turn that we made is found exactly. For the eras, turning brings each word's two vectors together, but not onto each
# other. What is left is how far the word has *moved*. `movement` measures it as 1 minus the cosine, after moving both spaces'
# means to zero [9]. (All vectors share a part, and that part makes every cosine larger. Without it, movements come out larger
# than 1 minus the cosine above.) We follow words with at least 100 occurrences in each era, and leave out those that
# subsampling thins, such as "the" and "and": they say nothing about the subject.

# %%
often = set(np.array(corpus.words)[keep < 1])
times = np.minimum(old_corpus.counts[old.rows(both)], new_corpus.counts[new.rows(both)])
follow = [word for word, n in zip(both, times) if n >= 100 and word not in often]
moved = movement(old, new, follow)
uncentred = 1 - fitted
print(
    f"all words: 1 minus the cosine above {uncentred.mean():.2f}, movement {movement(old, new, both).mean():.2f}"
)
print(f"{len(follow)} words followed, mean movement {moved.mean():.3f}")
assert movement(old, new, both).mean() > 1.3 * uncentred.mean()
assert 600 < len(follow) < 720
assert 0.36 < moved.mean() < 0.46

# %% [markdown]
# ## How much of that is chance?
#
# Before you read on, guess: if the two "eras" were a random halving of the same speeches, how far would words move?
#
# Not zero. Each half has other sentences, and each training another random start. Dubossarsky and others [10] showed that
# published "laws" of meaning change appeared in shuffled texts too. So shuffle: deal the speeches out at random to two piles
# of the same sizes, train again, measure again. We do this once, **live**:

# %%
rng = np.random.default_rng([seed, 9])
piles = train_eras(shuffle_eras(np.bincount(era), rng), 10)
by_chance = movement(piles[0][1], piles[1][1], follow)
beyond = (moved > by_chance).mean()
print(f"by chance {by_chance.mean():.3f}; {beyond:.0%} moved farther between the eras")
assert 0.21 < by_chance.mean() < 0.25
assert by_chance.mean() > moved.mean() / 2
assert beyond > 0.9

# %% [markdown]
# Half of the movement and more is there without any eras. And chance does not treat all words alike. Group *all* common words
# by how often they occur in the half that has them less:


# %%
def movement_by_frequency(first, second, edges):
    """The movement of all common words, in groups by their count on the side that has them less."""
    (corpus_a, a), (corpus_b, b) = first, second
    common = common_words(a, b)
    times = np.minimum(corpus_a.counts[a.rows(common)], corpus_b.counts[b.rows(common)])
    distance = movement(a, b, common)
    return [distance[(times >= low) & (times < high)] for low, high in zip(edges, edges[1:])]


edges = [5, 10, 20, 50, 100, 200, 500, 2000, 10**9]
real_groups = movement_by_frequency(*halves, edges)
chance_groups = movement_by_frequency(*piles, edges)
for low, real, chance in zip(edges, real_groups, chance_groups):
    print(
        f"from {low:>4} times: {len(real):>5} words, moved {real.mean():.2f}, by chance {chance.mean():.2f}"
    )

# %% alt="Movement against how often a word occurs, in eight groups on a logarithmic axis. By chance the mean falls from about 0.5 for words seen five to nine times to below 0.2 for the most frequent. Between the real eras it lies higher in every group and falls from about 0.67 to 0.31. Bars show where nine words in ten lie; those of rare words are longer than the distance between the two lines."
_, axes = new_axes(6.8, 3.8)
for groups_of, name, mark, color, shift in [
    (real_groups, "between the eras", "o-", PALETTE[0], 1.0),
    (chance_groups, "speeches dealt at random", "s--", PALETTE[3], 1.08),
]:
    means = np.array([group.mean() for group in groups_of])
    bars = np.abs([np.quantile(group, [0.05, 0.95]) for group in groups_of] - means[:, None]).T
    x = np.array(edges[:-1]) * shift
    axes.errorbar(
        x, means, bars, fmt=mark, color=color, capsize=3, lw=1.5, elinewidth=0.8, label=name
    )
axes.set(xscale="log", xlabel="occurrences, from … times", ylabel="movement (1 − cosine)")
axes.legend()
plt.show()

# %%
chance_means = [group.mean() for group in chance_groups]
assert all(rarer > commoner for rarer, commoner in zip(chance_means, chance_means[1:]))
assert all(real.mean() > chance.mean() for real, chance in zip(real_groups, chance_groups))
assert 0.45 < chance_means[0] < 0.55
assert chance_means[0] > moved.mean()
assert chance_means[-1] < 0.2

# %% [markdown]
# The rarer a word, the farther chance moves it: its vector rests on fewer sentences. Words seen five to nine times move
# farther by chance than the followed words moved between the eras. So a list of "the words that moved most" would be full of
# rare words, even if nothing had changed. The fair question is whether a word moved farther than *it* does by chance, and for
# that one shuffle is not enough. A longer run was **recorded**, with 24 shuffles.

# %%
from llmai_edu.embeddings.eras import load_recorded_eras

run = load_recorded_eras()
mean, least, most = run["mean_distance_shuffled"]
print(
    f"{run['words_followed']} words; mean movement {run['mean_distance']}, in {run['shuffles']} shuffles {least} to {most}"
)
found, false = run["beyond_chance_at_10_percent_false"], run["of_a_shuffle_the_same_rule_finds"]
print(f"beyond chance: {found} words; the same rule applied to a shuffle finds {false}")
every = [word for word, n in zip(both, times) if n >= 100]  # with the thinned words
with_thinned = movement(piles[0][1], piles[1][1], every).mean()
print(f"live, {len(every)} words: by chance {with_thinned:.4f}")
assert len(every) == run["words_followed"] == len(follow) + 41
assert least - 0.02 < with_thinned < min(most + 0.02, by_chance.mean())
assert run["mean_distance"] > 1.5 * most
assert 0.8 < found / run["words_followed"] < 0.9
assert false == 0

# %% [markdown]
# In no shuffle did the words move on average as far as between the eras. (The recorded run also follows the 41 thinned words,
# which move little. With them, the mean of your one live shuffle is a little lower than before.)
#
# How many words moved beyond chance? Rank each word's movement among those of its 24 shuffles. The share of the 25 that are
# at least as large, itself counted, is its $p$. Chance alone brings only one word in 25 to the smallest possible $p$, 1/25. So
# the cut is put where the number of words that chance would bring below it is at most a tenth of the number found [11]. By
# this rule, more than four words in five moved beyond chance. Applied to a shuffle, it finds none.
#
# Which moved most? Rank by how many standard deviations (the usual spread) of the 24 shuffles a word lies beyond their mean.
# Take the first ten from the recording that are not thinned words. No picking; for each, the five nearest words in each era
# as recorded:

# %%
ranked = [entry for entry in run["words"] if entry["word"] not in often][:10]
place = {word: i for i, word in enumerate(follow)}
for entry in ranked:
    print(
        f"{entry['word']:<10} moved {entry['distance']:.2f}, by chance {entry['shuffled_mean']:.2f}"
    )
    for name in ("1790-1912", "1913-2026"):
        print(f"   {name}: ", ", ".join(entry[name][:5]))
live = [place[entry["word"]] for entry in ranked]
navy = next(entry for entry in ranked if entry["word"] == "navy")
assert {"army", "naval"} <= {*navy["1790-1912"]} & {*navy["1913-2026"]}
assert (moved[live] > by_chance[live]).all()

# %% [markdown]
# The live run agrees: each of the ten moved farther between the eras than between your random piles. (But so did more than
# nine in ten of all words.)
#
# Read the list with care. "Sources" were of revenue, and are of energy; "want" was a lack, and is a wish. But a word moves
# whenever its *company* changes, and that has more than one cause: another meaning, another subject of politics, another
# style. "Navy" stands on the list, and "army" and "naval" are among its neighbours in both
# eras. The shuffles make one explanation unlikely, chance. They cannot tell the others apart. And when four words in five
# move, "it moved" is no longer news.
#
# Which words moved least, in the live run?

# %%
still = np.argsort(moved)[:12]
for i in still:
    print(f"{follow[i]:>15} moved {moved[i]:.2f}, in the random piles {by_chance[i]:.2f}")
assert moved[still].max() < by_chance.mean()
assert (moved[still] > by_chance[still]).sum() >= 4

# %% [markdown]
# These moved less between the eras than an average word does by chance. But the fair comparison is with each word's *own*
# chance, and by that measure several of the twelve did move: farther than in the random piles. And the smallest of more than
# six hundred numbers are small partly by luck, just as the largest are large.
#
# ## Play with it
#
# Type a word, and slide from one space to the next: all speeches, the older ones, the newer ones, and CBOW on all. Words with
# fewer than five occurrences are not known.

# %%
from functools import partial

from llmai_edu.viz import show
from llmai_edu.viz.neighbours import neighbour_table, neighbour_widget

spaces = {
    "all speeches": partial(nearest, vectors),
    "1790–1912": partial(nearest, old),
    "1913–2026": partial(nearest, new),
    "all, CBOW": partial(nearest, cbow),
}
word = ranked[0]["word"]
picture = neighbour_table(
    {name: find(word, 8) for name, find in spaces.items()}, caption=f"Nearest to {word}"
)
show(neighbour_widget(spaces, word), picture)

# %% [markdown]
# ## What we have now, and what it cannot do
#
# - Vectors that were learned from the company of words alone, in which words that are used alike lie near each other.
# - A trick that makes it cheap: instead of scoring 12,848 words, answer six yes-or-no questions. Its gradient is prediction
#   minus label, times the other vector.
# - A measure with its uncertainty. On 202 pairs, small differences between methods cannot be seen.
# - A way to follow words through time, and a habit: shuffle first, and see what chance does.
# - One vector a word: "may" is a month and a verb. Vectors that depend on the sentence come with lesson 13.
# - Opposites lie close together, and a rare word's vector rests on few sentences.
# - Two million words are little. [Lesson 04](04_glove.ipynb) starts from the table of counts that this page avoided, and goes on to vectors
#   made from six thousand million words.
#
# **Try it:** the [exercise sheet](../exercises/03_word2vec.ipynb) asks you to mend a training step, to choose how much of a
# text is read, and to count what the shrinking windows really count.
#
# **Sources**
#
# [1] Z. S. Harris, [*Distributional Structure*](https://doi.org/10.1080/00437956.1954.11659520), Word 10, 1954.
#
# [2] J. R. Firth, *A synopsis of linguistic theory 1930–1955*, 1957.
#
# [3] T. Mikolov, K. Chen, G. Corrado and J. Dean, [*Efficient Estimation of Word Representations in Vector
# Space*](https://arxiv.org/abs/1301.3781), 2013.
#
# [4] T. Mikolov, I. Sutskever, K. Chen, G. Corrado and J. Dean, [*Distributed Representations of Words and Phrases and their
# Compositionality*](https://arxiv.org/abs/1310.4546), 2013.
#
# [5] O. İrsoy, A. Benton and K. Stratos, [*Corrected CBOW Performs as well as Skip-gram*](https://arxiv.org/abs/2012.15332),
# 2021.
#
# [6] L. Finkelstein, E. Gabrilovich, Y. Matias, E. Rivlin, Z. Solan, G. Wolfman and E. Ruppin, [*Placing Search in Context:
# The Concept Revisited*](https://doi.org/10.1145/503104.503110), 2002.
#
# [7] C. Spearman, *The Proof and Measurement of Association between Two Things*, American Journal of Psychology 15, 1904.
#
# [8] P. H. Schönemann, [*A generalized solution of the orthogonal Procrustes problem*](https://doi.org/10.1007/BF02289451),
# 1966.
#
# [9] W. L. Hamilton, J. Leskovec and D. Jurafsky, [*Diachronic Word Embeddings Reveal Statistical Laws of Semantic
# Change*](https://arxiv.org/abs/1605.09096), 2016.
#
# [10] H. Dubossarsky, D. Weinshall and E. Grossman, [*Outta Control: Laws of Semantic Change and Inherent Biases in Word
# Representation Models*](https://aclanthology.org/D17-1118/), 2017.
#
# [11] Y. Benjamini and Y. Hochberg, *Controlling the False Discovery Rate*, Journal of the Royal Statistical Society B 57,
# 1995.
#
# [12] J. Pennington, R. Socher and C. D. Manning, [*GloVe: Global Vectors for Word
# Representation*](https://aclanthology.org/D14-1162/), 2014, table 3.
#
# *Prose CC BY 4.0, code MIT, the llmai_edu authors. The speeches are in the public domain; their collection is under the MIT
# licence of the package that ships it. WordSim353: CC BY 4.0, Finkelstein and others.*
