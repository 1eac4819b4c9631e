"""A reward model: a language model whose head is exchanged for one number, what the answer is worth."""

import torch
from torch import nn

from llmai_edu.finetuning.dpo_loop import PairBatch

__all__ = ["RewardModel", "pair_rewards"]


class RewardModel(nn.Module):
    """A decoder that reads a prompt with its answer and says, at the last token, what they are worth together.

    decoder: one of ours with `hidden`, such as Llama; its weights are trained, too, so give a copy. The new head
    begins with zeros: at first everything is worth 0. Only differences mean something: what is added to all rewards
    changes no preference. Ouyang et al. 2022, "InstructGPT", section 3.5.

    >>> from llmai_edu.models.llama import Llama, LlamaConfig
    >>> model = RewardModel(Llama(LlamaConfig(16, 32, 64, 1, 2, 1, 64)))
    >>> model(torch.tensor([[1, 2, 0], [1, 2, 3]]), torch.tensor([2, 3])).tolist()
    [0.0, 0.0]
    """

    def __init__(self, decoder: nn.Module) -> None:
        super().__init__()
        self.decoder = decoder
        self.head = nn.Linear(decoder.config.hidden_size, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, ids: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """ids: (B, T), filled up on the right. lengths: (B,), tokens that are no filling. Returns (B,)."""
        x = self.decoder.hidden(ids)  # (B, T, C)
        last = x[torch.arange(len(ids), device=ids.device), lengths - 1]  # (B, C)
        return self.head(last).squeeze(-1)


def pair_rewards(model: RewardModel, batch: PairBatch) -> tuple[torch.Tensor, torch.Tensor]:
    """The rewards of the better and of the worse answers of a batch, (B,) each; gradients flow."""
    places = torch.arange(1, batch.ids.shape[1] + 1, device=batch.ids.device)
    lengths = (batch.counted * places).amax(dim=1)  # the last token that counts
    both = model(batch.ids, lengths)
    return both[: len(batch)], both[len(batch) :]
