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
# # GPT: the Transformer block
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/notebooks/12_gpt.ipynb)
# <!-- colab:end -->
#
# *About 90 minutes to read, 75 seconds to run on two CPU cores, 2.0 GB. Needs: lesson 11.*
#
# Lesson 11 built attention: each token asks, all tokens before it answer. A language model needs a little more than that. On
# this page you put it together: attention, a small network for each token, a sum that carries everything upwards, and a way to keep the
# numbers in bounds. Together they are a *Transformer block*. A stack of such blocks that predicts the next token is a GPT. Ours
# is laid out as GPT-2 was, weight by weight. You count its parameters and its multiplications, take it apart to see what each part buys,
# and train it on Shakespeare, letter by letter, against a strong opponent from lesson 02.

# %% tags=["setup"]
# --- On Colab, install the course first; anywhere else these lines do nothing ---
import os
import sys
from IPython import get_ipython

if "google.colab" in sys.modules:
    address = os.environ.get("LLMAI_EDU_SOURCE", "https://github.com/llmai-edu/llmai-edu")
    get_ipython().run_line_magic("pip", f'install -q "llmai-edu @ git+{address}"')
# --- end of the Colab lines ---
import json
import math
import re
from importlib.resources import files
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.datasets.char_shakespeare import char_shakespeare
from llmai_edu.device import pick_device, seed_everything
from llmai_edu.tokenizers import CharTokenizer
from llmai_edu.viz import PALETTE, new_axes

seed = 0
device = pick_device()
text = char_shakespeare()
tokenizer = CharTokenizer.from_text(text.train)
train, valid, test = (
    torch.tensor(tokenizer.encode(part), dtype=torch.uint8)
    for part in (text.train, text.valid, text.test)
)
V = tokenizer.vocab_size

# %% [markdown]
# ## The result first
#
# The text is all of Shakespeare, 42 works one after another. The first nine tenths are for training. The rest is cut in two: a *validation* part, to
# try things out on, and a *test* part, used once, for a choice that was made on the other. A token is one character here (lesson 01), so the vocabulary is small:

# %%
print(f"{len(train):,} characters to train on, {len(valid):,} and {len(test):,} held out")
print(f"V = {V}: {''.join(tokenizer.alphabet)!r}")
assert V == 84
assert 4.5e6 < len(train) < 4.6e6

# %% [markdown]
# A GPT of 0.8 million parameters was trained on it for 2,000 steps, some two minutes of one core. The run was *recorded*: its weights and
# its losses come with the course. Here it writes. It reads at most 64 characters. When these are full, the function below goes on
# from the last 32, so that each character is chosen from at least 32 before it, once there are so many. The cache, with which no character is read twice, is explained in lesson 15.

# %%
from llmai_edu.generation.sampling import sample
from llmai_edu.pretrained.char_gpt import load_char_gpt


