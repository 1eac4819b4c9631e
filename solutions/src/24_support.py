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
# # Exercises to lesson 24: Customer service
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/24_support.ipynb)
# <!-- colab:end -->
#
# *About 65 minutes, 5 seconds to run. Needs: [lesson 24](../notebooks/24_support.ipynb).*
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
# ## Exercise 1: where a person is cheaper · ●○○ · 20 minutes · 4 points
#
# On the page, the bar was set so that nearly all messages that have nothing to do with the shop go to a person. A shop that counts its money asks another question. A wrong answer costs something: the customer is angry, and a person has to mend it. A message that is handed over costs the time of a person. A right answer costs nothing.
#
# Write `cheapest_bar(confidence, right, wrong, person)`. `confidence` and `right` have shape (N,): how sure the desk is of each message, and whether its answer would be right (`bool`). `wrong` is what a wrong answer costs, and `person` what a hand-over costs. A message is *answered* when its confidence is at the bar or above it. It is handed over, and costs `person`, when its confidence is below. Return the bar, a `float`, at which all messages together cost least. The bar is one of the confidences, or infinity, which hands everything over. Of several that are equally cheap, return the highest.
#
# An example: four messages, `wrong = 3`, `person = 1`.
#
# | confidence | right |
# |---|---|
# | 0.9 | yes |
# | 0.7 | no |
# | 0.7 | yes |
# | 0.4 | yes |
#
# | bar | answered | wrong ones | handed over | cost |
# |---|---|---|---|---|
# | ∞ | 0 | 0 | 4 | 4 |
# | 0.9 | 1 | 0 | 3 | 3 |
# | 0.7 | 3 | 1 | 1 | 4 |
# | 0.4 | 4 | 1 | 0 | 3 |
#
# Two bars cost 3, and the higher one is 0.9. The two messages at 0.7 are answered together or not at all: no bar lies between them. With `wrong = 2` the bar 0.4 costs 2 and is the cheapest.
#
# <details><summary>Hint</summary>
#
# Try each bar, from the lowest to infinity, and keep the cheapest so far. If a later one is *as* cheap, take that one.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "cheapest_bar", "locked": false, "schema_version": 3, "solution": true, "task": false}
def cheapest_bar(confidence, right, wrong, person):
    """The bar at which wrong answers and hand-overs together cost least."""
    ### BEGIN SOLUTION
    best, least = np.inf, np.inf
    for bar in [*np.unique(confidence), np.inf]:
        answered = confidence >= bar
        cost = wrong * (answered & ~right).sum() + person * (~answered).sum()
        if cost <= least + 1e-12:
            best, least = bar, cost
    return float(best)
    ### END SOLUTION


# %% [markdown]
# The example of the text above:

# %% tags=["skip-proof"]
sure, is_right = np.array([0.9, 0.7, 0.7, 0.4]), np.array([True, False, True, True])
try:
    print("yours:", [cheapest_bar(sure, is_right, wrong, 1.0) for wrong in (3.0, 2.0)])
    print("wanted: [0.9, 0.4]")
except NotImplementedError:
    print("Run this cell again when `cheapest_bar` is written.")

# %% [markdown]
# Is it the cheapest?

# %% nbgrader={"grade": true, "grade_id": "test_cheapest_bar", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("support.cheapest_bar", cheapest_bar)

# %% [markdown]
# And when all answers are right, or none, or several bars cost the same?

# %% nbgrader={"grade": true, "grade_id": "test_cheapest_bar_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("support.cheapest_bar", cheapest_bar, part="cheapest_bar_at_the_edges")

# %% [markdown]
# ## Exercise 2: fuse by score · ●●○ · 20 minutes · 4 points
#
# Reciprocal rank fusion looks at places only. Whether the first hit is far ahead of the second, or by a hair, is all the same to it. An older rule, *CombMNZ* [1], uses the scores. But the score of one search is a cosine below 1, and that of another may be 14.2. So each list is first brought to one scale.
#
# Write `fuse_scores(lists)`. Each list holds what one search found: pairs `(name, score)`, a name at most once. In each list, the highest score becomes 1 and the lowest becomes 0, and what lies between becomes (score − lowest) / (highest − lowest). If all scores of a list are equal, each becomes 1. A name's fused score is the sum of its scaled scores, *times the number of lists in which it stands*. Return a list of tuples `(name, fused score)` with every name that some list holds, the best first. Equal scores stand in the order of their names.
#
# An example:
#
# | search | hits |
# |---|---|
# | words | ("pay", 8.0), ("gift", 6.0), ("ship", 4.0) |
# | meaning | ("ship", 0.9), ("gift", 0.5), ("size", 0.4) |
#
# | name | scaled, words | scaled, meaning | sum | lists | fused |
# |---|---|---|---|---|---|
# | gift | 0.5 | 0.2 | 0.7 | 2 | 1.4 |
# | pay | 1 | – | 1 | 1 | 1 |
# | ship | 0 | 1 | 1 | 2 | 2 |
# | size | – | 0 | 0 | 1 | 0 |
#
# The answer is `[("ship", 2.0), ("gift", 1.4), ("pay", 1.0), ("size", 0.0)]`. Note "ship": its scaled score for the words is 0, but it stands in that list, and that counts.
#
# <details><summary>Hint</summary>
#
# Two dictionaries: the sum so far, and the number of lists so far. `sorted(..., key=lambda pair: (-pair[1], pair[0]))` sorts downwards by score and upwards by name.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "fuse_scores", "locked": false, "schema_version": 3, "solution": true, "task": false}
def fuse_scores(lists):
    """Names with their fused scores, the best first."""
    ### BEGIN SOLUTION
    total, seen = {}, {}
    for found in lists:
        scores = [score for _, score in found]
        low, high = min(scores, default=0), max(scores, default=0)
        for name, score in found:
            scaled = (score - low) / (high - low) if high > low else 1.0
            total[name] = total.get(name, 0) + scaled
            seen.setdefault(name, []).append(scaled)
    fused = [(name, total[name] * len(seen[name])) for name in total]
    return sorted(fused, key=lambda pair: (-pair[1], pair[0]))
    ### END SOLUTION


