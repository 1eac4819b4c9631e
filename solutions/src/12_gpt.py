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
# # Exercises to lesson 12: GPT
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/12_gpt.ipynb)
# <!-- colab:end -->
#
# *About 65 minutes, 10 seconds to run. Needs: [lesson 12](../notebooks/12_gpt.ipynb).*
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
# ## Exercise 1: mend a block · ●●○ · 15 minutes · 4 points
#
# In the model GPT-J [1] the two layers of a block do not take turns. Both read the *same* normalized copy of the stream, and what both make is
# added to the stream. There is one normalization. This is called a *parallel* block. Somebody wrote it like this:
#
# ```python
# def broken_block(x, norm, attend, think):
#     x = norm(x)
#     x = x + attend(x)
#     return think(x)
# ```
#
# `norm`, `attend` and `think` are functions from an array $(T, C)$ to an array of the same shape. There are three mistakes. Write
# `parallel_block(x, norm, attend, think)`, which returns the new stream. Make a new array: `x` itself must stay as it was.
#
# An example in one channel: with `x = [[3.0]]`, `norm` halving, `attend` adding 1 and `think` multiplying by 10 the answer is
# `[[20.5]]`: the stream has 3, attention adds 2.5, and the feed-forward layer 15.
#
# <details><summary>Hint</summary>
#
# Compute `norm(x)` once, under a name of its own.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "parallel_block", "locked": false, "schema_version": 3, "solution": true, "task": false}
def parallel_block(x, norm, attend, think):
    """The stream after a parallel block."""
    ### BEGIN SOLUTION
    read = norm(x)
    return x + attend(read) + think(read)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_parallel_block", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("gpt.parallel_block", parallel_block)

# %% [markdown]
# And when both layers add nothing:

# %% nbgrader={"grade": true, "grade_id": "test_parallel_block_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("gpt.parallel_block", parallel_block, part="parallel_block_passes_on")

# %% [markdown]
# ## Exercise 2: count before you train · ●●○ · 20 minutes · 5 points
#
# Somebody plans a GPT that differs from GPT-2 in three ways. The feed-forward layer makes $F$ numbers of a token's $C$, not $4C$. *No matrix has a bias*; the
# normalizations keep their weights and biases. And the head may have a matrix of its own, apart from the table of tokens (`tied=False`). It still has
# learned places, $P$ of them, and a last normalization.
#
# So the lesson's formula does not fit as it stands: with the biases of the matrices its $9C$ a block falls away, and its $12C^2$ changes with $F$.
#
# Write `cost(layers, channels, feed_forward, vocab, places, tied)`. It returns two integers:
#
# 1. the number of parameters;
# 2. the operations, multiplications and additions, that training takes for each token: $6N$, where $N$ counts the matrices that *multiply*. Leave out attention's own products, as
#    the lesson does.
#
# For `cost(2, 8, 16, 100, 10, True)` the answer is `(1984, 10944)`; for the same with `tied=False` it is `(2784, 10944)`.
#
# <details><summary>Hint: what a token meets</summary>
#
# Looking up a row of a table multiplies nothing. The head multiplies by its whole matrix, whoever else uses that matrix too.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "cost", "locked": false, "schema_version": 3, "solution": true, "task": false}
def cost(layers, channels, feed_forward, vocab, places, tied):
    """Parameters, and operations a token in training."""
    ### BEGIN SOLUTION
    matrices = layers * (4 * channels**2 + 2 * channels * feed_forward)
    norms = (2 * layers + 1) * 2 * channels
    tables = (vocab + places) * channels
    head = vocab * channels
    parameters = matrices + norms + tables + (0 if tied else head)
    return parameters, 6 * (matrices + head)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_cost", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("gpt.cost", cost)

# %% nbgrader={"grade": true, "grade_id": "test_cost_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("gpt.cost", cost, part="cost_of_training")

# %% [markdown]
# Does it agree with the model of the lesson, when its biases in attention and feed-forward layers are not counted?

# %% tags=["skip-proof"]
from llmai_edu.models.gpt import GPT, GPTConfig

model = GPT(GPTConfig(vocab_size=100, n_positions=10, n_embd=8, n_layer=2, n_head=2))
without_biases = sum(
    p.numel()
    for name, p in model.named_parameters()
    if not (name.endswith(".bias") and ("attn" in name or "mlp" in name))
)
try:
    print("yours:", cost(2, 8, 4 * 8, 100, 10, True)[0], " counted:", without_biases)
