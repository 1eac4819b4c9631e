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
# # Exercises to lesson 10: a variational autoencoder of sentences
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/10_vae.ipynb)
# <!-- colab:end -->
#
# *About 65 minutes, 10 seconds to run. Needs: [lesson 10](../notebooks/10_vae.ipynb).*
#
# Write each function in its cell, run the cell, then run the `check` below it. The check tests your function on inputs that
# the sheet does not show, and says what went wrong if something did. All arrays are NumPy's, and all figures are nats.

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
# ## Exercise 1: mend the bound · ●●○ · 20 minutes · 5 points
#
# Somebody trains a sentence VAE on this loss, and gets `inf` or `nan`. When those are gone, the figure is still far too small:
#
# ```python
# def broken_bound(word_nats, real, mean, log_var):
#     words = np.mean(word_nats)
#     kl = np.mean((mean**2 + log_var - 1 - np.log(log_var)) / 2)
#     return words + kl
# ```
#
# `word_nats` has the shape (B, T): $-\ln p$ at each place of each of the B sentences. `real` has the same shape and is `True` where a place
# belongs to the sentence; behind its end it is `False`, and what stands there means nothing. `mean` and `log_var` have the shape (B, D): of each cloud the
# mean and the *logarithm* of the variance.
#
# Write `negative_elbo(word_nats, real, mean, log_var)`: the negative ELBO in nats for a *sentence*, as the mean over the B sentences. A
# sentence costs all its words and all its dimensions.
#
# For `word_nats = [[2, 3, 9], [1, 1, 1]]`, `real = [[True, True, False], [True, True, True]]`, `mean = [[1, 0], [0, 2]]` and
# `log_var = [[0, 0], [0, 0]]`, the sentences cost 5 + 0.5 and 3 + 2 nats, and the answer is 5.25.
#
# <details><summary>Hint: what is added up and what is averaged</summary>
#
# Within a sentence everything is a sum: over the words, and over the dimensions. Only over the sentences is it a mean.
#
# </details>
#
# <details><summary>Hint: the variance</summary>
#
# The variance is `np.exp(log_var)`, and its logarithm is there already.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "negative_elbo", "locked": false, "schema_version": 3, "solution": true, "task": false}
def negative_elbo(word_nats, real, mean, log_var):
    """The negative ELBO, in nats a sentence."""
    ### BEGIN SOLUTION
    words = np.where(real, word_nats, 0.0).sum(axis=1)
    kl = ((mean**2 + np.exp(log_var) - 1 - log_var) / 2).sum(axis=1)
    return float((words + kl).mean())
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_negative_elbo", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("vae.negative_elbo", negative_elbo)

# %% nbgrader={"grade": true, "grade_id": "test_negative_elbo_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("vae.negative_elbo", negative_elbo, part="negative_elbo_behind_the_end")

