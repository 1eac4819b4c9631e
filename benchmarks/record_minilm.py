"""Record what transformers computes from MiniLM's files: `python -m benchmarks.record_minilm`.

Lesson 13 compares our vectors with these, so that a learner need not install transformers; a test compares the
recording with transformers itself.
"""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TEXTS = [
    "The state of the Union is strong.",
    "A language model gives a probability for what comes next, and a text is as long as it is, which is why a batch "
    "has to be padded.",
    "Déjà vu?",
    "How do I open a file from a stranger?",
    "unpretentiousness",
]


def reference_vectors(texts: list[str]) -> Any:
    """The vectors of the texts (N, 384): transformers' states, the mean over the real tokens, length 1."""
    import torch
    import transformers

    from llmai_edu.datasets.weights import minilm_folder

    model = transformers.BertModel.from_pretrained(minilm_folder()).eval()
    reader = transformers.BertTokenizerFast.from_pretrained(minilm_folder())
    batch = reader(texts, padding=True, truncation=True, max_length=256, return_tensors="pt")
    with torch.inference_mode():
        states = model(**batch).last_hidden_state  # (B, T, C)
    weights = batch["attention_mask"].unsqueeze(-1).float()
    return torch.nn.functional.normalize((states * weights).sum(1) / weights.sum(1), dim=1).numpy()


def main() -> None:
    """Write the recording into the package."""
    rows = [[round(float(x), 7) for x in row] for row in reference_vectors(TEXTS)]
    content = {"transformers": version("transformers"), "texts": TEXTS, "vectors": rows}
    path = ROOT / "llmai_edu" / "pretrained" / "minilm_reference.json"
    path.write_text(json.dumps(content) + "\n", encoding="utf-8")
    print(path.name, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
