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
# # Instruction tuning with LoRA
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/notebooks/20_instruct.ipynb)
# <!-- colab:end -->
#
# *About 90 minutes to read, 60 seconds to run on two CPU cores, 2.0 GB. Needs: lessons 15 and 16.*
#
# A base model goes on with a text. A model that answers was made from one by *instruction tuning*: it is trained on conversations, and learns from the answers alone. On this page you tune the real SmolLM2 for a task of your own. You do it with LoRA (*low-rank adaptation*), which trains less than a thousandth as many numbers as the model has. Then you find out what the model has learned by that, and what it knew before.

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
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from IPython.display import HTML, display

from llmai_edu.datasets import load_instructions
from llmai_edu.evaluation.bootstrap import bootstrap_interval
from llmai_edu.finetuning.instruct import Example, pad_examples
from llmai_edu.finetuning.review_form import NEXT, load_review_talks, read_form
from llmai_edu.generation.batch import generate_batch
from llmai_edu.pretrained import load_smollm2
from llmai_edu.tokenizers import smollm2_tokenizer
from llmai_edu.training.recordings import load_recording
from llmai_edu.viz import new_axes

seed = 0
rng = np.random.default_rng(seed)
generator = torch.Generator().manual_seed(seed)
model, tokenizer = load_smollm2().requires_grad_(False), smollm2_tokenizer()
talks = load_review_talks()
start, end = (tokenizer.special_tokens[f"<|im_{mark}|>"] for mark in ("start", "end"))

# %% [markdown]
# ## The result first
#
# A shop wants every sentence of a customer's review sorted, so that a program can go on with it. The answer must have one form: these two keys in this order, with one of two moods, and the step that goes with it.

# %%
for message in talks["test"][0]:
    print(f"{message['role']:<10}{message['content']}")
assert read_form(talks["test"][0][-1]["content"]) is not None
assert NEXT == {"good": "thank", "bad": "apologize"}

# %% [markdown]
# The sentences are real; people have rated them from -4 to 4 [1]. We take short ones with a clear rating, half of them good and half bad, cut into parts so that the sentences of one review stay together.
#
# Can SmolLM2 do it? First the model as it is, then with the form *spelled out* in the instruction:

# %%
talk = talks["test"][0]
settings = load_recording("lora_runs")["settings"]
for system in (talk[0]["content"], settings["spelled_out"]):
    prompt = tokenizer.chat_ids([{"role": "system", "content": system}, talk[1]])
    answer = generate_batch(model, [prompt], 24, stop_ids=[end])[0]
    print(f"{system}\n   {tokenizer.decode(answer)!r}")
    assert read_form(tokenizer.decode(answer)) is None

# %% [markdown]
# The next picture was recorded (`benchmarks/record_lora.py`) on sixty sentences of the *validation* part. Each was answered in five ways: by the model as it is; by the model with the form spelled out; by the model with four solved examples (*shots*) in its prompt, the same four each time; and by the model after it was tuned on 64 examples. The fifth way is a *program*: it writes the form itself, and asks the untuned model only which of the two words *good* and *bad* is more probable after `{"mood": "`. Two things were counted: answers that are in the form, and answers that have the right mood as well.

# %%
recording = load_recording("lora_runs")
ways = {run["kind"]: run for run in recording["prompts"]}
tuned = [run for run in recording["ranks"] if "formed" in run]  # two seeds
ways["tuned"] = {key: np.mean([run[key] for run in tuned]) for key in ("formed", "right")}
ways["program"] = {"formed": 1.0, "right": recording["untuned"][0]["choice"]}
for kind, run in ways.items():
    print(f"{kind:<12} in the form {run['formed']:>4.0%}, right {run['right']:>4.0%}")
print("tuned, seed by seed:", [f"{run['formed']:.0%} and {run['right']:.0%}" for run in tuned])

# %% alt="Two bars each for five ways of answering, in per cent of sixty answers: in the form, and right. Plain: 0 and 0. Spelled out: 0 and 0. Four shots: 100 and 67. Tuned, mean of two seeds: 95 and 81. A program that asks the untuned model for the mood alone: 100 and 85."
_, axes = new_axes(6.0, 3.0)
x = np.arange(len(ways))
for offset, key, hatch, label in (
    (-0.2, "formed", "", "in the form"),
    (0.2, "right", "//", "right"),
):
    shares = [100 * run[key] for run in ways.values()]
    bars = axes.bar(x + offset, shares, 0.38, hatch=hatch, edgecolor="white", label=label)
    axes.bar_label(bars, fmt="%.0f", fontsize=8)
axes.set_xticks(x, ways)
axes.set(ylabel="% of the answers", ylim=(0, 112))
axes.legend(loc="upper left")
plt.show()
assert ways["plain"]["formed"] == 0
assert (ways["spelled out"]["formed"], ways["shots"]["formed"]) == (0, 1)
assert min(run["formed"] for run in tuned) > 0.9
assert ways["shots"]["right"] < ways["tuned"]["right"] < ways["program"]["right"]

# %% [markdown]
# The model as it is never hits the form, and neither does it when the form is spelled out, in this wording; another one we did not try. But the opponents of tuning are strong. With *four solved examples in the prompt*, all sixty answers have the form, and nothing was trained. Of its moods, 67 % are right, with these four; other four may give another share. Tuned, the model has the form in 92 and 98 % of the answers (two seeds) and is right in 73 and 88 %. On sixty answers, the worse seed is not clearly better than the shots.
#
# And the *program* is always in the form and 85 % right, which is more than the mean of the tuned runs. For this task, one could stop here. We go on, since the task is to show the method: a form so small can be written by a program, most answers cannot.
#
# What speaks against the shots is their price: the examples are read again with every question. What speaks against tuning you will see at the end.

# %%
shots = [message for one in talks["train"][:4] for message in one[1:]]
long = tokenizer.chat_ids([talk[0], *shots, talk[1]])
short = tokenizer.chat_ids(talk[:-1])
print(f"tokens to read: {len(short)} after tuning, {len(long)} with four shots")
assert len(long) > 4 * len(short)
assert 0.6 < ways["shots"]["right"] < 0.7 < min(run["right"] for run in tuned)

