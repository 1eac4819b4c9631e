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
# # Exercises to lesson 03: word2vec
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/03_word2vec.ipynb)
# <!-- colab:end -->
#
# *About 60 minutes, 10 seconds to run. Needs: [lesson 03](../notebooks/03_word2vec.ipynb).*
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


def sigmoid(x):
    """The probability of yes, for a score."""
    return 1 / (1 + np.exp(-x))


# %% [markdown]
# ## Exercise 1: mend the step · ●●○ · 20 minutes · 5 points
#
# Somebody wrote one step of skip-gram with negative sampling, for one pair and its drawn words:
#
# ```python
# def broken_step(inputs, outputs, centre, context, drawn, rate):
#     v = inputs[centre]
#     for target in [context, *drawn]:
#         error = sigmoid(outputs[target] @ v) - 1
#         inputs[centre] -= rate * error * outputs[target]
#         outputs[target] -= rate * error * v
#     return inputs, outputs
# ```
#
# `inputs` and `outputs` are the two tables (V, C), arrays of floats; `centre` and `context` are ids, `drawn` is a list of ids. It runs, and the
# vectors become useless. One fault stands in the label. The other is about *when* things move: gradients must be taken before
# anything has moved. (Mind that `v` is no copy: it is the row of the table itself.)
#
# Write `step(inputs, outputs, centre, context, drawn, rate)`, which returns the two **new** tables and leaves the given ones
# as they are. A word may be drawn twice, and the context itself may be drawn; it then stands for as many answers, whose
# gradients add up.
#
# For `inputs = np.array([[1.0, 0.0]])`, `outputs = np.zeros((2, 2))`, `centre = 0`, `context = 0`, `drawn = [1]` and `rate =
# 1` all predictions are 0.5, the inputs stay `[[1.0, 0.0]]`, and the outputs become `[[0.5, 0.0], [-0.5, 0.0]]`.
#
# <details><summary>Hint: the order</summary>
#
# Make copies of both tables first. Read everything from the old tables, and change only the new ones.
#
# </details>
#
# <details><summary>Hint: words drawn twice</summary>
#
# `table[[3, 3]] -= change` moves row 3 once only. A loop over the targets does not have this trouble.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "step", "locked": false, "schema_version": 3, "solution": true, "task": false}
def step(inputs, outputs, centre, context, drawn, rate):
    """The two tables after one step."""
    ### BEGIN SOLUTION
    new_inputs, new_outputs = inputs.copy(), outputs.copy()
    old = inputs[centre]
    for place, target in enumerate([context, *drawn]):
        error = sigmoid(outputs[target] @ old) - (place == 0)
        new_inputs[centre] -= rate * error * outputs[target]
        new_outputs[target] -= rate * error * old
    return new_inputs, new_outputs
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_step", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("word2vec.step", step)

# %% nbgrader={"grade": true, "grade_id": "test_step_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("word2vec.step", step, part="step_drawn_twice")

# %% [markdown]
# ## Exercise 2: how much is read · ●●○ · 20 minutes · 5 points
#
# Subsampling keeps a word with the share $f$ of the text with probability $\min(1, \sqrt{t/f} + t/f)$. The threshold $t$ is
# hard to choose: what does 0.001 mean? A better handle would be: *read this share of the text*.
#
# Write `threshold_for(counts, share)`. `counts` is an array with how often each word occurs, `share` a number between 0 and
# 1. It returns the threshold for which that share of the text's words is kept, on average. The larger the threshold, the more
# is kept, so you can search: take a range that surely holds the answer, and halve it again and again.
#
# For `counts = [100]` and `share = 0.75` the answer is 0.25, because the only word has $f = 1$ and $\sqrt{0.25} + 0.25 =
# 0.75$. For `counts = [60, 30, 10]` and `share = 0.5` it is about 0.0509.
#
# <details><summary>Hint: what is kept</summary>
#
# A frequent word makes up more of the text than a rare one. Weigh each word's probability with its share of the text.
#
# </details>
#
# <details><summary>Hint: how long to halve</summary>
#
# The threshold is never above 1. Sixty halvings of the range from 0 to 1 leave nothing to be wished for. (To try a fine grid of
# thresholds one after another takes too long.)
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "threshold_for", "locked": false, "schema_version": 3, "solution": true, "task": false}
def threshold_for(counts, share):
    """The subsampling threshold that keeps this share of the text on average."""
    ### BEGIN SOLUTION
    f = np.asarray(counts) / np.sum(counts)
    low, high = 0.0, 1.0
    for _ in range(60):
        t = (low + high) / 2
        kept = np.sum(f * np.minimum(1, np.sqrt(t / f) + t / f))
        low, high = (t, high) if kept < share else (low, t)
    return (low + high) / 2
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_threshold_for", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("word2vec.threshold_for", threshold_for)

