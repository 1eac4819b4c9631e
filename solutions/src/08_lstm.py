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
# # Exercises to lesson 08: the LSTM
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/08_lstm.ipynb)
# <!-- colab:end -->
#
# *About 45 minutes, 10 seconds to run. Needs: [lesson 08](../notebooks/08_lstm.ipynb).*
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
import torch
import torch.nn.functional as F

# %% [markdown]
# ## Exercise 1: another program to mend · ●●● · 25 minutes · 5 points
#
# Somebody measures a language model on long texts, reading them in pieces of `steps` ids so that they fit into memory:
#
# ```python
# def broken_loss(model, text, steps):
#     total = 0.0
#     for begin in range(0, text.shape[1], steps):
#         piece = text[:, begin : begin + steps]                # (B, t)
#         logits, _ = model(piece, None)                        # (B, t, V)
#         logits = logits.reshape(len(piece), -1, piece.shape[1])  # the loss wants (B, V, t)
#         total += F.cross_entropy(logits, piece, reduction="sum").item()
#     return total / text.numel()
# ```
#
# `text` is a tensor of ids, $(B, N)$: $B$ texts side by side. `model(ids, state)` returns the logits $(B, t, V)$ for the id *after* each of
# `ids`, and the state after the last of them; the state `None` stands for the beginning of a text. The program runs without any error, and three
# things in it are wrong.
#
# Write `stream_loss(model, text, steps)`: the mean of $-\log p$, in nats, over all ids but the first of each text, *each predicted from everything before it in its text*,
# never handing the model more than `steps` ids at once.
# These are $B \cdot (N - 1)$ predictions. The result must not depend on `steps`.
#
# An example: for a text of 5 ids and `steps=2`, the model reads the ids 0, 1, then 2, 3; the targets are the ids 1, 2, then 3, 4. The last id is predicted and never read.
#
# <details><summary>Hint: which three</summary>
#
# Look at what is thrown away, at what `reshape` does to the order of the numbers, and at what the model is asked to predict.
#
# </details>
#
# <details><summary>Hint: the seam</summary>
#
# The last target of a piece is the first id of the next piece. Make the whole inputs and the whole targets before you cut.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "stream_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def stream_loss(model, text, steps):
    """Mean loss in nats of every id but the first, read in pieces."""
    ### BEGIN SOLUTION
    inputs, targets = text[:, :-1], text[:, 1:]
    total, state = 0.0, None
    for begin in range(0, inputs.shape[1], steps):
        logits, state = model(inputs[:, begin : begin + steps], state)  # (B, t, V)
        wanted = targets[:, begin : begin + steps]
        total += F.cross_entropy(logits.transpose(1, 2), wanted, reduction="sum").item()
    return total / targets.numel()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_stream_loss", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("lstm.stream_loss", stream_loss)

# %% nbgrader={"grade": true, "grade_id": "test_stream_loss_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("lstm.stream_loss", stream_loss, part="stream_loss_at_the_seams")

# %% [markdown]
# ## Exercise 2: the LSTM's younger cousin · ●○○ · 10 minutes · 4 points
#
# The *gated recurrent unit*, or GRU [1], has no memory beside its state, and two gates instead of three. From the input $x$ and the last state $h$:
#
# $$r = \sigma(W_r x + b_r + U_r h + c_r) \qquad \text{how much of the old state the new content may see}$$
# $$z = \sigma(W_z x + b_z + U_z h + c_z) \qquad \text{how much of the old state stays}$$
# $$n = \tanh(W_n x + b_n + r \cdot (U_n h + c_n)) \qquad \text{the new content}$$
# $$h' = (1 - z) \cdot n + z \cdot h$$
#
# Dots are products number by number. One gate does two jobs here: what stays of the old, $z$, and what comes in of the new, $1 - z$, always sum to one.
#
# Write `gru_step(from_x, from_h, h)` for a batch. `from_x` is $W x + b$ and `from_h` is $U h + c$, both of shape $(B, 3H)$, in torch's order: the columns for $r$, then those for $z$, then those for $n$. `h` is $(B, H)$. It
# returns $h'$, $(B, H)$.
#
# An example with $B = H = 1$: `from_x = [[0, 0, 1]]`, `from_h = [[0, 0, 2]]`, `h = [[0.5]]`. Both gates are 0.5, the new content is $\tanh(1 + 0.5 \cdot 2) = 0.964$, and the result is 0.732.
#
# <details><summary>Hint</summary>
#
# `tensor.chunk(3, dim=1)` cuts the columns into three equal parts.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "gru_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
def gru_step(from_x, from_h, h):
    """The new state of a gated recurrent unit."""
    ### BEGIN SOLUTION
    r_x, z_x, n_x = from_x.chunk(3, dim=1)
    r_h, z_h, n_h = from_h.chunk(3, dim=1)
    r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
    n = torch.tanh(n_x + r * n_h)
    return (1 - z) * n + z * h
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_gru_step", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("lstm.gru_step", gru_step)

