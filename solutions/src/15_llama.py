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
# # Exercises to lesson 15: Llama
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/15_llama.ipynb)
# <!-- colab:end -->
#
# *About 75 minutes, 5 seconds to run. Needs: [lesson 15](../notebooks/15_llama.ipynb).*
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
import struct

import numpy as np

# %% [markdown]
# ## Exercise 1: mend the rolling cache · ●●○ · 30 minutes · 5 points
#
# In Mistral, a token sees only itself and the `window - 1` tokens before it. Then a cache of `window` places is enough, whatever the length of the text: a new token takes the place of the oldest. Somebody wrote this for one head, and it
# is wrong:


# %%
def broken_rolling(q, k, v, window, turn):
    keys, values = np.zeros((window, k.shape[1])), np.zeros((window, v.shape[1]))
    outputs = []
    for t in range(len(q)):
        slot = t % window
        keys[slot], values[slot] = turn(k[t], slot), v[t]
        scores = keys @ turn(q[t], slot) / math.sqrt(k.shape[1])
        weights = np.exp(scores - scores.max())
        outputs.append(weights / weights.sum() @ values)
    return np.array(outputs)


# %% [markdown]
# `q`, `k` and `v` have shape (T, D). `turn(x, position)` applies RoPE to one vector: it turns `x` to its position. The function should return, for each of the T tokens, causal attention to the last `window` tokens, itself among them, with every query and key turned
# to its position in the text.
#
# Write `rolling(q, k, v, window, turn)`. There are two faults to find. Two examples, with three tokens and `window = 2`:
#
# 1. Nothing is turned, and all queries are 0. Then all scores are 0, and every token takes the plain mean of what it sees. The result should be `[[1, 0], [2, 0], [5, 0]]`.
# 2. `turn` turns by a quarter of a circle for each position. A query `[1, 0]` and a key `[0, 1]` then have the product 1 when the key stands one place before, and 0 at the same place. With D = 2, a token gives the one before it
#    the weight $e^{1/\sqrt 2} / (e^{1/\sqrt 2} + 1)$, about 0.670. The result should be about `[[1, 0], [1.66, 0], [4.32, 0]]`.
#
# The next cell shows what the broken function gives:


# %%
def quarter(x, position):
    """x, of length 2, turned by a quarter of a circle for each position."""
    cos, sin = ((1, 0), (0, 1), (-1, 0), (0, -1))[position % 4]
    return np.array([x[0] * cos - x[1] * sin, x[1] * cos + x[0] * sin])


v = np.array([[1.0, 0.0], [3.0, 0.0], [7.0, 0.0]])
k = np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]])
print(broken_rolling(np.zeros((3, 2)), k, v, 2, turn=lambda x, position: x).round(2))
q, k = np.array([[1.0, 0.0]] * 3), np.array([[0.0, 1.0]] * 3)
print(broken_rolling(q, k, v, 2, turn=quarter).round(2))

# %% [markdown]
# The last point is for work: `turn` is called once for each query and once for each key, 2T times in all, as in the broken code.
#
# <details><summary>Hint: the first tokens</summary>
#
# Look at what `broken_rolling` gave on the first example. What does the first token see that was never written?
#
# </details>
#
# <details><summary>Hint: after the first round</summary>
#
# When the cache has been filled once, a new token takes slot 0 again. Is it the first token of the text again?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "rolling", "locked": false, "schema_version": 3, "solution": true, "task": false}
def rolling(q, k, v, window, turn):
    """Causal attention of every token to the last `window` tokens, with a cache of `window` places."""
    ### BEGIN SOLUTION
    kept_k, kept_v, result = np.zeros((window, k.shape[1])), np.zeros((window, v.shape[1])), []
    for t, (query, key, value) in enumerate(zip(q, k, v)):
        slot, filled = t % window, min(t + 1, window)
        kept_k[slot], kept_v[slot] = turn(key, t), value
        products = kept_k[:filled] @ turn(query, t) / math.sqrt(k.shape[1])
        share = np.exp(products - products.max())
        result.append(share @ kept_v[:filled] / share.sum())
    return np.stack(result)
    ### END SOLUTION


# %% [markdown]
# Is it attention to the last `window` tokens, with the right positions?

# %% nbgrader={"grade": true, "grade_id": "test_rolling", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("llama.rolling", rolling)

# %% [markdown]
# Is each query and each key turned only once?

# %% nbgrader={"grade": true, "grade_id": "test_rolling_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("llama.rolling", rolling, part="rolling_turns_once")

