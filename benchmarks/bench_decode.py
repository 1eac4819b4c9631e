"""Decoding SmolLM2 at batch 1 in float32: our Llama beside `transformers.generate`, on the same file, in one run.

Run from the repository with `python -m benchmarks.bench_decode [tokens]`, on an idle machine: decoding lives on memory
bandwidth, and whoever else uses it takes it away. The two take turns and write the same greedy text (checked); the
reading of the prompt is part of the time. About a minute.
"""

import sys

import torch
import transformers
from transformers.modeling_gguf_pytorch_utils import load_gguf_checkpoint

from benchmarks.common import save_result, timed
from llmai_edu.datasets import smollm2_gguf
from llmai_edu.generation import generate
from llmai_edu.models.llama import Llama
from llmai_edu.pretrained import load_smollm2
from llmai_edu.tokenizers import smollm2_tokenizer

ROUNDS = 3


def load_reference() -> transformers.PreTrainedModel:
    """The same weights in transformers; `from_pretrained(gguf_file=...)` does this, but asks for `accelerate`."""
    path = smollm2_gguf()
    config = transformers.AutoConfig.from_pretrained(path.parent, gguf_file=path.name, local_files_only=True)
    model = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    tensors = load_gguf_checkpoint(path, return_tensors=True, model_to_load=model)["tensors"]
    model.load_state_dict(tensors, strict=False)  # the head is tied to the embedding
    model.tie_weights()
    model.generation_config.eos_token_id = None  # both write on, however the text ends
    return model.eval()


def run_reference(model: transformers.PreTrainedModel, prompt: list[int], tokens: int) -> list[int]:
    """Greedy text of transformers."""
    ids = torch.tensor([prompt])
    mask = torch.ones_like(ids)
    written = model.generate(ids, attention_mask=mask, max_new_tokens=tokens, do_sample=False)
    return written[0, len(prompt) :].tolist()


def measure(ours: Llama, theirs: transformers.PreTrainedModel, threads: int, tokens: int) -> dict[str, float]:
    """Tokens a second of both on so many threads, and their ratio."""
    torch.set_num_threads(threads)
    prompt = smollm2_tokenizer().chat_ids([{"role": "user", "content": "Tell me about the sea."}])
    best = {"ours": float("inf"), "transformers": float("inf")}
    for _ in range(ROUNDS):
        our_s, our_text = timed(lambda: list(generate(ours, prompt, tokens)), 1)
        their_s, their_text = timed(lambda: run_reference(theirs, prompt, tokens), 1)
        assert our_text == their_text, "the two wrote different texts"
        best = {"ours": min(best["ours"], our_s), "transformers": min(best["transformers"], their_s)}
    return {
        "threads": threads,
        "ours_tokens_per_s": round(tokens / best["ours"], 1),
        "transformers_tokens_per_s": round(tokens / best["transformers"], 1),
        "ratio": round(best["transformers"] / best["ours"], 2),
    }


def main() -> None:
    """Measure on one thread and on two, print the table, and store it."""
    tokens = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    ours, theirs = load_smollm2(), load_reference()
    rows = [measure(ours, theirs, threads, tokens) for threads in (1, 2)]
    print(f"{tokens} tokens of SmolLM2-135M, float32, batch 1")
    print(f"{'threads':>8}{'ours/s':>9}{'transformers/s':>16}{'ratio':>8}")
    for threads, ours_rate, their_rate, ratio in (row.values() for row in rows):
        print(f"{threads:8}{ours_rate:9.1f}{their_rate:16.1f}{ratio:8.2f}")
    print("stored in", save_result("decode", {"tokens": tokens, "rows": rows}).name)


if __name__ == "__main__":
    main()
