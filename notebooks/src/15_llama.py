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
# The GPT of lesson 12 is the design of 2019. Most of the open models that people run today have another one, which became
# known with Llama [1]. It is the same stack of blocks with four parts exchanged. On this page you build each of the four, hold it
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
from llmai_edu.pretrained import load_smollm2, smollm2_reference
from llmai_edu.tokenizers import smollm2_tokenizer
from llmai_edu.viz import PALETTE, ladder_chart, new_axes

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
# question and its whole answer at once, and the log-probability that it gave to each of the tokens was recorded:


# %%
from llmai_edu.pretrained.reference import smollm2_logits


def log_probs(logits, ids):
    """The log-probability of each token but the first: (1, T, V) and (1, T) → (T - 1,)."""
    return logits[0, :-1].log_softmax(-1).gather(-1, ids[0, 1:, None]).squeeze(-1)


recorded = smollm2_logits()
chat, theirs = torch.tensor([recorded["ids"]]), torch.tensor(recorded["log_probs"])
logits = model(chat)  # (1, T, V)
difference = (log_probs(logits, chat) - theirs).abs().max().item()
print(f"{len(theirs)} log-probabilities, largest difference {difference:.6f} nats")
best = logits[0, -1].topk(5)
assert difference < 1e-3
assert best.indices.tolist() == recorded["best_ids"]
assert torch.allclose(best.values, torch.tensor(recorded["best_logits"]), atol=1e-3)

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
# | biases | in every matrix | none |
# | head | tied to the token table | tied in small models, its own matrix in large ones |
#
# The rest stayed: the residual stream, the order of the two layers in a block, the norm before each of them, the causal mask. Here is
# Llama's block. Apart from `rope`, it reads like the one that you know:

# %%
from llmai_edu.models.cache import KVCache


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
# channels inside the feed-forward layer. There are H query heads and K key heads of D channels each:

# %%
V, C, layers = config.vocab_size, config.hidden_size, config.num_hidden_layers
inner, D = config.intermediate_size, config.head_dim  # inner is F, a letter that torch has taken
H, K = config.num_attention_heads, config.num_key_value_heads
print(f"V {V:,}  C {C}  F {inner}  layers {layers}  H {H}  K {K}  D {D}")
assert C == H * D

# %% [markdown]
# From these the number of parameters follows, part by part. Each matrix has as many as its two sides multiplied; each norm has C:

# %%
formula = {
    "lm_head": V * C,  # the token table, too
    "q_proj": layers * C * H * D,
    "k_proj": layers * C * K * D,
    "v_proj": layers * C * K * D,
    "o_proj": layers * H * D * C,
    "gate_proj": layers * C * inner,
    "up_proj": layers * C * inner,
    "down_proj": layers * inner * C,
    "norm": (2 * layers + 1) * C,
}
counted = dict.fromkeys(formula, 0)
for name, weight in model.named_parameters():
    counted[next(part for part in formula if part in name)] += weight.numel()
total = sum(formula.values())
assert counted == formula
assert total == 134_515_008

# %% alt="Horizontal bars of the parameters by part, in millions: the token table 28.3, each of gate, up and down 26.5, queries and output 10.0 each, keys and values 3.3 each, the norms 0.04."
_, axes = new_axes(6.5, 3.4)
names = list(formula)[::-1]
bars = axes.barh(names, [formula[name] / 1e6 for name in names], color=PALETTE[0])
axes.bar_label(bars, [f"{formula[name] / 1e6:.2f}" for name in names], padding=3)
axes.set(xlabel="parameters, in millions", xlim=(0, 33))
plt.show()
feed_forward = sum(formula[name] for name in ("gate_proj", "up_proj", "down_proj"))
print(f"feed-forward {feed_forward / total:.0%}, token table {formula['lm_head'] / total:.0%}")
assert 0.58 < feed_forward / total < 0.6
assert 0.2 < formula["lm_head"] / total < 0.22

# %% [markdown]
# The feed-forward layers hold 59 % of the model. The token table holds 21 %, and it serves twice: its rows are the vectors of the tokens at the entrance, and
# the head at the exit compares with the same rows. This is *weight tying*, as in lesson 08. A head of its own would add another 28.3 million. In a large model that matters less,
# and so Llama 3 of 8 billion parameters, for one, has two separate tables. Models of this size cannot afford it.

# %%
untied = Llama(replace(config, tie_word_embeddings=False, num_hidden_layers=1))
tied = Llama(replace(config, num_hidden_layers=1))
extra = sum(p.numel() for p in untied.parameters()) - sum(p.numel() for p in tied.parameters())
print(f"a head of its own: {extra:,} parameters more")
assert extra == V * C == formula["lm_head"]
del untied, tied

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
import math


def rms_norm_loops(x, weight, eps):
    """One vector, number by number."""
    mean_square = sum(value * value for value in x) / len(x)
    return [w * value / math.sqrt(mean_square + eps) for w, value in zip(weight, x)]


