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
# # Exercises to lesson 18: Training on many devices
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/18_distributed.ipynb)
# <!-- colab:end -->
#
# *About 70 minutes, 5 seconds to run. Needs: [lesson 18](../notebooks/18_distributed.ipynb).*
#
# Write each function in its cell, run the cell, then run the `check` below it. The check tests your function on inputs that
# the sheet does not show, and says what went wrong if something did. All three need NumPy only, and no second process.

# %% tags=["setup"]
# --- On Colab, install the course first; anywhere else these lines do nothing ---
import os
import sys
from IPython import get_ipython

if "google.colab" in sys.modules:
    address = os.environ.get("LLMAI_EDU_SOURCE", "https://github.com/llmai-edu/llmai-edu")
    get_ipython().run_line_magic("pip", f'install -q "llmai-edu @ git+{address}"')
# --- end of the Colab lines ---
from itertools import combinations, pairwise

import numpy as np

# %% [markdown]
# ## Exercise 1: mend the ring · ●●○ · 25 minutes · 5 points
#
# Somebody wrote a ring all-reduce, and it is wrong. This ring turns the other way round than that of the page: each process sends to its *left* neighbour, process 1 to process 0, and process 0 to the last one. `send(rank, message)` hands an array from process `rank` to its left neighbour, and returns what arrives *at the neighbour*. (In the check it also counts.)


# %%
def broken_ring(vectors, send):
    count = len(vectors)
    parts = [np.array_split(vector, count) for vector in vectors]
    for _lap in range(2):
        for travel in range(count - 1):
            messages = [send(r, parts[r][(r + travel) % count]) for r in range(count)]
            for r in range(count):
                parts[(r - 1) % count][(r + travel) % count] += messages[r]
    return [np.concatenate(vector_parts) for vector_parts in parts]


def just_send(rank, message):
    return message.copy()


given = [
    np.array([1.0, 2.0, 3.0]),
    np.array([10.0, 20.0, 30.0]),
    np.array([100.0, 200.0, 300.0]),
]
print(*broken_ring([vector.copy() for vector in given], just_send), sep="\n")

# %% [markdown]
# Every row should be `[111, 222, 333]`.
#
# Write `ring_all_reduce(vectors, send)`. `vectors` is a list of p arrays of the same length n, one for each process; n need not be a multiple of p. Return a list of p arrays, each the sum of all. Each process has an array of its own, and a process sends only what it has: its own numbers, numbers that came to it, or sums of both. The vectors that were given must stay as they were. With one process there is nothing to send.
#
# The last point is for the traffic: the p processes together send 2 (p − 1) n numbers, and no process sends more than 2 (p − 1) times the largest part. And a message that is spoiled on its way must spoil the sum.
#
# <details><summary>Hint: the second lap</summary>
#
# After the first lap, process r has one finished part. Which number has it? In the second lap that part travels on, and finished parts are not added to anything.
#
# </details>
#
# <details><summary>Hint: the vectors that were given</summary>
#
# `np.array_split` makes no copies. What does `+=` change?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "ring_all_reduce", "locked": false, "schema_version": 3, "solution": true, "task": false}
def ring_all_reduce(vectors, send):
    """The sum of all vectors, in every process; messages go to the left neighbour only."""
    ### BEGIN SOLUTION
    p = len(vectors)
    own = [np.array_split(vector.copy(), p) for vector in vectors]
    for step in range(2 * (p - 1)):
        numbers = [(r + step) % p for r in range(p)]
        arrived = [send(r, own[r][number]) for r, number in enumerate(numbers)]
        for r, number in enumerate(numbers):
            left = own[(r - 1) % p]
            left[number] = left[number] + arrived[r] if step < p - 1 else arrived[r]
    return [np.concatenate(pieces) for pieces in own]
    ### END SOLUTION


# %% [markdown]
# Has every process the sum?

# %% nbgrader={"grade": true, "grade_id": "test_ring_all_reduce", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("distributed.ring_all_reduce", ring_all_reduce)

# %% [markdown]
# And has nobody sent too much? (Only a ring with the right sums is counted.)

# %% nbgrader={"grade": true, "grade_id": "test_ring_all_reduce_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("distributed.ring_all_reduce", ring_all_reduce, part="ring_traffic")

