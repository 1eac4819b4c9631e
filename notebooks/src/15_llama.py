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
# # Llama: today's architecture, byte by byte
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/notebooks/15_llama.ipynb)
# <!-- colab:end -->
#
# *About 120 minutes to read, 70 seconds to run on two CPU cores, 1.8 GB. Needs: lesson 12.*
#
# The GPT of lesson 12 is the design of 2019. Many of the open models that people run today have another one: the same stack of blocks
# with four parts exchanged. Three of them became known with Llama [1]; the fourth, grouped queries, came with the two larger models of Llama 2 [9]. On this page you build each of the four, hold it
# against the library, and measure what it does in a real model. Then you build the cache that makes writing fast, count every byte that
# a token costs, and open the model's file with nothing but Python's `struct`.

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

from llmai_edu.evaluation import bits_per_byte, ladder_text
from llmai_edu.generation import generate
from llmai_edu.generation.batch import pad_left
from llmai_edu.models.attention import attention
from llmai_edu.models.cache import KVCache
from llmai_edu.pretrained import load_smollm2, smollm2_reference
from llmai_edu.pretrained.gguf_file import open_gguf
from llmai_edu.pretrained.reference import smollm2_logits
from llmai_edu.tokenizers import smollm2_tokenizer
from llmai_edu.viz import PALETTE, ladder_chart, new_axes
from llmai_edu.viz.llama_charts import turning_circles, value_bars

seed = 0
generator = torch.Generator().manual_seed(seed)
rng = np.random.default_rng(seed)
model = load_smollm2().requires_grad_(False)
tokenizer = smollm2_tokenizer()
address = ladder_text().doc_bytes("fresh")[0].decode()

# %% [markdown]
# ## The result first
#
# SmolLM2-135M-Instruct [2] is a Llama in all but name: its file calls its architecture `llama`. You met it in lesson 00. Here it answers again, in the code
# that this page takes apart:

# %%
question = smollm2_reference()["question"]
prompt_ids = tokenizer.chat_ids([{"role": "user", "content": question}])
answer = list(generate(model, prompt_ids, max_new_tokens=40))
print(question, "\n", tokenizer.decode(answer), sep="")
assert answer == smollm2_reference()["ids"][:40]

# %% [markdown]
# These are the forty tokens that the reference, the library `transformers`, writes with the same file. Equal tokens are a coarse
# test: the largest logit may win although all are a little wrong. A finer one compares the numbers themselves. `transformers` read the
# question and its whole answer at once, and the log-probability (the logarithm of the probability) that it gave to each of the tokens was recorded:


# %%
def log_probs(logits, ids):
    """The log-probability of each token but the first: (1, T, V) and (1, T) → (T - 1,)."""
    return logits[0, :-1].log_softmax(-1).gather(-1, ids[0, 1:, None]).squeeze(-1)


recorded = smollm2_logits()
chat, theirs = torch.tensor([recorded["ids"]]), torch.tensor(recorded["log_probs"])
logits = model(chat)  # (1, T, V)
difference = (log_probs(logits, chat) - theirs).abs().max().item()
print(f"{len(theirs)} log-probabilities, largest difference {difference:.6f} nats")
assert difference < 1e-4

# %% [markdown]
# Would this test notice a fault? Try one. The next cell changes a single number of the design, from 100,000 to the 10,000 of the first Llama. It belongs to the
# rotary positions below. All weights stay the same:

# %%
from dataclasses import replace

from llmai_edu.models.llama import Llama, LlamaConfig

with torch.device("meta"):  # shapes only; the weights come in the next line
    other = Llama(replace(model.config, rope_theta=10_000.0))
other.load_state_dict(model.state_dict(), assign=True)
fault = (log_probs(other(chat), chat) - theirs).abs().max().item()
print(f"largest difference with the wrong number: {fault:.2f} nats")
assert fault > 1

# %% [markdown]
# It notices. So the code runs SmolLM2, and not something near it.
#
# ## What has changed since GPT-2
#
# | | GPT-2 (lesson 12) | Llama, SmolLM2 |
# |---|---|---|
# | normalization | LayerNorm | RMSNorm |
# | positions | a learned vector for each place, added once | RoPE: queries and keys are turned, in every layer |
# | feed-forward layer | two matrices, GELU between | three matrices, SwiGLU |
# | attention | as many key heads as query heads | fewer key heads: grouped queries |
# | biases | in every matrix of the blocks | none |
# | head | tied to the token table | tied in small models, its own matrix in large ones |
#
# The first four rows are the four parts; the last two are smaller changes. The rest stayed: the residual stream, the order of the two layers in a block, the norm before each of them, the causal mask. The dropout of GPT-2 is gone, too. Here is
# Llama's block. Apart from `rope`, it reads like the one that you know:


# %% quote="llmai_edu.models.llama:LlamaBlock.forward"
def forward(
    self,
    x: torch.Tensor,
    rope: tuple[torch.Tensor, torch.Tensor],
    mask: torch.Tensor | None = None,
    cache: KVCache | None = None,
) -> torch.Tensor:
    x = x + self.self_attn(self.input_layernorm(x), rope, mask, cache)
    return x + self.mlp(self.post_attention_layernorm(x))  # (B, T, C)


# %% [markdown]
# Is the quotation what the model runs? Its first block, by hand, on the vectors of the chat's tokens (what `rope` holds comes below):

# %%
from llmai_edu.models.rope import rope_angles

config = model.config
first, x = model.layers[0], model.embed(chat)  # x: (1, T, C)
rope = rope_angles(torch.arange(chat.shape[1]), config.head_dim, config.rope_theta)
assert torch.equal(forward(first, x, rope), first(x, rope))

# %% [markdown]
# ## Counting the parameters
#
# The shape of the model is a handful of numbers, with letters that all pages share. V tokens are in the vocabulary, C channels in the residual stream, F
# channels inside the feed-forward layer. There are H query heads and K key heads of D channels each.
# From these the number of parameters follows, part by part. Each matrix has as many as its two sides multiplied; each norm has C. (The names are those of the model's matrices; each is explained below.)

# %%
V, C, layers = config.vocab_size, config.hidden_size, config.num_hidden_layers
inner, D = config.intermediate_size, config.head_dim  # F is called inner: torch has taken F
H, K = config.num_attention_heads, config.num_key_value_heads
print(f"V {V:,}  C {C}  F {inner}  layers {layers}  H {H}  K {K}  D {D}")
assert C == H * D

# %% alt="Horizontal bars of the parameters by part, in millions: the token table 28.3, each of gate, up and down 26.5, queries and output 10.0 each, keys and values 3.3 each, the norms 0.04."
formula = {
    "token table": V * C,  # the head, too
    "q_proj": layers * C * H * D,
    "k_proj": layers * C * K * D,
    "v_proj": layers * C * K * D,
    "o_proj": layers * H * D * C,
    "gate_proj": layers * C * inner,
    "up_proj": layers * C * inner,
    "down_proj": layers * inner * C,
    "norms": (2 * layers + 1) * C,
}
counted = dict.fromkeys(formula, 0)
for name, weight in model.named_parameters():
    part = "norms" if "norm" in name else name.split(".")[-2].replace("lm_head", "token table")
    counted[part] += weight.numel()
total = sum(formula.values())
assert counted == formula
assert total == 134_515_008
feed_forward = sum(formula[name] for name in ("gate_proj", "up_proj", "down_proj"))
print(
    f"feed-forward {feed_forward / total:.0%}, token table {formula['token table'] / total:.0%}"
)
assert 0.58 < feed_forward / total < 0.6
assert 0.045 < (formula["k_proj"] + formula["v_proj"]) / total < 0.055
assert 0.2 < formula["token table"] / total < 0.22
value_bars({name: n / 1e6 for name, n in formula.items()}, "parameters, in millions")
plt.show()

# %% [markdown]
# The feed-forward layers hold 59 % of the model. The token table holds 21 %, and it serves twice: its rows are the vectors of the tokens at the entrance, and
# the head at the exit compares with the same rows. This is *weight tying*, as in lesson 08. A head of its own would add another 28.3 million. In a large model that matters less,
# and so Llama 3 of 8 billion parameters, for one, has two separate tables. For a model of this size it would be a fifth more.

# %% [markdown]
# ## RMSNorm: leave out the mean
#
# LayerNorm does four things to a vector: it subtracts the mean of its numbers, divides by their standard deviation, multiplies each channel with a
# learned weight, and adds a learned bias. *RMSNorm* [3] does two of them. It divides by the *root mean square*, the
# square root of the mean of the squares, and multiplies with a weight:
#
# $$y_i = w_i \cdot \frac{x_i}{\sqrt{\frac{1}{C}\sum_j x_j^2 + \epsilon}}$$
#
# The small $\epsilon$ keeps a vector of zeros from a division by zero. In plain Python:


# %%
import cmath
import math


def rms_norm_loops(x, weight, eps):
    """One vector, number by number."""
    mean_square = sum(value * value for value in x) / len(x)
    return [w * value / math.sqrt(mean_square + eps) for w, value in zip(weight, x)]


