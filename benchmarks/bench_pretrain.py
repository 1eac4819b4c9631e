"""Pretraining a Llama of the base model's shape: our engine beside a plain loop around transformers' Llama, in one run.

Run from the repository with `python -m benchmarks.bench_pretrain`, on an idle machine. The shape is that of
`course_base` (4 layers, 256 channels, 4 heads, 6,144 tokens, rows of 256, batch 8), on a GPU that of `course_large` (6
layers, 448 channels, 7 heads, rows of 512, batch 64), and so are the optimizer, the
clipping and the type of the products. Both start from the same weights and read the same random batches; their losses
are compared. The plain loop is forward with `labels=`, backward, clipping, AdamW, step. Compiled means model and loss.

Speed: the best of several rounds, taken in turns. Memory: the highest that a process of its own needed for three steps,
less what it held before the model was made (read from Linux's /proc); on a GPU, what torch had allocated at most.
Utilization: operations a second (Chowdhery et al. 2022, "PaLM", appendix B: those that the model needs, whatever was
computed) over those of a large matrix product measured here, in the same type. About five minutes on one core.
"""

import functools
import gc
import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
import transformers

from benchmarks.common import save_result, timed
from llmai_edu.device import pick_device
from llmai_edu.models.llama import Llama
from llmai_edu.pretrained.llama_hub import save_llama
from llmai_edu.training.parameter_groups import adamw
from llmai_edu.training.pretraining import Pretraining
from llmai_edu.training.recipe import load_recipe
from llmai_edu.training.scaling import training_flops
from llmai_edu.training.windows import window_loss

RECIPE = load_recipe("course_large" if torch.cuda.is_available() else "course_base")
CONFIG = RECIPE.llama()
BATCH, CONTEXT = RECIPE.batch_size, RECIPE.context
RATE = 1e-3
STEPS, ROUNDS = 4, 4
KINDS = ("transformers", "transformers_compiled", "ours", "ours_compiled")
TYPES = {"float32": None, "bfloat16": torch.bfloat16}
Steps = Callable[[int], float]


def batches(device: torch.device) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Random inputs and targets (B, T) without end."""
    draw = torch.Generator().manual_seed(0)
    while True:
        windows = torch.randint(CONFIG.vocab_size, (BATCH, CONTEXT + 1), generator=draw).to(device)
        yield windows[:, :-1], windows[:, 1:]


def our_steps(compiled: bool, dtype: torch.dtype | None, device: torch.device) -> Steps:
    """The course's engine; the function trains so many steps and returns the last loss."""
    model = Llama(CONFIG, generator=torch.Generator().manual_seed(0)).to(device)
    loss = torch.compile(window_loss) if compiled else window_loss
    engine = Pretraining(model, loss, batches(device), adamw(model, RATE), autocast=dtype, clip=1.0)

    def steps(count: int) -> float:
        return [engine.step(RATE)[0] for _ in range(count)][-1]

    return steps


def their_steps(compiled: bool, dtype: torch.dtype | None, device: torch.device) -> Steps:
    """A plain loop around transformers' model, with our weights and its own loss."""
    with tempfile.TemporaryDirectory() as folder:
        save_llama(Llama(CONFIG, generator=torch.Generator().manual_seed(0)), folder)
        model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    model.config.use_cache = False
    model.to(device).train()
    used = torch.compile(model) if compiled else model
    optimizer, source = adamw(model, RATE), batches(device)

    def steps(count: int) -> float:
        for inputs, targets in itertools.islice(source, count):
            with torch.autocast(device.type, dtype, enabled=dtype is not None):
                # labels are moved by the model: the last target, which the inputs do not hold, is given as ignored
                labels = torch.cat([inputs[:, :1], targets[:, :-1]], dim=1)
                loss = used(input_ids=inputs, labels=labels).loss
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        return loss.item()

    return steps


