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
# # Exercises to lesson 16: Pretraining
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/16_pretraining.ipynb)
# <!-- colab:end -->
#
# *About 70 minutes, 5 seconds to run. Needs: [lesson 16](../notebooks/16_pretraining.ipynb).*
#
# Write each function in its cell, run the cell, then run the `check` below it. The check tests your code on inputs that
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
# ## Exercise 1: pairs that share a band · ●●○ · 25 minutes · 5 points
#
# The page cut signatures into bands, and looked only at pairs of texts that agree in at least one whole band. Write that search.
#
# `near_pairs(signatures, bands)` takes an array of shape (N, K), one signature a row, where K is a multiple of `bands`. It returns the *set* of all pairs `(i, j)` of row numbers with `i < j` that agree in all numbers of at least one band. A band is K / bands numbers that stand
# together: the first band is the first of them. Only bands at the same place count.
#
# For these four signatures and two bands of two numbers
#
# ```
# signatures = np.array([[1, 2, 3, 4],
#                        [1, 2, 7, 8],
#                        [3, 4, 7, 8],
#                        [9, 2, 3, 9]])
# ```
#
# the answer is `{(0, 1), (1, 2)}`. Rows 0 and 1 share the first band, rows 1 and 2 the second. Rows 0 and 2 both hold `3, 4`, but not in the same band. Rows 0 and 3 agree in two numbers, but in no whole band.
#
# The last point is for speed. With 20,000 signatures there are 200 million pairs, so do not compare all of them: put the rows of each band into a dictionary, and see who meets there. In that test, hardly any rows meet.
#
# <details><summary>Hint: what can be a key</summary>
#
# An array cannot be the key of a dictionary. `tuple(row)` and `row.tobytes()` can.
#
# </details>
#
# <details><summary>Hint: more than two in one place</summary>
#
# When rows 3, 5 and 8 meet under one key, that makes three pairs. `itertools.combinations` lists them.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "near_pairs", "locked": false, "schema_version": 3, "solution": true, "task": false}
def near_pairs(signatures, bands):
    """The pairs (i, j), i < j, of signatures that agree in at least one whole band."""
    ### BEGIN SOLUTION
    pairs = set()
    for band in np.split(signatures, bands, axis=1):
        places = {}
        for row, numbers in enumerate(band):
            places.setdefault(tuple(numbers.tolist()), []).append(row)
        for rows in places.values():
            pairs |= {(i, j) for n, i in enumerate(rows) for j in rows[n + 1 :]}
    return pairs
    ### END SOLUTION


# %% [markdown]
# Are all pairs found, and no others?

# %% nbgrader={"grade": true, "grade_id": "test_near_pairs", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("pretraining.near_pairs", near_pairs)

# %% [markdown]
# And among 20,000 signatures, in a few seconds?

# %% nbgrader={"grade": true, "grade_id": "test_near_pairs_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("pretraining.near_pairs", near_pairs, part="near_pairs_of_many")

# %% [markdown]
# ## Exercise 2: documents that do not see one another · ●●○ · 20 minutes · 4 points
#
# A packed row may hold the end of one document, a whole second one, and the beginning of a third. On the page, each token sees everything before it in its row. Some train with a mask that hides the other documents.
#
# Write `document_mask(ids, end)`. `ids` has shape (T,): one packed row. The token `end` stands at the end of each document and *belongs to the document that it ends*. Return an array of shape (T, T) of True and False: entry `[i, j]` says whether token `i` may look at token `j`. It may when both belong to the same
# document, and `j` is not later than `i`.
#
# For `ids = np.array([5, 0, 7, 8])` and `end = 0` there are two documents, `5 0` and `7 8`. The mask is
#
# ```
# [[ True, False, False, False],
#  [ True,  True, False, False],
#  [False, False,  True, False],
#  [False, False,  True,  True]]
# ```
#
# <details><summary>Hint: which document is a token in?</summary>
#
# Count the end tokens that stand *before* it. `np.cumsum` counts up to and including a place.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "document_mask", "locked": false, "schema_version": 3, "solution": true, "task": false}
def document_mask(ids, end):
    """Which token may look at which: earlier ones, and itself, of its own document. (T,) → (T, T)."""
    ### BEGIN SOLUTION
    ends = np.asarray(ids) == end
    document = ends.cumsum() - ends
    return np.tril(document[:, None] == document)
    ### END SOLUTION


