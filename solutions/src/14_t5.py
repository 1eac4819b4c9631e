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
# question, `lengths[b]` how many tokens the row has in all; the rest, up to `total`, is padding. (Both are arrays of integers.) It
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
# Token `i` may look at token `j` if `j` is not behind `i`, *or* if `j` is in the prefix. Then take the padding out.
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

# %% nbgrader={"grade": true, "grade_id": "test_prefix_mask_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("t5.prefix_mask", prefix_mask, part="prefix_mask_at_the_ends")

# %% [markdown]
# ## Exercise 3: the buckets turned around · ●●● · 25 minutes · 5 points
#
# `relative_position_bucket` goes from a distance to its bucket. How far does a bucket reach? Derive it for one direction, with $n$ buckets (even) and
# the greatest distance $M$.
#
# The first $e = n/2$ buckets hold one distance each: bucket $b$ holds the distance $b$. From then on, a distance $d \geq e$ belongs to bucket
#
# $$e + \left\lfloor (n - e) \cdot \frac{\ln(d / e)}{\ln(M / e)} \right\rfloor$$
#
# ($\lfloor x \rfloor$ is the greatest whole number that is not above $x$), but never to a bucket above $n - 1$: the last one holds all distances that are left.
#
# Write `bucket_range(bucket, n, M)`, which returns the smallest and the greatest whole distance of a bucket, as a tuple of two
# integers. The last bucket has no greatest distance: there, give `None` in its place. For bucket 16 of 32 with $M = 128$ the answer is `(16, 18)`, for bucket 17 `(19, 20)`.
# No bucket that the check asks for is empty. Solve the formula for $d$, do not search.
#
# <details><summary>Hint: where a bucket begins</summary>
#
# Bucket $b$ begins where the bracket reaches $b - e$, that is where $\ln(d/e) = \frac{b - e}{n - e} \ln(M/e)$. What is $d$?
#
# </details>
#
# <details><summary>Hint: whole distances</summary>
#
# The smallest whole number that is not below $x$ is `math.ceil(x)`. A bucket ends one before the next begins.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "bucket_range", "locked": false, "schema_version": 3, "solution": true, "task": false}
import math


def bucket_range(bucket, n, M):
    """The smallest and the greatest distance of a bucket, in one direction."""
    ### BEGIN SOLUTION
    e = n // 2

    def begin(b):
        return b if b <= e else math.ceil(e * (M / e) ** ((b - e) / (n - e)))

    return begin(bucket), None if bucket == n - 1 else begin(bucket + 1) - 1
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_bucket_range", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("t5.bucket_range", bucket_range)

# %% nbgrader={"grade": true, "grade_id": "test_bucket_range_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("t5.bucket_range", bucket_range, part="bucket_range_at_the_ends")

# %% [markdown]
# Which distances can T5's decoder not tell apart? Guess how wide the bucket is that holds the distance 100, then look.

# %% tags=["skip-proof"]
try:
    for bucket in (15, 16, 20, 24, 28, 30, 31):
        print(bucket, bucket_range(bucket, 32, 128))
except NotImplementedError:
    print("Run this cell again when `bucket_range` is written.")

# %% [markdown]
# **Sources**
#
# [1] C. Raffel and others, [*Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer*](https://arxiv.org/abs/1910.10683), JMLR 21, 2020, section 3.2.1.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