# %% quote="llmai_edu.models.llama:rms_norm"
def rms_norm(x: torch.Tensor, weight: torch.Tensor, eps: float = 1e-5) -> torch.Tensor:
    """Scale every vector to a root mean square of 1, then every channel by its own weight.

    Computed in float32 whatever comes in: in bfloat16 every square would be rounded to 8 bits.

    x: (..., C). weight: (C,). Returns (..., C).
    Zhang and Sennrich 2019, "Root Mean Square Layer Normalization".

    >>> y = rms_norm(torch.tensor([3.0, 4.0, 0.0, 0.0]), torch.ones(4))     # its root mean square is 2.5
    >>> [round(c, 3) for c in y.tolist()]
    [1.2, 1.6, 0.0, 0.0]
    """
    x32 = x.float()
    scale = torch.rsqrt(x32.square().mean(dim=-1, keepdim=True) + eps)
    return weight * (x32 * scale).to(x.dtype)


# %% [markdown]
# Draft, quotation and PyTorch's own must agree. And the relation to LayerNorm is exact: on a vector whose mean has been taken away, the two are the same
# (but for the bias).

# %%
x, weight = torch.randn(5, C, generator=generator) + 0.5, torch.linspace(0.5, 1.5, C)
ours = rms_norm(x, weight)
slow = torch.tensor(rms_norm_loops(x[0].tolist(), weight.tolist(), 1e-5))
assert torch.allclose(ours[0], slow)
assert torch.allclose(ours, F.rms_norm(x, (C,), weight, 1e-5), atol=1e-6)
layer_norm = F.layer_norm(x, (C,), weight)
assert torch.allclose(rms_norm(x - x.mean(-1, keepdim=True), weight), layer_norm, atol=1e-5)
assert (ours - layer_norm).abs().max() > 0.1

# %% [markdown]
# What does SmolLM2 lose by not subtracting? That depends on how large the mean is in the residual stream. Measure it in every norm of the model: which share of
# the mean square is due to the mean, at most? Before you look, guess: 0.2 %, 2 %, or 20 %?
#
# The text for this and the next measurements is the first thousand characters of the address of 2026, which was given after the model was trained. A
# token that ends a text, `<|endoftext|>`, stands before it, as in the training.
#
# A *hook* is a function that PyTorch calls when a part of a model runs. This one looks at the input of each norm.


# %% alt="Points of the share of the mean square that is due to the mean, in per cent, at the 61 norms from the entrance to the exit. All but the last lie below a dashed line at 0.17 that shows what a random vector would have; the last is at 0.24."
from llmai_edu.models.llama import RMSNorm

passage = address[:1000]
ids = torch.tensor([[tokenizer.special_tokens["<|endoftext|>"], *tokenizer.encode(passage)]])
norms = [part for part in model.modules() if isinstance(part, RMSNorm)]


def bits(logits):
    """Bits per byte of the passage."""
    return bits_per_byte(-log_probs(logits, ids).sum().item(), len(passage.encode()))


def share_of_mean(norm, inputs):
    shares.append((inputs[0].mean(-1).square() / inputs[0].square().mean(-1)).mean().item())


shares = []
hooks = [norm.register_forward_pre_hook(share_of_mean) for norm in norms]
plain_bits = bits(model(ids))
for hook in hooks:
    hook.remove()
print(f"{ids.shape[1]} tokens, {plain_bits:.3f} bits per byte; largest share {max(shares):.2%}")
assert len(shares) == 2 * layers + 1
_, axes = new_axes(6.5, 3.0)
axes.plot(
    [100 * share for share in shares], "o", markersize=4, color=PALETTE[0], label="SmolLM2"
)
axes.axhline(100 / C, ls="--", color="#555555", label="a random vector: 1/C")
axes.set(xlabel="norm, from entrance to exit", ylabel="share of the mean, %", ylim=(0, None))
axes.legend()
plt.show()
assert max(shares[:-1]) < 1 / C < shares[-1] < 0.003

# %% [markdown]
# A quarter of one per cent at most. The mean is one direction of 576, the one in which all channels are equal. In every norm but the last, the model puts less there than a random vector would. So there is
# little to subtract. As a test, subtract it all the same, in every norm of the trained model. As a control, take away another direction, drawn at random, five times:


# %%
def without(direction):
    """Bits per byte when every norm loses what its input has along one direction of length 1."""

    def remove(norm, inputs):
        x = inputs[0]
        return (x - (x @ direction)[..., None] * direction,)

    hooks = [norm.register_forward_pre_hook(remove) for norm in norms]
    result = bits(model(ids))
    for hook in hooks:
        hook.remove()
    return result


without_mean = without(torch.full((C,), C**-0.5))
directions = F.normalize(torch.randn(5, C, generator=generator), dim=1)
without_random = [without(direction) for direction in directions]
print(f"as trained {plain_bits:.3f}, mean subtracted {without_mean:.3f}")
print("a random direction subtracted:", np.round(sorted(without_random), 3))
cost, random_costs = without_mean - plain_bits, np.array(without_random) - plain_bits
assert 0.017 < cost < 0.019
assert random_costs.min() < cost < 2 * random_costs.max()
assert random_costs.max() < 0.1

# %% [markdown]
# The model was never trained with the subtraction, and yet it loses only 0.018 bits by it. Each of the five random directions costs less than 0.1, at least one costs less than the mean, and the dearest of them costs more than half as much. So
# the mean is not far outside of what any direction costs. Five directions and 226 tokens cannot say more. And what a trained model loses need not be what training loses: to know whether a model *learns* better with the one or the other, one has to train both (further down, in small). What RMSNorm saves is
# one sum over the vector and the subtraction, and C biases in each norm.

# %% [markdown]
# ## RoPE: positions by turning
#
# Attention by itself does not see order. GPT-2 adds a learned vector for each place at the entrance. That has two drawbacks: there is no vector for a place beyond the
# table, and what the model learned about places 3 and 5 need not carry over to places 103 and 105, although the distance is the same.
#
# *Rotary position embedding*, RoPE [4], adds nothing. It *turns*. Take two channels of a query as a point in the plane. At position $m$, turn the point by the angle
# $m \cdot \omega$ around the origin. Do the same with the keys. What attention computes is the product $q \cdot k$, and the product of two arrows depends on
# their lengths and on the angle *between* them. When the query is turned by $m\omega$ and the key by $n\omega$, that angle changes by $(m - n)\,\omega$: by the distance, wherever the two stand.
#
# A head has D channels, so D/2 pairs. Each pair has its own speed, from one radian a token (a radian is about 57 degrees) down to
# almost none:
#
# $$\omega_i = \theta^{-2i/D}, \qquad i = 0 \dots D/2 - 1$$
#
# The *base* $\theta$ sets how slow the last pairs are. In SmolLM2 it is 100,000: this is the number that was changed in the test above.
# The fast pairs tell near distances finely, the slow ones tell far distances apart. In plain Python, complex numbers do the turning: a pair is $a + bi$, and
# to multiply with $e^{i\varphi}$ is to turn by $\varphi$.


# %%
def rope_loops(x, position, theta):
    """Turn each pair of one head's vector; channel i is paired with channel i + D/2."""
    half = len(x) // 2
    turned = list(x)
    for i in range(half):
        angle = position * theta ** (-2 * i / len(x))
        pair = complex(x[i], x[i + half]) * cmath.exp(1j * angle)
        turned[i], turned[i + half] = pair.real, pair.imag
    return turned


