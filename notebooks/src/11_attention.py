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
# # Attention
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/notebooks/11_attention.ipynb)
# <!-- colab:end -->
#
# *About 95 minutes to read, 60 seconds to run on two CPU cores, 2.0 GB. Needs: lesson 09.*
#
# In lesson 09 a decoder looked back at what an encoder had read. The looking was an addition to two recurrent networks. On this
# page the recurrence goes, and the looking stays. What remains is one formula, short enough to be written in three lines, on which GPT,
# BERT, T5 and Llama all rest. The page writes it as loops. You will see why it divides by a square root, what it must not see, what it is blind
# to and what it costs. Then you will read the weights of two real models, and learn to be careful with what you read.

# %% tags=["setup"]
# --- On Colab, install the course first; anywhere else these lines do nothing ---
import os
import sys
from IPython import get_ipython

if "google.colab" in sys.modules:
    address = os.environ.get("LLMAI_EDU_SOURCE", "https://github.com/llmai-edu/llmai-edu")
    get_ipython().run_line_magic("pip", f'install -q "llmai-edu @ git+{address}"')
# --- end of the Colab lines ---
import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.datasets import load_speeches
from llmai_edu.pretrained import load_smollm2
from llmai_edu.pretrained.minilm import load_minilm
from llmai_edu.tokenizers import smollm2_tokenizer
from llmai_edu.tokenizers.wordpiece import minilm_tokenizer
from llmai_edu.viz import readable

seed = 0
speeches = load_speeches()
smollm2, tokenizer = load_smollm2(), smollm2_tokenizer()
minilm, wordpiece = load_minilm(), minilm_tokenizer()

# %% [markdown]
# ## The result first
#
# SmolLM2, the model of lesson 00, has 30 layers, one upon the other. In each of them there are nine *heads*. A head lets every token look
# back at the tokens before it, and at itself. How it divides its look is a row of numbers that sum to one: the *attention weights*. Here
# are three of the 270 heads, while the model reads one line, made so that it says everything twice. Each row is a token that looks, each column a token that is looked at; dark is much. (Layers and heads are counted from 0.)

# %% alt="Three square maps of attention weights over the same sentence. In layer 16, head 0 the dark fields lie on the line just below the diagonal: each token looks at the one before. In layer 18, head 8 the first column is dark, and all else is white. In layer 18, head 6 the rows of the first half are dark in the first column, too; of the second half several are dark on a line far below the diagonal, where the token stands that followed the same word the first time."
from llmai_edu.pretrained.attention_maps import llama_attention_maps
from llmai_edu.viz.attention_maps import map_grid


def tokens_of(text):
    """The ids of a text, and their texts with the spaces made visible."""
    ids = tokenizer.encode(text)
    return torch.tensor(ids), [readable(tokenizer.id_to_bytes(i)) for i in ids]


sentence = "Red fox, green owl, blue cat. Red fox, green owl, blue cat."
ids, tokens = tokens_of(sentence)
maps = llama_attention_maps(smollm2, ids)  # (L, H, T, T)
previous, resting, repeating = chosen = [(16, 0), (18, 8), (18, 6)]
titles = [f"layer {i}, head {j}" for i, j in chosen]
figure = map_grid(np.stack([maps[at] for at in chosen]), titles, tokens)
figure.supxlabel("token that is looked at (dark: most of the look)", fontsize=10)
figure.supylabel("token that looks", fontsize=10)
plt.show()
assert maps.shape == (30, 9, len(ids), len(ids))
assert torch.allclose(maps.sum(-1), torch.tensor(1.0), atol=1e-4)

# %% [markdown]
# The left head looks at the token just before. The middle one looks at the first token, whatever stands there. The right one seems to do the
# same, until the words come for the second time. One line proves nothing, so at the end of the page these three are *counted*, over many
# texts. First: what are these weights, and how are they made?
#
# ## A look-up that is soft
#
# A Python dictionary is a look-up. You give a *key*, it compares the key with all that it holds, and returns the *value* of the one that is equal. It
# is hard: a key that is nearly right finds nothing. And it cannot be trained, for "equal" knows no degrees, and so has no slope.
#
# Attention is the soft form. What you ask with is called the *query*. It is compared with every key, and the comparison gives a score. The softmax
# makes weights of the scores, and the answer is the mean of all values, each with its weight. You know this from Bahdanau's attention in lesson 09. Two things
# change now.
#
# **The score.** There, a small network judged each pair of query and key: $v \cdot \tanh(Wh + Us_j)$. Now query and key are two vectors with as many numbers, $D$, and
# the score is their dot product $q \cdot k_j$: large when they point the same way, 0 when they have nothing to do with each other. Why this one? It
# needs no tanh and no vector $v$ of its own, and all scores of all queries with all keys are a *single* matrix product.
#
# **Who asks.** There, the decoder asked the places of the source. Now *every token asks all tokens of its own text*, which is called
# self-attention. So each token has to play three roles. Of its vector $x$, three learned matrices make a query $q = xW_q$ (what am I looking for?), a key
# $k = xW_k$ (what can I be found by?) and a value $v = xW_v$ (what do I hand over?).
#
# In plain Python, with a loop over the queries and in it a loop over the keys. The division by $\sqrt{D}$ is explained below:

# %%
from math import exp, sqrt


def attention_loops(queries, keys, values):
    """For each query the weighted mean of the values, and the weights. All are lists of lists of numbers."""
    means, all_weights = [], []
    for q in queries:
        scores = [sum(a * b for a, b in zip(q, k)) / sqrt(len(q)) for k in keys]
        powers = [exp(score) for score in scores]
        weights = [power / sum(powers) for power in powers]
        columns = zip(*values)
        means.append([sum(w * x for w, x in zip(weights, column)) for column in columns])
        all_weights.append(weights)
    return means, all_weights


# %% [markdown]
# A case that can be followed by hand. Three keys, three values of one number each, and a query that points where the second key points. The longer the query, the nearer
# to the hard look-up of the dictionary:

# %%
keys, values = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]], [[10.0], [20.0], [60.0]]
for length in (0, 1, 4, 16):
    (answer,), (weights,) = attention_loops([[0.0, float(length)]], keys, values)
    print(f"length {length:>2}: weights {np.round(weights, 3)}  answer {answer[0]:.2f}")
assert np.isclose(attention_loops([[0.0, 0.0]], keys, values)[0][0][0], 30)
assert weights[1] > 0.999
near = attention_loops([[-1.0, 4.0]], keys, values)[0][0][0]
assert 20.5 < near < 59  # a query between two keys gets something between their values

# %% [markdown]
# A query of length 0 prefers nothing and gets the plain mean, 30. At length 16 the second key has all the weight: the
# dictionary is back. In between it is soft, and there gradient descent can adjust it.
#
# In tensors the two loops are two matrix products. For one text: `q` is (T, D), `k` and `v` are (S, D). (S counts the tokens that are looked
# at. In self-attention S equals T.)

# %%
generator = torch.Generator().manual_seed(seed)
q, k, v = (torch.randn(n, 8, generator=generator) for n in (4, 6, 6))  # (T, D), (S, D), (S, D)
weights = (q @ k.T / sqrt(8)).softmax(-1)  # (T, S)
means = weights @ v  # (T, D)
slow_means, slow_weights = attention_loops(q.tolist(), k.tolist(), v.tolist())
assert torch.allclose(weights, torch.tensor(slow_weights), atol=1e-5)
assert torch.allclose(means, torch.tensor(slow_means), atol=1e-5)
print(weights.numpy().round(2))

# %% [markdown]
# That is the whole of attention: **softmax(q kᵀ / √D) v**. What the library adds is bookkeeping. Its tensors have four dimensions, (B, H, T, D): B texts at once, H heads
# at once. Each head is one such look-up, with queries, keys and values of its own. `check_heads` allows several query heads to share a key head (lesson 15), and `bias` is a table of numbers that are added to the scores (lesson 14).
# `merge` joins the things that say who may look where: a mask, and the word `causal`. They come below. Here are the weights:

# %%
from llmai_edu.models.attention import attention, attention_weights, check_heads, merge
from llmai_edu.models.masks import causal_mask, padding_mask, sliding_window_mask


