"""Record what tiktoken and transformers make of our text and weights: `python -m benchmarks.record_references`.

Lessons 00, 01 and 15 compare with these recordings; tests compare the recordings with the libraries themselves.
"""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "Write a Python function that returns the factorial of n."
# A few tokens further on, two candidates are level to 0.01: another machine's rounding could turn them around.
NEW_TOKENS = 80


def tiktoken_reference() -> dict[str, str | int]:
    """Encode every speech with tiktoken, built from the local merges (by name it would download them)."""
    import tiktoken

    from llmai_edu.datasets import load_speeches
    from llmai_edu.tokenizers import GPT2_PATTERN, gpt2_tokenizer

    ours = gpt2_tokenizer()
    ranks = {token: i for i, token in enumerate(ours.tokens) if i not in ours.special_tokens.values()}
    theirs = tiktoken.Encoding(
        "gpt2-local", pat_str=GPT2_PATTERN, mergeable_ranks=ranks, special_tokens=ours.special_tokens
    )
    ids = [np.array(theirs.encode_ordinary(speech.text), dtype="<u2") for speech in load_speeches()]
    everything = np.concatenate(ids)
    digest = hashlib.sha256(everything.tobytes()).hexdigest()
    return {"tiktoken": version("tiktoken"), "tokens": len(everything), "sha256": digest}


def transformers_reference() -> dict[str, Any]:
    """Answer QUESTION greedily with transformers, which reads the GGUF file by itself."""
    import torch

    from benchmarks.bench_decode import load_reference
    from llmai_edu.tokenizers import smollm2_tokenizer

    model, tokenizer = load_reference(), smollm2_tokenizer()
    prompt = tokenizer.chat_prompt([{"role": "user", "content": QUESTION}])
    ids = torch.tensor([tokenizer.encode(prompt, allowed_special="all")])
    with torch.inference_mode():
        out = model.generate(
            ids,
            max_new_tokens=NEW_TOKENS,
            do_sample=False,
            eos_token_id=tokenizer.eos_id,
            pad_token_id=tokenizer.eos_id,
            return_dict_in_generate=True,
            output_scores=True,
        )
    leads = [(best[0] - best[1]).item() for best in (step[0].topk(2).values for step in out.scores)]
    answer = [i for i in out.sequences[0, ids.shape[1] :].tolist() if i != tokenizer.eos_id]
    return {
        "transformers": version("transformers"),
        "question": QUESTION,
        "margin": round(min(leads), 4),
        "ids": answer,
    }


def logits_reference(answer: list[int]) -> dict[str, Any]:
    """What transformers makes of QUESTION and its recorded answer, read at once: a number for each token."""
    import torch

    from benchmarks.bench_decode import load_reference
    from llmai_edu.tokenizers import smollm2_tokenizer

    ids = torch.tensor([*smollm2_tokenizer().chat_ids([{"role": "user", "content": QUESTION}]), *answer])
    with torch.inference_mode():
        logits = load_reference()(ids[None]).logits[0]  # (T, V)
    following = logits[:-1].log_softmax(-1).gather(-1, ids[1:, None]).squeeze(-1)  # (T - 1,)
    best = logits[-1].topk(5)
    return {
        "transformers": version("transformers"),
        "ids": ids.tolist(),
        "log_probs": [round(p, 5) for p in following.tolist()],
        "best_ids": best.indices.tolist(),
        "best_logits": [round(z, 5) for z in best.values.tolist()],
    }


def main() -> None:
    """Write the recordings into the package."""
    answer = transformers_reference()
    for file, reference in [
        ("llmai_edu/tokenizers/gpt2_reference.json", tiktoken_reference()),
        ("llmai_edu/pretrained/smollm2_reference.json", answer),
        ("llmai_edu/pretrained/smollm2_logits.json", logits_reference(answer["ids"])),
    ]:
        (ROOT / file).write_text(json.dumps(reference) + "\n", encoding="utf-8")
        print(file, {key: value for key, value in reference.items() if key not in ("ids", "log_probs")})


if __name__ == "__main__":
    main()
