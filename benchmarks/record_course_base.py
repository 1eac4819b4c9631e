"""Measure the course's base model, write it into the package, and record its rung of the ladder.

    llmai-edu pretrain course_base --folder FOLDER      # an hour and a half on two cores
    python -m benchmarks.record_course_base FOLDER
    llmai-edu pretrain course_large --compile --folder FOLDER       # on a GPU, four minutes
    python -m benchmarks.record_course_base FOLDER --recipe course_large --machine "one H200 GPU, shared"

Reads the last checkpoint of a finished run, or the folder `model` in it, where the weights of a run that ended on
another machine lie as `save_llama` wrote them. The weights are written in bfloat16, and everything is measured with
what was written, not with what was trained. At the end it prints the hashes for `llmai_edu/pretrained/course_base.py`
or `course_large.py`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import torch

import llmai_edu.pretrained
from llmai_edu.evaluation import Rung, ladder_text, record
from llmai_edu.evaluation.language_model import Score, score_documents
from llmai_edu.evaluation.sliding_context import SlidingContext
from llmai_edu.generation import generate
from llmai_edu.models.llama import Llama
from llmai_edu.pretrained.llama_hub import load_llama, save_llama
from llmai_edu.tokenizers import BPETokenizer
from llmai_edu.training.pretrain import END, build_run
from llmai_edu.training.recipe import Recipe, load_recipe
from llmai_edu.training.token_file import read_tokens

PLACE = Path(llmai_edu.pretrained.__file__).parent
PROMPTS = ("", "", "", "Mr. Speaker, ", "ROMEO", "- Hello! How are you today?\n- ", "def ")
TEMPERATURE, LENGTH = 0.8, 80

CARD = """\
# {name}

A Llama of {parameters:,} parameters that the course trained itself: {layers} layers, {width} channels, {heads} heads, a
byte-level BPE of {vocabulary:,} tokens, rows of {context} tokens. It is there to be looked at and to be fine-tuned. It
writes English that is locally right and means nothing.

## Training

`llmai-edu pretrain {recipe}`, seed {seed}: {steps:,} steps of {rows} rows, {tokens:,} tokens, {epochs:.2f} times
through the training text; AdamW, learning rate {rate:g} held and then let fall to 0 over the last {decay:.0%}, weight
decay {weight_decay:g}, products in bfloat16. On {machine}: {speed:,.0f} tokens a second (median of the segments of the
log, whose column of seconds also holds pauses), so about {minutes:.0f} minutes.

## Text

`data_card.md` of course-base counts it. What the course measures on was taken out before: the speeches of the
validation and test years, and every paragraph that also stands in them.

