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
# # Exercises to lesson 07: recurrence
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/07_rnn.ipynb)
# <!-- colab:end -->
#
# *About 60 minutes, 10 seconds to run. Needs: [lesson 07](../notebooks/07_rnn.ipynb).*
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
import math

import numpy as np

# %% [markdown]
# ## Exercise 1: mend the pieces · ●●○ · 25 minutes · 4 points
#
# A one-number network reads the numbers `xs`: $h_t = \tanh(w x_t + u h_{t-1} + b)$, with $h_0 = 0$. At *every* step there is a target, and the loss is the sum of all
# $(h_t - y_t)^2$. Somebody wants the derivative of the loss with respect to $u$, by truncated backpropagation through time,
# in pieces of `steps` steps. The last piece may be shorter. The code has three faults:
#
# ```python
# def broken_pieces(xs, ys, w, u, b, steps):
#     total = 0.0
#     for start in range(0, len(xs), steps):
#         h = [0.0]
#         for x in xs[start : start + steps]:
#             h.append(math.tanh(w * x + u * h[-1] + b))
#         from_later = 0.0
#         for t in reversed(range(len(h) - 1)):
#             g = 2 * (h[t + 1] - ys[t]) * (1 - h[t + 1] ** 2)
#             total += g * h[t]
#             from_later = g * u
#     return total
# ```
#
# Write `gradient_in_pieces(xs, ys, w, u, b, steps)`, which returns the derivative, added up over all pieces. The state is carried from piece to piece, the
# gradient is not.
#
# For `xs = [1, 1, 1]`, `ys = [0, 0, 1]`, `w = 0.5`, `u = 1`, `b = 0` and `steps = 2`, the right answer is `0.2418`. In one piece (`steps = 3`) it would be `0.2240`.
#
# <details><summary>Hint: where to look</summary>
#
# One fault is in what a piece begins with. One is in which target belongs to a step. One is a variable that is computed and never used.
#
# </details>
#
# <details><summary>Hint: the variable</summary>
#
# What reaches the state at a step is what its own target says, plus what comes from the later step. Both go back through the tanh.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "gradient_in_pieces", "locked": false, "schema_version": 3, "solution": true, "task": false}
def gradient_in_pieces(xs, ys, w, u, b, steps):
    """The derivative with respect to u; the state goes on from piece to piece, the gradient does not."""
    ### BEGIN SOLUTION
    derivative, carried = 0.0, 0.0
    for begin in range(0, len(xs), steps):
        states = [carried]
        for number in xs[begin : begin + steps]:
            states.append(math.tanh(w * number + u * states[-1] + b))
        later, carried = 0.0, states[-1]
        for i in reversed(range(len(states) - 1)):
            inside = (2 * (states[i + 1] - ys[begin + i]) + later) * (1 - states[i + 1] ** 2)
            derivative += inside * states[i]
            later = inside * u
    return derivative
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_gradient_in_pieces", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("rnn.gradient_in_pieces", gradient_in_pieces)

# %% nbgrader={"grade": true, "grade_id": "test_gradient_in_pieces_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("rnn.gradient_in_pieces", gradient_in_pieces, part="pieces_of_any_size")

# %% [markdown]
# ## Exercise 2: clip each text by itself · ●●○ · 15 minutes · 5 points
#
# In lesson 07, the gradient of a whole batch was clipped. There is another way: clip the gradient of *each text* of the batch, and then take the mean of the clipped ones. So
# no single text can pull the weights further than a known distance. (With noise added, this is how models are trained that must not
# remember any single text [1].)
#
# Write `mean_of_clipped(texts, limit)`. `texts` is a list with one entry for each text; an entry is a list of arrays, the gradients of all parameters (a matrix here, a vector
# there) for this text. It returns a list of arrays, one for each parameter: the mean over the texts of the clipped gradients. A text whose gradient is
# not longer than `limit` is left as it is.
#
# For two texts with the gradients `[np.array([3.0]), np.array([0.0, 4.0])]` and `[np.array([0.5]), np.array([0.0, 0.0])]` and the limit 1, the lengths
# are 5 and 0.5. The first is shortened to `[0.6]`, `[0, 0.8]`. So the answer is `[0.55]`, `[0, 0.4]`.
#
# <details><summary>Hint: the length</summary>
#
# The length of a text's gradient is the root of the sum of the squares of *all* its numbers, over all parameters.
#
# </details>
#
# <details><summary>Hint: the mean</summary>
#
# `zip(*clipped)` gives, for each parameter, the arrays of all texts.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "mean_of_clipped", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mean_of_clipped(texts, limit):
    """For each parameter: the mean over the texts of their clipped gradients."""
    ### BEGIN SOLUTION
    clipped = []
    for gradients in texts:
        length = math.sqrt(sum(np.sum(g**2) for g in gradients))
        factor = limit / length if length > limit else 1.0
        clipped.append([factor * g for g in gradients])
    return [np.mean(one, axis=0) for one in zip(*clipped)]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_mean_of_clipped", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("rnn.mean_of_clipped", mean_of_clipped)

