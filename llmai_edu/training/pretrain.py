"""`llmai-edu pretrain`: from a recipe to a trained model, through a folder that a killed run is taken up from.

The folder holds what is made on the way: `tokenizer.json`, `train.npy` and one `valid_SOURCE.npy` for each source,
`data_card.md`, checkpoints under `checkpoints/`, `log.jsonl`, a line for each evaluation, and
TensorBoard's curves under `board/` where it is installed.
"""

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from llmai_edu.device import pick_device
from llmai_edu.evaluation import ladder_text
from llmai_edu.models.llama import Llama
from llmai_edu.tokenizers import BPETokenizer, train_bpe
from llmai_edu.training.board import Board
from llmai_edu.training.checkpoint_folder import CheckpointFolder
from llmai_edu.training.corpus import collect, corpus_card, prepare, split_sources
from llmai_edu.training.parameter_groups import adamw
from llmai_edu.training.pretraining import Pretraining
from llmai_edu.training.recipe import Recipe
from llmai_edu.training.schedules import warmup_stable_decay
from llmai_edu.training.token_file import PackedBatches, read_tokens, write_tokens
from llmai_edu.training.windows import window_loss

__all__ = ["END", "build_run", "pretrain", "source_bits", "write_corpus"]

END = "<|endoftext|>"
SHOWN_WINDOWS = 24  # windows of each source that an evaluation reads


def write_corpus(recipe: Recipe, folder: Path, report: Callable[[str], None] = print) -> BPETokenizer:
    """Prepare the corpus, learn the tokenizer, and write all tokens; return the tokenizer.

    What is there already stays: the last file written is `train.npy`, so where it stands all the others do, too.
    """
    if (folder / "train.npy").is_file():
        return BPETokenizer.load(folder / "tokenizer.json")
    folder.mkdir(parents=True, exist_ok=True)
    report("collecting and cleaning the corpus: about a minute")
    text = ladder_text()
    docs, steps = prepare(collect(), "\n".join([text.valid, text.test, text.fresh]))
    train, valid = split_sources(docs)
    report("learning the tokenizer")
    tokenizer = train_bpe([doc.text for doc in train], recipe.vocab_size, special_tokens=[END])
    tokenizer.save(folder / "tokenizer.json")
    (folder / "data_card.md").write_text(corpus_card(steps) + "\n", encoding="utf-8")
    end, sizes = tokenizer.special_tokens[END], {}
    for source in sorted({doc.source for doc in valid}):
        texts = [doc.text for doc in valid if doc.source == source]
        encoded = [tokenizer.encode(text) for text in texts]
        count = write_tokens(folder / f"valid_{source}.npy", encoded, vocab_size=tokenizer.vocab_size, end=end)
        sizes[source] = sum(len(text.encode()) for text in texts) / count
    (folder / "bytes_per_token.json").write_text(json.dumps(sizes), encoding="utf-8")
    repeated = [doc for doc in train for _ in range(recipe.repeat.get(doc.source, 1))]
    ids = (tokenizer.encode(doc.text) for doc in repeated)
    count = write_tokens(folder / "train.npy", ids, vocab_size=tokenizer.vocab_size, end=end)
    report(f"{count:,} tokens of training text, a vocabulary of {tokenizer.vocab_size:,}")
    return tokenizer


def source_bits(model: nn.Module, folder: Path, context: int, windows: int = SHOWN_WINDOWS) -> dict[str, float]:
    """Bits per byte on held-out windows of each source, spread evenly over its text."""
    device = next(model.parameters()).device
    bits = {}
    for source, bytes_per_token in json.loads((folder / "bytes_per_token.json").read_text(encoding="utf-8")).items():
        ids = read_tokens(folder / f"valid_{source}.npy")
        steps = min(context, len(ids) - 1)
        starts = np.linspace(0, len(ids) - 1 - steps, min(windows, (len(ids) - 1) // steps)).astype(int)
        batch = torch.from_numpy(ids[starts[:, None] + np.arange(steps + 1)].astype(np.int64)).to(device)
        with torch.no_grad():
            nats = F.cross_entropy(model(batch[:, :-1]).flatten(0, 1).float(), batch[:, 1:].flatten()).item()
        bits[source] = nats / math.log(2) / bytes_per_token
    return bits


def build_run(
    recipe: Recipe,
    folder: Path,
    tokenizer: BPETokenizer,
    *,
    device: torch.device | str | None = None,
    autocast: torch.dtype | None = torch.bfloat16,
    compile: bool = False,
    report: Callable[[str], None] | None = print,
    **options: Any,
) -> Pretraining:
    """The model, its data and its optimizer as the recipe says, ready for `resume` and `run`.

    compile: let torch.compile fuse the model and its loss. The logits are the largest tensor of a small model, so
    fusing the model alone would leave most of the gain behind.
    """
    device = pick_device(str(device) if device else None)
    generator = torch.Generator().manual_seed(recipe.seed)
    model = Llama(recipe.llama(tokenizer.vocab_size), generator=generator).to(device)
    batches = PackedBatches(
        read_tokens(folder / "train.npy"), recipe.batch_size, recipe.context, seed=recipe.seed, device=device
    )

    def evaluate(model: nn.Module) -> float:
        bits = source_bits(model, folder, recipe.context)
        history = run.history
        entry = {"step": history.steps, "tokens": int(history.units[-1]), "seconds": round(history.seconds[-1], 1)}
        entry |= {"loss": round(history.mean_loss(), 4), "rate": history.lr[-1]}
        entry["bits_per_byte"] = {source: round(value, 4) for source, value in bits.items()}
        with (folder / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
        board.write(history, bits)
        return sum(bits.values()) / len(bits)

    board = Board(folder / "board")
    run = Pretraining(
        model,
        torch.compile(window_loss) if compile else window_loss,
        batches,
        adamw(model, recipe.learning_rate, weight_decay=recipe.weight_decay),
        autocast=autocast,
        folder=CheckpointFolder(folder / "checkpoints"),
        report=report,
        clip=recipe.clip,
        schedule=lambda done: warmup_stable_decay(done, recipe.warmup, recipe.decay),
        evaluate=evaluate,
        evaluate_every=recipe.evaluate_every,
        checkpoint_every=recipe.checkpoint_every,
        **options,
    )
    return run


def pretrain(recipe: Recipe, folder: str | Path, **options: Any) -> Pretraining:
    """Carry out a recipe in a folder, from where it stands: at the start, or at the newest good checkpoint.

    options: as for `build_run`. Raises ValueError when the folder holds a run of another recipe.
    """
    folder = Path(folder)
    check_same(recipe, folder)
    tokenizer = write_corpus(recipe, folder)
    run = build_run(recipe, folder, tokenizer, **options)
    if step := run.resume():
        print(f"taken up at step {step:,} of {recipe.steps:,}")
    began = time.time()
    run.run(steps=recipe.steps)
    print(f"done: {recipe.steps:,} steps, {time.time() - began:,.0f} seconds in this session")
    return run


def check_same(recipe: Recipe, folder: Path) -> None:
    """Refuse a folder in which another recipe was begun; a longer run of the same one goes on."""
    path, ours = folder / "recipe.json", asdict(recipe)
    if path.is_file():
        theirs = json.loads(path.read_text(encoding="utf-8"))
        free = {"steps", "evaluate_every", "checkpoint_every"}
        if wrong := [name for name in ours if name not in free and ours[name] != theirs.get(name)]:
            raise ValueError(f"{folder} holds a run with another {', '.join(wrong)}: choose another folder")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(ours, indent=1) + "\n", encoding="utf-8")