def make(kind: str, dtype: str, device: torch.device) -> Steps:
    """The steps of a kind, such as `ours_compiled`."""
    maker = our_steps if kind.startswith("ours") else their_steps
    return maker(kind.endswith("compiled"), TYPES[dtype], device)


def memory_here(kind: str, dtype: str) -> float:
    """MB that three steps needed at most, in this process, which must be fresh."""
    torch.set_num_threads(1)
    before = highest_mb()
    make(kind, dtype, torch.device("cpu"))(3)
    return highest_mb() - before


def gpu_memory(kind: str, dtype: str, device: torch.device) -> int:
    """MB that torch had allocated at most in three steps: it counts them itself, so this process will do."""
    gc.collect()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    make(kind, dtype, device)(3)
    return round((torch.cuda.max_memory_allocated() - before) / 1e6)


def highest_mb() -> float:
    """The most memory that this process held so far; Linux counts it from the start of the program."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024 / 1e6


def memory(kind: str, dtype: str) -> int:
    """`memory_here`, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.bench_pretrain", kind, dtype]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
    return round(json.loads(found))


def matrix_flops(dtype: str, device: torch.device) -> float:
    """Operations a second of a product of two large matrices: the most that a program can hope for."""
    size = 8192 if device.type == "cuda" else 2048
    x = torch.randn(size, size, device=device).to(TYPES[dtype] or torch.float32)

    def product() -> None:
        (x @ x)[0, 0].item()  # .item() waits for the device

    return 2 * size**3 / timed(product, 5)[0]


def measure(dtype: str, device: torch.device) -> dict[str, float]:
    """Speed, memory and utilization of each kind in this type, and the ratios."""
    runs = {kind: make(kind, dtype, device) for kind in KINDS}
    last = {kind: steps(STEPS) for kind, steps in runs.items()}  # compiles, and warms up
    spread = max(last.values()) - min(last.values())
    assert spread < (1e-2 if dtype == "float32" else 5e-2), f"they learned different things: {last}"
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(ROUNDS):
        for kind, steps in runs.items():
            best[kind] = min(best[kind], timed(lambda steps=steps: steps(STEPS), 1)[0])
    speed = {kind: BATCH * CONTEXT * STEPS / seconds for kind, seconds in best.items()}
    flops, peak = training_flops(CONFIG, CONTEXT), matrix_flops(dtype, device)
    used = functools.partial(gpu_memory, device=device) if device.type == "cuda" else memory
    needed = {kind: used(kind, dtype) for kind in KINDS}
    return {
        **{f"{kind}_tokens_per_s": round(value) for kind, value in speed.items()},
        **{f"{kind}_mb": value for kind, value in needed.items()},
        **{f"{kind}_utilization": round(value * flops / peak, 3) for kind, value in speed.items()},
        "ratio": round(speed["ours"] / speed["transformers"], 2),
        "ratio_compiled": round(speed["ours_compiled"] / speed["transformers_compiled"], 2),
        "ratio_mb": round(needed["ours"] / needed["transformers"], 2),
    }


def main() -> None:
    """Measure in both types, print the table, and store it."""
    device = pick_device()
    torch.set_num_threads(1)
    rows = {dtype: measure(dtype, device) for dtype in TYPES}
    print(f"training steps of a Llama of {RECIPE.name}'s shape on {device.type}, one thread where it is a processor")
    print(f"{'':36}" + "".join(f"{dtype:>12}" for dtype in rows))
    for name in rows["float32"]:
        print(f"{name:36}" + "".join(f"{row[name]:12,}" for row in rows.values()))
    found = {"device": device.type, "recipe": RECIPE.name, "threads": 1, "rows": rows}
    if device.type == "cuda":
        found["gpu"] = torch.cuda.get_device_name(device)
    print("stored in", save_result("pretrain" if device.type == "cpu" else "pretrain_gpu", found).name)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(memory_here(*sys.argv[1:]))
    else:
        main()
