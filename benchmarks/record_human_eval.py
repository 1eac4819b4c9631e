"""SmolLM2 writes programs for the 164 problems of HumanEval, and the sandbox runs them.

    python -m benchmarks.record_human_eval write       # about six minutes of one core; may be interrupted
    python -m benchmarks.record_human_eval write --samples 5         # half an hour more
    python -m benchmarks.record_human_eval run         # about a minute: every program through the sandbox

SmolLM2-135M-Instruct from its 4-bit file, computed in float32. Each problem is answered once greedily, and as often as
asked at a temperature of 0.2; only complete rounds are recorded. A text ends before a line that begins a new
definition, a comment or a statement at the left margin (Chen et al. 2021, section 3.2), or after 200 tokens. Nothing
was tuned. Results go to llmai_edu/apps/recorded/human_eval.json.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import torch

from benchmarks.common import machine
from llmai_edu.apps.sandbox import run_in_sandbox, sandbox_layers
from llmai_edu.datasets.human_eval import Problem, load_human_eval
from llmai_edu.generation.batch_stop import generate_until
from llmai_edu.pretrained import load_smollm2
from llmai_edu.tokenizers import smollm2_tokenizer

TARGET = Path(__file__).parent.parent / "llmai_edu" / "apps" / "recorded" / "human_eval.json"
STOPS = ["\nclass", "\ndef", "\n#", "\nif", "\nprint", "\n@", "\nassert", "\n```"]
LENGTH, ROWS, TEMPERATURE, SEED, SECONDS = 200, 16, 0.2, 0, 10


def write(scratch: Path, samples: int) -> None:
    """Write the texts, a file for each way and batch: a run that was interrupted goes on with the next."""
    torch.set_num_threads(1)
    model, tokenizer, problems = load_smollm2(), smollm2_tokenizer(), load_human_eval()
    by_length = sorted(problems, key=lambda problem: len(tokenizer.encode(problem.prompt)))  # little padding
    for sample in range(samples + 1):  # 0: greedy
        for start in range(0, len(by_length), ROWS):
            path, batch = scratch / f"{sample}-{start:03d}.json", by_length[start : start + ROWS]
            if path.exists():
                continue
            began = time.process_time()
            texts = generate_until(
                model,
                tokenizer,
                [tokenizer.encode(problem.prompt) for problem in batch],
                LENGTH,
                STOPS,
                stop_ids=(tokenizer.eos_id, 0),
                temperature=TEMPERATURE if sample else 0.0,
                generator=torch.Generator().manual_seed(1000 * sample + start + SEED),
            )
            seconds = time.process_time() - began
            answers = {str(problem.number): text for problem, text in zip(batch, texts)}
            path.write_text(json.dumps({"seconds": seconds, "answers": answers}), encoding="utf-8")
            print(path.name, f"{seconds:.0f} s", flush=True)


def read(scratch: Path) -> list[dict[int, str]]:
    """The complete rounds of answers, the greedy one first."""
    rounds: dict[int, dict[int, str]] = {}
    for path in sorted(scratch.glob("?-???.json")):
        answers = json.loads(path.read_text(encoding="utf-8"))["answers"]
        rounds.setdefault(int(path.name[0]), {}).update({int(number): text for number, text in answers.items()})
    return [answers for _, answers in sorted(rounds.items()) if len(answers) == len(load_human_eval())]


def run(scratch: Path) -> None:
    """Run every program, those of the controls too, and record what came of it."""
    problems, rounds = load_human_eval(), read(scratch)

    def outcomes(completion: Callable[[Problem], str]) -> dict[str, list[str]]:
        found = [run_in_sandbox(one.program(completion(one)), seconds=SECONDS) for one in problems]
        return {"outcome": [one.outcome for one in found], "error": [one.error[:80] for one in found]}

    paths = sorted(scratch.glob("0-???.json"))
    seconds = sum(json.loads(path.read_text(encoding="utf-8"))["seconds"] for path in paths)
    content = {
        "date": date.today().isoformat(),
        "machine": machine(),
        "seed": SEED,
        "settings": {"length": LENGTH, "stops": STOPS, "temperature": TEMPERATURE, "seconds_of_sandbox": SECONDS},
        "layers": list(sandbox_layers()),
        "seconds_of_greedy_writing": round(seconds),
        "solutions": outcomes(lambda one: one.solution),
        "empty": outcomes(lambda one: ""),
        "rounds": [
            {"texts": [answers[one.number] for one in problems]}
            | outcomes(lambda one, answers=answers: answers[one.number])
            for answers in rounds
        ],
    }
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    for name in ("solutions", "empty"):
        print(name, Counter(content[name]["outcome"]))
    for one in content["rounds"]:
        print(Counter(one["outcome"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("step", choices=("write", "run"))
    parser.add_argument("--scratch", type=Path, default=Path("human_eval_texts"), help="where the texts are kept")
    parser.add_argument("--samples", type=int, default=0, help="rounds of sampled answers beside the greedy one")
    arguments = parser.parse_args()
    arguments.scratch.mkdir(parents=True, exist_ok=True)
    if arguments.step == "write":
        write(arguments.scratch, arguments.samples)
    else:
        run(arguments.scratch)


if __name__ == "__main__":
    main()
