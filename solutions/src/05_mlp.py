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
# # Exercises to lesson 05: a neural language model
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/05_mlp.ipynb)
# <!-- colab:end -->
#
# *About 65 minutes, 10 seconds to run. Needs: [lesson 05](../notebooks/05_mlp.ipynb).*
#
# Write each function in its cell, run the cell, then run the `check` below it. The check tests your function on inputs
# that the sheet does not show, and says what went wrong if something did.

# %% tags=["setup"]
# --- On Colab, install the course first; anywhere else these lines do nothing ---
import os
import sys
from IPython import get_ipython

if "google.colab" in sys.modules:
    address = os.environ.get("LLMAI_EDU_SOURCE", "https://github.com/llmai-edu/llmai-edu")
    get_ipython().run_line_magic("pip", f'install -q "llmai-edu @ git+{address}"')
# --- end of the Colab lines ---
import math

import numpy as np

# %% [markdown]
# ## Exercise 1: mend the way back · ●●○ · 20 minutes · 5 points
#
# These are the numbers of the lesson, without `tanh` and `backward`. Each has a `value`, a `grad`, and `came_from`: a list
# of pairs `(earlier number, how fast this one reacts to it)`.


# %%
class Number:
    """A number that remembers what it was computed from, and how fast it reacts to each of these."""

    def __init__(self, value, came_from=()):
        self.value, self.came_from, self.grad = value, came_from, 0.0

    def __add__(self, other):
        return Number(self.value + other.value, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        return Number(self.value * other.value, [(self, other.value), (other, self.value)])


# %% [markdown]
# Somebody has written the way back like this:
#
# ```python
# def broken_backward(result):
#     result.grad = 1
#     waiting = [result]
#     while waiting:
#         number = waiting.pop()
#         for source, rate in number.came_from:
#             source.grad = rate * number.grad
#             waiting.append(source)
# ```
#
# For `x = Number(3.0)` and `result = x * x + x` it finds 3 as the slope of `x`. The right slope is $2x + 1 = 7$.
#
# Write `backward(result)`, which puts into `grad` of every number from which `result` was computed how fast `result`
# changes with it. The slope of `result` itself is 1.
#
# - A number that is used in several places gets the sum of what comes from all of them.
# - It hands its slope on when it has all of it, and it does so once.
# - What stood in `grad` before the call does not count, so that a second call gives the same slopes.
#
# <details><summary>Hint: the order</summary>
#
# Make a list first, in which every number stands after all that it came from. The lesson's `visit` does this. Then go
# through the list from its end.
#
# </details>
#
# <details><summary>Hint: the second call</summary>
#
# The list holds every number whose `grad` has to be forgotten.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def backward(result):
    """Put the slope of the result into the grad of every number that it came from."""
    ### BEGIN SOLUTION
    order, met = [], set()

    def visit(number):
        if number not in met:
            met.add(number)
            for earlier, _ in number.came_from:
                visit(earlier)
            order.append(number)

    visit(result)
    for number in order:
        number.grad = 0.0
    result.grad = 1.0
    for number in reversed(order):
        for earlier, rate in number.came_from:
            earlier.grad += rate * number.grad
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_backward", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("mlp.backward", backward)

# %% nbgrader={"grade": true, "grade_id": "test_backward_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("mlp.backward", backward, part="backward_again")

# %% [markdown]
# ## Exercise 2: a loss with a second wish · ●●○ · 20 minutes · 4 points
#
# In the training of large models the logits sometimes drift away, all of them together; the softmax does not notice. So
# the team of the language model PaLM added a second wish to the loss [1]. With $Z = \sum_j e^{z_j}$, the sum by which
# the softmax divides:
#
# $$\text{loss} = -\ln p_y + c \cdot (\ln Z)^2$$
#
# $\ln Z$ shall stay near zero. How much this counts is said by $c$.
#
# Derive how fast this loss changes with each logit, and write `wish_slope(logits, target, c)`, which returns it as an
# array. `logits` is an array with one number for each possible answer, `target` is the position of the one that
# occurred. Logits may be as large as 1,000, and `np.exp(1000)` is infinite.
#
# An example: for the logits `[0, ln 3]`, $Z = 4$ and $p = [0.25, 0.75]$. With `target = 1` and `c = 0.1` the slopes
# are about `[0.319, -0.042]`.
#
# <details><summary>Hint: the first part</summary>
#
# The lesson has derived it: what the model said minus what occurred.
#
# </details>
#
# <details><summary>Hint: the second part</summary>
#
# It is a chain. The outer function is a square. The inner one is $\ln Z$, and the lesson has derived how fast it
# changes with $z_k$, on the way to the first part.
#
# </details>
#
# <details><summary>Hint: large logits</summary>
#
# Taking the largest logit off all of them does not change the softmax. But it does change $Z$. What has to be added to
# the logarithm again?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "wish_slope", "locked": false, "schema_version": 3, "solution": true, "task": false}
def wish_slope(logits, target, c):
    """How fast -ln p[target] + c · (ln Z)² changes with each logit."""
    ### BEGIN SOLUTION
    logits = np.asarray(logits, dtype=float)
    largest = logits.max()
    powers = np.exp(logits - largest)
    p = powers / powers.sum()
    log_z = largest + np.log(powers.sum())
    occurred = np.arange(len(logits)) == target
    return p - occurred + 2 * c * log_z * p
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_wish_slope", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("mlp.wish_slope", wish_slope)

# %% nbgrader={"grade": true, "grade_id": "test_wish_slope_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("mlp.wish_slope", wish_slope, part="wish_slope_large")

# %% [markdown]
# ## Exercise 3: how many steps will it take? · ●●● · 25 minutes · 5 points
#
# For a ravine, gradient descent can be predicted. Take the loss
#
# $$\tfrac12 \left(c_1 w_1^2 + c_2 w_2^2 + \dots\right)$$
#
# Its slope in the parameter $w_i$ is $c_i w_i$. The number $c_i$ is the *curvature* in this direction: the larger, the
# steeper the wall. One step of gradient descent is $w_i \leftarrow w_i - \text{lr} \cdot c_i\, w_i$. What does it
# multiply $w_i$ by? And what do $n$ steps?
#
# Write `steps_needed(curvatures, lr, share)`. It returns the smallest number of steps after which *every* parameter is
# at most `share` times as far from zero as it was at the start. When this never happens, it returns `math.inf`.
# `curvatures` are positive, `share` lies between 0 and 1. Some of the answers run into billions, so a loop over the
# steps will not do. (The check forgives what rounding does to answers of this size.)
#
# For `curvatures = [1, 20]`, `lr = 0.09` and `share = 0.01` the answer is 49. With `lr = 0.11` it is `math.inf`, and
# from this you can find the answer to the question that the lesson's widget asks.
#
# <details><summary>Hint: one parameter</summary>
#
# After $n$ steps, $w_i$ has been multiplied by $(1 - \text{lr} \cdot c_i)^n$. It is the *size* of this that counts, not
# its sign.
#
# </details>
#
# <details><summary>Hint: solving for n</summary>
#
# $r^n \le \text{share}$ becomes $n \ge \ln \text{share} / \ln r$, for $0 < r < 1$. (The sign turns round, because
# $\ln r$ is negative.) `math.ceil` rounds up. Look at $r = 0$ and $r \ge 1$ first.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "steps_needed", "locked": false, "schema_version": 3, "solution": true, "task": false}
def steps_needed(curvatures, lr, share):
    """After how many steps of gradient descent every parameter has shrunk to the share."""
    ### BEGIN SOLUTION
    slowest = max(abs(1 - lr * c) for c in curvatures)
    if slowest >= 1:
        return math.inf
    if slowest == 0:
        return 1
    return math.ceil(math.log(share) / math.log(slowest))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_steps_needed", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("mlp.steps_needed", steps_needed)

# %% nbgrader={"grade": true, "grade_id": "test_steps_needed_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("mlp.steps_needed", steps_needed, part="steps_needed_border")

# %% [markdown]
# Test your prediction on the library's own SGD. Which of these learning rates needs the fewest steps? Guess first.

# %% tags=["skip-proof"]
import torch

from llmai_edu.training import SGD

curvatures = torch.tensor([1.0, 20.0])
try:
    for lr in (0.02, 0.05, 0.09, 0.095, 0.099):
        w, taken = torch.ones(2), 0
        optimizer = SGD([w], lr)
        while w.abs().max() > 0.01:
            w.grad = curvatures * w
            optimizer.step()
            taken += 1
        print(f"learning rate {lr}: predicted {steps_needed([1, 20], lr, 0.01)}, taken {taken}")
except NotImplementedError:
    print("Run this cell again when `steps_needed` is written.")

# %% [markdown]
# **Sources**
#
# [1] A. Chowdhery et al., [*PaLM: Scaling Language Modeling with Pathways*](https://arxiv.org/abs/2204.02311), 2022, section 5. They took $c = 10^{-4}$.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
