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
# # Exercises to lesson 02: the n-gram
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/02_ngram.ipynb)
# <!-- colab:end -->
#
# *About 75 minutes, 10 seconds to run. Needs: [lesson 02](../notebooks/02_ngram.ipynb).*
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
# ## Exercise 1: mend the measurement · ●●○ · 15 minutes · 4 points
#
# Somebody reports "bits per byte" like this:
#
# ```python
# def broken_measure(log_prob, docs):
#     return -np.mean([np.mean(log_prob(doc.encode())) for doc in docs])
# ```
#
# `docs` is a list of texts (`str`). `log_prob(data)` takes the bytes of a document and returns an array with the natural
# logarithm of the probability of each byte. The number that comes out is not bits per byte, and it gives a short document as
# much weight as a long one.
#
# Write `measure(log_prob, docs)`, which returns the bits per byte over *all* bytes of the documents together.
#
# <details><summary>Hint: the unit</summary>
#
# One bit is $\ln 2$ nats. Dividing nats by $\ln 2$ gives bits.
#
# </details>
#
# <details><summary>Hint: the weight</summary>
#
# Add up all surprises first, and all lengths, and divide once.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "measure", "locked": false, "schema_version": 3, "solution": true, "task": false}
def measure(log_prob, docs):
    """Bits per byte over all documents together."""
    ### BEGIN SOLUTION
    encoded = [doc.encode() for doc in docs]
    surprise = sum(-float(np.sum(log_prob(data))) for data in encoded)
    return surprise / np.log(2) / sum(len(data) for data in encoded)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_measure", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("ngram.measure", measure)

# %% nbgrader={"grade": true, "grade_id": "test_measure_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("ngram.measure", measure, part="measure_of_accents")

# %% [markdown]
# ## Exercise 2: another smoothing · ●●○ · 20 minutes · 5 points
#
# Witten and Bell [1] answer the question "how much probability should go to the shorter context?" in their own way: the more
# *different* symbols have followed a context, the likelier it is that the next one is new, too.
#
# Let $c(s)$ be how often symbol $s$ followed the context, $N$ the sum of all these counts, and $T$ the number of different
# symbols that followed it. With $p_\text{lower}$ for the distribution of the shorter context:
#
# $$p(s) = \frac{c(s) + T \cdot p_\text{lower}(s)}{N + T}$$
#
# Write `witten_bell(counts, lower)`. `counts` is an array with $c(s)$ for every symbol of the vocabulary, `lower` an array with
# $p_\text{lower}(s)$. It returns the array of $p(s)$. A context that was never seen has no counts at all: then the answer is
# the lower distribution.
#
# For `counts = [3, 1, 0]` and `lower = [0.2, 0.3, 0.5]` the answer is `[0.567, 0.267, 0.167]`.
#
# <details><summary>Hint</summary>
#
# `np.count_nonzero` counts the symbols that were seen at least once.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "witten_bell", "locked": false, "schema_version": 3, "solution": true, "task": false}
def witten_bell(counts, lower):
    """The smoothed distribution after one context."""
    ### BEGIN SOLUTION
    counts, lower = np.asarray(counts, dtype=float), np.asarray(lower, dtype=float)
    kinds = np.count_nonzero(counts)
    if kinds == 0:
        return lower
    return (counts + kinds * lower) / (counts.sum() + kinds)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_witten_bell", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("ngram.witten_bell", witten_bell)

# %% nbgrader={"grade": true, "grade_id": "test_witten_bell_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("ngram.witten_bell", witten_bell, part="witten_bell_unseen")

# %% [markdown]
# ## Exercise 3: let the data choose the weight · ●●● · 30 minutes · 5 points
#
# Two models have read the same held-out text. Model A gave its $T$ symbols the probabilities `p`, model B the probabilities `q`.
# You mix them: $w \cdot p_t + (1 - w) \cdot q_t$. Which weight $w$ makes the text most probable?
#
# There is no formula, but there is an iteration that gets better with every step. It is a case of *expectation–maximization* [2].
# Start with $w = 0.5$ and repeat two steps:
#
# 1. For each symbol, ask how likely it is that A was "responsible" for it. Under the present mixture this is
#    $$r_t = \frac{w\, p_t}{w\, p_t + (1 - w)\, q_t}$$
# 2. The new weight is the mean of all $r_t$.
#
# Write `mixture_weight(p, q, steps)`, which returns $w$ after so many steps.
#
# <details><summary>Hint</summary>
#
# `p` and `q` are arrays, so each of the two steps is one line.
#
# </details>
#
# <details><summary>Hint: how to see that it works</summary>
#
# Print `np.log(w * p + (1 - w) * q).mean()` at every step. It must never fall.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "mixture_weight", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mixture_weight(p, q, steps):
    """The weight of the first model after some steps of expectation-maximization."""
    ### BEGIN SOLUTION
    p, q, w = np.asarray(p), np.asarray(q), 0.5
    for _ in range(steps):
        responsible = w * p / (w * p + (1 - w) * q)
        w = float(responsible.mean())
    return w
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_mixture_weight", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("ngram.mixture_weight", mixture_weight)

# %% nbgrader={"grade": true, "grade_id": "test_mixture_weight_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("ngram.mixture_weight", mixture_weight, part="mixture_weight_is_best")

# %% [markdown]
# Mix a model of short contexts with one of long contexts, on text that neither has counted. Guess the weight first.

# %% tags=["skip-proof"]
from llmai_edu.evaluation import ladder_text
from llmai_edu.models.ngram import AddK

text = ladder_text()
docs = text.doc_bytes("train")[-30:]
held_out = text.doc_bytes("valid")[-1]
long, short = (np.exp(AddK.fit(docs, order=n, k=0.01).log_prob(held_out)) for n in (6, 3))
try:
    weight = mixture_weight(long, short, 30)
    for w in (0.0, weight, 1.0):
        bits = -np.log2(w * long + (1 - w) * short).mean()
        print(f"weight of the long contexts {w:.2f}: {bits:.3f} bits per byte")
except NotImplementedError:
    print("Run this cell again when `mixture_weight` is written.")

# %% [markdown]
# **Sources**
#
# [1] I. H. Witten and T. C. Bell, *The zero-frequency problem*, IEEE Transactions on Information Theory 37, 1991; in the
# interpolated form of Chen and Goodman, 1998.
#
# [2] A. P. Dempster, N. M. Laird and D. B. Rubin, *Maximum Likelihood from Incomplete Data via the EM Algorithm*, 1977.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