@torch.inference_mode()
def write(model, ids, new, generator, temperature=1.0):
    """Continue each row of ids (B, T) by `new` tokens; when the context is full, go on from half of it."""
    context, cache = model.config.n_positions, None
    for _ in range(new):
        if cache is None or cache.length == context:
            cache, fresh = model.new_cache(len(ids)), ids[:, -context // 2 :]
        logits = model(fresh.to(device), cache, last_only=True)[:, -1].cpu()  # (B, V)
        fresh = sample(logits, temperature, generator=generator)[:, None]  # (B, 1)
        ids = torch.cat([ids, fresh], dim=1)
    return ids


# %%
generator = seed_everything(seed)
recorded_model, _ = load_char_gpt(device)
newline = torch.tensor([tokenizer.encode("\n")])
written = write(recorded_model, newline, 400, generator, temperature=0.8)
print(tokenizer.decode(written[0].tolist()))

# %% [markdown]
# It has the look of a play, and some of its longer words are words. It makes no sense. (The *temperature* of 0.8 sharpens the distribution a little,
# as in lesson 00.) The next picture is how it came to this: the loss on the validation part, in nats a character, during training. Beside it
# stands the GPT-2 of the library *transformers*, which much of the field uses, with the same sizes, on the same windows of text:

# %%
recorded = json.loads((files("llmai_edu.evaluation") / "char_gpt.json").read_text())
runs = {
    kind: [run for run in recorded["compare"] if run["model"] == kind]
    for kind in ("ours", "transformers")
}
for kind, found in runs.items():
    print(kind, [f"seed {run['seed']}: {run['valid']:.3f}" for run in found])
    assert all(1.895 < run["valid"] < 1.915 for run in found)
    assert all(1.82 < run["valid_curve"][-1][1] < 1.84 for run in found)
means = [np.mean([run["valid"] for run in found]) for found in runs.values()]
assert abs(means[0] - means[1]) < 0.02

# %% alt="Validation loss in nats a character against the step, 100 to 2,000, for our GPT and for that of transformers, three seeds each. All curves lie together: they fall from about 2.7 at step 100 through 2.5 at step 300 to 1.83 at step 2,000."
_, axes = new_axes(6.5, 3.4)
for (kind, found), style, color in zip(runs.items(), ("o-", "^--"), PALETTE):
    for run in found:
        axes.plot(*zip(*run["valid_curve"]), style, ms=3, color=color)
    axes.plot([], [], style, ms=3, color=color, label=f"{kind}, three seeds")
axes.set(xlabel="step", ylabel="nats a character, validation", ylim=(1.7, 2.9))
axes.legend()
plt.show()

# %% [markdown]
# The curves lie together. After 2,000 steps the loss on the whole validation part is 1.91 for ours and 1.90 to 1.91 for theirs. It was read in windows of 64 characters, each without a past. (The curve ends a little lower, because it was measured on the first 40,000 characters only.) The
# recipe is published with a loss of 1.88 [8], but for another text: 1.1 million characters of Shakespeare, cut in another way. The two losses cannot be compared.
#
# ## A stream of vectors
#
# What flows through a GPT is one vector for each token, of $C$ numbers; these are called *channels*. It begins as the sum of two rows of tables:
# one says which token it is, one says at which place it stands. Both tables are learned. (Lesson 11 had a fixed table of sines for the places. GPT
# learns its own, so it has no row for place 65 of a context of 64.) A small model to look at, with one block:

# %%
from llmai_edu.models.gpt import GPT, GPTConfig

config = GPTConfig(vocab_size=V, n_positions=64, n_embd=32, n_layer=1, n_head=1)
small = GPT(config, generator=generator)
ids = valid[None, :16].long()  # (B, T)
x = small.wte(ids) + small.wpe(torch.arange(16))  # (B, T, C)
print(repr(tokenizer.decode(ids[0].tolist())), tuple(x.shape))

# %% [markdown]
# The names are GPT-2's, and they are odd: `wte` is the table of tokens ("word token embedding"), `wpe` that of places, `h` the list of blocks, and in
# a block `ln_1` and `ln_2` are the normalizations, `attn` the attention, `mlp` the feed-forward layer. Whoever keeps the names can
# read the weights that others publish.
#
# ## Two layers that take turns
#
# A block has two layers. **Attention** moves something from place to place. It is the only part of the model that does.
# **Feed-forward** works on each token alone: it takes its $C$ numbers, makes $4C$ of them with a matrix, bends each of them with a
# function, and makes $C$ again with a second matrix. It is the MLP of lesson 05, the same for all places. In plain Python, for one token:


# %%
def gelu(a):
    """Hendrycks and Gimpel's bend, in the approximation that GPT-2 takes."""
    return 0.5 * a * (1 + math.tanh(math.sqrt(2 / math.pi) * (a + 0.044715 * a**3)))


def times_matrix(x, weight, bias):
    """x @ weight + bias, for lists; weight has a row for each input."""
    columns = zip(*weight)
    return [sum(a * w for a, w in zip(x, column)) + b for column, b in zip(columns, bias)]


def feed_forward_loops(x, weight_up, bias_up, weight_down, bias_down):
    wide = [gelu(a) for a in times_matrix(x, weight_up, bias_up)]
    return times_matrix(wide, weight_down, bias_down)


# %% [markdown]
# The bend is called *GELU* [1]. It is $a \cdot \Phi(a)$, where $\Phi(a)$ is the probability that a normal random number is less than $a$. For a
# large $a$ it is $a$, for a very negative one 0, and in between it is smooth, where ReLU has its corner:

# %% alt="Two curves over a from -4 to 4. ReLU is 0 up to 0 and then a straight line. GELU is close to it at both ends, and dips below zero in between, to minus 0.17 near a = -0.75."
a = torch.linspace(-4, 4, 401)
_, axes = new_axes(4.5, 2.6)
axes.plot(a, F.relu(a), "--", color=PALETTE[1], label="ReLU")
axes.plot(a, F.gelu(a), color=PALETTE[0], label="GELU")
axes.set(xlabel="a", ylim=(-0.5, 4))
axes.legend()
plt.show()

# %%
exact, approximate = F.gelu(a), F.gelu(a, approximate="tanh")
print(f"lowest {exact.min():.2f} at a = {a[exact.argmin()]:.2f}")
print(f"approximation off by at most {(exact - approximate).abs().max():.4f}")
assert (exact - approximate).abs().max() < 0.001
assert np.isclose(gelu(1.3), F.gelu(torch.tensor(1.3), approximate="tanh").item(), atol=1e-6)
assert abs(exact.min() + 0.17) < 0.005

# %% [markdown]
# GPT-2 was trained with the approximation by tanh, which is off by less than a thousandth, and whoever wants its exact logits must take it too.
# The library's layer (`c_fc` is the matrix up, `c_proj` the one down):


# %% quote="llmai_edu.models.gpt:GPTMLP.forward"
def forward(self, x: torch.Tensor) -> torch.Tensor:
    return self.c_proj(F.gelu(self.c_fc(x), approximate="tanh"))  # (B, T, C)


# %%
mlp = small.h[0].mlp
nn.init.normal_(mlp.c_proj.weight, generator=generator)  # numbers large enough to see
weights = [
    part.tolist()
    for part in (mlp.c_fc.weight, mlp.c_fc.bias, mlp.c_proj.weight, mlp.c_proj.bias)
]
by_hand = feed_forward_loops(x[0, 5].tolist(), *weights)
assert np.allclose(forward(mlp, x)[0, 5].tolist(), by_hand, atol=1e-5)
print("draft and library agree at place 5")

# %% [markdown]
# Attention is that of lesson 11. GPT-2 computes queries, keys and values in one product, `c_attn`, of $3C$ columns, and cuts it in three. Then each
# third is cut into heads, and after attention the heads are put side by side again and mixed by `c_proj`:

# %%
from llmai_edu.models.attention import attention
from llmai_edu.models.cache import KVCache, place_tokens


# %% quote="llmai_edu.models.gpt:GPTAttention.heads"
def heads(self, x: torch.Tensor) -> torch.Tensor:
    """(B, T, H·D) → (B, H, T, D)."""
    return x.unflatten(-1, (-1, self.head_dim)).transpose(1, 2)


# %% quote="llmai_edu.models.gpt:GPTAttention.forward"
def forward(
    self, x: torch.Tensor, mask: torch.Tensor | None = None, cache: KVCache | None = None
) -> torch.Tensor:
    q, k, v = (
        self.heads(part) for part in self.c_attn(x).split(x.shape[-1], dim=-1)
    )  # (B, H, T, D) each
    if cache is not None:
        k, v = cache.append(self.layer, k, v)  # (B, H, S, D): all tokens read so far
    y = attention(q, k, v, mask, causal=True, dropout=self.dropout if self.training else 0.0)
    return self.c_proj(y.transpose(1, 2).flatten(2))  # (B, T, C)


# %% [markdown]
# `mask` hides padding and `cache` remembers what was read; both are `None` in training. Now the vector at place 5 of 16 is changed. Some places hear of it through attention.
# Guess before you run the next cell: which of them hears most, and how many times as much as the last?

# %%
changed = x.clone()
changed[0, 5] += 1.0
attn = small.h[0].attn
third = heads(attn, x)
assert third.shape == (1, 1, 16, 32)  # (B, H, T, D)
reached = {}
for name, layer in {"attention": attn, "feed-forward": mlp}.items():
    moved = (layer(changed) - layer(x)).abs().amax(-1)[0]  # (T,)
    reached[name] = moved.nonzero().flatten().tolist()
    shares = [f"{m / moved[5]:.2f}" for m in moved[reached[name]].tolist()]
    print(f"{name:<13} changes at places {reached[name]}\n  beside place 5: {shares}")
    if name == "attention":
        assert all(b < a for a, b in zip(moved[5:], moved[6:]))
        assert 2.2 < moved[5] / moved[15] < 3.2
assert torch.equal(forward(attn, x), attn(x))
assert reached == {"attention": list(range(5, 16)), "feed-forward": [5]}

# %% [markdown]
# Attention tells all later places, and no earlier one: it is *causal*. Place 5 itself hears most, the last less than half of that. This attention is not trained yet, so it takes
# nearly the mean of what it sees; at place 5 the change is one of six vectors, at place 15 one of sixteen. The feed-forward layer tells nobody.
#
# ## Adding, not replacing
#
# How are the two put in a row? One could hand the output of one layer to the next, as in lesson 05. A block does something else: what a layer makes is *added* to
# the vector that it read.
#
# $$x \leftarrow x + \text{attention}(x) \qquad\quad x \leftarrow x + \text{feed-forward}(x)$$
#
# This is a *residual connection* [2]. The memory of the LSTM (lesson 08) was made in nearly the same way, and for the same reason: through a sum the gradient comes back
# unchanged. There is another way to see it. The vectors run through the model from bottom to top like a bus line, the *residual stream*. Each layer
# reads what is on it, and writes by adding. Nothing is overwritten; a layer can only add (and what it adds may cancel something).
#
# ## Keeping the numbers in bounds
#
# A sum can grow. So a layer does not read the stream itself but a normalized copy: from the $C$ numbers of a token its mean is taken away, and the rest
# is divided by its standard deviation. Then each channel gets a learned weight and bias. This is *layer normalization* [3]:


# %%
def layer_norm_loops(x, weight, bias, eps=1e-5):
    """One token's channels, with mean 0 and variance 1, then stretched and moved."""
    mean = sum(x) / len(x)
    variance = sum((value - mean) ** 2 for value in x) / len(x)
    scale = 1 / math.sqrt(variance + eps)  # eps: no division by zero
    return [(value - mean) * scale * w + b for value, w, b in zip(x, weight, bias)]


# %%
norm = nn.LayerNorm(32)
nn.init.normal_(norm.weight, generator=generator)
nn.init.normal_(norm.bias, generator=generator)
mine = layer_norm_loops(x[0, 5].tolist(), norm.weight.tolist(), norm.bias.tolist())
assert np.allclose(mine, norm(x)[0, 5].tolist(), atol=1e-5)
print("equal to torch's LayerNorm")

# %% [markdown]
# It works on each token by itself; the other tokens and the other texts of the batch do not matter. Now all parts are there, and a whole block with one head is a few lines. `p` holds
# its tensors by name:


# %%
def normalized(x, weight, bias):
    x = x - x.mean(-1, keepdim=True)
    return x / (x.square().mean(-1, keepdim=True) + 1e-5).sqrt() * weight + bias


def block_plain(x, p):
    """A block with one head in plain tensor operations. x: (T, C)."""
    T, C = x.shape
    read = normalized(x, p["ln_1.weight"], p["ln_1.bias"])
    q, k, v = (read @ p["attn.c_attn.weight"] + p["attn.c_attn.bias"]).split(C, dim=-1)
    scores = q @ k.T / math.sqrt(C)  # (T, T)
    ahead = torch.ones(T, T).triu(1).bool()
    found = scores.masked_fill(ahead, -torch.inf).softmax(-1) @ v
    x = x + found @ p["attn.c_proj.weight"] + p["attn.c_proj.bias"]
    read = normalized(x, p["ln_2.weight"], p["ln_2.bias"])
    wide = F.gelu(read @ p["mlp.c_fc.weight"] + p["mlp.c_fc.bias"], approximate="tanh")
    return x + wide @ p["mlp.c_proj.weight"] + p["mlp.c_proj.bias"]


# %% [markdown]
# The library's block says the same with its parts. (This page quotes several functions that are called `forward`. The name always means the one that was run last.)


# %% quote="llmai_edu.models.gpt:GPTBlock.forward"
def forward(
    self, x: torch.Tensor, mask: torch.Tensor | None = None, cache: KVCache | None = None
) -> torch.Tensor:
    x = x + self.drop(self.attn(self.ln_1(x), mask, cache))
    return x + self.drop(self.mlp(self.ln_2(x)))  # (B, T, C)


# %% [markdown]
# (`drop` is *dropout*: in training it sets a random share of the numbers to 0, against learning by heart. Our models here use a share of 0.) Do the two agree?
# The weights are redrawn at random, so that no part of the block is too small to be seen:

# %%
block = small.h[0]
with torch.no_grad():
    for p in block.parameters():
        p.normal_(0.2, 0.5, generator=generator)
mine = block_plain(x[0], dict(block.named_parameters()))
assert torch.allclose(mine, forward(block, x)[0], atol=1e-3, rtol=1e-4)
print("draft and library agree")

# %% [markdown]
# And is it what others mean by the word? PyTorch has a `TransformerEncoderLayer`. With `norm_first=True` and a causal mask it is GPT-2's block. Its matrices are stored
# the other way round, so they are copied transposed. With four heads:


# %%
def torch_layer(block, channels, heads):
    """torch's layer with the weights of our block."""
    bend = lambda a: F.gelu(a, approximate="tanh")
    given = {"dropout": 0.0, "activation": bend, "batch_first": True, "norm_first": True}
    theirs = nn.TransformerEncoderLayer(channels, heads, 4 * channels, **given)
    parts = {"self_attn.in_proj_": block.attn.c_attn, "self_attn.out_proj.": block.attn.c_proj}
    parts |= {"linear1.": block.mlp.c_fc, "linear2.": block.mlp.c_proj}
    weights = {f"{name}weight": part.weight.T for name, part in parts.items()}
    weights |= {f"{name}bias": part.bias for name, part in parts.items()}
    for i, norm in enumerate((block.ln_1, block.ln_2), 1):
        weights |= {f"norm{i}.weight": norm.weight, f"norm{i}.bias": norm.bias}
    theirs.load_state_dict(weights)
    return theirs


# %%
four = GPT(GPTConfig(V, 64, 32, n_layer=3, n_head=4), generator=generator)
with torch.no_grad():
    for p in four.parameters():
        p.normal_(0.1, 0.2, generator=generator)
layers = [torch_layer(block, 32, 4) for block in four.h]
mask = nn.Transformer.generate_square_subsequent_mask(16)
theirs = four.wte(ids) + four.wpe(torch.arange(16))
ours = theirs
for block, layer in zip(four.h, layers):
    ours, theirs = forward(block, ours), layer(theirs, src_mask=mask)
gap = (ours - theirs).abs().max()
assert (ours - four.wte(ids)).abs().max() > 0.5
assert torch.allclose(ours, theirs, atol=1e-4, rtol=1e-4)
print(f"largest difference after three blocks: {gap:.1e} (0.0e+00: none, to the last bit)")

# %% [markdown]
# ## The whole model
#
# What remains is little: the tables at the bottom, the blocks, one more normalization, and the *head*, which makes a logit for each token of the
# vocabulary (a logit is a score before the softmax). Its matrix is the table of tokens itself: a token's logit is the product of its row with the stream. They
# are *tied*, as in lesson 08.


# %% quote="llmai_edu.models.gpt:GPT.hidden"
def hidden(
    self,
    ids: torch.Tensor,
    cache: KVCache | None = None,
    attention_mask: torch.Tensor | None = None,
) -> torch.Tensor:
    """What the last block hands to the head, normalized: (B, T) → (B, T, C). Called as `forward`."""
    self.check_ids(ids, 0 if cache is None else cache.length)
    positions, mask = place_tokens(ids, attention_mask, cache)
    x = self.drop(self.wte(ids) + self.wpe(positions))  # (B, T, C): the residual stream
    for block in self.h:
        x = block(x, mask, cache)
    if cache is not None:
        cache.advance(ids.shape[1])
    return self.ln_f(x)


# %% [markdown]
# "Called as `forward`" means: with the same arguments as the `forward` of the whole model. `place_tokens` gives the numbers of the places, 0, 1, 2 and so on, and the mask for padding if there is any. The head, by hand:

# %%
with torch.no_grad():
    top = hidden(four, ids)  # (B, T, C)
    logits = top @ four.wte.weight.T  # (B, T, V)
    assert torch.allclose(logits, four(ids), atol=1e-5)
    assert torch.allclose(top, four.ln_f(ours), atol=1e-4, rtol=1e-4)
print(tuple(logits.shape))

# %% [markdown]
# Because all layers only add, the head can read the stream at any height. It was not trained for that. Still: what does the recorded model know after the tables, and after each of its four
# blocks? The loss, when the head reads there (this is called a *logit lens* [4]):


# %%
@torch.inference_mode()
def losses_on_the_way(model, windows):
    """Nats a character when the head reads after 0, 1, ... blocks, and how often the first reading
    puts the character just read at the top. windows: (B, T + 1)."""
    ids, targets = windows[:, :-1], windows[:, 1:]
    x = model.wte(ids) + model.wpe(torch.arange(ids.shape[1], device=device))
    streams = [x]
    for block in model.h:
        streams.append(x := block(x))
    read = [F.linear(model.ln_f(x), model.wte.weight).transpose(1, 2) for x in streams]
    same = (
        (read[0].argmax(1) == ids).float().mean().item()
    )  # its first choice: what it just read
    return [F.cross_entropy(logits, targets).item() for logits in read], same


# %%
windows = valid[: 65 * 500].view(500, 65).long().to(device)
lens, same = losses_on_the_way(recorded_model, windows)
print([f"{loss:.2f}" for loss in lens])
print(
    f"after the tables, the character just read has the highest logit at {same:.1%} of places"
)

# %%
assert same > 0.99
assert all(later < earlier for earlier, later in zip(lens, lens[1:]))
assert lens[0] > math.log(V)
assert lens[1] < 3

# %% [markdown]
# Right after the tables, the reading is worse than a guess among 84, which costs 4.43. The head's matrix is the table itself, so it reads from the stream the character that
# is there already. The blocks must first turn "which character is this" into "which comes next". After the first block the reading is already good, and each further block
# brings it down. So each block leaves a stream from which the head reads better than before. (This does not show that the blocks pass nothing else to each other.)
#
# ## How many parameters, how many multiplications?
#
# Count by hand. In a block, attention has a matrix of $C \times 3C$ and one of $C \times C$; the feed-forward layer has $C \times 4C$ and $4C \times C$.
# Together $12 C^2$. Biases: $3C + C + 4C + C = 9C$; two normalizations: $4C$. The tables have $V \cdot C$ and $P \cdot C$, with $P$ places; the last normalization $2C$:
#
# $$N = L \,(12 C^2 + 13 C) + (V + P + 2)\, C$$
#
# Before you run the next cell: GPT-2, the smallest of four sizes, has 12 blocks, 768 channels, 50,257 tokens and 1,024 places. How many parameters has it, and
# what share of them is in the table of tokens? torch can make it on the device *meta*, where tensors have a shape and no numbers, so it costs no memory:


# %%
def parameter_count(c):
    C = c.n_embd
    return c.n_layer * (12 * C**2 + 13 * C) + (c.vocab_size + c.n_positions + 2) * C


# %%
gpt2 = GPTConfig(vocab_size=50257, n_positions=1024, n_embd=768, n_layer=12, n_head=12)
char = recorded_model.config
for name, c in {"GPT-2": gpt2, "the character model": char, "small": config}.items():
    with torch.device("meta"):
        counted = sum(p.numel() for p in GPT(c).parameters())
    share = c.vocab_size * c.n_embd / counted
    print(f"{name:<20} {counted:>11,} parameters, {share:.0%} in the table of tokens")
    assert counted == parameter_count(c)

# %%
assert parameter_count(gpt2) == 124_439_808
assert parameter_count(char) == 812_288

# %% [markdown]
# 124,439,808: the "124M" by which that size is known. And the work? Each number of a matrix is used once for each token: one multiplication and one addition, two *operations*.
# So reading a token costs $2N$, if $N$ counts the matrices that multiply: the blocks' and the head's, not the places. To train, the gradient is
# computed too. For each product on the way there are two on the way back: one for the gradient of what came in, one for the gradient of the matrix. In all $6N$ for each token.
# Torch can count what it does:

# %%
from torch.utils.flop_counter import FlopCounterMode

c, batch = char, torch.zeros(12, 64, dtype=torch.int64)
fresh_model = GPT(c, generator=generator)
with FlopCounterMode(display=False) as there:
    loss = F.cross_entropy(fresh_model(batch).flatten(0, 1), batch.flatten())
with FlopCounterMode(display=False) as back:
    loss.backward()
matmul = 12 * c.n_embd**2 * c.n_layer + c.vocab_size * c.n_embd  # N
per_token = [count.get_total_flops() / batch.numel() for count in (there, back)]
scores = 4 * c.n_embd * 64 * c.n_layer
print(
    f"N = {matmul:,}: {per_token[0] / matmul:.3f} N there, {per_token[1] / matmul:.3f} N back"
)
print(f"attention's own products there: {scores / (2 * matmul):.0%} on top")
assert per_token[0] - 2 * matmul in (0, scores)  # a later torch may count attention, too
assert 4 <= per_token[1] / matmul < 4.6
assert 0.075 < scores / (2 * matmul) < 0.085
tokens = 2000 * 12 * 64  # steps, windows a step, characters a window
print(f"the recorded run: {6 * matmul * tokens / 1e12:.1f} million million operations")

# %% [markdown]
# Exactly $2N$ and $4N$. The counter does not see into the fast attention on a CPU. There, $q k^\top$ and the product with the values add $4\,C\,T$ operations a token and a block (half
# of them for naught, beyond the causal mask): eight per cent more for 64 tokens. The matrices of a block take $24\,C^2$. So once a text is longer than $6\,C$ tokens, attention's own
# products are the larger part. The rule $6N$ [5] is what people plan trainings with.
#
# ## How it begins
#
# The weights are drawn at random, small: with standard deviation 0.02. Then all logits are nearly equal, and the first loss must be near that of guessing, $\ln V$.
# If it is not, something is wrong.
#
# One thing is special [6]. Every block adds twice to the stream. Numbers that are added at random grow as the square root of how many there are. So the
# matrices that write to the stream (`c_proj`) are drawn smaller, by $\sqrt{2L}$. What does this do? For three depths, the spread (standard deviation) of the stream after the last block,
# with it and without:


# %%
@torch.inference_mode()
def spread_at_the_top(layers, scaled):
    model = GPT(GPTConfig(V, 64, 64, layers, 4), generator=generator)
    if not scaled:
        for block in model.h:
            for matrix in (block.attn.c_proj, block.mlp.c_proj):
                matrix.weight *= math.sqrt(2 * layers)
    x = model.wte(ids) + model.wpe(torch.arange(16))
    for block in model.h:
        x = block(x)
    return x.std().item()


# %%
from llmai_edu.training.windows import window_loss

depths = (3, 12, 48)
spread = {scaled: [spread_at_the_top(d, scaled) for d in depths] for scaled in (True, False)}
first_loss = window_loss(fresh_model, (windows.cpu()[:, :-1], windows.cpu()[:, 1:])).item()
for scaled, values in spread.items():
    print(f"smaller by √(2L): {scaled!s:<5}", [f"{value:.3f}" for value in values])
print(f"first loss on real text {first_loss:.2f}, guessing {math.log(V):.2f}")

# %%
assert abs(first_loss - math.log(V)) < 0.1
assert max(spread[True]) / min(spread[True]) < 1.4
assert all(1.5 < b / a < 2.7 for a, b in zip(spread[False], spread[False][1:]))

# %% [markdown]
# With the smaller weights the stream is as wide after 48 blocks as after 3. Without, it about doubles with each four times as many blocks.
#
# ## Which part buys what?
#
# Take the parts out, one at a time. Small models (two blocks, 64 channels) were trained for 600 steps, each with three seeds, and measured on the same 1,000 windows of
# the validation part. These runs are recorded; `benchmarks/record_gpt_ablation.py` has the recipe. Before you look: what will be worst, no attention, no
# feed-forward, no residual connection, no places, or no normalization?

# %%
from llmai_edu.models.kneser_ney import ModifiedKneserNey

parts = json.loads((files("llmai_edu.training") / "gpt_parts.json").read_text())["rows"]


def of(name, key="nats"):
    return [row[key] for row in parts if row["name"] == name]


# %%
names = ["whole", "no positions", "no normalization", "no feed-forward layer", "no attention"]
names.append("no residual")
for name in names:
    print(
        f"{name:<22} {of(name, 'parameters')[0]:>8,} parameters ",
        [f"{v:.2f}" for v in of(name)],
    )

# %% alt="Rings, one a seed, of validation loss for six small models. Whole 2.22 to 2.30; no positions 2.42; no normalization 2.49 to 2.55; no feed-forward layer 2.52 to 2.58; no attention 2.55; no residual 3.35."
_, axes = new_axes(6.5, 2.8)
for row, name in enumerate(names):
    axes.plot(of(name), [row] * 3, "o", color=PALETTE[0], mfc="none")
axes.axvline(0, color="none")
axes.set_yticks(range(len(names)), names)
axes.set(xlabel="nats a character, validation; each ring is a seed", xlim=(2, 3.5))
axes.invert_yaxis()
plt.show()

# %%
letters = np.bincount(train.numpy()) / len(train)
alone = -np.log(letters[valid.numpy()]).mean()
pairs = ModifiedKneserNey.fit([train.numpy()], order=2, vocab_size=V)
pair_loss = -pairs.log_prob(valid.numpy()).mean()
print(f"frequencies of letters alone: {alone:.2f} nats; pairs, counted: {pair_loss:.2f} nats")
assert max(of("whole")) < min(of("no positions"))
assert max(of("no positions")) < min(of("no normalization"))
assert all(0 < v - pair_loss < 0.1 for v in of("no attention"))
assert all(abs(v - alone) < 0.1 for v in of("no residual"))
left = [of(name, "parameters")[0] / of("whole", "parameters")[0] for name in names[3:5]]
assert 0.35 < left[0] < 0.45 < 0.65 < left[1] < 0.75
assert min(of(names[3])) < min(of(names[4])) <= max(of(names[4])) < max(of(names[3]))

# %% [markdown]
# Without the residual connections almost nothing is learned: 3.35 is the loss of somebody who knows how frequent each letter is, and nothing more. Without attention, each character is predicted
# from the one before it alone (and its place), and that is worth 2.55. Hidden in this number is a check: counting pairs of characters (an n-gram of order 2) cannot do better by much either.
#
# The feed-forward layer costs as much when it is missing; the rings of the two overlap. But both are also smaller models: without attention three tenths of the parameters are gone, without
# feed-forward six tenths. Part of the loss may be due to that. Without normalization the model learns, but less in the same time. Without the table of places it still knows something of them: the causal mask alone lets a token see how much stands before it [11].
#
# All this holds for two blocks, 600 steps and one learning rate for all. For more blocks, longer training, or a learning rate tuned for each, the order may be another.
#
# ## Before or after?
#
# The Transformer of 2017 [7] put the normalization elsewhere: it added first, and then normalized the *stream itself*: $x \leftarrow \text{norm}(x + \text{layer}(x))$. This is
# called *post-norm*, and ours *pre-norm*. GPT-2 moved it [6]. Here are twelve blocks, 150 steps, without the slow start of the learning rate that is called *warm-up*, and
# for the post-norm also with a long one (recorded, three seeds):

# %% alt="Training loss against the step, 5 to 150, three seeds each, twelve blocks. All begin near 4.2 to 4.4. Pre-norm falls to about 2.7. Post-norm without warm-up falls to about 3.4 in some 30 steps and stays near 3.35. Post-norm with warm-up falls more slowly, is near 3.4 at step 60, and then gets to about 3.0 with one seed, and stays near 3.35 with two."
deep = ["pre-norm, 12 layers", "post-norm, 12 layers", "post-norm, 12 layers, warm-up"]
_, axes = new_axes(6.5, 3.0)
for name, style, color in zip(deep, ("-", "--", ":"), PALETTE):
    for number, curve in enumerate(of(name, "curve")):
        places = np.linspace(5, 150, len(curve))
        axes.plot(places, curve, style, color=color, label=name if number == 0 else None)
axes.set(xlabel="step", ylabel="nats a character, training")
axes.legend(fontsize=8)
plt.show()

# %%
for name in deep:
    print(f"{name:<30}", [f"{v:.2f}" for v in of(name)])
assert all(2.6 < v < 2.75 for v in of(deep[0]))
assert all(abs(v - alone) < 0.1 for v in of(deep[1]))
assert min(of(deep[2])) > 0.25 + max(of(deep[0]))

# %% [markdown]
# Pre-norm gets to 2.67. Post-norm without warm-up does not get beyond the frequencies of the letters in these 150 steps. A warm-up of 75 steps helped with one seed of three, and that one stayed far behind, too.
# Xiong and her colleagues [10] explain this by the gradients at the start of training, which are larger near the top in a post-norm model. This recording does not test the explanation, and 150 steps
# are few. What it shows: with pre-norm, nothing special had to be done.
#
# ## Training, live
#
# Now train. The recipe is one that is well known: that of the README of *nanoGPT* for a computer without a GPU [8], with 4 blocks, 4 heads, 128 channels, windows of 64 characters, and twelve windows a
# step. Two things are new since lesson 08. There is no state to carry on, so a batch is made of windows that begin anywhere in the text:

# %%
from llmai_edu.training.windows import WindowBatches

batches = WindowBatches(train, batch_size=2, steps=20, generator=generator)
inputs, targets = next(batches)
for row in (inputs[0], targets[0]):
    print(repr(tokenizer.decode(row.tolist())))
assert torch.equal(inputs[:, 1:], targets[:, :-1])

# %% [markdown]
# One window of 64 characters is 64 exercises at once: the first character is predicted from one, the last from 64. The causal mask keeps them apart.
#
# And the optimizer is *AdamW* [9]: Adam that draws each weight towards 0 by a small share at every step. This is called *weight decay*. It is for the matrices and tables; biases and the
# weights of the normalizations are left alone. The learning rate rises for 100 steps and then falls along a cosine to a tenth, over 2,000 steps. We make the first 300 of these:


# %%
def adamw(model, lr=1e-3):
    """AdamW as nanoGPT makes it: weight decay for matrices, none for vectors."""
    groups = [
        [p for p in model.parameters() if (p.ndim > 1) == matrix] for matrix in (True, False)
    ]
    given = [{"params": group, "weight_decay": d} for group, d in zip(groups, (0.1, 0.0))]
    return torch.optim.AdamW(given, lr=lr, betas=(0.9, 0.99))


@torch.no_grad()
def valid_loss(model):
    """Nats a character on the first 40,000 of the validation part, in windows that do not overlap."""
    ids = valid[:39_937].long().to(device)
    x, y = ids[:-1].view(-1, 64), ids[1:].view(-1, 64)
    return F.cross_entropy(model(x).flatten(0, 1), y.flatten()).item()


# %%
from llmai_edu.training import Trainer, cosine

live = GPT(char, generator=torch.Generator().manual_seed(seed)).to(device)
untrained = {name: weight.clone() for name, weight in live.state_dict().items()}
draws = torch.Generator().manual_seed(1000 + seed)
trainer = Trainer(
    live,
    window_loss,
    WindowBatches(train, batch_size=12, steps=64, generator=draws, device=device),
    adamw(live),
    clip=1.0,
    schedule=lambda done: cosine(done * 300 / 2000, warmup=0.05),  # done: share of the 300
    evaluate=valid_loss,
    evaluate_every=100,
    progress=False,
)
history = trainer.run(steps=300)
points = [(e.step, e.value) for e in history.evaluations]
print([f"step {step}: {loss:.2f}" for step, loss in points])
for step, loss in points:
    at_step = [dict(run["valid_curve"])[step] for run in runs["ours"]]
    assert abs(loss - np.mean(at_step)) < 0.1
assert abs(points[-1][1] - pair_loss) < 0.1

# %% alt="The recorded curves of validation loss, ours and those of transformers, from 2.7 at step 100 to 1.83 at step 2,000, and on them three hollow diamonds, the live run at steps 100, 200 and 300, the last near 2.5."
_, axes = new_axes(6.5, 3.4)
for kind, style, color in (("ours", "-", PALETTE[0]), ("transformers", "--", PALETTE[1])):
    for run in runs[kind]:
        steps_recorded, losses = zip(*run["valid_curve"])
        axes.plot(steps_recorded, losses, style, color=color, alpha=0.8)
    axes.plot([], [], style, color=color, label=f"{kind}, recorded")
axes.plot(*zip(*points), "D", ms=9, mfc="none", mew=2, color=PALETTE[3], label="live")
axes.set(xlabel="step", ylabel="nats a character, validation")
axes.legend()
plt.show()

# %% [markdown]
# The lines are recorded, the three diamonds are what you just ran. They lie on the lines. After 300 steps the loss is about 2.5. Remember what that is: as much as counting pairs of characters gives. At this point the model has
# learned what follows which letter, and hardly more.
#
# ## Who wins?
#
# A loss alone says little. The strongest opponent that we have is the n-gram of lesson 02 with modified Kneser–Ney smoothing, over characters. Of order 7, it predicts each character from the six before it. Both
# read fifty pieces of 1,000 characters from the validation part.
#
# Each piece is much longer than the GPT's context. `SlidingContext` lets it read on: 32 new characters at a time (`chunk`), each time together with the 32 before them. So it does not begin each
# window without a past, and its loss is a little lower than the 1.91 above. `token_nats` gives the loss of each character of a text.
#
# Guess: who is better after 300 steps, and who after 2,000?

# %%
from llmai_edu.evaluation import bootstrap_interval
from llmai_edu.evaluation.language_model import token_nats
from llmai_edu.evaluation.sliding_context import SlidingContext


def bits_of_gpt(model, pieces):
    """Bits for each piece (B, T) of text; the model reads on, with 32 to 64 characters in view."""
    reader = SlidingContext(model.eval(), context=64, chunk=32)
    nats = token_nats(reader, pieces.tolist(), start=tokenizer.encode("\n")[0], chunk=32)
    return np.array([each.sum() for each in nats]) / math.log(2)


def bits_of_ngram(model, pieces):
    return np.array([-model.log_prob(piece).sum() for piece in pieces.numpy()]) / math.log(2)


# %%
pieces = valid[:250_000].view(250, 1000)[::5]  # (50, 1000)
ngram = ModifiedKneserNey.fit([train.numpy()], order=7, vocab_size=V)
seen = 2000 * 12 * 64  # characters that the recorded run has read
starts = np.random.default_rng(seed).integers(0, len(train) - 1000, seen // 1000)
part = [train[start : start + 1000].numpy() for start in starts]
bits = {
    "GPT, 300 steps": bits_of_gpt(live, pieces),
    "GPT, 2,000 steps": bits_of_gpt(recorded_model, pieces),
    "7-gram, as much text": bits_of_ngram(ModifiedKneserNey.fit(part, 7, V), pieces),
    "7-gram, whole text": bits_of_ngram(ngram, pieces),
}
rng = np.random.default_rng(seed)
for name, values in bits.items():
    low, high = bootstrap_interval(values, np.full(50, 1000.0), rng=rng)
    print(
        f"{name:<22} {values.mean() / 1000:.2f} bits a character, 95 % {low:.2f} to {high:.2f}"
    )

# %%
for name, least, most in (
    ("7-gram, as much text", 0.35, 0.6),
    ("7-gram, whole text", 0.45, 0.7),
):
    gap = bits["GPT, 2,000 steps"] - bits[name]
    low, high = bootstrap_interval(gap, np.full(50, 1000.0), rng=rng)
    print(f"GPT after 2,000 steps beside the {name}: {low:.2f} to {high:.2f} bits more")
    assert least < low < high < most
kept = sum(len(level.keys) for level in ngram.counts.levels)
print(f"the n-gram on the whole text keeps {kept:,} counts")
assert bits["7-gram, whole text"].mean() < bits["7-gram, as much text"].mean()
assert bits["GPT, 2,000 steps"].mean() < bits["GPT, 300 steps"].mean()
assert kept > 2_000_000

# %% [markdown]
# The n-gram wins both times, and clearly. On the whole text it needs more than half a bit less for each character than the GPT after two minutes of training. When it counts no more characters than the GPT has read, it still
# needs four to five tenths of a bit less. Nothing in the word "Transformer" makes a model good. With more training, and with tokens of several characters, it is another matter; but the opponent must always be measured, too.
#
# What the GPT has on its side is size: 0.8 million numbers, where the n-gram of order 7 keeps the counts of more than two million different sequences.
#
# ## A better use of the same minutes
#
# The recipe is one of many. Here are some others (recorded). Each had as much processor time as the 2,000 steps took, and each changes only what its label says; `lr` is the learning rate. The recipe was run
# with three seeds, the others with one. Guess which of the changes helps most.

# %% alt="Rings, one a run, of validation loss: two layers of 192 channels with lr 0.003 at 1.75, lr 0.006 at 1.78, lr 0.003 at 1.79, context 128 with lr 0.003 at 1.88, batch 48 with lr 0.003 at 1.90, and the recipe, three rings, at 1.91."
ours = runs["ours"][0]["setting"]
tried = {"the recipe": runs["ours"]}
for run in recorded["settings"]:
    changes = [
        f"{key} {value:g}" for key, value in run["setting"].items() if value != ours[key]
    ]
    tried.setdefault(", ".join(changes), []).append(run)
losses = {name: [run["valid"] for run in each] for name, each in tried.items()}
order = sorted(tried, key=lambda name: np.mean(losses[name]))
_, axes = new_axes(6.5, 2.6)
for row, name in enumerate(order):
    axes.plot(losses[name], [row] * len(losses[name]), "o", color=PALETTE[0], mfc="none")
axes.set_yticks(range(len(order)), order)
axes.invert_yaxis()
axes.set(xlabel="nats a character, validation, after equal processor time")
plt.show()

# %%
for name in order:
    run = tried[name][0]
    print(f"{name:<32} {run['steps']:>5} steps, {run['tokens'] / 1e6:.2f} million characters")
best = order[0]
tests = {name: [run["test"] for run in tried[name]] for name in (best, "the recipe")}
print(f"on the test part: {tests}")
spread = max(losses["the recipe"]) - min(losses["the recipe"])
assert spread < 0.005
assert max(losses["lr 0.006"]) < min(losses["the recipe"]) - 0.12
assert max(losses["lr 0.003"]) < min(losses["the recipe"]) - 0.1
assert all(
    min(losses[n]) > max(losses["lr 0.003"]) + 0.05
    for n in order
    if "batch" in n or "context" in n
)
assert 0.1 < min(tests["the recipe"]) - tests[best][0] < 0.2
opponent = bits["7-gram, as much text"].mean() / 1000
assert 2.2 < opponent < 2.3
assert opponent * math.log(2) < 1.6 < losses[best][0] - 0.1

# %% [markdown]
# The learning rate was too small for so short a training. Three or six times as large, it lowers the loss by more than a tenth of a nat, where the recipe's three seeds lie within five thousandths of each
# other. More text in each step, with longer contexts or larger batches, means fewer steps in the same time; beside the same learning rate of 0.003 alone, both did worse.
# Best was a wider model of two blocks.
#
# The best was chosen on the validation part, so the test part is measured for it: there it is more than a tenth of a nat better than the recipe, too. But the n-gram stays ahead. Its 2.2 to 2.3 bits, on the fifty
# pieces and with as much text, are less than 1.6 nats.
#
# ## What the context is good for
#
# In a window of 64 the first character is predicted from one character, the last from 64. Does the model use them? The mean loss at each place, over 500 windows, for the GPT and for the n-gram, which gets the same windows:


# %% alt="Mean loss at each place of a window against the number of characters in view, 1 to 64. The GPT after 2,000 steps falls from about 2.6 with one character in view to below 1.9 with three or four and then stays near 1.8, noisily. The 7-gram falls from above 3 to about 1.35 by place 6 and stays level. The GPT after 300 steps begins above 2.6, dips to about 2.4 at three or four, and rises to about 2.5."
@torch.inference_mode()
def loss_by_place(model, windows):
    logits = model(windows[:, :-1]).transpose(1, 2)
    return F.cross_entropy(logits, windows[:, 1:], reduction="none").mean(0).cpu().numpy()


by_place = {"GPT, 2,000 steps": loss_by_place(recorded_model, windows)}
cut = windows.cpu().numpy()
by_place["7-gram"] = -np.mean([ngram.log_prob(row)[1:] for row in cut], axis=0)
by_place["GPT, 300 steps"] = loss_by_place(live, windows)
_, axes = new_axes(6.5, 3.4)
for (name, values), style, color in zip(by_place.items(), ("o-", "s--", "^:"), PALETTE):
    axes.plot(range(1, 65), values, style, ms=3, color=color, label=name)
axes.set(xlabel="characters that it can see", ylabel="nats a character, validation")
axes.legend()
plt.show()

# %%
for name, values in by_place.items():
    stretches = [values[a:b].mean() for a, b in ((0, 2), (6, 16), (16, 32), (32, 64))]
    print(f"{name:<18}", [f"{v:.2f}" for v in stretches])
full, counts, early = by_place.values()
print(f"one in view: {full[0]:.2f}, three: {full[2]:.2f}, four: {full[3]:.2f}")
print(f"300 steps, one to six in view: {[f'{value:.2f}' for value in early[:6]]}")
assert max(full[2:4]) < 1.9 < 2.55 < full[0] < 2.65
assert abs(full[6:16].mean() - full[32:].mean()) < 0.05
assert early[2:4].mean() + 0.05 < early[32:].mean() < early[:2].mean()
assert counts[0] > pair_loss + 0.4

# %% [markdown]
# The first characters in view help much: the loss of the GPT falls from 2.6 with one character in view to below 1.9 with three or four. Beyond some six, more context brings hardly anything, in spite of 64 places that it could look at. After 300 steps
# a second and third character help a little, and a long context is *worse* than a short one: the curve dips at three or four characters and rises again.
#
# The n-gram *cannot* use more than six characters. This GPT could, and after 2,000 steps it has not learned to. With one character in view the 7-gram does badly: it costs more than 3, where the
# pairs that you counted above cost 2.52. It is worse there than an n-gram that was made for pairs.
#
# ## What it writes, and whether it copies
#
# The same model before training, after 300 steps and after 2,000, from an empty line, without sharpening (temperature 1):

# %%
zero = GPT(char).to(device)
zero.load_state_dict(untrained)
models = {"0 steps": zero, "300 steps": live, "2,000 steps": recorded_model}
texts = {}
for name, model in models.items():
    rows = write(model.eval(), newline.expand(40, -1), 200, generator)
    texts[name] = [tokenizer.decode(row.tolist()[1:]) for row in rows]
    print(f"--- {name}\n{texts[name][0][:160]}\n")

# %% [markdown]
# First: how many of the words are words? Take those of four letters or more, and count how many occur anywhere in the training text. (Shorter ones prove little: most single letters and pairs stand somewhere. The first and the last of each text are left out, for they may be cut.) As a control, pieces of the validation part, which
# Shakespeare wrote, and text that the n-gram wrote.
#
# Second: is it copied? Cut each text into all its sequences of 10 characters (and of 20, and of 30), and take the share of them that stand, letter by letter, in the training text. The first cell counts words, the second
# looks the sequences up, the third prints both:

# %%
known = set(re.findall(r"[a-z]+", text.train.lower()))
drawn = ngram.sample(np.random.default_rng(seed), 4000, prompt=newline[0].numpy())
by_ngram = tokenizer.decode(drawn.tolist())
texts["7-gram"] = [by_ngram[i : i + 200] for i in range(0, 4000, 200)]
texts["Shakespeare"] = [text.valid[i : i + 200] for i in range(0, 200_000, 5000)]


def share_of_words(passages):
    found = [w for p in passages for w in re.findall(r"[a-z]{4,}", p.lower())[1:-1]]
    return np.mean([word in known for word in found])


# %%
def sequences(passages, length):
    return (p[i : i + length] for p in passages for i in range(len(p) - length + 1))


copied = {name: {} for name in texts}
for length in (10, 20, 30):
    every = {name: list(sequences(passages, length)) for name, passages in texts.items()}
    wanted = {piece for pieces_of in every.values() for piece in pieces_of}
    found = wanted.intersection(sequences([text.train], length))  # one way through the text
    for name, all_of in every.items():
        copied[name][length] = np.mean([piece in found for piece in all_of])

# %%
words = {name: share_of_words(passages) for name, passages in texts.items()}
for name, shares in copied.items():
    row = ", ".join(f"{n}: {share:.1%}" for n, share in shares.items())
    print(f"{name:<12} {words[name]:>4.0%} words; copied sequences of {row}")
assert words["0 steps"] < words["2,000 steps"] < words["7-gram"] < words["Shakespeare"]
assert words["300 steps"] < words["2,000 steps"]
assert 0.25 < words["2,000 steps"] < 0.42
assert 0.85 < words["7-gram"] < 0.95
assert copied["2,000 steps"][10] < 0.15 < 0.3 < copied["7-gram"][10]
assert copied["2,000 steps"][20] < 0.005
assert 0.3 < copied["Shakespeare"][10] < 0.45

# %% [markdown]
# The GPT does not copy: of its sequences of twenty characters hardly one stands in the training text. But read this beside the other rows. Of what Shakespeare himself wrote later in the file, more than
# three in ten sequences of ten characters stand in the earlier part, for the same phrases come again. The n-gram is near to him in this. The GPT finds far fewer of the common phrases, and of its longer words only about a third are words of the training text, where the n-gram has nine in ten. Here "it does not copy" also says
# that it has not yet learned enough to repeat.
#
#
# ## Saved as others save it
#
# Because the parts have GPT-2's names, the model can be written as a folder that the library transformers opens unchanged: a file `config.json` with the sizes, and the weights in
# the format *safetensors*, which holds numbers and nothing else. (That transformers gives the same logits to within $10^{-5}$ is tested with the course's code, in `tests/pretrained/test_gpt2.py`.) Here it is read back by our own reader:

# %%
from tempfile import TemporaryDirectory

from llmai_edu.pretrained.gpt2 import load_gpt2, save_gpt2

with TemporaryDirectory() as folder:
    save_gpt2(live, folder)
    sizes = {path.name: path.stat().st_size for path in Path(folder).iterdir()}
    about = json.loads((Path(folder) / "config.json").read_text())
    again = load_gpt2(folder, device)
print(sizes)
print({key: about[key] for key in ("model_type", "n_layer", "n_head", "n_embd")})
assert all(torch.equal(a, b) for a, b in zip(live.parameters(), again.parameters()))
assert 0 < sizes["model.safetensors"] - 4 * 812_288 < 10_000

# %% [markdown]
# In the other direction, the real weights of GPT-2 go into our model. They are half a gigabyte and lie on the Hugging Face hub, where not everybody
# can reach, so this page does not run it. Where you can:
#
# ```python
# from llmai_edu.pretrained.gpt2 import load_gpt2
# from llmai_edu.tokenizers import gpt2_tokenizer
#
# gpt2, bpe = load_gpt2("openai-community/gpt2"), gpt2_tokenizer()
# ids = write(gpt2, torch.tensor([bpe.encode("The state of the union is")]), 40, torch.Generator(), 0.8)
# print(bpe.decode(ids[0].tolist()))
# ```
#
# ## The ladder
#
# The texts above are Shakespeare, by characters. On the ladder all models read the speeches. There the GPT has had thirty minutes of one core (recorded), as the MLP, the RNN and the LSTM had, and
# the same tokens as lesson 02's best n-gram. Before you look: where will it stand?

# %% alt="The ladder, bits per byte on the test years: Kneser–Ney of order 6 on bytes 1.52, MLP 1.39, RNN 1.33, Kneser–Ney over BPE 1.32, GPT 1.28, LSTM 1.19, SmolLM2 0.94."
from llmai_edu.evaluation import load_ladder
from llmai_edu.viz import ladder_chart

ladder = {rung.name: rung for rung in load_ladder()}
counted, lstm, gpt = "Kneser–Ney over BPE of 4,096 tokens", "LSTM", "GPT"
names = ["Kneser–Ney, order 6", "MLP (Bengio 2003)", "RNN (Elman)", counted, gpt, lstm]
names.append("SmolLM2-135M-Instruct (4-bit)")
ladder_chart(names, [ladder[name].test for name in names])
plt.show()

# %%
for name in (counted, gpt, lstm):
    r = ladder[name]
    print(f"{name}: {r.test:.2f} {r.test_interval}, speech of 2026 {r.fresh:.2f}; {r.budget}")
assert all(ladder[a].test > ladder[b].test for a, b in zip(names, names[1:]))
assert ladder[gpt].test_interval[1] < ladder[counted].test_interval[0]
assert ladder[lstm].test_interval[1] < ladder[gpt].test_interval[0]
assert ladder[lstm].fresh < ladder[gpt].fresh < ladder[counted].fresh
assert ladder[gpt].fresh_interval[1] > ladder[counted].fresh_interval[0]

# %% [markdown]
# With tokens of several characters and half an hour, the GPT is ahead of the table of counts on the test years: 1.28 bits per byte against 1.32, and the intervals do not meet. On the speech of 2026 they do.
#
# But the LSTM of lesson 08 is ahead of the GPT: 1.19, in the same half hour. At this size and with this little text, that is how it is. Both went through the text some four and a half times. Why, this page has not shown.
# The recipe of the GPT: three blocks of 256 channels with eight heads, contexts of 128 tokens, eight of them a step, and products in *bfloat16*, numbers of 16 bits. The vectors of the tokens began
# with the standard deviation $C^{-1/2}$; in a rehearsal, 0.02 learned more slowly. Another recipe may do better. The last rung is a Transformer, too: lesson 15 opens it.
#
# ## What we have now, and what it cannot do
#
# - A block: attention moves things between places, the feed-forward layer works on each token alone, both read a normalized copy of the stream, and both add to it.
# - A whole GPT, equal to PyTorch's layers number for number and laid out as GPT-2, with a count of its parameters and of its work that comes out exactly.
# - What each part is good for, measured by taking it away. In small models the residual connection matters most.
# - A training that runs as that of a well-known library does, and its honest result: after two minutes a GPT on characters loses to a table of counts.
# - It makes the look of a play, and no sense; it forgets what is more than 64 characters back; and it only looks backwards. For reading, rather than writing, one may look both ways:
#   that is lesson 13. What today's models changed in this block is the subject of lesson 15.
#
# **Try it:** the [exercise sheet](../exercises/12_gpt.ipynb) asks you to mend a block whose layers work side by side, to count a GPT before it is trained,
# and to find out which layer wrote a logit.
#
# **Sources**
#
# [1] D. Hendrycks and K. Gimpel, [*Gaussian Error Linear Units (GELUs)*](https://arxiv.org/abs/1606.08415), 2016.
#
# [2] K. He, X. Zhang, S. Ren and J. Sun, [*Deep Residual Learning for Image Recognition*](https://arxiv.org/abs/1512.03385), 2015.
#
# [3] J. L. Ba, J. R. Kiros and G. E. Hinton, [*Layer Normalization*](https://arxiv.org/abs/1607.06450), 2016.
#
# [4] nostalgebraist, [*interpreting GPT: the logit lens*](https://www.lesswrong.com/posts/AcKRB8wDpdaN6v6ru/interpreting-gpt-the-logit-lens), 2020.
#
# [5] J. Kaplan and others, [*Scaling Laws for Neural Language Models*](https://arxiv.org/abs/2001.08361), 2020.
#
# [6] A. Radford, J. Wu, R. Child, D. Luan, D. Amodei and I. Sutskever, [*Language Models are Unsupervised Multitask
# Learners*](https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf), 2019 (GPT-2).
#
# [7] A. Vaswani and others, [*Attention Is All You Need*](https://arxiv.org/abs/1706.03762), 2017.
#
# [8] A. Karpathy, [*nanoGPT*](https://github.com/karpathy/nanoGPT), README, "I only have a macbook".
#
# [9] I. Loshchilov and F. Hutter, [*Decoupled Weight Decay Regularization*](https://arxiv.org/abs/1711.05101), 2019.
#
# [10] R. Xiong and others, [*On Layer Normalization in the Transformer Architecture*](https://arxiv.org/abs/2002.04745), 2020.
#
# [11] A. Haviv and others, [*Transformer Language Models without Positional Encodings Still Learn Positional
# Information*](https://arxiv.org/abs/2203.16634), 2022.
#
# *Prose CC BY 4.0, code MIT, the llmai_edu authors. Shakespeare's works are in the public domain.*
