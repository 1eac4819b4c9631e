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
# # Exercises to lesson 19: Fine-tuning a classifier
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/19_classify.ipynb)
# <!-- colab:end -->
#
# *About 65 minutes, 5 seconds to run. Needs: [lesson 19](../notebooks/19_classify.ipynb).*
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
# ## Exercise 1: mend a measurement · ●○○ · 15 minutes · 4 points
#
# Somebody measures a classifier in the middle of its training, after each epoch:


# %%
def accuracy_broken(model, batches):
    shares = []
    for inputs, truth in batches:
        answers = model(inputs).argmax(1)
        shares.append((answers == truth).mean())
    return float(np.mean(shares))


# %% [markdown]
# Two things are wrong. The model is measured with dropout on. And the last batch, which is shorter than the others, counts as much as a full one.
#
# Write `accuracy(model, batches)`. It returns the share of right answers over all examples, measured in evaluation mode. Afterwards the model is in the mode that it had before: if it was training, it goes on training with dropout.
#
# `model` here is a stand-in that needs no torch but behaves like its modules. `model.training` is True or False; `model.train()` and `model.eval()` switch; `model.train(False)` is the same as `model.eval()`; `model(x)` returns logits (B, K). As in torch, `train` and `eval` also switch the layers within the model, and each layer looks at its own mode: to set `model.training` by hand does not reach them. `batches` is a list of pairs of inputs (B, C) and labels (B,), of different lengths B.
#
# An example. The model below answers right in evaluation mode, and always wrong in training mode. Of three examples in two batches, it gets two right (the third has another label), whatever mode it came in:


# %%
class StandIn:
    """Right in evaluation mode, wrong in training mode."""

    def __init__(self):
        self.training = self.dropout_on = True

    def train(self, mode=True):
        self.training = self.dropout_on = mode  # the second stands for the layers within
        return self

    def eval(self):
        return self.train(False)

    def __call__(self, x):
        return -x if self.dropout_on else x


batches = [
    (np.array([[0.0, 1.0], [2.0, 0.0]]), np.array([1, 0])),
    (np.array([[0.0, 3.0]]), np.array([0])),
]
print("broken:", accuracy_broken(StandIn(), batches), "  right would be 2 / 3")
assert accuracy_broken(StandIn(), batches) == 0.5

# %% [markdown]
# <details><summary>Hint</summary>
#
# Remember `model.training` first, and give it back with `model.train(remembered)` at the end. Count right answers and examples; divide once.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "accuracy", "locked": false, "schema_version": 3, "solution": true, "task": false}
def accuracy(model, batches):
    """The share of right answers over all examples, without dropout; the model keeps its mode."""
    ### BEGIN SOLUTION
    before = model.training
    model.eval()
    right = total = 0
    for x, labels in batches:
        right += int((model(x).argmax(1) == labels).sum())
        total += len(labels)
    model.train(before)
    return right / total
    ### END SOLUTION


# %% [markdown]
# Is it the share of right answers?

# %% nbgrader={"grade": true, "grade_id": "test_accuracy", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("classify.accuracy", accuracy)

# %% [markdown]
# And is the model left as it was?

# %% nbgrader={"grade": true, "grade_id": "test_accuracy_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("classify.accuracy", accuracy, part="mode_kept")

# %% [markdown]
# ## Exercise 2: swaps that leave a negation alone · ●●○ · 25 minutes · 5 points
#
# Swapping words is harmless until it moves a "not". "Not good, but charming" becomes "good, but not charming", under the old label. So which swaps may be allowed?
#
# A simple rule: a negation governs the words after it, up to the next punctuation, and at most three of them. Neither the negation nor a word that it governs may be moved.
#
# Write `allowed_pairs(words)`. `words` is the list `text.split()`. Return the list of all pairs of places `(i, j)` with `i < j` that may be exchanged, in ascending order. Precisely:
#
# - A *negation* is one of `not`, `no`, `never`, `without`, or a word that ends in `n't`, in upper or lower case. Look at the word without all the signs `.,;:!?` at its end: `not?!` is a negation, too. Compare whole words: `nothing` is none.
# - After a negation, the next three words are governed. A word that ends in one of `.,;:!?` is the last that is governed. If the negation itself ends in one, it governs nothing. Signs elsewhere in a word, as in `3.5`, count for nothing. (Three, because further away it seldom reaches; that is a choice.)
# - A negation among the governed words governs anew, from where it stands.
# - Two places that hold the same word, capitals aside, are no pair: their exchange would change nothing. (Here the whole word counts, with its signs: `film` and `film,` are two words.)
#
# For `"Not good, but charming .".split()` the places 0 and 1 are fixed. Three are free (`but`, `charming`, `.`), which makes the pairs `[(2, 3), (2, 4), (3, 4)]`.
#
# <details><summary>Hint</summary>
#
# First a list of booleans, one a place: may it move? Go through the places; at a negation, fix it, and then up to three places behind it, until you fix one that ends in a sign.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "allowed_pairs", "locked": false, "schema_version": 3, "solution": true, "task": false}
def allowed_pairs(words):
    """The pairs of places, (i, j) with i < j, that may be exchanged without touching a negation."""
    ### BEGIN SOLUTION
    signs = ".,;:!?"
    free = [True] * len(words)
    for i, word in enumerate(words):
        bare = word.rstrip(signs).lower()
        if bare in ("not", "no", "never", "without") or bare.endswith("n't"):
            free[i] = False
            reach = 0 if word[-1] in signs else 3
            for j in range(i + 1, min(i + 1 + reach, len(words))):
                free[j] = False
                if words[j][-1] in signs:
                    break
    places = [i for i in range(len(words)) if free[i]]
    return [
        (i, j) for i in places for j in places if i < j and words[i].lower() != words[j].lower()
    ]
    ### END SOLUTION


