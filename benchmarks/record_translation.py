"""Train the translators of lesson 26, and record what they are worth.

    python -m benchmarks.record_translation codec main stream emoji names --run FOLDER    # about 40 core-minutes

`codec` learns the byte-pair encoding of all three kinds of text. `main` trains one model for French and Chinese; each
text with placeholders is seen twice, with slots and without. Its embeddings begin as vectors that were counted from
the training pairs. `stream` trains it on with beginnings of texts as well. `emoji` trains the same shape on lesson
09's names alone, `names` trains the translator on with them. Interrupted, a stage goes on from its checkpoint.
Weights go to llmai_edu/pretrained/translator, logs to FOLDER; `record_translation_tests` then translates the tests.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from llmai_edu import pretrained
from llmai_edu.apps.slots import fill_slots, put_slots
from llmai_edu.apps.translation_codec import TranslationCodec, train_codec
from llmai_edu.apps.translation_corpus import TARGETS, Example, load_examples
from llmai_edu.device import seed_everything
from llmai_edu.embeddings.pair_vectors import pair_vectors
from llmai_edu.models.t5 import T5, T5Config
from llmai_edu.models.t5_sinusoids import SinusoidT5
from llmai_edu.tokenizers.bpe import BPETokenizer
from llmai_edu.training.group_rates import GroupRateAdamW, faster
from llmai_edu.training.label_smoothing import SmoothedTextToTextLoss
from llmai_edu.training.lengths import LengthBatches
from llmai_edu.training.schedules import warmup_stable_decay
from llmai_edu.training.trainer import Trainer

FOLDER = Path(pretrained.__file__).parent / "translator"
RECIPE = {
    "vocab_size": 4096,
    "d_model": 128,
    "d_kv": 32,
    "d_ff": 384,
    "num_layers": 2,
    "num_decoder_layers": 2,
    "num_heads": 4,
    "dropout_rate": 0.0,
    "label_smoothing": 0.1,
    "batch_size": 64,
    "lr": 0.003,
    "weight_decay": 0.01,
    "clip": 1.0,
    "emoji_times": 3,
    "embedding_rate_times": 10,
    "decay": 0.5,
    "steps": 9000,
    "stream_steps": 400,
    "stream_lr": 0.0003,
    "emoji_vocab_size": 2048,
    "emoji_steps": 300,
    "names_steps": 300,
    "names_lr": 0.001,
    "seed": 0,
}


def new_model(codec: TranslationCodec, dropout: float) -> T5:
    """An untrained model of the recipe."""
    shape = {
        name: RECIPE[name] for name in ("d_model", "d_kv", "d_ff", "num_layers", "num_decoder_layers", "num_heads")
    }
    ids = {"pad_token_id": codec.pad, "eos_token_id": codec.end, "decoder_start_token_id": codec.pad}
    config = T5Config(vocab_size=codec.tokenizer.vocab_size, dropout_rate=dropout, **shape, **ids)
    return SinusoidT5(config, generator=torch.Generator().manual_seed(RECIPE["seed"]))


def start_counted(model: T5, codec: TranslationCodec, data: tuple[torch.Tensor, torch.Tensor]) -> None:
    """Give the model embeddings that were counted from the training pairs."""
    pairs = ([t for t in [*s, *t] if t != codec.pad] for s, t in zip(*(part.tolist() for part in data)))
    vectors = pair_vectors(pairs, codec.tokenizer.vocab_size, RECIPE["d_model"], seed=RECIPE["seed"])
    with torch.no_grad():
        model.shared.weight.copy_(torch.from_numpy(vectors))


def padded(rows: list[list[int]], pad: int) -> torch.Tensor:
    """Rows of one length."""
    return torch.nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=pad)


def text_pairs(examples: tuple[Example, ...], *, plain: bool) -> list[tuple[str, str, str, str]]:
    """English, foreign, language, kind: all with slots.

    plain: those that have placeholders a second time without slots, and the names of emoji three times.
    """
    rows = []
    for example in examples:
        slotted = fill_slots(example.english)
        forms = [(slotted.text, put_slots(example.foreign, slotted.values))]
        if plain and slotted.values:
            forms.append((example.english, example.foreign))
        if plain and example.kind == "emoji":
            forms *= RECIPE["emoji_times"]
        rows += [(source, target, example.language, example.kind) for source, target in forms]
    return rows


def tensors(codec: TranslationCodec, rows: list[tuple[str, str, str, str]]) -> tuple[torch.Tensor, torch.Tensor]:
    """What is read (N, S) and what shall be written (N, T)."""
    sources = [codec.source_ids(source, language, kind=kind) for source, _, language, kind in rows]
    return padded(sources, codec.pad), padded([codec.target_ids(target) for _, target, _, _ in rows], codec.pad)


class PrefixBatches(Iterator):
    """Batches of which every second one is cut: a share of the source's words, and that share of what is written.

    A cut source has no end mark, and neither has a cut target.
    """

    def __init__(self, batches: LengthBatches, codec: TranslationCodec, seed: int) -> None:
        self.batches, self.codec, self.rng, self.turn = batches, codec, random.Random(seed), 0

    def __next__(self) -> tuple[torch.Tensor, torch.Tensor]:
        source, target = next(self.batches)
        self.turn += 1
        if self.turn % 2:
            return source, target
        cut = [self.cut(s, t) for s, t in zip(source.tolist(), target.tolist())]
        return tuple(padded([pair[i] for pair in cut], self.codec.pad) for i in range(2))

    def cut(self, source: list[int], target: list[int]) -> tuple[list[int], list[int]]:
        """A beginning of both; words of the source are kept whole."""
        source = source[: source.index(self.codec.end)]
        target = target[: target.index(self.codec.end)]
        first = next(i for i, token in enumerate(source) if token not in self.codec.controls)
        starts = [first]
        for i in range(first + 1, len(source)):
            if self.codec.tokenizer.tokens[source[i]].startswith(b" "):
                starts.append(i)
        ends = [*starts[1:], len(source)]
        heard = self.rng.randint(1, len(ends))
        share = heard / len(ends)
        return source[: ends[heard - 1]], target[: max(1, int(len(target) * share))]


def train(
    name: str,
    model: T5,
    codec: TranslationCodec,
    batches: Iterator,
    valid: tuple,
    run: Path,
    *,
    steps: int,
    lr: float,
) -> dict:
    """One run, with its log."""
    plain_loss, log = SmoothedTextToTextLoss(0.0), run / f"{name}.log"

    def valid_loss(model: T5) -> float:
        value = sum(plain_loss(model, part).item() for part in zip(*(t.split(128) for t in valid))) / -(
            -len(valid[0]) // 128
        )
        with log.open("a") as file:
            print(
                time.strftime("%H:%M:%S"),
                trainer.history.steps,
                f"{trainer.history.mean_loss(100):.3f}",
                f"{value:.3f}",
                file=file,
            )
        return value

    trainer = Trainer(
        model,
        SmoothedTextToTextLoss(RECIPE["label_smoothing"], half=True),
        batches,
        GroupRateAdamW(
            faster(model, "shared.weight", RECIPE["embedding_rate_times"]),
            lr,
            betas=(0.9, 0.95),
            weight_decay=RECIPE["weight_decay"],
        ),
        clip=RECIPE["clip"],
        schedule=partial(warmup_stable_decay, decay=RECIPE["decay"]),
        evaluate=valid_loss,
        evaluate_every=500,
        checkpoint=run / f"{name}.ckpt",
        checkpoint_every=250,
        progress=False,
        clock=time.process_time,
    )
    if (run / f"{name}.ckpt").exists():
        trainer.load(run / f"{name}.ckpt")
    history = trainer.run(steps=steps)
    record = {
        "name": name,
        "seed": RECIPE["seed"],
        "steps": history.steps,
        "parameters": sum(p.numel() for p in model.parameters()),
        "cpu_seconds": round(history.seconds[-1], 1),
        "loss": [round(float(x), 4) for x in history.curve(max(1, history.steps // 60))[1]],
        "valid": [[e.step, round(e.value, 4)] for e in history.evaluations],
    }
    (run / f"{name}.json").write_text(json.dumps(record))
    return record


def save_weights(model: T5, path: Path) -> None:
    """In 16 bits."""
    save_file({key: value.half().contiguous() for key, value in model.state_dict().items()}, path)


def stage_codec(run: Path) -> None:
    """Learn the byte-pair encoding."""
    rows = text_pairs(load_examples().train, plain=False)
    codec = train_codec([text for source, target, _, _ in rows for text in (source, target)], RECIPE["vocab_size"])
    codec.tokenizer.save(FOLDER / "tokenizer.json")


def prepared() -> tuple[TranslationCodec, tuple, tuple]:
    """The codec, and the tensors to train and to validate on."""
    codec, split = TranslationCodec(BPETokenizer.load(FOLDER / "tokenizer.json")), load_examples()
    valid = tensors(codec, text_pairs(split.valid, plain=False)[::12])
    return codec, tensors(codec, text_pairs(split.train, plain=True)), valid


def length_batches(codec: TranslationCodec, data: tuple) -> LengthBatches:
    """Batches by the length of both texts."""
    lengths = sum((part != codec.pad).sum(1) for part in data)
    generator = torch.Generator().manual_seed(RECIPE["seed"])
    return LengthBatches(data, lengths, RECIPE["batch_size"], generator=generator)


def load_weights(model: T5, path: Path) -> T5:
    """Weights that `save_weights` wrote."""
    model.load_state_dict({key: value.float() for key, value in load_file(path).items()})
    return model


def stage_main(run: Path) -> None:
    """The translator."""
    codec, data, valid = prepared()
    seed_everything(RECIPE["seed"])
    model = new_model(codec, RECIPE["dropout_rate"])
    start_counted(model, codec, data)
    given = {"steps": RECIPE["steps"], "lr": RECIPE["lr"]}
    train("main", model, codec, length_batches(codec, data), valid, run, **given)
    save_weights(model, FOLDER / "model.safetensors")
    config = {**model.config.__dict__, "model_type": "t5"}
    (FOLDER / "config.json").write_text(json.dumps(config, indent=1) + "\n")


def stage_stream(run: Path) -> None:
    """The translator, trained on with beginnings; and, to compare, the same number of steps with whole texts."""
    codec, data, valid = prepared()
    for name in ("stream", "whole"):
        seed_everything(RECIPE["seed"])
        model = load_weights(new_model(codec, RECIPE["dropout_rate"]), FOLDER / "model.safetensors")
        batches = length_batches(codec, data)
        if name == "stream":
            batches = PrefixBatches(batches, codec, RECIPE["seed"])
        train(name, model, codec, batches, valid, run, steps=RECIPE["stream_steps"], lr=RECIPE["stream_lr"])
        save_weights(model, run / f"{name}.safetensors")


def names_of(codec: TranslationCodec, languages: tuple[str, ...]) -> list:
    """The names of lesson 09, to train on and to validate on."""
    split = load_examples(languages, ["emoji"])
    return [tensors(codec, text_pairs(part, plain=False)) for part in (split.train, split.valid)]


def stage_emoji(run: Path) -> None:
    """The same shape and loss on the names of lesson 09 alone, one model for each language."""
    for language in TARGETS:
        rows = text_pairs(load_examples([language], ["emoji"]).train, plain=False)
        codec = train_codec([text for row in rows for text in row[:2]], RECIPE["emoji_vocab_size"])
        data, valid = names_of(codec, (language,))
        seed_everything(RECIPE["seed"])
        model, name = new_model(codec, RECIPE["dropout_rate"]), f"emoji_{language}"
        start_counted(model, codec, data)
        given = {"steps": RECIPE["emoji_steps"], "lr": RECIPE["lr"]}
        train(name, model, codec, length_batches(codec, data), valid, run, **given)
        codec.tokenizer.save(run / f"{name}.tokenizer.json")
        save_weights(model, run / f"{name}.safetensors")


def stage_names(run: Path) -> None:
    """The translator, trained on with the names of lesson 09 alone, both languages together."""
    codec = TranslationCodec(BPETokenizer.load(FOLDER / "tokenizer.json"))
    data, valid = names_of(codec, TARGETS)
    seed_everything(RECIPE["seed"])
    model = load_weights(new_model(codec, RECIPE["dropout_rate"]), FOLDER / "model.safetensors")
    given = {"steps": RECIPE["names_steps"], "lr": RECIPE["names_lr"]}
    train("names", model, codec, length_batches(codec, data), valid, run, **given)
    save_weights(model, run / "names.safetensors")


def main() -> None:
    """Run the stages that are named, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("stages", nargs="+", choices=["codec", "main", "stream", "emoji", "names"])
    parser.add_argument("--run", type=Path, required=True, help="folder of checkpoints and logs")
    args = parser.parse_args()
    torch.set_num_threads(1)
    args.run.mkdir(parents=True, exist_ok=True)
    for stage in args.stages:
        globals()[f"stage_{stage}"](args.run)


if __name__ == "__main__":
    main()