# %% quote="llmai_edu.models.attention:attention_weights"
def attention_weights(
    q: torch.Tensor,
    k: torch.Tensor,
    mask: torch.Tensor | None = None,
    *,
    bias: torch.Tensor | None = None,
    causal: bool = False,
    scale: float | None = None,
) -> torch.Tensor:
    """The weights that `attention` gives to the values, which the fast kernel never shows: for pictures, and to read.

    Arguments and errors as for `attention`. Returns (B, H, T, S); each row sums to 1 (to 0 where nothing may be seen).

    >>> q = k = torch.eye(2)[None, None]
    >>> attention_weights(q, k, causal=True).squeeze().tolist()[0]      # the first token sees itself alone
    [1.0, 0.0]
    """
    check_heads(q, k)
    k = k.repeat_interleave(q.shape[1] // k.shape[1], dim=1)  # (B, H, S, D)
    scores = (
        q @ k.transpose(-1, -2) * (q.shape[-1] ** -0.5 if scale is None else scale)
    )  # (B, H, T, S)
    allowed = merge(mask, None, causal, q, k)
    if bias is not None:
        scores = scores + bias
    if allowed is not None:
        scores = scores.masked_fill(~allowed, -torch.inf)
    return scores.softmax(-1).nan_to_num(0.0)  # a row of -inf alone gives 0/0


# %% [markdown]
# And the look-up itself. It calls `F.scaled_dot_product_attention`, in which torch does all three steps at once, faster than we could in Python (we shall see when),
# but never shows the weights. So models call `attention`, and `attention_weights` is for people.


# %% quote="llmai_edu.models.attention:attention"
def attention(
    q: torch.Tensor,
    k: torch.Tensor,
    v: torch.Tensor,
    mask: torch.Tensor | None = None,
    *,
    bias: torch.Tensor | None = None,
    causal: bool = False,
    scale: float | None = None,
    dropout: float = 0.0,
) -> torch.Tensor:
    """Average the values, weighted by how well each key answers the query: softmax(q kᵀ / √D + bias) v.

    Several query heads may share one key and value head (grouped queries, Ainslie et al. 2023): with 6 query
    heads and 2 key heads, query heads 0, 1, 2 read key head 0. A query that may see nothing gets zeros.

    q: (B, H, T, D). k, v: (B, K, S, D), where K divides H. mask: of bool, True where a query may look, of a shape that
    broadcasts to (B, H, T, S). bias: added to the scores, broadcasts likewise. causal: the queries are the last T
    of the S tokens, and none looks ahead; goes together with a mask. scale: instead of 1/√D. dropout: the share of
    weights set to 0 (in training only). Returns (B, H, T, D). Raises ValueError when K does not divide H, or for a
    mask of numbers.
    Vaswani et al. 2017, "Attention Is All You Need".

    >>> q = torch.zeros(1, 1, 1, 2)                       # a query that prefers no key ...
    >>> kv = torch.tensor([[[[1.0, 0.0], [3.0, 4.0]]]])
    >>> attention(q, kv, kv).flatten().tolist()           # ... gets the plain average of the values
    [2.0, 2.0]
    """
    grouped = check_heads(q, k)
    plainly_causal = causal and mask is None and bias is None and q.shape[2] == k.shape[2]
    if not plainly_causal:
        mask = merge(mask, bias, causal, q, k)
    return F.scaled_dot_product_attention(
        q,
        k,
        v,
        attn_mask=mask,
        is_causal=plainly_causal,
        scale=scale,
        dropout_p=dropout,
        enable_gqa=grouped,
    )


# %% [markdown]
# Weights times values and torch agree, with and without looking ahead; and without a mask, so do our loops.

# %%
q, k, v = (torch.randn(2, 3, 6, 8, generator=generator) for _ in range(3))  # (B, H, T, D)
for causal in (False, True):
    y = attention(q, k, v, causal=causal)
    torch_y = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    assert torch.allclose(y, torch_y, atol=1e-6)
    assert torch.allclose(y, attention_weights(q, k, causal=causal) @ v, atol=1e-5)
loops = attention_loops(q[1, 2].tolist(), k[1, 2].tolist(), v[1, 2].tolist())[0]
assert torch.allclose(attention(q, k, v)[1, 2], torch.tensor(loops), atol=1e-5)

# %% [markdown]
# ## Why divide by √D
#
# A dot product is a sum of $D$ products. If the numbers of $q$ and $k$ are drawn independently with mean 0 and variance 1, each product has mean 0 and variance 1,
# and the variances add up: the score has variance $D$. (The *variance* is the mean squared distance from the mean; its root is the standard deviation.) So
# with $D = 64$ scores are typically 8 in size, with $D = 1024$ they are 32. The softmax raises $e$ to them. Two scores that differ by 8 give weights whose ratio is
# three thousand.
#
# Before you run the next cell, guess: of 64 keys, drawn at random, how many share the weight at $D = 1024$ when nothing is divided? The
# measure is the *entropy* of the weights (lesson 02): 6 bits when all 64 get the same, 0 bits when one gets everything.

# %%
S, sizes = 64, [4, 16, 64, 256, 1024]
draw = lambda *shape: torch.randn(400, *shape, generator=generator)
scores = {D: (draw(1, D) @ draw(S, D).mT)[:, 0] for D in sizes}  # (400, S), each query's scores


def entropy(weights):
    """The mean entropy of rows of weights, in bits."""
    return -(weights * weights.clamp(min=1e-30).log2()).sum(-1).mean().item()


plain = [entropy(scores[D].softmax(-1)) for D in sizes]
divided = [entropy((scores[D] / sqrt(D)).softmax(-1)) for D in sizes]

# %% alt="Entropy of the attention weights over 64 keys in bits, against the head size D from 4 to 1024. Without division, circles and a dashed line, it falls from 4 bits to about a fifth of a bit. Divided by the root of D, squares and a solid line, it stays at 5.3 bits, a little under the flat line with triangles at 6 bits, where all keys get the same."
from llmai_edu.viz.attention_plots import curves

bits = {"divided by √D": divided, "not divided": plain, "all 64 keys alike": [6] * 5}
curves(sizes, bits, "D, numbers in a query", "entropy of the weights, bits")
plt.show()
print([f"D {D}: variance {scores[D].var():.1f}" for D in sizes])
assert all(0.9 < scores[D].var() / D < 1.12 for D in sizes)
assert 3.7 < plain[0] < 4.3
assert plain == sorted(plain, reverse=True)
assert 0.1 < plain[-1] < 0.3
assert all(5.2 < bits < 5.45 for bits in divided)

# %% [markdown]
# Without the division the entropy collapses. At $D = 1024$ a fifth of a bit is left, of six, as if $2^{0.2}$, about 1.1 keys, shared the weight; one key has nearly everything, and which one is left to chance, for nothing has been
# learned yet. Divided by $\sqrt{D}$, the scores have variance 1 whatever $D$ is, and the entropy stays at 5.3 bits.
#
# Is a sharp look bad? Not when it was learned. At the beginning of the training it is, because it cannot be corrected. What gradient descent needs is the slope: how
# much does weight $a_i$ change when score $s_j$ changes? For the softmax it is $a_i (\delta_{ij} - a_j)$, where $\delta_{ij}$ is 1 for $i = j$ and 0 else. When one weight is 1 and the others
# are 0, every one of these products is 0. The look is *saturated*: nothing learned at the output gets through to the queries and keys.


# %%
def slopes(weights):
    """All derivatives of the weights by the scores: (N, S) → (N, S, S)."""
    return torch.diag_embed(weights) - weights[:, :, None] * weights[:, None]


one = scores[16][0]
by_torch = torch.autograd.functional.jacobian(lambda s: s.softmax(-1), one)  # autograd's answer
assert torch.allclose(slopes(one.softmax(-1)[None])[0], by_torch, atol=1e-6)

# %%
through = lambda weights: slopes(weights).flatten(1).norm(dim=1).median().item()
raw = {D: through(scores[D].softmax(-1)) for D in sizes}
scaled = {D: through((scores[D] / sqrt(D)).softmax(-1)) for D in sizes}
for D in sizes:
    print(f"D {D:>4}: not divided {raw[D]:.4f}, divided {scaled[D]:.4f}")
assert scaled[1024] > 50 * raw[1024]
assert all(0.15 < scaled[D] < 0.2 for D in sizes)
assert all(raw[D] > scaled[D] for D in (4, 16))

# %% [markdown]
# Each line of the table shows the length of all these slopes together, for the middle one of 400 queries: first not divided, then divided. For D of 4 and 16 the undivided ones are even larger, as the look is not yet too sharp. At $D = 1024$ without the division, hardly anything gets through; with it, the slope
# is nearly the same for every $D$. This is what the paper suspects, and why it divides [1].
#
# ## Several heads
#
# One softmax makes *one* mean. Suppose a verb wants to know its subject *and* its object. One head can look at both, half and half, and gets their mean; but the mean of two vectors, with equal weights, does not say
# which is which. With two heads, each looks at one of them, and the two answers are put side by side.
#
# Heads need no further parameters. The C numbers of a token's query are cut into H pieces of D = C / H numbers, and each piece is the query of one head. The
# same for keys and values. Only the order of the dimensions needs care. Take B = 1 text of T = 2 tokens with C = 6 numbers, to be cut for H = 3 heads:

# %%
x = torch.tensor([[[0, 1, 2, 3, 4, 5], [10, 11, 12, 13, 14, 15]]])  # (B, T, C)
cut = x.unflatten(-1, (3, 2))  # (B, T, H, D): the last dimension is cut in pieces
heads = cut.transpose(1, 2)  # (B, H, T, D): the head comes before the token
print("head 0:", heads[0, 0].tolist(), "  head 2:", heads[0, 2].tolist())
wrong = x.reshape(1, 3, 2, 2)
print("a bare reshape, head 0:", wrong[0, 0].tolist(), "  head 1:", wrong[0, 1].tolist())
assert heads[0, 0].tolist() == [[0, 1], [10, 11]]
assert wrong[0, 0].tolist() == [[0, 1], [2, 3]]

# %% [markdown]
# Head 0 must hold the first two numbers of *both* tokens. A `reshape` straight to (B, H, T, D) gives the right shape and wrong contents: its head 0 holds four numbers of the first token, as if they were two
# tokens. Nothing complains. So cut first, then turn.
#
# After the look-up the way goes back, and a last matrix $W_o$ mixes what the heads have found. All together, with four matrices of shape (C, C):


# %%
def multi_head(x, w_q, w_k, w_v, w_o, heads, mask=None, causal=False):
    """Self-attention with several heads: (B, T, C) → (B, T, C)."""
    q, k, v = ((x @ w).unflatten(-1, (heads, -1)).transpose(1, 2) for w in (w_q, w_k, w_v))
    y = attention(q, k, v, mask, causal=causal)  # (B, H, T, D)
    return y.transpose(1, 2).flatten(2) @ w_o  # (B, T, H·D) and mixed


# %% [markdown]
# torch has this as `nn.MultiheadAttention`. It keeps the first three matrices in one, and each as (out, in). With its weights copied, both must give the same:

# %%
torch.manual_seed(seed)
theirs = nn.MultiheadAttention(24, 4, bias=False, batch_first=True)
matrices = [w.detach().T for w in (*theirs.in_proj_weight.chunk(3), theirs.out_proj.weight)]
x = torch.randn(2, 7, 24, generator=generator)  # (B, T, C)
expected, their_weights = theirs(x, x, x)
assert torch.allclose(multi_head(x, *matrices, heads=4), expected, atol=1e-5)
q, k = ((x @ w).unflatten(-1, (4, -1)).transpose(1, 2) for w in matrices[:2])
assert torch.allclose(attention_weights(q, k).mean(1), their_weights, atol=1e-5)

# %% [markdown]
# The weights that torch hands out by default are the mean over the heads. For a picture of the heads that is the wrong thing to draw.
#
# ## Attention is blind to order
#
# Without a mask, nothing in the formula knows where a token stands. The score of two tokens depends on their vectors alone. So if the tokens are put in another order, the
# outputs are the same ones, in that order:

# %%
order = torch.randperm(7, generator=generator)
y = multi_head(x, *matrices, heads=4)
y_reordered = multi_head(x[:, order], *matrices, heads=4)
assert torch.allclose(y_reordered, y[:, order], atol=1e-6)

# %% [markdown]
# For attention without a mask a text is a bag. (A causal mask, which comes below, breaks the symmetry a little: the third token sees three tokens, the fourth sees four.) "The dog bit the man" and "the man bit the dog" would be one and the same. The recurrent networks knew the order without being told, because they read in order. Here it must be told. There are several ways. Four of them are in
# this course, and the exercise sheet has a fifth:
#
# | way | what is done | where |
# |---|---|---|
# | waves | a fixed vector for each place is added to the token's vector | here; [1] |
# | learned | the same, but the vectors are trained | lesson 12 (GPT), lesson 13 (BERT) |
# | relative | a learned number for each distance is added to the score | lesson 14 (T5) |
# | rotary | queries and keys are turned, by an angle that grows with the place | lesson 15 (Llama) |
#
# The first one was in the first Transformer [1]. Think of a clock. The second hand tells near moments apart, the hour hand far ones, and all hands together name the moment. Here each "hand" is a pair of
# numbers, the sine and the cosine of an angle. The first hand turns by 1 radian a place (a full turn is $2\pi$ radians, so it takes about six places), each next one more slowly:


# %% quote="llmai_edu.models.positions:sinusoidal_positions"
def sinusoidal_positions(length: int, channels: int, base: float = 10_000.0) -> torch.Tensor:
    """A vector for each place, made of sine and cosine waves that run slower from one pair of channels to the next.

    Channels 2i and 2i + 1 hold the sine and the cosine of `t · base^(-2i/C)`. A step of k places turns each pair by the
    same angle wherever it begins, so the dot product of two such vectors tells how far apart they are, and not where.

    length: T. channels: C, even. Returns (T, C) of float32. Raises ValueError for an odd or non-positive C.
    Vaswani et al. 2017, "Attention Is All You Need".

    >>> wave = sinusoidal_positions(3, 4, base=100.0)
    >>> angle = torch.atan2(wave[2, 0::2], wave[2, 1::2])     # place 2: 2 radians, and 2 / 100^(1/2)
    >>> [round(a, 3) for a in angle.tolist()]
    [2.0, 0.2]
    """
    if channels < 2 or channels % 2:
        raise ValueError(
            f"channels come in pairs of sine and cosine: give a positive even number, got {channels}"
        )
    speed = base ** (
        -torch.arange(0, channels, 2, dtype=torch.float64) / channels
    )  # (C/2,), radians a place
    angle = torch.arange(length, dtype=torch.float64)[:, None] * speed  # (T, C/2)
    return torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1).float()  # (T, C)


