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
# # Exercises to lesson 23: Compression
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/23_compression.ipynb)
# <!-- colab:end -->
#
# *About 70 minutes, 5 seconds to run. Needs: [lesson 23](../notebooks/23_compression.ipynb).*
#
# Write each function in its cell, run the cell, then run the `check` below it. The check tests your function on inputs that
# the sheet does not show, and says what went wrong if something did. All three need NumPy only.

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
# ## Exercise 1: a scale that lets the outlier go · ●○○ · 20 minutes · 4 points
#
# The page chose the scale so that the largest weight of a group still has its place. One outlier then makes the steps wide for all the others. It can be better to *clip*: to take a smaller scale, and to cut off at the largest whole number what lies beyond.
#
# Write `best_scale(weights, bits, shares)`. `weights` has shape (N,). With `bits` bits and a sign, the whole numbers run from $-m$ to $m$, where $m = 2^{\text{bits}-1} - 1$: 127 for 8 bits, 7 for 4. For each number in `shares`, the scale is
#
# $$\text{scale} = \text{share} \cdot \max|w| \,/\, m,$$
#
# and a weight becomes `scale` times its rounded whole number, cut off at $\pm m$. Return the *scale*, a number, whose rounded weights have the smallest sum of squared errors.
#
# An example. With 3 bits, m is 3. Take the weights 1, −1, 1 and 3.6, and the shares 1 and 5/6. Share 1 gives scale 1.2: the weights become 1.2, −1.2, 1.2 and 3.6, and the squared errors sum to 0.12. Share 5/6 gives scale 1: they become 1, −1, 1 and 3, and the outlier alone has an error, of 0.36. So the answer is 1.2. With ten such small weights instead of three, it is 1.
#
# <details><summary>Hint</summary>
#
# `np.clip(np.round(weights / scale), -m, m)` are the whole numbers. Keep the pair (error, scale) with the smallest error.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "best_scale", "locked": false, "schema_version": 3, "solution": true, "task": false}
def best_scale(weights, bits, shares):
    """The scale whose rounded and clipped weights have the smallest squared error."""
    ### BEGIN SOLUTION
    m = 2 ** (bits - 1) - 1
    candidates = []
    for share in shares:
        scale = float(share * np.abs(weights).max() / m)
        q = np.clip(np.round(weights / scale), -m, m)
        error = ((q * scale - weights) ** 2).sum()
        candidates.append((error, scale))
    return min(candidates)[1]
    ### END SOLUTION


# %%
# The worked example. While the function is not written, this cell says nothing.
try:
    few, many = np.array([1, -1, 1, 3.6]), np.array([1, -1] * 5 + [3.6])
    print(best_scale(few, 3, [1, 5 / 6]), best_scale(many, 3, [1, 5 / 6]))
    assert np.isclose(best_scale(few, 3, [1, 5 / 6]), 1.2)
    assert np.isclose(best_scale(many, 3, [1, 5 / 6]), 1.0)
except NotImplementedError:
    pass

# %% [markdown]
# Is it the best scale?

# %% nbgrader={"grade": true, "grade_id": "test_best_scale", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("compression.best_scale", best_scale)

# %% [markdown]
# ## Exercise 2: two of each four · ●●○ · 25 minutes · 4 points
#
# Holes in any place save no time. Holes in a *pattern* can: some GPUs multiply twice as fast by a matrix of which, in each group of four neighbouring weights along the inputs, two are 0. A bit mask with this "2:4" pattern must be chosen.
#
# Write `two_of_four(weight, norms)`. `weight` has shape (in, out), with `in` a multiple of 4. `norms` has shape (in,): the length of each input channel over some text. Return a mask of bool of the shape of `weight`. For each output, the inputs 0 to 3 are a group, then 4 to 7, and so on. In each group it is True for the two weights with the largest score $|w| \cdot \text{norm}$ of the page, and False for the other two. (Equal scores do not occur.)
#
# For one output with the weights 1, −3, 2, 0.5 and the norms 1, 1, 1, 10, the scores are 1, 3, 2 and 5, so the mask is False, True, False, True.
#
# <details><summary>Hint</summary>
#
# `score.reshape(-1, 4, out)` puts the groups into the first two axes. `argsort` twice along an axis gives the rank of each number: 0 for the smallest, 3 for the largest.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "two_of_four", "locked": false, "schema_version": 3, "solution": true, "task": false}
def two_of_four(weight, norms):
    """True for the two weights of each four neighbours along the inputs with the largest |w| · norm."""
    ### BEGIN SOLUTION
    score = np.abs(weight) * norms[:, None]
    groups = score.reshape(-1, 4, weight.shape[1])
    rank = groups.argsort(axis=1).argsort(axis=1)
    return (rank >= 2).reshape(weight.shape)
    ### END SOLUTION


