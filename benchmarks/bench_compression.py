"""Decoding SmolLM2 at batch 1: float32, bfloat16, 8 and 4 bits beside `transformers.generate` in float32, in one run.

Run from the repository with `python -m benchmarks.bench_compression [tokens]`, on an idle machine: decoding lives on
memory bandwidth. All take turns, the prompt is read within the time, and the fastest of several rounds counts. Ours in
float32 and `transformers` write the same greedy text (checked); the others may write another. About five minutes.
"""

import sys
from functools import partial

import torch

from benchmarks.bench_decode import load_reference, run_reference
from benchmarks.common import save_result, timed
from llmai_edu.compression.quantized_llama import quantize_model, stored_bytes
from llmai_edu.generation import generate
from llmai_edu.models.llama import Llama
from llmai_edu.pretrained import load_smollm2
from llmai_edu.tokenizers import smollm2_tokenizer

ROUNDS = 5


def write(model: Llama, prompt: list[int], tokens: int) -> list[int]:
    """Greedy text of one of ours."""
    return list(generate(model, prompt, tokens))


def measure(models: dict[str, Llama], threads: int, tokens: int) -> list[dict]:
    """Tokens a second of each on so many threads, and how many times those of transformers."""
    torch.set_num_threads(threads)
    prompt = smollm2_tokenizer().chat_ids([{"role": "user", "content": "Tell me about the sea."}])
    reference = load_reference()
    runs = {name: partial(write, model, prompt, tokens) for name, model in models.items()}
    runs["transformers float32"] = partial(run_reference, reference, prompt, tokens)
    seconds, texts = {name: [] for name in runs}, {}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            spent, texts[name] = timed(run, 1)
            seconds[name].append(spent)
    assert texts["float32"] == texts["transformers float32"], "the two wrote different texts"
    slowest = min(seconds["transformers float32"])
    return [
        {
            "threads": threads,
            "model": name,
            "bytes": stored_bytes(models[name]) if name in models else None,
            "tokens_per_s": round(tokens / min(spent), 1),
            "ratio": round(slowest / min(spent), 2),
        }
        for name, spent in seconds.items()
    ]


def main() -> None:
    """Measure on one thread and on two, print the table, and store it."""
    tokens = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    plain = load_smollm2().eval()
    models = {
        "float32": plain,
        "bfloat16": load_smollm2(dtype=torch.bfloat16).eval(),
        "int8": quantize_model(plain, 8),
        "int8, activations too": quantize_model(plain, 8, dynamic=True),
        "int4, groups of 64": quantize_model(plain, 4, 64),
        "int4, groups of 32": quantize_model(plain, 4, 32),
    }
    rows = [row for threads in (1, 2) for row in measure(models, threads, tokens)]
    print(f"{tokens} tokens of SmolLM2-135M, batch 1")
    print(f"{'threads':>8}{'tokens/s':>10}{'times transformers':>20}  model")
    for row in rows:
        print(f"{row['threads']:8}{row['tokens_per_s']:10.1f}{row['ratio']:20.2f}  {row['model']}")
    print("stored in", save_result("compression", {"tokens": tokens, "rows": rows}).name)


if __name__ == "__main__":
    main()