# %% alt="A heat map of 64 places by 64 channels. On the left the channels change from place to place in quick stripes; to the right the stripes grow longer, and the last channels hardly change at all."
from llmai_edu.viz.attention_plots import heat_map

waves = sinusoidal_positions(64, 64)  # (T, C)
heat_map(waves, "channel", "place t")
plt.show()
assert np.allclose(waves[5, :2], [np.sin(5), np.cos(5)])
assert (waves[1:, 0] - waves[:-1, 0]).abs().mean() > 0.5
assert (waves[1:, -2:] - waves[:-1, -2:]).abs().max() < 0.001

# %% [markdown]
# Read it downwards, over the places. The columns come in pairs, a sine and a cosine. On the right stand the slow hands, whose angle stays near 0: there the sine is near 0 (white) and the cosine near 1 (blue), so the columns look like fixed stripes.
#
# Why waves, and not simply the number $t$? Because of what a *dot product* makes of them. For one hand, $\sin a \sin b + \cos a \cos b = \cos(a - b)$: only the difference of the two
# angles is left. So the dot product of the vectors of two places depends on how far apart they are, and not on where they stand. It is largest for the same place, so by itself it can only prefer what is near.

# %%
products = waves @ waves.T  # (T, T)
for distance in (0, 1, 7, 30):
    along = products.diagonal(distance)  # all pairs of places that far apart
    print(f"distance {distance:>2}: from {along.min():.3f} to {along.max():.3f}")
    assert along.max() - along.min() < 1e-3
speeds = 10_000.0 ** (-np.arange(0, 64, 2) / 64)
assert np.isclose(products[10, 17], np.cos(7 * speeds).sum(), atol=1e-4)

# %% [markdown]
# A step of three places turns each hand by a fixed angle, wherever the step begins. A turn is a matrix, and $W_q$ and $W_k$ can learn it. Then the score is largest three places back, and a head can ask for "three places back" everywhere. (What the tokens say is mixed in, for it was added to the waves.) *Rotary* positions
# take this literally. They add nothing to the token, but turn its query and its key by the angles of its place [2]. Then what stands in the score is the difference of the angles,
# so the distance. The functions are those of lesson 15; here is only the claim:

# %%
from llmai_edu.models.rope import apply_rope, rope_angles

q, k = torch.randn(2, 1, 1, 1, 16, generator=generator)  # the same at every place


def turned_score(query_at, key_at):
    """The dot product after both were turned by the angles of their places."""
    cos, sin = rope_angles(torch.tensor([query_at, key_at]), head_dim=16, theta=10_000.0)
    return (apply_rope(q, cos[:1], sin[:1]) * apply_rope(k, cos[1:], sin[1:])).sum().item()


print([f"{turned_score(a, b):.4f}" for a, b in ((9, 4), (105, 100), (9, 8))])
assert np.isclose(turned_score(9, 4), turned_score(105, 100), atol=1e-4)
assert not np.isclose(turned_score(9, 4), turned_score(9, 8), atol=1e-2)

# %% [markdown]
# With the waves added, the order matters: the same tokens in another order no longer give the same outputs in that order.

# %%
placed = x + sinusoidal_positions(7, 24)
placed_reordered = x[:, order] + sinusoidal_positions(7, 24)
y = multi_head(placed, *matrices, heads=4)
y_reordered = multi_head(placed_reordered, *matrices, heads=4)
assert not torch.allclose(y_reordered, y[:, order], atol=0.01)

# %% [markdown]
# ## Masks: who may look at whom
#
# A mask is a table of True and False, with a row for each query and a column for each key. Where it says False, the score is replaced by minus infinity *before* the
# softmax, and the weight is exactly 0 (lesson 09). Three masks are in use. A *causal* mask hides what comes later:


# %% quote="llmai_edu.models.masks:causal_mask"
def causal_mask(
    queries: int, keys: int, device: torch.device | str | None = None
) -> torch.Tensor:
    """True where a token may look: at itself and at everything before it.

    The queries are the last tokens of the text, so the first `keys - queries` keys are past for all of them.

    Returns (queries, keys) of bool. Raises ValueError when there are more queries than keys.

    >>> causal_mask(2, 4).int().tolist()
    [[1, 1, 1, 0], [1, 1, 1, 1]]
    """
    if queries > keys:
        raise ValueError(f"{queries} queries need at least as many keys, got {keys}")
    return torch.ones(queries, keys, dtype=torch.bool, device=device).tril(
        diagonal=keys - queries
    )


# %% [markdown]
# `tril` keeps the lower triangle. When the text is read in pieces, there are fewer queries than keys, and the queries are the last tokens: that is what `diagonal` is for. A *sliding window* hides, besides,
# what lies far back; this bounds the cost, and several layers still reach further than one:


# %% quote="llmai_edu.models.masks:sliding_window_mask"
def sliding_window_mask(
    queries: int, keys: int, window: int, device: torch.device | str | None = None
) -> torch.Tensor:
    """True where a token may look: at itself and at the `window - 1` tokens before it.

    Through L layers a token still hears of L · (window - 1) tokens before it, each layer one window further.

    Returns (queries, keys) of bool. Raises ValueError for a window below 1, or more queries than keys.
    Beltagy et al. 2020, "Longformer"; causal as in Mistral 7B (Jiang et al. 2023).

    >>> sliding_window_mask(4, 4, window=2).int().tolist()
    [[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]
    """
    if window < 1:
        raise ValueError(f"a window holds at least the token itself, got {window}")
    causal = causal_mask(queries, keys, device)
    return causal & causal.triu(diagonal=keys - queries - window + 1)


# %% [markdown]
# And a *padding* mask hides what only fills up the shorter texts of a batch. It has a row for each *text*, and broadcasts over heads and queries:


# %% quote="llmai_edu.models.masks:padding_mask"
def padding_mask(attention_mask: torch.Tensor) -> torch.Tensor:
    """Hide the padding, which fills up the shorter texts of a batch, from every query.

    attention_mask: (B, S), 1 or True at tokens, 0 at padding, as tokenizers of the hub give it.
    Returns (B, 1, 1, S) of bool, which broadcasts over heads and queries. Raises ValueError for another shape.

    >>> padding_mask(torch.tensor([[0, 1, 1]])).tolist()
    [[[[False, True, True]]]]
    """
    if attention_mask.ndim != 2:
        raise ValueError(
            f"attention_mask must have shape (B, S), got {tuple(attention_mask.shape)}"
        )
    return attention_mask[:, None, None].bool()


# %% alt="Four masks of 8 tokens as black and white tables. Causal: the lower triangle with the diagonal is dark. Window of 3: a band of the diagonal and the two lines below it. Padding: all columns but the last two are dark. Causal and padding together: the lower triangle without its last two columns."
real = torch.tensor([[1, 1, 1, 1, 1, 1, 0, 0]])  # a text of 6 tokens and 2 of padding
causal, window = causal_mask(8, 8), sliding_window_mask(8, 8, window=3)
padding = padding_mask(real)[0, 0].expand(8, 8)
masks = torch.stack([causal, window, padding, causal & padding])
figure = map_grid(masks, ["causal", "window of 3", "padding", "causal and padding"])
figure.supxlabel("key (dark: may be seen)", fontsize=9)
figure.supylabel("query", fontsize=9)
plt.show()
assert masks.sum((1, 2)).tolist() == [8 * 9 / 2, 1 + 2 + 6 * 3, 8 * 6, 8 * 9 / 2 - 3]
assert not masks[3, :, 6:].any()

# %% [markdown]
# Masks combine with `&`. Does a mask hide for certain? Change the last token, and the outputs before it must stay as they are, to the last bit:

# %%
changed = x.clone()
changed[:, -1] += 100
before, after = (multi_head(t, *matrices, 4, causal=True) for t in (x, changed))
assert torch.equal(before[:, :-1], after[:, :-1])
assert not torch.allclose(before[:, -1], after[:, -1])
before, after = (multi_head(t, *matrices, 4) for t in (x, changed))
assert not torch.allclose(before[:, 0], after[:, 0])  # no mask: all change

# %% [markdown]
# ## A model without a mask
#
# What happens when a language model has no causal mask? We build the smallest model that can show it: token vectors plus learned place vectors, one attention layer, and
# a linear layer to the logits. (A whole Transformer block has more parts. They come in lesson 12.)


# %%
class OneLayer(nn.Module):
    """Tokens and places in, one attention layer, logits out."""

    def __init__(self, vocab, channels, length, outputs, heads, causal, generator):
        super().__init__()
        self.heads, self.causal = heads, causal
        draw = lambda n, m: nn.Parameter(torch.randn(n, m, generator=generator) * n**-0.5)
        self.tokens, self.places = draw(vocab, channels), draw(length, channels)
        self.matrices = nn.ParameterList([draw(channels, channels) for _ in range(4)])
        self.out = draw(channels, outputs)

    def forward(self, ids):
        x = self.tokens[ids] + self.places[: ids.shape[1]]  # (B, T, C)
        return multi_head(x, *self.matrices, self.heads, causal=self.causal) @ self.out


# %% [markdown]
# The text is 17 random digits. The model reads 16 of them, and at each place it has to give the digit after it, as every language model does. Random digits cannot be predicted. The floor is
# $\log_2 10 = 3.32$ bits a digit, and whoever gets below it has cheated.
#
# Before you run the next cell, guess: what does the model without a mask reach on *new* random digits?

# %%
from llmai_edu.training.fresh_batches import train_fresh


def digits(generator, length):
    """A function that draws a batch of 64 new rows."""
    return lambda: torch.randint(10, (64, length), generator=generator)


def next_digit_loss(model, rows):
    return F.cross_entropy(model(rows[:, :-1]).flatten(0, 1), rows[:, 1:].flatten())


bits, right = {}, {}
new_rows = torch.randint(10, (1000, 17), generator=torch.Generator().manual_seed(1000 + seed))
for name, causal in (("no mask", False), ("causal", True)):
    generator = torch.Generator().manual_seed(seed)
    model = OneLayer(10, 32, 16, 10, heads=1, causal=causal, generator=generator)
    train_fresh(model, next_digit_loss, digits(generator, 17), steps=300, lr=0.01)
    with torch.no_grad():
        logits, wanted = model(new_rows[:, :-1]).mT, new_rows[:, 1:]  # (B, 10, T), (B, T)
    right[name] = (logits.argmax(1) == wanted).float().mean(0)  # (T,)
    bits[name] = F.cross_entropy(logits, wanted, reduction="none").mean(0) / np.log(2)
for name in bits:
    for places, at in (("first 15 places", slice(15)), ("last place", slice(15, 16))):
        told = f"{bits[name][at].mean():.2f} bits, {right[name][at].mean():.0%} right"
        print(f"{name:<8} {places:<16} {told}")

# %%
assert bits["no mask"][:-1].mean() < 0.1
assert right["no mask"][:-1].mean() > 0.99
assert right["no mask"][-1] < 0.15
assert bits["no mask"][-1] > 3.3
assert abs(bits["causal"].mean() - np.log2(10)) < 0.02
assert right["causal"].mean() < 0.12

# %% [markdown]
# Without a mask the model "predicts" what cannot be predicted, on digits that it has never seen. It has learned one thing: to look at the next place, where the answer stands. At the *last* place there is nothing
# behind, and there it is as good as a guess among ten, or worse. That last place is the only one that matters when a model writes: the next token does not exist yet.
#
# With the mask the loss stays at the floor, as it must. Remember the pattern: **a loss that is too good to be true, and a model that writes nonsense.**
#
# ## Are two heads better than one?
#
# Now the claim about heads can be tested. The task: at each place, name two digits of the past, the one *one* place back and the one *three* places back. The models have the same number of parameters. One has
# a single head of 32 numbers, the other two heads of 16.
#
# Before you run the next cell, guess: how often does the model with one head have both right? If it knew one of them and guessed the other among ten, it would be 10 per cent.


# %%
def two_places(model, rows):
    """The logits for the two digits (B, T - 3, 2, 10), and the two digits."""
    wanted = torch.stack([rows[:, 2:-1], rows[:, :-3]], -1)  # one back and three back
    return model(rows)[:, 3:].unflatten(-1, (2, 10)), wanted


def two_places_loss(model, rows):
    logits, wanted = two_places(model, rows)
    return F.cross_entropy(logits.flatten(0, 2), wanted.flatten())