# %% nbgrader={"grade": true, "grade_id": "test_mean_of_clipped_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("rnn.mean_of_clipped", mean_of_clipped, part="clipped_when_zero")

# %% [markdown]
# ## Exercise 3: the half-life of a gradient · ●●● · 20 minutes · 5 points
#
# A recurrent network reads the same symbol again and again, until its state $h$ does not change any more. From there, each step further back multiplies the gradient
# by the same Jacobian,
#
# $$J = D\, U, \qquad D \text{ diagonal with the entries } 1 - h_i^2$$
#
# In the long run, the gradient shrinks at each step by one and the same factor. Its *half-life* is the number of steps in which it shrinks to half. It need not be a whole number.
#
# Write `half_life(u, h)`, which predicts it, without running through the steps. `u` is the recurrent matrix $U$ (H, H), `h` the state (H,). If the gradient
# does not shrink in the long run, the answer is `math.inf`. (`u` is never 0 throughout.)
#
# For `u = np.array([[0.9]])` and `h = np.array([0.0])` the factor is 0.9, and the answer is `6.579`, because $0.9^{6.579} = 0.5$. With `h = np.array([0.5])` the factor is 0.675, and the answer `1.764`.
#
# <details><summary>Hint: the factor</summary>
#
# In the long run it is the spectral radius that counts: the largest absolute value of the eigenvalues of $J$. `np.linalg.eigvals` returns them;
# some may be complex numbers, and `np.abs` takes their absolute values.
#
# </details>
#
# <details><summary>Hint: the half-life</summary>
#
# You look for the $n$ with $r^n = 1/2$. Take logarithms.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "half_life", "locked": false, "schema_version": 3, "solution": true, "task": false}
def half_life(u, h):
    """In how many steps a gradient shrinks to half, in the long run."""
    ### BEGIN SOLUTION
    jacobian = np.diag(1 - np.asarray(h) ** 2) @ np.asarray(u)
    radius = np.abs(np.linalg.eigvals(jacobian)).max()
    return math.log(0.5) / math.log(radius) if radius < 1 else math.inf
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_half_life", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("rnn.half_life", half_life)

# %% nbgrader={"grade": true, "grade_id": "test_half_life_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("rnn.half_life", half_life, part="half_life_of_growth")

# %% [markdown]
# Predict, then measure. A network with a random matrix reads noise, so its state never comes to rest. We put the mean of $1 - h^2$ in place of each entry of $D$. How
# good is the prediction?

# %% tags=["skip-proof"]
import torch

from llmai_edu.models.rnn import RNN, gradient_norms

generator = torch.Generator().manual_seed(0)
layer = RNN(8, 64, generator=generator)
noise = torch.randn(16, 61, 8, generator=generator)
with torch.no_grad():
    mean_slope = (1 - layer(noise)[0] ** 2).mean().item()
norms = gradient_norms(layer, noise, generator=generator)
try:
    state = np.full(64, math.sqrt(1 - mean_slope))
    predicted = half_life(layer.weight_hh_l0.detach().numpy(), state)
    measured = 40 * math.log(0.5) / math.log(norms[10] / norms[50])
    print(f"half-life predicted {predicted:.2f} steps, measured {measured:.2f}")
except NotImplementedError:
    print("Run this cell again when `half_life` is written.")

# %% [markdown]
# <details><summary>What to see</summary>
#
# The prediction is within a few per cent of what was measured. Note how short it is: less than two steps.
#
# </details>
#
# **Sources**
#
# [1] M. Abadi et al., [*Deep Learning with Differential Privacy*](https://arxiv.org/abs/1607.00133), 2016.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
