"""Train the small GPT of lesson 27 to fill in the middle, on the training modules of the standard library.

    python -m benchmarks.record_course_code FOLDER     # thirty minutes of one core

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
from llmai_edu.training import Trainer, cosine
from llmai_edu.training.fim import SPECIAL, FimBatches, fim_loss
from llmai_edu.training.parameter_groups import adamw

VOCAB, CONTEXT, ROWS, RATE, SHARE, SEED = 4096, 256, 16, 2.5e-3, 0.6, 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=1800, help="processor time of the training steps")
    parser.add_argument("--rate", type=float, default=RATE)
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
        name: [next(batches) for _ in range(6)]
        for name, share in (("holes", 1.0), ("left to right", 0.0))
        for batches in [FimBatches(held_out, tokenizer, 16, CONTEXT, share=share, rng=np.random.default_rng(1))]
    }
    log = []

    def evaluate(model: nn.Module) -> float:
        values = {name: float(np.mean([fim_loss(model, batch).item() for batch in kept])) for name, kept in looks.items()}
        log.append({"step": trainer.history.steps, "seconds": round(trainer.history.seconds[-1], 1)})
        log[-1] |= {name: round(value, 4) for name, value in values.items()}
        log[-1]["loss"] = round(trainer.history.mean_loss(100), 4)
        print(log[-1], flush=True)
        if len(log) % 4 == 0:
            save_gpt2(model.half(), arguments.folder)
            model.float()
        return values["holes"]

    batches = FimBatches(texts, tokenizer, ROWS, CONTEXT, share=SHARE, rng=np.random.default_rng(SEED))
    trainer = Trainer(
        model,
        fim_loss,
        batches,
        adamw(model, arguments.rate),
        clip=1.0,
        schedule=cosine,
        evaluate=evaluate,
        evaluate_every=100,
        progress=False,
        clock=time.process_time,
    )
    trainer.run(seconds=arguments.seconds)
    save_gpt2(model.half(), arguments.folder)
    about = {
        "seed": SEED,
        "machine": machine(),
        "modules": len(train),
        "characters": characters,
        "tokens": tokens,
        "tokens_drawn": trainer.history.units[-1],
        "settings": {"rows": ROWS, "context": CONTEXT, "rate": arguments.rate, "holes": SHARE, "vocabulary": VOCAB},
        "log": log,
    }
    (arguments.folder / "log.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    for path in sorted(arguments.folder.iterdir()):
        print(f'    "course_code/{path.name}": "{hashlib.sha256(path.read_bytes()).hexdigest()}",', path.stat().st_size)


if __name__ == "__main__":
    main()