# %%
def ask(heads, steps):
    """Train a model; say of new rows which digits it then names rightly: (B, T - 3, 2)."""
    generator = torch.Generator().manual_seed(seed)
    model = OneLayer(10, 32, 16, 20, heads=heads, causal=True, generator=generator)
    train_fresh(model, two_places_loss, digits(generator, 16), steps=steps, lr=0.01)
    with torch.no_grad():
        logits, wanted = two_places(model, new_rows[:, 1:])
    return logits.argmax(-1) == wanted


both, apart = {}, {}
for heads in (1, 2):
    found = ask(heads, 400)
    both[heads] = found.all(-1).float().mean().item()
    apart[heads] = sorted(found.float().mean((0, 1)).tolist())
    few, many = apart[heads]
    told = f"one of the two digits {few:.0%}, the other {many:.0%}, both {both[heads]:.0%}"
    print(f"heads: {heads}; right: {told}")
assert both[2] > 0.98
assert both[1] < 0.3
assert apart[1][0] < 0.3
assert apart[1][1] > 0.95

# %% [markdown]
# One head finds one of the two digits, and of the other it knows little more than a guess. Two heads find both. Is it a matter of patience? The same model with one head, four times as long:

# %%
longer = ask(1, 1600).all(-1).float().mean().item()
print(f"one head, 1,600 steps: both {longer:.0%}")
assert both[1] < longer < 0.4

# %% [markdown]
# Not within 1,600 steps. There is a small gain, but it is far from both. In a deep model a second layer could do what a second head does here.
#
# ## What it costs
#
# Every query meets every key. A text of T tokens has T² pairs, and with C = H·D numbers a token:
#
# - the scores need T² · C multiplications, the mean of the values T² · C more: together **2 T² C**;
# - the weights are H tables of T² numbers, each of 4 bytes: **4 H T² bytes** for each text of the batch.
#
# Double the text, and both are four times as many. torch can count what it does. It counts a multiplication with its addition as two operations:

# %%
from torch.utils.flop_counter import FlopCounterMode

H, D = 4, 16
for T in (32, 64, 128):
    q = torch.randn(1, H, T, D, generator=generator)
    with FlopCounterMode(display=False) as counter:
        weights = attention_weights(q, q)
        weights @ q
    multiplications = counter.get_total_flops() // 2
    print(f"T {T:>3}: {multiplications:,} multiplications, {weights.nbytes:,} bytes of weights")
    assert multiplications == 2 * T**2 * (H * D)
    assert weights.nbytes == 4 * H * T**2

# %% [markdown]
# The four matrices $W_q, W_k, W_v, W_o$ need 4 T C² multiplications, which grows as T alone. Both are equal at T = 2C. SmolLM2 has C = 576 (and smaller matrices for keys and values,
# which lesson 15 explains). For a model of this form and width, texts of 100 tokens cost mostly matrices, texts of 10,000 tokens mostly attention:


# %%
def share(T, C=576):
    """The share of 2T²C in all multiplications of one attention layer."""
    return 2 * T**2 * C / (2 * T**2 * C + 4 * T * C**2)


for T in (100, 1152, 10_000, 100_000):
    print(
        f"T {T:>7,}: attention {share(T):.0%}, weights of a layer {4 * 9 * T**2 / 1e9:.4f} GB"
    )
assert share(2 * 576) == 0.5
assert share(100) < 0.1 < 0.85 < share(10_000)
assert 4 * 9 * 100_000**2 / 1e9 == 360

# %% [markdown]
# A hundred thousand tokens, nine heads: the weights of a single layer would fill 360 GB. So nobody stores them. torch's fast form works through the keys in blocks and keeps only running sums, never
# the whole table [3] (the exercise sheet has you write this). The multiplications stay the same; the memory goes down to the order of T. Here are times on this machine, the naive form
# against the fast one. Times differ from machine to machine and from run to run, so nothing is asserted about them:

# %% alt="Milliseconds for one attention layer against the number of tokens, from 32 to 1024, both on logarithmic scales. The naive form, circles, and torch's fused form, squares, both rise with the number of tokens; the naive form most steeply at the end. How far they lie apart depends on the machine."
from llmai_edu.evaluation.stopwatch import milliseconds

naive_attention = lambda q, k, v: attention_weights(q, k) @ v
lengths = [32, 64, 128, 256, 512, 1024]
texts = [torch.randn(1, 8, T, 32, generator=generator) for T in lengths]
naive = [milliseconds(naive_attention, q, q, q) for q in texts]
fused = [milliseconds(attention, q, q, q) for q in texts]
times = {"scaled_dot_product_attention": fused, "naive: all weights stored": naive}
curves(lengths, times, "tokens T", "milliseconds", log="xy")
plt.show()
for T, slow, fast in zip(lengths, naive, fused):
    print(f"T {T:>4}: naive {slow:8.2f} ms, fused {fast:8.2f} ms")

# %% [markdown]
# On the machine on which this page was stored the fused form was well ahead on the longest texts, and the two were closer on the short ones. The law counts multiplications, not time: doubling T may cost more than four times as much once the tables no longer fit into the processor's nearest memory, or when the machine has other work. Look at yours.
#
# A recurrent layer with a state of C numbers needs 2 T C² multiplications: T, not T². What speaks for attention is another count. The recurrence takes T steps, one after the other, because each needs the state before it. In
# attention no place waits for another: all T² scores are one product. And between any two tokens the path has length one, while a recurrent state must carry what it knows through every
# step between them (lesson 07).
#
# ## A task that needs it
#
# Does this matter? A task: *find the value that belongs to this key.* You see some cards. On each card stands a key, one of 32, and a value, one of 32. No key comes twice. Then somebody asks for one
# key. The cards are dealt anew each time, so nothing can be learned by heart; what can be learned is to look things up.


# %%
def deal(n, cards, generator):
    """n games: the keys and values on the cards (n, cards), the key that is asked for, its value."""
    keys = torch.rand(n, 32, generator=generator).argsort(1)[:, :cards]
    values = torch.randint(32, (n, cards), generator=generator)
    at = torch.randint(cards, (n, 1), generator=generator)
    return keys, values, keys.gather(1, at)[:, 0], values.gather(1, at)[:, 0]


print([part.tolist() for part in deal(1, 4, torch.Generator().manual_seed(seed))])

# %% [markdown]
# Three models. All give each card one vector, the vector of its key plus that of its value.
#
# - **Attention**: the asked key makes a query; one head, one look, one linear layer.
# - **Even look**: the same network, but every card gets the same weight. It sees a mean of all cards, and must guess one of the values. This is the simplest opponent.
# - **RNN** (lesson 07): it reads card after card, and then the question.


# %%
class Cards(nn.Module):
    """One look at the cards; `even` gives all of them the same weight."""

    def __init__(self, generator, even=False, channels=64):
        super().__init__()
        draw = lambda n, m: nn.Parameter(torch.randn(n, m, generator=generator) * m**-0.5)
        self.of_key, self.of_value = draw(32, channels), draw(32, channels)
        self.w_q, self.w_k, self.w_v = (draw(channels, channels) for _ in range(3))
        self.out, self.even = draw(channels, 32), even

    def query_and_cards(self, keys, values, asked):
        x = self.of_key[keys] + self.of_value[values]  # (B, S, C)
        q = self.of_key[asked] @ self.w_q * (0 if self.even else 1)  # (B, C)
        return q[:, None, None], (x @ self.w_k)[:, None], (x @ self.w_v)[:, None]

    def forward(self, keys, values, asked):
        return attention(*self.query_and_cards(keys, values, asked))[:, 0, 0] @ self.out


# %%
class Reader(nn.Module):
    """An RNN that reads the cards and then the question."""

    def __init__(self, generator, channels=64):
        super().__init__()
        draw = lambda n, m: nn.Parameter(torch.randn(n, m, generator=generator) * m**-0.5)
        self.of_key, self.of_value, self.question = (
            draw(32, channels),
            draw(32, channels),
            draw(1, channels),
        )
        self.rnn, self.out = nn.RNN(channels, channels, batch_first=True), draw(channels, 32)

    def forward(self, keys, values, asked):
        x = self.of_key[keys] + self.of_value[values]  # (B, S, C)
        asked = (self.of_key[asked] + self.question)[:, None]
        return self.rnn(torch.cat([x, asked], dim=1))[0][:, -1] @ self.out


# %% [markdown]
# Each is trained for 500 steps with 2 to 8 cards, and tested on new games. (For the RNN three learning rates were tried with one seed, 0.001, 0.003 and 0.01, each for 2,000 steps. With 8 cards none got above the even look.) We also ask the untrained network.


# %%
def cards_loss(model, game):
    return F.cross_entropy(model(*game[:3]), game[3])


def found(model, cards, n=2000):
    """The share of new games in which the model names the right value."""
    game = deal(n, cards, torch.Generator().manual_seed(1000 + seed))
    with torch.no_grad():
        return (model(*game[:3]).argmax(1) == game[3]).float().mean().item()


