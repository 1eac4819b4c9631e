"""Group relative policy optimization: several answers to each prompt, and a rule that says what they are worth.

There is no reward model and no value model: what an answer is worth is compared with the others of its group. Shao et
al. 2024, "DeepSeekMath", section 4.
"""

import torch

__all__ = ["group_advantages", "grpo_loss", "kl_to_reference"]


def group_advantages(rewards: torch.Tensor, eps: float = 1e-6) -> torch.Tensor:
    """How much better than its group each answer was, in standard deviations of the group.

    rewards: (P, G), G answers to each of P prompts. Returns (P, G); 0 for a group whose rewards are all equal: it
    teaches nothing. Raises ValueError for groups of fewer than two. Shao et al. 2024, section 4.1.2.

    >>> group_advantages(torch.tensor([[1.0, 0.0], [1.0, 1.0]])).round(decimals=3)
    tensor([[ 0.7070, -0.7070],
            [ 0.0000,  0.0000]])
    """
    if rewards.ndim != 2 or rewards.shape[1] < 2:
        raise ValueError(f"rewards must be (prompts, answers) with at least two answers, got {tuple(rewards.shape)}")
    rewards = rewards.float()
    return (rewards - rewards.mean(dim=1, keepdim=True)) / (rewards.std(dim=1, keepdim=True) + eps)


def kl_to_reference(log_probs: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """An estimate, token by token, of the distance to the reference model: r - log r - 1, with r = π_ref / π.

    Never negative, and right on the mean over tokens that the policy drew. Both: (B, T). Schulman 2020, "Approximating
    KL Divergence", k3.

    >>> kl_to_reference(torch.zeros(1, 1), torch.zeros(1, 1)).item()
    0.0
    """
    log_ratio = reference - log_probs
    return log_ratio.exp() - log_ratio - 1


def grpo_loss(
    log_probs: torch.Tensor,
    old: torch.Tensor,
    advantages: torch.Tensor,
    counted: torch.Tensor,
    *,
    clip: float = 0.2,
    reference: torch.Tensor | None = None,
    beta: float = 0.0,
) -> torch.Tensor:
    """The clipped objective, to be made small: the mean over answers of the mean over their tokens.

    The ratio of new to old probability is worth its advantage, but not beyond 1 ± clip: further away, the old answers
    say little about the new model. log_probs, old: (B, T), of the tokens that were drawn, by the model now and when it
    drew them. advantages: (B,). counted: (B, T), 1 for tokens of the answer. reference, beta: the distance that is
    added. Raises ValueError for an answer without a token. Shao et al. 2024, eq. 3; Schulman et al. 2017, "PPO".

    >>> one = torch.ones(1, 1)
    >>> grpo_loss(torch.zeros(1, 1), torch.zeros(1, 1), torch.tensor([2.0]), one).item()
    -2.0
    """
    lengths = counted.sum(dim=1)
    if not (lengths > 0).all():
        raise ValueError("an answer has no token that counts")
    ratio = (log_probs - old).exp()  # (B, T)
    worth = advantages[:, None]
    gain = torch.minimum(ratio * worth, ratio.clamp(1 - clip, 1 + clip) * worth)
    if reference is not None:
        gain = gain - beta * kl_to_reference(log_probs, reference)
    return -((gain * counted).sum(dim=1) / lengths).mean()
