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
# # Exercises to lesson 06: convolutions
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/06_cnn.ipynb)
# <!-- colab:end -->
#
# *About 50 minutes, 10 seconds to run. Needs: [lesson 06](../notebooks/06_cnn.ipynb).*
#
# Write each function in its cell, run the cell, then run the `check` below it. The check tests your function on inputs that
# the sheet does not show, and says what went wrong if something did.

# %% tags=["setup"]
# --- On Colab, install the course first; anywhere else these lines do nothing ---
import os
import sys
from IPython import get_ipython

if "google.colab" in sys.modules:
    address = os.environ.get("LLMAI_EDU_SOURCE", "https://github.com/llmai-edu/llmai-edu")
    get_ipython().run_line_magic("pip", f'install -q "llmai-edu @ git+{address}"')
# --- end of the Colab lines ---
import numpy as np

# %% [markdown]
# ## Exercise 1: mend the pooling · ●●○ · 15 minutes · 4 points
#
# Somebody wrote the step from scores to features like this:
#
# ```python
# def broken_strongest(scores, lengths, width):
#     return scores.max(axis=2)
# ```
#
# `scores` is an array `(B, places, F)`: for each of B sentences, each place and each of F filters the score of the phrase that begins there. `lengths` holds
# how many words each sentence has, and `width` how many words a filter looks at. Sentences are filled up with padding to the longest, so the later places of a short
# sentence hold scores of padding.
#
# Write `strongest(scores, lengths, width)`. It returns an array `(B, F)`: for each sentence and each filter, the largest score of a phrase that lies *wholly* inside the
# sentence. (Without a ReLU: it may be negative.) Do not change `scores`. Where a sentence is shorter than the filter, no phrase fits; take the score of the first place then.
#
# An example with one sentence and one filter: for the scores 1, −2, 5, 9 at four places, `lengths = np.array([4])` and `width = 2`, the phrases that fit begin at the places 0, 1 and 2, and the
# answer is 5. With `np.array([3])` it is 1. A cell below your function tries both.
#
# <details><summary>Hint: which places</summary>
#
# A sentence of 4 words has 4 − 2 + 1 = 3 phrases of two words. So the last place that counts is `length - width`, and 0 at the least.
#
# </details>
#
# <details><summary>Hint: how to leave places out</summary>
#
# `-np.inf` is smaller than every score. `np.where(counts, scores, -np.inf)` takes the score where `counts` is true. Zero would not do: all
# scores may be negative. `counts` has the shape (B, places) and `scores` (B, places, F), so write `counts[:, :, None]`.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "strongest", "locked": false, "schema_version": 3, "solution": true, "task": false}
def strongest(scores, lengths, width):
    """The largest score of each filter inside of each sentence: (B, F)."""
    ### BEGIN SOLUTION
    last = np.maximum(np.asarray(lengths) - width, 0)  # (B,)
    counts = np.arange(scores.shape[1]) <= last[:, None]  # (B, places)
    return np.where(counts[:, :, None], scores, -np.inf).max(axis=1)
    ### END SOLUTION


# %% tags=["skip-proof"]
example = np.array([1.0, -2.0, 5.0, 9.0]).reshape(
    1, 4, 1
)  # one sentence, four places, one filter
try:
    print(strongest(example, np.array([4]), 2), strongest(example, np.array([3]), 2))
except NotImplementedError:
    print("Run this cell again when `strongest` is written.")


# %% nbgrader={"grade": true, "grade_id": "test_strongest", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("cnn.strongest", strongest)

# %% nbgrader={"grade": true, "grade_id": "test_strongest_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("cnn.strongest", strongest, part="strongest_short")

# %% [markdown]
# ## Exercise 2: a filter with gaps · ●●○ · 20 minutes · 4 points
#
# "not very good", "not really good": between the two words that matter stands one that does not. A *dilated* convolution [1] looks at words that are `step`
# apart: with `step = 2`, a filter of three rows looks at the words $t$, $t+2$ and $t+4$, and skips those between. With
# `step = 1` it is the filter of the lesson.
#
# $$s_{t,k} = b_k + \sum_{j=0}^{w-1} \sum_{c} x_{t + j \cdot \text{step},\,c} \; f_{k,j,c}$$
#
# Write `gappy_scores(x, filters, biases, step)`. `x` is one sentence, an array `(T, C)`; `filters` has the shape `(F, w, C)`, `biases` `(F,)`. It returns an array `(places, F)`: the score at
# every place where the whole filter fits into the sentence, and only there.
#
# An example with one number for each word: for the sentence 1, 2, 3, 4, 5, one filter with the rows 1 and 10, bias 0 and `step = 2`, the scores are
# 1 + 30 = 31, 2 + 40 = 42 and 3 + 50 = 53.
#
# <details><summary>Hint: how many places</summary>
#
# From the first word to the last one that it looks at, the filter spans `(w - 1) * step + 1` words.
#
# </details>
#
# <details><summary>Hint: one row at a time</summary>
#
# Row `j` of all filters meets the words `x[j * step : j * step + places]`. As matrices: `(places, C) @ (C, F)`.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "gappy_scores", "locked": false, "schema_version": 3, "solution": true, "task": false}
def gappy_scores(x, filters, biases, step):
    """The scores of filters whose rows look at words `step` apart: (places, F)."""
    ### BEGIN SOLUTION
    width = filters.shape[1]
    places = len(x) - (width - 1) * step
    scores = np.zeros((places, len(filters))) + biases
    for j in range(width):
        scores += x[j * step : j * step + places] @ filters[:, j].T
    return scores
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_gappy_scores", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("cnn.gappy_scores", gappy_scores)