def play(build, steps, lr):
    """A player, trained with 2 to 8 cards."""
    torch.manual_seed(seed)  # for nn.RNN, which takes no generator
    generator = torch.Generator().manual_seed(seed)
    some = lambda: int(torch.randint(2, 9, (1,), generator=generator))
    draw = lambda: deal(128, some(), generator)
    return train_fresh(build(generator), cards_loss, draw, steps, lr)


looker = play(Cards, 500, 0.01)
even = play(lambda generator: Cards(generator, even=True), 500, 0.01)
reader, patient = (play(Reader, steps, 0.003) for steps in (500, 2000))
players = {"attention": looker, "RNN": reader, "RNN, 2,000 steps": patient, "even look": even}
tried = [2, 4, 6, 8, 16, 32]
shares = {name: [found(model, cards) for cards in tried] for name, model in players.items()}
for name, row in shares.items():
    print(f"{name:<17}", [f"{share:.0%}" for share in row])
untrained = found(Cards(torch.Generator().manual_seed(seed)), 8)
print(f"untrained, 8 cards: {untrained:.0%}; a guess among 32: {1 / 32:.0%}")
assert untrained < 0.08

# %% alt="Share of right values against the number of cards, 2 to 32. Attention, squares, stays near 100 per cent throughout, also for the 16 and 32 cards that were not in the training, right of a dotted line. The two RNNs and the even look lie far below and fall, from about 50 per cent at 2 cards to about 20 at 8."
percent = {name: [100 * y for y in row] for name, row in shares.items()}
axes = curves(tried, percent, "cards", "right, per cent")
axes.axvline(11, ls=":", color="#555555")
axes.text(11.5, 85, "not in the training →", fontsize=9)
axes.legend(fontsize=8, loc="center right")
plt.show()
assert min(shares["attention"]) > 0.97
for name in ("RNN", "RNN, 2,000 steps", "even look"):
    assert 0.4 < shares[name][0] < 0.62
    assert shares[name][3] < 0.3

# %% [markdown]
# Attention finds nearly every value. It does so with 32 cards, four times as many as it ever saw: a look-up is the same whatever the size of the table. The RNN, after as many steps, is about where the even look is or below it, and that one only knows which values
# are on the table, not which belongs to the key. Four times as many steps did not change that.
#
# This is no proof that an RNN cannot do it, only that this one did not learn it here. It must store all cards in one state before it knows what will be asked. Attention waits for the question.
#
# What did it look at? The weights of five new games, drawn at random. The right card of each is marked:

# %% alt="A table of attention weights, five games in rows and eight cards in columns. In each row one field is dark, with a weight near 100 per cent, and it is the one with the frame, the card that was asked for."
from llmai_edu.viz.attention_plots import marked_cards

keys, values, asked, _ = deal(2000, 8, torch.Generator().manual_seed(2000 + seed))
with torch.no_grad():
    q, k, _ = looker.query_and_cards(keys, values, asked)
weights = attention_weights(q, k)[:, 0, 0]  # (N, cards)
marked_cards(weights[:5], keys[:5], values[:5], asked[:5])
plt.show()
on_right = weights[keys == asked[:, None]].mean().item()
print(f"mean weight on the right card, 2,000 games: {on_right:.0%}")
assert on_right > 0.95

# %% [markdown]
# On the whole, nearly all of the weight is where it should be. Here the weights do tell how the answer came about: nothing but the weighted mean reaches the output.
#
# ## The heads of a real model, counted
#
# Back to SmolLM2. `attention` never makes the weights, so they are computed again from what goes into each layer. A *hook* is a function that torch calls whenever a layer is called. This one notes the input, and the
# model does not notice. (For short, `noted` below hangs one on a layer and takes it off again. `value_lengths`, for later, gives the length $\|v W_o\|$ of each value. The *residual stream* in the docstring is the token's vector, to which every layer adds; lesson 12 explains it.)

# %%
from llmai_edu.models.llama import Llama, LlamaAttention
from llmai_edu.pretrained.attention_maps import (
    Looks,
    check_one_text,
    layer_weights,
    value_lengths,
)


# %% quote="llmai_edu.pretrained.attention_maps:llama_looks"
@torch.inference_mode()
def llama_looks(model: Llama, ids: torch.Tensor) -> Looks:
    """The weights of `llama_attention_maps`, and how long each value is when it reaches the residual stream.

    What a head adds for token t is the sum over s of weight · value. A large weight on a short value fetches little:
    Kobayashi et al. 2020, "Attention is Not Only a Weight". Arguments and errors as there.
    """
    check_one_text(ids)
    found: list[tuple[torch.Tensor, torch.Tensor]] = []

    def note(layer: LlamaAttention, args: tuple) -> None:
        x, rope, mask = args[:3]
        found.append(
            (
                layer_weights(layer, x, rope, mask)[0].float().cpu(),
                value_lengths(layer, x)[0].float().cpu(),
            )
        )

    hooks = [block.self_attn.register_forward_pre_hook(note) for block in model.layers]
    try:
        model.hidden(ids[None])
    finally:
        for hook in hooks:
            hook.remove()
    return Looks(*(torch.stack(parts) for parts in zip(*found)))


# %% [markdown]
# `layer_weights` is two lines: the layer's own queries and keys, turned by their places, and `attention_weights`. Are these the weights with which the model
# works? Then weights times values must give what the layer puts out:

# %%
from llmai_edu.pretrained.control import noted

layer = smollm2.layers[16].self_attn
with torch.no_grad(), noted(layer) as seen:
    smollm2.hidden(ids[None])
    v = layer.heads(layer.v_proj(seen["x"])).repeat_interleave(3, dim=1)  # 3 heads share one
    y = maps[16] @ v  # (B, H, T, D)
    assert torch.allclose(layer.o_proj(y.transpose(1, 2).flatten(2)), seen["out"], atol=1e-3)

# %% [markdown]
# Now many texts. Twenty speeches are drawn at random, and of each 48 tokens from a random place. For each head we ask two things. How much weight goes to the *first* token? How much to the token *just before*?
# The first eight rows are left out: with few tokens to look at, each gets much.
#
# A number alone says little, so there are two controls: an even look, and SmolLM2 with random weights, where each matrix is filled with random numbers of the same mean and spread as the real
# one.


# %%
from llmai_edu.datasets.excerpts import random_excerpt

rng = np.random.default_rng(seed)
drawn = [speeches[i].text for i in rng.choice(len(speeches), 20, replace=False)]
texts = [torch.tensor(tokenizer.encode(random_excerpt(text, rng))[:48]) for text in drawn]
looks = [llama_looks(smollm2, text) for text in texts]
weights = torch.stack([one.weights for one in looks])  # (N, L, H, T, T)
assert weights.shape == (20, 30, 9, 48, 48)

# %%
from llmai_edu.pretrained.control import randomized

random_model = randomized(smollm2, seed)
random_weights = torch.stack([llama_attention_maps(random_model, text) for text in texts])
FROM = 8  # rows left out


def on_first(weights):
    """The share of the look on the first token, for each text, layer and head."""
    return weights[..., FROM:, 0].mean(-1)


def on_previous(weights):
    """The share of the look on the token just before."""
    return weights.diagonal(-1, -2, -1)[..., FROM - 1 :].mean(-1)


from llmai_edu.evaluation.bootstrap import bootstrap_interval

first, random_first = on_first(weights), on_first(random_weights)  # (N, L, H)
even_first = np.mean([1 / (t + 1) for t in range(FROM, 48)])
by_text = first.mean((1, 2)).numpy()
low, high = bootstrap_interval(by_text, np.ones(20), rng=rng)
print(f"on the first token: {by_text.mean():.0%} (95 % interval {low:.0%} to {high:.0%})")
print(f"random weights: {random_first.mean():.1%}; an even look: {even_first:.1%}")
assert 0.4 < by_text.mean() < 0.5
assert high - low < 0.1
assert 0.03 < random_first.mean() < 0.06
assert 0.04 < even_first < 0.05

# %% [markdown]
# Between two fifths and half of all the looking in this model goes to the first token of the text. And these texts begin at a random word in the middle of a speech, with no special start token before it, so it is hardly because the first word says so much. Xiao and his colleagues found this in
# many models and called it the *attention sink* [4]. In the random model there is nothing of the kind.
#
# Which layers do it?

# %% alt="The share of weight on the first token for each of the 270 heads of SmolLM2, as dots over the 30 layers, with the mean of a layer as a line. In the first two layers it is near 0, in layers 3 to 9 between 30 and 50, small again in layers 10 and 11, and from layer 14 on mostly above 50, with layer 16 as a dip below 40, and single heads near 100. A dashed line at 4 per cent marks the random model."
from llmai_edu.viz.attention_plots import head_dots

each_head = first.mean(0)  # (L, H)
axes = head_dots(each_head, random_first.mean())
axes.set_ylabel("on the first token, per cent")
plt.show()

