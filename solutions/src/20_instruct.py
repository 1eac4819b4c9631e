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
# # Exercises to lesson 20: Instruction tuning with LoRA
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/20_instruct.ipynb)
# <!-- colab:end -->
#
# *About 60 minutes, 5 seconds to run. Needs: [lesson 20](../notebooks/20_instruct.ipynb).*
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
# ## Exercise 1: learn from every answer of a talk · ●○○ · 15 minutes · 4 points
#
# On the page only the *last* message of a conversation was learned. A talk with several answers teaches more: *every* turn of the assistant can count, and no turn of the user or of the system does.
#
# Write `whole_talk(turns, start, end, newline, roles)`. `turns` is a list of pairs `(role, ids)`; `ids` are the tokens of what was said. Each turn is written as SmolLM2's template writes it:
#
# `start`, `roles[role]`, `newline`, the ids, `end`, `newline`
#
# Return two lists of the same length: all ids, and for each of them 1 if it counts and 0 if not. What counts is what the assistant has to *write*: the ids of its turns, and the `end` after them. It does not write the three tokens at the beginning of its turn (the program that runs it does), nor the `newline` after `end`. An answer may be empty; its `end` counts all the same.
#
# For the turns `[("user", [20, 21]), ("assistant", [30])]` with `start` 1, `end` 2, `newline` 3 and `roles = {"user": 10, "assistant": 11}` the answer is
#
# `[1, 10, 3, 20, 21, 2, 3, 1, 11, 3, 30, 2, 3]` and `[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0]`.
#
# <details><summary>Hint: a message may hold anything</summary>
#
# Decide what counts while you write the turns, where you know whose turn it is. Whoever searches the finished ids for the beginning of an answer, or for its `end`, is deceived by a message that holds these tokens. (A good tokenizer keeps them out of messages, as the page says. Your function should not depend on it.)
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "whole_talk", "locked": false, "schema_version": 3, "solution": true, "task": false}
def whole_talk(turns, start, end, newline, roles):
    """The ids of a talk, and 1 where the assistant writes."""
    ### BEGIN SOLUTION
    ids, counted = [], []
    for role, said in turns:
        mark = int(role == "assistant")
        ids += [start, roles[role], newline, *said, end, newline]
        counted += [0, 0, 0] + [mark] * (len(said) + 1) + [0]
    return ids, counted
    ### END SOLUTION


# %% [markdown]
# The example from above:

# %% tags=["skip-proof"]
try:
    ids, counted = whole_talk(
        [("user", [20, 21]), ("assistant", [30])], 1, 2, 3, {"user": 10, "assistant": 11}
    )
    assert ids == [1, 10, 3, 20, 21, 2, 3, 1, 11, 3, 30, 2, 3]
    assert counted == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0]
    print("the example comes out")
except NotImplementedError:
    print("Run this cell again when `whole_talk` is written.")

# %% [markdown]
# Is every answer learned, and nothing else?

# %% nbgrader={"grade": true, "grade_id": "test_whole_talk", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("instruct.whole_talk", whole_talk)

# %% [markdown]
# ## Exercise 2: two adapters in one · ●●○ · 25 minutes · 5 points
#
# One adapter was trained for the form of the answers, another for their tone. You want to send *one* adapter that does both, without touching the large matrix.
#
# An adapter is a triple `(A, B, alpha)`: A has shape (rank, in), B has shape (out, rank), and what it adds to the matrix is
#
# $$\Delta = \frac{\alpha}{\text{rank}}\, B A.$$
#
# Write `join_adapters(first, second, weight=1.0)`. It returns a new triple `(A, B, alpha)` whose rank is the *sum* of the two ranks, and whose change is $\Delta_1 + \text{weight}\cdot\Delta_2$ exactly. The two adapters may have different ranks and different alphas.
#
# For `first = (np.array([[1.0, 0.0]]), np.array([[2.0]]), 1.0)` and `second = (np.array([[0.0, 1.0]]), np.array([[3.0]]), 2.0)` the change must be `[[2.0, 6.0]]`.
#
# <details><summary>Hint: a product of blocks</summary>
#
# Put the rows of one A below those of the other, and the columns of one B beside those of the other. What is the product?
#
# </details>
#
# <details><summary>Hint: the factors</summary>
#
# Each adapter has a factor alpha / rank of its own, and the new one has only one. You may choose the new alpha as you like: with alpha equal to the new rank its factor is 1. Where can the old factors go?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "join_adapters", "locked": false, "schema_version": 3, "solution": true, "task": false}
def join_adapters(first, second, weight=1.0):
    """One adapter (A, B, alpha) that changes as much as the first and `weight` times the second."""
    ### BEGIN SOLUTION
    (A1, B1, alpha1), (A2, B2, alpha2) = first, second
    A = np.concatenate([A1, A2], axis=0)
    B = np.concatenate([alpha1 / len(A1) * B1, weight * alpha2 / len(A2) * B2], axis=1)
    return A, B, len(A)
    ### END SOLUTION


