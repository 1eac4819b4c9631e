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
# # Exercises to lesson 26: Translation
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/26_translation.ipynb)
# <!-- colab:end -->
#
# *About 70 minutes, 5 seconds to run. Needs: [lesson 26](../notebooks/26_translation.ipynb).*
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
import re

import numpy as np

# %% [markdown]
# ## Exercise 1: a delay that cannot be cheated · ●○○ · 20 minutes · 4 points
#
# Average lagging, on the page, compares each written word with somebody who writes in step with the source: word t is due when (t − 1) · S / T source words have been heard. S is the number of words of the source, T that of the translation. A translator who leaves words out makes T small. Then its words are due late, and its delay looks small. With the length R of the reference instead, somebody who writes too *many* words looks fast. So one takes the longer of the two [1]:
#
# $$\text{lagging} = \frac{1}{\tau} \sum_{t=1}^{\tau} \left( g_t - (t-1) \cdot \frac{S}{\max(T, R)} \right)$$
#
# $g_t$ is how many source words had been heard when word t was written. $\tau$ is the first word that was written after all S words had been heard; it is the last one that counts. If the translation ended before that, all of its words count.
#
# Write `fair_lagging(reads, n_source, n_reference)`. `reads` is the list of the $g_t$, one for each written word, `n_source` is S, and `n_reference` is R, at least 1. Return a number. Where nothing was written, return S.
#
# An example: S = 4, and two words were written: `reads = [2, 4]`. The reference has four. So a word is due every 4 / 4 = 1 source words. Word 1 lags 2 − 0 = 2, word 2 lags 4 − 1 = 3. The answer is 2.5. (With T = 2 it would be ((2 − 0) + (4 − 2)) / 2 = 2.)
#
# Another: S = 4, `reads = [1, 1, 2, 2, 3, 4]`, R = 3. Now T = 6 is longer, a word is due every 2/3 source words, and the answer is 0.5.
#
# <details><summary>Hint</summary>
#
# `next((t for t, read in enumerate(reads) if read >= n_source), len(reads) - 1)` is the place of the last word that counts, from 0.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "fair_lagging", "locked": false, "schema_version": 3, "solution": true, "task": false}
def fair_lagging(reads, n_source, n_reference):
    """How many source words the writer is behind, measured with the longer of the two lengths."""
    ### BEGIN SOLUTION
    if not reads:
        return n_source
    step = n_source / max(len(reads), n_reference)
    total = 0.0
    for t, read in enumerate(reads):
        total += read - t * step
        if read >= n_source:
            break
    return total / (t + 1)
    ### END SOLUTION


# %% [markdown]
# The two examples of the text above:

# %% tags=["skip-proof"]
try:
    print("yours:", fair_lagging([2, 4], 4, 4), "wanted: 2.5")
    print("yours:", round(fair_lagging([1, 1, 2, 2, 3, 4], 4, 3), 6), "wanted: 0.5")
except NotImplementedError:
    print("Run this cell again when `fair_lagging` is written.")

# %% [markdown]
# Is it the lagging?

# %% nbgrader={"grade": true, "grade_id": "test_fair_lagging", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("translation.fair_lagging", fair_lagging)

# %% [markdown]
# And when the translation ends early, or is empty?

# %% nbgrader={"grade": true, "grade_id": "test_fair_lagging_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("translation.fair_lagging", fair_lagging, part="fair_lagging_at_the_edges")

# %% [markdown]
# ## Exercise 2: put any number of slots back · ●●○ · 20 minutes · 5 points
#
# The page's model has ten slots, `<p0>` to `<p9>`. Suppose that another one has as many as it wants. Its translations have to be filled, and whoever uses them wants to know what was lost.
#
# Write `put_back(text, values)`. `values` is a list of texts: `values[n]` belongs in the place of `<pn>`. Slots may stand in any order, and one may stand there twice. A slot whose number has no value was invented by the model: leave it out. Return a pair (a tuple): the filled text, and the list of the values whose slot did not occur, in the order of their numbers.
#
# The values are whatever a programmer wrote. One may look like a slot, or hold a backslash, and two may be equal. They go into the text as they are.
#
# An example: `put_back("<p1> de <p0>, <p1> <p7>", ["{a}", "{b}", "{c}"])` returns `("{b} de {a}, {b} ", ["{c}"])`.
#
# <details><summary>Hint: one pass</summary>
#
# `re.sub(pattern, function, text)` calls the function with each match and puts in what it returns. `match[1]` is the first group of the pattern.
#
# </details>
#
# <details><summary>Hint: what was lost</summary>
#
# Note the numbers that you have met in a set.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "put_back", "locked": false, "schema_version": 3, "solution": true, "task": false}
def put_back(text, values):
    """The text with its slots filled, and the values that it does not have."""
    ### BEGIN SOLUTION
    seen = set()

    def fill(match):
        number = int(match[1])
        seen.add(number)
        return values[number] if number < len(values) else ""

    filled = re.sub(r"<p(\d+)>", fill, text)
    return filled, [value for number, value in enumerate(values) if number not in seen]
    ### END SOLUTION