# %%
by_layer = each_head.mean(1)
assert by_layer[:2].max() < 0.06
assert by_layer[10:12].max() < 0.12
assert by_layer[14:].mean() > 0.5
assert each_head[resting] > 0.95
assert by_layer[3:10].min() > 0.28
assert by_layer[3:10].max() < 0.5
assert random_first.mean(0).max() < 0.1

# %% [markdown]
# The first two layers hardly, and layers 10 and 11 hardly. Layers 3 to 9 give it about 30 to 50 per cent, and from layer 14 on it is more than half on average over these layers, with single heads near 100. One of these is the middle head
# of the first picture (layer 18, head 8), which does hardly anything else.
#
# And the token just before? With 270 heads, the best one is best partly by luck. So it is *chosen* on the first ten speeches and *measured* on the other ten:


# %%
def best_head(share):
    """The best head on one half of the texts; its share on the other half, and the median's."""
    half = len(share) // 2
    best = divmod(int(share[:half].mean(0).argmax()), share.shape[2])
    rest = share[half:].mean(0)  # (L, H)
    return best, rest[best].item(), rest.median().item()


for name, which in (("SmolLM2", weights), ("random", random_weights)):
    best, kept, middle = best_head(on_previous(which))
    print(f"{name:<8} best head {best}: {kept:.0%} just before; the median head {middle:.0%}")
    assert (kept > 0.65 and best == previous) if name == "SmolLM2" else kept < 0.1
    assert middle < 0.1

# %% [markdown]
# It is the left head of the first picture. Most heads do nothing of the kind. The random model's best head was best by luck: on the other ten speeches it does not stand out.
#
# The third head is the most curious. In the picture it seemed to look at what came *after* the same word the first time. The question can be put without any language: take 24 random tokens, write them twice, and look at the second half.
# A head that looks for "what followed this token last time" must look exactly 23 places back. No grammar and no meaning can help it. Such heads are called *induction heads* [5].

# %%
halfway = torch.randint(1000, 40_000, (8, 24), generator=torch.Generator().manual_seed(seed))
repeated = torch.cat([halfway, halfway], dim=1)  # (8, 48)


def after_last_time(model):
    """The share of the look, in the second half, on the token after the same token's first place."""
    maps = torch.stack(
        [llama_attention_maps(model, row) for row in repeated]
    )  # (N, L, H, T, T)
    return maps.diagonal(-23, -2, -1)[..., 1:].mean(-1)


# %%
for name, model in (("SmolLM2", smollm2), ("random", random_model)):
    best, found_it, middle = best_head(after_last_time(model))
    print(f"{name:<8} best head {best}: {found_it:.0%}; the median head {middle:.1%}")
    assert (
        (0.86 < found_it < 0.95 and best == repeating) if name == "SmolLM2" else found_it < 0.1
    )
print(f"the same head on the speeches: {each_head[repeating]:.0%} on the first token")
assert each_head[repeating] > 0.85
del random_model, random_weights

# %% [markdown]
# The head finds the token after the earlier occurrence with about nine tenths of its look, in texts without any sense. It is the *find the value after this key* of the cards, done by a model that nobody trained on cards.
# (It needs an earlier layer's help. A token's own vector does not say what stood before it, so some head must have fetched that first. Heads like the left one can. We have not shown that this very one does.)
#
# And the same head, on ordinary speeches, rests on the first token nearly all the time. A softmax must put its weight *somewhere*: it has no way to say "nothing found". That heads without a find rest on a sink fits this. But the table does
# not prove it.
#
# ## A model that looks both ways
#
# SmolLM2 writes, so it must not see what comes. A model that only *reads* a finished text may look in both directions: it needs no causal mask. MiniLM [6] is one, a small BERT (lesson 13) of six layers with twelve heads each. It was trained to give
# a sentence one vector that says what the sentence is about. Its tokenizer writes everything in lower case, puts `##` before the rest of a word that it had to cut, and adds two signs: [CLS] before the text and [SEP] after it.
#
# `bert_attention_maps` computes the weights as above, from each layer's own queries and keys, but without the causal mask. The same test: weights times values must be what the layer puts out.

# %%
from llmai_edu.pretrained.attention_maps import bert_attention_maps


def wordpiece_ids(text):
    """The ids that MiniLM reads, [CLS] and [SEP] among them."""
    return torch.from_numpy(wordpiece.encode_batch([text]).ids[0])


ids, layer = wordpiece_ids(sentence), minilm.layers[1].attention
with torch.no_grad(), noted(layer) as seen:
    both_ways = bert_attention_maps(minilm, ids)  # (L, H, T, T)
    y = both_ways[1] @ layer.heads(layer.value(seen["x"]))  # (B, H, T, D)
    assert torch.allclose(layer.output(y.transpose(1, 2).flatten(2)), seen["out"], atol=1e-4)
assert both_ways.shape == (6, 12, len(ids), len(ids))
assert (weights.triu(1) == 0).all()  # SmolLM2: nothing ahead, in any head
assert (both_ways.triu(1).sum((2, 3)) > 0).all()  # MiniLM: something, in every head

# %% [markdown]
# Where does it look? From each of sixty speeches comes one sentence of 10 to 40 words, drawn at random. For every token between the two signs, its look is divided in five: on [CLS], on the words before it, on itself, on the words after it, on [SEP]. The controls are as before:
# MiniLM with random weights, and an even look.
#
# Clark and his colleagues counted this in BERT, and found that in its layers 6 to 10 more than half of the look goes to [SEP] [7]. Before you run the next cells, guess for MiniLM: how much goes to [SEP], and how much to the words *after*?

# %%
from llmai_edu.datasets.excerpts import random_sentence

rng = np.random.default_rng(seed)
drawn = [speeches[i].text for i in rng.choice(len(speeches), 60, replace=False)]
read = [wordpiece_ids(random_sentence(text, rng)) for text in drawn]
random_minilm = randomized(minilm, seed)


def five_parts(weights):
    """How the words divide their look: on [CLS], before, itself, after, [SEP]. (..., T, T) → (..., 5)"""
    rows = weights[..., 1:-1, :]  # the words look
    words = rows[..., 1:-1]  # and are looked at
    before, after = words.tril(-1).sum(-1), words.triu(1).sum(-1)
    itself = words.diagonal(0, -2, -1)
    return torch.stack([rows[..., 0], before, itself, after, rows[..., -1]], -1).mean(-2)


minilm_maps = [bert_attention_maps(minilm, one) for one in read]
random_maps = [bert_attention_maps(random_minilm, one) for one in read]
even_maps = [torch.full((1, 1, len(one), len(one)), 1 / len(one)) for one in read]
divide = lambda maps: torch.stack([five_parts(one).mean((0, 1)) for one in maps]).numpy()
real, chance, even = (divide(maps) for maps in (minilm_maps, random_maps, even_maps))  # (N, 5)
intervals = [bootstrap_interval(real[:, part], np.ones(60), rng=rng) for part in range(5)]
names = ["[CLS]", "before", "itself", "after", "[SEP]"]
for part, (low, high) in enumerate(intervals):
    ours, other, flat = (table[:, part].mean() for table in (real, chance, even))
    interval = f"(95 % interval {low:.1%} to {high:.1%})"
    print(f"{names[part]:<7} {ours:6.1%} {interval}   random {other:.1%}, even {flat:.1%}")

# %% alt="Horizontal bars that divide the look in five parts. SmolLM2: between 40 and 50 per cent on the first token, the rest before and on itself, none after. MiniLM: about 37 per cent on the sign CLS, 30 on words before, 4 on the word itself, 27 on words after, 2 on SEP. Random weights and an even look are alike: 4, 44, 4, 44 and 4."
from llmai_edu.viz.attention_plots import share_bars

rows = weights[..., FROM:, :]  # of SmolLM2: nothing is seen ahead, and there is no [SEP]
at_first, itself = rows[..., 0].mean(), weights.diagonal(0, -2, -1)[..., FROM:].mean()
smollm2_parts = [at_first, 1 - at_first - itself, itself, 0, 0]
bars = {"even look": even.mean(0), "random MiniLM": chance.mean(0), "MiniLM": real.mean(0)}
parts = ["first place", "words before", "itself", "words after", "[SEP]"]
share_bars(bars | {"SmolLM2": smollm2_parts}, parts)
plt.show()

# %%
on_cls, before, itself, after, on_sep = real.mean(0)
assert 0.34 < on_cls < 0.4
assert 0.25 < after < before < 0.32
assert 0.015 < on_sep < 0.03
assert np.abs(chance.mean(0) - even.mean(0)).max() < 0.015
assert bootstrap_interval(real[:, 4] - even[:, 4], np.ones(60), rng=rng)[1] < 0
assert all(high - low < 0.04 for low, high in intervals)

# %% [markdown]
# More than a quarter of the look goes to words that come *after*, nearly as much as to those before. In SmolLM2 that share is 0 by construction. (SmolLM2's bar is from its own twenty texts above, so compare only its kind.)
#
# The second guess is the more instructive. MiniLM does *not* rest on [SEP]: it gets about 2 per cent, less than an even look would give it. What was found in one model need not hold in its smaller relative. MiniLM rests, too, but on
# [CLS], with more than a third of the look. The random model has no such place.
#
# Is it the sign, or the first place? We can put something else there. (MiniLM was never trained on such texts.)

