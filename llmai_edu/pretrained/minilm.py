"""MiniLM: a small BERT whose mean over the tokens of a text is a vector of what the text is about.

Wang et al. 2020, "MiniLM"; trained on pairs of texts that belong together as Reimers and Gurevych 2019,
"Sentence-BERT", showed.
"""

import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from llmai_edu.datasets.weights import minilm_folder
from llmai_edu.models.bert import BertModel
from llmai_edu.pretrained.bert import load_bert
from llmai_edu.tokenizers.wordpiece import WordPieceTokenizer

__all__ = ["embed_sentences", "load_minilm", "mean_pooling", "minilm_reference"]


def load_minilm(device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32) -> BertModel:
    """all-MiniLM-L6-v2 in our BERT, in evaluation mode; its tokenizer is `tokenizers.wordpiece.minilm_tokenizer()`.

    Fetched first (84 MB) if it is not in the cache. Raises DataError when it cannot be had.

    >>> model = load_minilm()                             # doctest: +SKIP
    >>> model.config.hidden_size                          # doctest: +SKIP
    384
    """
    return load_bert(minilm_folder(), device, dtype)


def mean_pooling(states: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
    """The mean of a text's token vectors, its padding left out.

    states: (B, T, C). attention_mask: (B, T), 1 at tokens, 0 at padding. Returns (B, C).

    >>> states = torch.tensor([[[2.0], [4.0], [99.0]]])
    >>> mean_pooling(states, torch.tensor([[1, 1, 0]])).tolist()
    [[3.0]]
    """
    weights = attention_mask.to(states.dtype)[:, :, None]  # (B, T, 1)
    return (states * weights).sum(1) / weights.sum(1)


@torch.inference_mode()
def embed_sentences(
    model: BertModel,
    tokenizer: WordPieceTokenizer,
    texts: Sequence[str],
    *,
    batch_size: int = 32,
    max_length: int = 256,
) -> np.ndarray:
    """A vector of length 1 for each text, so that the product of two vectors is the cosine of their angle.

    Texts of like length are read together, so that there is little padding; the rows come back in the order of `texts`.
    max_length: longer texts are cut off; MiniLM's own setting is 256 tokens. Returns (N, C) float32.

    >>> embed_sentences(load_minilm(), minilm_tokenizer(), ["A cat.", "A kitten."]).shape  # doctest: +SKIP
    (2, 384)
    """
    if isinstance(texts, str):
        raise ValueError(f"texts must be a list of texts, not one text; write [{texts[:20]!r}]")
    device = next(model.parameters()).device
    found = np.zeros((len(texts), model.config.hidden_size), np.float32)
    longest_first = np.argsort([-len(text) for text in texts], kind="stable")
    for start in range(0, len(texts), batch_size):
        rows = longest_first[start : start + batch_size]
        batch = tokenizer.encode_batch([texts[i] for i in rows], max_length)
        ids, mask = (torch.from_numpy(x).to(device) for x in (batch.ids, batch.attention_mask))
        pooled = mean_pooling(model(ids, mask).float(), mask)  # (B, C)
        found[rows] = F.normalize(pooled, dim=1).cpu().numpy()
    return found


def minilm_reference() -> dict[str, Any]:
    """Return the vectors that Hugging Face's `transformers` computes from the same file, recorded.

    `texts`: five of them; `vectors`: their vectors, 384 numbers each; `transformers`: its version.
    `benchmarks/record_minilm.py` records them, and a test compares them with transformers itself.

    >>> len(minilm_reference()["texts"])
    5
    """
    return json.loads((files(__package__) / "minilm_reference.json").read_text(encoding="utf-8"))
