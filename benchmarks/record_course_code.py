"""Train the small GPT of lesson 27 to fill in the middle, on the training modules of the standard library.

    python -m benchmarks.record_course_code FOLDER --steps 3000    # ten minutes of one core

The learning rate rises, stays, and falls to 0 over the last fifth of the steps (Hägele et al. 2024).
Writes weights in half precision, tokenizer, config and log to FOLDER, whose files go to
llmai_edu/pretrained/course_code, and prints their hashes. The text is that of the running Python.
"""

import argparse
import hashlib
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from benchmarks.common import machine
from llmai_edu.datasets.standard_library import load_standard_library
from llmai_edu.device import seed_everything
from llmai_edu.models.gpt import GPT, GPTConfig
from llmai_edu.pretrained.gpt2 import save_gpt2
from llmai_edu.tokenizers import train_bpe
from llmai_edu.training import Trainer
from llmai_edu.training.fim import SPECIAL, FimBatches, fim_loss
from llmai_edu.training.parameter_groups import adamw

VOCAB, CONTEXT, ROWS, RATE, SHARE, SEED = 4096, 256, 4, 2e-3, 0.6, 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=3000, help="a file FOLDER/decay makes the rate fall at once")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    generator = seed_everything(SEED)
    train, valid, _ = load_standard_library().parts
    texts, held_out = ([module.text for module in part] for part in (train, valid))
    tokenizer = train_bpe(texts, VOCAB, special_tokens=SPECIAL)
    tokenizer.save(arguments.folder / "tokenizer.json")
    characters = sum(map(len, texts))
    tokens = sum(len(tokenizer.encode(text)) for text in texts)
    print(f"{len(train)} modules, {characters:,} characters, {tokens:,} tokens", flush=True)
    model = GPT(GPTConfig(VOCAB, CONTEXT, n_embd=192, n_layer=3, n_head=6), generator=generator)
    nn.init.normal_(model.wte.weight, std=192**-0.5, generator=generator)
    looks = {  # the same batches at each look: with holes, and without
        name: [next(batches) for _ in range(4)]
        for name, share in (("holes", 1.0), ("left to right", 0.0))
        for batches in [FimBatches(held_out, tokenizer, 16, CONTEXT, share=share, rng=np.random.default_rng(1))]
    }
    log = []

    @torch.no_grad()
    def evaluate(model: nn.Module) -> None:
        values = {
            name: float(np.mean([fim_loss(model, batch).item() for batch in kept])) for name, kept in looks.items()
        }
        log.append({"step": trainer.history.steps, "seconds": round(trainer.history.seconds[-1], 1)})
        log[-1] |= {name: round(value, 4) for name, value in values.items()}
        log[-1]["loss"] = round(trainer.history.mean_loss(100), 4)
        print(log[-1], flush=True)

    batches = FimBatches(texts, tokenizer, ROWS, CONTEXT, share=SHARE, rng=np.random.default_rng(SEED))
    plan = {"steps": arguments.steps, "decay": arguments.steps // 5}

    def schedule(_: float) -> float:
        step = trainer.history.steps
        if (arguments.folder / "decay").exists() and step < plan["steps"] - plan["decay"]:
            plan.update(steps=step + step // 4, decay=step // 4)
            print("from here on the rate falls:", plan, flush=True)
        return min(1.0, (step + 1) / 50, max(plan["steps"] - step, 0) / plan["decay"])

    trainer = Trainer(
        model,
        fim_loss,
        batches,
        adamw(model, RATE),
        clip=1.0,
        schedule=schedule,
        progress=False,
        clock=time.process_time,
    )
    while trainer.history.steps < plan["steps"]:
        trainer.run(steps=min(trainer.history.steps + 10, plan["steps"]))
        if trainer.history.steps % 250 == 0 or trainer.history.steps >= plan["steps"]:
            evaluate(model)
    save_gpt2(model.half(), arguments.folder)
    about = {
        "seed": SEED,
        "machine": machine(),
        "modules": len(train),
        "characters": characters,
        "tokens": tokens,
        "tokens_drawn": trainer.history.units[-1],
        "steps": plan["steps"],
        "steps_of_decay": plan["decay"],
        "core_minutes": round(trainer.history.seconds[-1] / 60, 1),
        "settings": {"rows": ROWS, "context": CONTEXT, "rate": RATE, "holes": SHARE, "vocabulary": VOCAB},
        "log": log,
    }
    (arguments.folder / "log.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    for path in sorted(arguments.folder.iterdir()):
        print(f'    "course_code/{path.name}": "{hashlib.sha256(path.read_bytes()).hexdigest()}",', path.stat().st_size)


if __name__ == "__main__":
    main()
