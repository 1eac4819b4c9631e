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
# # Exercises to lesson 27: Code
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/27_code.ipynb)
# <!-- colab:end -->
#
# *About 65 minutes, 5 seconds to run. Needs: [lesson 27](../notebooks/27_code.ipynb).*
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
# ## Exercise 1: the suffix first · ●○○ · 20 minutes · 4 points
#
# On the page, a row of training was prefix, suffix, middle (PSM). The paper also tries **suffix, prefix, middle (SPM)**. Its advantage shows when somebody types: each new character changes the end of the prefix. In SPM all that stands *before* it in the row stays as it is, so the cache of lesson 12 can be used again.
#
# The marks stand as in the paper's best version. The prefix mark comes first and directly after it the suffix mark; then the suffix; then the middle mark, the prefix, and the middle, without anything between prefix and middle; then the end:
#
# $$\text{PRE}\;\text{SUF}\;\text{suffix}\;\text{MID}\;\text{prefix}\;\text{middle}\;\text{END}$$
#
# Write `spm_row(prefix, middle, suffix, room, marks)`. The first three are lists of token ids. `marks` is a dictionary with the ids of `"prefix"`, `"suffix"`, `"middle"` and `"end"`. Prefix and suffix together may keep at most `room` tokens, those nearest to the gap, shared as by `fit` on the page: the prefix has a right to `room // 2`, and what one side does not need, the other gets. The middle is never shortened. Return a list.
#
# An example: `prefix = [1, 2, 3]`, `middle = [4]`, `suffix = [5, 6, 7]`, `room = 4`. The last two of the prefix stay, and the first two of the suffix. With the marks 90, 91, 92, 93 the row is `[90, 91, 5, 6, 92, 2, 3, 4, 93]`.
#
# <details><summary>Hint: how much of the prefix stays</summary>
#
# Not more than it has. At least `room // 2` if it has so many. More, if the suffix leaves some: `room - len(suffix)`.
#
# </details>
#
# <details><summary>Hint: the last tokens of a list</summary>
#
# `prefix[-0:]` is the whole list. `prefix[len(prefix) - keep :]` does what you want for `keep = 0`, too.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "spm_row", "locked": false, "schema_version": 3, "solution": true, "task": false}
def spm_row(prefix, middle, suffix, room, marks):
    """A row of training in the order suffix, prefix, middle."""
    ### BEGIN SOLUTION
    keep = min(len(prefix), max(room // 2, room - len(suffix)))
    before = prefix[len(prefix) - keep :]
    after = suffix[: room - keep]
    p, s, m, end = (marks[name] for name in ("prefix", "suffix", "middle", "end"))
    return [p, s, *after, m, *before, *middle, end]
    ### END SOLUTION


# %% [markdown]
# The example:

# %% tags=["skip-proof"]
marks = {"prefix": 90, "suffix": 91, "middle": 92, "end": 93}
try:
    print("yours: ", spm_row([1, 2, 3], [4], [5, 6, 7], 4, marks))
    print("wanted:", [90, 91, 5, 6, 92, 2, 3, 4, 93])
except NotImplementedError:
    print("Run this cell again when `spm_row` is written.")

# %% [markdown]
# Is the order right, and what stays of long sides?

# %% nbgrader={"grade": true, "grade_id": "test_spm_row", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("code.spm_row", spm_row)

# %% [markdown]
# And with no room, or with nothing on one side?

# %% nbgrader={"grade": true, "grade_id": "test_spm_row_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("code.spm_row", spm_row, part="spm_row_at_the_edges")

# %% [markdown]
# ## Exercise 2: right every time · ●●○ · 20 minutes · 4 points
#
# pass@k asks whether *one* of k programs is right. That is the right question when somebody, or a test, picks the good one. Where nobody looks, one wants the opposite: that *all* k are right. Yao and others (2024) call it pass^k ("pass hat k"), and use it for agents that must do the same task well every time.
#
# Write `pass_hat_k(right, n, k)`. For each problem n programs were drawn, and `right`, an array (P,), says how many of them are right. Return an array (P,): the share of all choices of k *different* programs, out of the n, in which all k are right.
#
# An example: n = 4, k = 2, and 3 programs are right. There are 6 choices of two, and 3 of them have only right ones: 0.5. (With replacement it would be (3/4)² = 0.5625, which is too much on the mean.)
#
# The function must also work for n = 400 and k = 150, where the numbers of choices have more than a hundred digits.
#
# <details><summary>Hint: draw them one after another</summary>
#
# The first is right with probability c / n. Then c − 1 right ones are left among n − 1. Go on k times, and multiply.
#
# </details>
#
# <details><summary>Hint: too few</summary>
#
# If c is smaller than k, one of the factors is 0, and with it the product.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "pass_hat_k", "locked": false, "schema_version": 3, "solution": true, "task": false}
def pass_hat_k(right, n, k):
    """The share of all choices of k of the n programs in which all are right."""
    ### BEGIN SOLUTION
    right = np.asarray(right)
    drawn = np.arange(k)
    left = right[:, None] - drawn  # (P, k)
    return (left / (n - drawn)).prod(axis=1)  # with fewer right ones than k, one factor is 0
    ### END SOLUTION


# %% [markdown]
# The example:

# %% tags=["skip-proof"]
try:
    print("yours:", pass_hat_k(np.array([3]), 4, 2), "wanted: [0.5]")
except NotImplementedError:
    print("Run this cell again when `pass_hat_k` is written.")

# %% nbgrader={"grade": true, "grade_id": "test_pass_hat_k", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("code.pass_hat_k", pass_hat_k)

# %% [markdown]
# And with few right ones, and with many programs?

# %% nbgrader={"grade": true, "grade_id": "test_pass_hat_k_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("code.pass_hat_k", pass_hat_k, part="pass_hat_k_at_the_edges")

# %% [markdown]
# ## Exercise 3: among the first k, with ties · ●●● · 25 minutes · 5 points
#
# A reviewer looks at the k lines with the highest scores. Was the planted bug among them? That is easy to say as long as no two lines have the same score. But a rule such as "lines with a comparison" gives many lines the *same* score. Somebody who sorts them anyhow gives the rule whatever place in the file the bug happens to have. A program that gives *every* line the score 0 would be perfect, if ties counted in its favour.
#
# The fair answer: ties are broken by lot. Write `chance_in_first(scores, place, k)`: the probability that the line at `place` is among the first k, the highest score first, when lines with equal scores are put in a random order. `scores` is an array (n,). Return a number from 0 to 1.
#
# An example: scores 5, 3, 3, 3, 1 and k = 2. The line with 5 is first. For the second place three lines are equal, so each of them has the chance 1/3. With k = 3 it is 2/3, and with k = 4 it is 1. The last line has 0 for all of these.
#
# <details><summary>Hint: two numbers are enough</summary>
#
# How many lines are better? They stand before it for sure. And how many have the same score, the line itself included?
#
# </details>
#
# <details><summary>Hint: no lot is drawn</summary>
#
# Of the k places, the better lines take theirs. What is left is shared among the equals, each with the same chance. It cannot be less than 0 or more than 1.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "chance_in_first", "locked": false, "schema_version": 3, "solution": true, "task": false}
def chance_in_first(scores, place, k):
    """The probability that a line is among the first k when ties are broken by lot."""
    ### BEGIN SOLUTION
    better = int((scores > scores[place]).sum())
    equal = int((scores == scores[place]).sum())
    return min(max((k - better) / equal, 0.0), 1.0)
    ### END SOLUTION


# %% [markdown]
# The example:

# %% tags=["skip-proof"]
example = np.array([5.0, 3.0, 3.0, 3.0, 1.0])
try:
    print("yours: ", [round(chance_in_first(example, 2, k), 3) for k in (1, 2, 3, 4)])
    print("wanted:", [0.0, 0.333, 0.667, 1.0])
except NotImplementedError:
    print("Run this cell again when `chance_in_first` is written.")

# %% nbgrader={"grade": true, "grade_id": "test_chance_in_first", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("code.chance_in_first", chance_in_first)

# %% [markdown]
# And where there is no tie, or nothing but ties?

# %% nbgrader={"grade": true, "grade_id": "test_chance_in_first_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("code.chance_in_first", chance_in_first, part="chance_in_first_at_the_edges")

# %% [markdown]
# **Sources**
#
# [1] M. Bavarian et al., [*Efficient Training of Language Models to Fill in the Middle*](https://arxiv.org/abs/2207.14255), 2022.
#
# [2] S. Yao et al., [*τ-bench: A Benchmark for Tool-Agent-User Interaction in Real-World Domains*](https://arxiv.org/abs/2406.12045), 2024: pass^k.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
