"""A loss that does not ask for certainty: label smoothing, for models that read one text and write another."""

import torch
import torch.nn.functional as F

from llmai_edu.models.t5 import T5, shift_right

__all__ = ["SmoothedTextToTextLoss"]


class SmoothedTextToTextLoss:
    """Cross-entropy against a target that gives each token a little: nats, the mean over the tokens to write.

    The true token gets 1 - smoothing, and all tokens share the rest evenly. Whoever is sure of a token that was only
    one of several good ones pays for it. Raises ValueError for a share outside [0, 1). Szegedy et al. 2016; Vaswani
    et al. 2017, section 5.4. With 0 it is `text_to_text_loss`.

    model: a `T5`. batch: ids (B, S) to read and labels (B, T) to write, both padded on the right. half: compute in
    bfloat16 where torch holds that to be safe.

    >>> SmoothedTextToTextLoss(0.1).smoothing
    0.1
    """

    def __init__(self, smoothing: float, *, half: bool = False) -> None:
        if not 0 <= smoothing < 1:
            raise ValueError(f"smoothing is a share of at least 0 and below 1, got {smoothing}")
        self.smoothing, self.half = smoothing, half

    def __call__(self, model: T5, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        pad, start = model.config.pad_token_id, model.config.decoder_start_token_id
        ids, labels = (part[:, : max(1, int((part != pad).sum(1).max()))] for part in batch)
        with torch.autocast(ids.device.type, dtype=torch.bfloat16, enabled=self.half):
            logits = model(ids, shift_right(labels, start), attention_mask=ids != pad)  # (B, T, V)
        given = {"ignore_index": pad, "label_smoothing": self.smoothing}
        return F.cross_entropy(logits.float().flatten(0, 1), labels.flatten(), **given)
