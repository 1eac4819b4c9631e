"""The vectors and the settings of lesson 29's finder: about 5 core-minutes.

    python -m benchmarks.make_domain_vectors vectors     # MiniLM reads the registers and the questions
    python -m benchmarks.make_domain_vectors settings    # weight, floor, probability scales: from validation questions

--memory FILE.npz keeps every vector on the way, so that a second run computes only what is new. The vectors go to
llmai_edu/apps/vectors/, the settings to llmai_edu/apps/recorded/domain_settings.json. Nothing is chosen on test
questions. Seed 0 draws the changed licences.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from benchmarks.common import machine
from llmai_edu.apps.domain_questions import complaints, domain_questions, foreign_texts
from llmai_edu.apps.domain_vectors import save_vectors, stored_vectors
from llmai_edu.apps.domains import CodeFinder, choose_floor, log_odds, parts_of
from llmai_edu.apps.encoder import minilm_encoder
from llmai_edu.apps.licence_questions import passages
from llmai_edu.apps.meaning import mean_vectors
from llmai_edu.apps.registers import DOMAINS, load_register
from llmai_edu.evaluation.calibration import fit_platt

APPS = Path(__file__).parent.parent / "llmai_edu" / "apps"
WEIGHTS = (0.0, 0.25, 0.5, 1.0, 2.0)
REFUSED = 0.9  # of the foreign validation texts, where they overlap with the domain's own
RANKS = 5
TUNED = (("medicine", "complaints"), ("medicine", "terms"), ("finance", "descriptions"), ("law", "copies"))


class Memory:
    """An encoder that keeps what it has read in a file."""

    def __init__(self, path: Path | None) -> None:
        self.path, self.known = path, {}
        if path and path.exists():
            stored = np.load(path)
            self.known = dict(zip(stored["texts"].tolist(), stored["vectors"].astype(np.float32)))

    def __call__(self, texts: list[str]) -> np.ndarray:
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        for start in range(0, len(new), 200):
            batch = new[start : start + 200]
            self.known |= dict(zip(batch, minilm_encoder()(batch)))
            print(f"read {start + len(batch)} of {len(new)}", flush=True)
        if new and self.path:
            np.savez(self.path, texts=np.array(list(self.known)), vectors=np.stack(list(self.known.values())))
        return np.stack([self.known[text] for text in texts])


def make_vectors(encode: Memory) -> None:
    """Write the three files of vectors."""
    medicine, finance, law = (load_register(domain) for domain in DOMAINS)
    save_vectors(
        APPS / "vectors" / "medicine.safetensors", dict(zip(medicine.documents, mean_vectors(medicine, encode)))
    )
    texts = list(finance.documents)
    for domain in ("medicine", "finance"):
        for part in ("valid", "test"):
            texts += [one.text for one in domain_questions(domain, part)] + foreign_texts(domain, part)
    texts = list(dict.fromkeys(texts))
    save_vectors(APPS / "vectors" / "questions.safetensors", dict(zip(texts, encode(texts))))
    texts = [one for document in law.documents for one in passages(document)]
    for part in ("valid", "test"):
        asked = [one.text for one in domain_questions("law", part)] + foreign_texts("law", part)
        texts += [one for text in asked for one in passages(text, 6)]
    texts = list(dict.fromkeys(texts))
    save_vectors(APPS / "vectors" / "licences.safetensors", dict(zip(texts, encode(texts))))
    stored_vectors.cache_clear()


def right_at(scores: np.ndarray, questions, codes) -> np.ndarray:
    """(Q, RANKS): whether the candidate of each rank is right."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :RANKS]
    return np.array([[codes[i] in one.answers for i in row] for row, one in zip(order, questions)])


def choose(domain: str, tuned_on: str) -> dict:
    """Weight, floor and scales from the validation part: of the complaints, or of the domain's own questions."""
    register = load_register(domain)
    meaning, words = parts_of(domain, register)
    asked = complaints("valid") if tuned_on == "complaints" else domain_questions(domain, "valid")
    foreign, texts = foreign_texts(domain, "valid"), [one.text for one in asked]
    cosines, shares = meaning.scores(texts), words.scores(texts)
    tried = {w: float(right_at(cosines + w * shares, asked, register.codes)[:, 0].mean()) for w in WEIGHTS}
    weight = max(WEIGHTS, key=lambda w: tried[w])
    finder = CodeFinder(register, meaning, words, weight=weight)
    scores, strange = cosines + weight * shares, finder.scores(foreign)
    right, odds = right_at(scores, asked, register.codes), log_odds(scores)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :RANKS]
    of_rank = np.take_along_axis(odds, order, axis=1)
    scales = [fit_platt(of_rank[:, 0], right[:, 0]), fit_platt(of_rank[:, 1:].ravel(), right[:, 1:].ravel())]
    best, theirs = scores.max(1), strange.max(1)
    floor = choose_floor(best, theirs, REFUSED)
    print(domain, tuned_on, tried, "weight", weight, "floor", round(floor, 3), "kept", (best >= floor).mean())
    return {
        "weight": weight,
        "tried": {str(w): value for w, value in tried.items()},
        "floor": floor,
        "worst_own": float(best.min()),
        "best_foreign": float(theirs.max()),
        "scales": [[scale.slope, scale.offset] for scale in scales],
        "validation_questions": len(asked),
        "validation_foreign": len(foreign),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("vectors", "settings"))
    parser.add_argument("--memory", type=Path)
    arguments = parser.parse_args()
    began = time.process_time()
    if arguments.what == "vectors":
        make_vectors(Memory(arguments.memory))
    else:
        found = {
            "domains": {f"{domain} {on}": choose(domain, on) for domain, on in TUNED},
            "refused_on_validation": REFUSED,
            "seed": 0,
        }
        found |= {"cpu_seconds": round(time.process_time() - began, 1), "machine": machine()}
        (APPS / "recorded" / "domain_settings.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"{time.process_time() - began:.0f} core-seconds")


if __name__ == "__main__":
    main()