# %% [markdown]
# The example of the tables:

# %% tags=["skip-proof"]
by_words = [("pay", 8.0), ("gift", 6.0), ("ship", 4.0)]
by_meaning = [("ship", 0.9), ("gift", 0.5), ("size", 0.4)]
try:
    print(
        "yours: ",
        [(name, round(score, 3)) for name, score in fuse_scores([by_words, by_meaning])],
    )
    print("wanted:", [("ship", 2.0), ("gift", 1.4), ("pay", 1.0), ("size", 0.0)])
except NotImplementedError:
    print("Run this cell again when `fuse_scores` is written.")

# %% [markdown]
# Are the names fused rightly?

# %% nbgrader={"grade": true, "grade_id": "test_fuse_scores", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("support.fuse_scores", fuse_scores)

# %% [markdown]
# And when a list is empty, or all of its scores are equal?

# %% nbgrader={"grade": true, "grade_id": "test_fuse_scores_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("support.fuse_scores", fuse_scores, part="fuse_scores_at_the_edges")

# %% [markdown]
# ## Exercise 3: entries that are twins · ●●● · 25 minutes · 5 points
#
# Many of the mistakes on the page are between two entries that say nearly the same. Whoever keeps an FAQ wants to know of such pairs, and to merge them or tell them apart. All pairs above some similarity would be a long list: in a crowd of entries on one subject, everybody is near everybody. A pair is worth looking at when *each of the two is the other's nearest*. We call them *twins*.
#
# Write `twins(vectors, floor)`. `vectors` has shape (N, C), a row for each entry. The rows are not of length 1, and none is zero. How alike two entries are is the *cosine*: the product of their vectors after each was divided by its length. Return a list of pairs `(i, j)` with i < j, such that j is the entry most like i, i is the entry most like j (nobody is compared with itself), and their cosine is at least `floor`. The pairs that are most alike come first. Do not change `vectors`.
#
# An example: four vectors in the plane, [1, 0], [4, 1], [1, 1], [0, 2]. The next cell computes their cosines:
#
# | | 0 | 1 | 2 | 3 |
# |---|---|---|---|---|
# | **0** | | 0.970 | 0.707 | 0 |
# | **1** | 0.970 | | 0.857 | 0.243 |
# | **2** | 0.707 | 0.857 | | 0.707 |
# | **3** | 0 | 0.243 | 0.707 | |
#
# 0 and 1 are twins. The nearest of 2 is 1, but the nearest of 1 is 0: they are none, although 0.857 is high. So with `floor = 0.7` the answer is `[(0, 1)]`, and with `floor = 0.98` it is `[]`.
#
# <details><summary>Hint</summary>
#
# Put something on the diagonal that can never be the largest of its row. Then `argmax(1)` is the nearest of each.
#
# </details>

# %%
plane = np.array([[1.0, 0.0], [4.0, 1.0], [1.0, 1.0], [0.0, 2.0]])
lengths = np.linalg.norm(plane, axis=1)
cosines = plane @ plane.T / np.outer(lengths, lengths)
print(cosines.round(3))
assert np.allclose(cosines[1], [0.970, 1, 0.857, 0.243], atol=6e-4)
assert np.allclose(cosines[2], [0.707, 0.857, 1, 0.707], atol=6e-4)


# %% nbgrader={"grade": false, "grade_id": "twins", "locked": false, "schema_version": 3, "solution": true, "task": false}
def twins(vectors, floor):
    """Pairs of rows that are each other's nearest, and at least as alike as the floor."""
    ### BEGIN SOLUTION
    if len(vectors) < 2:
        return []
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    likeness = unit @ unit.T
    np.fill_diagonal(likeness, -np.inf)
    nearest = likeness.argmax(1)
    pairs = [
        (i, int(j))
        for i, j in enumerate(nearest)
        if i < j and nearest[j] == i and likeness[i, j] >= floor
    ]
    return sorted(pairs, key=lambda pair: -likeness[pair])
    ### END SOLUTION


# %% [markdown]
# The example of the table:

# %% tags=["skip-proof"]
try:
    print("yours:", [twins(plane, floor) for floor in (0.7, 0.98)], "wanted: [[(0, 1)], []]")
except NotImplementedError:
    print("Run this cell again when `twins` is written.")

# %% [markdown]
# Are they the twins?

# %% nbgrader={"grade": true, "grade_id": "test_twins", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("support.twins", twins)

# %% [markdown]
# And with one entry, or with entries that are unlike?

# %% nbgrader={"grade": true, "grade_id": "test_twins_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("support.twins", twins, part="twins_at_the_edges")

# %% [markdown]
# **Sources**
#
# [1] E. A. Fox and J. A. Shaw, [*Combination of Multiple Searches*](https://trec.nist.gov/pubs/trec2/papers/txt/23.txt), 1994.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
