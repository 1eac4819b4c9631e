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
# # Exercises to lesson 01: tokens
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/01_tokens.ipynb)
# <!-- colab:end -->
#
# *About 60 minutes, 10 seconds to run. Needs: [lesson 01](../notebooks/01_tokens.ipynb).*
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
from itertools import pairwise

import numpy as np

from llmai_edu.tokenizers import gpt2_tokenizer

gpt2 = gpt2_tokenizer()

# %% [markdown]
# ## Exercise 1: the price of a translation · ●○○ · 10 minutes · 3 points
#
# A service bills by the token. Write `price_ratio(encode, original, translation)`: how many times as much does the
# translation cost as the original? `encode` is a function from a text to a list of ids. If the original has no tokens at
# all, there is no ratio: raise a `ValueError`. A translation without tokens costs nothing, so the ratio is 0.
#
# <details><summary>Hint</summary>
#
# The price of a text is the *number* of its tokens, not the number of its characters.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "price_ratio", "locked": false, "schema_version": 3, "solution": true, "task": false}
def price_ratio(encode, original, translation):
    """How many times as many tokens the translation has as the original."""
    ### BEGIN SOLUTION
    price = len(encode(original))
    if price == 0:
        raise ValueError("the original has no tokens, so there is no ratio")
    return len(encode(translation)) / price
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_price_ratio", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("tokens.price_ratio", price_ratio)

# %% nbgrader={"grade": true, "grade_id": "test_price_ratio_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("tokens.price_ratio", price_ratio, part="price_ratio_of_nothing")

# %% [markdown]
# Try it with a sentence in your own language. Which of your languages is the dearest for GPT-2?

# %% tags=["skip-proof"]
try:
    print(price_ratio(gpt2.encode, "How are you today?", "आज आप कैसे हैं?"))
except NotImplementedError:
    print("Run this cell again when `price_ratio` is written.")

# %% [markdown]
# ## Exercise 2: the longest match · ●●○ · 20 minutes · 4 points
#
# BERT cuts words in another way, called *WordPiece* [1]. It needs no merges, only a vocabulary, and goes through the word
# from left to right. At each place it takes the **longest** piece that is in the vocabulary. A piece that does not begin the
# word is written with `##` in front, and only such pieces fit there. If at some place nothing fits, the *whole word*
# becomes `["[UNK]"]`.
#
# Write `longest_match(word, vocabulary)`, which returns the list of pieces. With the vocabulary
# `{"un", "u", "##able", "##a", "##ble", "##nx"}`:
#
# | word | pieces | why |
# |---|---|---|
# | `unable` | `["un", "##able"]` | the longest piece at each place |
# | `ua` | `["u", "##a"]` | |
# | `able` | `["[UNK]"]` | `##able` cannot begin a word |
# | `unx` | `["[UNK]"]` | `un` is the longest, and then nothing fits; `u` with `##nx` is never tried |
#
# <details><summary>Hint: the two loops</summary>
#
# The outer loop moves the place where the next piece begins. The inner loop tries the ends, the furthest first.
#
# </details>
#
# <details><summary>Hint: nothing fits</summary>
#
# In Python a `for` loop may have an `else`, which runs when the loop was not left by `break`.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "longest_match", "locked": false, "schema_version": 3, "solution": true, "task": false}
def longest_match(word, vocabulary):
    """The pieces of a word, the longest first at every place."""
    ### BEGIN SOLUTION
    pieces, start = [], 0
    while start < len(word):
        mark = "##" if start else ""
        for end in range(len(word), start, -1):
            piece = mark + word[start:end]
            if piece in vocabulary:
                break
        else:
            return ["[UNK]"]
        pieces.append(piece)
        start = end
    return pieces
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_longest_match", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("tokens.longest_match", longest_match)

# %% nbgrader={"grade": true, "grade_id": "test_longest_match_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("tokens.longest_match", longest_match, part="longest_match_unknown")

# %% [markdown]
# ## Exercise 3: a tokenizer that forgets · ●●● · 30 minutes · 5 points
#
# A model sees each word cut in one way only, and becomes clumsy when the cut is different: after a typing error, say. *BPE-dropout* [2]
# cuts the same word differently each time it is met in training, by forgetting some merges on purpose.
#
# It works like `encode_word` of the lesson, with one change. At **each step**, look at all places where a learned pair stands.
# Each of these *places* is dropped with probability `p`, independently of the others. Of the places that remain, take the pair
# that was learned earliest (the leftmost, if it stands in several places), and merge at this one place. Then the next step
# begins, with new draws. The word is finished when no place remains, either because no learned pair is left or because
# all were dropped.
#
# Write `bpe_dropout(ids, ranks, products, p, rng)`. `ids`, `ranks` and `products` are those of `encode_word`: `ranks` maps a pair to the
# step at which it was learned, and `products[step]` is the id that it makes. Draw with `rng.random()`, which is
# uniform between 0 and 1.
#
# <details><summary>Hint: one step</summary>
#
# Collect `(rank, place)` for every place that holds a learned pair and survives its draw. The smallest of these tuples is the
# merge to make: tuples compare by their first entry, then by their second.
#
# </details>
#
# <details><summary>Hint: one merge</summary>
#
# `ids[i : i + 2] = [new_id]` replaces two entries of a list by one. Work on a copy of the list.
#
# </details>
#
# <details><summary>Hint: how to see that it works</summary>
#
# The two ends need no lines of their own. When `p` is 0, every draw is at least `p`, so nothing is dropped and the result must be
# that of `encode_word`. When `p` is 1, every draw is below it, and nothing is merged. Try both.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "bpe_dropout", "locked": false, "schema_version": 3, "solution": true, "task": false}
def bpe_dropout(ids, ranks, products, p, rng):
    """Merge as `encode_word` does, but drop each possible merge with probability p at each step."""
    ### BEGIN SOLUTION
    ids = list(ids)
    while True:
        left = [
            (ranks[pair], i)
            for i, pair in enumerate(pairwise(ids))
            if pair in ranks and rng.random() >= p
        ]
        if not left:
            return ids
        rank, i = min(left)
        ids[i : i + 2] = [products[rank]]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_bpe_dropout", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("tokens.bpe_dropout", bpe_dropout)

# %% nbgrader={"grade": true, "grade_id": "test_bpe_dropout_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("tokens.bpe_dropout", bpe_dropout, part="bpe_dropout_chances")

# %% [markdown]
# See what it does to a word that GPT-2 knows as one token:

# %% tags=["skip-proof"]
rng = np.random.default_rng(0)
letters = [gpt2.byte_ids[byte] for byte in b" government"]
try:
    for _ in range(5):
        forgetful = bpe_dropout(letters, gpt2.ranks, gpt2.products, 0.3, rng)
        print([gpt2.id_to_bytes(i).decode() for i in forgetful])
except NotImplementedError:
    print("Run this cell again when `bpe_dropout` is written.")

# %% [markdown]
# **Sources**
#
# [1] M. Schuster and K. Nakajima, *Japanese and Korean Voice Search*, 2012; the longest match as in J. Devlin et al.,
# [*BERT*](https://arxiv.org/abs/1810.04805), 2018.
#
# [2] I. Provilkov, D. Emelianenko and E. Voita, [*BPE-Dropout: Simple and Effective Subword
# Regularization*](https://arxiv.org/abs/1910.13267), 2020, algorithm 1.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
