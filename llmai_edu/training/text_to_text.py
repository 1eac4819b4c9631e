"""The loss of a model that reads one text and writes another."""

import torch
import torch.nn.functional as F

from llmai_edu.models.t5 import T5, shift_right

__all__ = ["text_to_text_loss"]


def text_to_text_loss(model: T5, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    """Cross-entropy of each token to write, given the text read and the true tokens before it: nats, mean over tokens.

    batch: ids (B, S) to read and labels (B, T) to write, both padded on the right with the model's padding id. Columns
    of nothing but padding are cut off.

    >>> from llmai_edu.models.t5 import T5Config
    >>> config = T5Config(vocab_size=100, d_model=32, d_kv=8, d_ff=64, num_layers=1, num_heads=4)
    >>> batch = torch.tensor([[5, 6, 1]]), torch.tensor([[7, 8, 1]])
    >>> text_to_text_loss(T5(config), batch).ndim
    0
    """
    pad, start = model.config.pad_token_id, model.config.decoder_start_token_id
    ids, labels = (part[:, : max(1, int((part != pad).sum(1).max()))] for part in batch)
    logits = model(ids, shift_right(labels, start), attention_mask=ids != pad)  # (B, T, V)
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=pad)
