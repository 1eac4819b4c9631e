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
# # Exercises to lesson 17: Scaling
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/17_scaling.ipynb)
# <!-- colab:end -->
#
# *About 70 minutes, 5 seconds to run. Needs: [lesson 17](../notebooks/17_scaling.ipynb).*
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
import math

import numpy as np

# %% [markdown]
# ## Exercise 1: the best size at one price · ●○○ · 20 minutes · 4 points
#
# The page found the best size from a fitted law. There is a way without a law: make some runs that all cost the *same* number of operations, with models of different sizes. On a logarithmic axis of sizes, their losses lie near a *parabola*. Its lowest point is the best size. (It is the second of three methods in the paper on Chinchilla.)
#
# Write `best_size(sizes, losses)`. It fits $\text{loss} = a\,(\ln N)^2 + b \ln N + c$ by least squares and returns the size N at the lowest point of the parabola, a number that need not be among the sizes tried, nor between them. If the parabola has no lowest point ($a \le 0$), it raises a `ValueError` with a sentence that says so.
#
# For sizes 1,000, 10,000 and 100,000 with losses 2.0, 1.5 and 2.0, the parabola is symmetric around 10,000, so the answer is 10,000. With losses 2.0, 1.5 and 1.7 it is about 16,400.
#
# <details><summary>Hint</summary>
#
# `np.polyfit(x, y, 2)` gives a, b and c. Where is the derivative $2ax + b$ zero?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "best_size", "locked": false, "schema_version": 3, "solution": true, "task": false}
def best_size(sizes, losses):
    """The size at the lowest point of a parabola through the losses, over the logarithm of the sizes."""
    ### BEGIN SOLUTION
    a, b, _ = np.polyfit(np.log(sizes), losses, 2)
    if a <= 0:
        raise ValueError("the parabola opens downwards: no size is best")
    return float(np.exp(-b / (2 * a)))
    ### END SOLUTION


# %% [markdown]
# Is it the lowest point of the parabola?

# %% nbgrader={"grade": true, "grade_id": "test_best_size", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("scaling.best_size", best_size)

# %% [markdown]
# And when there is none?

# %% nbgrader={"grade": true, "grade_id": "test_best_size_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("scaling.best_size", best_size, part="best_size_without_one")

# %% [markdown]
# ## Exercise 2: mend a fit that knows no floor · ●●○ · 25 minutes · 5 points
#
# Somebody fits a power law to the losses of one model by drawing a straight line on logarithmic axes. You saw on the page what comes of it:


# %%
def without_floor(d, loss):
    slope, height = np.polyfit(np.log(d), np.log(loss), 1)
    return lambda more: np.exp(height + slope * np.log(more))


d = np.array([1e6, 2e6, 4e6, 8e6])
true = 1.0 + 400 * d**-0.5
print("true at 64 million:", 1.0 + 400 * 64e6**-0.5)
print("the straight line: ", without_floor(d, true)(64e6).round(3))

# %% [markdown]
# Write `fit_with_floor(d, loss, betas)`. The law is $L = E + B / D^{\beta}$. `d` and `loss` have shape (R,), and `betas` is an array of exponents to try. For each exponent, find the E and B that make the sum of the squared errors $(L - \text{loss})^2$ smallest. Return the three numbers `(E, B, beta)` of the exponent with the smallest sum.
#
# (The page divided each error by the loss. Here the errors count as they are.)
#
# For the four points above and `betas = np.array([0.25, 0.5, 1.0])` the answer is `(1.0, 400.0, 0.5)`, up to rounding.
#
# A negative floor makes no sense: an exponent whose best E is below 0 is left out. If that leaves none, raise a `ValueError`.
#
# <details><summary>Hint: E and B for a known exponent</summary>
#
# Then the law is a straight line in $x = D^{-\beta}$: its height is E and its slope B. `np.polyfit(x, loss, 1)` gives the slope first. It is more exact when the numbers are near 1: divide `d` by its mean first, and put that right in B afterwards.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "fit_with_floor", "locked": false, "schema_version": 3, "solution": true, "task": false}
def fit_with_floor(d, loss, betas):
    """The floor E, the factor B and the exponent with the smallest squared error."""
    ### BEGIN SOLUTION
    middle, candidates = np.mean(d), []
    for beta in betas:
        x = (d / middle) ** -beta
        factor, floor = np.polyfit(x, loss, 1)
        if floor >= 0:
            error = ((floor + factor * x - loss) ** 2).sum()
            candidates.append((error, float(floor), float(factor * middle**beta), float(beta)))
    if not candidates:
        raise ValueError("every exponent gives a negative floor: try larger ones")
    return min(candidates)[1:]
    ### END SOLUTION


# %% [markdown]
# Are they the numbers of the law?

