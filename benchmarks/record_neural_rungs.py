"""Train the MLP, the RNN, the LSTM and the GPT for a stated time on the ladder's training text, and record their rungs.

    python -m benchmarks.record_neural_rungs          # thirty minutes on one core each, more than two hours in all
    python -m benchmarks.record_neural_rungs --models lstm --seconds 60 --threads 1 --dry-run

All read the same byte-level BPE of 4,096 tokens, learned on the training text: in the same time a model over bytes
reads less of the text, and has a longer way back (after one core-minute the LSTM needed 1.65 bits per byte over
tokens, 2.40 over bytes). The time is processor time over the number of threads, so a busy machine does not spoil it,
and that of the training steps alone: encoding and evaluation are not counted. The weights with the best validation
figure are measured. The GPT has no state: it is trained on windows at random places, and measured with a context that
slides by half of its length; its products are computed in bfloat16 (autocast), which brings half as many tokens again
into the same time, and those of the others in float32. Curves go to benchmarks/results/neural_<model>.json, the rungs
to the package's ladder.json; with --weights, the weights in half precision and the tokenizer to a folder.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from datetime import date
from pathlib import Path

import numpy as np
import torch
from torch import nn

from benchmarks.common import save_result
from llmai_edu.device import seed_everything
from llmai_edu.evaluation import LadderText, Rung, ladder_text, record
from llmai_edu.evaluation.language_model import Score, score_documents
from llmai_edu.evaluation.sliding_context import SlidingContext
from llmai_edu.models.gpt import GPT, GPTConfig
from llmai_edu.models.lstm import open_forget_gate
from llmai_edu.models.mlp_lm import MLPLM
from llmai_edu.models.recurrent_lm import RecurrentLM
from llmai_edu.tokenizers import BPETokenizer, train_bpe
from llmai_edu.training import AdamW, EarlyStopping, History, NextTokenLoss, StreamBatches, Trainer, cosine, save_state
from llmai_edu.training.windows import WindowBatches, window_loss

SEPARATOR, VOCAB = "<|endoftext|>", 4096
#: name on the chart, lesson, learning rate, streams (B) and steps of a batch (T)
RUNGS = {
    "mlp": ("MLP (Bengio 2003)", "05_mlp", 4e-3, 32, 32),
    "rnn": ("RNN (Elman)", "07_rnn", 2.5e-3, 32, 32),
    "lstm": ("LSTM", "08_lstm", 5e-3, 32, 32),
    "gpt": ("GPT", "12_gpt", 2e-3, 8, 128),
}


def build(model: str, start: int, generator: torch.Generator) -> nn.Module:
    """Make a model with random weights; RNN and LSTM differ in the layer alone."""
    if model == "mlp":
        sizes = {"context": 8, "channels": 96, "hidden": 384}
        return MLPLM(VOCAB, **sizes, dropout=0.1, start=start, generator=generator)
    if model == "gpt":
        sizes = {"n_embd": 256, "n_layer": 3, "n_head": 8}
        gpt = GPT(GPTConfig(VOCAB, RUNGS[model][4], **sizes, dropout=0.1), generator=generator)
        nn.init.normal_(gpt.wte.weight, std=256**-0.5, generator=generator)  # as RecurrentLM; 0.02 learned more slowly
        return gpt
    layer = {"rnn": nn.RNN, "lstm": nn.LSTM}[model](256, 512, batch_first=True)
    network = RecurrentLM(VOCAB, layer, dropout=0.2, generator=generator)
    if model == "lstm":
        open_forget_gate(network.recurrent)
    return network


def token_stream(tokenizer: BPETokenizer, docs: tuple[str, ...]) -> torch.Tensor:
    """Every document after a separator, one after another."""
    start = tokenizer.special_tokens[SEPARATOR]
    return torch.tensor([i for doc in docs for i in (start, *tokenizer.encode(doc))], dtype=torch.int16)


def measure(network: nn.Module, tokenizer: BPETokenizer, docs: tuple[str, ...], start: int) -> Score:
    """Bits per byte; a model with a context reads on by half of it."""
    if not isinstance(network, GPT):
        return score_documents(network, tokenizer, docs, start=start)
    context = network.config.n_positions
    reader = SlidingContext(network, context, context // 2)
    return score_documents(reader, tokenizer, docs, start=start, chunk=context // 2)


def bf16_window_loss(network: nn.Module, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    """The loss of the GPT, its products in bfloat16."""
    with torch.autocast("cpu", torch.bfloat16):
        return window_loss(network, batch)


def decay_groups(network: nn.Module) -> list[dict]:
    """Weight decay on matrices alone."""
    parts = {0.1: [p for p in network.parameters() if p.ndim > 1], 0.0: [p for p in network.parameters() if p.ndim < 2]}
    return [{"params": params, "weight_decay": decay} for decay, params in parts.items()]


def train(model: str, text: LadderText, tokenizer: BPETokenizer, args: argparse.Namespace) -> Trainer:
    """Train one model until its time is over."""
    generator = seed_everything(args.seed)
    start, (_, _, lr, streams, steps) = tokenizer.special_tokens[SEPARATOR], RUNGS[model]
    network, ids = build(model, start, generator), token_stream(tokenizer, text.train_docs)
    if model == "gpt":
        loss, batches = bf16_window_loss, WindowBatches(ids, streams, steps, generator=generator)
        optimizer = torch.optim.AdamW(decay_groups(network), args.lr or lr, betas=(0.9, 0.95), fused=True)
    else:
        loss, batches = NextTokenLoss(), StreamBatches(ids, streams, steps)
        optimizer = AdamW(network.parameters(), args.lr or lr, weight_decay=0.01)
    trainer = Trainer(
        network,
        loss,
        batches,
        optimizer,
        clip=1.0,
        schedule=cosine,
        evaluate=lambda network: measure(network, tokenizer, text.valid_docs, start).bits_per_byte,
        evaluate_every=args.evaluate_every,
        stopping=EarlyStopping(patience=4),
        clock=lambda: time.process_time() / args.threads,
    )
    trainer.run(seconds=args.seconds)
    return trainer


def rung(model: str, trainer: Trainer, scores: dict[str, Score], args: argparse.Namespace) -> Rung:
    """Turn a trained model into its rung."""
    name, lesson, lr, streams, steps = RUNGS[model]
    history: History = trainer.history
    values = {part: round(score.bits_per_byte, 4) for part, score in scores.items()}
    interval = {part: [round(x, 4) for x in score.interval(np.random.default_rng(0))] for part, score in scores.items()}
    return Rung(
        name=name,
        lesson=lesson,
        family="neural",
        test=values["test"],
        test_interval=interval["test"],
        test_bytes=int(scores["test"].sizes.sum()),
        fresh=values["fresh"],
        fresh_interval=interval["fresh"],
        size=sum(p.numel() for p in trainer.model.parameters()),
        size_unit="parameters",
        budget=f"{history.seconds[-1] * args.threads / 60:.0f} core-minutes of training; {history.units[-1]:,} tokens, "
        f"{trainer.batches.epochs:.1f} times through the text",
        recipe=f"benchmarks/record_neural_rungs.py --models {model} --seconds {args.seconds} --threads {args.threads}; "
        f"BPE of {VOCAB:,} tokens, batches of {streams} x {steps}, AdamW, learning rate {args.lr or lr:g}"
        f"{', products in bfloat16' if model == 'gpt' else ''}; one "
        "tokenization a text, so an upper bound",
        seed=args.seed,
        recorded=date.today().isoformat(),
    )


def curves(history: History, points: int = 200) -> dict:
    """The history, thinned out for a picture."""
    steps, loss = history.curve(points)
    at = [int(step) - 1 for step in steps]
    return {
        "columns": ["step", "tokens", "seconds", "mean loss in nats a token since the row before"],
        "rows": [[i + 1, history.units[i], round(history.seconds[i], 1), round(float(x), 4)] for i, x in zip(at, loss)],
        "evaluation_columns": ["step", "tokens", "seconds", "bits per byte on the validation text"],
        "evaluations": [[e.step, e.units, round(e.seconds, 1), round(e.value, 4)] for e in history.evaluations],
    }


def save_weights(model: str, trainer: Trainer, folder: Path) -> dict[str, str | int]:
    """Write the weights in half precision, for a lesson to load; return the file's name, size and sha256."""
    path = folder / f"neural_{model}.safetensors"
    save_state({name: tensor.half() for name, tensor in trainer.model.state_dict().items()}, path)
    data = path.read_bytes()
    return {"file": path.name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def record_model(model: str, text: LadderText, tokenizer: BPETokenizer, args: argparse.Namespace) -> None:
    """Train, measure, print, and record unless it is a rehearsal."""
    trainer = train(model, text, tokenizer, args)
    start, history = tokenizer.special_tokens[SEPARATOR], trainer.history
    parts = {"test": text.test_docs, "fresh": text.fresh_docs}
    scores = {part: measure(trainer.model, tokenizer, docs, start) for part, docs in parts.items()}
    found = rung(model, trainer, scores, args)
    speed = history.units[-1] / history.seconds[-1]
    print(f"{model}: test {found.test} {found.test_interval}, fresh {found.fresh}, valid {trainer.stopping.best:.4f}")
    print(f"    {found.size:,} parameters, {speed:,.0f} tokens/s, {found.budget}", flush=True)
    weights = {"weights": save_weights(model, trainer, args.weights)} if args.weights else {}
    if not args.dry_run:
        record(found)
        save_result(f"neural_{model}", {"recipe": found.recipe, "budget": found.budget, **curves(history), **weights})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", choices=RUNGS, default=list(RUNGS))
    parser.add_argument("--seconds", type=float, default=1800, help="of training steps, for each model")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--lr", type=float, help="another learning rate than the one chosen for the model")
    parser.add_argument("--evaluate-every", type=int, default=1500, help="steps between looks at the validation text")
    parser.add_argument("--weights", type=Path, help="a folder for the weights in half precision and the tokenizer")
    parser.add_argument("--dry-run", action="store_true", help="print only, record nothing")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    text = ladder_text()
    tokenizer = train_bpe(text.train, VOCAB, special_tokens=[SEPARATOR])
    if args.weights:
        args.weights.mkdir(parents=True, exist_ok=True)
        tokenizer.save(args.weights / "neural_tokenizer.json")
    for model in args.models:
        record_model(model, text, tokenizer, args)


if __name__ == "__main__":
    main()