# %% [markdown]
# The example of the text above:

# %% tags=["skip-proof"]
try:
    print("yours: ", put_back("<p1> de <p0>, <p1> <p7>", ["{a}", "{b}", "{c}"]))
    print("wanted:", ("{b} de {a}, {b} ", ["{c}"]))
except NotImplementedError:
    print("Run this cell again when `put_back` is written.")

# %% [markdown]
# Are the slots filled?

# %% nbgrader={"grade": true, "grade_id": "test_put_back", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("translation.put_back", put_back)

# %% [markdown]
# And with strange values?

# %% nbgrader={"grade": true, "grade_id": "test_put_back_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("translation.put_back", put_back, part="put_back_strange_values")

# %% [markdown]
# ## Exercise 3: was everything translated? · ●●● · 30 minutes · 5 points
#
# Beam search ranks translations by their probability. A translation that leaves out half of the source may still be probable. Google's system of 2016 therefore adds a *coverage* to the score [2]. At each step t of the writing, attention spreads a look of 1 over the S places of the source; $a_{ts}$ is what falls on place s. Over all steps, a place that was translated should have got about 1:
#
# $$\text{score} = \frac{\log p}{\left((5 + T)/6\right)^{\alpha}} + \beta \sum_{s=1}^{S} \log\, \min\!\left(\sum_{t=1}^{T} a_{ts},\; 1\right)$$
#
# A place that got 1 or more adds log 1 = 0. One that got less takes something off. T is the number of steps, and 5 and 6 soften the length for short texts.
#
# Write `covered_score(log_prob, weights, alpha, beta)`. `weights` is an array (T, S). Return a number. With β = 0 the coverage plays no part, even if a place got exactly 0. With β above 0 such a place makes the score minus infinity.
#
# An example: two steps and three places, `weights = [[0.5, 0.5, 0.0], [0.75, 0.0, 0.25]]`, `log_prob = -3`, α = 0, β = 1. The places got 1.25, 0.5 and 0.25. Cut off at 1, the logarithms are 0, −0.693 and −1.386. The score is −3 − 2.079 = −5.079. With α = 1 the first part is −3 / (7/6) = −2.571, and the score −4.651.
#
# <details><summary>Hint: which sum comes first</summary>
#
# For each place (a column) the sum over the steps, then the minimum, then the logarithm, then the sum over the places.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "covered_score", "locked": false, "schema_version": 3, "solution": true, "task": false}
def covered_score(log_prob, weights, alpha, beta):
    """The score of a translation: its probability, corrected for its length, and whether it looked at everything."""
    ### BEGIN SOLUTION
    score = log_prob / ((5 + len(weights)) / 6) ** alpha
    if beta == 0:
        return score
    seen = np.minimum(weights.sum(axis=0), 1.0)
    with np.errstate(divide="ignore"):
        return score + beta * np.log(seen).sum()
    ### END SOLUTION


# %% [markdown]
# The example of the text above:

# %% tags=["skip-proof"]
looks = np.array([[0.5, 0.5, 0.0], [0.75, 0.0, 0.25]])
try:
    print("yours:", [round(covered_score(-3.0, looks, a, 1.0), 3) for a in (0.0, 1.0)])
    print("wanted: [-5.079, -4.651]")
except NotImplementedError:
    print("Run this cell again when `covered_score` is written.")

# %% [markdown]
# Is it the score?

# %% nbgrader={"grade": true, "grade_id": "test_covered_score", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("translation.covered_score", covered_score)

# %% [markdown]
# And at the edges?

# %% nbgrader={"grade": true, "grade_id": "test_covered_score_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("translation.covered_score", covered_score, part="covered_score_at_the_edges")

# %% [markdown]
# **Sources**
#
# [1] S. Papi, M. Gaido, M. Negri and M. Turchi, [*Over-Generation Cannot Be Rewarded: Length-Adaptive Average Lagging for Simultaneous Speech Translation*](https://arxiv.org/abs/2206.05807), 2022.
#
# [2] Y. Wu et al., [*Google's Neural Machine Translation System: Bridging the Gap between Human and Machine Translation*](https://arxiv.org/abs/1609.08144), 2016, section 7.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
