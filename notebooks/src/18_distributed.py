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
# # Training on many devices
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/notebooks/18_distributed.ipynb)
# <!-- colab:end -->
#
# *About 90 minutes to read, 20 seconds to run on two CPU cores, 1.2 GB. Needs: lesson 17.*
#
# The model of lesson 16 took an hour of one processor core. Large ones take months of thousands of GPUs. Such a run is the same loop, on many machines that have to agree after each step. On this page you see what they tell each other, count the bytes of it, and plan a run on a thousand GPUs on paper. Nothing here needs a GPU: two processes on one
# computer exchange the same messages.

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
import subprocess
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.distributed as dist

from llmai_edu.evaluation import ladder_text
from llmai_edu.models.gpt import GPT
from llmai_edu.training.distributed import ParallelPretraining, Processes, join, sharded
from llmai_edu.training.two_processes import CONFIG, STEPS, build, whole_gradient
from llmai_edu.training.windows import window_loss
from llmai_edu.viz import PALETTE, new_axes

seed = 0
rng = np.random.default_rng(seed)
text = ladder_text().train
folder = Path(tempfile.mkdtemp())

# %% [markdown]
# ## The result first
#
# `torchrun` is a program of PyTorch. It starts the same script several times and tells each process its number, its *rank*. Here it starts two. Together they train a small GPT for twenty steps, once in each of the two ways of this page: DDP and FSDP2. Each process writes down what it saw.

# %%
command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
command += ["--nproc-per-node", "2", "-m", "llmai_edu.training.two_processes", str(folder)]
environment = {**os.environ, "OMP_NUM_THREADS": "1"}
done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
assert done.returncode == 0, done.stderr[-1500:]
ranks = [json.loads((folder / f"rank{rank}.json").read_text()) for rank in (0, 1)]
print([f"rank {found['rank']} of {found['world_size']}" for found in ranks])
assert [found["rank"] for found in ranks] == [0, 1]

# %% [markdown]
# And the same training by one process alone, here in the notebook. `build` makes a small GPT whose first weights and batches are always the same. It is told by a `Processes` which process it is, and of how many; `Processes()` means the only one.

# %% alt="Three losses over twenty steps, falling from 5.56 to about 3.1: one process as a thick grey line, DDP as circles and FSDP2 as crosses, all on the same places."
alone = build(Processes()).run(steps=STEPS).loss
_, axes = new_axes(6.0, 3.2)
steps = range(1, STEPS + 1)
axes.plot(steps, alone, color="#BBBBBB", linewidth=6, label="one process")
axes.plot(steps, ranks[0]["ddp_losses"], "o", mfc="none", label="two, DDP")
axes.plot(steps, ranks[0]["fsdp_losses"], "x", label="two, FSDP2")
axes.set(xlabel="step", ylabel="loss, nats a byte", xticks=[1, 5, 10, 15, 20])
axes.legend()
plt.show()
for way in ("ddp", "fsdp"):
    gap = max(
        np.abs(np.array(found[f"{way}_losses"]) - np.array(alone)).max() for found in ranks
    )
    print(f"{way}: largest difference {gap:.1e}")
    assert gap < 1e-4
assert alone[0] - alone[-1] > 2

# %% [markdown]
# The losses agree up to the rounding of 32-bit numbers. That is the measure for everything on this page: many devices may be faster, but they must compute *the same training*.
#
# ## Why many devices
#
# Lesson 17 counted the price of training: about 6 operations for each weight and token, and 16 bytes a parameter. One H100, a GPU of 2022, has 80 GB and is sold with 989 million million operations a second in 16-bit numbers [1]; about 40 % of that is reached in practice. Take Llama 3 with 405 billion parameters and 15.6 trillion tokens [2]:

# %%
PEAK, MEMORY, REACHED = 989e12, 80e9, 0.4
N, D = 405e9, 15.6e12
operations = 6 * N * D
years = operations / (PEAK * REACHED) / 86_400 / 365
print(f"{operations:.1e} operations: {years:,.0f} years on one GPU")
print(f"{16 * N / 1e12:.1f} TB to hold: the memory of {16 * N / MEMORY:.0f} GPUs")
assert 2_500 < years < 3_500
assert 16 * N / MEMORY == 81

# %% [markdown]
# Two needs, then: *time* asks for many devices that share the work, *memory* asks for many that share the model. The first gives DDP, the second FSDP.
#
# ## How processes talk
#
# Nothing is shared between two processes. They send messages. Four patterns in which *all* take part, called *collectives*, are enough for this page. Here with three processes, separated by commas; `abc` is a vector of three numbers:
#
# | operation | before | after |
# |---|---|---|
# | broadcast | `abc`, –, – | `abc`, `abc`, `abc` |
# | reduce-scatter | `abc`, `def`, `ghi` | `a+d+g`, `b+e+h`, `c+f+i` |
# | all-gather | `x`, `y`, `z` | `xyz`, `xyz`, `xyz` |
# | all-reduce | `abc`, `def`, `ghi` | `xyz`, `xyz`, `xyz` with `x` = `a+d+g`, `y` = `b+e+h`, `z` = `c+f+i` |
#
# In *gather*, parts are put together; in *reduce*, they are added up; *scatter* means that each gets a part. Do the middle two in this order: after reduce-scatter, each has one part of the sum; all-gather hands the parts to all. That is all-reduce.
#
# ### The plain way, and the ring
#
# The plain all-reduce: everybody sends a vector of n numbers to process 0, which adds them up and sends the sum back to everybody. With p processes, process 0 receives (p − 1) n numbers and sends as many. The others wait for it.
#
# The *ring* [3] divides the work. Each vector is cut into p parts. The processes stand in a circle, and each sends only to its right neighbour. For p − 1 rounds a part travels on and is added to what it finds: then each process has one part of the whole sum. For another p − 1 rounds the finished parts travel on and replace what is there.