# %% alt="Three circles. On each, one pair of channels is drawn as a line from the centre at positions 0 to 7. Pair 0 turns by 57 degrees a token and goes round more than once, pair 8 turns by 3 degrees a token, pair 31 does not move visibly."
points, theta = {}, config.rope_theta
for pair in (0, 8, 31):
    turned = [rope_loops(np.eye(D)[pair].tolist(), position, theta) for position in range(8)]
    degrees = math.degrees(theta ** (-2 * pair / D))
    points[f"pair {pair}: {degrees:.3g}° a token"] = [
        (t[pair], t[pair + D // 2]) for t in turned
    ]
turning_circles(points)
plt.show()
assert 4.3e5 < 2 * math.pi * theta ** (62 / 64) < 4.5e5  # tokens for a round of the last pair

# %% [markdown]
# The numbers are positions. Pair 0 has gone round once by position 7. The last pair needs about 440,000 tokens for one round. In the library, the turning is done for all heads at once, and the angles are made once for
# all layers: `rope_angles` multiplies each position with each speed, and returns the cosines and sines. (It can also slow the pairs down for texts longer than those of the training, with the rules of `llmai_edu.models.rope_scaling`; SmolLM2 has none.)


# %% quote="llmai_edu.models.rope:inverse_frequencies"
def inverse_frequencies(
    head_dim: int, theta: float, device: torch.device | str | None = None
) -> torch.Tensor:
    """How far each pair of channels turns from one token to the next: theta^(-2i/D) radians for pair i.

    The first pair turns by 1 radian a token, the last ones hardly at all.

    Returns (D/2,) of float32.

    >>> inverse_frequencies(4, theta=100.0).tolist()
    [1.0, 0.10000000149011612]
    """
    exponent = torch.arange(0, head_dim, 2, device=device) / head_dim  # (D/2,)
    return 1.0 / theta**exponent


# %% quote="llmai_edu.models.rope:apply_rope"
def apply_rope(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Turn every pair of channels by its angle, so that q · k tells how far apart two tokens are, and not
    where.

    Channel i is paired with channel i + D/2, as on the Hugging Face hub; the paper and llama.cpp pair the
    neighbours 2i and 2i + 1 (`apply_rope_neighbours`). Either gives the same attention, once the rows of the query
    and key weights stand in that order.

    x: (B, H, T, D). cos, sin: (T, D/2) or (B, 1, T, D/2). Returns (B, H, T, D). Su et al. 2021, "RoFormer".

    >>> east = torch.tensor([[[[1.0, 0.0]]]])
    >>> quarter_turn = torch.tensor([[torch.pi / 2]])
    >>> north = apply_rope(east, quarter_turn.cos(), quarter_turn.sin())
    >>> [abs(round(c, 3)) for c in north.flatten().tolist()]
    [0.0, 1.0]
    """
    cos, sin = cos.to(x.dtype), sin.to(x.dtype)
    a, b = x.chunk(2, dim=-1)  # (B, H, T, D/2) each
    return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)


# %%
q = torch.randn(1, 1, 12, D, generator=generator)
cos, sin = angles = rope_angles(torch.arange(12), D, theta)
turned = apply_rope(q, cos, sin)
for position in range(12):
    slow = rope_loops(q[0, 0, position].tolist(), position, theta)
    assert torch.allclose(turned[0, 0, position], torch.tensor(slow), atol=1e-5)
assert torch.allclose(turned.norm(dim=-1), q.norm(dim=-1))  # turning changes no length
assert torch.allclose(torch.outer(torch.arange(12), inverse_frequencies(D, theta)).cos(), cos)

# %% [markdown]
# Now the claim: $q \cdot k$ depends on the distance alone. Put one and the same query and one and the same key at all pairs of places, and compute all products. If the claim holds, every diagonal of the
# table is constant:

# %%
one_q, one_k = torch.randn(2, 1, 1, 1, D, generator=generator).expand(2, 1, 1, 12, D)
scores = (apply_rope(one_q, *angles) @ apply_rope(one_k, *angles).mT)[0, 0]  # (12, 12)
for distance in range(-11, 12):
    diagonal = scores.diagonal(-distance)  # query at n + distance, key at n
    assert torch.allclose(diagonal, diagonal[0].expand_as(diagonal), atol=1e-4)
print(scores[:4, :4].numpy().round(2))
assert scores[:, 0].std() > 0.1  # and it does depend on the distance

# %% [markdown]
# **Two ways to pair.** The paper pairs neighbours: channels 0 and 1, 2 and 3. The code of the first Llama and the program llama.cpp do the same. The Hugging Face hub and our library
# pair the halves: channel 0 with D/2. Which channels are partners does not matter as such, because queries and keys are made by learned matrices whose rows can stand in
# any order. But the matrix and the code must agree. So a file made for one pairing needs its rows reordered for the other:


# %% quote="llmai_edu.pretrained.smollm2:pair_halves"
def pair_halves(weight: torch.Tensor, head_dim: int) -> torch.Tensor:
    """Reorder the rows of a query or key matrix from neighbouring pairs to pairs of halves.

    llama.cpp turns channels 2i and 2i + 1 together, we (and the hub) channels i and i + D/2. The converter
    that wrote the file moved the rows so that llama.cpp's pairs meet; this moves them back. Values need it
    not: they are not turned.

    weight: (H·D, C). Returns the same shape.

    >>> pair_halves(torch.tensor([[0], [1], [2], [3]]), head_dim=4).flatten().tolist()
    [0, 2, 1, 3]
    """
    pairs = weight.unflatten(0, (-1, head_dim // 2, 2))  # (H, D/2, 2, C)
    return pairs.transpose(1, 2).flatten(0, 2)


# %%
def apply_rope_neighbours(x, cos, sin):
    """The paper's pairing: channels 2i and 2i + 1."""
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack((a * cos - b * sin, b * cos + a * sin), dim=-1).flatten(-2)


def products(turn, w_q, w_k):
    q, k = ((x @ w.T)[:, None] for w in (w_q, w_k))
    return turn(q, *angles) @ turn(k, *angles).mT


x = torch.randn(1, 12, C, generator=generator)
wq, wk = torch.randn(2, D, C, generator=generator)  # (out, in), as the file has them

wanted = products(apply_rope_neighbours, wq, wk)
moved = products(apply_rope, pair_halves(wq, D), pair_halves(wk, D))
kept = products(apply_rope, wq, wk)
print(f"rows moved:     largest difference {(moved - wanted).abs().max():.4f}")
print(f"rows not moved: largest difference {(kept - wanted).abs().max():.4f}")
assert torch.allclose(wanted, moved, rtol=1e-3, atol=1e-2)
assert not torch.allclose(wanted, kept, rtol=0.1, atol=10)

# %% [markdown]
# The attention scores are the same with either pairing once the rows are moved, and different when they are not. Nothing would raise an error: the shapes all fit.
#
# ### What RoPE does in SmolLM2
#
# The model takes its angles as an argument, so they can be changed from outside. Five experiments: all positions moved by 1,000; every distance doubled; every distance halved; all positions the same, so that there is no order at all beside the causal
# mask; and, at last, the right positions, but queries and keys with the file's own order of rows. Before you run it, guess which of them the model survives.


# %%
def read(positions):
    """Logits for the passage, with positions of our choice."""
    rope = rope_angles(positions, D, config.rope_theta)
    x = model.embed(ids)
    for layer in model.layers:
        x = layer(x, rope)
    return model.lm_head(model.norm(x))


places = torch.arange(ids.shape[1])
tried = {
    "as trained": places,
    "moved by 1,000": places + 1000,
    "distances doubled": 2 * places,
    "distances halved": places / 2,
    "no positions": 0 * places,
}
by_positions = {name: bits(read(positions)) for name, positions in tried.items()}


def file_order(weight):
    """Undo `pair_halves`, for a matrix of ours (in, out): the columns as the file has its rows."""
    return weight.unflatten(1, (-1, 2, D // 2)).transpose(2, 3).flatten(1)


neighbours = {
    name: file_order(weight)
    for name, weight in model.named_parameters()
    if name.endswith(("q_proj.weight", "k_proj.weight"))
}
by_positions["rows not reordered"] = bits(torch.func.functional_call(model, neighbours, (ids,)))

# %% alt="Horizontal bars of bits per byte under six treatments of positions. As trained and moved by 1,000 are level at 0.96, distances doubled and halved are near 1.1, no positions and rows not reordered near 1.7."
value_bars(by_positions, "bits per byte on 1,000 characters of 2026")
plt.show()
exact, moved, doubled, halved, none, unordered = by_positions.values()
print(f"moved by 1,000: {moved - exact:+.6f} bits")
assert max(abs(exact - plain_bits), abs(moved - exact)) < 1e-3
assert exact < doubled < halved < none
assert halved + 0.4 < unordered
assert 0.7 < unordered / none < 1

# %% [markdown]
# A move by 1,000 changes nothing but rounding: only distances count. The rest does harm. Wrong distances cost little beside no order at all, and the wrong pairing is nearly as bad as none; yet it raises no error. (These are a trained model's parts taken out or bent. That shows what *this* model relies on, not what it could have learned without: further down, models are trained without, in small.)

# %% [markdown]
# ## SwiGLU: a gate in the feed-forward layer
#
# GPT-2's feed-forward layer goes up to 4C channels, applies GELU, and comes down. Llama's goes up *twice*, to F channels each. One of the two results, the *gate*, passes through a
# curve and is multiplied into the other, channel by channel [5]:
#
# $$\text{down}\big(\text{silu}(\text{gate}) \cdot \text{up}\big), \qquad \text{silu}(z) = z \cdot \text{sigmoid}(z) = \frac{z}{1 + e^{-z}}$$


# %% quote="llmai_edu.models.llama:swiglu"
def swiglu(gate: torch.Tensor, up: torch.Tensor) -> torch.Tensor:
    """Let the gate decide, channel by channel, how much of `up` passes: gate · sigmoid(gate) · up.

    gate, up: (..., F). Returns (..., F). Shazeer 2020, "GLU Variants Improve Transformer".

    >>> swiglu(torch.tensor([-100.0, 0.0, 100.0]), torch.full((3,), 2.0)).tolist()    # shut, shut, open
    [-0.0, 0.0, 200.0]
    """
    return F.silu(gate) * up


# %%
def swiglu_loops(gate, up):
    return [g / (1 + math.exp(-g)) * u for g, u in zip(gate, up)]


gate, up = torch.randn(2, 20, generator=generator)
assert torch.allclose(swiglu(gate, up), torch.tensor(swiglu_loops(gate.tolist(), up.tolist())))
assert torch.allclose(swiglu(gate, up), gate * torch.sigmoid(gate) * up)
assert 3 * C * inner == 2 * C * (4 * C)  # three matrices of F, or two of 4C

# %% [markdown]
# Three matrices cost more than two. To pay for the third, F is made smaller: with F = 8/3 C instead of 4C, the two kinds have equally many parameters. For SmolLM2 that is exact: 1,536 is 8/3 of 576.
#
# What do the gates do in the model? The next cell reads the passage once more and collects all gates: 1,536 in each of 30 layers for every token.

# %% alt="Two curves over a shared horizontal axis from minus 6 to 4: silu and GELU, of the same shape, both near zero at the left, dipping below zero (silu to minus 0.28, GELU to minus 0.17), and rising along the diagonal at the right; below them a histogram of SmolLM2's gates, with its peak a little below zero."
collected = []
hooks = [
    layer.mlp.gate_proj.register_forward_hook(lambda part, inputs, out: collected.append(out))
    for layer in model.layers
]
model.hidden(ids)
for hook in hooks:
    hook.remove()
gates = torch.cat(collected).flatten()
opened = F.silu(gates)
negative, near = (gates < 0).float().mean(), (gates.abs() < 2).float().mean()
print(f"{len(gates):,} gates: {negative:.0%} negative, {near:.0%} between -2 and 2")
print(f"smallest factor {opened.min():.3f}")
assert 0.6 < negative < 0.63
assert near > 0.95
assert -0.2785 < opened.min() < -0.278
_, axes = new_axes(6.5, 3.2)
z = torch.linspace(-6, 4, 200)
axes.plot(z, F.silu(z), color=PALETTE[0], label="silu")
gelu = F.gelu(z, approximate="tanh")  # as GPT-2 computes it
axes.plot(z, gelu, "--", color=PALETTE[3], label="GELU, as in GPT-2")
height, edges = np.histogram(gates.numpy(), bins=60, range=(-6, 4), density=True)
look = {"color": "#bbbbbb", "label": "SmolLM2's gates (density)"}
axes.bar(edges[:-1], height, np.diff(edges), align="edge", **look)
axes.set(xlabel="gate", ylabel="factor", ylim=(-0.4, 2))
axes.legend()
plt.show()
assert len(gates) == ids.shape[1] * layers * inner
assert F.silu(z).min() + 0.1 < gelu.min() < -0.16

# %% [markdown]
# Three in five gates are negative. They let little through, with its sign turned: the factor is never below −0.28. Hardly any gate is far out, where the curve is flat or straight, so "gate" promises too much: it is a graded weight.
# The two curves have the same shape; silu dips deeper. What is new is the product: a channel's value is no longer a function of
# one sum alone.
#
# ## Grouped queries: fewer keys to remember
#
# In GPT-2, each head has its own queries, keys and values. A model that writes has to keep the keys and values of every token (the section "The KV cache" below builds
# that). With *grouped queries* [6], several query heads share one key head and one value head. SmolLM2 has 9 query heads and 3 key heads. Query
# head $h$ reads key head $\lfloor h / 3 \rfloor$, which is $h / 3$ rounded down:


# %%
def grouped_loops(q, k, v):
    """Causal attention, head by head: q (H, T, D), k and v (K, T, D)."""
    group, outputs = len(q) // len(k), []
    for h in range(len(q)):
        keys, values = k[h // group], v[h // group]
        scores = (q[h] @ keys.T) / math.sqrt(q.shape[-1])  # (T, T)
        hidden = torch.ones_like(scores).triu(1).bool()
        outputs.append(scores.masked_fill(hidden, -torch.inf).softmax(-1) @ values)
    return torch.stack(outputs)


# %% quote="llmai_edu.models.llama:LlamaAttention.forward"
def forward(
    self,
    x: torch.Tensor,
    rope: tuple[torch.Tensor, torch.Tensor],
    mask: torch.Tensor | None = None,
    cache: KVCache | None = None,
) -> torch.Tensor:
    q, k = (
        apply_rope(heads, *rope) for heads in self.queries_and_keys(x)
    )  # K key heads serve H query heads
    v = self.heads(self.v_proj(x))  # (B, K, T, D)
    if cache is not None:
        k, v = cache.append(self.layer, k, v)  # (B, K, S, D): all tokens read so far
    y = attention(q, k, v, mask, causal=True)  # (B, H, T, D)
    return self.o_proj(y.transpose(1, 2).flatten(2))  # (B, T, C)


# %% [markdown]
# `attention` is the function of lesson 11; it takes fewer key heads than query heads. `heads` cuts the channels into heads, and `queries_and_keys` applies the two matrices. (It has a name of its own because a relative, Qwen3, also normalizes each head's queries and keys there: `llmai_edu.models.qwen3`.) The draft against `attention`, and the quotation against the model:

# %%
q, k, v = (torch.randn(1, n, 7, D, generator=generator) for n in (H, K, K))
grouped = attention(q, k, v, causal=True)[0]
assert torch.allclose(grouped, grouped_loops(q[0], k[0], v[0]), atol=1e-5)
x = first.input_layernorm(model.embed(chat))
rope = rope_angles(torch.arange(chat.shape[1]), D, config.rope_theta)
assert torch.equal(forward(first.self_attn, x, rope), first.self_attn(x, rope))
wrong = grouped_loops(q[0], k[0][[1, 2, 0]], v[0][[1, 2, 0]])  # the same groups, other heads
assert not torch.allclose(grouped, wrong, atol=0.1)

# %% [markdown]
# Fewer key heads save some parameters: the two matrices are 5 % of the model, and with nine heads they would have three times as many. What matters more is the memory, when the model writes.

# %% [markdown]
# ## What does each part buy?
#
# To ask that, everything else must be equal. `benchmarks/record_llama_ablation.py` trained six decoders of 0.13 to 0.15 million parameters on the bytes of the speeches. (RoPE saves the table of places, grouped queries half of the keys and values; SwiGLU's F is chosen so that it costs nothing.)
# The first is a GPT without positions, the second has learned ones. From then on one part is exchanged at a time: RMSNorm for LayerNorm, RoPE for the learned positions, SwiGLU for the GELU layer, two key heads for four. All have two blocks, four query heads, no biases in their matrices, a context of 128 bytes, and the same learning rate, which was tuned for none of them.
#
# Each was trained with five seeds, on 350 batches of 16 windows; three of them also four times as long, with three seeds. All were measured on the same 300 windows of the validation years, so the figures cannot be compared with the ladder's. This is recorded. Before you look, guess: which of the four parts matters most after so little training?

# %%
import json
from importlib.resources import files

runs = json.loads((files("llmai_edu.training") / "llama_parts.json").read_text())["rows"]
variants = list(dict.fromkeys(row["name"] for row in runs))


def of(name, steps=350, key="bits"):
    return np.array([row[key] for row in runs if (row["name"], row["steps"]) == (name, steps)])


# %% alt="Bits per byte of six models, a mark for each seed. After 350 steps the model without positions, the GPT and the GPT with RMSNorm lie at 3.2 to 3.5; those with RoPE, with SwiGLU and with grouped queries at 2.3 to 2.6. After 1,400 steps: without positions 3.1, the GPT 2.1 to 2.3, with RoPE 1.9 to 2.0."
_, axes = new_axes(6.5, 2.8)
for row, name in enumerate(variants):
    axes.plot(of(name), [row] * 5, "o", color=PALETTE[0], mfc="none")
    axes.plot(of(name, 1400), [row] * len(of(name, 1400)), "D", color=PALETTE[3])
axes.set_yticks(range(len(variants)), variants)
axes.set(xlabel="bits per byte (less is better)", xlim=(1.8, 3.6), ylim=(5.5, -0.5))
axes.legend(axes.lines[:2], ["350 steps", "1,400 steps"], loc="lower right")
plt.show()

# %% [markdown]
# How sure is each step from one model to the next? The same seed draws the same batches for all models, so we take the difference seed by seed. The spread itself is estimated from five numbers only, so the 95 % interval is the mean ± 2.8 standard errors instead of ± 2:
# that factor comes from *Student's t distribution*.

# %%
from scipy import stats

gains = {}
for before, after in zip(variants, variants[1:]):
    pairs = stats.ttest_rel(of(after), of(before))
    gains[after] = low, high = pairs.confidence_interval()
    print(f"{after:<18} {(low + high) / 2:+.3f}   [{low:+.3f}, {high:+.3f}]")
longer = of("+ RoPE", 1400) - of("GPT", 1400)
print(f"GPT to RMSNorm and RoPE, 1,400 steps: {longer.mean():+.3f}")
assert gains.pop("+ RoPE")[1] < -0.75
assert all(low < 0 < high and high - low < 0.2 for low, high in gains.values())
assert -0.35 < longer.min() < longer.max() < -0.15
assert abs(longer.mean() + 0.26) < 0.005
assert abs(of("+ RoPE").mean() - of("+ RMSNorm").mean() + 0.87) < 0.005
assert of("no positions", 1400).min() - of("GPT", 1400).max() > 0.7
losses = []
for name, steps in [(n, s) for n in ("no positions", "+ RoPE") for s in (350, 1400)]:
    within, beyond = of(name, steps), of(name, steps, "beyond")
    losses.append((beyond - within).mean())
    where = f"at 0-127 {within.mean():.2f}, at 128-255 {beyond.mean():.2f}"
    print(f"{name:<12} {steps:>4} steps: {where}, {losses[-1]:+.2f}")
    assert (beyond > within + 0.05).all()
assert np.allclose(losses, [0.07, 0.19, 0.21, 0.44], atol=0.005)

# %% [markdown]
# At this one learning rate, RoPE buys more than three quarters of a bit. All other intervals contain zero, and reach less than 0.1 bits to each side of the mean: an effect below about 0.1 bits would be invisible here. RMSNorm and grouped queries do not promise better predictions, only less work and memory; one hopes that they cost nothing, and nothing is seen. Even the learned positions of GPT are of no visible use after 350 steps. But look at the diamonds.
# Trained four times as long, the GPT has learned its positions, and is ahead of the model without any by more than 0.7 bits; RoPE's lead (it is RoPE with RMSNorm here) is down to between 0.15 and 0.35. So most of what RoPE bought after 350 steps was *time*. A likely reason is that its distances are there from the first step; this was not tested. What would be left after a million times as much training,
# these runs cannot say. For SwiGLU, its paper reports gains at a larger scale [5].
#
# The last four lines ask models to read twice as far as they were trained. The model without positions gets worse, too, by 0.07 and 0.19: part of this may be only that there are more tokens to look at than ever in training. RoPE loses more, 0.21 and 0.44. An angle exists for every position; that does not mean that the model has learned to use it. The exercise sheet stretches positions so that long texts
# stay within the known angles.
#
# ## The KV cache
#
# A causal model's vectors for the earlier tokens do not change when a new one is appended, because no earlier token may look at it. So their keys and values can be
# kept. The slow way recomputes everything for each new token; the fast way reads one token and looks into the cache. For one head, a draft in plain form:


# %%
class CacheDraft:
    """Keys and values of one head, appended token by token."""

    def __init__(self):
        self.keys, self.values = [], []

    def step(self, q, k, v):
        """Attention of one new token, (D,) each, to all tokens so far."""
        self.keys.append(k)
        self.values.append(v)
        keys, values = torch.stack(self.keys), torch.stack(self.values)  # (S, D)
        return (keys @ q / math.sqrt(len(q))).softmax(0) @ values


q, k, v = torch.randn(3, 9, D, generator=generator)
draft = CacheDraft()
stepped = torch.stack([draft.step(q[t], k[t], v[t]) for t in range(9)])
assert torch.allclose(stepped, grouped_loops(q[None], k[None], v[None])[0], atol=1e-5)

# %% [markdown]
# No mask is needed: what is not yet in the cache cannot be seen. The library's cache does this for all layers, heads and texts of a batch. It reserves its memory once, because a
# tensor that grows by one token would be copied each time:


# %% quote="llmai_edu.models.cache:KVCache.append"
def append(
    self, layer: int, k: torch.Tensor, v: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Store the new tokens' keys and values of one layer; return those of all tokens that can be seen.

    k, v: (B, H, T, D). Returns two tensors (B, H, S, D), views of the cache; S is length + T, or with a window at
    most window - 1 + T. Raises ValueError when the tokens do not fit, or belong to another batch size, number of
    heads or head size.
    """
    store = self.keys[layer]
    start, stop = self.stored, self.stored + k.shape[2]
    if stop > store.shape[2]:
        raise ValueError(
            f"the cache has room for {store.shape[2]} tokens: {start} are in it and {k.shape[2]} more do not "
            "fit; make it with a larger max_length"
        )
    if k.shape[:2] != store.shape[:2] or k.shape[3] != store.shape[3]:
        expected = (*store.shape[:2], k.shape[2], store.shape[3])
        raise ValueError(f"the cache expects keys of shape {expected}, got {tuple(k.shape)}")
    self.keys[layer][:, :, start:stop] = k.detach()
    self.values[layer][:, :, start:stop] = v.detach()
    first = self.first_seen(k.shape[2])
    return self.keys[layer][:, :, first:stop], self.values[layer][:, :, first:stop]


# %% [markdown]
# H in its comment is our K: the cache holds key heads. `window` belongs to a relative of this model, Mistral, whose tokens see only the last few thousand others [7] (`llmai_edu.models.mistral`); here it is None, and `first_seen` gives 0. `detach` says that no gradient
# flows through. `append` does not move the counter of tokens: `advance` does that, once, after all layers. And the keys go in *after* they were turned.

# %%
cache = model.new_cache(max_length=4)
new_k, new_v = torch.randn(2, 1, K, 3, D, generator=generator)
seen_k, seen_v = append(cache, 0, new_k, new_v)
assert torch.equal(seen_k, new_k)
assert torch.equal(seen_v, new_v)
assert cache.length == 0  # not yet advanced

# %% [markdown]
# Cached and recomputed must be equal at *every* length, or a fault hides at one of them. A tiny Llama with random weights is enough for this. It reads a text of 32 tokens in all ways of two pieces, then token by token, then in pieces of 5 and of 8, and each time the logits must be
# those of one pass:

# %%
tiny_config = LlamaConfig(256, 64, 192, 2, 4, 2, max_position_embeddings=512)
tiny = Llama(tiny_config, generator=generator).requires_grad_(False)
for weight in tiny.parameters():
    weight.copy_(4 * weight if weight.ndim == 2 else weight)  # or all logits are nearly 0
text = torch.randint(256, (1, 32), generator=generator)
whole = tiny(text)  # (1, 32, V)
assert whole.std() > 0.5
gaps, cuts = [], [[cut, 32 - cut] for cut in range(1, 32)]
for sizes in [*cuts, [1] * 32, [5] * 6 + [2], [8] * 4]:
    cache = tiny.new_cache(max_length=32)
    pieces = [tiny(piece, cache) for piece in text.split(sizes, dim=1)]
    gaps.append((torch.cat(pieces, dim=1) - whole).abs().max().item())
print(f"{len(gaps)} ways to cut the text, largest difference {max(gaps):.6f}")
assert max(gaps) < 2e-4

# %% [markdown]
# Reading a long prompt in pieces of a few hundred tokens is called *chunked prefill*. A server does this so that one user's long prompt does not hold up the others' next tokens. And for SmolLM2, on the chat of 122 tokens:

# %%
cache = model.new_cache(max_length=chat.shape[1])
pieces = [model(piece, cache) for piece in chat.split([60, 59, 1, 1, 1], dim=1)]
gap = (torch.cat(pieces, dim=1) - logits).abs().max().item()
print(f"largest difference between cached and recomputed logits: {gap:.5f}")
assert gap < 5e-3

# %% [markdown]
# What if the positions started at 0 again after each piece? This is an easy fault to make: a cache that says "nothing has been read" when the positions are computed does just that.
# In the next cell, the keys in the cache were turned for the places 0 to 19, and the new queries and keys are turned for 0 to 11 instead of 20 to 31. Among the new tokens the distances are right, but from a new token to an old one they are wrong by 20:

# %%
cache = tiny.new_cache(max_length=32)
tiny(text[:, :20], cache)
from_zero = rope_angles(torch.arange(12), tiny_config.head_dim, tiny_config.rope_theta)
x = tiny.embed(text[:, 20:])
for layer in tiny.layers:
    x = layer(x, from_zero, None, cache)
restarted = tiny.lm_head(tiny.norm(x))
wrong_by = (restarted - whole[:, 20:]).abs().max().item()
print(f"largest difference {wrong_by:.2f}")
assert wrong_by > 0.1

# %% [markdown]
# **Texts of unequal length in one batch** are filled up on the *left*, so that all end in the same column, where the next token comes. The padding must neither be seen nor counted: each text's positions start at its own first token. (`generate_batch` in `llmai_edu.generation.batch` writes the continuations of a whole batch in this way.) Then every
# row must be what it would be alone:

# %%
rows = [torch.randint(256, (n,), generator=generator) for n in (3, 9, 6)]
batch, mask = pad_left([row.tolist() for row in rows], pad_id=0)
cache = tiny.new_cache(batch_size=3, max_length=10)
together = tiny(batch, cache, attention_mask=mask)[:, -1]  # (3, V)
following = tiny(batch[:, -1:], cache)[:, -1]  # one step more, with the last token once again
alone = torch.stack([tiny(torch.cat([row, row[-1:]])[None])[0, -2:] for row in rows])
gap = (torch.stack([together, following], dim=1) - alone).abs().max().item()
print(f"in the batch or alone: largest difference {gap:.6f}")
assert gap < 2e-4

# %% [markdown]
# ### What the cache saves: counted
#
# PyTorch can count multiplications. When a vector is multiplied with a matrix, `FlopCounterMode` counts two operations for each number of the matrix: a multiplication and an addition. (`sdpa_kernel` makes PyTorch compute the attention as plain matrix products, which this counter sees.) A tiny model writes 32 tokens after a prompt of one, in
# both ways. Before you look: by which factor do they differ?

# %%
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode


def operations(run):
    """Operations in all matrix products, as PyTorch counts them."""
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        run()
    return counter.get_total_flops()


def recompute():
    for n in range(1, 33):
        tiny(text[:, :n], last_only=True)


def use_cache():
    cache = tiny.new_cache(max_length=32)
    for n in range(32):
        tiny(text[:, n : n + 1], cache, last_only=True)


slow, fast = operations(recompute), operations(use_cache)
print(f"recomputed {slow:,}, cached {fast:,}: a factor of {slow / fast:.1f}")

# %% [markdown]
# The formula: a token that is read costs two operations for each number of the blocks' matrices, and for each token that it looks at, $4 \cdot H \cdot D$ operations in each layer (products with keys, and with values).
# The head is asked once for each token that is written:

# %%
matrices = 2 * sum(p.numel() for p in tiny.layers.parameters() if p.ndim == 2)
per_pair = 4 * tiny_config.num_hidden_layers * tiny_config.hidden_size
head = 2 * tiny.lm_head.weight.numel()
assert slow == sum(n * matrices + n * n * per_pair + head for n in range(1, 33))
assert fast == sum(matrices + n * per_pair + head for n in range(1, 33))
assert 10 < slow / fast < 17

# %% [markdown]
# Both are equal to the count, to the last operation. (Without a cache the masked half of the products is computed, too: $n^2$.) For 32 tokens, (1 + 32) / 2 = 16.5 times as many tokens are read. The head, which is the same in both, makes the factor smaller. The factor grows with the length.
#
# ### What the cache costs: memory
#
# Two (keys and values), for each layer, each key head, each channel of it, each token. In float32, a number has 4 bytes:


# %% alt="Two straight lines of cache memory in megabytes against tokens up to the context of 8,192: with nine key heads it reaches 1,132, with three 377. A dashed line at 538 is the memory of the weights in float32."
def cache_bytes(tokens, key_heads=K, size=4):
    return 2 * layers * key_heads * D * tokens * size


for tokens in (1, 122, 1000):
    cache = model.new_cache(max_length=tokens)
    reserved = sum(t.numel() * t.element_size() for t in (*cache.keys, *cache.values))
    assert reserved == cache_bytes(tokens)
del cache
print(f"one token: {cache_bytes(1):,} bytes; with nine key heads {cache_bytes(1, H):,}")
assert cache_bytes(1) == 46_080
assert cache_bytes(1, H) == 3 * cache_bytes(1)

_, axes = new_axes(6.5, 3.2)
tokens = np.linspace(0, 8192, 50)
axes.plot(
    tokens,
    cache_bytes(tokens, H) / 1e6,
    "-.",
    color=PALETTE[3],
    label="9 key heads, one for each query head",
)
axes.plot(
    tokens, cache_bytes(tokens) / 1e6, color=PALETTE[0], label="3 key heads, as in SmolLM2"
)
axes.axhline(4 * total / 1e6, ls="--", color="#555555", label="all weights")
axes.set(xlabel="tokens in the cache", ylabel="MB in float32")
axes.legend()
plt.show()
assert cache_bytes(8192) < 4 * total
assert 2 < cache_bytes(8192, H) / (4 * total) < 2.2
assert config.max_position_embeddings == 8192

# %% [markdown]
# With its three key heads, a full context of one text needs less memory than the weights. With nine it would need twice the weights. Whoever serves a hundred texts at once has a hundred caches and one set of weights. That is what grouped
# queries are for.
#
# ## Bytes per token: a ceiling for writing
#
# When the model writes, it reads one token at a time. Each number of a matrix is then used for *one* multiplication. A processor can multiply faster than its memory delivers numbers. So reading sets a limit: all weights once, and
# the cache once, for each token. How many bytes is that? Count what PyTorch hands over: it calls `__torch_dispatch__` for each operation, with its inputs. This class adds up the bytes of
# those that belong to the model or to its cache. (It counts what each operation is given. Whether those bytes come from the memory or from a small fast store in the processor, and whether they are read twice, it does not see.)


# %%
from torch.utils._python_dispatch import TorchDispatchMode

COMPUTES = ("matmul", "mm", "bmm", "mul", "scaled_dot_product_attention")


class CountBytes(TorchDispatchMode):
    """Add up the bytes of the watched tensors that go into a computation."""

    def __init__(self, watched):
        super().__init__()
        self.watched, self.bytes = {t.untyped_storage().data_ptr() for t in watched}, 0

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        result = operation(*args, **(kwargs or {}))
        name = operation.overloadpacket.__name__
        for given in args:
            if torch.is_tensor(given) and given.untyped_storage().data_ptr() in self.watched:
                if name == "embedding":
                    self.bytes += result.numel() * result.element_size()  # the rows looked up
                elif name in COMPUTES:
                    self.bytes += given.numel() * given.element_size()
        return result


def bytes_read(model, prompt):
    """Bytes of weights and cache that go into the step after a prompt."""
    cache = model.new_cache(max_length=prompt.shape[1] + 1)
    with torch.inference_mode():
        model(prompt, cache, last_only=True)
        watched = [*model.parameters(), *cache.keys, *cache.values]
        with CountBytes(watched) as counter:
            model(prompt[:, -1:], cache, last_only=True)
    return counter.bytes


for length in (1, 40, 80):
    one_row = 4 * C  # the token's own vector, looked up in the table
    assert bytes_read(model, chat[:, :length]) == 4 * total + one_row + cache_bytes(length + 1)
print(f"after 80 tokens: {4 * total + one_row + cache_bytes(81):,} bytes for one token")

# %% [markdown]
# The count is the formula, exactly: every weight once (the table only as the head, and one row of it at the entrance), and the cache with the new token in it. 542 million bytes for one token, and nearly all of them weights.
#
# This gives a ceiling for the speed: the bytes that the memory delivers in a second, divided by the bytes of a token. The next cell measures roughly what one core reads here (it adds up a large tensor; where the additions take longer than the reading, the memory is faster than this figure) and how fast the model writes once it has read the prompt. Your numbers will
# differ, and nothing is asserted about them:

# %% tags=["nbval-ignore-output"]
import time

large = torch.ones(50_000_000)  # 200 MB
begin = time.perf_counter()
for _ in range(5):
    large.sum()
bandwidth = 5 * 4 * len(large) / (time.perf_counter() - begin)
steps = iter(generate(model, prompt_ids, max_new_tokens=21))
next(steps)  # reads the prompt
begin = time.perf_counter()
written = len(list(steps))
speed = written / (time.perf_counter() - begin)
del large
print(f"{torch.get_num_threads()} thread(s): memory {bandwidth / 1e9:.1f} GB a second")
print(f"ceiling {bandwidth / (4 * total):.0f} tokens a second, measured {speed:.0f}")

# %% [markdown]
# Bytes set a limit on the speed; they are not the only cost. What else takes time was not measured here. A guess: the many small operations between the large matrices, and the Python that calls them.
#
# The arithmetic explains much of how models are run. Half the bytes for a weight means up to twice the speed, even if not one multiplication is saved. The table takes the same formula to
# other memories. The bandwidths are what two kinds of memory can deliver at best (two channels of 8 bytes, 5,600 million times a second; and the maker's figure for an H100); the last column is what the file of this page would need if it were read as it is:

# %%
file_bytes = 98_362_432  # counted below
print(
    f"{'memory':<26}{'float32':>10}{'bfloat16':>10}{'98 MB file':>12}   tokens a second, at most"
)
for memory, gigabytes in [("two channels of DDR5-5600", 89.6), ("H100, HBM3", 3350)]:
    speeds = [gigabytes * 1e9 / size for size in (4 * total, 2 * total, file_bytes)]
    print(f"{memory:<26}{speeds[0]:>10,.0f}{speeds[1]:>10,.0f}{speeds[2]:>12,.0f}")

# %% [markdown]
# Ceilings, not predictions: on the fast memory, other costs come first for so small a model. And for *several texts at once* the weights are read once for all of them. That is why servers work in batches.
# %% [markdown]
# ## The file, byte by byte
#
# SmolLM2 came as one file in the format GGUF [8], which llama.cpp and its relatives use. You can read it with `struct`, which turns
# bytes into numbers. `<I` means an unsigned number of 4 bytes, `<Q` one of 8. `<` says that the byte that counts the ones comes first, then that of the 256s, and so on (*little-endian*).
#
# The file begins with 24 bytes: four letters that say what it is (such a beginning is called a *magic number*), the version of the format, how many tensors there are, and how many pieces of metadata (facts about the model).
# Every function of the next cells takes a place in the file, and returns what it read there and the place behind it.

# %%
import struct

from llmai_edu.datasets import smollm2_gguf

data = np.memmap(smollm2_gguf(), dtype=np.uint8, mode="r")  # read from the disk when asked for


def read_number(code, at):
    """The number that `struct` calls `code` at a place, and the place behind it."""
    size = struct.calcsize("<" + code)
    return struct.unpack_from("<" + code, data, at)[0], at + size


# %%
magic = data[:4].tobytes().decode()
version, at = read_number("I", 4)
n_tensors, at = read_number("Q", at)
n_facts, at = read_number("Q", at)
print(f"{magic}, version {version}, {n_tensors} tensors, {n_facts} facts; {len(data):,} bytes")
assert (magic, version, n_tensors, at) == ("GGUF", 3, 272, 24)
assert len(data) == file_bytes

# %% [markdown]
# Then come the facts. Each is a name, a number for the kind of value, and the value. A text is its length, in 8 bytes, and so many bytes of UTF-8. An *array* is the kind of its items, their number, and the items one
# after another:


# %%
from llmai_edu.viz.gguf_fields import NUMBERS, TEXT  # NUMBERS: kind → letter for struct


def read_text(at):
    length, at = read_number("Q", at)
    return data[at : at + length].tobytes().decode(), at + length


def read_value(kind, at):
    if kind == TEXT:
        return read_text(at)
    if kind in NUMBERS:
        return read_number(NUMBERS[kind], at)
    item_kind, at = read_number("I", at)  # an array
    length, at = read_number("Q", at)
    items = []
    for _ in range(length):
        item, at = read_value(item_kind, at)
        items.append(item)
    return items, at


# %%
facts, at = {}, 24
for _ in range(n_facts):
    name, at = read_text(at)
    kind, at = read_number("I", at)
    facts[name], at = read_value(kind, at)
shown = ("llama.", "general.architecture")
print(*((name, facts[name]) for name in facts if name.startswith(shown)), sep="\n")
print(f"the facts end at byte {at:,}")

# %% [markdown]
# Here are all the numbers that we counted with, and the tokenizer is in the file, too: its 49,152 tokens and their merges fill most of the 1.8 million bytes so far. It must be what the library reads:

# %%
from llmai_edu.viz.gguf_fields import gguf_fields, q4_1_fields

file, parts = open_gguf(smollm2_gguf()), gguf_fields(data)  # parts: where each field lies
assert facts == file.metadata
assert [facts["llama.embedding_length"], facts["llama.attention.head_count_kv"]] == [C, K]
assert facts["llama.rope.freq_base"] == config.rope_theta == 100_000
assert [len(facts["tokenizer.ggml.tokens"]), tokenizer.vocab_size] == [V, V]
assert sum(field.size for field in parts["facts"] if field.value.endswith("items")) > 0.9 * at

# %% [markdown]
# Next, the list of the tensors. For each: its name, how many sides it has, the sides (in the reverse order of ours), a number for the way in which it is packed, and where its bytes begin. That place counts from the beginning of the tensors' part, which
# starts at the next multiple of 32 (the file's *alignment*).


# %%
tensors = {}
for _ in range(n_tensors):
    name, at = read_text(at)
    n_sides, at = read_number("I", at)
    sides = struct.unpack_from(f"<{n_sides}Q", data, at)
    packing, at = read_number("I", at + 8 * n_sides)
    offset, at = read_number("Q", at)
    tensors[name] = (sides[::-1], packing, offset)
base = -(-at // 32) * 32  # round up
print(f"the list ends at byte {at:,}, the tensors begin at {base:,}")
print(*list(tensors.items())[:4], sep="\n")
for name, (shape, packing, offset) in tensors.items():
    info = file.tensors[name]
    assert (shape, packing, base + offset) == (info.shape, info.kind, info.start)

# %% [markdown]
# ### Four bits a weight
#
# Most matrices are packed as number 3, which is called Q4_1. A row is cut into *blocks* of 32 weights. In each block, each of the 32 numbers is replaced by the nearest of 16 equally spaced levels. A block has 20 bytes: the *scale* (the step from level to
# level) and the *minimum* (level 0) in float16, and then 16 bytes, each of which holds two numbers of four bits. The lower half-bytes are the weights 0 to 15 of the block, the upper ones 16 to 31:
#
# $$\text{weight} = \text{scale} \cdot q + \text{minimum}, \qquad q = 0 \dots 15$$
#
# Here is the first block of the first layer's query matrix:


# %%
def block_by_hand(block):
    """The 32 weights of a Q4_1 block of 20 bytes."""
    scale, minimum = struct.unpack("<ee", block[:4])  # e: float16
    lower = [byte % 16 for byte in block[4:]]
    upper = [byte // 16 for byte in block[4:]]
    return [scale * q + minimum for q in lower + upper]


shape, packing, offset = tensors["blk.0.attn_q.weight"]
place = base + offset
block = data[place : place + 20].tobytes()
scale, minimum = struct.unpack("<ee", block[:4])
print(f"scale {scale:.5f}, minimum {minimum:.5f}, first byte {block[4]:#04x}")
print([f"{w:.3f}" for w in block_by_hand(block)[:6]])
assert packing == 3


# %% quote="llmai_edu.pretrained.gguf_file:dequantize_q4_1_block"
def dequantize_q4_1_block(block: bytes) -> np.ndarray:
    """The 32 weights of one Q4_1 block, by hand: weight = scale · q + minimum, where q has 4 bits.

    A block is 20 bytes: scale and minimum in float16, then 16 bytes with two numbers each; the lower
    half-bytes are the first 16 weights, the upper ones the last 16. That makes 5 bits a weight.

    Returns (32,) of float32. Raises ValueError when the block has another length.

    >>> block = np.float16([0.5, -1.0]).tobytes() + bytes([0xF0] * 16)
    >>> weights = dequantize_q4_1_block(block)
    >>> weights[0].item(), weights[31].item()             # 0.5 · 0 - 1 and 0.5 · 15 - 1
    (-1.0, 6.5)
    """
    if len(block) != 20:
        raise ValueError(f"a Q4_1 block has 20 bytes, got {len(block)}")
    scale, minimum = np.frombuffer(block, dtype="<f2", count=2).astype(np.float32)
    pairs = np.frombuffer(block, dtype=np.uint8, offset=4)
    q = np.concatenate((pairs & 0x0F, pairs >> 4))  # (32,), each 0 … 15
    return scale * q + minimum


# %% [markdown]
# Draft and quotation must agree on this block, and with the package `gguf`, which belongs to llama.cpp, on the whole matrix. Then it should be the matrix of our model, with the rows reordered as above and turned, because ours are stored (in, out):

# %%
from gguf import GGMLQuantizationType
from gguf.quants import dequantize, quantize

assert np.allclose(dequantize_q4_1_block(block), block_by_hand(block))
packed = data[place : place + math.prod(shape) // 32 * 20].reshape(shape[0], -1)
matrix = dequantize(packed, GGMLQuantizationType.Q4_1)  # (out, in)
by_hand = [block_by_hand(row.tobytes()) for row in packed.reshape(-1, 20)[:200]]
assert np.allclose(by_hand, matrix.reshape(-1, 32)[:200])
assert torch.equal(pair_halves(torch.from_numpy(matrix), D).T, first.self_attn.q_proj.weight)

# %% [markdown]
# Where each field lies, `gguf_fields` has noted. Step through the file yourself: choose a part, and go from field to field. Where widgets do not run, you see the first 24 bytes.

# %%
from llmai_edu.viz import show
from llmai_edu.viz.gguf_bytes import gguf_widget, hex_view

parts["a Q4_1 block"] = q4_1_fields(data, place)
widget = gguf_widget(lambda start, stop: data[start:stop].tobytes(), parts)
beginning = hex_view(data[:24].tobytes(), parts["header"])
show(widget, beginning)
assert beginning.count("<b>version</b>") == 1

# %% [markdown]
# How many bits has a weight? A block of Q4_1 has 20 bytes for 32 weights, so 5 bits, not 4: scale and minimum cost one. Three ways of packing are in this file:

# %%
BLOCKS = {0: ("F32", 1, 4), 3: ("Q4_1", 32, 20), 8: ("Q8_0", 32, 34)}  # name, weights, bytes
weights_of, bytes_of = dict.fromkeys(BLOCKS, 0), dict.fromkeys(BLOCKS, 0)
for shape, packing, _ in tensors.values():
    _, per_block, size = BLOCKS[packing]
    weights_of[packing] += math.prod(shape)
    bytes_of[packing] += math.prod(shape) // per_block * size
for packing, (name, per_block, size) in BLOCKS.items():
    share = weights_of[packing] / total
    each = 8 * size / per_block
    print(f"{name:<5} {weights_of[packing]:>12,} weights ({share:.2%}), {each:g} bits each")
mean = 8 * sum(bytes_of.values()) / total
print(f"all tensors: {sum(bytes_of.values()):,} bytes, {mean:.2f} bits a weight")
assert sum(weights_of.values()) == total
assert 5.74 < mean < 5.75
assert 0 <= len(data) - base - sum(bytes_of.values()) < 32 * n_tensors
assert base / len(data) < 0.02

# %% [markdown]
# The token table has 8.5 bits a weight, the small norms have 32, all other matrices 5, and the mean is 5.74. "A 4-bit model" is a name, not a count. What the file holds beyond the tensors, its facts and the list of tensors, is less than 2 %.
#
# ### What four bits lose
#
# The original weights are not at hand, so take a matrix of random normal numbers and quantize it yourself: in each block, the smallest number is the minimum, and the scale is a fifteenth of the range.


# %%
def half(x):
    """Round to float16."""
    return x.astype(np.float16).astype(np.float32)


def quantize_q4_1(weights):
    """Blocks of 32 → what is left of them after 16 levels: (n, 32) → (n, 32)."""
    low = weights.min(1, keepdims=True)
    step = (weights.max(1, keepdims=True) - low) / 15
    return half(step) * np.round((weights - low) / step) + half(low)


original = rng.standard_normal((5000, 32)).astype(np.float32)
error = quantize_q4_1(original) - original
relative = math.sqrt((error**2).mean() / (original**2).mean())
steps = np.ptp(original, axis=1) / 15
expected = math.sqrt((steps**2).mean() / 12 * 30 / 32)
theirs = dequantize(quantize(original, GGMLQuantizationType.Q4_1), GGMLQuantizationType.Q4_1)
print(f"relative error {relative:.2%}, expected {expected:.2%}")
assert 0.075 < relative < 0.085
assert abs(relative - expected) < 0.002
assert np.abs(theirs - quantize_q4_1(original)).max() < 1.01 * steps.max()
assert abs(((theirs - original) ** 2).mean() / (error**2).mean() - 1) < 0.01

# %% [markdown]
# Eight per cent of the size of the weights, for normal numbers. It is what one expects: rounding to steps of width $s$ gives errors that are spread evenly over one step, and their root mean square is $s / \sqrt{12}$. (Two of the 32 numbers, the smallest and the largest, are hit
# almost exactly: hence the 30 / 32. What is left is the rounding of scale and minimum.) What such errors cost in bits per byte is asked in lesson 23 (planned), and all figures of SmolLM2 here are those of the rounded model.
#
# ## The ladder
#
# How good is it? It was measured as all models before it; this was recorded, because it takes minutes. SmolLM2 may have read the test years in its training. The address of 2026 was given later, and no model here has seen it. So the bars show
# that address, and the figures below them both:

# %% alt="The ladder, bits per byte on the address of 2026: an n-gram of order 6 at 1.99, the recurrent network at 1.87, an n-gram over tokens at 1.83, the GPT of lesson 12 at 1.80, the LSTM of lesson 08 at 1.68, and SmolLM2 at 1.04."
from llmai_edu.evaluation import load_ladder

ladder = {rung.name: rung for rung in load_ladder()}
smollm2 = ladder["SmolLM2-135M-Instruct (4-bit)"]
names = ["Kneser–Ney, order 6", "RNN (Elman)", "Kneser–Ney over BPE of 4,096 tokens"]
names += ["GPT", "LSTM", smollm2.name]
axes = ladder_chart(names, [ladder[name].fresh for name in names])
axes.set_xlabel("bits per byte on the address of 2026 (less is better)")
plt.show()
for name in names:
    print(f"{name:<36} test years {ladder[name].test:.3f}   2026 {ladder[name].fresh:.3f}")
assert smollm2.test_interval[1] < ladder["LSTM"].test_interval[0]
assert 10.5e6 < sum(map(len, ladder_text().doc_bytes("train"))) < 11.5e6
assert 0.75 < smollm2.test / ladder["LSTM"].test < 0.82
assert 0.58 < smollm2.fresh / ladder["LSTM"].fresh < 0.65
assert (
    1
    < ladder["GPT"].fresh / ladder["LSTM"].fresh
    < ladder["GPT"].test / ladder["LSTM"].test
    < 1.1
)

# %% [markdown]
# SmolLM2 needs a fifth less than the LSTM on the test years, and more than a third less on the address of 2026. That is no comparison of architectures: it read two trillion tokens, the LSTM had eleven million bytes. Our own GPT, with the same bytes and the same half hour, is a little behind the LSTM.

# %% [markdown]
# ## What it cannot do
#
# SmolLM2 writes fluent text, and it is not hard to find what it fails at. One failing can be measured exactly, because the truth is known: addition. The model sees three worked examples, which are the same for all,
# and then a sum that is drawn at random. The examples are read once; their keys and values are copied to all rows of a batch, and the questions are padded on the left. At the end of the cell stands the control: three sums asked one by one, with the examples read each time.


# %%
EXAMPLES = "4 + 3 = 7\n15 + 42 = 57\n286 + 149 = 435\n"


@torch.inference_mode()
def continue_all(rows, new_tokens):
    """Greedy continuations of rows of ids that all follow the examples."""
    start, width = tokenizer.encode(EXAMPLES), max(map(len, rows))
    shared = model.new_cache(1, len(start))
    model(torch.tensor([start]), shared, last_only=True)
    cache = model.new_cache(len(rows), len(start) + width + new_tokens)
    for mine, its in zip(cache.keys + cache.values, shared.keys + shared.values):
        mine[:, :, : len(start)] = its  # the same for every row
    cache.advance(len(start))
    new = torch.tensor([[0] * (width - len(row)) + row for row in rows])
    mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows])
    given = []
    for _ in range(new_tokens):
        logits = model(new, cache, attention_mask=mask, last_only=True)
        new = logits[:, -1].argmax(-1, keepdim=True)  # (B, 1)
        mask = torch.ones_like(new)
        given.append(new)
    return torch.cat(given, 1).tolist()


def ask(a, b):
    return tokenizer.encode(f"{a} + {b} =")


sums = [(7, 5), (38, 46), (120, 75)]
together = continue_all([ask(a, b) for a, b in sums], 4)
for (a, b), given in zip(sums, together):
    alone = list(generate(model, tokenizer.encode(EXAMPLES) + ask(a, b), 4))
    assert alone == given
print([tokenizer.decode(given) for given in together])

# %% [markdown]
# Now forty sums of each size. Guess the three shares before you look. Beside each stand the first two wrong answers, if there are any. The bars in the picture are 95 % intervals by Wilson's method: they show how far the share of forty may lie from that of all sums of the size.

# %% alt="Three points with their 95 per cent intervals, the share of right sums: at least four in five for one digit, between one and three in five for two digits, less than three in ten for three digits."
right = {}
for digits in (1, 2, 3):
    low = 1 if digits == 1 else 10 ** (digits - 1)
    pairs = rng.integers(low, 10**digits, (40, 2)).tolist()
    given = continue_all([ask(a, b) for a, b in pairs], digits + 3)
    said = [tokenizer.decode(ids).split("\n")[0].strip() for ids in given]
    right[digits] = np.array([text == str(a + b) for text, (a, b) in zip(said, pairs)])
    wrong = [f"{a} + {b} = {text}" for text, (a, b) in zip(said, pairs) if text != str(a + b)]
    print(
        f"{right[digits].sum()} of 40 right with {digits} digit{'s' * (digits > 1)}",
        *wrong[:2],
        sep="   ",
    )

shares = [right[digits].mean() for digits in (1, 2, 3)]
tests = [stats.binomtest(int(found.sum()), 40) for found in right.values()]
intervals = [test.proportion_ci(method="wilson") for test in tests]
_, axes = new_axes(5.0, 3.0)
below = [share - ci.low for share, ci in zip(shares, intervals)]
above = [ci.high - share for share, ci in zip(shares, intervals)]
axes.errorbar([1, 2, 3], shares, [below, above], fmt="o", capsize=4, color=PALETTE[0])
axes.set(xlabel="digits of each number", ylabel="share of right sums", ylim=(0, 1.05))
axes.set_xticks([1, 2, 3])
plt.show()
assert shares[0] > shares[1] > shares[2]
assert intervals[0].low > intervals[2].high
assert shares[0] >= 0.8
assert 0.2 <= shares[1] <= 0.6
assert shares[2] < 0.3

# %% [markdown]
# One digit is nearly always right, three digits seldom, and two digits lie between. There are only 81 sums of two one-digit numbers (0 left out), and the training text very likely holds them all; there are 810,000 of two numbers with three digits. So a model could know the first by heart,
# but would need a procedure for the last. These figures fit that, and do not prove it. The wrong answers look just like the right ones.
#
# ## What we have now, and what it cannot do
#
# - Today's decoder, from four exchanged parts, and equal to the reference: every one of 121 log-probabilities within 0.0001.
# - RMSNorm leaves out a mean that was small anyway. RoPE turns queries and keys, so that only distances count. SwiGLU multiplies one sum by a gate that another sum opens. Grouped queries cut the cache to a third.
# - In a small ablation, of the four parts only RoPE made a visible difference: 0.87 bits after 350 steps, 0.26 after four times as many (there together with RMSNorm).
# - The KV cache is exact at every length, in chunks, and with padding. It saves operations, and it costs memory: both are formulae that we counted.
# - Bytes set the ceiling of writing: all weights once for every token. So fewer bits a weight mean more than a smaller file.
# - A model file is bytes that can be read with `struct`. `load_llama`, `load_mistral` and `load_qwen3` in `llmai_edu.pretrained.llama_hub` read such models from the folders of the Hugging Face hub.
# - What the architecture gives is a cheaper and, in our small test, a faster way to the same kind of model. That SmolLM2 knows so much more than the models before comes from two trillion tokens and a budget that is not ours. Lesson 16 (planned)
#   is about that: how such training is done, and what a small base model of our own can reach.
#
# **Try it:** the [exercise sheet](../exercises/15_llama.ipynb) asks you to mend a cache that rolls, to stretch rotary positions to longer texts, and to pack weights into bytes.
#
# **Sources**
#
# [1] H. Touvron et al., [*LLaMA: Open and Efficient Foundation Language Models*](https://arxiv.org/abs/2302.13971), 2023. Llama 3: A. Grattafiori et al., [*The Llama 3 Herd of Models*](https://arxiv.org/abs/2407.21783), 2024.
#
# [2] L. Ben Allal et al., [*SmolLM2: When Smol Goes Big – Data-Centric Training of a Small Language Model*](https://arxiv.org/abs/2502.02737), 2025.
#
# [3] B. Zhang and R. Sennrich, [*Root Mean Square Layer Normalization*](https://arxiv.org/abs/1910.07467), 2019.
#
# [4] J. Su et al., [*RoFormer: Enhanced Transformer with Rotary Position Embedding*](https://arxiv.org/abs/2104.09864), 2021.
#
# [5] N. Shazeer, [*GLU Variants Improve Transformer*](https://arxiv.org/abs/2002.05202), 2020.
#
# [6] J. Ainslie et al., [*GQA: Training Generalized Multi-Query Transformer Models from Multi-Head Checkpoints*](https://arxiv.org/abs/2305.13245), 2023.
#
# [7] A. Q. Jiang et al., [*Mistral 7B*](https://arxiv.org/abs/2310.06825), 2023.
#
# [8] The [specification of GGUF](https://github.com/ggml-org/ggml/blob/master/docs/gguf.md), ggml.
#
# [9] H. Touvron et al., [*Llama 2: Open Foundation and Fine-Tuned Chat Models*](https://arxiv.org/abs/2307.09288), 2023: grouped queries in the models of 34 and 70 billion parameters.
#
# *Prose CC BY 4.0, code MIT, the llmai_edu authors. The speeches are in the public domain; their collection is under the MIT
# licence of the package that ships it. SmolLM2: Apache-2.0.*