# %% [markdown]
# ## Exercise 2: stretch the positions · ●●○ · 20 minutes · 4 points
#
# A model that was trained on texts of `trained` tokens has never seen the angles of later positions. *Position interpolation* [1] lets it read a longer text of T tokens after a little further training (without it, you saw on the page what halved distances cost): all positions are multiplied by `trained / T`, so that the whole text
# lies within the angles that are known. A text that is not too long stays as it is.
#
# Write `stretched_rope(x, theta, trained)`. `x` has shape (T, D): the queries of one head, at the positions 0 … T − 1. Use the pairing of the paper, *neighbours*: channels 0 and 1, 2 and 3, and so on. Pair $i$ turns by $\theta^{-2i/D}$ radians for each
# position, from the first channel of the pair towards the second:
#
# $$(a, b) \to (a \cos\varphi - b \sin\varphi,\; b \cos\varphi + a \sin\varphi)$$
#
# For `x = np.array([[1.0, 0.0]] * 4)` and `trained = 2`, the positions 0, 1, 2, 3 become 0, 0.5, 1, 1.5. There is one pair, with speed 1, so the last row is `[cos 1.5, sin 1.5]`, about `[0.071, 0.997]`. With `trained = 4` or more it is
# `[cos 3, sin 3]`, about `[-0.990, 0.141]`.
#
# <details><summary>Hint</summary>
#
# `x[:, 0::2]` has the first channels of all pairs, `x[:, 1::2]` the second ones. They can be assigned to in the same way.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "stretched_rope", "locked": false, "schema_version": 3, "solution": true, "task": false}
def stretched_rope(x, theta, trained):
    """The queries of one head, turned to positions that fit into the trained length."""
    ### BEGIN SOLUTION
    x = np.asarray(x, dtype=float)
    length, size = x.shape
    positions = np.arange(length) * min(1.0, trained / length)
    angles = positions[:, None] * theta ** (-np.arange(0, size, 2) / size)
    a, b = x[:, 0::2], x[:, 1::2]
    turned = np.empty_like(x)
    turned[:, 0::2] = a * np.cos(angles) - b * np.sin(angles)
    turned[:, 1::2] = b * np.cos(angles) + a * np.sin(angles)
    return turned
    ### END SOLUTION


# %% [markdown]
# Are longer texts stretched in, and turned in the right pairs?

# %% nbgrader={"grade": true, "grade_id": "test_stretched_rope", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("llama.stretched_rope", stretched_rope)

# %% [markdown]
# Do texts that are not too long stay as they are?

# %% nbgrader={"grade": true, "grade_id": "test_stretched_rope_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("llama.stretched_rope", stretched_rope, part="stretched_rope_of_short_texts")

# %% [markdown]
# ## Exercise 3: eight bits, byte by byte · ●●○ · 25 minutes · 5 points
#
# The token table of SmolLM2's file is packed as Q8_0. A block holds 32 weights in 34 bytes: first the scale in float16, then 32 *signed* bytes, one for each weight in order. There is no minimum:
#
# $$\text{scale} = \frac{\max_i |w_i|}{127}, \qquad q_i = \text{round}\left(\frac{w_i}{\text{scale}}\right), \qquad w_i \approx \text{scale} \cdot q_i$$
#
# Write `pack_blocks(weights)`. `weights` is an array whose length is a multiple of 32. It returns `bytes`: the blocks one after another. Divide by the exact scale; only what is *stored* is rounded to float16. Which way you round a number exactly between two does not matter here. Everything is little-endian. The scale of a block of zeros is 0, and so are its 32 bytes.
#
# For 32 weights of which the first is −2.54, the second 1.0 and the others 0, the scale is 0.02, and the answer begins with the bytes `1f 25 81 32`: 0.02 in float16 (`1f 25`), −127 as a signed byte (`81`), and 50 (`32`).
#
# <details><summary>Hint: the bytes</summary>
#
# `np.float16(x).tobytes()` and `np.int8(q).tobytes()` give bytes, also for whole arrays; `struct.pack("<e", x)` packs one float16.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "pack_blocks", "locked": false, "schema_version": 3, "solution": true, "task": false}
def pack_blocks(weights):
    """The weights as blocks of Q8_0, in bytes."""
    ### BEGIN SOLUTION
    packed = b""
    for block in np.asarray(weights, dtype=np.float32).reshape(-1, 32):
        scale = np.abs(block).max() / 127
        q = np.round(block / scale) if scale > 0 else np.zeros(32)
        packed += struct.pack("<e", scale) + q.astype(np.int8).tobytes()
    return packed
    ### END SOLUTION


# %% [markdown]
# Are the bytes those of Q8_0?

# %% nbgrader={"grade": true, "grade_id": "test_pack_blocks", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("llama.pack_blocks", pack_blocks)

# %% [markdown]
# What if a block holds only zeros?

# %% nbgrader={"grade": true, "grade_id": "test_pack_blocks_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("llama.pack_blocks", pack_blocks, part="pack_blocks_of_zeros")

# %% [markdown]
# How large is the error of eight bits, beside the 8 % of four? Guess first.

# %% tags=["skip-proof"]
weights = np.random.default_rng(0).standard_normal(32_000).astype(np.float32)
try:
    blocks = np.frombuffer(pack_blocks(weights), dtype=np.uint8).reshape(-1, 34)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)  # (n, 1)
    back = (scales * blocks[:, 2:].view(np.int8)).ravel()
    print(f"relative error {np.sqrt(((back - weights) ** 2).mean() / (weights**2).mean()):.2%}")
except NotImplementedError:
    print("Run this cell again when `pack_blocks` is written.")

# %% [markdown]
# <details><summary>What the number means</summary>
#
# The root mean square of the errors is about half a per cent of that of the weights, a fourteenth or so of the error of four bits. It costs 8.5 bits a weight instead of 5.
#
# </details>

# %% [markdown]
# **Sources**
#
# [1] S. Chen, S. Wong, L. Chen and Y. Tian, [*Extending Context Window of Large Language Models via Positional Interpolation*](https://arxiv.org/abs/2306.15595), 2023.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
