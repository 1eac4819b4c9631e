"""Lesson 13's tiny letter networks after 3,000 steps, recorded by `benchmarks/record_letter_bert.py`."""

import json
from typing import Any

import torch

from llmai_edu.models.bert import BertForMaskedLM
from llmai_edu.pretrained.bert import load_bert_for_masked_lm
from llmai_edu.pretrained.packaged import checked_file

__all__ = ["load_letter_bert", "load_letter_runs"]

SHA256 = {
    "letter_bert/model.safetensors": "10de415a49f442565e881e21c5ed0d1c5a2a78bd5b0255d8545ddfba5ed4d198",
    "letter_bert/config.json": "e3fe8bbecdb0bf9834145ce2633b40dd89dbbc643825e71705fd38ae01cc2db0",
}
RUNS = {"letter_bert/runs.json": "367e93de27b28d253e01db77c02624c715794e68dfd9a4112d02844a527e928b"}


def load_letter_bert(device: torch.device | str = "cpu") -> BertForMaskedLM:
    """The recorded BERT of letters that sees both sides (seed 0), in evaluation mode.

    The file has half precision (0.2 MB); the weights are brought back to float32. Raises DataError when a file of the
    package is missing or is not the recorded one.

    >>> sum(p.numel() for p in load_letter_bert().parameters())
    108316
    """
    paths = [checked_file(name, sha256) for name, sha256 in SHA256.items()]
    return load_bert_for_masked_lm(paths[0].parent, device)


def load_letter_runs() -> list[dict[str, Any]]:
    """What was recorded of each of nine trainings, three tasks with three seeds each.

    `task`, `seed`, `steps`. `losses`: the mean training loss of each 50 steps, in nats. `curve`: [steps done, share of
    gaps named right, nats a gap] every 250 steps. `right`: a text of 0 and 1, one for each of the 1,000 gaps after the
    last step. `nats`: nats a gap. Raises DataError when the file is missing or is not the recorded one.

    >>> len(load_letter_runs())
    9
    """
    ((name, sha256),) = RUNS.items()
    return json.loads(checked_file(name, sha256).read_text(encoding="utf-8"))["runs"]
