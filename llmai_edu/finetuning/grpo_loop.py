"""Group relative policy optimization as a loop: draw answers, ask the rule what they are worth, take a step.

Any of our decoders will do, on the CPU or a GPU. The mathematics stands in `grpo`, the drawing in `rollouts`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from llmai_edu.finetuning.grpo import group_advantages, grpo_loss, kl_to_reference
from llmai_edu.finetuning.rollouts import Rollouts, sample_group, token_log_probs

__all__ = ["GRPOStep", "grpo_step", "train_grpo"]


@dataclass(frozen=True)
class GRPOStep:
    """What one round gave: the mean reward of what was drawn, before the step, and how far the model has gone.

    loss: of the last update. norm: the length of its gradient before clipping. teaching: the share of groups whose
    rewards are not all equal; the others have no gradient. length: tokens of an answer, on the mean. kl: the estimated
    distance to the reference in nats a token, nan without one.
    """

    reward: float
    loss: float
    norm: float
    teaching: float
    length: float
    kl: float


def grpo_step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    rollouts: Rollouts,
    rewards: Sequence[float] | torch.Tensor,
    *,
    reference: nn.Module | None = None,
    beta: float = 0.0,
    clip: float = 0.2,
    updates: int = 1,
    max_norm: float = 1.0,
    rows: int | None = None,
) -> GRPOStep:
    """Make good answers likelier and bad ones less likely: `updates` steps of the optimizer on the same answers.

    rewards: (B,), one an answer. reference, beta: a frozen model, and how dear it is to leave it; with beta 0 its
    distance is only measured. rows: how many answers are computed at once; the gradient is that of all. Raises
    ValueError for another number of rewards than answers. Shao et al. 2024, algorithm 1.
    """
    rewards = torch.as_tensor(rewards, dtype=torch.float32).to(rollouts.ids.device)
    if rewards.shape != (len(rollouts),):
        raise ValueError(f"{len(rollouts)} answers need as many rewards, got shape {tuple(rewards.shape)}")
    groups = rewards.view(-1, rollouts.group)  # (P, G)
    advantages, counted = group_advantages(groups).flatten(), rollouts.counted[:, 1:]
    away = None
    if reference is not None:
        with torch.no_grad():
            away = token_log_probs(reference, rollouts.ids, temperature=rollouts.temperature, rows=rows)
    parts = torch.arange(len(rollouts), device=rewards.device).split(rows or len(rollouts))
    for update in range(updates):
        optimizer.zero_grad()
        loss, kl = 0.0, 0.0
        for part in parts:
            now = token_log_probs(model, rollouts.ids[part], temperature=rollouts.temperature)
            beside = None if away is None else away[part]
            one = grpo_loss(
                now, rollouts.log_probs[part], advantages[part], counted[part], clip=clip, reference=beside, beta=beta
            )
            (one * len(part) / len(rollouts)).backward()
            loss += one.item() * len(part) / len(rollouts)
            if update == 0 and beside is not None:
                kl += (kl_to_reference(now.detach(), beside) * counted[part]).sum().item() / counted.sum().item()
        norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm).item()
        optimizer.step()
    return GRPOStep(
        reward=rewards.mean().item(),
        loss=loss,
        norm=norm,
        teaching=(groups.amax(dim=1) > groups.amin(dim=1)).float().mean().item(),
        length=rollouts.counted.sum().item() / len(rollouts),
        kl=kl if away is not None else float("nan"),
    )


def train_grpo(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    draw_prompts: Callable[[], Sequence[Sequence[int]]],
    reward: Callable[[Rollouts, Sequence[Sequence[int]]], Sequence[float]],
    *,
    steps: int,
    group: int,
    max_new_tokens: int,
    stop_ids: Sequence[int] = (),
    temperature: float = 1.0,
    generator: torch.Generator | None = None,
    report: Callable[[int, GRPOStep], None] | None = None,
    **options: object,
) -> list[GRPOStep]:
    """Repeat: new prompts, `group` answers to each, their rewards, a step; return what each round gave.

    draw_prompts(): a batch of P prompts as lists of ids. reward(rollouts, prompts): P · group numbers, in the order of
    the rows. report(step, what it gave) is called after each. options: those of `grpo_step`.
    """
    history = []
    for step in range(1, steps + 1):
        prompts = draw_prompts()
        rollouts = sample_group(
            model, prompts, group, max_new_tokens, temperature=temperature, stop_ids=stop_ids, generator=generator
        )
        history.append(grpo_step(model, optimizer, rollouts, reward(rollouts, prompts), **options))
        if report is not None:
            report(step, history[-1])
    return history
