"""What lesson 27 measures on held-out modules of the standard library: missing lines, planted bugs, docstrings.

    python -m benchmarks.record_code smollm2           # four minutes of one core; may be interrupted
    python -m benchmarks.record_code own               # two minutes: the course's own model and the simple opponents

The tasks themselves are stored with the answers, since they come from the Python that made the recording. Nothing is
chosen on the test modules: the score of a line was chosen on the validation modules. Results go to
llmai_edu/apps/recorded/code.json.
"""

import argparse
import json
import time
from datetime import date
from pathlib import Path

import numpy as np
import torch

from benchmarks.common import machine
from llmai_edu.apps.code import ASK, CodeHelper
from llmai_edu.apps.code_tasks import closed, make_gaps, make_planted, one_line_docstrings, without_docstring
from llmai_edu.apps.line_memory import LineMemory
from llmai_edu.apps.mutate import code_lines
from llmai_edu.apps.surprisal import line_scores, token_surprise
from llmai_edu.datasets.standard_library import load_standard_library
from llmai_edu.generation.batch_stop import generate_until
from llmai_edu.models.gpt import GPT
from llmai_edu.models.kneser_ney import ModifiedKneserNey
from llmai_edu.training.fim import END, fim_prompt

TARGET = Path(__file__).parent.parent / "llmai_edu" / "apps" / "recorded" / "code.json"
SEED, GAPS, PLANTED, VALID, DOCSTRINGS, LENGTH = 0, 120, 100, 40, 40, 32


def tasks() -> dict:
    """The examples, as they are stored."""
    split = load_standard_library()
    rng = np.random.default_rng(SEED)
    return {
        "gaps": [gap._asdict() for gap in make_gaps(split.test, GAPS, rng)],
        "planted": [one._asdict() for one in make_planted(split.test, PLANTED, rng)],
        "valid": [one._asdict() for one in make_planted(split.valid, VALID, rng)],
        "docstrings": [one._asdict() for one in one_line_docstrings(split.test, DOCSTRINGS, rng)],
    }


def scored(model, tokenizer, start: int, text: str, numbers: list[int]) -> dict[str, list[float]]:
    """The three scores of each line of code."""
    nats, lines = token_surprise(model, tokenizer, text, start=start)
    return {how: line_scores(nats, lines, numbers, how).round(3).tolist() for how in ("sum", "mean", "max")}


def review(model, tokenizer, start: int, one: dict) -> dict:
    """The scores of the function with the bug, and of the one without: the control that a reviewer does not have."""
    numbers = code_lines(one["text"])
    texts = {"planted": one["text"], "control": one["original"]}
    return {"lines": numbers} | {name: scored(model, tokenizer, start, text, numbers) for name, text in texts.items()}


def smollm2(found: dict, scratch: Path) -> dict:
    """SmolLM2's answers, part by part; a part that is there is not done again."""
    from llmai_edu.pretrained import load_smollm2
    from llmai_edu.tokenizers import smollm2_tokenizer

    model, tokenizer = load_smollm2(), smollm2_tokenizer()

    def lines(part: list[dict]) -> list[str]:
        # a space before a word belongs to the word's token: the model has to write it itself
        prompts = [tokenizer.encode(gap["prefix"].removesuffix(" "), errors="ignore") for gap in part]
        texts = generate_until(model, tokenizer, prompts, LENGTH, ["\n"], stop_ids=(tokenizer.eos_id, 0))
        return [text.strip() for text in texts]

    def sentences(part: list[dict]) -> list[str]:
        asked = [ASK.format(code=without_docstring(one["text"])) for one in part]
        prompts = [tokenizer.chat_ids([{"role": "user", "content": text}]) for text in asked]
        texts = generate_until(model, tokenizer, prompts, LENGTH, ["\n"], stop_ids=(tokenizer.eos_id, 0))
        return [text.strip() for text in texts]

    def reviews(part: list[dict]) -> list[dict]:
        return [review(model, tokenizer, 0, one) for one in part]

    answers = {}
    for name, way in (("valid", reviews), ("planted", reviews), ("gaps", lines), ("docstrings", sentences)):
        answers[name] = []
        for at in range(0, len(found[name]), 20):
            path = scratch / f"smollm2-{name}-{at:03d}.json"
            if not path.exists():
                began = time.process_time()
                path.write_text(json.dumps(way(found[name][at : at + 20])), encoding="utf-8")
                print(path.name, f"{time.process_time() - began:.0f} s", flush=True)
            answers[name] += json.loads(path.read_text(encoding="utf-8"))
    return answers