# %% [markdown]
# ## Exercise 2: the KL between any two clouds · ●●○ · 25 minutes · 4 points
#
# The lesson compared each cloud with the standard bell curve. Sometimes two clouds have to be compared with each other: how unlike are two sentences?
#
# Let $q$ have the mean $\mu_q$ and the variance $\sigma_q^2$, and $p$ the mean $\mu_p$ and the variance $\sigma_p^2$. Go the lesson's way again: write $\ln q(z) - \ln p(z)$, and take the mean over $z$ from $q$. You need
# one thing more: the mean of $(z - \mu_p)^2$, when $z$ is from $q$, is $\sigma_q^2 + (\mu_q - \mu_p)^2$.
#
# Write `kl_between(mean_q, log_var_q, mean_p, log_var_p)`. All four arrays have the shape (B, D). It returns, for each of the B pairs, $\text{KL}(q \,\|\, p)$ summed over
# the D dimensions: shape (B,).
#
# For one dimension with `mean_q = 1`, `log_var_q = 0`, `mean_p = 0` and `log_var_p = ln 4` the answer is 0.443.
#
# <details><summary>Hint: the first mean</summary>
#
# The mean of $\ln q$ is $-\tfrac12 - \tfrac12 \ln \sigma_q^2 - \tfrac12 \ln 2\pi$.
#
# </details>
#
# <details><summary>Hint: two tests</summary>
#
# With a standard $p$, it must be the lesson's formula. With $q = p$, it must be 0.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "kl_between", "locked": false, "schema_version": 3, "solution": true, "task": false}
def kl_between(mean_q, log_var_q, mean_p, log_var_p):
    """KL(q || p) of diagonal Gaussians, (B,)."""
    ### BEGIN SOLUTION
    spread = (np.exp(log_var_q) + (mean_q - mean_p) ** 2) / np.exp(log_var_p)
    return ((spread - 1 + log_var_p - log_var_q) / 2).sum(axis=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_kl_between", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("vae.kl_between", kl_between)

# %% nbgrader={"grade": true, "grade_id": "test_kl_between_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("vae.kl_between", kl_between, part="kl_between_narrow_clouds")

# %% [markdown]
# Which way round matters. Guess first: which costs more, $q$ narrow and $p$ broad, or $q$ broad and $p$ narrow? (The deviations are 0.1 and 1.)

# %% tags=["skip-proof"]
zero, narrow = np.zeros((1, 1)), np.full((1, 1), np.log(0.01))
try:
    print("q narrow, p broad:", kl_between(zero, narrow, zero, zero).round(2))
    print("q broad, p narrow:", kl_between(zero, zero, zero, narrow).round(2))
except NotImplementedError:
    print("Run this cell again when `kl_between` is written.")

# %% [markdown]
# With $q$ broad and $p$ narrow, most draws from $q$ lie several of $p$'s deviations out, where $\ln p$ is far below zero, and the mean is
# taken over just these draws. The other way round every draw lies near the middle of $p$, and $q$ costs only its being more exact than $p$.

# %% [markdown]
# ## Exercise 3: a tighter bound that survives · ●●○ · 20 minutes · 5 points
#
# The tighter bound of the lesson [1] draws K points for a sentence. Each has a weight $w = p(x, z) / q(z \mid x)$, of which we know the logarithm. The bound on $\ln p(x)$ is the *logarithm of the mean* of the K weights:
#
# $$\ln \frac{w_1 + \dots + w_K}{K}$$
#
# Write `tighter_bound(log_weights)`. `log_weights` has the shape (K, B): the K logarithms of each of the B sentences. It returns the bound for
# each sentence, shape (B,).
#
# For `log_weights = [[ln 1, ln 4], [ln 3, ln 4]]` it is `[0.693, 1.386]`: the logarithms of 2 and of 4.
#
# A long sentence has a log weight such as −900, and `np.exp(-900)` is 0 on a computer, whose logarithm is $-\infty$. Your function must work there, too, for weights such as $e^{900}$, and where the log weights of one sentence lie far
# apart. Nothing may be clipped or added: the answer itself is about −900.
#
# <details><summary>Hint: large numbers</summary>
#
# Take the largest logarithm $m$ of each sentence out of the sum: $\ln \sum_k e^{l_k} = m + \ln \sum_k e^{l_k - m}$. No exponent is above 0 then, and one is exactly 0.
#
# </details>
#
# <details><summary>Hint: a test</summary>
#
# It is never below the mean of the logarithms, which is the ELBO's estimate from the same draws.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "tighter_bound", "locked": false, "schema_version": 3, "solution": true, "task": false}
def tighter_bound(log_weights):
    """The importance-weighted bound on ln p of each sentence, (B,)."""
    ### BEGIN SOLUTION
    largest = log_weights.max(axis=0)
    return largest + np.log(np.exp(log_weights - largest).mean(axis=0))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_tighter_bound", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("vae.tighter_bound", tighter_bound)

# %% nbgrader={"grade": true, "grade_id": "test_tighter_bound_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("vae.tighter_bound", tighter_bound, part="tighter_bound_of_long_sentences")

# %% [markdown]
# **Sources**
#
# [1] Y. Burda, R. Grosse and R. Salakhutdinov, [*Importance Weighted Autoencoders*](https://arxiv.org/abs/1509.00519), 2016.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