# %% nbgrader={"grade": true, "grade_id": "test_fit_with_floor", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("scaling.fit_with_floor", fit_with_floor)

# %% [markdown]
# And is a negative floor left out?

# %% nbgrader={"grade": true, "grade_id": "test_fit_with_floor_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("scaling.fit_with_floor", fit_with_floor, part="floor_below_zero")

# %% [markdown]
# ## Exercise 3: what a small model costs · ●●○ · 25 minutes · 5 points
#
# For a budget of operations, the law names the best size $N^*$ and the tokens $D^* = \text{flops} / (6 N^*)$. A model that is `k` times *smaller*, with $N^*/k$ weights, is cheaper to use. It can reach the same loss if it reads more. How much more does its training cost?
#
# Write `price_of_small(E, A, B, alpha, beta, flops, k)`. The law is $L(N, D) = E + A/N^\alpha + B/D^\beta$. Return the operations that the small model needs to reach the loss of the best one, *divided by* `flops`. A model that can never reach it, however much it reads, costs `math.inf`.
#
# For the best size, use equation 4 of the paper on Chinchilla, as the page does:
#
# $$N^* = G \left(\frac{\text{flops}}{6}\right)^{\frac{\beta}{\alpha+\beta}}, \qquad G = \left(\frac{\alpha A}{\beta B}\right)^{\frac{1}{\alpha+\beta}}.$$
#
# An example whose numbers can be followed on paper: E = 1, A = B = 10, α = β = 0.5, flops = 6 million. By symmetry N* = D* = 1,000, and the loss is 1 + 20 / √1000. With `k = 1` the answer is 1. With `k = 2` the model has 500 weights, which alone cost 10 / √500 = 0.447. Of 20 / √1000 = 0.632, 0.185 is left for the text, so D = (10 / 0.185)², about 2,914. That makes 500 · 2,914 / 1,000,000, about 1.457. With
# `k = 5` it has 200 weights, which cost 10 / √200 = 0.707. That is more than 0.632 already: `math.inf`.
#
# <details><summary>Hint</summary>
#
# Solve $L = E + A/N^\alpha + B/D^\beta$ for D. The difference $L - E - A/N^\alpha$ is what may still be lost for want of text. If it is not above 0, no text is long enough.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "price_of_small", "locked": false, "schema_version": 3, "solution": true, "task": false}
def price_of_small(E, A, B, alpha, beta, flops, k):
    """Operations of a model k times smaller than the best one to reach its loss, over those of the best one."""
    ### BEGIN SOLUTION
    both = alpha + beta
    size = (alpha * A / (beta * B)) ** (1 / both) * (flops / 6) ** (beta / both)
    tokens = flops / 6 / size
    allowed = A / size**alpha + B / tokens**beta  # above the floor, which both models share
    small = size / k
    left = allowed - A / small**alpha
    if left <= 0:
        return math.inf
    return 6 * small * (B / left) ** (1 / beta) / flops
    ### END SOLUTION


# %% [markdown]
# Is it the price?

# %% nbgrader={"grade": true, "grade_id": "test_price_of_small", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("scaling.price_of_small", price_of_small)

# %% [markdown]
# And when the small model can never reach it?

# %% nbgrader={"grade": true, "grade_id": "test_price_of_small_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("scaling.price_of_small", price_of_small, part="price_of_too_small")

# %% [markdown]
# Now with a law that is published, as Besiroglu and others [1] fitted it to the runs of the paper on Chinchilla: E = 1.82, A = 482, B = 2,085, α = 0.348, β = 0.366. What does a model cost that is half as large as the best, or a quarter? Guess first.

# %% tags=["skip-proof"]
try:
    for k in (1, 2, 4, 8):
        price = price_of_small(1.82, 482.0, 2085.0, 0.348, 0.366, 1e21, k)
        print(f"{k} times smaller: {price:.2f} times the operations")
    small_budget = price_of_small(1.82, 482.0, 2085.0, 0.348, 0.366, 1e15, 2)
    print(
        f"2 times smaller, a millionth of the budget: {small_budget:.2f} times the operations"
    )
except NotImplementedError:
    print("Run this cell again when `price_of_small` is written.")

# %% [markdown]
# <details><summary>What the numbers mean</summary>
#
# By this law, half the size costs a quarter more, a quarter of the size four and a half times as much, and an eighth can never reach the loss. Who will use the model a lot gladly pays the quarter: every token that it writes costs half.
#
# The last line shows that the budget does not matter. At the best split, the part of the size and the part of the text stand in the ratio β to α, whatever the budget is. So a smaller size takes the same share of what may be lost.
#
# </details>

# %% [markdown]
# **Sources**
#
# [1] T. Besiroglu et al., [*Chinchilla Scaling: A Replication Attempt*](https://arxiv.org/abs/2404.10102), 2024.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