| source | licence |
|---|---|
| speeches (State of the Union) | public domain: works of the government of the United States |
| shakespeare | public domain |
| dialogue (chitchat-dataset 0.9.0) | MIT |
| code and reference (Python's standard library and language reference) | PSF License Version 2 |

The weights are under the MIT licence, as the code of the course.

## Measured

Bits per byte, the context sliding by half of its length; the interval is a 95 % bootstrap over paragraphs.

| text | bits per byte | interval |
|---|---|---|
| frozen test split of the speeches | {test:.4f} | {test_interval} |
| the address of 2026 | {fresh:.4f} | {fresh_interval} |

On held-out windows of each source, at the last step of the log: {sources}.

## Samples

The first three texts of seed 0 without a prompt, then the first for each of four prompts; temperature {temperature},
{length} tokens at most, none left out.

{samples}

## Limits

It has seen a few million words. It knows no facts, follows no instructions, counts nothing and copies names from its
sources, of which the older ones say things that nobody should say today. Do not use it to tell anybody anything.
"""


def measure(model: Llama, tokenizer: BPETokenizer, docs: tuple[str, ...], context: int) -> Score:
    """Bits per byte, with at least half of the context before each token."""
    reader = SlidingContext(model, context, context // 2)
    return score_documents(reader, tokenizer, docs, start=tokenizer.special_tokens[END], chunk=context // 2)


def samples(model: Llama, tokenizer: BPETokenizer) -> str:
    """What it writes, every text shown, as quoted blocks."""
    generator, end, blocks = torch.Generator().manual_seed(0), tokenizer.special_tokens[END], []
    for prompt in PROMPTS:
        ids = [end, *tokenizer.encode(prompt)]
        new = generate(model, ids, LENGTH, temperature=TEMPERATURE, generator=generator, stop_ids=(end,))
        blocks.append(f"~~~~text\n{prompt}{tokenizer.decode(list(new))}\n~~~~")
    return "\n\n".join(blocks)


def tokens_per_second(log: list[dict]) -> float:
    """The median over the log's segments: its seconds also hold the pauses of the run."""
    steps, seconds = np.diff([entry["tokens"] for entry in log]), np.diff([entry["seconds"] for entry in log])
    return float(np.median(steps / seconds))


def make_rung(
    model: Llama, recipe: Recipe, scores: dict[str, Score], minutes: float, epochs: float, machine: str
) -> Rung:
    """The model's place on the ladder."""
    value = {part: round(score.bits_per_byte, 4) for part, score in scores.items()}
    interval = {part: [round(x, 4) for x in score.interval(np.random.default_rng(0))] for part, score in scores.items()}
    return Rung(
        name=recipe.name.replace("_", "-"),
        lesson="16_pretraining",
        family="neural",
        test=value["test"],
        test_interval=interval["test"],
        test_bytes=int(scores["test"].sizes.sum()),
        fresh=value["fresh"],
        fresh_interval=interval["fresh"],
        size=sum(p.numel() for p in model.parameters()),
        size_unit="parameters",
        budget=f"{minutes:.0f} {machine}; {recipe.tokens:,} tokens of five sources, "
        f"{epochs:.1f} times through the text",
        recipe=f"llmai-edu pretrain {recipe.name}, then benchmarks/record_course_base.py; weights in bfloat16; one "
        "tokenization a text, so an upper bound",
        seed=recipe.seed,
        recorded=date.today().isoformat(),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="of the finished run")
    parser.add_argument("--recipe", default="course_base")
    parser.add_argument("--machine", default="one core of a processor without an accelerator")
    arguments = parser.parse_args()
    folder, recipe, target = arguments.folder, load_recipe(arguments.recipe), PLACE / arguments.recipe
    tokenizer = BPETokenizer.load(folder / "tokenizer.json")
    if (folder / "model").is_dir():
        trained = load_llama(folder / "model")
    else:
        run = build_run(recipe, folder, tokenizer, device="cpu", report=None)
        if (step := run.resume()) != recipe.steps:
            raise SystemExit(f"the run in {folder} is at step {step:,} of {recipe.steps:,}: let it end first")
        trained = run.model
    save_llama(trained, target, torch.bfloat16)
    shutil.copyfile(folder / "log.jsonl", target / "log.jsonl")
    if arguments.recipe == "course_base":  # the others have its tokenizer and its text
        for name in ("tokenizer.json", "data_card.md"):
            shutil.copyfile(folder / name, target / name)
    model, text = load_llama(target), ladder_text()
    parts = {"test": text.test_docs, "fresh": text.fresh_docs}
    scores = {part: measure(model, tokenizer, docs, recipe.context) for part, docs in parts.items()}
    log = [json.loads(line) for line in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    speed = tokens_per_second(log)
    minutes, epochs = recipe.tokens / speed / 60, recipe.tokens / len(read_tokens(folder / "train.npy"))
    unit = "core-minutes of training" if arguments.recipe == "course_base" else f"minutes of {arguments.machine}"
    rung = make_rung(model, recipe, scores, minutes, epochs, unit)
    shape = model.config
    card = CARD.format(
        name=rung.name,
        recipe=recipe.name,
        machine=arguments.machine,
        weight_decay=recipe.weight_decay,
        parameters=rung.size,
        layers=shape.num_hidden_layers,
        width=shape.hidden_size,
        heads=shape.num_attention_heads,
        vocabulary=shape.vocab_size,
        context=recipe.context,
        seed=recipe.seed,
        steps=recipe.steps,
        rows=recipe.batch_size,
        tokens=recipe.tokens,
        epochs=epochs,
        rate=recipe.learning_rate,
        decay=recipe.decay,
        speed=speed,
        minutes=minutes,
        test=rung.test,
        test_interval="{:.4f} to {:.4f}".format(*rung.test_interval),
        fresh=rung.fresh,
        fresh_interval="{:.4f} to {:.4f}".format(*rung.fresh_interval),
        sources=", ".join(f"{name} {bits:.3f}" for name, bits in log[-1]["bits_per_byte"].items()),
        temperature=TEMPERATURE,
        length=LENGTH,
        samples=samples(model, tokenizer),
    )
    (target / "model_card.md").write_text(card, encoding="utf-8")
    record(rung)
    print(rung)
    for path in sorted(target.iterdir()):
        print(f'    "{target.name}/{path.name}": "{hashlib.sha256(path.read_bytes()).hexdigest()}",')


if __name__ == "__main__":
    main()
