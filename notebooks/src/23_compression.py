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
# # Compression: smaller and faster
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/notebooks/23_compression.ipynb)
# <!-- colab:end -->
#
# *About 90 minutes to read, 60 seconds to run on two CPU cores, 2.0 GB. Needs: lessons 15 and 16.*
#
# A model is trained once and used a million times. Each token that it writes costs one reading of all its weights. So there is much to gain from weights that take fewer bytes. This page tries the three ways there are: to *round* the weights to 8 or 4 bits, to *leave out* some of them, and to train a *smaller model* with the large one as its teacher. Where we can, we measure each in the same three figures: bytes, tokens a second, and bits per byte of held-out text.

# %% tags=["setup"]
# --- On Colab, install the course first; anywhere else these lines do nothing ---
import os
import sys
from IPython import get_ipython

if "google.colab" in sys.modules:
    address = os.environ.get("LLMAI_EDU_SOURCE", "https://github.com/llmai-edu/llmai-edu")
    get_ipython().run_line_magic("pip", f'install -q "llmai-edu @ git+{address}"')
# --- end of the Colab lines ---
import copy
import tempfile
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F

from llmai_edu.compression.quantized_llama import quantize_model, save_quantized, stored_bytes
from llmai_edu.evaluation import bootstrap_interval, ladder_text
from llmai_edu.generation import generate
from llmai_edu.pretrained import load_smollm2
from llmai_edu.pretrained.course_base import load_course_base
from llmai_edu.tokenizers import smollm2_tokenizer
from llmai_edu.viz import PALETTE, new_axes

seed = 0
rng = np.random.default_rng(seed)
text = ladder_text()
torch.set_grad_enabled(False)  # nothing is trained on this page
MARKERS = "osv^DP*X"

# %% [markdown]
# ## The result first
#
# SmolLM2 of lesson 00 has 134.5 million weights. In float32 that makes 538 million bytes. `quantize_model` rounds them to 8 bits each. Then both answer the same question, always taking the most probable token:

# %%
smol, smol_tokenizer = load_smollm2().eval(), smollm2_tokenizer()
smol8 = quantize_model(smol, bits=8)
question = smol_tokenizer.chat_ids(
    [{"role": "user", "content": "What is the capital of France?"}]
)
for model in (smol, smol8):
    answer = list(generate(model, question, 12, stop_ids=[smol_tokenizer.eos_id]))
    print(f"{stored_bytes(model) / 1e6:5.0f} MB: {smol_tokenizer.decode(answer)}")

# %%
assert 3.95 < stored_bytes(smol) / stored_bytes(smol8) < 4.0

# %% [markdown]
# A quarter of the bytes, and the same answer. One answer proves little. So let all variants read the same held-out text, and count the bits that they need. We take one window from the middle of each of the twelve addresses of the test years: the same windows for every variant. Then the *difference* to float32 can be measured well, even on little text. What is hard for one is hard for all, and drops out.


# %%
def windows(tokenizer, docs, length, start=0.5):
    """One window of each text: ids (B, length + 1), and the bytes of all but the first."""
    rows = []
    for doc in docs:
        ids = tokenizer.encode(doc)
        rows.append(ids[int(start * len(ids)) :][: length + 1])
    sizes = [[len(tokenizer.id_to_bytes(i)) for i in row[1:]] for row in rows]
    return torch.tensor(rows), np.array(sizes).sum(1)


def window_bits(model, ids):
    """The bits that a model needs for each window: (B,)."""
    logits = model(ids[:, :-1]).float()  # (B, T, V)
    nats = F.cross_entropy(logits.transpose(1, 2), ids[:, 1:], reduction="none")
    return nats.double().sum(1).numpy() / np.log(2)


# %% [markdown]
# The next function adds a variant to a table. `cost` is the difference of the bits per byte to the first of its family, with a 95 % interval: the bootstrap of lesson 04, over the twelve windows. `rate` is the speed of writing on *this* machine, in tokens a second. It is shown and never asserted.

# %%
table = {}


def speed(model, tokens=12):
    """Tokens a second at batch 1."""
    stamps = [time.perf_counter() for _ in generate(model, [1], tokens)]
    return 1 / np.diff(stamps).min()  # the fastest token: other programs only add time


def add(family, name, model, ids, sizes, n_bytes=None):
    """Measure a variant, put it into the table, and print its row."""
    bits = window_bits(model, ids)
    first = table.get(family, {"float32": {"bits": bits}})["float32"]["bits"]
    low, high = bootstrap_interval(bits - first, sizes, rng=np.random.default_rng(seed))
    row = {"bits": bits, "bpb": bits.sum() / sizes.sum(), "low": low, "high": high}
    row |= {"cost": (bits - first).sum() / sizes.sum(), "rate": speed(model)}
    row["bytes"] = stored_bytes(model) if n_bytes is None else n_bytes
    table.setdefault(family, {})[name] = row
    print(
        f"{name:<22}{row['bytes'] / 1e6:7.1f} MB{row['bpb']:8.4f}  cost {row['cost']:+.4f}"
        f" ({low:+.4f} to {high:+.4f}){row['rate']:7.0f} tokens/s"
    )


# %%
smol_text = windows(smol_tokenizer, text.test_docs, 64)
add("SmolLM2", "float32", smol, *smol_text)
add("SmolLM2", "bfloat16", copy.deepcopy(smol).bfloat16(), *smol_text)
add("SmolLM2", "int8", smol8, *smol_text)
for group in (32, 64):
    add("SmolLM2", f"int4, groups of {group}", quantize_model(smol, 4, group), *smol_text)

# %% alt="Cost in bits per byte against the size in megabytes, logarithmic, with 95 % intervals. float32 at 538 MB and bfloat16 at 269 MB lie at 0, int8 at 135 MB near 0 too, int4 in groups of 32 at 84 MB at 0.018, int4 in groups of 64 at 76 MB at 0.10."
rows = table["SmolLM2"]
_, axes = new_axes(6.5, 3.4)
for (name, row), marker, color in zip(rows.items(), MARKERS, PALETTE):
    bar = [[row["cost"] - row["low"]], [row["high"] - row["cost"]]]
    place = (row["bytes"] / 1e6, row["cost"])
    axes.errorbar(*place, bar, fmt=marker, color=color, capsize=4, label=name)
axes.set(xscale="log", xlabel="megabytes", ylabel="cost, bits per byte", title="SmolLM2")
axes.set_xticks([75, 135, 269, 538], ["75", "135", "269", "538"])
axes.minorticks_off()
axes.legend(fontsize=8)
plt.show()

