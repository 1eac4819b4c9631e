"""SmolLM2 writes programs for the 164 problems of HumanEval, and the sandbox runs them.

    python -m benchmarks.record_human_eval write       # about forty minutes of one core; may be interrupted
    python -m benchmarks.record_human_eval run         # about five minutes: every program through the sandbox

SmolLM2-135M-Instruct from its 4-bit file, computed in float32. Each problem is answered once greedily and five times
at a temperature of 0.2. A text ends before a line that begins a new definition, a comment or a statement at the left
margin (Chen et al. 2021, section 3.2), or after 200 tokens. Nothing was tuned. Results go to
llmai_edu/apps/recorded/human_eval.json.
"""

import argparse
import json
import time
from datetime import date
from pathlib import Path

import torch

from benchmarks.common import machine
from llmai_edu.datasets.human_eval import load_human_eval
from llmai_edu.generation.batch_stop import generate_until
from llmai_edu.pretrained import load_smollm2
from llmai_edu.tokenizers import smollm2_tokenizer

TARGET = Path(__file__).parent.parent / "llmai_edu" / "apps" / "recorded" / "human_eval.json"
STOPS = ["\nclass", "\ndef", "\n#", "\nif", "\nprint", "\n@", "\nassert", "\n```"]
LENGTH, ROWS, SAMPLES, TEMPERATURE, SEED = 200, 16, 5, 0.2, 0


def write(scratch: Path) -> None:
    """Write the texts, a file for each way and batch: a run that was interrupted goes on with the next."""
    torch.set_num_threads(1)
    model, tokenizer, problems = load_smollm2(), smollm2_tokenizer(), load_human_eval()
    by_length = sorted(problems, key=lambda problem: len(tokenizer.encode(problem.prompt)))  # little padding
    for sample in range(SAMPLES + 1):  # 0: greedy
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("step", choices=("write", "run"))
    parser.add_argument("--scratch", type=Path, default=Path("human_eval_texts"), help="where the texts are kept")
    arguments = parser.parse_args()
    arguments.scratch.mkdir(parents=True, exist_ok=True)
    if arguments.step == "write":
        write(arguments.scratch)


if __name__ == "__main__":
    main()