except NotImplementedError:
    print("Run this cell again when `cost` is written.")

# %% [markdown]
# ## Exercise 3: who wrote this logit? · ●●● · 30 minutes · 5 points
#
# The stream of a token is a sum: of its rows in the tables, and of what each layer wrote. The head reads it after the last normalization. With $s = \sum_i w_i$ for the stream, $g$ and $b$ for the
# normalization's weight and bias, and $u$ for a token's row in the head, its logit is
#
# $$\sum_c u_c \left( g_c\, \frac{s_c - \bar s}{\sigma} + b_c \right), \qquad \sigma = \sqrt{\tfrac1C \textstyle\sum_c (s_c - \bar s)^2}$$
#
# $\bar s$ is the mean of $s$ over its $C$ channels. Hold $\sigma$, which is that of the sum $s$, at the value that it has. Then the logit is a sum of one part for each writer, and one part of the bias. So one can ask how much of a logit came from which layer.
#
# Write `parts_of_logit(writes, g, b, u)`. `writes` is an array $(n, C)$ with a row for each writer; `g`, `b` and `u` are arrays $(C,)$. It returns an array of $n + 1$
# numbers: the part of each writer, and last the part of the bias. Their sum is the logit. (There is no eps here.)
#
# For `writes = [[1, 7], [2, 0]]`, `g = [1, 1]`, `b = [0, 1]` and `u = [1, 2]` the answer is `[1.5, -0.5, 2.0]`.
#
# <details><summary>Hint: the mean</summary>
#
# The mean of a sum is the sum of the means. So $s_c - \bar s$ is the sum over the writers of $w_{ic} - \bar w_i$.
#
# </details>
#
# <details><summary>Hint: how to test it</summary>
#
# The sum of what you return must be the logit, whatever `writes` is.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "parts_of_logit", "locked": false, "schema_version": 3, "solution": true, "task": false}
def parts_of_logit(writes, g, b, u):
    """What each writer adds to a logit, and last what the bias adds."""
    ### BEGIN SOLUTION
    writes, g, b, u = (np.asarray(each, dtype=float) for each in (writes, g, b, u))
    sigma = writes.sum(0).std()
    centred = writes - writes.mean(1, keepdims=True)
    return np.append(centred @ (g * u) / sigma, b @ u)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_parts_of_logit", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("gpt.parts_of_logit", parts_of_logit)

# %% nbgrader={"grade": true, "grade_id": "test_parts_of_logit_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("gpt.parts_of_logit", parts_of_logit, part="parts_sum_to_the_logit")

# %% [markdown]
# Who wrote the logit of the character that came? For the recorded model of the lesson, at one place of a line by Shakespeare. (The model adds an eps of $10^{-5}$ to the variance, so its logit may differ from your sum
# in the last digits.) Which of the blocks wrote most? Be careful with the answer: a logit counts only beside the others. A part that is equal for all tokens changes no probability, however large it is.

# %% tags=["skip-proof"]
import torch

from llmai_edu.pretrained.char_gpt import load_char_gpt

model, tokenizer = load_char_gpt()
line = "To be, or not to be"
ids = torch.tensor([tokenizer.encode(line)])
with torch.no_grad():
    streams = [model.wte(ids) + model.wpe(torch.arange(len(line)))]
    for block in model.h:
        streams.append(block(streams[-1]))
    at = torch.stack(streams)[:, 0, -2].numpy()  # after "To be, or not to b"
    rows = [part.numpy() for part in (model.ln_f.weight, model.ln_f.bias)]
    u = model.wte.weight[ids[0, -1]].numpy()
    logit = float(model(ids)[0, -2, ids[0, -1]])
try:
    parts = parts_of_logit(np.diff(at, axis=0, prepend=0), *rows, u)
    for name, part in zip(
        ("tables", "block 1", "block 2", "block 3", "block 4", "bias"), parts
    ):
        print(f"{name:<8} {part:6.2f}")
    print(f"{'sum':<8} {parts.sum():6.2f}, the logit {logit:.2f}")
except NotImplementedError:
    print("Run this cell again when `parts_of_logit` is written.")

# %% [markdown]
# **Sources**
#
# [1] B. Wang and A. Komatsuzaki, [*GPT-J-6B*](https://github.com/kingoflolz/mesh-transformer-jax), 2021.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors. Shakespeare's works are in the public domain.