def own(found: dict) -> dict:
    """The answers of the course's model, and of opponents that are no neural networks."""
    helper, split = CodeHelper.load(), load_standard_library()
    gaps = [(gap["prefix"], gap["suffix"]) for gap in found["gaps"]]
    others = [*gaps[1:], gaps[0]]  # the control: what follows is another gap's
    memory = LineMemory(module.text for module in split.train)
    common = next(
        line for line, _ in memory.tables[(None, None)].most_common() if closed(line) and line[0] not in "#\"'"
    )
    model, tokenizer = helper.writer
    start = tokenizer.special_tokens[END]
    untrained = GPT(model.config, generator=torch.Generator().manual_seed(SEED)).eval()
    return {
        "gaps": {
            "fill in the middle": helper.complete_many(gaps),
            "left to right": helper.continue_many([prefix for prefix, _ in gaps]),
            "another gap's suffix": helper.complete_many([(gap[0], other[1]) for gap, other in zip(gaps, others)]),
            "Kneser-Ney": kneser_ney_lines(split, tokenizer, [prefix for prefix, _ in gaps]),
            "table of lines": [memory.fill(*gap) for gap in gaps],
            "most frequent line": [common] * len(gaps),
        },
        "nats": {
            "fill in the middle": [
                line_nats(model, tokenizer, *gap, one["line"]) for gap, one in zip(gaps, found["gaps"])
            ],
            "another gap's suffix": [
                line_nats(model, tokenizer, gap[0], other[1], one["line"])
                for gap, other, one in zip(gaps, others, found["gaps"])
            ],
            "left to right": [
                line_nats(model, tokenizer, gap[0], None, one["line"]) for gap, one in zip(gaps, found["gaps"])
            ],
            "untrained": [line_nats(untrained, tokenizer, *gap, one["line"]) for gap, one in zip(gaps, found["gaps"])],
        },
        "reviews": {
            name: [review(judge, tokenizer, start, one) for one in found["planted"]]
            for name, judge in (("own", model), ("untrained", untrained))
        },
        "valid": [review(model, tokenizer, start, one) for one in found["valid"]],
    }


@torch.inference_mode()
def line_nats(model, tokenizer, prefix: str, suffix: str | None, line: str) -> float:
    """-ln p of the true line, in a gap or, without a suffix, from left to right."""
    if suffix is None:
        ids = tokenizer.encode(prefix.removesuffix(" "))
        wanted = tokenizer.encode(" " * prefix.endswith(" ") + line)
    else:
        wanted = tokenizer.encode(line)
        ids = fim_prompt(tokenizer, prefix, suffix, 256 - len(wanted))
    row, size = torch.tensor([*ids, *wanted][-256:]), len(wanted)
    log_p = model(row[None, :-1])[0, -size:].float().log_softmax(-1)
    return round(-log_p.gather(1, row[-size:, None]).sum().item(), 3)


def kneser_ney_lines(split, tokenizer, prefixes: list[str]) -> list[str]:
    """The likeliest token after the last four, again and again up to the end of the line."""
    docs = [tokenizer.encode(module.text) for module in split.train]
    model = ModifiedKneserNey.fit(docs, order=5, vocab_size=tokenizer.vocab_size)
    lines = []
    for prefix in prefixes:
        ids, written = tokenizer.encode(prefix.removesuffix(" "))[-8:], []
        while len(written) < LENGTH and "\n" not in tokenizer.decode(written):
            written.append(int(model.distribution([*ids, *written][-4:]).argmax()))
        lines.append(tokenizer.decode(written).split("\n")[0].strip())
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("step", choices=("smollm2", "own"))
    parser.add_argument("--scratch", type=Path, default=Path("code_answers"), help="where answers are kept")
    arguments = parser.parse_args()
    arguments.scratch.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    path = arguments.scratch / "tasks.json"
    if not path.exists():
        path.write_text(json.dumps(tasks()), encoding="utf-8")
    found = json.loads(path.read_text(encoding="utf-8"))
    if arguments.step == "smollm2":
        smollm2(found, arguments.scratch)
        return
    cache = arguments.scratch / "own.json"
    if not cache.exists():
        cache.write_text(json.dumps(own(found)), encoding="utf-8")
    answers, large = json.loads(cache.read_text(encoding="utf-8")), smollm2(found, arguments.scratch)
    answers["gaps"]["SmolLM2, left to right"] = large["gaps"]
    answers["reviews"]["SmolLM2"] = large["planted"]
    content = {
        "date": date.today().isoformat(),
        "machine": machine(),
        "seed": SEED,
        "settings": {"longest answer": LENGTH, "ask": ASK},
        "tasks": {name: part for name, part in found.items() if name != "valid"},
        "answers": {name: answers[name] for name in ("gaps", "nats", "reviews")} | {"docstrings": large["docstrings"]},
        "valid": {"lines": [one["line"] for one in found["valid"]], "own": answers["valid"], "SmolLM2": large["valid"]},
    }
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")
    for name, lines in answers["gaps"].items():
        print(f"{name}: {np.mean([a == gap['line'] for a, gap in zip(lines, found['gaps'])]):.3f}")


if __name__ == "__main__":
    main()
