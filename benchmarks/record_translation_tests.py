"""Translate the test texts of lesson 26 with the recorded translators, and write down what came out.

    python -m benchmarks.record_translation_tests --run FOLDER [part ...]

Parts: `beams`, `reads`, `trials` and `valid` (on validation texts), `tests`, `asked`, `plain`, `glossary`, `emoji`,
`live`. Each is kept in FOLDER when it is done, so an interrupted recording goes on. All of them together go to
llmai_edu/training/recorded/translation.json.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import torch

from benchmarks.common import machine
from benchmarks.record_translation import (
    FOLDER,
    RECIPE,
    length_batches,
    load_weights,
    new_model,
    prepared,
    start_counted,
    train,
)
from llmai_edu import training
from llmai_edu.apps.glossary import terms_in
from llmai_edu.apps.retranslate import beginnings, normalized_erasure
from llmai_edu.apps.slots import placeholders
from llmai_edu.apps.translation import Translator
from llmai_edu.apps.translation_codec import TranslationCodec
from llmai_edu.apps.translation_corpus import KINDS, TARGETS, load_examples, one_each
from llmai_edu.apps.wait_k import wait_k_translate
from llmai_edu.device import seed_everything
from llmai_edu.evaluation.translation import compare_translations, score_translations
from llmai_edu.models.t5 import T5
from llmai_edu.pretrained.translator import load_translator
from llmai_edu.tokenizers.bpe import BPETokenizer
from llmai_edu.training.label_smoothing import SmoothedTextToTextLoss

OUT = Path(training.__file__).parent / "recorded" / "translation.json"
SETTINGS = ((1, 1.0), (2, 1.0), (4, 0.0), (4, 0.6), (4, 1.0), (4, 1.4))
DELAYS = (1, 3, 5, 7, math.inf)
LIVE = 200  # texts, of at least LIVE_WORDS words
LIVE_WORDS = 5
# Written down before any of its terms was looked for in a translation.
GLOSSARY = {
    "device": "appareil",
    "devices": "appareils",
    "entity": "entité",
    "sensor": "capteur",
    "light": "éclairage",
    "password": "mot de passe",
    "username": "nom d'utilisateur",
    "battery": "batterie",
    "temperature": "température",
    "humidity": "humidité",
    "account": "compte",
    "server": "serveur",
    "host": "hôte",
    "camera": "caméra",
    "alarm": "alarme",
    "switch": "interrupteur",
    "file": "fichier",
    "settings": "réglages",
}


def part_beams(run: Path) -> dict:
    """Beams and length penalty, on every third validation text of the home strings."""
    rows = []
    for language in TARGETS:
        translator = Translator.load(language)
        chosen = one_each(load_examples([language]).valid, language, "home")[:: 3 if language == "fr" else 7]
        references, greedy = [one.foreign for one in chosen], None
        for beams, penalty in SETTINGS:
            start = time.process_time()
            texts = translator.translate([one.english for one in chosen], beams=beams, length_penalty=penalty)
            seconds = time.process_time() - start
            greedy = greedy or texts
            given = {"language": language, "rng": np.random.default_rng(0), "resamples": 500}
            score = score_translations(texts, references, **given)["chrf"]
            gain = compare_translations(texts, greedy, references, **given)["chrf"]
            row = {"language": language, "beams": beams, "penalty": penalty, "texts": len(texts)}
            row |= {"seconds": round(seconds, 1), "chrf": [score.value, score.low, score.high]}
            rows.append({**row, "gain": [gain.value, gain.low, gain.high]})
            print(rows[-1], flush=True)
    return {"rows": rows}


def part_tests(run: Path) -> dict:
    """All test texts, four beams."""
    out = {}
    for language in TARGETS:
        translator, test = Translator.load(language), load_examples([language]).test
        for kind in KINDS:
            chosen = [one.english for one in one_each(test, language, kind)]
            answers = translator.scored(chosen, kind=kind)
            out[f"{language} {kind}"] = {
                "texts": [text for text, _ in answers],
                "scores": [round(score, 4) for _, score in answers],
            }
            print(language, kind, len(chosen), flush=True)
    return out


def part_valid(run: Path) -> dict:
    """Validation texts of programs, four beams: to choose when the look-up is to be trusted."""
    out = {}
    for language in TARGETS:
        translator, valid = Translator.load(language), load_examples([language]).valid
        for kind in ("home", "jupyter"):
            chosen = [one.english for one in one_each(valid, language, kind)]
            out[f"{language} {kind}"] = translator.translate(chosen)
            print(language, kind, len(chosen), flush=True)
    return out


def with_placeholders(**how: bool) -> dict:
    """Test texts that have placeholders, translated in the way that `how` says."""
    out = {}
    for language in TARGETS:
        translator, test = Translator.load(language), load_examples([language]).test
        for kind in ("home", "jupyter"):
            chosen = [one.english for one in one_each(test, language, kind) if placeholders(one.english)]
            out[f"{language} {kind}"] = translator.translate(chosen, **how)
    return out


def part_asked(run: Path) -> dict:
    """Read with slots that the model may lose."""
    return with_placeholders(hold=False)


def part_plain(run: Path) -> dict:
    """Read as plain letters."""
    return with_placeholders(slots=False)


def part_glossary(run: Path) -> dict:
    """French test texts that have a term of the glossary, with the glossary."""
    chosen = [one.english for one in one_each(load_examples(["fr"]).test, "fr", "home")]
    chosen = [text for text in chosen if terms_in(text, GLOSSARY)]
    return {
        "glossary": GLOSSARY,
        "english": chosen,
        "texts": Translator.load("fr").translate(chosen, glossary=GLOSSARY),
    }


def part_emoji(run: Path) -> dict:
    """The test names of lesson 09: by models that saw only names, and by the translator after more training on them."""
    out: dict[str, dict] = {"names only": {}, "tuned": {}}
    for language in TARGETS:
        chosen = [one.english for one in one_each(load_examples([language]).test, language, "emoji")]
        pairs = {"names only": (f"emoji_{language}", run / f"emoji_{language}.tokenizer.json")}
        pairs["tuned"] = ("names", FOLDER / "tokenizer.json")
        for name, (weights, tokenizer) in pairs.items():
            codec = TranslationCodec(BPETokenizer.load(tokenizer))
            model = load_weights(new_model(codec, 0.0), run / f"{weights}.safetensors").eval()
            out[name][language] = Translator(model, codec, language).translate(chosen, kind="emoji")
    return out


def nats(model, data: tuple) -> float:
    """The plain loss on validation texts."""
    loss = SmoothedTextToTextLoss(0.0)
    with torch.no_grad():
        parts = [(len(part[0]), loss(model, part).item()) for part in zip(*(rows.split(128) for rows in data))]
    return sum(n * value for n, value in parts) / sum(n for n, _ in parts)


def other_source(sources: torch.Tensor) -> torch.Tensor:
    """Each row gets the source of another text of its language."""
    order = sources[:, 0].argsort(stable=True)  # by the language mark
    other = torch.empty_like(order)
    other[order] = order.roll(1)
    return sources[other]


def part_reads(run: Path) -> dict:
    """Validation losses with each text's own source, and with the source of another text of its language."""
    _, _, (sources, targets) = prepared()
    model = load_translator()
    return {"own": nats(model, (sources, targets)), "other": nats(model, (other_source(sources), targets))}