# %% [markdown]
# An LSTM needs an open forget gate to remember. Which gate plays that part here, and which bias would open it? Look at the last of the four formulas, guess, and try: the cell below asks how much of the first
# state is left after fifty steps.

# %% tags=["skip-proof"]
for gate, columns in [("r", slice(0, 32)), ("z", slice(32, 64)), ("neither", slice(0, 0))]:
    draws = torch.Generator().manual_seed(0)  # the same numbers for each gate
    weights = torch.randn(96, 32, generator=draws) * 0.1
    bias = torch.zeros(1, 96)
    bias[:, columns] = 4.0
    h = first = torch.randn(1, 32, generator=draws)
    first.requires_grad_()
    try:
        for _ in range(50):
            h = gru_step(torch.randn(1, 96, generator=draws) * 0.1 + bias, h @ weights.T, h)
        (grad,) = torch.autograd.grad(h.sum(), first)
        left = grad.norm() / 32**0.5  # 1 would be all of it
        print(f"bias of 4 in {gate:<8} share left after 50 steps: {left:.1e}")
    except NotImplementedError:
        print("Run this cell again when `gru_step` is written.")
        break

# %% [markdown]
# <details><summary>Which gate it was</summary>
#
# It is $z$: in $h' = (1 - z) \cdot n + z \cdot h$ it multiplies the old state. A bias of 4 gives $\sigma(4) = 0.98$, and $0.98^{50}$ is about 0.4.
#
# </details>

# %% [markdown]
# ## Exercise 3: predict the size of a file · ●○○ · 10 minutes · 4 points
#
# How large is the file of a language model of lesson 08? You can say so before it exists. Its weights are:
#
# - `embed`, a table of $V \times C$;
# - torch's LSTM: for each of its four gates a matrix for the input, $H \times C$, a matrix for the state, $H \times H$, and *two* biases of $H$ numbers (torch keeps two, though only their sum matters);
# - `project`, a matrix $C \times H$ without a bias, which brings the state to the size of a token's vector. It is there only if $H$ is not $C$;
# - `head`, a table of $V \times C$, only if the weights are *not* tied;
# - one bias for each of the $V$ tokens.
#
# Write `file_bytes(vocab, channels, hidden, tied, bytes_per_weight)`: the bytes that all the weights take. (The header comes on top; leave it out.) For `vocab=10, channels=2, hidden=3, tied=True, bytes_per_weight=2` there are
# 20 + 84 + 6 + 10 = 120 weights, so 240 bytes.
#
# <details><summary>Hint</summary>
#
# Count the weights of each part by itself, and check your count against the example's 20 + 84 + 6 + 10. What if `hidden` equals `channels`?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "file_bytes", "locked": false, "schema_version": 3, "solution": true, "task": false}
def file_bytes(vocab, channels, hidden, tied, bytes_per_weight):
    """Bytes of the weights of a recurrent language model with an LSTM."""
    ### BEGIN SOLUTION
    table = vocab * channels
    lstm = 4 * (hidden * channels + hidden * hidden + 2 * hidden)
    project = 0 if hidden == channels else channels * hidden
    head = 0 if tied else table
    return (table + lstm + project + head + vocab) * bytes_per_weight
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_file_bytes", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("lstm.file_bytes", file_bytes)

# %% nbgrader={"grade": true, "grade_id": "test_file_bytes_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("lstm.file_bytes", file_bytes, part="file_bytes_without_a_matrix")

# %% [markdown]
# The recorded model of the lesson has 4,096 tokens, vectors of 256 and a state of 512, its tables tied, two bytes a weight. How much larger would its file be with two tables? Guess first.

# %% tags=["skip-proof"]
try:
    for tied in (True, False):
        print(f"tied {tied!s:<5} {file_bytes(4096, 256, 512, tied, 2):>10,} bytes")
except NotImplementedError:
    print("Run this cell again when `file_bytes` is written.")

# %% [markdown]
# **Sources**
#
# [1] K. Cho et al., [*Learning Phrase Representations using RNN Encoder–Decoder for Statistical Machine Translation*](https://aclanthology.org/D14-1179/), EMNLP 2014. There, $r$ multiplies $h$ *before* the matrix; torch does it
# after, as above.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
