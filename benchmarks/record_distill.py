"""Train a small Llama from its first random weights, with and without a teacher, and record the runs.

    python -m benchmarks.record_distill TOKENS.npy                       # a CPU: about half an hour
    python -m benchmarks.record_distill TOKENS.npy --rows 32 --steps 3000 --device cuda     # a GPU: 15 minutes

The teacher is course-base. TOKENS.npy holds its training text in its own tokens (`write_corpus`, or --write to make it
first, two minutes). Every way of learning is run with the same seeds: the same first weights, the same batches in the
same order, the same steps. The recording is written after each run, so that a machine that is taken away leaves what
it had. Figures are those of the weights rounded to bfloat16.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import time
from datetime import date
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import llmai_edu.training
from benchmarks.common import machine
from llmai_edu.device import pick_device
from llmai_edu.evaluation import ladder_text, nats_to_bits
from llmai_edu.evaluation.language_model import score_documents
from llmai_edu.evaluation.sliding_context import SlidingContext
from llmai_edu.finetuning.distill import Distillation
from llmai_edu.models.llama import Llama
from llmai_edu.models.llama_config import LlamaConfig
from llmai_edu.pretrained.course_base import CONTEXT, load_course_base
from llmai_edu.training.parameter_groups import adamw
from llmai_edu.training.pretraining import Pretraining
from llmai_edu.training.schedules import warmup_stable_decay
from llmai_edu.training.token_file import PackedBatches, read_tokens, write_tokens
from llmai_edu.training.windows import window_loss

RECORDING = Path(llmai_edu.training.__file__).parent / "recorded" / "distill_runs.json"
END = "<|endoftext|>"
SHAPE = {"hidden_size": 128, "intermediate_size": 352, "num_hidden_layers": 3}
SHAPE |= {"num_attention_heads": 4, "num_key_value_heads": 4, "max_position_embeddings": 512}
WAYS = {  # share of the teacher in the loss, temperature
    "text alone": (0.0, 1.0),
    "teacher alone": (1.0, 1.0),
    "half and half": (0.5, 2.0),
}


def write_training_text(path: Path) -> None:
    """course-base's training text in its own tokens: `prepare` takes out what is measured on."""
    from llmai_edu.training.corpus import collect, prepare, split_sources
    from llmai_edu.training.recipe import load_recipe

    _, tokenizer = load_course_base()
    text, repeat = ladder_text(), load_recipe("course_base").repeat
    docs, _ = prepare(collect(), "\n".join([text.valid, text.test, text.fresh]))
    train, _ = split_sources(docs)
    ids = (tokenizer.encode(doc.text) for doc in train for _ in range(repeat.get(doc.source, 1)))
    write_tokens(path, ids, vocab_size=tokenizer.vocab_size, end=tokenizer.special_tokens[END])


def windows(ids: list[int], count: int, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Windows spread evenly over the validation text: inputs and targets."""
    starts = np.linspace(0, len(ids) - CONTEXT - 1, count).astype(int)
    rows = torch.tensor(ids, device=device)[torch.from_numpy(starts[:, None] + np.arange(CONTEXT + 1)).to(device)]
    return rows[:, :-1], rows[:, 1:]


def measure(model: Llama, tokenizer, docs: tuple[str, ...]) -> float:
    """Bits per byte, with at least half of the context before each token."""
    reader = SlidingContext(model, CONTEXT, CONTEXT // 2)
    start = tokenizer.special_tokens[END]
    return score_documents(reader, tokenizer, docs, start=start, chunk=CONTEXT // 2).bits_per_byte


def train(way: str, seed: int, ids: np.ndarray, teacher: Llama, valid: tuple, bytes_per_token: float, args) -> tuple:
    """One run; returns the model and its curve of validation bits per byte."""
    share, temperature = WAYS[way]
    config = LlamaConfig(teacher.config.vocab_size, **SHAPE)
    device = next(teacher.parameters()).device
    model = Llama(config, generator=torch.Generator().manual_seed(seed)).to(device)

    def evaluate(model: Llama) -> float:
        nats = sum(
            F.cross_entropy(model(x).flatten(0, 1).float(), y.flatten(), reduction="sum").item()
            for x, y in zip(valid[0].split(16), valid[1].split(16))
        )
        return nats_to_bits(nats / valid[1].numel()) / bytes_per_token

    run = Pretraining(
        model,
        window_loss if share == 0 else Distillation(teacher, temperature, share),
        PackedBatches(ids, args.rows, CONTEXT, seed=seed, device=device),
        adamw(model, args.rate),
        autocast=torch.bfloat16,
        clip=1.0,
        schedule=lambda done: warmup_stable_decay(done, warmup=0.02, decay=0.3),
        evaluate=evaluate,
        evaluate_every=max(1, args.steps // 10),
        progress=False,
    )
    history = run.run(steps=args.steps)
    return model, [[point.step, round(point.value, 4)] for point in history.evaluations]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tokens", type=Path)
    parser.add_argument("--write", action="store_true", help="make the token file first")
    parser.add_argument("--steps", type=int, default=120)
    parser.add_argument("--rows", type=int, default=8)
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--device", default=None)
    parser.add_argument("--out", type=Path, default=RECORDING)
    args = parser.parse_args()
    if args.write:
        write_training_text(args.tokens)
    ids, device, text = read_tokens(args.tokens), pick_device(args.device), ladder_text()
    teacher, tokenizer = load_course_base(device)
    encoded = [token for doc in text.valid_docs for token in tokenizer.encode(doc)]
    bytes_per_token = len(text.valid.encode()) / len(encoded)
    valid = windows(encoded, 64, device)
    recording = {
        "date": date.today().isoformat(),
        "machine": machine() | {"device": torch.cuda.get_device_name() if device.type == "cuda" else "cpu"},
        "settings": {"steps": args.steps, "rows": args.rows, "context": CONTEXT, "rate": args.rate, "shape": SHAPE},
        "ways": {way: {"share": share, "temperature": temperature} for way, (share, temperature) in WAYS.items()},
        "training_tokens": len(ids),
        "runs": [],
    }
    for seed in args.seeds:
        for way in WAYS:
            began = time.perf_counter()
            model, curve = train(way, seed, ids, teacher, valid, bytes_per_token, args)
            seconds = round(time.perf_counter() - began, 1)
            stored = copy.deepcopy(model).to(torch.bfloat16).float().eval()
            run = {"way": way, "seed": seed, "seconds": seconds, "curve": curve}
            recording["runs"].append(run | {"test": round(measure(stored, tokenizer, text.test_docs), 4)})
            recording["parameters"] = sum(p.numel() for p in model.parameters())
            print(recording["runs"][-1], flush=True)
            partial = args.out.with_suffix(".part")
            partial.write_text(json.dumps(recording, indent=1) + "\n", encoding="utf-8")
            os.replace(partial, args.out)


if __name__ == "__main__":
    main()