# %% [markdown]
# The example from above:

# %% tags=["skip-proof"]
try:
    first = (np.array([[1.0, 0.0]]), np.array([[2.0]]), 1.0)
    second = (np.array([[0.0, 1.0]]), np.array([[3.0]]), 2.0)
    A, B, alpha = join_adapters(first, second)
    assert np.allclose(alpha / len(A) * B @ A, [[2.0, 6.0]])
    print("the example comes out")
except NotImplementedError:
    print("Run this cell again when `join_adapters` is written.")

# %% [markdown]
# Does it change the matrix as both of them do?

# %% nbgrader={"grade": true, "grade_id": "test_join_adapters", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("instruct.join_adapters", join_adapters)

# %% [markdown]
# And with a weight of -1, is the second one taken away again?

# %% nbgrader={"grade": true, "grade_id": "test_join_adapters_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("instruct.join_adapters", join_adapters, part="taken_away")

# %% [markdown]
# ## Exercise 3: an adapter from a finished model · ●●○ · 20 minutes · 5 points
#
# Somebody has tuned *all* the numbers of a matrix, and you have the matrix before and after. The difference is large. Can it be sent as an adapter? Not exactly, but the best one of a given rank can be computed: cut off its singular value decomposition, as was done for the page's recording (the page shows only what came of it).
#
# Write `extract_adapter(change, rank, alpha)`. `change` has our layout, **(in, out)**. Return `(A, B)` with A of shape (rank, in) and B of shape (out, rank), such that $\frac{\alpha}{\text{rank}} B A$ is, in *its* layout (out, in), the best approximation of the change that a product of this rank can be. If `rank` is larger than the smaller side of the matrix, raise a `ValueError` with a sentence that says so, and which rank was asked for.
#
# For `change = np.array([[3.0, 0.0], [0.0, 1.0], [0.0, 0.0]])` (in = 3, out = 2), rank 1 and alpha 1, the product B A is `[[3, 0, 0], [0, 0, 0]]`.
#
# <details><summary>Hint</summary>
#
# `U, S, Vt = np.linalg.svd(M, full_matrices=False)` gives M = U · diag(S) · Vt, with the largest singular value first. The first `rank` columns of U and rows of Vt are what you want. The singular values may go to either side, but only once; and do not forget what the adapter will be multiplied with.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "extract_adapter", "locked": false, "schema_version": 3, "solution": true, "task": false}
def extract_adapter(change, rank, alpha):
    """The thin matrices A and B whose scaled product comes nearest to a change of layout (in, out)."""
    ### BEGIN SOLUTION
    if rank > min(change.shape):
        raise ValueError(f"a matrix of {change.shape} has no rank {rank}")
    U, S, Vt = np.linalg.svd(change.T, full_matrices=False)
    return Vt[:rank], U[:, :rank] * S[:rank] * rank / alpha
    ### END SOLUTION


# %% [markdown]
# The example from above:

# %% tags=["skip-proof"]
try:
    A, B = extract_adapter(np.array([[3.0, 0.0], [0.0, 1.0], [0.0, 0.0]]), 1, 1)
    assert np.allclose(B @ A, [[3, 0, 0], [0, 0, 0]])
    print("the example comes out")
except NotImplementedError:
    print("Run this cell again when `extract_adapter` is written.")

# %% [markdown]
# Is it the nearest one?

# %% nbgrader={"grade": true, "grade_id": "test_extract_adapter", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("instruct.extract_adapter", extract_adapter)

# %% [markdown]
# And if the rank is too large?

# %% nbgrader={"grade": true, "grade_id": "test_extract_adapter_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("instruct.extract_adapter", extract_adapter, part="rank_too_large")

# %% [markdown]
# How much of a change is kept? Two changes of shape 40 × 30: one that was made by a product of rank 4 with a little noise, and one that is noise alone, brought to the same size (the same sum of squares). Guess the shares for rank 4 first.

# %% tags=["skip-proof"]
rng = np.random.default_rng(0)
made = rng.standard_normal((40, 4)) @ rng.standard_normal((4, 30)) + 0.3 * rng.standard_normal(
    (40, 30)
)
noise = rng.standard_normal((40, 30))
noise *= np.linalg.norm(made) / np.linalg.norm(noise)
try:
    for name, change in (("rank 4 and noise", made), ("noise alone", noise)):
        A, B = extract_adapter(change, 4, 4)
        left = 1 - ((B @ A - change.T) ** 2).sum() / (change**2).sum()
        print(f"{name:<17} {left:.0%} of the sum of squares is kept")
except NotImplementedError:
    print("Run this cell again when `extract_adapter` is written.")

# %% [markdown]
# **Sources**
#
# [1] E. Hu et al., [*LoRA: Low-Rank Adaptation of Large Language Models*](https://arxiv.org/abs/2106.09685), 2021.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