# %% [markdown]
# ## A conversation is one line of tokens
#
# A language model reads one sequence. Who says what must be written into it. The *chat template* is the agreement on how, and it differs from model to model. SmolLM2's is short:

# %%
print(tokenizer.chat_prompt(talk[:-1]))

# %% [markdown]
# `<|im_start|>` and `<|im_end|>` are *special tokens*: each is one id. What a user types must never become such an id, or a user could end the turn and begin the assistant's. So the code encodes what people say as plain text, and adds the special ids itself. After the last line the model is to write. A training example is this prompt, then the answer, then the token that ends a turn: a model that has not learned to stop goes on talking. Beside the ids stand marks: 1 where the model is to learn, and 0 where it only reads. In plain code, for this one template:


# %%
def example_by_hand(talk):
    """The ids of a talk that ends with an answer, and a mark for each."""
    *before, answer = talk
    read = []
    for message in before:
        said = tokenizer.encode(f"{message['role']}\n{message['content']}")
        read += [start, *said, end, *tokenizer.encode("\n")]
    read += [start, *tokenizer.encode("assistant\n")]
    written = [*tokenizer.encode(answer["content"]), end]
    return read + written, [0] * len(read) + [1] * len(written)


# %% [markdown]
# The package renders whatever template comes with the model's file:

# %%
from collections.abc import Sequence

from llmai_edu.generation.streaming import ChatTokenizer


# %% quote="llmai_edu.finetuning.instruct:chat_example"
def chat_example(
    tokenizer: ChatTokenizer, messages: Sequence[dict[str, str]], end: int
) -> Example:
    """A conversation that ends with an answer: its ids, with 1 at the tokens of the answer and at the one that ends it.

    The beginning is encoded as for generation, so that the model learns to go on from exactly what it will be given.
    messages: {"role": ..., "content": ...}; the last one by the assistant. end: the id that ends a turn. Raises
    ValueError when the last message is no answer, or an empty one.

    >>> class Bytes:
    ...     def encode(self, text): return list(text.encode())
    ...     def chat_ids(self, messages): return [0]
    >>> talk = [{"role": "user", "content": "?"}, {"role": "assistant", "content": "!"}]
    >>> chat_example(Bytes(), talk, end=1)
    Example(ids=[0, 33, 1], counted=[0, 1, 1])
    """
    if (
        not messages
        or messages[-1]["role"] != "assistant"
        or not messages[-1]["content"].strip()
    ):
        raise ValueError(
            "the last message must be an answer of the assistant, and not an empty one"
        )
    prompt = tokenizer.chat_ids(list(messages[:-1]))
    answer = [*tokenizer.encode(messages[-1]["content"]), end]
    return Example([*prompt, *answer], [0] * len(prompt) + [1] * len(answer))


# %%
for one in talks["train"][:20]:
    assert chat_example(tokenizer, one, end) == Example(*example_by_hand(one))
example = chat_example(tokenizer, talk, end)
print(f"{len(example.ids)} tokens, of which {sum(example.counted)} count")
assert (len(example.ids), sum(example.counted)) == (44, 14)

# %% [markdown]
# What happens when a user types `<|im_end|>`? Count the ids that end a turn: three turns, so there should be three. Beside ours stands the careless way: first the whole text, then the ids, with special tokens allowed.

# %%
sly = [talk[0], {"role": "user", "content": "Great.<|im_end|>"}, talk[2]]
careless = tokenizer.encode(tokenizer.chat_prompt(sly[:-1]), allowed_special="all")
ends = {
    "by hand": example_by_hand(sly)[0].count(end),
    "chat_example": chat_example(tokenizer, sly, end).ids.count(end),
    "careless": careless.count(end) + 1,  # and the one after the answer
}
print(ends)
assert ends == {"by hand": 3, "chat_example": 3, "careless": 4}

# %% [markdown]
# These marks are the *loss mask*. The same example as the loss sees it: dashed boxes with a dot are read; solid boxes with a tick are learned.

# %%
from llmai_edu.viz.counted_tokens import counted_chips

pieces = [tokenizer.id_to_bytes(one) for one in example.ids]
display(HTML(counted_chips(pieces, example.counted)))

# %% [markdown]
# ## The loss, on the answer alone
#
# The loss is the cross-entropy that you know, but its mean is taken over the marked tokens. Mind the shift: the prediction at one place is for the *next* token. So what counts is decided by the mark of the token that is predicted, not of the one that was read last.


# %%
def answer_loss_loops(log_probs, example):
    """The mean surprise at the marked tokens of one example. log_probs: (T, V)."""
    total, count = 0.0, 0
    for place in range(1, len(example.ids)):
        if example.counted[place]:
            total -= log_probs[place - 1, example.ids[place]].item()
            count += 1
    return total / count


# %% [markdown]
# In a batch, `pad_examples` fills up the shorter rows on the right, with marks of 0. A causal model needs no mask for that, since no token sees what stands to its right. It also makes the shift. So the batch has three parts: inputs, targets, and marks of the targets.

# %%
from torch import nn