# %%
def ring_all_reduce_loops(vectors):
    """The sum in every process, and how many numbers each has sent."""
    p = len(vectors)
    parts = [np.array_split(vector.copy(), p) for vector in vectors]
    sent = [0] * p
    for travel in range(2 * (p - 1)):
        adding = travel < p - 1
        # a process passes on what it got in the round before; all send at the same time
        moving = [(r - travel) % p for r in range(p)]
        messages = [parts[r][moving[r]].copy() for r in range(p)]
        for r in range(p):
            right, part = (r + 1) % p, moving[r]
            sent[r] += len(messages[r])
            parts[right][part] = messages[r] + parts[right][part] if adding else messages[r]
    return [np.concatenate(own) for own in parts], sent


# %% [markdown]
# Is it the sum, in every process? And how much does each send?

# %%
for p in (2, 3, 8):
    vectors = [rng.standard_normal(240) for _ in range(p)]
    results, sent = ring_all_reduce_loops(vectors)
    assert all(np.allclose(result, sum(vectors)) for result in results)
    print(f"{p} processes: each sends {sent[0]} numbers, {sent[0] / 240:.2f} of the vector")
    assert set(sent) == {2 * (p - 1) * 240 // p}

# %% [markdown]
# Each process sends 2 (p − 1) parts of length n / p:
#
# $$2\,\frac{p-1}{p}\,n.$$
#
# Even with a thousand processes that is less than twice the vector. Nobody has more to do than the others, and the time hardly depends on p. (The number of *rounds* does: for short messages on many devices, other patterns such as trees are faster.)


# %% quote="llmai_edu.training.distributed:ring_all_reduce_bytes"
def ring_all_reduce_bytes(values: int, world_size: int, bytes_each: int = 4) -> float:
    """How many bytes each process sends so that all hold the sum: 2 (p - 1) / p of the vector, in a ring.

    First each of the p parts travels round to be added up, then round again to be told (Patarasuk and Yuan 2009).

    >>> ring_all_reduce_bytes(1000, world_size=2), ring_all_reduce_bytes(1000, world_size=1)
    (4000.0, 0.0)
    """
    return 2 * (world_size - 1) / world_size * values * bytes_each


# %% alt="Megabytes that the busiest process sends for a vector of 100 MB, against the number of processes from 1 to 64. The plain way rises as a straight line to 6,300. The ring needs 100 for two processes, and 197 for 64; on this scale it lies close above the axis."
processes = np.arange(1, 65)
ring = [ring_all_reduce_bytes(25e6, int(p)) / 1e6 for p in processes]
_, axes = new_axes(6.0, 3.0)
axes.plot(processes, (processes - 1) * 100, "--", color=PALETTE[3], label="plain: process 0")
axes.plot(processes, ring, "-", label="ring: every process")
axes.set(xlabel="processes", ylabel="megabytes sent", xticks=[2, 8, 16, 32, 48, 64])
axes.annotate(
    f"{ring[-1]:.0f}", (64, ring[-1]), (-4, 6), textcoords="offset points", ha="right"
)
axes.annotate("6,300", (64, 6300), (-14, -4), textcoords="offset points", ha="right")
axes.legend()
plt.show()
assert ring[1] == 100
assert 196 < ring[-1] == max(ring) < 200

# %% [markdown]
# ## Data parallel: each takes a part of the batch
#
# In *distributed data parallel* (DDP [4]) each process holds the whole model. Each takes other rows of the same batch, computes its loss and its gradient, and then the gradients are averaged by an all-reduce. After that all have the same gradient, take the same step, and so keep the same weights. The weights are never sent, but at the start.
#
# In code, a process first has to find the others. `torchrun` writes their number and its own rank into the environment; `join` reads them, and opens the connection. On CPUs a library called gloo carries the messages:


# %%
import contextlib
import os
from collections.abc import Iterator


# %% quote="llmai_edu.training.distributed:join"
@contextlib.contextmanager
def join() -> Iterator[Processes]:
    """Meet the other processes that torchrun started, and part at the end; without torchrun, be the only one.

    Raises ValueError when the environment names a process outside the number of processes.

    >>> with join() as processes:
    ...     processes.world_size
    1
    """
    rank, world_size = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    if not 0 <= rank < world_size:
        raise ValueError(
            f"RANK is {rank} and WORLD_SIZE {world_size}: start the processes with torchrun"
        )
    cuda = torch.cuda.is_available()
    device = f"cuda:{os.environ.get('LOCAL_RANK', 0)}" if cuda else "cpu"
    if cuda:
        torch.cuda.set_device(device)
    if world_size == 1:
        yield Processes(0, 1, device)
        return
    dist.init_process_group("nccl" if cuda else "gloo")
    try:
        yield Processes(rank, world_size, device)
    finally:
        dist.destroy_process_group()


# %% [markdown]
# Here in the notebook nobody else was started:

# %%
with join() as processes:
    print(processes)
assert processes == Processes()

# %% [markdown]
# Then a model becomes DDP by one line. Its gradients lie in the *buckets* that are sent (more of them below); without the option, each process would hold them twice [4].

# %%
from torch import nn
from torch.nn.parallel import DistributedDataParallel


# %% quote="llmai_edu.training.distributed:data_parallel"
def data_parallel(model: nn.Module) -> nn.Module:
    """Every process holds the whole model and a part of the batch; backward averages the gradients between them.

    The gradients lie in the buckets that are sent, so that there is no second copy of them. Li et al. 2020, "PyTorch
    Distributed".
    """
    return DistributedDataParallel(model, gradient_as_bucket_view=True)


# %% [markdown]
# It wants a connection. We open one between this notebook and nobody:

# %%
if not dist.is_initialized():
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
model = data_parallel(GPT(CONFIG))
print(type(model).__name__, "around", type(model.module).__name__)
assert isinstance(model, DistributedDataParallel)

# %% [markdown]
# The training loop stays what it was: `backward` on this model computes the gradients and averages them between the processes.
#
# Which rows does each take? `PackedBatches` knows the rank. These are the first bytes of the rows that the two processes read, and the batch of one process:

# %%
together = next(build(Processes()).batches)[0]  # (B, T)
for found in ranks:
    print(f"rank {found['rank']}:", [bytes(row).decode() for row in found["rows"]])
print("alone: ", [bytes(row[:8].tolist()).decode() for row in together])
for found in ranks:
    assert together[found["rank"] :: 2, :8].tolist() == found["rows"]
    assert all(bytes(row).decode() in text for row in found["rows"])

# %% [markdown]
# Each row is read by one of the two. Now the mean. The loss of a batch is the mean over its rows, so its gradient is the mean of the rows' gradients. When two halves are *equally large*, the mean of their means is the mean of the whole. Try it without any process, once with halves and once with six and two rows:


# %%
def gradient(rows):
    """The gradient of the mean loss over these rows of the batch."""
    run = build(Processes())
    ids, targets = next(run.batches)
    window_loss(run.model, (ids[rows], targets[rows])).backward()
    return torch.cat([p.grad.flatten() for p in run.model.parameters()])


whole = gradient(slice(None))
halves = (gradient(slice(0, 4)) + gradient(slice(4, 8))) / 2
uneven = (gradient(slice(0, 6)) + gradient(slice(6, 8))) / 2
weighted = 6 / 8 * gradient(slice(0, 6)) + 2 / 8 * gradient(slice(6, 8))
for name, other in (("halves", halves), ("six and two", uneven), ("weighted", weighted)):
    print(f"{name:<12} {(other - whole).norm() / whole.norm():.1e}")
assert (halves - whole).norm() < 1e-5 * whole.norm()
assert (weighted - whole).norm() < 1e-5 * whole.norm()
assert (uneven - whole).norm() > 0.1 * whole.norm()

# %% [markdown]
# The plain mean of uneven parts is wrong by more than a tenth, and nothing reports it: the training goes on with a false gradient. `PackedBatches` therefore refuses batches that the processes cannot share evenly:

# %%
try:
    build(Processes(rank=0, world_size=3))
except ValueError as error:
    refused = str(error)
print(refused)
assert "even part of 8 rows" in refused

# %% [markdown]
# Where parts must be uneven, for instance when some tokens do not count, they are weighted. That is your second exercise.
#
# The gradient that the two processes agreed on in the run above, beside that of one:

# %%
mine = whole_gradient(build(Processes()))
for way in ("ddp", "fsdp"):
    theirs = torch.tensor(ranks[0][f"{way}_gradient"])  # every five hundredth number
    gap = (mine[::500] - theirs).abs().max().item()
    print(f"{way}: largest difference {gap:.1e}, largest number {theirs.abs().max():.3f}")
    assert gap < 1e-6
    assert theirs.abs().max() > 1e-3

# %% [markdown]
# ### Bytes on the wire
#
# What is handed to the all-reduce? All gradients, four bytes each. DDP does not send them one by one: it collects them in buckets of up to 25 MB, because a message has a fixed cost, however short. A bucket is sent as soon as its gradients are there, while the backward pass is still computing those of the earlier layers. Our model is so small that it fits into one. A hook, a function that DDP calls for each bucket, has noted its size in each process:

# %%
parameters = sum(p.numel() for p in GPT(CONFIG).parameters())
assert all(len(found["bucket_bytes"]) == 1 for found in ranks)
handed = ranks[0]["bucket_bytes"][0]
by_ring = ring_all_reduce_bytes(parameters, world_size=2)
print(f"{parameters:,} parameters, {handed:,} bytes handed over")
print(f"in a ring of two, each process sends {by_ring:,.0f} bytes")
assert handed == 4 * parameters == by_ring

# %% [markdown]
# With two processes the formula gives just the vector: half of it goes out to be added up, and the other half, finished, goes out again. This is arithmetic: what was *noted* is the size of what is handed over; how gloo sends it we did not watch. Not counted are a few bytes more: all exchange their loss, and to shorten the gradient with FSDP its length.
#
# With gradient accumulation (lesson 16), exchanging after every part would send the same bytes several times. So the course's loop exchanges after the last part only; DDP calls this `no_sync`, FSDP2 `set_requires_gradient_sync`:


# %%
from torch.distributed.fsdp import FSDPModule


# %% quote="llmai_edu.training.distributed:ParallelPretraining.sharing"
@contextlib.contextmanager
def sharing(self, last: bool) -> Iterator[None]:
    """Exchange gradients after the last part of a batch only."""
    if isinstance(self.model, FSDPModule):
        self.model.set_requires_gradient_sync(last)
    quiet = isinstance(self.model, DistributedDataParallel) and not last
    with self.model.no_sync() if quiet else contextlib.nullcontext():
        yield


# %% [markdown]
# The two processes have tried it with a batch in four parts, once with `sharing` and once without. Called here, with the model of one process, it can exchange nothing; it only tells the model:

# %%
for name in ("in_parts", "after_each"):
    sizes = ranks[0][f"bucket_bytes_{name}"]
    print(f"{name:<10} {len(sizes)} buckets, {sum(sizes):>9,} bytes handed over")
    assert sum(sizes) == (1 if name == "in_parts" else 4) * handed
run = build(Processes(), "ddp")
assert isinstance(run, ParallelPretraining)
for last in (False, True):
    with sharing(run, last):
        print(f"last part: {last!s:<5}  exchanges: {run.model.require_backward_grad_sync}")
        assert run.model.require_backward_grad_sync == last

# %% [markdown]
# ## Fully sharded: each holds a part of the model
#
# DDP saves time and no memory: each process holds 16 bytes for each parameter. But to *store* the optimizer's state p times is a waste; each process could keep a p-th of it. *ZeRO* [5] divides step by step: first the optimizer's state, then the gradients, then the weights themselves. The last stage is in PyTorch *fully sharded data parallel*, FSDP [6]; its second version is FSDP2.
#
# How can a process compute with a model of which it has only a part? It *fetches* the weights of a block just before they are needed, and lets them go afterwards. The list of blocks is walked through twice:
#
# ```mermaid
# flowchart LR
#   a[all-gather block 1] --> b[forward 1] --> c[free] --> d[all-gather block 2] --> e[forward 2] --> f[free] --> g[loss]
#   g --> h[all-gather block 2] --> i[backward 2] --> j[reduce-scatter gradients 2, free] --> k[all-gather block 1] --> l[backward 1] --> m[reduce-scatter gradients 1, free]
# ```
#
# The `reduce-scatter` adds the gradients up, and each process keeps the sum for its own part only. That is all it needs: it keeps the optimizer's state for just these weights. In PyTorch each block is wrapped by itself, and at last what is left over:


# %%
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard


# %% quote="llmai_edu.training.distributed:sharded"
def sharded(model: nn.Module, blocks: str) -> nn.Module:
    """Every process holds a part of each matrix, its gradient and its optimizer state, and fetches a block to use it.

    blocks: the name of the list of blocks in the model, such as "h" in a GPT or "layers" in a Llama; each is fetched
    and let go by itself. Raises ValueError when the model has no such list. Rajbhandari et al. 2020, "ZeRO"; Zhao et
    al. 2023, "PyTorch FSDP".
    """
    stack = getattr(model, blocks, None)
    if not isinstance(stack, nn.ModuleList):
        lists = [
            name for name, part in model.named_children() if isinstance(part, nn.ModuleList)
        ]
        raise ValueError(
            f"the model has no list of blocks called {blocks!r}; its lists are {lists}"
        )
    kind = next(model.parameters()).device.type
    mesh = init_device_mesh(kind, (dist.get_world_size(),))
    for block in stack:
        fully_shard(block, mesh=mesh)
    return fully_shard(model, mesh=mesh)


# %% [markdown]
# A *mesh* is the list of processes among which a model is divided. Among one, it stays whole:

# %%
model = sharded(GPT(CONFIG), "h")
print([type(part).__name__ for part in (model, model.h[0])])
assert all(isinstance(part, FSDPModule) for part in (model, *model.h))
dist.destroy_process_group()

# %% [markdown]
# In the real run, each process counted its weights, gradients and means between two steps, in the 32-bit numbers of our small run. (Not the blocks that are being fetched: during a step there is a whole block more.)

# %%
for way in ("ddp", "fsdp"):
    held = [found[f"{way}_held"] / parameters for found in ranks]
    print(f"{way:<4} bytes a parameter in the two processes: {held[0]:.2f}, {held[1]:.2f}")
for found in ranks:
    assert found["ddp_held"] == 16 * parameters
    assert abs(found["fsdp_held"] - 8 * parameters) < 0.01 * parameters

# %% [markdown]
# Half. And the messages? A listener noted every collective of one forward and one backward pass, and the bytes of the whole tensor:

# %%
for name, size in ranks[0]["collectives"]:
    print(f"{name.strip('_'):<20} {size:>8,} bytes")
gathers, scatters = (
    [size for name, size in ranks[0]["collectives"] if word in name]
    for word in ("allgather", "reduce_scatter")
)
block = 4 * sum(p.numel() for p in GPT(CONFIG).h[0].parameters())
rest = 4 * parameters - CONFIG.n_layer * block
print(f"a block has {block:,} bytes, everything else {rest:,}")
assert gathers == [rest, block, block, block, block]
assert scatters == [block, block, rest]

# %% [markdown]
# Read it against the chart. First everything that is in no block is gathered: the token table, the positions, the last norm. It is not let go, because it is needed again at once. Each block is gathered twice, and its gradients are scattered once. So in one step a process sends, for blocks, *three* times $(p-1)/p$ of the parameters, where DDP sends two. FSDP saves memory and pays with half as much traffic again.


# %%
import math

from llmai_edu.training.traffic import WAYS, check_way


# %% quote="llmai_edu.training.traffic:sent_bytes"
def sent_bytes(
    parameters: int, world_size: int, way: str = "ddp", bytes_each: int = 4
) -> float:
    """How many bytes a process sends in one step, in rings.

    way: "ddp" adds up the gradients (all-reduce), "zero1" and "zero2" send as much, "zero3" (FSDP) gathers the weights
    twice, forward and backward, and adds the gradients up in parts. Raises ValueError for another way, or no process.
    Rajbhandari et al. 2020, "ZeRO", section 7.

    >>> sent_bytes(1000, world_size=4), sent_bytes(1000, world_size=4, way="zero3")
    (6000.0, 9000.0)
    """
    check_way(world_size, way)
    passes = 3 if way == "zero3" else 2
    return passes * (world_size - 1) / world_size * parameters * bytes_each


# %%
noted = (sum(gathers) + sum(scatters)) / 2  # (p - 1) / p = 1/2 of each is sent
formula = sent_bytes(parameters, 2, "zero3")
print(f"from the tensors noted {noted:,.0f} bytes, formula {formula:,.0f}")
print(f"the difference is the part that is gathered only once: {rest / 2:,.0f}")
assert sent_bytes(parameters, 2) == by_ring
assert formula - noted == rest / 2
assert 1.4 < noted / by_ring < 1.45
outside = rest / (4 * parameters)
print(f"outside the blocks {outside:.0%}, formula {formula / noted - 1:.0%} too high")
assert 1 / 6.5 < outside < 1 / 5.5
assert 1.055 < formula / noted < 1.065
for size, width in ((8e9, 4096), (405e9, 16_384)):
    tables = 2 * 128_256 * width
    print(f"Llama 3 of {size / 1e9:.0f} billion: {tables / size:.0%} outside the blocks")

# %% [markdown]
# The formula counts every weight as gathered twice. In our small model the part outside the blocks is a sixth and is gathered once instead of twice, so the formula is 6 % too high. In very large models that part is small. In Llama 3 [2] it is nearly all in two tables, of which each has a row for each of 128,256 tokens: 13 % of the smallest model, and 1 % of the largest.
#
# ### What each stage saves
#
# On GPUs one trains in mixed precision: 2 bytes for a weight, 2 for its gradient, and 12 for the optimizer, which keeps the exact weight and two means. Sixteen again. Rajbhandari and others [5] give an example with 7.5 billion parameters on 64 devices. Compute their figure anew:


# %% quote="llmai_edu.training.traffic:held_bytes"
def held_bytes(parameters: int, world_size: int, way: str = "ddp") -> float:
    """Bytes of weights, gradients and optimizer that a process holds, in mixed precision with Adam.

    2 for the weight and 2 for the gradient in sixteen bits, 12 for the optimizer: the weight in 32 bits and two means.
    "zero1" divides the optimizer among the processes, "zero2" the gradients as well, "zero3" (FSDP) all. Activations
    are not counted. Errors as for `sent_bytes`. Rajbhandari et al. 2020, figure 1.

    >>> held_bytes(1000, world_size=4), held_bytes(1000, world_size=4, way="zero3")
    (16000.0, 4000.0)
    """
    check_way(world_size, way)
    stage = WAYS.index(way)
    parts = [
        world_size if stage >= least else 1 for least in (3, 2, 1)
    ]  # weights, gradients, optimizer
    return float(sum(size * parameters / part for size, part in zip((2, 2, 12), parts)))


# %% alt="Four bars, gigabytes that each of 64 devices holds for a model of 7.5 billion parameters: DDP 120, ZeRO-1 31.4, ZeRO-2 16.6, ZeRO-3 or FSDP 1.9. A dashed line at 80 marks the memory of one GPU; only the first bar passes it."
names = {"ddp": "DDP", "zero1": "ZeRO-1", "zero2": "ZeRO-2", "zero3": "ZeRO-3, FSDP"}
gigabytes = [held_bytes(7_500_000_000, 64, way) / 1e9 for way in names]
_, axes = new_axes(5.6, 3.0)
bars = axes.bar(list(names.values()), gigabytes)
axes.bar_label(bars, [f"{value:.1f}" for value in gigabytes])
axes.axhline(80, ls="--", color="#555555")
axes.text(3.45, 83, "memory of one GPU", ha="right")
axes.set(ylabel="GB on each of 64 devices", ylim=(0, 135))
plt.show()
assert np.allclose(gigabytes, [120, 31.4, 16.6, 1.9], atol=0.05)

# %% [markdown]
# These are the four numbers of their figure 1. Activations are not among them.
#
# ## A checkpoint that moves
#
# A run of two processes is killed, and tomorrow there is only one machine. The parts must be put together. In the course's checkpoints the whole model is gathered, and the first process writes it. So they move freely between one process and many, and between DDP and FSDP. The run above left one of two processes with FSDP2. Go on with it here, alone, and compare with the run that was alone from the start:

# %%
moved = build(Processes(), folder=folder / "fsdp")
print(f"checkpoint of step {moved.resume()}, written by two processes")
went_on = moved.run(steps=STEPS + 5).loss
straight = build(Processes()).run(steps=STEPS + 5).loss
print(f"last five losses {np.round(went_on[-5:], 4)}")
print(f"alone throughout {np.round(straight[-5:], 4)}")
assert len(went_on) == STEPS + 5
assert np.allclose(went_on, straight, atol=1e-4)

# %% [markdown]
# For models that fit into no single memory, each process writes its own part (`torch.distributed.checkpoint` does it), and a table says where what lies.
#
# ## Two more ways to cut
#
# *Tensor parallel* [7] cuts each matrix: every device has some of the columns and computes its part of the product. The parts must be put together within each layer, so it needs the fastest connection, that between the GPUs of one machine. *Pipeline parallel* [8] gives each device some of the layers. Only the activations between two neighbours are sent, which is little. But the second device waits until the first
# is done, and on the way back the other way round. The remedy: cut the batch into m parts and send them one after another. Each device then idles only at the beginning and at the end. For s stages and m parts the idle share, the *bubble*, is
#
# $$\frac{s-1}{m+s-1}.$$
#
# Simulate it: part j can enter stage i when it has left the stage before, and when part j − 1 has left this one.


# %%
def finish_times(stages, parts):
    """When each part leaves each stage, if every stage takes one unit: (parts, stages)."""
    leaves = np.zeros((parts + 1, stages + 1), dtype=int)
    for part in range(1, parts + 1):
        for stage in range(1, stages + 1):
            leaves[part, stage] = max(leaves[part - 1, stage], leaves[part, stage - 1]) + 1
    return leaves[1:, 1:]


times = finish_times(stages=4, parts=3)
print(times.T)  # a row for each stage, a column for each part
assert times[0].tolist() == [1, 2, 3, 4]  # the first part, stage by stage
assert times[:, 3].tolist() == [4, 5, 6]  # the last stage, part by part


# %% quote="llmai_edu.training.traffic:pipeline_bubble"
def pipeline_bubble(stages: int, parts: int) -> float:
    """The share of a pipeline's time in which a stage has nothing to do: (s - 1) / (m + s - 1).

    stages: devices, each with some of the layers. parts: pieces into which a batch is cut. Raises ValueError when
    either is below 1. Huang et al. 2019, "GPipe".

    >>> pipeline_bubble(stages=4, parts=1), round(pipeline_bubble(stages=4, parts=12), 2)
    (0.75, 0.2)
    """
    if min(stages, parts) < 1:
        raise ValueError(f"stages and parts count from 1, got {stages} and {parts}")
    return (stages - 1) / (parts + stages - 1)


# %% alt="Two time tables of a pipeline with four stages, one above the other. With two parts, the stages are busy for 2 of 5 units, and 60 per cent of the table is empty. With twelve parts they are busy for 12 of 15 units, and 20 per cent is empty."
_, axes = new_axes(7.0, 3.2)
for above, parts in ((6, 2), (0, 12)):
    times = finish_times(4, parts)
    for part in range(parts):
        for stage in range(4):
            box = plt.Rectangle((times[part, stage] - 1, above + 4 - stage), 1, 1, ec="black")
            box.set_facecolor("#CFE6F5")
            axes.add_patch(box)
            axes.text(
                times[part, stage] - 0.5,
                above + 4.5 - stage,
                part + 1,
                ha="center",
                va="center",
            )
    idle = 1 - parts / times.max()
    axes.text(times.max() + 0.3, above + 2.8, f"{parts} parts: {idle:.0%} idle")
    assert abs(idle - pipeline_bubble(4, parts)) < 1e-12
rows = [above + 4.5 - stage for above in (6, 0) for stage in range(4)]
axes.set(xlim=(0, 20), ylim=(0.5, 11.5), xlabel="time", xticks=range(0, 16, 3), ylabel="stage")
axes.set_yticks(rows, [1, 2, 3, 4, 1, 2, 3, 4])
axes.grid(visible=False)
plt.show()

# %% [markdown]
# The numbers in the boxes are the parts. Only the forward pass is drawn; backward, the same bubble comes again. Large runs combine all of it: tensor parallel within a machine, pipeline or sharding between machines, data parallel over groups of them.
#
# ## On GPUs
#
# What changes on GPUs? In the script nothing: `join`, quoted above, takes NCCL, NVIDIA's library, instead of gloo, and one GPU for each process. `torchrun --nproc-per-node 8` starts eight on one machine; with `--nnodes` and an address, the machines find each other.
#
# What does change is the speed of the wire. Within a machine NVLink carries 450 GB/s in each direction between H100s; between machines it is often 50 GB/s for each GPU [1, 2]. So the question is whether sending can hide behind computing. **What was not tried here:** no GPU was at hand when this page was written. The equality with one process, the bytes and the memory were measured with gloo on CPUs; NCCL runs the same tests where there are GPUs.
#
# ## A plan for a thousand GPUs
#
# Now plan. We have a thousand H100s, and want to train a model of 8 billion parameters. How long does it take, does it fit, and what will break? Everything on paper, with these assumptions:
#
# - 160 billion tokens: 20 for each parameter, the rule of thumb of lesson 17;
# - 16 million tokens in each step;
# - 40 % of the highest speed is reached;
# - weights and gradients are sent in 16 bits, at 50 GB/s;
# - sending hides perfectly behind computing, while it takes less time;
# - a checkpoint takes 60 seconds;
# - a model fits when weights, gradients and optimizer take at most half of the memory; the other half is for activations, which nobody has counted;
# - Llama 3's run had 419 unexpected interruptions in 54 days on 16,384 GPUs [2]; ours break as often.

# %%
from llmai_edu.training.traffic import Cluster, plan_run

cluster = Cluster(devices=1000)
plan = plan_run(cluster, parameters=8e9, tokens=160e9, batch_tokens=16e6)
print(f"a step: {plan.compute_seconds:.2f} s to compute, {plan.send_seconds:.2f} s to send")
print(f"{plan.days * 24:.1f} hours; {plan.held / 1e9:.2f} GB on each GPU; fits: {plan.fits}")
every = plan.checkpoint_minutes
print(f"{plan.failures:.1f} failures in the run; save every {every:.0f} minutes")
by_hand = 6 * 8e9 * 160e9 / (1000 * 989e12 * 0.4) / 3600
print(f"by hand {by_hand:.1f} hours: 5 hours and {60 * by_hand - 300:.0f} minutes")
assert abs(plan.days * 24 - by_hand) < 1e-9
assert 323 < 60 * by_hand < 324.5
assert 0.05 < plan.failures < 0.15
assert 77 < every < 79
assert 1.9 < plan.compute_seconds / plan.send_seconds < 2.1

# %% [markdown]
# Five hours and 24 minutes. What will break? Probably nothing: a tenth of a failure is to be expected, and saving every 78 minutes is enough. (How that is computed comes below.) The state takes 0.13 GB of 80. But each GPU has 16,000 tokens of the batch, and whether their activations fit this plan does not say.
#
# Computing takes twice as long as sending, so sending can be hidden. But that hangs on the batch. The bytes of a step do not depend on it, the operations do. Draw both times against the size of the batch:

# %% alt="Seconds a step against the tokens of a batch, logarithmic axes. Sending is a horizontal line near 1 second. Computing rises in proportion, from 0.06 seconds at half a million tokens to 4 at 32 million. They cross near 8 million tokens."
batches = np.geomspace(5e5, 3.2e7, 200)
plans = [plan_run(cluster, 8e9, 160e9, batch_tokens=size) for size in batches]
_, axes = new_axes(6.0, 3.2)
axes.plot(batches, [one.compute_seconds for one in plans], "-", label="computing")
axes.plot(batches, [one.send_seconds for one in plans], "--", label="sending, FSDP")
axes.set(xscale="log", yscale="log", xlabel="tokens of a batch", ylabel="seconds a step")
axes.legend()
plt.show()
crossing = batches[np.argmax([one.compute_seconds > one.send_seconds for one in plans])]
print(f"sending is hidden from about {crossing / 1e6:.0f} million tokens on")
assert 7.5e6 < crossing < 8.5e6

# %% [markdown]
# Below eight million tokens the GPUs wait for the network. One cannot make the batch as large as one likes, however: lesson 17 showed that beyond a critical size it wastes text. Then one shards only within groups of machines, or cuts the model in other ways. Take the 405 billion parameters of Llama 3 on 16,384 GPUs, again with 16 million tokens in each step, which we assume here:

# %%
llama = plan_run(Cluster(16_384), parameters=405e9, tokens=15.6e12, batch_tokens=16e6)
print(f"a step: {llama.compute_seconds:.1f} s to compute, {llama.send_seconds:.0f} s to send")
compute_days = llama.compute_seconds * 15.6e12 / 16e6 / 86_400
print(f"{compute_days:.0f} days of computing alone; sharded only, {llama.days:.0f} days")
meta_days = 30.84e6 / 16_384 / 24
reached = llama.compute_seconds * 15.6e12 / 16e6 * 16_384 * REACHED / (30.84e6 * 3600)
print(f"Meta: {meta_days:.0f} days of 16,384 GPUs, {reached:.0%} of the highest speed")
assert 5.5 < llama.compute_seconds < 6.5
assert 48 < llama.send_seconds < 50
assert 67 < compute_days < 69
assert 545 < llama.days < 551
assert 78 < meta_days < 79
assert 0.34 < reached < 0.355

# %% [markdown]
# Sharding alone would not have worked: a step would have taken 49 seconds instead of 6, and the run 548 days instead of 68. They used tensor and pipeline parallelism, data parallelism, and *context parallelism*, in which each device takes a part of a long text.
#
# Are the 68 days right? They follow from the 40 % that we put in; Meta reports between 38 and 43 % [2]. Meta's model card counts 30.84 million GPU-hours for this model [9]. That would be 78 days of all 16,384 GPUs, as if 35 % had been reached throughout. The card does not say what the rest was; our plan counts no failure, no waiting, and no attention over long texts.
#
# ### Failures
#
# A single GPU fails seldom. Of thousands, one fails every few hours, and with it the whole run stops and goes back to the last checkpoint. How often should one save? Saving costs δ seconds. Saving every τ seconds costs the share δ / τ of the time. A failure loses τ / 2 on the mean, and comes every M seconds: τ / (2 M). The sum is smallest where its derivative, −δ / τ² + 1 / (2 M), is 0: where δ / τ = τ / (2 M), both losses are equal. That is at
#
# $$\tau = \sqrt{2\,\delta\,M},$$
#
# which Young found in 1974 [10].


# %% quote="llmai_edu.training.traffic:best_checkpoint_interval"
def best_checkpoint_interval(saving: float, between_failures: float) -> float:
    """The seconds between two checkpoints that lose the least time: √(2 · saving · time between failures).

    Young 1974, "A first order approximation to the optimum checkpoint interval": good while the interval is short
    beside the time between failures. Raises ValueError unless both are above 0.

    >>> best_checkpoint_interval(saving=50, between_failures=10_000)
    1000.0
    """
    if min(saving, between_failures) <= 0:
        raise ValueError(f"both times must be above 0, got {saving} and {between_failures}")
    return math.sqrt(2 * saving * between_failures)


# %% alt="The share of time lost against the minutes between checkpoints, for 16,384 GPUs and 60 seconds a checkpoint. A falling line of saving and a rising line of repeated work cross at 19 minutes, and there their sum is lowest, at 10 per cent."

saving = 60.0
between = 54 * 86_400 / 419  # seconds between failures of 16,384 GPUs
minutes = np.geomspace(3, 120, 100)
write, repeat = saving / (60 * minutes), 60 * minutes / 2 / between
_, axes = new_axes(6.0, 3.2)
axes.plot(minutes, write, "--", label="saving")
axes.plot(minutes, repeat, ":", label="work done twice")
axes.plot(minutes, write + repeat, "-", color="black", label="both")
best = best_checkpoint_interval(saving, between) / 60
axes.plot(best, 120 * best / 2 / between, "o", color="black")
axes.set(
    xscale="log",
    xlabel="minutes between checkpoints",
    ylabel="share of the time lost",
    ylim=(0, 0.4),
)
axes.legend()
plt.show()
print(
    f"a failure every {between / 3600:.1f} hours: save every {best:.0f} minutes, {120 * best / 2 / between:.0%} lost"
)
assert abs(minutes[np.argmin(write + repeat)] - best) < 1
assert 3 < between / 3600 < 3.2
assert 18 < best < 20

# %% [markdown]
# Is the formula right? It leaves out failures while saving, and much else. Simulate: draw the times between failures, and count what survives.

# %%
gaps = rng.exponential(between, 20_000)
lost = []
for minute in minutes:
    kept = (gaps // (60 * minute + saving)).sum() * 60 * minute
    lost.append(1 - kept / gaps.sum())
simulated = minutes[int(np.argmin(lost))]
print(f"formula {best:.0f} minutes, simulation {simulated:.0f}; lost {min(lost):.0%}")
assert 0.6 < best / simulated < 1.7
assert 0.08 < min(lost) < 0.13
near = (write + repeat)[(minutes > 13) & (minutes < 28)]
assert near.max() < (write + repeat).min() + 0.01

# %% [markdown]
# The lowest point is flat: by the formula, anything between 13 and 28 minutes loses less than one per cent of the time more. With other draws the two may therefore lie some minutes apart. A tenth of such a run would be lost with checkpoints that take a minute. So one writes them faster, or in the background.
#
# Play with the plan: move the sliders and watch what gives way first, time, memory or network. Where widgets do not run, you see the plan from above.

# %%
from llmai_edu.viz import show
from llmai_edu.viz.plan import plan_table, plan_widget


def numbers(devices, billions, tokens_each, batch_millions):
    """The rows of the table for one position of the sliders."""
    size = billions * 1e9
    one = plan_run(
        Cluster(devices), size, tokens_each * size, batch_tokens=batch_millions * 1e6
    )
    return {
        "time": f"{one.days:,.0f} days" if one.days > 3 else f"{one.days * 24:,.1f} hours",
        "GB held on each GPU": f"{one.held / 1e9:,.2f}" + ("" if one.fits else " – too much"),
        "seconds to compute a step": f"{one.compute_seconds:,.2f}",
        "seconds to send": f"{one.send_seconds:,.2f}",
        "failures in the run": f"{one.failures:,.1f}",
        "minutes between checkpoints": f"{one.checkpoint_minutes:,.0f}",
    }


start = {"devices": 1000, "billions": 8, "tokens_each": 20, "batch_millions": 16}
show(plan_widget(numbers, start), plan_table(numbers(**start)))
assert numbers(**start)["time"] == "5.4 hours"

# %% [markdown]
# ## What we have now, and what it cannot do
#
# - Two processes give the losses and gradients of one, up to rounding, with DDP and with FSDP2. With uneven parts, the plain mean of gradients is wrong and nobody is told.
# - A ring all-reduce sends $2(p-1)/p$ of the vector from each process, counted in the draft; the real run confirmed what is handed over. FSDP hands over nearly half as much again, and between steps each process holds a p-th of everything.
# - A checkpoint moves between one process and many.
# - A paper plan says which of time, memory, network and failures decides. It knows nothing of what goes wrong in practice: slow devices that hold up all, silent errors, a network that others use, too.
# - Not measured here: GPUs, NCCL, several machines.
#
# **Try it:** the [exercise sheet](../exercises/18_distributed.ipynb) asks you to mend a ring that adds wrongly, to average gradients of uneven parts, and to find the way to cut a model that fits.
#
# **Sources**
#
# [1] NVIDIA, [*H100 Tensor Core GPU*](https://www.nvidia.com/en-us/data-center/h100/), data sheet: 989 TFLOP/s dense in bfloat16, 80 GB, NVLink 900 GB/s in both directions together.
#
# [2] A. Grattafiori et al., [*The Llama 3 Herd of Models*](https://arxiv.org/abs/2407.21783), 2024, section 3.3: 3.8 × 10²⁵ operations, up to 16,384 H100, 400 Gb/s for each GPU, 419 unexpected interruptions in 54 days.
#
# [3] P. Patarasuk and X. Yuan, *Bandwidth optimal all-reduce algorithms for clusters of workstations*, 2009.
#
# [4] S. Li et al., [*PyTorch Distributed: Experiences on Accelerating Data Parallel Training*](https://arxiv.org/abs/2006.15704), 2020.
#
# [5] S. Rajbhandari et al., [*ZeRO: Memory Optimizations Toward Training Trillion Parameter Models*](https://arxiv.org/abs/1910.02054), 2020.
#
# [6] Y. Zhao et al., [*PyTorch FSDP: Experiences on Scaling Fully Sharded Data Parallel*](https://arxiv.org/abs/2304.11277), 2023.
#
# [7] M. Shoeybi et al., [*Megatron-LM*](https://arxiv.org/abs/1909.08053), 2019.
#
# [8] Y. Huang et al., [*GPipe: Efficient Training of Giant Neural Networks using Pipeline Parallelism*](https://arxiv.org/abs/1811.06965), 2019.
#
# [9] Meta, [*Llama 3.1 model card*](https://github.com/meta-llama/llama-models/blob/main/models/llama3_1/MODEL_CARD.md), 2024: training time in GPU-hours.
#
# [10] J. W. Young, *A first order approximation to the optimum checkpoint interval*, Communications of the ACM, 1974.
#
# *Prose CC BY 4.0, code MIT, the llmai_edu authors. The speeches are in the public domain; their collection is under the MIT licence of the package that ships it.*