# %%
cost = {name: row["cost"] for name, row in rows.items()}
assert abs(cost["bfloat16"]) < 0.003
assert abs(cost["int8"]) < 0.006
assert 0.012 < cost["int4, groups of 32"] < 0.025
assert 0.08 < cost["int4, groups of 64"] < 0.13
assert cost["int4, groups of 64"] > 5 * cost["int4, groups of 32"]
assert 6.3 < rows["float32"]["bytes"] / rows["int4, groups of 32"]["bytes"] < 6.5

# %% [markdown]
# Half the bytes cost nothing that can be seen here. A quarter costs at most a few thousandths of a bit a byte. At 4 bits it begins to hurt: about 0.02 with groups of 32, and about 0.10 with groups of 64. (The windows have 64 tokens and no past, so the figures are higher than those of the ladder. The differences are what counts.)
#
# Three questions arise. How does one round to 4 bits at all? Why do the groups matter so much? And who becomes faster by it?
#
# ## How a weight becomes a whole number
#
# A whole number of 8 bits with a sign reaches from −128 to 127. So take the largest weight of a column, in size, and let it become 127: one step is then that weight divided by 127. Each weight is replaced by the nearest multiple of the step. In plain form:


# %%
def round_column(weights):
    """Whole numbers from -127 to 127, and the step between them."""
    step = max(abs(w) for w in weights) / 127
    return [round(w / step) for w in weights], step


numbers, step = round_column([0.5, -2.54, 0.0, 1.003])
print(numbers, f"step {step:.3f}", [round(q * step, 3) for q in numbers])
assert numbers == [25, -127, 0, 50]

# %% [markdown]
# The numbers and the step are stored. The weight 1.003 comes back as 1.0. The error is at most half a step, because the nearest multiple is never further away.
#
# The package does this for a matrix of shape (in, out), in which a column belongs to one output. A *group* is a piece of a column with a scale (the step) of its own. `grouped` cuts the columns: (in, out) becomes (groups, group size, out).

# %%
from llmai_edu.compression.quantize import dequantize_int8, grouped


# %% quote="llmai_edu.compression.quantize:quantize_int8"
def quantize_int8(
    weight: torch.Tensor, group_size: int | None = None, dtype: torch.dtype = torch.float32
) -> tuple[torch.Tensor, torch.Tensor]:
    """Round to 8 bits, symmetrically: weight ≈ q · scale, where the largest weight of a group becomes ±127.

    weight: (in, out). group_size: weights of a column that share a scale, None for all. dtype: in which the scales are
    stored; the rounding knows of it. Returns q, (in, out) of int8, and the scales, (groups, out). Raises ValueError
    when the groups do not fill a column.

    >>> q, scale = quantize_int8(torch.tensor([[0.5], [-2.54], [0.0]]))
    >>> q.flatten().tolist(), round(scale.item(), 6)
    ([25, -127, 0], 0.02)
    """
    groups = grouped(weight, group_size)  # (G, size, out)
    scale = (groups.abs().amax(1) / 127).clamp_min(torch.finfo(torch.float32).tiny).to(dtype)
    return (groups / scale[:, None].float()).round().clamp(-127, 127).to(torch.int8).flatten(
        0, 1
    ), scale


# %% [markdown]
# `dtype` is for the scales: a scale that will be stored in bfloat16 should be rounded before one divides by it, not after. `clamp_min` keeps a group of zeros from dividing by 0.
#
# Loop and package agree, and no weight moves by more than half a step of its group, which `error_bound` gives for each weight. Torch's own rounding gives the same, but for a weight here and there that lies just between two steps:

# %%
from llmai_edu.compression.quantize import error_bound

matrix = smol.layers[3].mlp.down_proj.weight  # (1536, 576)
q, scale = quantize_int8(matrix)
numbers, step = round_column(matrix[:, 0].tolist())
assert q[:, 0].tolist() == numbers
assert np.isclose(scale[0, 0].item(), step)
theirs = torch.fake_quantize_per_channel_affine(
    matrix, scale[0], torch.zeros(576, dtype=torch.int32), 1, -127, 127
)
back = dequantize_int8(q, scale)
error = back - matrix
assert torch.isclose(back, theirs).float().mean() > 0.999
assert (error.abs() <= error_bound(scale, 1536) * 1.0001).all()
print(
    f"error {error.square().mean().sqrt() / matrix.square().mean().sqrt():.2%} of the weights"
)

# %% [markdown]
# ### Sixteen numbers
#
# Four bits make 16 numbers. With a sign and the zero in the middle, one of them would be lost, so another form is usual: the smallest weight of the group becomes 0 and the largest becomes 15. Two numbers are stored for a group, its `low` and its `scale`. This form is called *asymmetric*.

# %%
from llmai_edu.compression.quantize import dequantize_int4


