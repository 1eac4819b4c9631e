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
# # Exercises to lesson 14: T5
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/14_t5.ipynb)
# <!-- colab:end -->
#
# *About 65 minutes, 10 seconds to run. Needs: [lesson 14](../notebooks/14_t5.ipynb).*
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
# ## Exercise 1: put the text together again · ●●○ · 20 minutes · 5 points
#
# A T5 read `source`, a text with sentinels in place of the missing spans, and wrote `target`. Give back the whole text.
#
# A model writes what it likes, so `target` need not be well made. The rules:
#
# - A sentinel of `source` is replaced by what follows *the same sentinel* in `target`, up to the next sentinel there.
# - A sentinel that `target` lacks is replaced by nothing.
# - What follows a sentinel that is not in `source` is dropped, and so is what stands before the first sentinel of `target`.
# - If `target` has a sentinel twice, the first time counts.
#
# Write `restore(source, target, sentinels)`. `source` and `target` are lists of ids, `sentinels` is a set of ids. It
# returns a list of ids.
#
# With `sentinels = {97, 98, 99}`, `restore([11, 99, 14, 98], [99, 12, 13, 98, 16, 97], sentinels)` is
# `[11, 12, 13, 14, 16]`. And `restore([11, 99, 14, 98], [5, 98, 7], sentinels)` is `[11, 14, 7]`.
#
# <details><summary>Hint: two passes</summary>
#
# Go through `target` once, and collect in a dictionary what follows each sentinel. Then go through `source`.
#
# </details>
#
# <details><summary>Hint: the first time</summary>
#
# When a sentinel comes that the dictionary has already, collect what follows into a list that nobody will read.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "restore", "locked": false, "schema_version": 3, "solution": true, "task": false}
def restore(source, target, sentinels):
    """The text again, from what was read and what was written."""
    ### BEGIN SOLUTION
    spans, current = {}, []
    for token in target:
        if token in sentinels:
            current = []
            spans.setdefault(token, current)
        else:
            current.append(token)
    return [
        i for token in source for i in (spans.get(token, []) if token in sentinels else [token])
    ]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_restore", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("t5.restore", restore)

# %% [markdown]
# The second check is about the four rules: targets in another order, with sentinels missing, unknown or twice, and an empty one.

# %% nbgrader={"grade": true, "grade_id": "test_restore_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("t5.restore", restore, part="restore_what_a_model_wrote")

# %% [markdown]
# ## Exercise 2: a prefix that is read in both directions · ●●○ · 20 minutes · 5 points
#
# One stack can do the work of two. In a *prefix language model* [1] the question and the answer stand in one row. The tokens of the question
# (the prefix) look at each other in both directions, as in an encoder. The tokens of the answer look at the whole question, and backwards at
# the answer, as in a decoder.
#
# All of this is in the mask. Write `prefix_mask(prefix, lengths, total)`. `prefix[b]` says how many tokens of row `b` are the
# question, `lengths[b]` how many tokens the row has in all, question and answer (so `prefix[b] <= lengths[b]`); the rest, up to `total`, is padding. (Both are arrays of integers.) It
# returns an array of bool, shape (B, total, total): `mask[b, i, j]` is True where token `i` may look at token `j`. Nobody looks at padding, and padding looks at
# nothing.
#
# `prefix_mask(np.array([2]), np.array([4]), 5)[0].astype(int)` is
#
# ```
# [[1 1 0 0 0]
#  [1 1 0 0 0]
#  [1 1 1 0 0]
#  [1 1 1 1 0]
#  [0 0 0 0 0]]
# ```
#
# <details><summary>Hint</summary>
#
# Token `i` may look at token `j` if `j` does not come after `i`, *or* if `j` is in the prefix. Then take the padding out.
#
# </details>
#
# <details><summary>Hint: three dimensions at once</summary>
#
# `i = np.arange(total)[None, :, None]`, `j = np.arange(total)[None, None, :]` and `prefix[:, None, None]` broadcast to (B, total, total).
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "prefix_mask", "locked": false, "schema_version": 3, "solution": true, "task": false}
def prefix_mask(prefix, lengths, total):
    """Who may look at whom: the prefix in both directions, the rest backwards."""
    ### BEGIN SOLUTION
    i, j = np.arange(total)[None, :, None], np.arange(total)[None, None, :]
    prefix, lengths = np.asarray(prefix)[:, None, None], np.asarray(lengths)[:, None, None]
    seen = (j <= i) | (j < prefix)
    return seen & (i < lengths) & (j < lengths)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_prefix_mask", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("t5.prefix_mask", prefix_mask)