# %%
# The worked example. While the function is not written, this cell says nothing.
try:
    mask = two_of_four(np.array([[1.0], [-3.0], [2.0], [0.5]]), np.array([1.0, 1.0, 1.0, 10.0]))
    print(mask.ravel())
    assert mask.ravel().tolist() == [False, True, False, True]
except NotImplementedError:
    pass

# %% [markdown]
# Are they the right two?

# %% nbgrader={"grade": true, "grade_id": "test_two_of_four", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("compression.two_of_four", two_of_four)

# %% [markdown]
# ## Exercise 3: from the activations into the weights · ●●○ · 25 minutes · 5 points
#
# The page rounds weights only. To multiply whole numbers by whole numbers, the *activations* (what flows into a matrix) must be rounded, too, with one scale for a whole vector. They are harder to round: a few channels are many times larger than the rest. SmoothQuant [1] moves the difficulty. Divide each input channel j of the activations by a number $s_j$ and multiply row j of the matrix by the same $s_j$: the product does not change. With
#
# $$s_j = \frac{(\max_t |x_{tj}|)^{\alpha}}{(\max_k |w_{jk}|)^{1-\alpha}}$$
#
# the two share the difficulty. $\alpha = 1$ makes all channels of the activations equally large, $\alpha = 0$ all rows of the matrix.
#
# Write `migrate(x, weight, alpha)`. `x` has shape (T, in) and `weight` (in, out). Return the pair of the new activations and the new matrix. Where a channel of `x` or a row of `weight` is all zeros, $s_j$ is 1.
#
# For x = [[8, 1]], weight = [[2], [1]] and α = 0.5, s is √8/√2 = 2 for the first channel and 1 for the second. So the new activations are [[4, 1]] and the new matrix is [[4], [1]]; the product is 17 before and after.
#
# <details><summary>Hint</summary>
#
# `np.abs(x).max(axis=0)` has shape (in,), and so has `np.abs(weight).max(axis=1)`. Put 1 where either of them is 0, *before* you divide.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "migrate", "locked": false, "schema_version": 3, "solution": true, "task": false}
def migrate(x, weight, alpha):
    """Activations and matrix after the channels' sizes were moved from one to the other."""
    ### BEGIN SOLUTION
    a, w = np.abs(x).max(axis=0), np.abs(weight).max(axis=1)
    zero = (a == 0) | (w == 0)
    a, w = np.where(zero, 1.0, a), np.where(zero, 1.0, w)
    s = a**alpha / w ** (1 - alpha)
    return x / s, weight * s[:, None]
    ### END SOLUTION


# %%
# The worked example. While the function is not written, this cell says nothing.
try:
    new_x, new_weight = migrate(np.array([[8.0, 1.0]]), np.array([[2.0], [1.0]]), 0.5)
    print(new_x, new_weight.ravel())
    assert np.allclose(new_x, [[4, 1]])
    assert np.allclose(new_weight, [[4], [1]])
except NotImplementedError:
    pass

# %% [markdown]
# Is the product the same, and are the sizes as the formula says?

# %% nbgrader={"grade": true, "grade_id": "test_migrate", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("compression.migrate", migrate)

# %% [markdown]
# And with a channel of zeros?

# %% nbgrader={"grade": true, "grade_id": "test_migrate_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("compression.migrate", migrate, part="migrate_zeros")

# %% [markdown]
# What does it help? Here one channel of 64 is fifty times as large as the rest. Both sides are rounded to 8 bits, the activations with one scale for all, the matrix with one for each output:


# %% tags=["skip-proof"]
def rounded(a, axis=None):
    scale = np.abs(a).max(axis=axis, keepdims=True) / 127
    return np.round(a / scale) * scale


try:
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal((200, 64)), rng.standard_normal((64, 32))
    x[:, 7] *= 50
    for alpha in (0.0, 0.25, 0.5, 0.75, 1.0):
        new_x, new_weight = migrate(x, weight, alpha)
        error = rounded(new_x) @ rounded(new_weight, axis=0) - x @ weight
        print(f"alpha {alpha:.2f}: error {np.sqrt((error**2).mean()):.3f}")
    error = rounded(x) @ rounded(weight, axis=0) - x @ weight
    print(f"as it was:  error {np.sqrt((error**2).mean()):.3f}")
except NotImplementedError:
    print("Run this cell again when `migrate` is written.")

# %% [markdown]
# **Sources**
#
# [1] G. Xiao et al., [*SmoothQuant: Accurate and Efficient Post-Training Quantization for Large Language Models*](https://arxiv.org/abs/2211.10438), 2022.
#
# The pattern of exercise 2: A. Mishra et al., [*Accelerating Sparse Deep Neural Networks*](https://arxiv.org/abs/2104.08378), 2021.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
