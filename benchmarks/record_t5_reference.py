"""Record the logits of transformers' T5 with the weights of our tiny ones: `python -m benchmarks.record_t5_reference`.

Lesson 14 compares with the recording; a test compares the recording with transformers.
"""

import json
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

ROOT = Path(__file__).resolve().parent.parent
IDS = [[5, 6, 7, 8, 9, 10, 11, 1], [12, 13, 14, 1, 0, 0, 0, 0]]
DECODER_IDS = [[0, 21, 22, 23, 24], [0, 31, 32, 33, 34]]


def their_logits(feed_forward: str) -> torch.Tensor:
    """The logits (B, T, V) of transformers, which reads the weights from a folder that we wrote."""
    import transformers

    from llmai_edu.pretrained.t5 import save_t5
    from llmai_edu.pretrained.t5_reference import reference_model

    ids = torch.tensor(IDS)
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        save_t5(reference_model(feed_forward), folder)
        theirs = transformers.T5ForConditionalGeneration.from_pretrained(folder).eval()
        mask = (ids != 0).long()
        return theirs(input_ids=ids, attention_mask=mask, decoder_input_ids=torch.tensor(DECODER_IDS)).logits


def main() -> None:
    """Write the recording into the package."""
    about: dict[str, Any] = {"transformers": version("transformers"), "ids": IDS, "decoder_ids": DECODER_IDS}
    for kind in ("relu", "gated-gelu"):
        about[kind] = [[[round(x, 6) for x in step] for step in row] for row in their_logits(kind).tolist()]
    (ROOT / "llmai_edu/pretrained/t5_reference.json").write_text(json.dumps(about) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