# %% [markdown]
# Are they the pairs?

# %% nbgrader={"grade": true, "grade_id": "test_allowed_pairs", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("classify.allowed_pairs", allowed_pairs)

# %% [markdown]
# And where a sign ends what the negation governs?

# %% nbgrader={"grade": true, "grade_id": "test_allowed_pairs_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("classify.allowed_pairs", allowed_pairs, part="a_sign_ends_it")

# %% [markdown]
# ## Exercise 3: choose without looking at the test · ●●○ · 25 minutes · 5 points
#
# A classifier is fine-tuned with S seeds for E epochs each. After every epoch its accuracy is measured on the validation part and on the test part. Which epoch should be reported? Whoever reports the epoch that is best *on the test* has chosen by the test, and reports too much.
#
# Write `honest_report(valid, test)`. Both have shape (S, E): a row for each seed, a column for each epoch. For each seed, choose the epoch with the highest *validation* accuracy; of several equal ones, the earliest. Return two numbers:
#
# - `reported`: the mean over the seeds of the *test* accuracy at the chosen epochs,
# - `optimism`: by how much the mean over the seeds of each seed's *highest test* accuracy is above it.
#
# An example with two seeds and three epochs:
#
# | | valid | test |
# |---|---|---|
# | seed 0 | 0.6, 0.8, 0.7 | 0.6, 0.7, 0.9 |
# | seed 1 | 0.7, 0.7, 0.5 | 0.5, 0.8, 0.6 |
#
# Seed 0 chooses epoch 1 and has 0.7 on the test. Seed 1 has two equal ones, takes the earlier, epoch 0, and has 0.5. So `reported` is 0.6. The highest test accuracies are 0.9 and 0.8, so `optimism` is 0.85 − 0.6 = 0.25.
#
# <details><summary>Hint</summary>
#
# `valid.argmax(1)` gives the earliest of several highest. `test[np.arange(len(test)), chosen]` takes one number from each row.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "honest_report", "locked": false, "schema_version": 3, "solution": true, "task": false}
def honest_report(valid, test):
    """The mean test accuracy at the epochs that validation chose, and what choosing by the test would add."""
    ### BEGIN SOLUTION
    chosen = valid.argmax(1)
    reported = test[np.arange(len(test)), chosen].mean()
    return float(reported), float(test.max(1).mean() - reported)
    ### END SOLUTION


# %% [markdown]
# Are they the two numbers?

# %% nbgrader={"grade": true, "grade_id": "test_honest_report", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("classify.honest_report", honest_report)

# %% [markdown]
# And with epochs that are equally good on validation?

# %% nbgrader={"grade": true, "grade_id": "test_honest_report_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("classify.honest_report", honest_report, part="equal_epochs")

# %% [markdown]
# How large is the optimism when there is nothing to choose? Let every epoch be equally good, right in 75 % of cases, so that all differences are chance. 200 sentences for validation and 200 for the test, 20 epochs. Guess first.

# %% tags=["skip-proof"]
rng = np.random.default_rng(0)
valid, test = (rng.binomial(200, 0.75, (500, 20)) / 200 for _ in range(2))
try:
    reported, optimism = honest_report(valid, test)
    print(f"reported {reported:.3f}, optimism {optimism:.3f}")
except NotImplementedError:
    print("Run this cell again when `honest_report` is written.")

# %% [markdown]
# <details><summary>What the numbers mean</summary>
#
# The honest report is 0.75, as it must be. Choosing by the test adds almost six points, out of nothing. (Real epochs are not independent of each other, so that in practice it is less.) Note what else the honest report does *not* give: the highest validation accuracy of each seed is too good by just as much, and must not be reported either.
#
# </details>

# %% [markdown]
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
