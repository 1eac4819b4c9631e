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
# # Exercises to lesson 11: attention
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/11_attention.ipynb)
# <!-- colab:end -->
#
# *About 75 minutes, 10 seconds to run. Needs: [lesson 11](../notebooks/11_attention.ipynb).*
#
# Write each function in its cell, run the cell, then run the `check` below it. The check tests your function on inputs that
# the sheet does not show, and says what went wrong if something did. All arrays of this sheet are NumPy's.

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
# ## Exercise 1: mend this attention · ●●○ · 25 minutes · 5 points
#
# Somebody wrote a causal self-attention with several heads, in NumPy, for one text. It also has a *distance penalty* [1]: instead of place vectors, each head takes from
# a score the distance of the two tokens times a slope of its own, so that near tokens are preferred. Its score for query t and key s is
#
# $$\frac{q_t \cdot k_s}{\sqrt{D}} - \text{slope}_h \cdot (t - s)$$
#
# where $D$ is the number of channels of *one* head. A token sees itself and what stands before it. The weights of its row sum to 1. Here is the code, and it has **four** faults. It runs, and the shapes are right:
#
# ```python
# def broken(x, w_q, w_k, w_v, w_o, slopes):
#     T, C = x.shape
#     H = len(slopes)
#     q, k, v = ((x @ w).reshape(H, T, C // H) for w in (w_q, w_k, w_v))
#     t = np.arange(T)
#     scores = q @ k.transpose(0, 2, 1) / np.sqrt(C)
#     scores = scores - slopes[:, None, None] * (t[:, None] - t)
#     powers = np.exp(scores - scores.max(axis=1, keepdims=True))
#     weights = powers / powers.sum(axis=1, keepdims=True)
#     weights = weights * (t[:, None] >= t)
#     return (weights @ v).transpose(1, 0, 2).reshape(T, C) @ w_o
# ```
#
# Write `mend(x, w_q, w_k, w_v, w_o, slopes)`. `x` is (T, C), the four matrices are (C, C), `slopes` is (H,), and H divides C. Return (T, C). The numbers may be large: `np.exp` of 1000 is infinite.
#
# With `x = np.array([[1, 0], [0, 2]])`, all four matrices the identity and `slopes = np.array([0, 1])` there are two heads of one channel. The first row is `[1, 0]`, as the first token sees itself alone. For the second token, head 0 has the
# scores 0 and 0, so half and half of the values 1 and 0: 0.5. Head 1 has the scores 0 · 2 − 1 and 4 − 0, the weights 0.007 and 0.993, and the values 0 and 2: 1.987. The second row is `[0.5, 1.987]`.
#
# <details><summary>Hint: which lines</summary>
#
# One fault is in the line that cuts the heads, one in the division. Two are further down.
#
# </details>
#
# <details><summary>Hint: the softmax</summary>
#
# One fault is in the two lines of the softmax, and one in the line after them: what happens to the sum of a row there?
#
# </details>
#
# <details><summary>Hint: the heads</summary>
#
# Head 0 gets the first C / H channels of *every* token. Look at what the lesson did with the numbers 0 to 5 and 10 to 15.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "mend", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mend(x, w_q, w_k, w_v, w_o, slopes):
    """Causal self-attention with several heads and a penalty on distance: (T, C) → (T, C)."""
    ### BEGIN SOLUTION
    n_heads, size = len(slopes), x.shape[1] // len(slopes)
    heads = lambda a: a.reshape(len(x), n_heads, size).transpose(1, 0, 2)
    q, k, v = heads(x @ w_q), heads(x @ w_k), heads(x @ w_v)
    distance = np.arange(len(x))[:, None] - np.arange(len(x))
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(size) - slopes[:, None, None] * distance
    scores = np.where(distance >= 0, scores, -np.inf)
    powers = np.exp(scores - scores.max(axis=2, keepdims=True))
    y = powers / powers.sum(axis=2, keepdims=True) @ v
    return y.transpose(1, 0, 2).reshape(x.shape) @ w_o
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_mend", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("attention.mend", mend)

# %% nbgrader={"grade": true, "grade_id": "test_mend_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("attention.mend", mend, part="mend_large_numbers")