# %% nbgrader={"grade": true, "grade_id": "test_threshold_for_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("word2vec.threshold_for", threshold_for, part="threshold_for_a_language")

# %% [markdown]
# Guess first: with which threshold is half of the speeches' words read? The lesson used 0.001 and read 72 %.

# %% tags=["skip-proof"]
from collections import Counter

from llmai_edu.datasets import load_speeches
from llmai_edu.tokenizers import words

spoken = Counter(word for speech in load_speeches() for word in words(speech.text.lower()))
try:
    for share in (0.9, 0.72, 0.5, 0.25):
        print(
            f"{share:.0%} is read with t = {threshold_for(np.array([*spoken.values()]), share):.6f}"
        )
except NotImplementedError:
    print("Run this cell again when `threshold_for` is written.")

# %% [markdown]
# ## Exercise 3: what the shrinking windows count · ●●● · 20 minutes · 5 points
#
# In every epoch each position draws anew how far it looks: 1, 2, ... up to `window`, each as likely. So whether two words $d$
# places apart become a pair is a matter of chance. *On average* it is not. For each distance there is a probability, and one
# can do without the lottery: count each pair with its probability.
#
# Find the probability that the centre looks at least $d$ places far. Then write `expected_pairs(docs, n_words, window)`.
# `docs` is a list of lists of ids. It returns an array of shape `(n_words, n_words)`: in row $c$ and column $o$ how often the
# centre $c$ meets the context $o$ in one epoch, on average. Pairs do not reach from one document into another.
#
# For `docs = [[0, 1, 0]]`, `n_words = 2` and `window = 2` the answer is `[[1, 2], [2, 0]]`: neighbours are always read, and
# words two places apart every second time.
#
# <details><summary>Hint: the probability</summary>
#
# For a window of 5: how many of the numbers 1, 2, 3, 4, 5 are at least 2? At least 5?
#
# </details>
#
# <details><summary>Hint: both directions</summary>
#
# Each word is a centre once. So two places meet twice: once with each of them as the centre.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "expected_pairs", "locked": false, "schema_version": 3, "solution": true, "task": false}
def expected_pairs(docs, n_words, window):
    """How often each centre (row) meets each context (column) in one epoch, on average."""
    ### BEGIN SOLUTION
    table = np.zeros((n_words, n_words))
    for doc in docs:
        for i, centre in enumerate(doc):
            for j, context in enumerate(doc):
                distance = abs(i - j)
                if 0 < distance <= window:
                    table[centre, context] += (window - distance + 1) / window
    return table
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_expected_pairs", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("word2vec.expected_pairs", expected_pairs)

# %% nbgrader={"grade": true, "grade_id": "test_expected_pairs_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("word2vec.expected_pairs", expected_pairs, part="expected_pairs_of_documents")

# %% [markdown]
# Is it true? Draw a hundred epochs with the library, and compare.

# %%
from llmai_edu.embeddings.pairs import draw_radius, skipgram_pairs

rng = np.random.default_rng(0)
ids, one_document = rng.integers(0, 3, 50), np.zeros(50)
drawn = np.zeros((3, 3))
for _ in range(100):
    np.add.at(drawn, skipgram_pairs(ids, one_document, draw_radius(50, 4, rng)), 1 / 100)
try:
    print(
        "expected\n", expected_pairs([ids.tolist()], 3, 4), "\nmean of a hundred draws\n", drawn
    )
except NotImplementedError:
    print("Run this cell again when `expected_pairs` is written.")

# %% [markdown]
# Lesson 04 builds such a table, with other weights, and learns vectors from it.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