# %%
CLS, SEP = wordpiece.cls_id, wordpiece.sep_id


def ends(change):
    """How much of the look goes to the first token and to the last, after a change of the ids."""
    changed = [bert_attention_maps(minilm, change(one)).mean((0, 1)) for one in read]
    return np.mean([(w[1:-1, 0].mean(), w[1:-1, -1].mean()) for w in changed], axis=0)


sep, cls = torch.tensor([SEP]), torch.tensor([CLS])
begins = {
    "[SEP] text [SEP]": ends(lambda one: torch.cat([sep, one[1:]])),
    "text alone": ends(lambda one: one[1:-1]),
    "[SEP] text [CLS]": ends(lambda one: torch.cat([sep, one[1:-1], cls])),
}
print(f"{'[CLS] text [SEP]':<17} first {on_cls:.0%}, last {on_sep:.0%}")
for name, (at_first, at_last) in begins.items():
    print(f"{name:<17} first {at_first:.0%}, last {at_last:.0%}")
assert abs(begins["[SEP] text [SEP]"][0] - on_cls) < 0.02
assert abs(begins["text alone"][0] - on_cls) < 0.04
assert 0.14 < begins["[SEP] text [CLS]"][1] < 0.22
assert 0.24 < begins["[SEP] text [CLS]"][0] < 0.3

# %% [markdown]
# With [SEP] in front, or with no signs at all and a plain word in front, the first place gets as much as before. So the sign is not needed: the first place will do, as in SmolLM2. But the sign draws as well: [CLS] put at the end gets nearly a fifth, and the first place
# then gets less.
#
# Last, is there a head that does what no head of SmolLM2 can do: look at the *next* token? It is chosen on the first thirty sentences and measured on the other thirty:

# %%
next_head = (1, 8)
for name, maps in (("MiniLM", minilm_maps), ("random", random_maps)):
    words = [one[..., 1:-1, 1:-1].diagonal(1, -2, -1).mean(-1) for one in maps]  # (L, H) each
    best, kept, middle = best_head(torch.stack(words))
    print(f"{name:<6} best head {best}: {kept:.0%} on the next; the median head {middle:.1%}")
    assert (kept > 0.6 and best == next_head) if name == "MiniLM" else kept < 0.08
    assert middle < 0.06

# %% [markdown]
# One head gives about 70 per cent of its look to the token that follows: choose MiniLM, layer 1, head 8 in the widget.
#
# ## Look for yourself
#
# Write a sentence, choose a model, a layer and a head. (Where widgets do not run you see one table of each model. SmolLM2's upper right half is empty, MiniLM's is not.)

# %%
from llmai_edu.viz import show
from llmai_edu.viz.attention_maps import attention_table, attention_widget


def read_smollm2(text):
    """Tokens and weights, for the widget."""
    ids, tokens = tokens_of(text[:300])
    return tokens, llama_attention_maps(smollm2, ids).numpy()


def read_minilm(text):
    """The same of MiniLM."""
    ids = wordpiece_ids(text[:300])
    return [wordpiece.tokens[i] for i in ids], bert_attention_maps(minilm, ids).numpy()


example = "The cat sat. The cat sat"
models = {"SmolLM2": read_smollm2, "MiniLM": read_minilm}
fallback = ""
for name, (i, j) in (("SmolLM2", repeating), ("MiniLM", next_head)):
    shown, shares = models[name](example)
    caption = f"{name}, layer {i}, head {j}: weights in per cent"
    fallback += attention_table(shares[i, j], shown, caption)
show(attention_widget(models, example, *repeating), fallback)

# %% [markdown]
# ## A weight is not a reason
#
# Such maps invite a story: "the model wrote this *because* it looked at that". Jain and Wallace showed that quite different weights can lead to the same answer, and that weights agree poorly with other measures of what mattered [8]. Wiegreffe and Pinter
# answered that it depends on what one calls an explanation [9]. Here is one reason for care that we can measure.
#
# What a head hands over is weight *times value*. A large weight on a short value hands over little [10]. So let us measure the length of each value as it reaches the next step, after the matrix $W_o$, and compare the share of the
# *weight* that goes to the first token with its share of *weight times length*.

# %%
lengths_of = torch.stack([one.lengths for one in looks])  # (N, L, H, T)
arriving = weights * lengths_of[..., None, :]  # (N, L, H, T, T)
arriving = arriving / arriving.sum(-1, keepdim=True)
ratio = (lengths_of[..., 0] / lengths_of[..., 1:].mean(-1)).median().item()
before, after = on_first(weights).mean().item(), on_first(arriving).mean().item()
differ = (weights.argmax(-1) != arriving.argmax(-1))[..., FROM:].float().mean().item()
print(f"first token: {before:.0%} of the weight, {after:.0%} of weight times length")
print(f"its value is {ratio:.2f} times as long as the others' (the median of the heads)")
print(f"largest weight, but not the largest contribution: {differ:.0%} of the rows")
assert 0.15 < ratio < 0.35
assert 0.1 < before - after < 0.22
assert 5 * even_first < after < 1 / 3
assert 0.2 < differ < 0.33

# %% [markdown]
# The value of the first token is about a quarter as long as the others. The heads fetch less from it than the weight says: not 47 but 31 per cent, which is still far more than an even share, 4.4 per cent. In about a quarter of all rows, the token with the largest weight is not even the one that contributes most. And between this layer and the answer
# there are others, and a path around each of them (lesson 12). With the cards the weights *were* the reason, because nothing else could be. In a deep model they are one clue.
#
# ## What we have now, and what it cannot do
#
# - Attention is a soft look-up: softmax(q kᵀ / √D) v. Ours equals torch's, with one head and with several.
# - Without the division by √D the look collapses on one key as D grows, and the slope with it.
# - A softmax makes one mean. Two heads learned a task of two places that one head did not.
# - Without a mask it knows no order. With waves or turns the score can depend on the distance, because their dot product does.
# - Without a causal mask a model sees the answer, and its loss means nothing.
# - It costs 2 T² multiplications for each channel. It looked things up in tables four times as large as those that it was trained on, where the RNN did not learn it at all.
# - In SmolLM2 between two fifths and half of the looking goes to the first token, whose values are short: of weight times length it has less than a third. Single heads do things that can be named, and most do not.
# - MiniLM has no causal mask and looks both ways. It rests on the first place, too, and not on [SEP] as BERT was found to do.
# - What it cannot do: attention only *averages*. It computes nothing with what it has fetched, and one layer makes one look. Lesson 12 puts a small network behind each look and stacks
#   such layers: the Transformer.
#
# **Try it:** the [exercise sheet](../exercises/11_attention.ipynb) asks you to mend an attention with four faults, to mask a row into which several documents were packed, and to compute attention in one pass over the keys,
# without ever holding the table of weights.
#
# **Sources**
#
# [1] A. Vaswani and others, [*Attention Is All You Need*](https://arxiv.org/abs/1706.03762), 2017.
#
# [2] J. Su and others, [*RoFormer: Enhanced Transformer with Rotary Position Embedding*](https://arxiv.org/abs/2104.09864), 2021.
#
# [3] T. Dao and others, [*FlashAttention: Fast and Memory-Efficient Exact Attention with IO-Awareness*](https://arxiv.org/abs/2205.14135), 2022.
#
# [4] G. Xiao and others, [*Efficient Streaming Language Models with Attention Sinks*](https://arxiv.org/abs/2309.17453), 2023.
#
# [5] C. Olsson and others, [*In-context Learning and Induction Heads*](https://arxiv.org/abs/2209.11895), 2022.
#
# [6] W. Wang and others, [*MiniLM: Deep Self-Attention Distillation for Task-Agnostic Compression of Pre-Trained Transformers*](https://arxiv.org/abs/2002.10957), 2020. The weights are all-MiniLM-L6-v2.
#
# [7] K. Clark and others, [*What Does BERT Look At? An Analysis of BERT's Attention*](https://arxiv.org/abs/1906.04341), 2019.
#
# [8] S. Jain and B. C. Wallace, [*Attention is not Explanation*](https://arxiv.org/abs/1902.10186), 2019.
#
# [9] S. Wiegreffe and Y. Pinter, [*Attention is not not Explanation*](https://arxiv.org/abs/1908.04626), 2019.
#
# [10] G. Kobayashi and others, [*Attention is Not Only a Weight: Analyzing Transformers with Vector Norms*](https://arxiv.org/abs/2004.10102), 2020.
#
# *Prose CC BY 4.0, code MIT, the llmai_edu authors. The speeches are in the public domain; their collection is under the MIT
# licence of the package that ships it. SmolLM2 and MiniLM: Apache-2.0.*
