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
# # Exercises to lesson 29: Medicine, finance, law
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/29_domains.ipynb)
# <!-- colab:end -->
#
# *About 70 minutes, 5 seconds to run. Needs: [lesson 29](../notebooks/29_domains.ipynb).*
#
# Write each function in its cell, run the cell, then run the `check` below it. The check tests your function on inputs that
# the sheet does not show, and says what went wrong if something did. All three need NumPy and the standard library only.

# %% tags=["setup"]
# --- On Colab, install the course first; anywhere else these lines do nothing ---
import os
import sys
from IPython import get_ipython

if "google.colab" in sys.modules:
    address = os.environ.get("LLMAI_EDU_SOURCE", "https://github.com/llmai-edu/llmai-edu")
    get_ipython().run_line_magic("pip", f'install -q "llmai-edu @ git+{address}"')
# --- end of the Colab lines ---
import re

import numpy as np

# %% [markdown]
# ## Exercise 1: clean a card line · ●○○ · 20 minutes · 4 points
#
# Before a bank looks a card line up, it takes off what is not the shop. Write `clean_line(line)`, which does four things, in this order:
#
# 1. If the line *begins* with one of the `PREFIXES` below, written just so, take that off, once. (A line that begins with a blank begins with none of them. Of `POS SQ *…` the second stays.)
# 2. The *store number* is the last word of exactly four digits (so neither `12345` nor `CAFE0042` is one). Take it off together with all that stands after it, which is the city. A line without a store number keeps its end.
# 3. Make everything lower case.
# 4. Leave single spaces between words, and none at the ends.
#
# An example: `"SQ *ROUTE 6666 DINER 0042 RENO NV"` becomes `"route 6666 diner"`: 6666 has four digits, too, and is not the last. `"TST* CAFE OSLO"` has no store number and becomes `"cafe oslo"`.
#
# <details><summary>Hint</summary>
#
# `re.finditer(r"\b\d{4}\b", line)` finds all words of four digits, with their places: `.start()` of the last one is where to cut.
#
# </details>

# %%
PREFIXES = ("SQ *", "TST* ", "POS ")


# %% nbgrader={"grade": false, "grade_id": "clean_line", "locked": false, "schema_version": 3, "solution": true, "task": false}
def clean_line(line):
    """The name of the shop in a card line."""
    ### BEGIN SOLUTION
    for prefix in ("SQ *", "TST* ", "POS "):
        if line.startswith(prefix):
            line = line[len(prefix) :]
            break
    numbers = list(re.finditer(r"\b\d{4}\b", line))
    if numbers:
        line = line[: numbers[-1].start()]
    return " ".join(line.lower().split())
    ### END SOLUTION


# %% [markdown]
# The examples of the text above:

# %% tags=["skip-proof"]
try:
    print(
        "yours: ",
        [clean_line("SQ *ROUTE 6666 DINER 0042 RENO NV"), clean_line("TST* CAFE OSLO")],
    )
    print("wanted:", ["route 6666 diner", "cafe oslo"])
except NotImplementedError:
    print("Run this cell again when `clean_line` is written.")

# %% nbgrader={"grade": true, "grade_id": "test_clean_line", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("domains.clean_line", clean_line)

# %% [markdown]
# And without a store number, or with other digits?

# %% nbgrader={"grade": true, "grade_id": "test_clean_line_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("domains.clean_line", clean_line, part="clean_line_at_the_edges")

# %% [markdown]
# ## Exercise 2: a calibration error with even bins · ●●○ · 25 minutes · 5 points
#
# The expected calibration error of the page sorts answers into bins of equal *width*. When nearly all answers are above 0.9, as for the licences, one bin holds nearly all of them, and the others hold two or three. *Even* bins hold equally many answers each [1].
#
# Write `even_bins_error(confidence, right, bins)`. `confidence` has shape (N,), `right` is an array of N booleans. Sort the answers by confidence, the lowest first (equal ones in the order in which they come: `kind="stable"`), and split them into `bins` groups as `np.array_split` does. The gap of a group is the absolute difference between its mean confidence and its share of right answers. Return the mean of the gaps, each weighed with the number of answers in its group, as a number. Groups without an answer are left out.
#
# An example: confidences 0.9, 0.6, 0.8, 0.5 with right, right, wrong, right, and two bins.
#
# | group | confidences | right | mean confidence | share right | gap |
# |---|---|---|---|---|---|
# | first | 0.5, 0.6 | yes, yes | 0.55 | 1.0 | 0.45 |
# | second | 0.8, 0.9 | no, yes | 0.85 | 0.5 | 0.35 |
#
# Both groups have two answers, so the answer is 0.40.
#
# <details><summary>Hint</summary>
#
# `order = np.argsort(confidence, kind="stable")` has the places of the answers. Split *it*: a group of places serves both arrays.
#
# </details>

# %%
example = np.array([0.9, 0.6, 0.8, 0.5]), np.array([True, True, False, True])
assert np.isclose((0.45 * 2 + 0.35 * 2) / 4, 0.40)