# %% [markdown]
# The second check is about the ends: rows without a prefix, rows of nothing but prefix, a row of padding alone.

# %% nbgrader={"grade": true, "grade_id": "test_prefix_mask_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("t5.prefix_mask", prefix_mask, part="prefix_mask_at_the_ends")

# %% [markdown]
# ## Exercise 3: the buckets turned around · ●●○ · 25 minutes · 5 points
#
# `relative_position_bucket` goes from a distance to its bucket. Go back: which places, relative to the query, fall into a bucket? We take both directions,
# $n$ buckets in all (a multiple of four), and a distance $M$, where the formula would reach bucket $s$
# (from there on, and a little before, all distances share the last bucket).
#
# Each side has $s = n/2$ buckets: 0 to $s - 1$ for keys *behind* the query and the query itself, the others for keys *ahead*. Bucket $s + b$ holds the same distances ahead as bucket $b$ does behind.
# The first $e = s/2$ buckets of a side hold one distance each: bucket $b$ holds the distance $b$. From then on, a distance $d \geq e$ belongs to bucket
#
# $$e + \left\lfloor (s - e) \cdot \frac{\ln(d / e)}{\ln(M / e)} \right\rfloor$$
#
# of its side ($\lfloor x \rfloor$ is the greatest whole number that is not above $x$), but never to one above $s - 1$: the last one holds all distances that are left.
#
# Write `bucket_range(bucket, n, M)`, which returns the smallest and the greatest *relative position* of a bucket: place of the key minus place of the query, so negative behind.
# It is a pair of whole numbers (of type int), the smaller first. Where there is no end, give `None` in its place.
#
# With $n = 64$ and $M = 128$, bucket 16 is `(-18, -16)`, bucket 17 `(-20, -19)` and bucket 48 `(16, 18)`. Bucket 31 is `(None, -113)`, bucket 63 `(113, None)`.
# Bucket $s$ would be a distance of 0 ahead; it is empty, and the check does not ask for it, nor for any other empty bucket. Solve the formula for $d$, do not search.
#
# <details><summary>Hint: where a bucket begins</summary>
#
# Bucket $b$ begins where the bracket reaches $b - e$, that is where $\ln(d/e) = \frac{b - e}{s - e} \ln(M/e)$. What is $d$?
#
# </details>
#
# <details><summary>Hint: whole distances</summary>
#
# The smallest whole number that is not below $x$ is `math.ceil(x)`. A bucket ends one before the next begins.
#
# </details>
#
# <details><summary>Hint: the two sides</summary>
#
# Find the smallest and the greatest *distance* first, of `bucket % s`. Behind the query, the greatest distance is the smallest relative position.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "bucket_range", "locked": false, "schema_version": 3, "solution": true, "task": false}
import math


def bucket_range(bucket, n, M):
    """The smallest and the greatest relative position of a bucket."""
    ### BEGIN SOLUTION
    s = n // 2
    e, b = s // 2, bucket % s

    def begin(b):
        return b if b <= e else math.ceil(e * (M / e) ** ((b - e) / (s - e)))

    low, high = begin(b), None if b == s - 1 else begin(b + 1) - 1
    if bucket >= s:
        return low, high
    return None if high is None else -high, -low
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_bucket_range", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("t5.bucket_range", bucket_range)

# %% [markdown]
# The second check asks for *all* buckets: the exact ones as well, and the two that have no end.

# %% nbgrader={"grade": true, "grade_id": "test_bucket_range_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("t5.bucket_range", bucket_range, part="bucket_range_at_the_ends")

# %% [markdown]
# Which distances can T5's decoder not tell apart? It looks backwards only and has 32 buckets for that: the same as the first half of 64. Guess how wide the bucket is that holds the distance 100, then look.

# %% tags=["skip-proof"]
try:
    for bucket in (15, 16, 20, 24, 28, 30, 31):
        print(bucket, bucket_range(bucket, 64, 128))
except NotImplementedError:
    print("Run this cell again when `bucket_range` is written.")

# %% [markdown]
# **Sources**
#
# [1] C. Raffel and others, [*Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer*](https://arxiv.org/abs/1910.10683), JMLR 21, 2020, section 3.2.1.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