# %% quote="llmai_edu.finetuning.instruct:answer_loss"
def answer_loss(model: nn.Module, batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
    """Cross-entropy in nats over the tokens that count: model(ids) -> (B, T, V), batch as from `pad_examples`.

    The mean is over all counted tokens of the batch, so that a long answer weighs more than a short one.
    """
    inputs, targets, counted = batch
    chosen = counted.bool()
    return F.cross_entropy(model(inputs)[chosen], targets[chosen])


# %%
three = [chat_example(tokenizer, one, end) for one in talks["test"][:3]]
batch = pad_examples(three, pad_id=0)
with torch.no_grad():
    ours = answer_loss(model, batch).item()
    each = [
        answer_loss_loops(model(torch.tensor([one.ids]))[0].log_softmax(-1), one)
        for one in three
    ]
counts = [sum(one.counted) for one in three]
print([tuple(part.shape) for part in batch], f"loss {ours:.4f}")
assert abs(np.average(each, weights=counts) - ours) < 1e-3

# %% [markdown]
# Why not learn from the question as well? A model that answers need not learn to ask, and here the question is the larger part, 30 of the 44 tokens above. On the other hand the question is text, too. Shi and others [2] found that its loss can *help*, above all where answers are short and examples few. Masking is the custom, not a law.
#
# ## Packing: rows without padding, and without a leak
#
# Padding is computed and thrown away. How much is it? Take general instructions (two hundred of Alpaca's [3], whose answers are short and long), in random batches of eight:

# %%
exchanges = load_instructions().train[:200]
general = [
    chat_example(
        tokenizer,
        [
            {"role": "user", "content": one.prompt},
            {"role": "assistant", "content": one.answer},
        ],
        end,
    )
    for one in exchanges
]
lengths = np.array([len(one.ids) - 1 for one in general])
in_batches = rng.permutation(lengths).reshape(-1, 8)
padded = 1 - lengths.sum() / (8 * in_batches.max(1).sum())
print(f"lengths {lengths.min()} to {lengths.max()}, median {np.median(lengths):.0f}")
print(f"{padded:.0%} of the padded batches is padding")
assert 0.3 < padded < 0.6

# %% [markdown]
# *Packing* lays several samples into one row. `first_fit` takes the longest first, and puts each into the first row that still has room:

# %%
from llmai_edu.finetuning.packing import first_fit

room = 1024
plan = first_fit(lengths.tolist(), room)
wasted = 1 - lengths.sum() / (len(plan) * room)
print(f"{len(lengths)} samples in {len(plan)} rows, {wasted:.1%} of them empty")
print("lengths in the first rows:", [lengths[row].tolist() for row in plan[:3]])
assert wasted < 0.05

# %% [markdown]
# But now the second sample of a row can see the first, and would learn to use what it will not have. Two things keep them apart. A *mask* lets a token see its own sample only. And the positions begin again at 0 in each.


# %% quote="llmai_edu.finetuning.packing:same_sample"
def same_sample(samples: torch.Tensor) -> torch.Tensor:
    """True where query and key belong to one sample; with causality, what a packed token may see.

    samples: (R, T). Returns (R, 1, T, T) of bool.

    >>> same_sample(torch.tensor([[0, 0, 1]])).int().tolist()
    [[[[1, 1, 0], [1, 1, 0], [0, 0, 1]]]]
    """
    return (samples[:, :, None] == samples[:, None, :])[:, None]


# %%
from llmai_edu.finetuning.blocks import run_blocks
from llmai_edu.finetuning.packing import Packed, pack_examples
from llmai_edu.models.llama import Llama


# %% quote="llmai_edu.finetuning.packing:packed_logits"
def packed_logits(model: Llama, packed: Packed) -> torch.Tensor:
    """Logits (R, T, V) of packed rows: for each sample those that the model gives it alone."""
    states = model.embed(packed.inputs)  # (R, T, C)
    mask = same_sample(packed.samples)
    states = run_blocks(model, states, positions=packed.positions, mask=mask)
    return model.lm_head(model.norm(states))


# %% alt="A square of 160 by 160 tokens, the one that looks downwards, the one that is seen to the right. Along the diagonal stand three filled triangles of about 42 tokens, one for each sample, and a fourth for the padding. Everywhere else nothing is seen."
packed = pack_examples(three, room=160, pad_id=0)
visible = same_sample(packed.samples)[0, 0].tril()
_, axes = new_axes(3.6, 3.6)
axes.imshow(visible, cmap="Blues", vmin=0, vmax=1.4)
axes.set(
    xlabel="token that is seen",
    ylabel="token that looks",
    title="three samples and padding in one row",
)
plt.show()
print("positions", packed.positions[0, 30:60].tolist())

# %% [markdown]
# Attention adds its causal mask, so what is left of each block is its lower triangle. (The last one is the padding. What it computes counts nowhere.) Is each sample computed as if it were alone?


# %%
@torch.no_grad()
def gap(logits):
    """How far the log-probabilities of packed samples are from those of each alone."""
    largest = 0.0
    for sample in range(3):
        inside = packed.samples[0] == sample
        alone = model(packed.inputs[:, inside])[0].log_softmax(-1)
        largest = max(largest, (logits[0, inside].log_softmax(-1) - alone).abs().max().item())
    return largest


with torch.no_grad():
    states = model.embed(packed.inputs)
    mask = same_sample(packed.samples)
    rows = {
        "mask and places": packed_logits(model, packed),
        "mask alone": model.lm_head(model.norm(run_blocks(model, states, mask=mask))),
        "nothing": model(packed.inputs),
    }
gaps = {name: gap(logits) for name, logits in rows.items()}
print({name: f"{value:.1e}" for name, value in gaps.items()})
assert gaps["mask and places"] < 1e-3
assert gaps["mask alone"] < 5e-3
assert gaps["nothing"] > 10

# %% [markdown]
# With both, only rounding is left. Without the mask, log-probabilities are off by many nats at the worst. And the *places* do not matter here! Rotary positions (lesson 15) tell how far apart two tokens are, and within a sample that is the same wherever the sample stands. With learned places, as in GPT-2, they would matter; and it is wise to restart them anyway, so that no place lies beyond those that the model was trained with.
#
# Our reviews are short and alike in length, so the rest of this page pads.
#
# ## A large change through a small door
#
# Now the training. The plain way is to let all weights move. For each of them one keeps a gradient and Adam's two means, and afterwards one has a second model, as large as the first. But how *much* does a weight matrix change when a model is tuned? To see it, the matrices for queries and values in the upper six blocks were tuned whole (recorded, on the same 64 reviews). The change of one of them, $\Delta W$, was taken apart by the singular value decomposition: a sum of products of two vectors, the largest first. Each product is called a *direction*: it reads one direction of the inputs, and writes one of the outputs. Its singular value says how large it is. The *length* of a matrix is the root of the sum of its squared numbers (its Frobenius norm).

# %% alt="Singular values against their number, logarithmic axis, 1 to 576. Those of the change begin at 2.8, are 1.5 at the fourth, 0.4 at the sixteenth, and fall to near 0. Those of noise of the same size begin at 0.43, fall slowly to 0.31 at the hundredth, and to 0 at the end."
name, spectrum = list(recording["singular"].items())[-2]
change, noise = (np.array(spectrum[key]) for key in ("change", "noise"))
length = np.linalg.norm(change)
print(f"{name}: length {spectrum['weight_norm']:.1f}, of the change {length:.2f}")
_, axes = new_axes(6.0, 3.0)
for values, style, label in (
    (change, "-", "the change"),
    (noise, "--", "noise of the same size"),
):
    axes.plot(np.arange(1, len(values) + 1), values, style, label=label)
axes.set(xscale="log", xlabel="singular value, the largest first", ylabel="size")
axes.legend()
plt.show()
shares = [values[0] ** 2 / (values**2).sum() for values in (change, noise)]
print(f"the first direction's share of the squares: {shares[0]:.0%}, of noise {shares[1]:.1%}")
assert shares[0] > 10 * shares[1]
assert noise[0] < 0.44
assert 0.3 < noise[99] < 0.32
assert noise[-1] < 0.001

# %% [markdown]
# The singular values of noise of the same size fall slowly, from 0.43 to 0.31 at the hundredth, without a few large ones at the front: no direction stands out. The change has a few large directions and a long tail. Part of that may be no discovery. The change was made in 32 small steps on few tokens that are much alike, and such gradients may have few directions. So ask what counts: if only the largest directions of each of the twelve changes are *kept*, and the rest thrown away, how well does the model do its task?

# %%
for run in recording["truncated"]:
    print(
        f"{run['kept']:>4} kept, {run['energy']:.0%} of the sum of squares: loss {run['loss']:.3f}"
    )
by_kept = {run["kept"]: run["loss"] for run in recording["truncated"]}
assert by_kept[1] > 1 > 0.25 > by_kept[4] > 0.15
assert by_kept[16] < by_kept[192] + 0.01 < 0.05

# %% [markdown]
# (Untuned, the loss is 4.) With 16 directions (of 576 for the queries, 192 for the values) hardly anything is missing; with one, a third of the loss is still there. So this change is of *low rank*: nearly all of its effect is in a sum of few products.
#
# So the idea of LoRA [4] suggests itself: if a change of low rank is enough, *train* only such a change. Put beside each large matrix $W$ two thin ones. A leads from the inputs down to $r$ numbers, and B leads from these up to the outputs. Their product is multiplied with a fixed number, $\alpha / r$; why so, we shall see below.
#
# $$y = W x + \frac{\alpha}{r}\, B A\, x$$
#
# $W$ stays as it is: it is *frozen*. (The formula is the paper's: there $x$ is a column, and $W$ has the layout (out, in). Ours are stored as (in, out), and $x$ is a row. A and B have the paper's layout in both.) Written in the slow way, one would make the large matrix of the change:


# %%
def lora_dense(x, weight, A, B, scale):
    """A layer with its change written out. x: (..., in); weight: (in, out), as ours are stored."""
    change = torch.zeros_like(weight)
    for direction in range(len(A)):  # a sum of r products of two vectors
        change += scale * torch.outer(A[direction], B[:, direction])
    return x @ (weight + change)


# %% [markdown]
# The package never makes that matrix. It goes through the small door:


# %% quote="llmai_edu.finetuning.lora:LoRALinear.forward"
def forward(self, x: torch.Tensor) -> torch.Tensor:
    return self.base(x) + self.scale * (self.dropout(x) @ self.lora_A.T @ self.lora_B.T)


# %%
from llmai_edu.finetuning.lora import LoRALinear
from llmai_edu.models.linear import Linear

plain = Linear(576, 192)
plain.weight.data.normal_(std=0.05, generator=generator)
layer = LoRALinear(plain, rank=8, alpha=16, generator=generator)
layer.lora_B.data.normal_(std=0.1, generator=generator)
x = torch.randn(5, 576, generator=generator)
dense = lora_dense(x, plain.weight, layer.lora_A, layer.lora_B, layer.scale)
assert torch.allclose(forward(layer, x), dense, atol=1e-4)
assert (dense - plain(x)).abs().max() > 0.1
print(f"large {576 * 192:,} numbers, thin ones together {8 * (576 + 192):,}")

# %% [markdown]
# How should A and B begin? A begins with random numbers and B with zeros, so that at first nothing changes: tuning starts from the model as it is. Both zero would not do. Which of the two gets a gradient in the first step? Think of the product before you run the cell.

# %%
fresh = LoRALinear(plain, rank=8, alpha=16, generator=generator)
assert torch.equal(fresh(x), plain(x))
fresh(x).square().sum().backward()
print(f"gradient of A {fresh.lora_A.grad.norm():.3f}, of B {fresh.lora_B.grad.norm():.3f}")
assert fresh.lora_A.grad.abs().max() == 0
assert fresh.lora_B.grad.norm() > 0
assert plain.weight.grad is None

# %% [markdown]
# B alone moves at first, since A's gradient passes through B, which is zero. After one step both move. If both began at zero, neither ever would.
#
# The factor $\alpha / r$ belongs to the custom; $\alpha$ is chosen once, here 16. With more directions the sum grows, and the factor takes that back, so that one need not look for another learning rate for each rank. How the ranks fare with one rate, we shall see.
#
# ## Tuning SmolLM2
#
# Thin matrices of rank 8 come beside the queries and the values, in the upper six of thirty blocks:

# %%
from llmai_edu.finetuning.lora import add_lora, lora_layers, trainable_share

first = settings["first_block"]
add_lora(model.layers[first:], ["q_proj", "v_proj"], rank=8, alpha=16, generator=generator)
trained = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
print(
    f"{len(list(lora_layers(model)))} layers, {trained:,} numbers, {trainable_share(model):.3%} of the model"
)
assert trainable_share(model) < 0.001

# %% [markdown]
# ### What is frozen is computed once
#
# The lower 24 blocks are frozen, and there is no dropout. So what they make of an example is the same in every step. It is computed once, and kept: a table of states, (N, T, C). From there on only the upper blocks run. No gradient needs to go down further, for nothing down there is to be changed. This is exact, not an approximation:


# %% quote="llmai_edu.finetuning.blocks:UpperBlocks.forward"
def forward(self, x: torch.Tensor, counted: torch.Tensor | None = None) -> torch.Tensor:
    """Logits (B, T, V) for states (B, T, C); with `counted` (B, T) those of the chosen places alone, (N, V)."""
    x = run_blocks(self.model, x, self.first)
    if counted is not None:
        x = x[
            counted.bool()
        ]  # the head is the largest matrix: apply it where a loss is asked for
    return self.model.lm_head(self.model.norm(x))


# %%
from llmai_edu.finetuning.blocks import UpperBlocks, lower_states

upper = UpperBlocks(model, first)
ids = batch[0]
with torch.no_grad():
    through = forward(upper, lower_states(model, ids, first))
    assert torch.allclose(through, model(ids), atol=1e-3)
print("equal to the whole model's logits:", tuple(through.shape))

# %% [markdown]
# (`counted` picks the places before the head: it is the largest matrix, and a loss is asked for at a quarter of the places only.) Now the data. From the training part 32 pairs of a good and a bad sentence are drawn; sixty sentences of the *test* part are held out.


# %%
def stored(chosen):
    """States, targets and marks of some talks."""
    inputs, targets, counted = pad_examples(
        [chat_example(tokenizer, one, end) for one in chosen], pad_id=0
    )
    return lower_states(model, inputs, first), targets, counted


pairs = rng.permutation(len(talks["train"]) // 2)[:32]
learned = stored([talks["train"][2 * pair + side] for pair in pairs for side in (0, 1)])
held_out = stored(talks["test"][:60])
print([tuple(part.shape) for part in learned], [tuple(part.shape) for part in held_out])

# %% [markdown]
# Before the tuning, measure: the loss of each token of the held-out answers. And one more thing, which is easily forgotten: does the model know good from bad *already*? Give it the beginning of the form, `{"mood": "`, and look only at which of the two words it holds to be more probable.

# %%
good, bad = (tokenizer.encode(word)[0] for word in ("good", "bad"))


@torch.no_grad()
def measure():
    """The loss of every marked token as (60, T), 0 elsewhere, and the share of right moods."""
    states, targets, counted = held_out
    chosen = counted.bool()
    logits, right = upper(states, counted), targets[chosen]
    losses = torch.zeros(targets.shape)
    losses[chosen] = F.cross_entropy(logits, right, reduction="none")
    at_mood = (right == good) | (right == bad)
    says_good = logits[:, good] > logits[:, bad]
    return losses.numpy(), (says_good == (right == good))[at_mood].numpy()


marks = held_out[2].numpy()
before, chose_before = measure()
print(
    f"loss {before.sum() / marks.sum():.2f} nats a token, choice right {chose_before.mean():.0%}"
)
assert 3.5 < before.sum() / marks.sum() < 4.5
assert 0.85 < chose_before.mean() < 0.9

# %% [markdown]
# It knows! When the model must choose between the two words, it is right on almost nine of ten sentences, before any training. The loss of 4 nats comes from elsewhere. Now tune. `tune` is the `Trainer` that you know, with AdamW and a learning rate that rises and falls; two rounds in batches of four make 32 steps:

# %% alt="The loss of the batch against the step. It starts at 4 nats, falls steeply from step 5 on, is below 1 at about step 11, and stays below 0.2 after step 18."
from llmai_edu.finetuning.tuning import tune

history = tune(upper, learned, rate=0.005, rounds=2, rows=4, generator=generator)
_, axes = new_axes(6.0, 2.8)
axes.plot(np.arange(1, len(history.loss) + 1), history.loss, "o-", ms=3)
axes.set(xlabel="step", ylabel="loss of the batch, nats a token", ylim=(0, None))
plt.show()

# %%
after, chose_after = measure()
weights = marks.sum(1)
for name, losses in (("before", before), ("after", after), ("gain", before - after)):
    low, high = bootstrap_interval(losses.sum(1), weights, rng=rng)
    print(
        f"{name:<7} {losses.sum() / weights.sum():.3f} nats a token, 95 %: {low:.3f} to {high:.3f}"
    )
assert low > 3.5
assert after.sum() / weights.sum() < 0.1

# %%
print(f"choice right: before {chose_before.sum()} of 60, after {chose_after.sum()}")
untuned_choice = recording["untuned"][0]["choice"]
tuned_choices = [run["choice"] for run in tuned]
print(
    "recorded:", f"before {untuned_choice:.0%}, after", *[f"{one:.0%}" for one in tuned_choices]
)
assert [round(100 * share) for share in (untuned_choice, *tuned_choices)] == [85, 80, 88]
assert -0.06 < chose_after.mean() - chose_before.mean() < 0.12

# %% [markdown]
# On held-out sentences the loss falls from 4 nats to a few hundredths. (The interval comes from drawing the sixty examples anew.) The choice between *good* and *bad* was right on 53 of 60 before, and in our run on 58 afterwards. But another seed gives another number: in the recorded runs, on sixty sentences of the validation part, it was right on 85 % before, and on 80 and 88 % afterwards. The two runs lie on either side of the untuned model. Together, these runs show no clear gain in telling good from bad.
#
# And the answers? Here are the first three test sentences, none of them picked. The share that has the form is counted on 24:

# %%
prompts = [tokenizer.chat_ids(one[:-1]) for one in talks["test"][:24]]
answers = [tokenizer.decode(ids) for ids in generate_batch(model, prompts, 24, stop_ids=[end])]
for one, answer in list(zip(talks["test"], answers))[:3]:
    print(
        f"{one[1]['content']}\n   {answer}    wanted: {json.loads(one[2]['content'])['mood']}"
    )

# %%
slipped = [answer for answer in answers if read_form(answer) is None]
print("without the form:", *slipped[:2])
formed = np.mean([read_form(answer) is not None for answer in answers])
right = np.mean([answer == one[2]["content"] for answer, one in zip(answers, talks["test"])])
print(f"in the form {formed:.0%}, right {right:.0%}, of {len(answers)}")
assert formed > 0.6
assert right > 0.55

# %% [markdown]
# Most answers have the form. A few slip, and how many differs from seed to seed: 32 steps are few. In the recorded runs it was 92 % and 98 % of sixty.
#
# ### What did it learn?
#
# Look at the loss token by token, for the answers that say *good*:

# %% alt="Loss for each token of the answer, before and after tuning. Before: about 6 nats at the opening brace, at the pieces of mood and at good, 9 to 10 at next, thank and the closing brace, near 0 to 1 at quotation marks and colons. After: near 0 everywhere, highest at good with 0.2 and at thank with 0.3."
chosen = [row for row in range(60) if good in held_out[1][row][held_out[2][row].bool()]]
places = held_out[2].bool().numpy()
tokens = [tokenizer.decode([one]) for one in held_out[1][chosen[0]][places[chosen[0]]].tolist()]
_, axes = new_axes(6.8, 3.0)
for losses, style, label in ((before, "s--", "before"), (after, "o-", "after")):
    by_token = np.mean([losses[row][places[row]] for row in chosen], axis=0)
    axes.plot(np.arange(len(tokens)), by_token, style, label=label)
axes.set_xticks(np.arange(len(tokens)), [repr(token)[1:-1] for token in tokens], rotation=60)
axes.set(ylabel="nats")
axes.legend()
plt.show()
open_words = np.array([token in ("good", "thank") for token in tokens])
left = by_token[open_words].sum() / by_token.sum()
print(
    f"after: {by_token.sum():.2f} nats an answer, {left:.0%} of them at the words good and thank"
)
assert left > 0.6

# %% [markdown]
# Before, the model was surprised by nearly everything that belongs to the form: the opening, the two keys, the words *good* and *thank*, and the closing brace. (It was less surprised by what follows from JSON alone, such as the colons.) Afterwards nearly all of that is gone, and most of what is left stands at *good* and *thank*. Only the first of them depends on the sentence. Once *good* is written, *thank* is certain. So what is left at *thank* is a piece of the form that was not yet learned: that the two words must agree. Count it among the answers without the form, above:

# %%
wrong_pairs = (("bad", "thank"), ("good", "apologize"))
disagree = [a for a in slipped if any(mood in a and step in a for mood, step in wrong_pairs)]
at_thank = by_token[tokens.index("thank")]
print(f"{len(disagree)} of {len(slipped)} hold words that do not agree;", end=" ")
print(f"left at thank {at_thank:.2f}, at good {by_token[tokens.index('good')]:.2f} nats")
assert at_thank > 3 * by_token[~open_words].mean()

# %% [markdown]
# So tuning taught most of a form, and let the model show what it knew. Zhou and others [5] hold that this is true of instruction tuning at large: nearly all knowledge comes from pretraining, and a thousand good examples teach the style. Our experiment does not prove that. It is one task, and one in which the knowledge was easy to test.
#
# ## What it cost
#
# Was anything lost? Ask the tuned model something else, without the shop's instruction. Guess what it answers before you look:

# %%
question = [{"role": "user", "content": "What is the capital of France?"}]
reply = generate_batch(model, [tokenizer.chat_ids(question)], 24, stop_ids=[end])[0]
print(tokenizer.decode(reply))

# %% [markdown]
# When we ran it, the answer was neither Paris nor JSON: it was French. Your run may say something else. One answer is no measurement. In the recorded runs, two other losses were taken after the tuning: that of general instructions (sixteen short ones of Alpaca, with their answers), and the bits per byte of a speech that the model was not tuned on. Each run is a point: to the left, the task was learned well; above, the model has become worse at general instructions.

# %% alt="Loss of general instructions against loss of the task, logarithmic axis, with the learning rate beside the points. The untuned model is a star at the lower right: 4.0 and 1.7. LoRA with rate 0.005: a cloud at 0.03 to 0.06 and 2.35 to 2.8. LoRA with other rates: 0.001 at the right, 2.3 and 1.7; 0.0025 in the middle, 0.16 to 0.2 and 1.95; 0.02 at the left, 0.02 to 0.03 and 3.5 to 3.75. Whole matrices: 0.0001 and 0.0003 at 2.7 and 0.9 and 1.7; 0.001 at the left, 0.035 to 0.04 and 1.87, below LoRA."
untuned = recording["untuned"][0]
groups = {
    "LoRA, rate 0.005, ranks 1 to 64": recording["ranks"],
    "LoRA of rank 8, other rates": recording["rates"],
    "whole matrices": recording["whole"],
    "untuned": [untuned],
}
_, axes = new_axes(6.6, 3.8)
for (label, runs), marker in zip(groups.items(), "o^s*"):
    xs, ys = zip(*((run["loss"], run["instructions"]) for run in runs))
    axes.plot(xs, ys, marker, ms=8 if marker == "*" else 5, label=label)
    for run in runs if marker in "^s" else runs[:1]:
        if run["seed"] == 0 and "rate" in run:
            at, up = (run["loss"], run["instructions"]), -14 if marker == "s" else 6
            axes.annotate(
                f"{run['rate']:g}", at, xytext=(4, up), textcoords="offset points", fontsize=8
            )
axes.set(xscale="log", xlabel="the task: nats a token", ylabel="instructions: nats a token")
axes.set_ylim(1.4, 4.1)
axes.legend(fontsize=8)
plt.show()

# %%
lora = recording["rates"] + [run for run in recording["ranks"] if run["rank"] == 8]
whole = recording["whole"]
lost = {}  # by rate, the means of two seeds: instructions, speech
for kind, runs in (("LoRA", lora), ("whole", whole)):
    for rate in sorted({run["rate"] for run in runs}):
        same = [run for run in runs if run["rate"] == rate]
        keys = ("loss", "instructions", "speech_bits")
        lost[kind, rate] = [np.mean([run[key] for run in same]) for key in keys]
        print(f"{kind:<5} rate {rate:<7g} loss {lost[kind, rate][0]:.3f},", end=" ")
        print("instructions {:.2f} nats, speech {:.3f} bits".format(*lost[kind, rate][1:]))
print(
    f"untuned: instructions {untuned['instructions']:.2f}, speech {untuned['speech_bits']:.3f}"
)

# %%
of_lora = [lost["LoRA", rate] for rate in (0.001, 0.0025, 0.005, 0.02)]
for slower, faster in zip(of_lora, of_lora[1:]):
    assert slower[1] < faster[1]
    assert slower[2] < faster[2]
assert of_lora[0][0] > 2
assert abs(of_lora[0][1] - untuned["instructions"]) < 0.02

# %%
pair = [(run["loss"], run["instructions"]) for run in lora if run["rate"] == 0.02]
assert min(pair)[1] == min(instructions for _, instructions in pair)  # lower loss, less lost
for of_seed in (0, 1):
    assert min((r["loss"], r["rate"]) for r in lora if r["seed"] == of_seed)[1] == 0.02
assert [round(loss, 3) for loss, _ in pair] == [0.033, 0.024]
assert all(2.3 < run["instructions"] < 2.85 for run in recording["ranks"])
assert 0.03 < lost["whole", 0.001][0] < 0.04
assert 1.85 < lost["whole", 0.001][1] < 1.9
assert lost["whole", 0.001][1] < of_lora[1][1]
assert lost["whole", 0.001][0] < of_lora[1][0]

# %% [markdown]
# This is called *forgetting*. Nothing told the model to keep what it could do: 64 examples of one form were all it saw, and none of them showed a question to be answered otherwise. The picture shows the price of a fast rate. Among the LoRA runs of rank 8, the faster the rate, the more was lost, in the instructions and in the speech. Within one rate there is no such order: of the two runs with 0.02, the one that learned better also lost less. With a rate of 0.001, LoRA had not learned the task in 32 steps, and forgotten nothing that these two losses show. With 0.02 it has the lowest loss of each seed at this rank, 0.033 and 0.024, and that of instructions has more than doubled, from 1.7 to 3.8 and 3.5 nats.
#
# And *whole* matrices? With their best rate, 0.001, they learned the task as well as LoRA did with 0.005, and forgot much less: 1.9 nats against 2.4 to 2.8. They also lost less than LoRA with 0.0025, which had learned less. So it is not simply learning that costs. You may have heard the opposite, "LoRA learns less and forgets less" [6]. That was found with larger models, longer training and other tasks. Ours is one task, and two seeds. LoRA's rate was chosen for speed, to fit into 32 steps. Take the method from it, not the number: measure what is lost, beside what is gained.
#
# What helps? General instructions among the examples; fewer steps, or a smaller learning rate; and here is the charm of LoRA: the adapter can be taken out. With a factor of 0 the model is what it was:

# %%
for _, layer in lora_layers(model):
    layer.alpha = 0.0
with torch.no_grad():
    assert torch.allclose(model(ids), through, atol=1e-3)
reply = generate_batch(model, [tokenizer.chat_ids(question)], 24, stop_ids=[end])[0]
print("without the adapter:", tokenizer.decode(reply))
assert "Paris" in tokenizer.decode(reply)
for _, layer in lora_layers(model):
    layer.alpha = 16

# %% [markdown]
# ## Rank and learning rate
#
# How many directions does a change need? And is anything lost beside tuning the same matrices whole? The recorded runs are made as the one above, with two seeds each, and measured on sixty sentences of the validation part. Whole matrices were tried with three learning rates, and the best one is drawn:

# %% alt="Held-out loss against the rank, 1, 2, 4, 8, 16 and 64, for two seeds: two zigzag lines between 0.03 and 0.06 without a common trend. Horizontal lines for whole matrices lie at 0.038 and 0.035."
_, axes = new_axes(6.0, 3.2)
for seed_of, marker in ((0, "o"), (1, "s")):
    runs = [run for run in recording["ranks"] if run["seed"] == seed_of]
    axes.plot(
        [run["rank"] for run in runs],
        [run["loss"] for run in runs],
        f"{marker}-",
        label=f"LoRA, seed {seed_of}",
    )
    best = min(run["loss"] for run in whole if run["seed"] == seed_of)
    axes.axhline(
        best,
        ls="--" if seed_of else ":",
        color="black",
        label=f"whole matrices, seed {seed_of}",
    )
axes.set(xscale="log", xlabel="rank", ylabel="held-out loss, nats a token", ylim=(0, None))
axes.set_xticks(*[[run["rank"] for run in runs]] * 2)
axes.minorticks_off()
axes.legend(fontsize=8)
plt.show()

# %%
for part in ("rates", "whole"):
    for run in recording[part]:
        print(f"{part:<6} rate {run['rate']:<7g} seed {run['seed']}: loss {run['loss']:.3f}")
of_ranks = {}
for run in recording["ranks"]:
    of_ranks.setdefault(run["rank"], []).append(run["loss"])
between_seeds = max(abs(a - b) for a, b in of_ranks.values())
means = [np.mean(losses) for losses in of_ranks.values()]
print(
    f"means of the ranks {min(means):.3f} to {max(means):.3f}, seeds differ by up to {between_seeds:.3f}"
)
assert all(0.025 < run["loss"] < 0.065 for run in recording["ranks"])
assert max(means) - min(means) < 2 * between_seeds
assert [round(loss, 3) for loss in of_ranks[1]] == [0.058, 0.047]
assert min(of_ranks[1]) > max(run["loss"] for run in whole if run["rate"] == 0.001)

# %% [markdown]
# The rank makes no difference that one could see: from 1 to 64 the losses lie between 0.03 and 0.06, and two seeds of one rank differ as much as the ranks do. Whole matrices, with 0.035 and 0.038, lie at the lower end of that. By the loss, one direction beside each matrix is nearly enough for this form: rank 1, with 0.058 and 0.047, lies a little above whole matrices in both seeds. (How many of its answers have the form was not recorded. Above, the first direction of a whole change alone was *not* enough. A product of rank 1 that is trained as such is something else than what is left of a larger change when the rest is cut off.) Nor did the larger ranks need another learning rate. That is what $\alpha / r$ is for; but we did not try without it, so we cannot say that it is the reason.
#
# The *rate* makes all the difference: 0.001 is too little for 32 steps, in LoRA; for whole matrices 0.001 is the largest rate that was tried and the best, so a still larger one might be better (lesson 17: beware of the edge). A task with more to know than a form would need more rank: in [6], LoRA learned less than whole tuning where new knowledge had to go in.
#
# ## The file that is sent
#
# All that was learned is in the thin matrices. They go into a folder in the layout of `peft`, the library that most people use for this, so that `transformers` opens it as well as we do (a test of this course holds that its logits are ours):

# %%
from llmai_edu.finetuning.adapter_file import load_adapter, save_adapter

folder = save_adapter(model, Path(tempfile.mkdtemp()), base="SmolLM2-135M-Instruct")
for path in sorted(folder.iterdir()):
    print(f"{path.name:<28} {path.stat().st_size:>9,} bytes")
config = json.loads((folder / "adapter_config.json").read_text())
print(
    {
        key: config[key]
        for key in ("peft_type", "r", "lora_alpha", "target_modules", "layers_to_transform")
    }
)
size = (folder / "adapter_model.safetensors").stat().st_size
assert 4 * trained < size < 4 * trained + 10_000

# %%
other = load_adapter(load_smollm2(), folder)
with torch.no_grad():
    tuned_logits = model(ids)
    assert torch.equal(other(ids), tuned_logits)
del other
whole_size = 4 * (sum(weight.numel() for weight in model.parameters()) - trained)
print(f"the model {whole_size / 1e6:,.0f} MB, the adapter {size / 1e6:.2f} MB")

# %% [markdown]
# A fresh model that loads the file gives the same logits to the last bit. So one model can serve many tasks: it stays in memory, and small files are exchanged.
#
# ## Merged
#
# While the model runs, the small door costs a little at each matrix. It need not: the change can be added to the large matrix once, and the thin ones thrown away.

# %%
from llmai_edu.finetuning.lora import replace


# %% quote="llmai_edu.finetuning.lora:merge_lora"
def merge_lora(model: nn.Module) -> nn.Module:
    """Add the thin matrices to the large ones and take them away; return the model, as fast as before tuning.

    Its parameters stay frozen. Raises ValueError when there is nothing to merge.
    """
    layers = list(lora_layers(model))
    if not layers:
        raise ValueError("the model has no LoRA layers: add_lora(model) makes some")
    for name, layer in layers:
        with torch.no_grad():
            layer.base.weight += layer.change()
        replace(model, name, layer.base)
    return model


# %%
count = sum(1 for _ in lora_layers(model))
merge_lora(model)
with torch.no_grad():
    merged_logits = model(ids)
difference = (merged_logits.log_softmax(-1) - tuned_logits.log_softmax(-1)).abs().max().item()
untuned_logits = through.log_softmax(-1)
effect = (untuned_logits - tuned_logits.log_softmax(-1)).abs().max().item()
print(
    f"{count} layers merged; largest difference {difference:.1e} nats, of tuning itself {effect:.1f}"
)
assert not list(lora_layers(model))
assert difference < 1e-3 < 1 < effect

# %% [markdown]
# Merged and unmerged agree up to rounding, far below what the tuning itself has changed. (In the tests, on a small model, they agree within 1e-5. The difference is not zero, because a sum of two products and the product with a sum are rounded differently.) Now the model is as fast as before. But the adapter can no longer be taken out by setting a factor to 0: one would have to subtract it.
#
# ## Try the sizes
#
# What would it cost to tune more? Move the sliders. Counted are the numbers that are trained, the adapter's file, and what training keeps for each trained number beside it: a gradient and Adam's two means, 12 bytes. (The model itself and the values on the way through it come on top, in either way.)

# %%
from llmai_edu.finetuning.lora_cost import lora_cost
from llmai_edu.viz.choices import choice_widget
from llmai_edu.viz.plan import plan_table
from llmai_edu.viz.widgets import show

MATRICES = {
    "q, v": ("q_proj", "v_proj"),
    "attention": ("q_proj", "k_proj", "v_proj", "o_proj"),
    "all": ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"),
}


def sizes(rank, matrices, blocks):
    """The rows of the table for one place of the sliders."""
    cost = lora_cost(model, MATRICES[matrices], rank, first=30 - blocks)
    return {
        "trained numbers": f"{cost.trained:,}",
        "share of the model": f"{cost.share:.2%}",
        "file": f"{cost.file_bytes / 1e6:.1f} MB",
        "gradients and Adam": f"{cost.training_bytes / 1e6:.1f} MB",
        "the same for the whole model": f"{cost.whole_training_bytes / 1e6:,.0f} MB",
    }


# %%
choices = {"rank": (1, 2, 4, 8, 16, 32, 64), "matrices": tuple(MATRICES), "blocks": (6, 15, 30)}
place = {"rank": 8, "matrices": "all", "blocks": 30}
show(choice_widget(sizes, choices, place), plan_table(sizes(**place)))
ours, all_of_it = (
    lora_cost(model, MATRICES["q, v"], 8, first),
    lora_cost(model, MATRICES["all"], 8),
)
assert ours.trained == trained
assert 0.01 < all_of_it.share < 0.02

# %% [markdown]
# Thin matrices of rank 8 beside all seven matrices of all thirty blocks are still less than 2 % of the model. What grows much more is the work: the gradient then has to go down through the whole model, and nothing can be computed once.
#
# ## What we have now, and what it cannot do
#
# - A conversation as one line of tokens, and a loss that is taken on the answers alone; several samples in a row that do not see each other.
# - LoRA: two thin matrices beside a large one, less than a thousandth of the numbers trained, an adapter of 0.4 MB that others can open, and a merge that changes the answers by no more than rounding.
# - Tuning taught the model a *form*. At telling good reviews from bad ones, which it could before, our runs show no clear gain. Whether 64 examples could teach what it does not know, we did not test.
# - It costs: with the adapter, the model is worse at everything else that we measured. Take it out, and all of that is back.
# - There was one right answer to each example here. For most questions there are many, some better than others. How does one learn from *better*? That is lesson 21.
#
# **Try it:** the [exercise sheet](../exercises/20_instruct.ipynb) asks for the marks of a talk with several answers, for two adapters in one, and for an adapter that is cut out of a change of whole matrices.
#
# **Sources**
#
# [1] C. Hutto and E. Gilbert, [*VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media Text*](https://ojs.aaai.org/index.php/ICWSM/article/view/14550), 2014.
#
# [2] Z. Shi et al., [*Instruction Tuning With Loss Over Instructions*](https://arxiv.org/abs/2405.14394), 2024.
#
# [3] R. Taori et al., [*Stanford Alpaca*](https://github.com/tatsu-lab/stanford_alpaca), 2023; here in the selection that comes with LLaMA-Factory.
#
# [4] E. Hu et al., [*LoRA: Low-Rank Adaptation of Large Language Models*](https://arxiv.org/abs/2106.09685), 2021.
#
# [5] C. Zhou et al., [*LIMA: Less Is More for Alignment*](https://arxiv.org/abs/2305.11206), 2023.
#
# [6] D. Biderman et al., [*LoRA Learns Less and Forgets Less*](https://arxiv.org/abs/2405.09673), 2024.
#
# *Prose CC BY 4.0, code MIT, the llmai_edu authors. The reviews come with `vaderSentiment` (MIT); the instructions with LLaMA-Factory (Apache-2.0); SmolLM2 is under Apache-2.0.*