# %% nbgrader={"grade": false, "grade_id": "even_bins_error", "locked": false, "schema_version": 3, "solution": true, "task": false}
def even_bins_error(confidence, right, bins):
    """The mean gap between confidence and share of right answers, over bins that hold equally many."""
    ### BEGIN SOLUTION
    order, total = np.argsort(confidence, kind="stable"), 0.0
    for group in np.array_split(order, bins):
        if len(group):
            total += len(group) * abs(right[group].mean() - confidence[group].mean())
    return total / len(confidence)
    ### END SOLUTION


# %% tags=["skip-proof"]
try:
    print("yours:", round(float(even_bins_error(*example, 2)), 3), "wanted: 0.4")
except NotImplementedError:
    print("Run this cell again when `even_bins_error` is written.")

# %% nbgrader={"grade": true, "grade_id": "test_even_bins_error", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("domains.even_bins_error", even_bins_error)

# %% [markdown]
# And with fewer answers than bins?

# %% nbgrader={"grade": true, "grade_id": "test_even_bins_error_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("domains.even_bins_error", even_bins_error, part="even_bins_at_the_edges")

# %% [markdown]
# ## Exercise 3: what refusing costs · ●●● · 25 minutes · 5 points
#
# The page chose a threshold for "nine right in ten". Often it is better to say what things *cost*: a wrong answer `wrong_cost`, a refusal (a person looks) `refusal_cost`, a right answer nothing. If the probabilities were true, the best threshold would be known: answer when (1 − p) · wrong_cost is at most refusal_cost, that is from p = 1 − refusal_cost / wrong_cost on (Chow's rule [2]). Probabilities that were fitted on other people's questions are not true. So count on validation answers.
#
# Write `cheapest_threshold(confidence, right, wrong_cost, refusal_cost)`. A question is answered when its confidence is *at least* the threshold. Try every confidence that occurs, and infinity, which refuses everything. Return a pair: the threshold at which the mean cost of a question is lowest, and that mean cost. If several thresholds cost the same, take the lowest, which answers most. (Costs that differ by less than 10⁻¹² are the same.)
#
# An example: confidences 0.9, 0.8, 0.6 with right, wrong, right; an error costs 5, a refusal 1.
#
# | threshold | answered | errors | refused | mean cost |
# |---|---|---|---|---|
# | 0.6 | all three | 1 | 0 | 5/3 |
# | 0.8 | two | 1 | 1 | 6/3 |
# | 0.9 | one | 0 | 2 | 2/3 |
# | infinity | none | 0 | 3 | 3/3 |
#
# The answer is `(0.9, 0.667)`. Chow's rule would say 1 − 1/5 = 0.8, and pay 2.
#
# <details><summary>Hint</summary>
#
# Loop over `[*np.unique(confidence), np.inf]`: it is sorted, so the first of several equal ones is the lowest.
#
# </details>

# %%
table = np.array([0.9, 0.8, 0.6]), np.array([True, False, True])
for threshold in (0.6, 0.8, 0.9, np.inf):
    answered = table[0] >= threshold
    print(threshold, (5 * (answered & ~table[1]).sum() + (~answered).sum()) / 3)


# %% nbgrader={"grade": false, "grade_id": "cheapest_threshold", "locked": false, "schema_version": 3, "solution": true, "task": false}
def cheapest_threshold(confidence, right, wrong_cost, refusal_cost):
    """The threshold with the lowest mean cost of a question, and that cost."""
    ### BEGIN SOLUTION
    best = None
    for threshold in [*np.unique(confidence), np.inf]:
        answered = confidence >= threshold
        cost = wrong_cost * (answered & ~right).sum() + refusal_cost * (~answered).sum()
        if best is None or cost < best[1] - 1e-12:
            best = (float(threshold), float(cost))
    threshold, cost = best
    return threshold, cost / len(right)
    ### END SOLUTION


# %% tags=["skip-proof"]
try:
    print("yours:", cheapest_threshold(*table, 5, 1), "wanted: (0.9, 0.667)")
except NotImplementedError:
    print("Run this cell again when `cheapest_threshold` is written.")

# %% nbgrader={"grade": true, "grade_id": "test_cheapest_threshold", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("domains.cheapest_threshold", cheapest_threshold)

# %% [markdown]
# And where all is wrong, all is right, or two thresholds cost the same?

# %% nbgrader={"grade": true, "grade_id": "test_cheapest_threshold_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("domains.cheapest_threshold", cheapest_threshold, part="cheapest_at_the_edges")

# %% [markdown]
# **Sources**
#
# [1] M. P. Naeini, G. F. Cooper and M. Hauskrecht, [*Obtaining Well Calibrated Probabilities Using Bayesian Binning*](https://doi.org/10.1609/aaai.v29i1.9602), 2015.
#
# [2] C. K. Chow, *On Optimum Recognition Error and Reject Tradeoff*, IEEE Transactions on Information Theory 16, 1970.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
