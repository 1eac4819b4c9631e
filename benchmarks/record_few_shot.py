"""Few labelled sentences, three ways to use an encoder, five seeds: the runs that lesson 19 draws.

    python -m benchmarks.record_few_shot curve       # probe, bag of words, fine-tuning: about 6 core-minutes
    python -m benchmarks.record_few_shot rates       # fine-tuning at other learning rates: 2 core-minutes
    python -m benchmarks.record_few_shot scratch     # the same encoder from a random start: 3 core-minutes
    python -m benchmarks.record_few_shot augment     # altered copies, for the probe and for fine-tuning: 3 core-minutes

--device cuda takes a GPU. A seed decides which sentences are drawn, and the start. The task: `short_reviews()`. The
learning rate and the pull of the probe were chosen on the validation part; the test part is only measured. Results go
to llmai_edu/finetuning/few_shot_runs.json, each as soon as it is there; what is there is not run again.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from benchmarks.common import machine
from llmai_edu.datasets import load_glove
from llmai_edu.embeddings.vectors import WordVectors
from llmai_edu.finetuning.augment import augment_set, delete_words, mixup, neighbour_table, replace_words, swap_words
from llmai_edu.finetuning.classify import TextClassifier, fine_tune, read_texts
from llmai_edu.finetuning.few_shot import draw_balanced, short_reviews
from llmai_edu.finetuning.probe import fit_probe, probe_logits
from llmai_edu.models.bert import BertModel
from llmai_edu.pretrained.minilm import load_minilm
from llmai_edu.tokenizers.wordpiece import minilm_tokenizer

TARGET = Path(__file__).parent.parent / "llmai_edu" / "finetuning" / "few_shot_runs.json"
SEEDS = range(5)
EPOCHS = {8: 20, 32: 10, 128: 5, 512: 2}  # rounds through the sentences: more of them where there are few
ELSEWHERE = 128  # sentences on films, after which the test sentences on products are asked, too
RATE, L2, BAG_C = 1e-4, 10.0, 1.0
SCRATCH_RATE = 3e-4  # the random start gets a larger one
SETTINGS = {
    "epochs": EPOCHS,
    "rate": RATE,
    "batch_size": 16,
    "l2": L2,
    "bag_C": BAG_C,
    "scratch_rate": SCRATCH_RATE,
    "copies": 4,
}


class Task:
    """Texts and labels of the three parts, the tokenizer, and features that are computed once."""

    def __init__(self, device: str) -> None:
        self.device, self.tokenizer = device, minilm_tokenizer()
        self.texts, self.labels = {}, {}
        self.products = [one.text for one in short_reviews("products").test]
        for name, part in zip(("train", "valid", "test"), short_reviews().parts):
            self.texts[name] = [one.text for one in part]
            self.labels[name] = np.array([int(one.score > 0) for one in part])

    def classifier(self, seed: int, pretrained: bool = True) -> TextClassifier:
        """MiniLM, or its shape with random weights, under a new head."""
        g = torch.Generator().manual_seed(seed)
        encoder = load_minilm()
        if not pretrained:
            encoder = BertModel(encoder.config, generator=g)
        return TextClassifier(encoder, generator=g).to(self.device)

    def draw(self, n: int, seed: int) -> np.ndarray:
        """The places of n training sentences."""
        return draw_balanced(self.labels["train"], n, np.random.default_rng(seed))

    def some(self, places: np.ndarray) -> tuple[list[str], np.ndarray]:
        """Training sentences at these places, and their labels."""
        return [self.texts["train"][i] for i in places], self.labels["train"][places]

    def right(self, verdicts: np.ndarray, part: str = "test") -> float:
        """Accuracy of verdicts (praise minus blame)."""
        return round(float(((verdicts > 0) == self.labels[part]).mean()), 5)


def margin(logits: np.ndarray) -> np.ndarray:
    """Praise minus blame."""
    return logits[:, 1] - logits[:, 0]


def short(values: np.ndarray) -> list[float]:
    """Verdicts in a form that takes little room."""
    return [round(float(value), 2) for value in values]


def curve(task: Task, recorded: dict, write: Any) -> None:
    """Probe, bag of words and fine-tuning, the small sets first."""
    if not done(recorded["curve"], way="frozen"):
        base = task.classifier(0)
        away = read_texts(base, task.tokenizer, task.products, features=True)
        known = {part: read_texts(base, task.tokenizer, task.texts[part], features=True) for part in task.texts}
        for n in (*EPOCHS, 1792):
            for seed in SEEDS:
                places = task.draw(n, seed)
                texts, labels = task.some(places)
                W, b = fit_probe(known["train"][places], labels, l2=L2)
                if n == ELSEWHERE:
                    verdicts = short(margin(probe_logits(away, W, b)))
                    recorded["elsewhere"].append({"way": "frozen", "n": n, "seed": seed, "verdicts": verdicts})
                for part, found in (("test", recorded["curve"]), ("valid", recorded["valid"])):
                    verdicts = margin(probe_logits(known[part], W, b))
                    found.append({"way": "frozen", "n": n, "seed": seed, "accuracy": task.right(verdicts, part)})
                    found.append({"way": "bag", "n": n, "seed": seed, "accuracy": bag(task, texts, labels, part)})
        write()
    for n, epochs in EPOCHS.items():
        for seed in SEEDS:
            if not done(recorded["curve"], way="tuned", n=n, seed=seed):
                run = tune(task, n, seed, epochs, RATE)
                if n == ELSEWHERE:
                    away = {"way": "tuned", "n": n, "seed": seed, "verdicts": run.pop("elsewhere")}
                    recorded["elsewhere"].append(away)
                recorded["curve"].append({"way": "tuned", "n": n, "seed": seed, **run})
                write()


def bag(task: Task, texts: list[str], labels: np.ndarray, part: str = "test") -> float:
    """A bag of words with logistic regression."""
    counts = CountVectorizer(binary=True, token_pattern=r"[\w']+")
    fitted = LogisticRegression(C=BAG_C, max_iter=1000).fit(counts.fit_transform(texts), labels)
    return task.right(fitted.decision_function(counts.transform(task.texts[part])), part)


def tune(task: Task, n: int, seed: int, epochs: int, rate: float, part: str = "test", **options: Any) -> dict:
    """Fine-tune all weights on n sentences and measure."""
    pretrained = options.pop("pretrained", True)
    model, began = task.classifier(seed, pretrained), time.process_time()
    texts, labels = task.some(task.draw(n, seed))
    losses = fine_tune(model, task.tokenizer, texts, labels, epochs=epochs, rate=rate, seed=seed, **options)
    seconds = time.process_time() - began
    verdicts = margin(read_texts(model, task.tokenizer, task.texts[part]))
    run = {"accuracy": task.right(verdicts, part), "loss": round(float(np.mean(losses[-4:])), 4)}
    run |= {"seconds": round(seconds, 1)}
    if part == "test" and pretrained:
        run["verdicts"] = short(verdicts)
    if n == ELSEWHERE and pretrained:
        run["elsewhere"] = short(margin(read_texts(model, task.tokenizer, task.products)))
    if n <= 128 and not pretrained:
        learned = margin(read_texts(model, task.tokenizer, texts))
        run["train_accuracy"] = round(float(((learned > 0) == labels).mean()), 4)
    return run


def rates(task: Task, recorded: dict, write: Any) -> None:
    """A smaller and a larger learning rate than ours, on the validation part, n = 32."""
    for seed in SEEDS:
        for rate in (1e-3, RATE, 1e-5):
            if not done(recorded["rates"], rate=rate, seed=seed):
                run = tune(task, 32, seed, EPOCHS[32], rate, "valid")
                recorded["rates"].append({"rate": rate, "n": 32, "seed": seed, **run})
                write()


def scratch(task: Task, recorded: dict, write: Any) -> None:
    """The same shape from a random start: its untrained features under a probe, and trained whole."""
    for seed in SEEDS:
        if done(recorded["curve"], way="untrained", seed=seed):
            continue
        base, places = task.classifier(seed, pretrained=False), task.draw(512, seed)
        test = read_texts(base, task.tokenizer, task.texts["test"], features=True)
        seen = read_texts(base, task.tokenizer, task.some(places)[0], features=True)
        for n in (32, 128, 512):
            mine = draw_balanced(task.labels["train"][places], n, np.random.default_rng(seed))
            verdicts = margin(probe_logits(test, *fit_probe(seen[mine], task.labels["train"][places][mine], l2=L2)))
            found = {"way": "untrained", "n": n, "seed": seed, "accuracy": task.right(verdicts)}
            recorded["curve"].append(found)
        write()
    for n in (32, 128):
        for seed in SEEDS:
            if not done(recorded["curve"], way="scratch", n=n, seed=seed):
                run = tune(task, n, seed, EPOCHS[n], SCRATCH_RATE, pretrained=False)
                recorded["curve"].append({"way": "scratch", "n": n, "seed": seed, **run})
                write()


def ways_to_alter(task: Task) -> dict[str, Any]:
    """The augmenters by name; "copies" alters nothing."""
    words, vectors = load_glove()
    vectors = WordVectors(words[:20_000], vectors[:20_000].copy())
    bare = sorted({word.strip(".,;:!?\"'()-").lower() for text in task.texts["train"] for word in text.split()})
    table = neighbour_table(vectors, bare)
    return {
        "copies": lambda text, rng: text,
        "delete": delete_words,
        "swap": swap_words,
        "replace": lambda text, rng: replace_words(text, rng, table),
    }


def augment(task: Task, recorded: dict, write: Any) -> None:
    """Four altered copies of each sentence for probe and bag; for fine-tuning a new draw in each round."""
    ways, base = ways_to_alter(task), task.classifier(0)
    known = read_texts(base, task.tokenizer, task.texts["test"], features=True)
    for n in (8, 32, 128):
        for seed in SEEDS:
            if done(recorded["augment"], way="frozen", n=n, seed=seed):
                continue
            texts, labels = task.some(task.draw(n, seed))
            own = read_texts(base, task.tokenizer, texts, features=True)
            for name, alter in ways.items():
                more, twice = augment_set(texts, labels, alter, SETTINGS["copies"], np.random.default_rng(seed))
                seen = np.tile(own, (SETTINGS["copies"] + 1, 1))
                if name != "copies":
                    seen[n:] = read_texts(base, task.tokenizer, more[n:], features=True)
                verdicts = margin(probe_logits(known, *fit_probe(seen, twice, l2=L2)))
                about = {"method": name, "n": n, "seed": seed}
                recorded["augment"].append({"way": "frozen", **about, "accuracy": task.right(verdicts)})
                recorded["augment"].append({"way": "bag", **about, "accuracy": bag(task, more, twice)})
            rng = np.random.default_rng(seed)
            mixed = [mixup(own, labels, rng) for _ in range(SETTINGS["copies"])]
            x = np.concatenate([own, *(one[0] for one in mixed)])
            y = np.concatenate([np.eye(2)[labels], *(one[1] for one in mixed)])
            verdicts = margin(probe_logits(known, *fit_probe(x, y, l2=L2)))
            about = {"way": "frozen", "method": "mixup", "n": n, "seed": seed}
            recorded["augment"].append({**about, "accuracy": task.right(verdicts)})
            write()
    for seed in SEEDS:
        if not done(recorded["augment"], way="tuned", method="delete", seed=seed):
            run = tune(task, 32, seed, EPOCHS[32], RATE, augment=delete_words)
            run.pop("verdicts")
            recorded["augment"].append({"way": "tuned", "method": "delete", "n": 32, "seed": seed, **run})
            write()


def done(runs: list[dict], **about: Any) -> bool:
    """Whether such a run is there."""
    return any(all(run[key] == value for key, value in about.items()) for run in runs)


def read() -> dict[str, Any]:
    """What is recorded so far."""
    if TARGET.is_file():
        return json.loads(TARGET.read_text(encoding="utf-8"))
    parts = ("curve", "valid", "rates", "augment", "elsewhere")
    return {"machine": machine(), "settings": SETTINGS, **{part: [] for part in parts}}


def main() -> None:
    """Record one part of the runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=("curve", "rates", "scratch", "augment"))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    recorded = read()

    def write() -> None:
        lists = {key: value for key, value in recorded.items() if isinstance(value, list)}
        head = json.dumps({key: value for key, value in recorded.items() if key not in lists}, indent=1)
        rows = [f'"{key}": [\n' + ",\n".join(map(json.dumps, value)) + "\n]" for key, value in lists.items()]
        partial = TARGET.with_suffix(".part")
        partial.write_text(head[:-2] + ",\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")
        os.replace(partial, TARGET)

    parts = {"curve": curve, "rates": rates, "scratch": scratch, "augment": augment}
    parts[args.part](Task(args.device), recorded, write)


if __name__ == "__main__":
    main()
