"""A loss that teaches a translator which words belong together, before it can look them up: IBM's model 1, made neural.

A young decoder is a language model: it learns what usually comes next, and the attention to the source, which is
useless at first, learns slowly. Here every place of the source must guess the words of the translation by itself.
"""

import torch
import torch.nn.functional as F

from llmai_edu.models.t5 import T5, shift_right

__all__ = ["LexicalLoss", "lexical_nats"]


def lexical_nats(logits: torch.Tensor, mask: torch.Tensor, labels: torch.Tensor, pad: int) -> torch.Tensor:
    """The surprise at each true token, if a place of the source is drawn evenly and the token from what it guesses.

    p(t) = mean over the places s of p(t | s): IBM model 1 (Brown et al. 1993), where p(t | s) was a table. Order plays
    no part. logits: (B, S, V), what each place guesses. mask: (B, S), 0 at padding. labels: (B, T). Returns nats, the
    mean over the labels that are not `pad`.

    >>> logits = torch.tensor([[[0.0, 0.0], [0.0, -1e9]]])      # the second place is sure of token 0
    >>> lexical_nats(logits, torch.ones(1, 2), torch.tensor([[0]]), pad=-1).exp()      # 1 / (0.5 · 0.5 + 0.5 · 1)
    tensor(1.3333)
    """
    log_norms = logits.logsumexp(-1)  # (B, S)
    picked = logits.gather(2, labels.clamp(min=0)[:, None].expand(-1, logits.shape[1], -1))  # (B, S, T)
    shares = (mask / mask.sum(1, keepdim=True)).log()  # -inf at padding
    log_probs = (picked - log_norms[..., None] + shares[..., None]).logsumexp(1)  # (B, T)
    real = labels != pad
    return -log_probs[real].mean()


class LexicalLoss:
    """The smoothed loss of the translation, plus `weight` times the lexical one, with the same output matrix.

    smoothing: as in `SmoothedTextToTextLoss`. half: compute in bfloat16 where torch holds that to be safe. Raises
    ValueError for a negative weight.

    >>> LexicalLoss(0.1, weight=1.0).weight
    1.0
    """

    def __init__(self, smoothing: float, *, weight: float, half: bool = False) -> None:
        if weight < 0:
            raise ValueError(f"weight is at least 0, got {weight}")
        self.smoothing, self.weight, self.half = smoothing, weight, half

    def __call__(self, model: T5, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        pad, start = model.config.pad_token_id, model.config.decoder_start_token_id
        ids, labels = (part[:, : max(1, int((part != pad).sum(1).max()))] for part in batch)
        mask = ids != pad
        with torch.autocast(ids.device.type, dtype=torch.bfloat16, enabled=self.half):
            memory = model.encode(ids, mask)  # (B, S, C)
            guesses = model.head(memory)  # (B, S, V)
            logits = model.decode(shift_right(labels, start), memory, mask)  # (B, T, V)
        given = {"ignore_index": pad, "label_smoothing": self.smoothing}
        translation = F.cross_entropy(logits.float().flatten(0, 1), labels.flatten(), **given)
        return translation + self.weight * lexical_nats(guesses.float(), mask.float(), labels, pad)