# %% [markdown]
# ## Exercise 2: several documents in one row · ●●○ · 20 minutes · 4 points
#
# Training texts have many lengths. Instead of filling each up with padding, one puts them one behind the other into a row of fixed length: they are *packed*. A token must then look at its *own* document only, and not ahead. And its place is its place in its own document.
#
# Write `packed(lengths, size)`. `lengths` lists the lengths of the documents in the order in which they stand in the row, each at least 1. `size` is the length of the row; what is left at its end is padding. Return two things:
#
# - `mask`, a NumPy array (size, size) of bool, True where a query (row) may see a key (column). Padding sees nothing, and nobody sees it.
# - `positions`, a NumPy array (size,) of integers: the place of each token in its document, from 0; and 0 for padding.
#
# If the documents do not fit into the row, raise ValueError.
#
# For `packed([2, 1], 4)` the mask is `[[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]` (as bool), and the positions are `[0, 1, 0, 0]`.
#
# <details><summary>Hint</summary>
#
# Give each token the number of its document. Which tokens may see each other, in terms of these numbers?
#
# </details>
#
# <details><summary>Hint: in NumPy</summary>
#
# `np.repeat` makes the numbers. Two tokens see each other when their numbers are equal, and a causal mask takes care of the rest. `np.tri(size, dtype=bool)` is a causal mask.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "packed", "locked": false, "schema_version": 3, "solution": true, "task": false}
def packed(lengths, size):
    """Mask and positions of a row into which documents were packed."""
    ### BEGIN SOLUTION
    total = sum(lengths)
    if total > size:
        raise ValueError(f"{total} tokens do not fit into a row of {size}")
    document = np.full(size, -1)
    document[:total] = np.repeat(np.arange(len(lengths)), lengths)
    same = (document[:, None] == document) & (document >= 0)
    mask = same & np.tri(size, dtype=bool)
    positions = np.zeros(size, dtype=int)
    positions[:total] = np.concatenate([np.arange(n) for n in [0, *lengths]])
    return mask, positions
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_packed", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("attention.packed", packed)

# %% nbgrader={"grade": true, "grade_id": "test_packed_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("attention.packed", packed, part="packed_at_the_ends")

# %% [markdown]
# ## Exercise 3: one pass over the keys · ●●● · 30 minutes · 5 points
#
# The weights of a long text do not fit into memory. But a weighted mean can be computed in *one pass*, block after block of keys and values, without ever holding all scores [2]. This is what the fast attention of the lesson does.
#
# Write `one_pass(q, blocks)`. `q` is (T, D). `blocks` yields pairs `(k, v)` of shapes (n, D) and (n, E), one after the other; n differs from block to block. It can be gone through **once**, and the arrays of a block are overwritten when the next one comes, so use each at once. Return softmax(q kᵀ / √D) v over the keys of *all* blocks, of shape (T, E).
#
# Keep three things for each query while the blocks go by: the largest score so far `m`, the sum of the powers so far `z`, and the sum of the powers times values so far `y`. All powers are $e^{s - m}$, so that none overflows. When a new block brings a larger maximum, what was summed before was taken relative to the old one, and
# must be corrected:
#
# $$m' = \max(m, \max_j s_j), \qquad z' = z\, e^{m - m'} + \sum_j e^{s_j - m'}, \qquad y' = y\, e^{m - m'} + \sum_j e^{s_j - m'} v_j$$
#
# At the end, the answer is $y / z$. Start with $m = -\infty$ and $z = y = 0$.
#
# For `q = [[1.0]]` and two blocks, `k = [[0.0]]`, `v = [[10.0]]` and then `k = [[2.0]]`, `v = [[20.0]]`, the scores are 0 and 2. After the first block m = 0, z = 1, y = 10. After the second m = 2, z = $e^{-2}$ + 1 = 1.135 and y = 10 $e^{-2}$ + 20 = 21.353. The
# answer is 18.808.
#
# The scores in the tests can be large, 1000 and more or -1000 and less, and the largest may come in any block. The memory that your function uses is measured. Treat a block at once, in NumPy: the largest test has 96 queries and 8,192 keys, and a Python loop over single pairs is too slow for it.
#
# <details><summary>Hint: shapes</summary>
#
# `m` and `z` have a number for each query: keep them as (T, 1), and the correction `np.exp(m - new_m)` broadcasts over `y` of shape (T, E). The number E is known when the first block has come, and `y = 0.0` broadcasts to any shape (write `y = y * c + ...`; an in-place `y *= c` cannot grow a shape).
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "one_pass", "locked": false, "schema_version": 3, "solution": true, "task": false}
def one_pass(q, blocks):
    """Attention over keys and values that come in blocks: (T, D) → (T, E)."""
    ### BEGIN SOLUTION
    m, z, y = np.full((len(q), 1), -np.inf), 0.0, 0.0
    for k, v in blocks:
        scores = q @ k.T / np.sqrt(q.shape[1])
        new_m = np.maximum(m, scores.max(axis=1, keepdims=True))
        powers, correction = np.exp(scores - new_m), np.exp(m - new_m)
        z = z * correction + powers.sum(axis=1, keepdims=True)
        y = y * correction + powers @ v
        m = new_m
    return y / z
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_one_pass", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("attention.one_pass", one_pass)

# %% nbgrader={"grade": true, "grade_id": "test_one_pass_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("attention.one_pass", one_pass, part="one_pass_large_scores")

# %% [markdown]
# **Sources**
#
# [1] O. Press, N. A. Smith and M. Lewis, [*Train Short, Test Long: Attention with Linear Biases Enables Input Length Extrapolation*](https://arxiv.org/abs/2108.12409), 2021.
#
# [2] M. Milakov and N. Gimelshein, [*Online normalizer calculation for softmax*](https://arxiv.org/abs/1805.02867), 2018.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