# %% nbgrader={"grade": true, "grade_id": "test_gappy_scores_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("cnn.gappy_scores", gappy_scores, part="gappy_scores_plain")

# %% [markdown]
# ## Exercise 3: could it be luck? · ●●○ · 15 minutes · 5 points
#
# Two classifiers answered the same test sentences. On most of them both are right, or both wrong; these say nothing about which is better. Let $n$ be the number of
# sentences on which *exactly one* of them is right, and $k$ how many of those the first one won. If neither were better, each of the $n$ would be the toss of a
# fair coin, and $k$ would be near $n/2$.
#
# The *p-value* is the probability that $n$ tosses give something *at least as far* from $n/2$ as $k$ is, in either direction. This is McNemar's test [2] in its exact form. The probability of
# $i$ heads in $n$ tosses is $\binom{n}{i} / 2^n$; in Python, `math.comb(n, i) / 2**n`.
#
# Write `luck(right_a, right_b)`. Both are arrays of True and False, one entry a sentence. It returns the p-value. Where the two never differ, it is 1.
#
# Take care with large $n$: what NumPy's `sum()` returns is a NumPy integer of 64 bits, and `2**n` of such a number overflows without an error. `int(...)` makes a Python integer of it, which
# has no such bound.
#
# An example: the two differ on four sentences, and A wins all four. At least as far from 2 as 4 is: no heads, or four heads. So the p-value is 1/16 + 1/16 = 0.125. Four wins out of
# four may be luck.
#
# <details><summary>Hint</summary>
#
# Go through `i` from 0 to $n$, and add the probability whenever `abs(i - n / 2) >= abs(k - n / 2)`.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "luck", "locked": false, "schema_version": 3, "solution": true, "task": false}
def luck(right_a, right_b):
    """The probability of such a lopsided result if both were equally good."""
    ### BEGIN SOLUTION
    from math import comb

    right_a, right_b = np.asarray(right_a, dtype=bool), np.asarray(right_b, dtype=bool)
    n, k = int((right_a != right_b).sum()), int((right_a & ~right_b).sum())
    return sum(comb(n, i) / 2**n for i in range(n + 1) if abs(i - n / 2) >= abs(k - n / 2))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_luck", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("cnn.luck", luck)

# %% nbgrader={"grade": true, "grade_id": "test_luck_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("cnn.luck", luck, part="luck_even")

# %% [markdown]
# How much better must a classifier be, to be told from luck? Guess before you run: two classifiers differ on 200 of 2,000 sentences. How many of the
# 200 must the better one win, for a p-value below 0.05? And how many points of accuracy is that?
#
# Then let `luck` judge two real ones. The lesson prints on how many test sentences only the CNN was right, and on how many only the bag of words. Put in the two
# numbers that your page printed.

# %% tags=["skip-proof"]
try:
    for wins in (100, 105, 110, 115, 120):
        first = np.arange(200) < wins
        points = 100 * (2 * wins - 200) / 2000
        print(f"{wins} of 200, {points:+.1f} points of 2,000: p = {luck(first, ~first):.3f}")
    only_cnn, only_bag = 208, 190  # from our run: replace them by those of yours
    cnn = np.arange(only_cnn + only_bag) < only_cnn
    print(f"CNN {only_cnn}, bag of words {only_bag}: p = {luck(cnn, ~cnn):.3f}")
except NotImplementedError:
    print("Run this cell again when `luck` is written.")

# %% [markdown]
# **Sources**
#
# [1] F. Yu and V. Koltun, [*Multi-Scale Context Aggregation by Dilated Convolutions*](https://arxiv.org/abs/1511.07122), ICLR 2016.
#
# [2] Q. McNemar, [*Note on the sampling error of the difference between correlated proportions or percentages*](https://doi.org/10.1007/BF02295996), Psychometrika 12, 1947.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