TRIALS = {  # counted vectors, waves
    "drawn vectors": (False, True),
    "counted vectors": (True, True),
    "counted, no waves": (True, False),
}


def part_trials(run: Path) -> dict:
    """The first 300 steps, two seeds each: what makes a young translator read."""
    codec, data, valid = prepared()
    rows, before = [], dict(RECIPE)
    for name, (counted, waves) in TRIALS.items():
        for seed in (0, 1):
            RECIPE.update(seed=seed)
            seed_everything(seed)
            model = new_model(codec, RECIPE["dropout_rate"])
            if not waves:
                model.__class__ = T5
            if counted:
                start_counted(model, codec, data)
            with tempfile.TemporaryDirectory() as folder:
                batches = length_batches(codec, data)
                train("trial", model, codec, batches, valid, Path(folder), steps=300, lr=RECIPE["lr"])
            model.eval()
            other = nats(model, (other_source(valid[0]), valid[1]))
            rows.append({"name": name, "seed": seed, "steps": 300, "own": nats(model, valid), "other": other})
            print(rows[-1], flush=True)
    RECIPE.update(before)
    return {"rows": rows}


def live_texts(language: str) -> list:
    """The test texts of the live part: every n-th of those that are long enough."""
    chosen = one_each(load_examples([language]).test, language, "home")
    chosen = [one for one in chosen if len(one.english.split()) >= LIVE_WORDS]
    return chosen[:: max(1, len(chosen) // LIVE)][:LIVE]


def part_live(run: Path) -> dict:
    """Wait-k with both models, and translating anew."""
    out = {"english": {}, "runs": [], "anew": []}
    for language in TARGETS:
        chosen = [one.english for one in live_texts(language)]
        out["english"][language] = chosen
        for name in ("model", "stream", "whole"):
            translator = Translator.load(language)
            if name != "model":
                model = load_weights(new_model(translator.codec, 0.0), run / f"{name}.safetensors").eval()
                translator = Translator(model, translator.codec, language)
            for k in DELAYS:
                done = []
                for start in range(0, len(chosen), 50):
                    batch = chosen[start : start + 50]
                    done += wait_k_translate(translator.model, translator.codec, batch, language, k)
                row = {"language": language, "model": name, "k": "all" if k == math.inf else k}
                row["texts"] = [one.text(translator.codec) for one in done]
                row["lagging"] = [round(one.lagging, 3) for one in done]
                out["runs"].append(row)
                print(language, name, k, np.mean(row["lagging"]), flush=True)
            if language == "fr":
                parts = [beginnings(text) for text in chosen]
                flat = translator.translate([text for row in parts for text in row], beams=1)
                shown, at = [], 0
                for row in parts:
                    shown.append([text.split() for text in flat[at : at + len(row)]])
                    at += len(row)
                erasure = [round(normalized_erasure(row), 3) for row in shown if row[-1]]
                out["anew"].append({"model": name, "erasure": erasure, "texts": [" ".join(row[-1]) for row in shown]})
                print("anew", name, np.mean(erasure), flush=True)
    return out


PARTS = {name[5:]: function for name, function in list(globals().items()) if name.startswith("part_")}


def main() -> None:
    """Make what is missing, and put everything together."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("parts", nargs="*", default=list(PARTS))
    parser.add_argument("--run", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    for name in args.parts:
        path = args.run / f"part_{name}.json"
        if not path.exists():
            start = time.process_time()
            path.write_text(json.dumps(PARTS[name](args.run), ensure_ascii=False), encoding="utf-8")
            print(name, f"{time.process_time() - start:.0f} s", flush=True)
    if all((args.run / f"part_{name}.json").exists() for name in PARTS):
        parts = {name: json.loads((args.run / f"part_{name}.json").read_text(encoding="utf-8")) for name in PARTS}
        names = ("main", "stream", "whole", "emoji_fr", "emoji_zh", "names")
        runs = [json.loads((args.run / f"{name}.json").read_text()) for name in names]
        about = {
            "recorded": date.today().isoformat(),
            "machine": machine(),
            "script": "benchmarks/record_translation.py",
        }
        content = {**about, "recipe": RECIPE, "seed": RECIPE["seed"], "threads": 1, "runs": runs, **parts}
        OUT.write_text(json.dumps(content, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