# %% quote="llmai_edu.models.llama:rms_norm"
def rms_norm(x: torch.Tensor, weight: torch.Tensor, eps: float = 1e-5) -> torch.Tensor:
    """Scale every vector to a root mean square of 1, then every channel by its own weight.

    Computed in float32 whatever comes in: in bfloat16 a sum of 576 squares would lose its small terms.

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
x = torch.randn(5, C, generator=generator) + 0.5
weight = torch.rand(C, generator=generator) + 0.5
ours = rms_norm(x, weight)
assert torch.allclose(ours[0], torch.tensor(rms_norm_loops(x[0].tolist(), weight.tolist(), 1e-5)))
assert torch.allclose(ours, F.rms_norm(x, (C,), weight, eps=1e-5), atol=1e-6)
centred = x - x.mean(-1, keepdim=True)
assert torch.allclose(rms_norm(centred, weight), F.layer_norm(x, (C,), weight), atol=1e-5)
assert not torch.allclose(ours, F.layer_norm(x, (C,), weight), atol=0.1)

# %% [markdown]
# What does SmolLM2 lose by not subtracting? That depends on how large the mean is in the residual stream. Measure it in every norm of the model: which share of
# the mean square is due to the mean? Before you look, guess: 1 %, 10 %, or half?
#
# The text for this and the next measurements is the first thousand characters of the address of 2026, which was given after the model was trained. A
# token that ends a text, `<|endoftext|>`, stands before it, as in the training.
#
# A *hook* is a function that PyTorch calls when a part of a model runs. This one looks at the input of each norm.


# %%
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

# %% alt="Points of the share of the mean square that is due to the mean, in per cent, at the 61 norms from the entrance to the exit. It starts near 0.1, rises to about 0.4 in the middle, falls again, and stays below half of one per cent. A dashed line at 0.17 shows what a random vector would have."
_, axes = new_axes(6.5, 3.0)
axes.plot([100 * share for share in shares], "o", markersize=4, color=PALETTE[0], label="SmolLM2")
axes.axhline(100 / C, ls="--", color="#555555", label="a random vector: 1/C")
axes.set(xlabel="norm, from entrance to exit", ylabel="share of the mean, %", ylim=(0, None))
axes.legend()
plt.show()
assert max(shares) < 0.006
assert 1 / C < max(shares)

# %% [markdown]
# Less than one per cent, everywhere. The direction in which all channels are equal is one of 576, and the model puts about as much there as a random vector would, at most a few times as much. So there is
# little to subtract. As a test, subtract it all the same, in every norm of the trained model. As a control, take away another direction, drawn at random:


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
without_random = without(F.normalize(torch.randn(C, generator=generator), dim=0))
print(f"as trained {plain_bits:.3f}, mean subtracted {without_mean:.3f}", end="")
print(f", another direction subtracted {without_random:.3f}")
assert abs(without_mean - plain_bits) < 0.06
assert abs(without_random - plain_bits) < 0.06

# %% [markdown]
# The model was never trained with the subtraction, and yet it does almost as well with it (within 0.06 bits). So the mean carries little, no more than
# any direction. This says nothing about training: whether a model *learns* better with the one or the other is asked further down. What RMSNorm saves for certain is a
# pass over the vector, and C biases in each norm.
# %% [markdown]
# ## RoPE: positions by turning
#
# Attention by itself does not see order. GPT-2 adds a learned vector for each place at the entrance. That has two drawbacks: there is no vector for a place beyond the
# table, and what the model learned about places 3 and 5 says nothing about places 103 and 105, although the distance is the same.
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
# The fast pairs tell near distances finely, the slow ones tell far distances apart. In plain Python, complex numbers do the turning: a pair is $a + bi$, and
# to multiply with $e^{i\varphi}$ is to turn by $\varphi$.


# %%
import cmath


def rope_loops(x, position, theta):
    """Turn each pair of one head's vector; channel i is paired with channel i + D/2."""
    half = len(x) // 2
    turned = list(x)
    for i in range(half):
        angle = position * theta ** (-2 * i / len(x))
        pair = complex(x[i], x[i + half]) * cmath.exp(1j * angle)
        turned[i], turned[i + half] = pair.real, pair.imag
    return turned