# %% quote="llmai_edu.compression.quantize:quantize_int4"
def quantize_int4(
    weight: torch.Tensor, group_size: int | None = 32, dtype: torch.dtype = torch.float32
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Round to 4 bits: weight ≈ q · scale + low, where the smallest weight of a group becomes 0 and the largest 15.

    weight: (in, out). dtype: in which scale and low are stored; the rounding knows of it. Returns q, (in, out) of
    uint8, and scale and low, (groups, out). Raises ValueError when the groups do not fill a column.

    >>> q, scale, low = quantize_int4(torch.tensor([[-1.0], [0.26], [2.0]]), group_size=3)
    >>> q.flatten().tolist(), round(scale.item(), 6), low.item()
    ([0, 6, 15], 0.2, -1.0)
    """
    groups = grouped(weight, group_size)
    low, high = groups.aminmax(dim=1)
    scale = ((high - low) / 15).clamp_min(torch.finfo(torch.float32).tiny).to(dtype)
    low = low.to(dtype)
    q = (groups - low[:, None].float()) / scale[:, None].float()
    return q.round().clamp(0, 15).to(torch.uint8).flatten(0, 1), scale, low


# %% [markdown]
# Why groups? The step of a group is its range divided by 15. One *outlier*, a weight far from the others, makes the step wide for all that share it. Take 256 weights from a bell curve and one outlier of ten standard deviations:

# %%
column = torch.from_numpy(rng.standard_normal((256, 1))).float()
for outlier in (False, True):
    if outlier:
        column[100] = 10.0
    for size in (256, 32):
        moved = (dequantize_int4(*quantize_int4(column, size)) - column).square()
        moved[100] = 0  # the outlier itself has its place
        print(f"outlier {outlier!s:<6} groups of {size:>3}: error {moved.mean().sqrt():.3f}")
        if size == 256 and outlier:
            whole = moved.mean().sqrt()
        if size == 32 and outlier:
            assert moved.mean().sqrt() < 0.7 * whole

# %% [markdown]
# With small groups the outlier spoils the other 31, and no more. And even without it, a small group has a smaller range. But every group costs: scale and low, 16 bits each. With groups of 32 that is one more bit for each weight, with 64 half a bit. What is the best size? Here are the errors of a real matrix, against the bits that a weight costs. It comes from *course-base* of lesson 16, whose weights never were in 4 bits.

# %% alt="Relative error against bits a weight, error axis logarithmic. The 4-bit curve falls from 11 % at 4.1 bits with groups of 256 to 4.9 % at 8 bits with groups of 8. The 8-bit points, groups of 256 to 32, lie at 8.1 to 8.5 bits, between 0.7 and 0.5 %."
base, base_tokenizer = load_course_base()
matrix = base.layers[1].mlp.gate_proj.weight  # (256, 704)
size_of_error = lambda back: ((back - matrix).square().mean() / matrix.square().mean()).sqrt()
sizes = [256, 128, 64, 32, 16, 8]
four = [size_of_error(dequantize_int4(*quantize_int4(matrix, size))).item() for size in sizes]
eight = [
    size_of_error(dequantize_int8(*quantize_int8(matrix, size))).item() for size in sizes[:4]
]
_, axes = new_axes(6.0, 3.4)
axes.plot([4 + 32 / size for size in sizes], four, "o-", label="4 bits")
axes.plot([8 + 16 / size for size in sizes[:4]], eight, "s-", label="8 bits")
for values, bits, more in ((four, 4, 32), (eight, 8, 16)):
    for size, value in zip(sizes, values):
        place = (bits + more / size, value)
        axes.annotate(
            f"{size}",
            place,
            xytext=(2, -13 if size == 128 else 6),
            textcoords="offset points",
            fontsize=8,
        )
axes.set(yscale="log", xlabel="bits a weight, scales counted", ylabel="error of the weights")
axes.set_yticks([0.005, 0.01, 0.02, 0.05, 0.1], ["0.5 %", "1 %", "2 %", "5 %", "10 %"])
axes.minorticks_off()
axes.legend()
plt.show()
print([f"{value:.1%}" for value in four], [f"{value:.2%}" for value in eight])

# %%
assert four == sorted(four, reverse=True)
assert 6 < four[-1] / eight[0] < 8.5
assert 0.05 < four[sizes.index(32)] < 0.11

# %% [markdown]
# The numbers at the curves are group sizes. Smaller groups help, but pay badly: groups of 8 cost as many bits as 8-bit weights do, and err seven times as much. Bits in the *numbers* halve the step each; bits in the scales only shrink the range a little. Groups of 32 to 128 are usual.
#
# ### The file was in 4 bits already
#
# Why did groups of 32 cost SmolLM2 0.02, and groups of 64 more than five times as much? The file from which SmolLM2 was read is quantized itself (lesson 15): its blocks are Q4_1, 32 weights with a scale and a minimum. Our groups of 32 are cut at the same places. So every group that we round lies on a grid of 16 numbers *already*, and our rounding finds that grid again:

# %%
matrix = smol.layers[3].mlp.down_proj.weight
for size in (32, 64):
    back = dequantize_int4(*quantize_int4(matrix, size))
    print(f"groups of {size}: error {size_of_error(back):.1%} of the weights")
assert size_of_error(dequantize_int4(*quantize_int4(matrix, 32))) < 1e-6
stored = size_of_error(dequantize_int4(*quantize_int4(matrix, 32, torch.bfloat16)))
assert 0.0035 < stored < 0.0045
assert 0.06 < size_of_error(dequantize_int4(*quantize_int4(matrix, 64))) < 0.1

# %% [markdown]
# No error at all in groups of 32. (This is in float32; our layers store scales in bfloat16, which adds 0.4 %.) A group of 64 covers two blocks with two different grids, and fits neither. So our two figures for SmolLM2 say nothing of what 4 bits cost a model that was never rounded. They are about rounding *twice*. Then where do the 0.02 come from? One matrix of the file is not in 4 bits: the head, which is also the table of the tokens, has 8. Leave it as it is:

# %%
add("SmolLM2", "int4, head float32", quantize_model(smol, 4, 32, skip=["lm_head"]), *smol_text)
assert abs(table["SmolLM2"]["int4, head float32"]["cost"]) < 0.006

# %% [markdown]
# All of the cost came from the head, which was rounded from 8 to 4 bits. The rest was in 4 bits before we came. *Ask what a model has been through before you compress it.*
#
# ## An honest case
#
# Course-base has 4.8 million weights, trained by us and stored in bfloat16. Windows of 128 tokens, two of each of the twelve addresses:

# %%
first, second = (windows(base_tokenizer, text.test_docs, 128, start) for start in (0.3, 0.7))
base_text = torch.cat((first[0], second[0])), np.concatenate((first[1], second[1]))
print(f"{base_text[1].sum():,} bytes")
add("course-base", "float32", base, *base_text)
add("course-base", "bfloat16", copy.deepcopy(base).bfloat16(), *base_text)
add("course-base", "int8", quantize_model(base, 8), *base_text)
for group in (32, 64):
    add("course-base", f"int4, groups of {group}", quantize_model(base, 4, group), *base_text)
cost = {name: row["cost"] for name, row in table["course-base"].items()}
assert abs(cost["bfloat16"]) < 0.0005
assert abs(cost["int8"]) < 0.0015
assert 0.009 < cost["int4, groups of 32"] < cost["int4, groups of 64"] < 0.019
pair = [table["course-base"][f"int4, groups of {group}"] for group in (32, 64)]
more = pair[1]["bits"] - pair[0]["bits"]  # the same windows: their differences
low, high = bootstrap_interval(more, base_text[1], rng=np.random.default_rng(seed))
print(
    f"groups of 64 against 32: {more.sum() / base_text[1].sum():+.4f} ({low:+.4f} to {high:+.4f})"
)
assert low < 0 < high

# %% [markdown]
# So this is what rounding costs here: less than a thousandth or so in 8 bits, and between one and two hundredths of a bit in 4 bits. Groups of 64 came out a little worse than groups of 32, but the interval of their difference includes 0: 13 kB of text are too little to tell the two apart. (A *kernel* is a routine written for one operation on one kind of processor. Torch's for 4 bits knows groups of 32, 64, 128 and 256. 128 does not divide the 704 channels of this model, nor the 576 of SmolLM2.)
#
# Which matrices are to blame? Round one kind at a time:

# %% alt="Horizontal bars with 95 % intervals: cost in bits per byte of rounding one kind of matrix alone to 4 bits. The head costs 0.011; queries, keys and values, gate and up, and down about 0.001 each, and the output of attention almost nothing."
from llmai_edu.compression.quantized_llama import KINDS

alone = {}
for kind in KINDS:
    more = window_bits(quantize_model(base, 4, 64, only=[kind]), base_text[0])
    more = more - table["course-base"]["float32"]["bits"]
    interval = bootstrap_interval(more, base_text[1], rng=np.random.default_rng(seed))
    alone[kind] = more.sum() / base_text[1].sum(), *interval
_, axes = new_axes(6.0, 2.6)
for place, (value, low, high) in enumerate(alone.values()):
    axes.barh(place, value, color=PALETTE[0])
    axes.plot([low, high], [place, place], color="black")
names = [
    "queries, keys, values",
    "output of attention",
    "gate and up",
    "down",
    "head (and table)",
]
axes.set_yticks(range(len(KINDS)), names)
axes.set(xlabel="cost of this kind alone, bits per byte")
plt.show()
together = sum(value for value, *_ in alone.values())
print(f"head {alone['lm_head'][0]:.4f}, sum of all kinds {together:.4f}")

# %%
assert alone["lm_head"][0] > 5 * max(alone[kind][0] for kind in KINDS[:-1])
assert abs(together - cost["int4, groups of 64"]) < 0.003

# %% [markdown]
# The head again, and by far, though it holds a third of the weights. The costs of the kinds add up to the cost of all, nearly. The head is used twice: as the table that gives each token its vector, and at the end, where it makes logits. Which of the two uses suffers? Give the rounded model the table in float32, and leave the head rounded; then the other way:

# %%
both = quantize_model(base, 4, 64, only=["lm_head"])
head_alone = quantize_model(base, 4, 64, only=["lm_head"])
head_alone.embed = base.embed
table_alone = copy.deepcopy(base)
table_alone.embed = both.embed
n_bytes = base_text[1].sum()
reference = table["course-base"]["float32"]["bits"]
parts = {"table and head": both, "head alone": head_alone, "table alone": table_alone}
for name, model in parts.items():
    more = window_bits(model, base_text[0]) - reference
    low, high = bootstrap_interval(more, base_text[1], rng=np.random.default_rng(seed))
    parts[name] = more.sum() / n_bytes
    print(f"{name:<15} {parts[name]:+.4f} ({low:+.4f} to {high:+.4f})")

# %%
assert parts["head alone"] > 0.6 * alone["lm_head"][0]
assert 0 < parts["table alone"] < 0.0035

# %% [markdown]
# Most of it is the end: a rounded head makes logits that are a little wrong, for each of 6,144 tokens. As a table of vectors the same numbers cost 0.0015. Perhaps the layers above correct it; we did not test that. At any rate it is why many recipes leave the head in 8 bits or more, and the file of SmolLM2 does.
#
# ## Who becomes faster?
#
# To write one token, a model reads every weight once and uses it for one multiplication. A processor multiplies far faster than memory delivers. So the time of a token is about the bytes of the model divided by the bytes that memory delivers in a second. That is the *roofline* for writing: halve the bytes and you may double the speed. Let us see what this machine's memory delivers, and what would follow:

# %%
block = torch.ones(50_000_000)  # 200 MB, more than a cache holds
seconds = []
for _ in range(10):
    began = time.perf_counter()
    block.sum()
    seconds.append(time.perf_counter() - began)
bandwidth = 4 * len(block) / min(seconds)
del block
print(f"memory: {bandwidth / 1e9:.0f} thousand million bytes a second")
for name, row in table["SmolLM2"].items():
    print(f"{name:<22} at most {bandwidth / row['bytes']:5.0f}, measured {row['rate']:5.0f}")

# %% [markdown]
# What you see here is your machine's. On ours, with one thread, bfloat16 is no faster than float32, here even slower, though it has half the bytes; int8 is faster, and int4 faster still. All stay below their roofs. (If another program runs beside, both columns are disturbed; then a speed can even come out above its "roof".) Why below?
#
# The roof says what is possible, not what a program does. Two things stand in between.
#
# - *The kernel.* Stored bytes must become numbers that the processor multiplies. For one token, torch's CPU product in bfloat16 was no faster here than in float32. For int8 and int4 weights it has *packed* kernels, which unpack in the registers: `torch._weight_int8pack_mm` and `torch._weight_int4pack_mm_for_cpu`. They are not equally good: with a head in float32, the 4-bit model has more bytes than the one in 8 bits, and on our machine it was faster. There the int8 kernel is the limit, not the bytes.
# - *The rest.* A token also costs norms, rotations, attention, and Python between them. These take the same time at any number of bits. The smaller the weights, the more they count.
#
# The second is why the quantized model joins the matrices of queries, keys and values into one, and gate and up into another. Each column keeps its own scales, so no number changes, but a layer has four products instead of seven.
#
# How are the packed kernels used? Here is the layer's `forward`. The kernel serves a few tokens at a time. A long prompt is another matter: there the same weight meets many tokens, the multiplications take the time, and it is better to unpack the matrix once and multiply as usual.

# %%
from llmai_edu.compression.packed import Int4Linear, Int8Linear


# %% quote="llmai_edu.compression.packed:PackedLinear.forward"
def forward(self, x: torch.Tensor) -> torch.Tensor:
    rows = x.reshape(-1, self.in_features)  # (B, in)
    if len(rows) <= self.few_rows and self.has_kernel(x.device):
        y = self.packed_product(rows)
    else:
        y = self.plain_product(rows)
    return y.to(x.dtype).view(*x.shape[:-1], self.out_features)


# %% [markdown]
# Does the kernel give what the unpacked matrix gives? The kernel takes its input in bfloat16. We take the same bfloat16 input, and sum in double precision:

# %%
generator = torch.Generator().manual_seed(seed)
x = torch.randn(1, 1536, generator=generator)
for layer in (Int8Linear(matrix), Int4Linear(matrix, 32)):
    want = x.bfloat16().double() @ layer.dequantized().double()
    got = forward(layer, x)
    off = ((got - want).abs().max() / want.abs().max()).item()
    print(
        f"{type(layer).__name__}: {8 * layer.stored_bytes() / matrix.numel():.2f} bits a weight, off by {off:.2%}"
    )
    assert off < 0.01
assert 8 * layer.stored_bytes() / matrix.numel() == 5.0

# %% [markdown]
# The benchmark `benchmarks/bench_compression.py` compares all of this with `transformers` in float32, on the same weights, in turns. On a GPU the same layers use `torch._weight_int4pack_mm`, and for 8 bits `torch._weight_int8pack_mm`, which older versions of torch do not have there. We tried both by hand on an H200 with torch 2.11, on all shapes of SmolLM2: each agrees with the unpacked product within 0.3 %.
#
# ### Whole numbers times whole numbers
#
# The int8 kernel is slow because it converts each weight to a float before it multiplies. Processors have instructions that multiply whole numbers of 8 bits directly. Then what *enters* the matrix, the activations, must be in 8 bits, too. `dynamic=True` does that with torch's `quantized.linear_dynamic`: each call finds one scale for all that enters. In writing, a call is one token, so we measure token by token. For comparison, we also let one scale serve all 768 tokens:


# %%
def one_by_one(layer, many=10_000):
    """Let the kernel take the tokens of a long call one at a time, as it does in writing."""
    product = layer.packed_product
    layer.packed_product = lambda rows: torch.cat([product(row[None]) for row in rows])
    layer.few_rows = many


whole = quantize_model(smol, 8, dynamic=True)
layers = [part for part in whole.modules() if hasattr(part, "packed_product")]
for layer in layers:
    layer.few_rows = 10_000
shared = (window_bits(whole, smol_text[0]) - table["SmolLM2"]["float32"]["bits"]).sum()
for layer in layers:
    one_by_one(layer)
add("SmolLM2", "int8, activations too", whole, *smol_text)
print(f"one scale for 768 tokens: cost {shared / smol_text[1].sum():+.4f}")

# %%
one = torch.randn(1, 576, generator=generator)
for name, model in {"int8": smol8, "int8, activations too": whole}.items():
    times = []
    for _ in range(100):
        began = time.perf_counter()
        model.lm_head(one)
        times.append(time.perf_counter() - began)
    print(f"{name:<22} the head alone: {1000 * min(times):.2f} ms")

# %%
if layers[0].kernel is not False:  # not every processor, nor a later torch, has this kernel
    assert 0.01 < table["SmolLM2"]["int8, activations too"]["cost"] < 0.04
    assert shared / smol_text[1].sum() > 0.15

# %% [markdown]
# On a machine that is not busy, the head alone takes a fraction of the time, and the bytes are the same. (The tokens a second of the whole model suffer where another program runs beside, as on ours.) But it costs between 0.01 and 0.04 bits a byte, where the weights alone cost nothing that can be seen. And with one scale for many tokens it costs 0.35: one large activation makes the step wide for all, as an outlier does in a group. (The third exercise moves such outliers into the weights.) Do not build on this kernel: torch has announced that its quantized tensors will be removed.
#
# And the file? It holds what the model holds, and a short header:

# %%
with tempfile.TemporaryDirectory() as folder:
    file_size = save_quantized(smol8, Path(folder) / "smol8.safetensors")
print(f"{file_size:,} bytes in the file, {stored_bytes(smol8):,} in the model")
assert file_size < 1.001 * stored_bytes(smol8)

# %% [markdown]
# ## Pruning: leaving weights out
#
# Many weights are near 0. *Magnitude pruning* sets the smallest ones to 0, until a share of all is gone, the *sparsity*. But a small weight matters if it meets a large number. *Wanda* [3] lets the model read some text, measures for each input channel how long the vector of its values is ($\lVert x_j \rVert$), and prunes by $|w_{jk}| \cdot \lVert x_j \rVert$, for each output k on its own. No training, no gradient:

# %%
from llmai_edu.compression.prune import check_share


# %% quote="llmai_edu.compression.prune:prune_wanda"
def prune_wanda(weight: torch.Tensor, norms: torch.Tensor, sparsity: float) -> torch.Tensor:
    """For each output, this share of its weights set to 0: those with the smallest |weight| · ‖input‖.

    A small weight matters if what it multiplies is large. Nothing is trained. Sun et al. 2023, "A Simple and Effective
    Pruning Approach for Large Language Models".

    weight: (in, out). norms: (in,), the length of each input channel over some text, see `input_norms`. Returns a new
    one. Raises ValueError for a share outside of 0 to 1, or another number of norms.

    >>> prune_wanda(torch.tensor([[0.1], [2.0]]), torch.tensor([100.0, 1.0]), 0.5).flatten().tolist()
    [0.10000000149011612, 0.0]
    """
    check_share(sparsity)
    if norms.shape != weight.shape[:1]:
        raise ValueError(
            f"a matrix with {weight.shape[0]} inputs needs as many norms, got {tuple(norms.shape)}"
        )
    score = weight.abs() * norms[:, None]
    dropped = score.argsort(0)[: round(sparsity * len(weight))]  # (dropped, out)
    return weight.scatter(0, dropped, 0)


# %%
column, norms = (
    torch.tensor([[0.1], [2.0], [-1.0], [0.5]]),
    torch.tensor([100.0, 1.0, 1.0, 1.0]),
)
print(prune_wanda(column, norms, 0.5).flatten().tolist())
assert torch.count_nonzero(prune_wanda(column, norms, 0.5)[[0, 1]]) == 2

# %% [markdown]
# The weight 0.1 stays, because its channel is a hundred times as large. Now prune all matrices of course-base but the head, by both rules. The text that Wanda reads is training text.

# %% alt="Cost in bits per byte against sparsity, cost axis logarithmic, with 95 % intervals. Magnitude rises from 0.002 at 20 % over 0.017 at 40 % and 0.09 at 60 % to 0.57 at 80 %. Wanda lies below it everywhere: 0.0016, 0.011, 0.06 and 0.42."
from llmai_edu.compression.prune import input_norms, prune_model

read = windows(base_tokenizer, text.train_docs[:16], 255)[0]
norms = input_norms(base, read)
curves, by_rule = {"magnitude": {}, "Wanda": {}}, {}
for sparsity in (0.2, 0.4, 0.6, 0.8):
    for rule in curves:
        pruned = prune_model(copy.deepcopy(base), sparsity, norms if rule == "Wanda" else None)
        more = by_rule[rule, sparsity] = window_bits(pruned, base_text[0]) - reference
        interval = bootstrap_interval(more, base_text[1], rng=np.random.default_rng(seed))
        curves[rule][sparsity] = more.sum() / n_bytes, *interval
_, axes = new_axes(6.0, 3.2)
for (rule, curve), marker in zip(curves.items(), MARKERS):
    value, low, high = np.array(list(curve.values())).T
    axes.errorbar(list(curve), value, [value - low, high - value], fmt=f"{marker}-", label=rule)
axes.set(yscale="log", xlabel="sparsity", ylabel="cost, bits per byte")
axes.set_xticks(list(curve), [f"{100 * s:.0f} %" for s in curve])
axes.legend()
plt.show()

# %%
for sparsity in (0.2, 0.4, 0.6, 0.8):
    by_size, by_wanda = (curves[rule][sparsity][0] for rule in curves)
    less = by_rule["magnitude", sparsity] - by_rule["Wanda", sparsity]
    low, high = bootstrap_interval(less, base_text[1], rng=np.random.default_rng(seed))
    print(f"{sparsity:.0%}: magnitude {by_size:.4f}, Wanda {by_wanda:.4f}", end="")
    print(f", difference {less.sum() / n_bytes:+.4f} ({low:+.4f} to {high:+.4f})")
    assert by_wanda < 0.85 * by_size
    assert low < 0 < high if sparsity == 0.2 else low > 0
assert curves["Wanda"][0.2][0] < 0.0025
assert curves["Wanda"][0.8][0] > 0.3

# %% [markdown]
# Wanda costs less at each sparsity, with the same number of zeros. (At 20 % the difference is within chance: its own interval includes 0.) A fifth of the weights of the matrices but the head can go for two thousandths of a bit; that is 13 % of the model. Four fifths cannot.
#
# But what is gained? A matrix with zeros is as large as before. To gain bytes, one must store the others alone, and say where they stand: one bit for each place. With half of the weights of a matrix gone, bfloat16 then needs 8 + 1 bits for each place. Compare that with rounding, in bytes:

# %%
from llmai_edu.compression.prune import pruned_layers, sparse_bytes

half = prune_model(copy.deepcopy(base), 0.5, norms)
head_bytes = 2 * base.lm_head.weight.numel()
half_bytes = head_bytes + sum(sparse_bytes(layer.weight) for _, layer in pruned_layers(half))
add("course-base", "half pruned, sparse", half, *base_text, n_bytes=half_bytes)
rows = table["course-base"]

# %%
assert half_bytes > rows["int8"]["bytes"]
assert 0.12 < 0.2 * (1 - head_bytes / rows["bfloat16"]["bytes"]) < 0.14
assert 1.1 < (half_bytes - head_bytes) / (rows["int8"]["bytes"] - head_bytes / 2) < 1.15
assert rows["half pruned, sparse"]["cost"] > 20 * abs(rows["int8"]["cost"])
assert rows["half pruned, sparse"]["cost"] > rows["int4, groups of 32"]["cost"]

# %% [markdown]
# Half pruned, the model is larger than in 8 bits, and worse than in 4. (A matrix has 9 bits a place against 8; the rest of the gap is the head, which stays in 16 bits here.) No kernel here makes use of the holes, so it is no faster either. Pruning single weights pays where hardware wants it: some GPUs multiply twice as fast when two of each four weights are 0 (the second exercise).
#
# ### Whole layers, whole channels
#
# What is left out *whole* makes everything smaller: bytes, time, memory, with no special kernel. SmolLM2 has 30 layers, each of which adds something to the stream. Take out one of the first, or one of the last:

# %%
from llmai_edu.compression.prune import drop_layers

for place in (5, 25):
    add("SmolLM2", f"without layer {place}", drop_layers(smol, [place]), *smol_text)
rows = table["SmolLM2"]
assert all(0.015 < rows[f"without layer {place}"]["cost"] < 0.07 for place in (5, 25))
assert 0.02 < 1 - rows["without layer 5"]["bytes"] / rows["float32"]["bytes"] < 0.03

# %% [markdown]
# One layer of thirty is 2.6 % of the bytes and costs a few hundredths of a bit, more than 8 bits cost, which saved 75 %. In course-base, with its four layers, each does more:

# %%
from llmai_edu.compression.prune import keep_channels

for place in range(4):
    small = drop_layers(base, [place])
    more = (window_bits(small, base_text[0]) - reference).sum() / n_bytes
    print(
        f"without layer {place}: {stored_bytes(small) / stored_bytes(base):.0%} of the bytes, cost {more:+.3f}"
    )
    assert more > 0.05
narrow = keep_channels(base, 0.5, norms)
more = (window_bits(narrow, base_text[0]) - reference).sum() / n_bytes
print(
    f"half of the channels: {stored_bytes(narrow) / stored_bytes(base):.0%} of the bytes, cost {more:+.3f}"
)
assert 0.03 < more < 0.15

# %% [markdown]
# `keep_channels` keeps, of the channels inside each feed-forward layer, those that add most: their length over a text times the length of their row in `down_proj`. That is more careful than dropping a layer, and costs less and saves more. Still, everything here costs much more than rounding. What remains after such a cut must *heal*: it must be trained again.
#
# ## Distillation: learning from a teacher
#
# In training, the text says which token came next, and nothing more. The large model knows more: after "the United" it may give "States" nearly all, "Kingdom" and "Nations" some of the rest, and "purple" nothing. Hinton and others [4] let the small model, the *student*, match all of these probabilities. The loss is the divergence of the student's distribution q from the teacher's p, summed over the vocabulary:
#
# $$\mathrm{KL}(p \,\|\, q) = \sum_v p_v \,(\ln p_v - \ln q_v).$$
#
# A *temperature* T divides the logits of both first. Above 1, the small probabilities count more.


# %%
def soft_loss_loops(student, teacher, temperature):
    """The divergence at one position, token by token, times the temperature squared."""
    p, q = (np.exp(np.array(logits) / temperature) for logits in (teacher, student))
    p, q = p / p.sum(), q / q.sum()
    return temperature**2 * sum(a * (np.log(a) - np.log(b)) for a, b in zip(p, q))


print(soft_loss_loops([1.0, 2.0, 3.0], [3.0, 2.0, 1.0], temperature=2.0))


# %% quote="llmai_edu.finetuning.distill:soft_loss"
def soft_loss(
    student: torch.Tensor, teacher: torch.Tensor, temperature: float = 1.0
) -> torch.Tensor:
    """How far the student's distribution is from the teacher's, KL(teacher || student) in nats, mean over positions.

    Both are softened: their logits are divided by the temperature. The gradient of that shrinks as 1/T², so the result
    is multiplied by T², and a change of temperature does not change the size of the steps (section 2 of the paper).

    student, teacher: logits (..., V). Returns a scalar, 0 when the two agree. Raises ValueError for other shapes or a
    temperature that is not positive.

    >>> logits = torch.tensor([[1.0, 2.0, 3.0]])
    >>> soft_loss(logits + 5, logits).item()              # a constant added to all logits changes nothing
    0.0
    """
    if student.shape != teacher.shape:
        shapes = f"{tuple(student.shape)}, the teacher's {tuple(teacher.shape)}"
        raise ValueError(f"the student's logits have shape {shapes}")
    if not temperature > 0:
        raise ValueError(f"the temperature must be positive, got {temperature}")
    log_q = F.log_softmax(student.flatten(0, -2).float() / temperature, dim=-1)
    log_p = F.log_softmax(teacher.flatten(0, -2).float() / temperature, dim=-1)
    return temperature**2 * F.kl_div(log_q, log_p, reduction="batchmean", log_target=True)


# %%
student, teacher = (torch.randn(1, 50, generator=generator) for _ in range(2))
for T in (1.0, 2.0, 10.0):
    by_loop = soft_loss_loops(student[0].tolist(), teacher[0].tolist(), T)
    assert np.isclose(soft_loss(student, teacher, T).item(), by_loop, rtol=1e-4)

# %% [markdown]
# Why the square? At temperature T the gradient of the plain divergence falls as 1/T². One factor comes from the logits, which are divided by T. The other comes from the distributions, which draw nearer to each other. Times T² the steps keep their size:

# %%
for T in (2.0, 8.0, 32.0):
    with torch.enable_grad():
        logits = student.clone().requires_grad_()
        soft_loss(logits, teacher, T).backward()
    length = logits.grad.norm().item()
    print(f"T = {T:>4}: gradient {length:.3f}, without the square {length / T**2:.5f}")
    if T == 8.0:
        middle = length

# %%
assert 0.9 < length / middle < 1.1

# %% [markdown]
# ### From nothing, with and without a teacher
#
# A Llama of 1.4 million weights, 3.4 times smaller than course-base, was trained from random weights on course-base's own training text, in its tokens (`benchmarks/record_distill.py`, on a GPU: 3,000 steps, 24.6 million tokens). Three ways: the *text alone*, the *teacher alone* (its probabilities, never the text's next token), and *half and half* at temperature 2. (The teacher alone has temperature 1.) For one seed, all have the same first weights and the same batches. (Nine runs were planned. The machine was taken away after five.) From step 2,100 on, the learning rate falls to 0. Who wins? Guess.

# %% alt="Bits per byte on validation windows against the step, from 300 to 3,000, for three ways. With the teacher alone it is 1.51 at step 300, half and half 1.60, with the text alone 1.64. They draw together; near step 2,500 the curves cross, and at step 3,000 the text alone is lowest with 1.30, half and half 1.30, the teacher alone 1.32."
from llmai_edu.training.recordings import load_recording

recorded = load_recording("distill_runs")
_, axes = new_axes(6.5, 3.6)
for way, marker, color in zip(recorded["ways"], MARKERS, PALETTE):
    for run in recorded["runs"]:
        if run["way"] == way:
            steps, bits = zip(*run["curve"])
            label = way if run["seed"] == 0 else None
            style = "-" if run["seed"] == 0 else "--"
            axes.plot(steps, bits, f"{marker}{style}", color=color, markersize=4, label=label)
axes.set(
    xlabel="step", ylabel="bits per byte, validation", title="solid: seed 0, dashed: seed 1"
)
axes.legend()
plt.show()

# %%
runs = {(run["way"], run["seed"]): run for run in recorded["runs"]}
for (way, number), run in runs.items():
    print(f"{way:<14} seed {number}: step 300 {run['curve'][0][1]:.3f}, test {run['test']:.4f}")

# %%
assert len(runs) == 5
for number in (0, 1):
    taught, alone_run = runs["teacher alone", number], runs["text alone", number]
    assert 0.115 < alone_run["curve"][0][1] - taught["curve"][0][1] < 0.135
    assert 0.0255 < taught["test"] - alone_run["test"] < 0.0275
assert abs(runs["text alone", 0]["test"] - runs["text alone", 1]["test"]) < 0.002
mixed = runs["half and half", 0]["test"]
assert runs["text alone", 0]["test"] < mixed < runs["teacher alone", 0]["test"]
for number in (0, 1):
    taught, alone_run = runs["teacher alone", number], runs["text alone", number]
    assert 1.4 < taught["seconds"] / alone_run["seconds"] < 1.6

# %% [markdown]
# The teacher is a great help at first: 0.12 bits after 300 steps, and 0.13 with the other seed. But at the end, the student that saw the text alone is *better*, by 0.026 and 0.027. One and the same way differs by less than 0.002 between the seeds. *Half and half* ends between the two, with one seed.
#
# Look at where they end. On the ladder, course-base itself has 1.250 on the test years, and the untaught student reaches 1.265. So the teacher is hardly better than its student can become by itself: the student read 24.6 million tokens, more than the 19.7 million of its teacher. A likely reason, then, is that *a teacher is worth what it is ahead*; this is not tested. The taught student ends far from its teacher, too, so that its size or the learning rate (0.004, for all ways) may play a part.
#
# At equal steps and before the rate falls, the teacher leads. Its steps took 1.5 times as long, on a GPU that was shared. A short run in which the rate falls, too, we did not make.

# %%
from llmai_edu.evaluation import load_ladder
from llmai_edu.training.recipe import load_recipe

teacher_test = next(rung for rung in load_ladder() if rung.name == "course-base").test
assert 0.01 < runs["text alone", 0]["test"] - teacher_test < 0.02
assert abs(teacher_test - 1.250) < 0.0006
settings = recorded["settings"]
assert round(settings["steps"] * settings["rows"] * settings["context"] / 1e6, 1) == 24.6
assert round(load_recipe("course_base").tokens / 1e6, 1) == 19.7

# %% [markdown]
# ### Healing after a cut
#
# Here is a case with little time. Take course-base, drop two of its four layers (1 and 3, counted from 0) and half of the channels of the others, and let it heal for 120 steps of 1,024 tokens (`benchmarks/record_heal.py`, on one core). Either the text teaches, or the whole model does.

# %% alt="Bits per byte on validation windows against the step, from 0 to 120. All four curves start at 1.68. Healed by the text, both seeds end near 1.51. Healed by the teacher, both end near 1.43, and are below 1.48 after 40 steps."
heal = load_recording("heal_runs")
_, axes = new_axes(6.0, 3.2)
for run in heal["runs"]:
    marker, color = {"text": ("o", PALETTE[0]), "teacher": ("s", PALETTE[1])}[run["way"]]
    style = "-" if run["seed"] == 0 else "--"
    label = f"healed by the {run['way']}" if run["seed"] == 0 else None
    axes.plot(*zip(*run["curve"]), f"{marker}{style}", color=color, label=label)
axes.set(xlabel="step", ylabel="bits per byte, validation", title="dashed: seed 1")
axes.legend()
plt.show()
for run in heal["runs"]:
    print(
        f"{run['way']:<8} seed {run['seed']}: {run['curve'][0][1]:.3f} to {run['curve'][-1][1]:.3f}"
    )

# %%
ends = {(run["way"], run["seed"]): run["curve"] for run in heal["runs"]}
for number in (0, 1):
    by_text, by_teacher = ends["text", number], ends["teacher", number]
    assert 0.06 < by_text[-1][1] - by_teacher[-1][1] < 0.11
    assert by_teacher[3][1] < by_text[-1][1] - 0.04
used = {"text": 0, "teacher": 0}
for run in heal["runs"]:
    used[run["way"]] += run["seconds"]
print(f"a step with the teacher takes {used['teacher'] / used['text']:.1f} times as long")
print(f"whole model {heal['test']['teacher']:.3f}, cut {heal['test']['cut']:.3f} (test)")

# %% [markdown]
# (The whole model has 1.262 here, 1.259 in our windows and 1.250 on the ladder: other windows of the same test years.) With the same steps the teacher heals far better, by 0.08 bits with either seed. Is it only because its steps cost more, since the whole model must read each batch, too? A step takes about twice as long. So compare at half of the steps: after 60 the taught one is still well ahead of what the text reached after 120. Here both conditions hold: the teacher is far ahead of the cut model, and there is little time. The text says one token a place. The teacher says 6,144 numbers a place. (Both ways used one learning rate, 0.001, which nobody searched.)
#
# ## One chart
#
# The healed model comes with the package, in 8 bits. Measure it as the others, and put everything into one chart:

# %%
from llmai_edu.compression.course_small import load_course_small

small = load_course_small()
add("course-base", "pruned, distilled, int8", small, *base_text)
rows = table["course-base"]
assert 7.0 < rows["float32"]["bytes"] / rows["pruned, distilled, int8"]["bytes"] < 7.4

# %%
assert 0.1 < rows["pruned, distilled, int8"]["cost"] < 0.25
ratio = rows["pruned, distilled, int8"]["cost"] / rows["int4, groups of 64"]["cost"]
print(f"its cost is {ratio:.0f} times that of int4 with groups of 64, at about the same bytes")
assert ratio > 5

# %% alt="Two panels, bits per byte upwards. Left, against megabytes: SmolLM2's circles lie flat near 1.12 from 538 down to 135 MB and rise at 84 and 76 MB; with its activations in 8 bits, too, it lies at 135 MB and 1.15; those without a layer lie at 524 MB, higher. course-base's squares lie flat at 1.26 from 19 to 4.8 MB, at 1.27 near 3 MB; half pruned at 6.8 MB is a little above them, and the pruned, distilled model at 2.7 MB is highest. Right, the same against tokens a second on the machine that ran the page."
figure, panels = plt.subplots(1, 2, figsize=(9.5, 4.0), layout="constrained", sharey=True)
for family, color in zip(table, (PALETTE[0], PALETTE[3])):
    marker = "o" if family == "SmolLM2" else "s"
    for number, (name, row) in enumerate(table[family].items()):
        code = f"{number}" if family == "SmolLM2" else "abcdefgh"[number]
        above = (11, -3) if code == "7" else (0, 7)
        shift = (0, -14) if code in "12bd" else above  # points that lie close together
        for panel, value in zip(panels, (row["bytes"] / 1e6, row["rate"])):
            label = family if number == 0 else None
            panel.plot(value, row["bpb"], marker, color=color, ms=6, alpha=0.6, label=label)
            panel.annotate(
                code,
                (value, row["bpb"]),
                xytext=shift,
                textcoords="offset points",
                ha="center",
                fontsize=8,
            )
        print(f"{code}  {family:<12}{name:<24}{row['bytes'] / 1e6:7.1f} MB  {row['bpb']:.3f}")
panels[0].set(xscale="log", xlabel="megabytes", ylabel="bits per byte")
panels[1].set(xscale="log", xlabel="tokens a second, here and now")
panels[0].legend()
for panel in panels:
    panel.grid(alpha=0.25)
    panel.margins(y=0.1)
plt.show()

# %% [markdown]
# Circles with digits are SmolLM2, squares with letters are course-base; the list names them. Left and low is good in the left panel, right and low in the right one. (The two families read windows of different length, so compare within a family.) In both, the way down in bytes that costs least is rounding: to 8 bits first, then to 4. Nothing that is smaller than the 8-bit model is as good as it. The cut and healed model, g, has about as many bytes as course-base in 4 bits with groups of 64, e, and costs ten times as much. But it was healed for 120 steps only, its layers are half as many, so that it would be faster without a special kernel, too (the speed shown is with the int8 kernel), and it could be rounded to 4 bits as well.

# %%
for family in table:
    rows = table[family]
    eight = rows["int8"]
    smaller = [name for name, row in rows.items() if row["bytes"] < eight["bytes"]]
    cheaper = [
        name
        for name, row in rows.items()
        if row["cost"] < eight["cost"] and row["bytes"] < eight["bytes"]
    ]
    print(f"{family}: smaller than int8: {', '.join(smaller)}")
    assert not cheaper

# %% [markdown]
# ## What we have now, and what it cannot do
#
# - A weight in 8 bits with one scale a column costs nothing that matters, in both models, at a quarter of the bytes of float32.
# - 4 bits are given groups. On weights that never were in 4 bits, in one model of 4.8 million, they cost 0.01 to 0.02 bits a byte, most of it in the head; what a model went through before decides.
# - Bytes become speed only through a kernel. Zeros in any place have none here. With activations in 8 bits, too, the products of int8 are faster, and cost more.
# - Whole layers and channels make everything smaller, cost much, and must heal. A teacher helps most where there is little time, and only as far as it is ahead.
# - We rounded to nearest, and looked at no data. GPTQ and AWQ choose the rounding or the scales by what flows through the matrix, and reach 3 to 4 bits with less harm [1, 2]. To multiply whole numbers by whole numbers, one must round the activations, too, which cost 0.02 in SmolLM2; the third exercise shows a way to make it easier. And bits per byte is not all: what compression does to rare abilities, such a figure does not show.
#
# **Try it:** the [exercise sheet](../exercises/23_compression.ipynb) asks for a scale that clips the outlier, for a mask of two in four, and for scales that wander from the activations into the weights.
#
# **Sources**
#
# [1] E. Frantar et al., [*GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers*](https://arxiv.org/abs/2210.17323), 2022.
#
# [2] J. Lin et al., [*AWQ: Activation-aware Weight Quantization for LLM Compression and Acceleration*](https://arxiv.org/abs/2306.00978), 2023.
#
# [3] M. Sun et al., [*A Simple and Effective Pruning Approach for Large Language Models*](https://arxiv.org/abs/2306.11695), 2023 ("Wanda").
#
# [4] G. Hinton, O. Vinyals and J. Dean, [*Distilling the Knowledge in a Neural Network*](https://arxiv.org/abs/1503.02531), 2015.
#
# Whole numbers instead of floating point, from training to the chip: B. Jacob et al., [*Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference*](https://arxiv.org/abs/1712.05877), 2017. Cutting and healing with a teacher: S. Muralidharan et al., [*Compact Language Models via Pruning and Knowledge Distillation*](https://arxiv.org/abs/2407.14679), 2024.
#
# *Prose CC BY 4.0, code MIT, the llmai_edu authors. The speeches are in the public domain; their collection is under the MIT licence of the package that ships it.*