# %% [markdown]
# Does each token see its own document only, and only backwards?

# %% nbgrader={"grade": true, "grade_id": "test_document_mask", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("pretraining.document_mask", document_mask)

# %% [markdown]
# ## Exercise 3: a place in a shuffled text · ●●● · 25 minutes · 5 points
#
# A run is killed in the middle of the third reading of its text. When it is resumed, it must go on with exactly the windows that would have come. Here is somebody's class, which gives the numbers of windows in a shuffled order, and forgets something:


# %%
class Forgetful:
    def __init__(self, count, seed):
        self.rng = np.random.default_rng(seed)
        self.order = self.rng.permutation(count)
        self.index = 0

    def __next__(self):
        if self.index == len(self.order):
            self.order = self.rng.permutation(len(self.order))
            self.index = 0
        window = self.order[self.index]
        self.index += 1
        return int(window)

    def state_dict(self):
        return {"index": self.index}

    def load_state_dict(self, state):
        self.index = state["index"]


first = Forgetful(5, seed=1)
drawn = [next(first) for _ in range(7)]
resumed = Forgetful(5, seed=1)
resumed.load_state_dict(first.state_dict())
print("should go on with", [next(first) for _ in range(5)])
print("goes on with     ", [next(resumed) for _ in range(5)])

# %% [markdown]
# Write the class `ShuffledWindows(windows, seed)`. `next` gives the numbers 0 … windows − 1, each once in an epoch, and each epoch is shuffled anew: the same order begun at another place is not enough. After the last window of an epoch comes the first of the next, without end. `state_dict()` returns what is needed to go on, and `load_state_dict(state)`, called on a *new* object that may have been made with another seed, goes on from there, for as many epochs as
# one likes. The same seed must give the same numbers in every run; how you shuffle is yours.
#
# The state goes into a file, as JSON. So it may hold numbers, text, lists and dictionaries of those, but no arrays and no generators. And it must be *small*: a text has millions of windows, so the order itself does not belong into it. A dozen numbers are enough. What was returned must not change when the object goes on.
#
# <details><summary>Hint: an order that need not be saved</summary>
#
# `np.random.default_rng((seed, epoch))` is a generator that depends on two numbers alone. So the order of any epoch can be made again.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "ShuffledWindows", "locked": false, "schema_version": 3, "solution": true, "task": false}
class ShuffledWindows:
    """Numbers of windows in an order shuffled anew in each epoch; its place in it can be saved."""

    def __init__(self, windows, seed):
        ### BEGIN SOLUTION
        self.windows = windows
        self.load_state_dict({"seed": seed, "epoch": 0, "place": 0})
        ### END SOLUTION

    def __next__(self):
        """The number of the next window."""
        ### BEGIN SOLUTION
        if self.place == self.windows:
            self.load_state_dict({"seed": self.seed, "epoch": self.epoch + 1, "place": 0})
        self.place += 1
        return int(self.order[self.place - 1])
        ### END SOLUTION

    def state_dict(self):
        """What is needed to go on: numbers, text, lists and dictionaries of those."""
        ### BEGIN SOLUTION
        return {"seed": self.seed, "epoch": self.epoch, "place": self.place}
        ### END SOLUTION

    def load_state_dict(self, state):
        """Go on from there."""
        ### BEGIN SOLUTION
        self.seed, self.epoch, self.place = state["seed"], state["epoch"], state["place"]
        self.order = np.random.default_rng((self.seed, self.epoch)).permutation(self.windows)
        ### END SOLUTION


# %% [markdown]
# Is each epoch a shuffled reading of all windows?

# %% nbgrader={"grade": true, "grade_id": "test_ShuffledWindows", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("pretraining.ShuffledWindows", ShuffledWindows)

# %% [markdown]
# Does it go on where it was saved, with a state that is small?

# %% nbgrader={"grade": true, "grade_id": "test_ShuffledWindows_2", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("pretraining.ShuffledWindows", ShuffledWindows, part="it_goes_on")

# %% [markdown]
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
