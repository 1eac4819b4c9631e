"""The reward model: what stands behind the last token changes nothing, and a preference is learned and generalizes."""

import torch

from llmai_edu.finetuning.dpo_loop import TokenPair, pair_batch
from llmai_edu.finetuning.preference import reward_loss
from llmai_edu.finetuning.reward_model import RewardModel, pair_rewards
from llmai_edu.models.llama import Llama
from llmai_edu.models.llama_config import LlamaConfig


def model():
    generator = torch.Generator().manual_seed(0)
    made = RewardModel(Llama(LlamaConfig(12, 32, 64, 1, 2, 1, 16), generator=generator))
    with torch.no_grad():
        made.head.weight.normal_(generator=generator)
    return made


def test_filling_changes_nothing():
    worth = model()
    alone = [worth(torch.tensor([text]), torch.tensor([len(text)])).item() for text in ([1, 2], [3, 4, 5, 6])]
    together = worth(torch.tensor([[1, 2, 9, 9], [3, 4, 5, 6]]), torch.tensor([2, 4]))
    torch.testing.assert_close(together, torch.tensor(alone))
    better, worse = pair_rewards(worth, pair_batch([TokenPair([1], [2], [3, 4, 5]), TokenPair([3, 4], [5, 6], [7])]))
    want = [worth(torch.tensor([text]), torch.tensor([len(text)])).item() for text in ([1, 2], [3, 4, 5, 6])]
    torch.testing.assert_close(better, torch.tensor(want))
    torch.testing.assert_close(worse[1:], worth(torch.tensor([[3, 4, 7]]), torch.tensor([3])))


def test_the_gradient_of_the_head_is_the_papers():
    """-σ(r_worse - r_better) times the difference of the last hidden states (Ouyang et al. 2022, eq. 1)."""
    worth, batch = model(), pair_batch([TokenPair([1], [2], [3])])
    better, worse = pair_rewards(worth, batch)
    reward_loss(better, worse).backward()
    last = worth.decoder.hidden(batch.ids)[:, -1]
    want = -torch.sigmoid(worse - better) * (last[0] - last[1])
    torch.testing.assert_close(worth.head.weight.grad[0], want.detach())


def test_a_preference_generalizes():
    """Better: the answer whose token is the prompt's."""
    generator = torch.Generator().manual_seed(1)

    def pairs(rows):
        tokens = torch.randint(12, (rows, 2), generator=generator).tolist()
        return pair_batch([TokenPair([a], [a], [b]) for a, b in tokens if a != b])

    worth = model()
    optimizer = torch.optim.AdamW(worth.parameters(), 3e-3)
    for _ in range(200):
        loss = reward_loss(*pair_rewards(worth, pairs(32)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        better, worse = pair_rewards(worth, pairs(300))
    assert (better > worse).float().mean() > 0.95