# %% [markdown]
# ## Exercise 2: a gradient from uneven parts · ●○○ · 15 minutes · 4 points
#
# In fine-tuning, the tokens of the question often do not count, only those of the answer. So each process has another number of tokens that count. Each computes the gradient of the *mean loss over its own counted tokens*. What all want is the gradient of the mean loss over *all* counted tokens.
#
# Write `shared_gradient(gradients, counts)`. `gradients` is a list of p arrays of equal shape, `counts` a list of p whole numbers, how many tokens each process counted. A process may have counted none; then its gradient is a mean over nothing, and may be all `nan`. Only when nobody counted any, raise a `ValueError`. A `nan` from a process that *has* counted tokens is another matter: its training has gone wrong. Do not hide it; the answer is `nan` in the same places.
#
# For gradients `[4.0]` and `[1.0]` with counts 1 and 3, the answer is `[1.75]`: one token wants 4, three want 1.
#
# <details><summary>Hint: nothing times nan</summary>
#
# `0 * np.nan` is `nan`, not 0.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "shared_gradient", "locked": false, "schema_version": 3, "solution": true, "task": false}
def shared_gradient(gradients, counts):
    """The gradient of the mean loss over all counted tokens."""
    ### BEGIN SOLUTION
    total = sum(counts)
    if total == 0:
        raise ValueError("no process counted a token: there is no mean")
    return sum(count / total * gradient for gradient, count in zip(gradients, counts) if count)
    ### END SOLUTION


# %% [markdown]
# Is it the gradient over all tokens?

# %% nbgrader={"grade": true, "grade_id": "test_shared_gradient", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("distributed.shared_gradient", shared_gradient)

# %% [markdown]
# And when some have counted none, or all?

# %% nbgrader={"grade": true, "grade_id": "test_shared_gradient_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("distributed.shared_gradient", shared_gradient, part="none_counted")

# %% [markdown]
# ## Exercise 3: where to cut a model · ●●● · 30 minutes · 5 points
#
# On the page, all stages of the pipeline took the same time. Real layers do not: the head over a large vocabulary may cost as much as several blocks. A batch is cut into m parts. Each part goes through all stages in order, and a stage works on one part at a time, in their order. A part may wait between two stages.
#
# Write `best_cut(layers, stages, parts)`. `layers` is a list of times, one for each layer, for one part. The layers are cut into `stages` groups of *neighbouring* layers, in their order, each with at least one layer. A stage takes the sum of its layers' times. Return the time from the beginning until the last part has left the last stage, for the cut that makes it *shortest*. Only the forward pass counts.
#
# Take `layers = [3, 1, 1, 1]`, two stages and four parts. Cut after the first layer, both stages take 3. The first part is through after 6, and another part follows every 3: the answer is 6 + 3 · 3 = 15. Cut in the middle, the stages take 4 and 2, and it would be 6 + 3 · 4 = 18. There are never more than ten layers, so you may try all cuts.
#
# <details><summary>Hint: the time for one cut</summary>
#
# The first part needs the sum of all stages. After that, one part after another leaves the last stage, and their distance is the time of the *slowest* stage. If you do not believe it, simulate it as on the page.
#
# </details>
#
# <details><summary>Hint: all cuts</summary>
#
# A cut into s groups is a choice of s − 1 places among the inner ones: `combinations(range(1, len(layers)), stages - 1)`.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "best_cut", "locked": false, "schema_version": 3, "solution": true, "task": false}
def best_cut(layers, stages, parts):
    """The shortest time of a pipeline over all cuts of the layers into stages."""
    ### BEGIN SOLUTION
    slowest = []
    for places in combinations(range(1, len(layers)), stages - 1):
        edges = [0, *places, len(layers)]
        slowest.append(max(sum(layers[a:b]) for a, b in pairwise(edges)))
    return sum(layers) + (parts - 1) * min(slowest)
    ### END SOLUTION


# %% [markdown]
# Is it the shortest time?

# %% nbgrader={"grade": true, "grade_id": "test_best_cut", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("distributed.best_cut", best_cut)

# %% [markdown]
# A model of twelve equal blocks whose head costs as much as three blocks, on four devices. How much longer does it take when the head simply joins the last of four equal groups? Guess first.

# %% tags=["skip-proof"]
try:
    times = [1] * 12 + [3]
    naive = sum(times) + 15 * (3 + 3)
    print(f"head on top: {naive}, best cut: {best_cut(times, 4, 16)}")
except NotImplementedError:
    print("Run this cell again when `best_cut` is written.")

# %% [markdown]
# <details><summary>What the numbers mean</summary>
#
# 105 against 75. With the head on top, three devices wait for the fourth in half of their time. One best cut gives the first three devices four blocks each, and the last one the head alone.
#
# </details>

# %% [markdown]
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