# %% alt="Three circles. On each, one pair of channels is drawn as an arrow at positions 0 to 7. Pair 0 turns by 57 degrees a token and goes round more than once, pair 8 turns by 3 degrees a token, pair 31 does not move visibly."
_, axes = new_axes(7.0, 2.8)
for panel, pair in enumerate((0, 8, 31)):
    start = [0.0] * D
    start[pair] = 1.0
    axes.add_patch(plt.Circle((3 * panel, 0), 1, fill=False, color="#999999"))
    for position in range(8):
        turned = rope_loops(start, position, config.rope_theta)
        a, b = turned[pair], turned[pair + D // 2]
        axes.plot([3 * panel, 3 * panel + a], [0, b], color=PALETTE[panel], alpha=0.6)
        if pair == 0 or position in (0, 7):
            at = 1.22 if position < 7 or pair < 31 else 1.55
            axes.text(3 * panel + at * a, at * b, position, ha="center", va="center")
    degrees = math.degrees(config.rope_theta ** (-2 * pair / D))
    axes.text(3 * panel, -1.75, f"pair {pair}: {degrees:.3g}° a token", ha="center")
axes.set(aspect="equal", xlim=(-1.6, 7.9), ylim=(-2.0, 1.5))
axes.axis("off")
plt.show()

# %% [markdown]
# The numbers are positions. Pair 0 has gone round once by position 7. The last pair needs about half a million tokens for one round. In the library, the angles are made once for
# all layers, and the turning is done for all heads at once:


# %% quote="llmai_edu.models.rope:rope_angles"
def rope_angles(
    positions: torch.Tensor, head_dim: int, theta: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Cosine and sine of the angle by which each pair of channels is turned at each position.

    Pair i turns by `position · theta^(-2i/D)` radians: the first pair by 1 a token, the last ones hardly at
    all.

    positions: (T,), or (B, T) where texts are padded. head_dim: D, even. Returns two tensors of float32, (T, D/2) or
    (B, 1, T, D/2), which broadcast over the heads.

    >>> cos, sin = rope_angles(torch.arange(3), head_dim=4, theta=100.0)
    >>> angle = torch.atan2(sin, cos)[2]                  # position 2: 2 radians, and 2 / 100^(1/2)
    >>> [round(a, 3) for a in angle.tolist()]
    [2.0, 0.2]
    """
    exponent = torch.arange(0, head_dim, 2, device=positions.device) / head_dim  # (D/2,)
    angle = positions[..., None] * (1.0 / theta**exponent)  # (..., T, D/2)
    if positions.ndim == 2:
        angle = angle[:, None]  # (B, 1, T, D/2)
    return angle.cos(), angle.sin()


# %% quote="llmai_edu.models.rope:apply_rope"
def apply_rope(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Turn every pair of channels by its angle, so that q · k tells how far apart two tokens are, and not
    where.

    Channel i is paired with channel i + D/2, as on the Hugging Face hub; the paper and llama.cpp pair the
    neighbours 2i and 2i + 1. Either gives the same attention, once the rows of the query and key weights
    stand in that order.

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
angles = rope_angles(torch.arange(12), D, config.rope_theta)
turned = apply_rope(q, *angles)
for position in range(12):
    slow = rope_loops(q[0, 0, position].tolist(), position, config.rope_theta)
    assert torch.allclose(turned[0, 0, position], torch.tensor(slow), atol=1e-5)
assert torch.allclose(turned.norm(dim=-1), q.norm(dim=-1))  # turning changes no length
assert torch.equal(turned[:, :, 0], q[:, :, 0])  # position 0 turns nothing
full_circle = 2 * math.pi * config.rope_theta ** (62 / 64)
assert 4e5 < full_circle < 5e5

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


x = torch.randn(1, 12, C, generator=generator)
wq, wk = torch.randn(2, D, C, generator=generator)  # (out, in), as the file has them
there = [apply_rope_neighbours((x @ w.T)[:, None], *angles) for w in (wq, wk)]
here = [apply_rope((x @ pair_halves(w, D).T)[:, None], *angles) for w in (wq, wk)]
assert torch.allclose(there[0] @ there[1].mT, here[0] @ here[1].mT, rtol=1e-3, atol=1e-2)
mixed = [apply_rope((x @ w.T)[:, None], *angles) for w in (wq, wk)]
assert not torch.allclose(there[0] @ there[1].mT, mixed[0] @ mixed[1].mT, rtol=0.1, atol=10)

# %% [markdown]
# The attention scores are the same with either pairing once the rows are moved, and different when they are not. Nothing would raise an error: the shapes all fit.
#
# ### What RoPE does in SmolLM2
#
# The model takes its angles as an argument, so they can be changed from outside. Five experiments: all positions moved by 1,000; all positions the same, so that there is no order at all beside the causal
# mask; every distance halved; every distance doubled; and, instead, queries and keys in the file's own order of rows. Before you run it, guess which of them the model survives.


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


# %%
def file_order(weight):
    """Undo `pair_halves`, for a matrix of ours (in, out): the columns as the file has its rows."""
    return weight.unflatten(1, (-1, 2, D // 2)).transpose(2, 3).flatten(1)


neighbours = {
    name: file_order(weight)
    for name, weight in model.named_parameters()
    if name.endswith(("q_proj.weight", "k_proj.weight"))
}
by_positions["rows not reordered"] = bits(torch.func.functional_call(model, neighbours, (ids,)))

# %% alt="Horizontal bars of bits per byte under six treatments of positions. As trained and moved by 1,000 are level, distances doubled a little more, distances halved more, no positions and rows not reordered far worse."
_, axes = new_axes(6.5, 2.9)
names = list(by_positions)[::-1]
bars = axes.barh(names, [by_positions[name] for name in names], color=PALETTE[0])
axes.bar_label(bars, fmt="%.2f", padding=3)
axes.set(xlabel="bits per byte on 1,000 characters of 2026", xlim=(0, 1.2 * max(by_positions.values())))
plt.show()
assert abs(by_positions["as trained"] - plain_bits) < 1e-3
assert abs(by_positions["moved by 1,000"] - by_positions["as trained"]) < 1e-3
