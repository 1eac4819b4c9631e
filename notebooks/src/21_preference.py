# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Learning from preferences
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/notebooks/21_preference.ipynb)
# <!-- colab:end -->
#
# *About 90 minutes to read, 45 seconds to run on two CPU cores, 1.4 GB. Needs: lesson 20.*
#
# In lesson 20 a model learned from answers that somebody had written: it *imitated* them. But a good answer is often hard to write and easy to recognize. On this page nobody shows the model an answer. It answers by itself, and is told which of two answers is better, or whether an answer is right. That is enough to learn from, and enough to be cheated.

# %% tags=["setup"]
# --- On Colab, install the course first; anywhere else these lines do nothing ---
import os
import sys
from IPython import get_ipython

if "google.colab" in sys.modules:
    address = os.environ.get("LLMAI_EDU_SOURCE", "https://github.com/llmai-edu/llmai-edu")
    get_ipython().run_line_magic("pip", f'install -q "llmai-edu @ git+{address}"')
# --- end of the Colab lines ---
import copy
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.datasets import smollm2_gguf
from llmai_edu.evaluation.bootstrap import bootstrap_interval
from llmai_edu.finetuning.dpo_loop import PairBatch, dpo_step, pair_batch, pair_log_probs
from llmai_edu.finetuning.grpo import kl_to_reference
from llmai_edu.finetuning.preference import PreferenceLoss, sequence_log_probs
from llmai_edu.finetuning.reward_model import RewardModel, pair_rewards
from llmai_edu.finetuning.rollouts import sample_group, token_log_probs
from llmai_edu.finetuning.sum_judge import answer_texts, judge, pairs_from
from llmai_edu.finetuning.sums import Sum, is_right, is_well_formed, sum_problems, sum_tokenizer
from llmai_edu.pretrained.sum_start import load_sum_start
from llmai_edu.training.recordings import load_recording
from llmai_edu.viz import PALETTE, new_axes

seed = 0
rng = np.random.default_rng(seed)
generator = torch.Generator().manual_seed(seed)
problems, tokenizer = sum_problems(), sum_tokenizer()
smollm2_gguf()  # the real model answers at the end of the page: is its file there?

# %% [markdown]
# ## The result first
#
# A small Llama of 108 thousand weights had begun to learn sums of two numbers of two digits, character by character, as `37+48=<85>`. The texts that it read wrote the answer in two ways, half of them in angle brackets and half without. This training was stopped early. From then on it was given sums *without* answers. It wrote eight answers to each, and a rule gave each answer a *reward*: 1 for the right number in brackets, 0 for everything else. From these rewards it learned on, by a method called GRPO. We measure the share of its answers with reward 1, on sums that it never met in training.
#
# All was done three times, from three such beginners; the figure shows the mean and the range. Beside it stand two controls. In one, each reward is a thrown coin. In the other, the model is shown the right answers in as many steps, as in lesson 20. These runs were *recorded* (`benchmarks/record_arithmetic.py`); a shorter one runs live below.

# %%
recording = load_recording("arithmetic_runs")
runs = {(run["kind"], run["seed"]): run for run in recording["runs"]}


def curve_of(kind, beginner, key):
    """Steps and values of one recorded run."""
    points = [point for point in runs[kind, beginner]["curve"] if key in point]
    return [point["step"] for point in points], [point[key] for point in points]


for kind in ("rule", "random", "answers"):
    curves = [curve_of(kind, beginner, "reward")[1] for beginner in range(3)]
    print(f"{kind:<8} from {[f'{curve[0]:.2f}' for curve in curves]}", end=" ")
    print(f"to {[f'{curve[-1]:.2f}' for curve in curves]}")


# %% alt="Share of new sums with reward 1 against the step, 0 to 200; each line is the mean of three beginners, with their range as a narrow band. Shown the answers: from 0.3 to about 0.9. Told right or wrong: from 0.3 at the beginning to near 0.5 after 20 steps and 0.66 at the end. Told a coin: 0.04 after 20 steps, then 0."
def mean_and_range(panel, kind, key, style, color, label):
    """The mean over the three beginners as a line, their range as a band."""
    steps = curve_of(kind, 0, key)[0]
    values = np.array([curve_of(kind, beginner, key)[1] for beginner in range(3)])
    panel.fill_between(steps, values.min(0), values.max(0), color=color, alpha=0.2, lw=0)
    panel.plot(steps, values.mean(0), style, ms=4, color=color, label=label)


_, axes = new_axes(5.0, 2.7)
names = {"answers": "shown the answers", "rule": "told right or wrong", "random": "told a coin"}
for (kind, name), marker, color in zip(names.items(), "^os", PALETTE):
    mean_and_range(axes, kind, "reward", marker + "-", color, name)
axes.set(xlabel="step", ylabel="share of new sums with reward 1", ylim=(0, 1))
axes.legend(fontsize=8)
plt.show()
for beginner in range(3):
    at_end = {kind: curve_of(kind, beginner, "reward")[1][-1] for kind in names}
    assert 0.2 < curve_of("rule", beginner, "reward")[1][0] < 0.35
    assert 0.6 < at_end["rule"] < 0.7
    assert at_end["random"] < 0.02
    assert at_end["answers"] > 0.85

# %% [markdown]
# Told only right or wrong, all three models rise, from about 0.3 to about two thirds. So a model can learn from its own answers, and what it learned holds for sums that it never met. Told a coin, it forgets all that it knew. And whoever is *shown* the answers learns faster: in as many steps it comes to almost nine tenths. A reward is a poor teacher compared with an answer. But it needs no answer.
#
# What follows: the beginner and the rule; a reward model that learns from pairs, and how it is deceived; DPO, which needs no reward model; GRPO, live. Then the questions that one should ask of such a curve. Is the gain sure? What was learned, form or sums? Can the model do anything that it could not do before?
#
# ## The beginner
#
# The model of the first beginner comes with the course. It has two layers of 64 channels, and 15 tokens: the digits, `+`, `=`, the brackets, and the end of the line, which ends an answer. All 8,100 sums are split, so that 37+48 and 48+37 are in the same part. Here are its answers to four test sums, eight to each, drawn at temperature 1 (lesson 00):

# %%
start = load_sum_start()
print(f"{sum(weight.numel() for weight in start.parameters()):,} weights")
print({part: len(getattr(problems, part)) for part in ("train", "valid", "test")})


def draw(model, sums, group, generator):
    """Let the model answer each sum `group` times, at temperature 1."""
    prompts = [tokenizer.encode(one.prompt) for one in sums]
    return sample_group(model, prompts, group, 6, stop_ids=[0], generator=generator)


few = problems.test[100:700:150]
drawn = draw(start, few, 8, generator)
for one, answers in zip(few, np.array(answer_texts(drawn)).reshape(-1, 8)):
    print(one.prompt, *answers)

# %% [markdown]
# It is often right, and often off by one or by ten. And it writes the brackets in about half of its answers, as its texts did. The rule wants both, the form and the number. It needs no model and no people, only a pattern and a comparison:


# %% quote="llmai_edu.finetuning.sums:rule_reward"
def rule_reward(answer: str, ended: bool, problem: Sum) -> float:
    """1 for the right total in the wanted form, else 0.

    >>> rule_reward("<85>", True, Sum(37, 48)), rule_reward("85", True, Sum(37, 48))
    (1.0, 0.0)
    """
    return float(is_well_formed(answer, ended) and is_right(answer, problem))


# %%
for text in ("<85>", "85", "<86>", "<85><86>"):
    print(f"{text:<9} {rule_reward(text, True, Sum(37, 48))}")
before = judge(draw(start, problems.test, 4, generator), problems.test)
for name in ("reward", "formed", "right"):
    print(f"{name:<7} {getattr(before, name).mean():.2f}")
assert 0.25 < before.reward.mean() < 0.40
assert 0.50 < before.formed.mean() < 0.62
assert 0.45 < before.right.mean() < 0.58

# %% [markdown]
# Three shares, over all test sums. *Formed* is the share with the wanted form, whatever the number. *Right* is the share with the right number, whatever the form. *Reward* wants both. Keep the three apart: a reward can rise because the form is learned, without any better sums.
#
# ## Which of two is better?
#
# For sums, a rule can tell. For most of what we want from a language model, no rule can: is this summary good, is this answer friendly? But people can *compare* two answers. InstructGPT [1] learned from such comparisons in three steps: collect pairs, train a *reward model* on them that gives each answer a number, then let the language model learn to get high numbers.
#
# How do numbers follow from comparisons? Bradley and Terry [2] assumed that the answer with reward $r_1$ is preferred to one with reward $r_2$ with the probability
#
# $$P(1 \succ 2) = \sigma(r_1 - r_2) = \frac{1}{1 + e^{-(r_1 - r_2)}}.$$
#
# Equal rewards give a half, a lead of 1 gives 0.73, a lead of 3 gives 0.95. The loss is the negative logarithm of what was observed, as always. For a better answer with reward 3 and a worse one with 2, by hand: $-\ln \sigma(1) = \ln(1 + e^{-1}) = 0.3133$.


# %% quote="llmai_edu.finetuning.preference:reward_loss"
def reward_loss(better: torch.Tensor, worse: torch.Tensor) -> torch.Tensor:
    """The negative log-probability, by Bradley and Terry, of the preferences: -log σ(r_better - r_worse), on the mean.

    better, worse: (B,), the rewards of the two answers. Ouyang et al. 2022, "InstructGPT", eq. 1.

    >>> round(reward_loss(torch.tensor([2.0]), torch.tensor([2.0])).item(), 4)     # a coin: ln 2
    0.6931
    """
    return -F.logsigmoid(better - worse).mean()


# %%
by_hand = math.log(1 + math.exp(-1))
print(f"{by_hand:.4f}", reward_loss(torch.tensor([3.0]), torch.tensor([2.0])).item())
assert abs(reward_loss(torch.tensor([3.0]), torch.tensor([2.0])).item() - by_hand) < 1e-6
assert round(by_hand, 4) == 0.3133
assert [round(1 / (1 + math.exp(-lead)), 2) for lead in (0, 1, 3)] == [0.5, 0.73, 0.95]

# %% [markdown]
# Now the pairs. The beginner answers 2,000 training sums eight times each. Where one answer has reward 1 and another 0, they make a pair. So the rule plays the part of the people here, people who never err. As a consequence we shall *know* where the reward model is wrong.

# %%
chosen = [problems.train[place] for place in rng.permutation(len(problems.train))[:2000]]
pairs, _ = pairs_from(draw(start, chosen, 8, generator), chosen, rng)
held, only_number = pairs_from(draw(start, problems.test, 8, generator), problems.test, rng)
for pair in pairs[:3]:
    print([tokenizer.decode(part).strip() for part in (pair.prompt, pair.better, pair.worse)])
print(
    f"{len(pairs):,} pairs; of {len(held)} held out, {only_number.mean():.0%} have two good forms"
)
assert 0.25 < only_number.mean() < 0.45

# %% [markdown]
# In about a third of the pairs both answers have the wanted form, and only a number is wrong. In the others the form gives it away.
#
# The reward model is the beginner itself, with another head: a single number in place of 15 logits, read at the last token of the answer.


# %% quote="llmai_edu.finetuning.reward_model:RewardModel.forward"
def forward(self, ids: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """ids: (B, T), filled up on the right. lengths: (B,), tokens that are no filling. Returns (B,)."""
    x = self.decoder.hidden(ids)  # (B, T, C)
    last = x[torch.arange(len(ids), device=ids.device), lengths - 1]  # (B, C)
    return self.head(last).squeeze(-1)


# %%
train_pairs, test_pairs = pair_batch(pairs), pair_batch(held)
worth = RewardModel(copy.deepcopy(start))
assert forward(worth, test_pairs.ids, torch.full((2 * len(test_pairs),), 7)).abs().max() == 0
optimizer = torch.optim.AdamW(worth.parameters(), 1e-3, weight_decay=0.0, fused=True)
for _ in range(150):
    batch = train_pairs.take(torch.randint(len(train_pairs), (64,), generator=generator))
    loss = reward_loss(*pair_rewards(worth, batch))
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(worth.parameters(), 1.0)
    optimizer.step()

# %% [markdown]
# (The new head begins with zeros, as the assertion saw.) In how many of the held-out pairs does it give the better answer the higher reward? By chance it would be a half.

# %%
with torch.no_grad():
    better, worse = pair_rewards(worth, test_pairs)
agrees = (better > worse).numpy().astype(float)
kinds_of_pairs = {"all": np.ones_like(only_number), "form": ~only_number, "number": only_number}
accuracy = {}
for name, which in kinds_of_pairs.items():
    low, high = bootstrap_interval(agrees[which], np.ones(which.sum()), rng=rng)
    accuracy[name] = agrees[which].mean()
    print(f"{name:<7} {which.sum():>4} pairs: {accuracy[name]:.2f} [{low:.2f}, {high:.2f}]")
assert 0.75 < accuracy["all"] < 0.92
assert accuracy["form"] > 0.97
assert accuracy["number"] < 0.68

# %% [markdown]
# More than three in four: that looks like a good reward model. But the number is made of two parts. Where the form is wrong, it is practically always right. Where only the number is wrong, it is hardly better than a coin, if at all. Whoever judges a sum must be able to add, and this model can do so about half of the time. The form is easier to see. *A mean over all pairs does not show what a judge can judge.*
#
# That may change with more training. The recording has reward models for the three beginners, trained on half as many pairs more and for 50 steps more:

# %%
for beginner in range(3):
    run = runs["reward_model", beginner]
    print(
        f"{run['pairs']:,.0f} pairs: {run['accuracy']:.2f}, only the number {run['accuracy_formed']:.2f}"
    )
    assert 0.55 < run["accuracy_formed"] < run["accuracy"] - 0.15

# %% [markdown]
# Some skill, but the same picture.
#
# ### The best of n, by the judge
#
# The simplest use of a reward model needs no training: let the model answer n times, and keep the answer with the highest score. How good is that answer *in truth*? We can ask the rule. Guess: what happens from n = 1 to n = 32?

# %%
asked = problems.test[::2]
many = draw(start, asked, 32, generator)
behind = many.counted.flip(1).argmax(1)  # tokens behind the last that counts
with torch.no_grad():
    scores = worth(many.ids, many.ids.shape[1] - behind).view(-1, 32).numpy()
found, texts = judge(many, asked), np.array(answer_texts(many)).reshape(-1, 32)
truth = found.reward

# %%
sizes = (1, 2, 4, 8, 16, 32)
picks = {n: scores[:, :n].argmax(axis=1) for n in sizes}
by_score = [truth[np.arange(len(asked)), picks[n]].mean() for n in sizes]
by_rule = [truth[:, :n].max(axis=1).mean() for n in sizes]
score_of_best = [float(scores[:, :n].max(axis=1).mean()) for n in sizes]
print("true reward", np.round(by_score, 2))
print("its score  ", np.round(score_of_best, 1))


# %%
def blind_choice(n):
    """How many distinct well-formed answers a sum has among n, and the share right if one is taken blindly."""
    distinct = [len(set(row[:n][ok[:n] == 1])) for row, ok in zip(texts, found.formed)]
    return np.mean(distinct), (truth[:, :n].any(axis=1) / np.maximum(distinct, 1)).mean()


distinct, blindly = zip(*(blind_choice(n) for n in sizes))
print("distinct well-formed answers  ", np.round(distinct, 1))
print("one of them, taken blindly    ", np.round(blindly, 2))

# %% alt="True reward of the chosen answer against n, from 1 to 32, logarithmic. Chosen by the rule itself it rises from 0.34 to 0.99. Chosen by the reward model it rises from 0.34 to 0.53 at n = 4, then falls to 0.20 at n = 32, below the dotted line at 0.32 for any answer. A blind choice among the distinct well-formed answers goes the same way a little higher: 0.54 at n = 4, 0.29 at n = 32."
_, axes = new_axes(5.0, 2.7)
axes.plot(sizes, by_rule, "^--", label="by the rule itself")
axes.plot(sizes, by_score, "o-", label="by the reward model")
axes.plot(sizes, blindly, "s-.", ms=4, label="blindly among distinct ones")
axes.axhline(truth.mean(), color="black", ls=":", label="any answer")
axes.set(xscale="log", xlabel="n", ylabel="true reward of the chosen answer", ylim=(0, 1.02))
axes.set_xticks(sizes, sizes)
axes.minorticks_off()
axes.legend(fontsize=7, labelspacing=0.2, loc="lower left")
plt.show()

# %%
for row in range(5, 65, 12):
    print(asked[row].prompt, {n: str(texts[row, picks[n][row]]) for n in (1, 4, 32)})
right_of_formed = truth.mean() / found.formed.mean()
print(f"right among the well-formed {right_of_formed:.2f}, picks of 32 {by_score[-1]:.2f}")

# %%
assert score_of_best == sorted(score_of_best)
assert by_rule[-1] > 0.95
assert max(by_score) > truth.mean() + 0.1
assert sizes[int(np.argmax(by_score))] in (2, 4, 8)
assert by_score[-1] < truth.mean()
assert by_score[-1] < blindly[-1] < right_of_formed - 0.15
assert 3 < distinct[-1] < 5
assert max(abs(a - b) for a, b in zip(by_score[1:3], blindly[1:3])) < 0.08

# %% [markdown]
# Up to a few answers the judge helps: it throws out the wrong forms. Then it turns. The score goes on rising, and the true reward falls, below that of an answer taken blindly! The rule, with the same answers, reaches almost 1, so a right one was nearly always there.
#
# Why does it fall so low? More than half of the well-formed answers are right, so even a judge that knew nothing of numbers should seem to do no worse. But equal answers get equal scores. It does not count how *often* an answer was given. So the judge chooses among the *distinct* answers, and of those one at most is right, while the wrong ones multiply: among 32 answers there are about four distinct ones that are well-formed. The dash-dotted line is a blind choice among these. It turns and falls like the judge's. At n = 32 the judge does even worse than the blind choice: the highest score goes to the answer that it happens to overrate, and the more of them compete, the surer it is that there is one.
#
# Gao and others [3] measured this for large reward models and named it *over-optimization*: a measure that is pressed hard ceases to measure. It is the same when a language model is trained against the reward model, since training is a search for high scores, too. That is why the training is held near the beginning by a price on the distance, which comes next.
#
# ## DPO: without a reward model
#
# Training a language model against a reward model is laborious. Rafailov and others [4] saw that the reward model can be left out. Suppose we knew the reward $r$, and looked for the model $\pi$ with the highest mean reward that stays near the model before tuning, the *reference* $\pi_{\text{ref}}$. Distance is measured by the Kullback–Leibler divergence (lesson 10) and costs $\beta$:
#
# $$\max_\pi \; \mathbb{E}_{y \sim \pi}[r(y)] - \beta \, \text{KL}(\pi \,\|\, \pi_{\text{ref}}).$$
#
# The solution is known: $\pi^*(y) \propto \pi_{\text{ref}}(y)\, e^{r(y)/\beta}$. In a world of three answers one can check it by trying:

# %%
reference, reward, beta = np.array([0.5, 0.3, 0.2]), np.array([1.0, 0.0, 2.0]), 0.5
best_policy = reference * np.exp(reward / beta)
best_policy /= best_policy.sum()


def objective(policy):
    return (policy * (reward - beta * np.log(policy / reference))).sum(-1)


tried = rng.dirichlet(np.ones(3), size=20_000)
print(best_policy.round(3), objective(best_policy).round(4), objective(tried).max().round(4))
assert objective(best_policy) > objective(tried).max()

# %% [markdown]
# Read backwards, that says: the reward of an answer is $\beta \log \frac{\pi^*(y)}{\pi_{\text{ref}}(y)}$, plus something that is the same for all answers. In a *difference* of rewards it cancels:

# %%
implicit = beta * np.log(best_policy / reference)
print(implicit - implicit[1], "and the rewards", reward)
assert np.allclose(implicit - implicit[1], reward)

# %% [markdown]
# So put this in the place of $r$ in Bradley and Terry's loss, and train the language model itself on the pairs:
#
# $$-\log \sigma\!\left(\beta \left[\log \frac{\pi(y_b)}{\pi_{\text{ref}}(y_b)} - \log \frac{\pi(y_w)}{\pi_{\text{ref}}(y_w)}\right]\right),$$
#
# with $y_b$ the better and $y_w$ the worse answer. That is *direct preference optimization*, DPO. A case by hand. The better answer has log-probability -1 and had -2 with the reference; the worse has -3 and had -2. With β = 0.5 the margin is 0.5 · (1 + 1) = 1, and the loss once more 0.3133.


# %%
def dpo_by_hand(better, worse, reference_better, reference_worse, beta):
    margin = beta * ((better - reference_better) - (worse - reference_worse))
    return math.log(1 + math.exp(-margin))


print(round(dpo_by_hand(-1, -3, -2, -2, beta=0.5), 4))
assert round(dpo_by_hand(-1, -3, -2, -2, beta=0.5), 4) == 0.3133


# %% quote="llmai_edu.finetuning.preference:dpo_loss"
def dpo_loss(
    better: torch.Tensor,
    worse: torch.Tensor,
    reference_better: torch.Tensor,
    reference_worse: torch.Tensor,
    beta: float = 0.1,
) -> PreferenceLoss:
    """The loss of direct preference optimization, from the log-probabilities of whole answers.

    -log σ(β · [(log π(better) - log π_ref(better)) - (log π(worse) - log π_ref(worse))]), on the mean. All: (B,). beta:
    how dear it is to leave the reference. Raises ValueError for beta not above 0. Rafailov et al. 2023, eq. 7.

    >>> same = torch.zeros(2)
    >>> round(dpo_loss(same, same, same, same).loss.item(), 4)
    0.6931
    """
    if not beta > 0:
        raise ValueError(f"beta must be above 0, got {beta}")
    margin = beta * ((better - reference_better) - (worse - reference_worse))
    accuracy = (margin.detach() > 0).float().mean().item()
    return PreferenceLoss(-F.logsigmoid(margin).mean(), accuracy, margin.detach().mean().item())


# %%
numbers = [torch.tensor([float(value)]) for value in (-1, -3, -2, -2)]
print(dpo_loss(*numbers, beta=0.5))
assert abs(dpo_loss(*numbers, beta=0.5).loss.item() - dpo_by_hand(-1, -3, -2, -2, 0.5)) < 1e-6

# %% [markdown]
# The log-probability of an answer is the sum over its tokens. The prompt does not count: it was given, not said. In a batch of pairs the better answers come first, then the worse:


# %% quote="llmai_edu.finetuning.dpo_loop:pair_log_probs"
def pair_log_probs(model: nn.Module, batch: PairBatch) -> tuple[torch.Tensor, torch.Tensor]:
    """The log-probabilities of the better and of the worse answers, (B,) each; gradients flow."""
    both = sequence_log_probs(model(batch.ids).float(), batch.ids, batch.counted)
    return both[: len(batch)], both[len(batch) :]


# %%
one = pair_batch(pairs[:1])
whole = [*pairs[0].prompt, *pairs[0].better]
chances = start(torch.tensor([whole]))[0].log_softmax(-1)  # (T, V)
slowly = sum(chances[place - 1, whole[place]].item() for place in range(6, len(whole)))
print(
    f"{tokenizer.decode(whole).strip()}: {slowly:.4f}, {pair_log_probs(start, one)[0].item():.4f}"
)
assert abs(slowly - pair_log_probs(start, one)[0].item()) < 1e-4

# %% [markdown]
# Now DPO on the same pairs, for two prices of leaving the reference: β = 0.1, which the paper takes in most of its experiments, and β = 1. Fifty steps each.


# %%
def movement(policy, then, beta):
    """Held out: how far better and worse have moved, the loss, and the probability of both together."""
    with torch.no_grad():
        now = pair_log_probs(policy, test_pairs)
    moved = [(a - b).mean().item() for a, b in zip(now, then)]
    together = (now[0].exp() + now[1].exp()).mean().item()
    return [*moved, dpo_loss(*now, *then, beta).loss.item(), together]


# %%
def tune_by_dpo(beta, steps=50):
    policy, moved = copy.deepcopy(start), []
    optimizer = torch.optim.AdamW(
        policy.parameters(), 1e-4, weight_decay=0.0, betas=(0.9, 0.95), fused=True
    )
    with torch.no_grad():
        kept, then = (pair_log_probs(policy, some) for some in (train_pairs, test_pairs))
    for step in range(steps + 1):
        if step % 10 == 0:
            moved.append(movement(policy, then, beta))
        batch = torch.randint(len(train_pairs), (64,), generator=generator)
        of_batch = tuple(part[batch] for part in kept)
        dpo_step(policy, optimizer, train_pairs.take(batch), of_batch, beta=beta)
    return policy, np.array(moved)


# %%
by_beta = {}
for beta in (0.1, 1.0):
    policy, moved = tune_by_dpo(beta)
    found = judge(draw(policy, problems.test, 4, generator), problems.test)
    shares = {name: getattr(found, name).mean() for name in ("reward", "formed", "right")}
    by_beta[beta] = moved, shares
    print(f"beta {beta}:", {name: f"{share:.2f}" for name, share in by_beta[beta][1].items()})

# %% alt="Log-probability on held-out pairs minus the reference's against the step, 0 to 50. With beta 0.1 the worse answer falls to about minus 9 and the better one to about minus 1.3. With beta 1 the worse falls to about minus 2.3 and the better rises to about 0.5."
_, axes = new_axes(5.0, 2.7)
for (beta, (moved, _)), style, color in zip(by_beta.items(), ("-", "--"), PALETTE):
    for column, name, marker in ((0, "better", "^"), (1, "worse", "v")):
        label = f"{name} answer, β = {beta}"
        axes.plot(range(0, 51, 10), moved[:, column], marker + style, color=color, label=label)
axes.axhline(0, color="black", lw=0.8)
axes.set(xlabel="step", ylabel="log-probability, minus the reference's")
axes.legend(fontsize=8)
plt.show()

# %%
was = before.right.mean()
for beta, (moved, shares) in by_beta.items():
    print(f"beta {beta}: better {moved[-1, 0]:+.2f}, worse {moved[-1, 1]:+.2f}", end="; ")
    print(f"loss {moved[0, 2]:.2f} to {moved[-1, 2]:.2f}", end="; ")
    print(f"both together {moved[0, 3]:.2f} to {moved[-1, 3]:.2f}", end="; ")
    print(f"right {was:.2f} to {shares['right']:.2f}")

# %%
for moved, shares in by_beta.values():
    assert moved[-1, 2] < 0.5 < 0.69 < moved[0, 2] < 0.70
    assert shares["formed"] > 0.85
    assert moved[-1, 1] < moved[-1, 0] - 2
assert by_beta[0.1][0][-1, 0] < -0.3 < 0.2 < by_beta[1.0][0][-1, 0]
assert by_beta[0.1][0][-1, 3] < by_beta[0.1][0][0, 3] - 0.1
assert by_beta[0.1][1]["right"] < was - 0.1
assert by_beta[1.0][1]["reward"] > before.reward.mean() + 0.1

# %% [markdown]
# Both learned the form. But look at the pair of lines for β = 0.1. The loss asks only that the better answer be *ahead* of the worse one. The worse falls deep, and the better falls as well! Where does the probability go? The two answers of a held-out pair *together* have less of it than before, so it went to other answers. Most of these are wrong: the share of right numbers has fallen far below the beginner's. That is a known weakness of DPO [12]. With β = 1, the loss is satisfied sooner, the better answer rises, and the reward with it.
#
# β is thus a tether, and 0.1 held too loosely for this model and this learning rate. On another model, it is another. What one should watch is not the loss, which falls in both cases, even on held-out pairs, but the log-probability of the better answer, and the reward of new answers.
#
# ## GRPO: the model asks itself
#
# DPO learns from answers that the beginner gave. But the model changes, and soon makes other mistakes. A method that is *online* draws new answers from the model as it is, step after step, and asks for their rewards. Where a rule checks them, there is no reward model to be deceived, only the rule.
#
# The gradient is an old one (*REINFORCE* [5]): make each answer likelier in proportion to its *advantage*, that is, how much better it was than what could be expected. What could be expected? *Group relative policy optimization* [6], GRPO, answers: the mean of several answers to the same prompt. For the rewards of one group:


# %%
def advantages_loops(rewards):
    mean = sum(rewards) / len(rewards)
    spread = math.sqrt(sum((r - mean) ** 2 for r in rewards) / (len(rewards) - 1))
    return [(r - mean) / spread for r in rewards]


print(np.round(advantages_loops([1, 0, 0, 1]), 3), np.round(advantages_loops([1, 0, 0, 0]), 3))


# %% quote="llmai_edu.finetuning.grpo:group_advantages"
def group_advantages(rewards: torch.Tensor, eps: float = 1e-6) -> torch.Tensor:
    """How much better than its group each answer was, in standard deviations of the group.

    rewards: (P, G), G answers to each of P prompts. Returns (P, G); 0 for a group whose rewards are all equal: it
    teaches nothing. Raises ValueError for groups of fewer than two. Shao et al. 2024, section 4.1.2.

    >>> group_advantages(torch.tensor([[1.0, 0.0], [1.0, 1.0]])).round(decimals=3)
    tensor([[ 0.7070, -0.7070],
            [ 0.0000,  0.0000]])
    """
    if rewards.ndim != 2 or rewards.shape[1] < 2:
        raise ValueError(
            f"rewards must be (prompts, answers) with at least two answers, got {tuple(rewards.shape)}"
        )
    rewards = rewards.float()
    return (rewards - rewards.mean(dim=1, keepdim=True)) / (
        rewards.std(dim=1, keepdim=True) + eps
    )


# %%
rewards = torch.tensor([[1.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0]])
print(group_advantages(rewards).round(decimals=3))
for row in range(2):
    by_hand = torch.tensor(advantages_loops(rewards[row].tolist()))
    assert torch.allclose(group_advantages(rewards)[row], by_hand, atol=1e-5)
assert group_advantages(rewards)[2].abs().max() == 0
assert abs(advantages_loops([1, 0, 0, 1])[0] - 0.5 / math.sqrt(1 / 3)) < 1e-12

# %% [markdown]
# By hand for the rewards 1, 0, 0, 1: the mean is 0.5, the standard deviation √(1/3) = 0.577, and so the advantages are ±0.866. A single success among four weighs 1.5. A group in which all are right, or all wrong, teaches nothing. (The small `eps` saves such a group from a division by zero.)
#
# The second part is borrowed from *proximal policy optimization* (PPO) [7]. Drawing answers is expensive, so one may take several steps on the same answers. But then they no longer come from the present model. Each token is weighted by the ratio of its new to its old probability, and what is gained beyond a ratio of 1 ± 0.2 does not count: a token is not pushed further than that at a time. (On this page we take one step on each draw. The ratio is then 1, and the bound never acts.) Slowly:


# %%
def grpo_loss_loops(new, old, advantages, clip=0.2):
    """new, old: for each answer the log-probabilities of its tokens."""
    gains = []
    for now, then, worth in zip(new, old, advantages):
        tokens = []
        for a, b in zip(now, then):
            ratio = math.exp(a - b)
            bounded = min(max(ratio, 1 - clip), 1 + clip)
            tokens.append(min(ratio * worth, bounded * worth))
        gains.append(sum(tokens) / len(tokens))
    return -sum(gains) / len(gains)


log = math.log
print(grpo_loss_loops([[log(1.5), log(0.5)]] * 2, [[0, 0]] * 2, [1, -1]))

# %% [markdown]
# By hand: two answers of two tokens, with ratios 1.5 and 0.5. With advantage 1, the first counts as 1.2 and the second as 0.5, on the mean 0.85. With advantage -1, it is -1.5 and -0.8, on the mean -1.15. The loss is -(0.85 - 1.15) / 2 = 0.15. The bound only holds back what already went the right way: a bad token that became likelier is blamed in full.
#
# The package's version has one more term: the distance to a reference, with a price β as in DPO. It is estimated token by token, as $\rho - \log \rho - 1$ with $\rho = \pi_{\text{ref}} / \pi$. That is never negative, and right on the mean over tokens that $\pi$ drew [8].


# %% quote="llmai_edu.finetuning.grpo:grpo_loss"
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


# %%
new, old = torch.tensor([[1.5, 0.5], [1.5, 0.5]]).log(), torch.zeros(2, 2)
loss = grpo_loss(new, old, torch.tensor([1.0, -1.0]), torch.ones(2, 2)).item()
print(f"{loss:.4f}")
assert abs(loss - 0.15) < 1e-6
assert abs(grpo_loss_loops(new.tolist(), old.tolist(), [1, -1]) - loss) < 1e-6
policy, other = torch.tensor([0.5, 0.3, 0.2]), torch.tensor([0.2, 0.2, 0.6])
estimate = (policy * kl_to_reference(policy.log(), other.log())).sum()
assert abs(estimate - F.kl_div(other.log(), policy, reduction="sum")) < 1e-6

# %% [markdown]
# ### Live
#
# One step: draw 16 training sums, 8 answers to each, ask the rule, and let `grpo_step` do the rest. The log-probability of each drawn token comes with the answers, as they were drawn side by side with the KV cache (lesson 15). Do these numbers agree with what the model says when it reads the whole answer?

# %%
again = token_log_probs(start, drawn.ids)
difference = ((again - drawn.log_probs) * drawn.counted[:, 1:]).abs().max().item()
print(f"largest difference {difference:.1e}")
assert difference < 1e-4

# %%
from llmai_edu.finetuning.grpo_loop import grpo_step

policy, history = copy.deepcopy(start), []
optimizer = torch.optim.AdamW(
    policy.parameters(), 5e-4, weight_decay=0.0, betas=(0.9, 0.95), fused=True
)
for _ in range(80):
    sums = [problems.train[place] for place in rng.integers(len(problems.train), size=16)]
    rollouts = draw(policy, sums, 8, generator)
    rewards = judge(rollouts, sums).reward.flatten()
    history.append(grpo_step(policy, optimizer, rollouts, rewards, reference=start))
after = judge(draw(policy, problems.test, 4, generator), problems.test)
for name in ("reward", "formed", "right"):
    change = (getattr(after, name) - getattr(before, name)).mean(axis=1)  # for each test sum
    low, high = bootstrap_interval(change, np.ones(len(change)), rng=rng)
    then, now = getattr(before, name).mean(), getattr(after, name).mean()
    print(
        f"{name:<7} {then:.2f} to {now:.2f}, change {change.mean():+.2f} [{low:+.2f}, {high:+.2f}]"
    )
    assert name != "reward" or low > 0.1

# %% [markdown]
# After 80 steps, 10,240 answers and as many rewards, the reward on *held-out* sums has risen, and the interval of the change excludes zero. The bootstrap draws sums with replacement (lesson 03), and compares each sum with itself.

# %% alt="Two panels. Left: the reward of drawn answers, mean of 8 steps, rises from about 0.4 to about 0.6 in 80 steps. Right: the distance to the beginner in nats a token rises from 0 to about 0.2 in the first 20 steps, then jumps between 0.05 and 0.3, with single peaks of 0.4 to 0.6."
figure, (left, right) = plt.subplots(1, 2, figsize=(6.0, 2.3), layout="constrained")
smooth = np.convolve([found.reward for found in history], np.ones(8) / 8, mode="valid")
left.plot(range(8, 81), smooth, color=PALETTE[0])
left.set(xlabel="step", ylabel="reward, mean of 8 steps", ylim=(0, 1))
right.plot(range(1, 81), [found.kl for found in history], color=PALETTE[3])
right.set(xlabel="step", ylabel="distance, nats a token")
plt.show()
assert history[0].kl < 1e-6
assert smooth[32] - smooth[0] > 0.08 > abs(smooth[-9:].mean() - smooth[28:37].mean())
assert 0.03 < np.mean([found.kl for found in history[-20:]]) < 0.8

# %% [markdown]
# The distance grows at once and then stays moderate, though nothing was charged for it (β = 0). (Its jumps are those of an estimate from 128 answers.) The reward rises in the first 40 steps, and hardly after them. Why? The recorded runs say more, with the two parts of the reward apart:

# %% alt="Three panels, one a beginner, with three lines against the step. Formed rises from about 0.55 to 0.97 in the first 20 steps and stays near 1. Right stays near 0.5 for the first 20 steps, or falls a little, and then rises to 0.64 to 0.68. The reward rises from 0.3 to meet the line of right after 20 steps, and follows it."
figure, panels = plt.subplots(1, 3, figsize=(6.6, 2.2), sharey=True, layout="constrained")
for beginner, panel in enumerate(panels):
    for key, style, color in zip(("formed", "right", "reward"), ("^-", "s-", "o--"), PALETTE):
        panel.plot(*curve_of("rule", beginner, key), style, ms=3, color=color, label=key)
    panel.set(xlabel="step", title=f"beginner {beginner}", ylim=(0, 1.02))
panels[0].set_ylabel("share of answers to new sums")
panels[0].legend(fontsize=8, loc="lower right")
plt.show()

# %%
for beginner in range(3):
    formed, right = (curve_of("rule", beginner, key)[1] for key in ("formed", "right"))
    assert formed[0] < 0.65
    assert formed[1] > 0.95  # after 20 steps
    assert right[1] < right[0] + 0.05
    assert 0.125 < right[-1] - right[0] < 0.175

# %% [markdown]
# *First the form, then the numbers.* After 20 steps nearly all answers have the form, and the share of right numbers has hardly risen, or has even fallen. What looked like progress in sums was brackets. After that the numbers do improve, slowly: at the end, the share of right ones is 13 to 17 points above the beginner's. A gain in reward should be taken apart before it is called reasoning.
#
# ## What did it learn?
#
# ### Is the gain sure, and is it due to the rewards?
#
# For each beginner and each kind of run, the recording has 32 answers to each of 416 test sums, before and after. The change in reward with its interval:


# %%
def share_of(kind, beginner, key="rewarded"):
    """For each of 416 test sums, the share of 32 answers."""
    return np.array(runs[kind, beginner]["many"][key]) / 32


def change_with_interval(kind, beginner, key, before="start"):
    """The mean change of such a share, and the ends of its interval."""
    change = share_of(kind, beginner, key) - share_of(before, beginner, key)
    return change.mean(), *bootstrap_interval(change, np.ones(len(change)), rng=rng)


# %%
ends = {}
for kind in ("rule", "random", "answers", "dpo_0.1", "dpo_1"):
    for beginner in range(3):
        mean, low, high = change_with_interval(kind, beginner, "rewarded")
        ends.setdefault(kind, []).append((low, high))
        print(f"{kind:<8} {beginner} {mean:+.2f} [{low:+.2f}, {high:+.2f}]")
lows, highs = ({kind: [end[i] for end in ends[kind]] for kind in ends} for i in (0, 1))
assert min(lows["rule"]) > 0.25
assert max(highs["random"]) < -0.2
assert min(lows["answers"]) > max(highs["rule"])
assert min(lows["dpo_1"]) > 0 > max(highs["dpo_0.1"])

# %% [markdown]
# For GRPO all three intervals lie far above zero. With coins the fall is as sure. So the gain does come from the rewards, not from drawing and training as such. That is not to be taken for granted: some large models rose even with random rewards [10]. Their authors think that whatever the model did most was done still more, and that this happened to be useful. Without this control one would not know.
#
# Being shown the answers gives more than either. And DPO with β = 1 gains a good part of what GRPO gains, with about as many answers drawn: 24,000 at once, against 25,600 in 200 steps. With β = 0.1 it lost, for all three beginners: what you saw live was no accident.

# %%
settings = recording["settings"]["kinds"]
dpo, grpo = settings["dpo_1"], settings["rule"]
print(dpo["problems"] * dpo["group"], grpo["steps"] * grpo["prompts"] * grpo["group"])
assert dpo["problems"] * dpo["group"] == 24_000
assert grpo["steps"] * grpo["prompts"] * grpo["group"] == 25_600

# %% [markdown]
# One may ask whether the sums suffered elsewhere. The recording has one more number, the cross-entropy of the right answers in brackets, in nats a token:

# %%
loss = {}
for kind in ("start", "rule", "answers"):
    loss[kind] = [runs[kind, beginner]["loss"] for beginner in range(3)]
    print(f"{kind:<8}", np.round(loss[kind], 3))
assert max(loss["answers"]) < min(loss["rule"]) < max(loss["rule"]) < min(loss["start"])

# %% [markdown]
# Both lowered it, the shown answers far more.
#
# ### Something new, or only sharper?
#
# A model that is drawn from once may do better simply because it says more often what it could say before. To see what it *can* say, ask k times and count a success if one of the k answers is right: *pass@k*. From n answers of which c are right, the share of all choices of k that hold a right one is
#
# $$\text{pass@}k = 1 - \binom{n-c}{k} \Big/ \binom{n}{k},$$
#
# and on the mean over draws that is the true chance [9]. Here for k = 2 of n = 4 answers, one of which is right: 3 of the 6 choices hold it.

# %%
from llmai_edu.evaluation.pass_at_k import pass_at_k

print(pass_at_k(np.array([1]), n=4, k=2), 1 - math.comb(3, 2) / math.comb(4, 2))
assert pass_at_k(np.array([1]), n=4, k=2)[0] == 1 - math.comb(3, 2) / math.comb(4, 2) == 0.5

# %% [markdown]
# We count the right *number*, in whatever form, so that the form cannot explain a difference.

# %% alt="pass@k for the number alone against k, from 1 to 32, logarithmic. Beginner: 0.50 at k = 1, 0.72, 0.89, 0.96, 0.99, 1.00. After GRPO: 0.64, 0.82, 0.93, 0.97, 0.99, 0.99. The two lines meet near k = 8. Shown the answers: 0.87 or more at k = 1, and above both up to 16."
_, axes = new_axes(5.0, 2.7)
ks, passes = (1, 2, 4, 8, 16, 32), {}
for (kind, name), style, color in zip(
    {"start": "beginner", "rule": "after GRPO", "answers": "shown the answers"}.items(),
    ("s--", "o-", "^:"),
    PALETTE,
):
    counts = np.concatenate([runs[kind, beginner]["many"]["right"] for beginner in range(3)])
    passes[kind] = [pass_at_k(counts, 32, k).mean() for k in ks]
    axes.plot(ks, passes[kind], style, color=color, label=name)
    print(f"{kind:<8}", np.round(passes[kind], 3))
axes.set(xscale="log", xlabel="k", ylabel="pass@k, the number alone")
axes.set_xticks(ks, ks)
axes.minorticks_off()
axes.legend()
plt.show()
never = sum(np.sum(share_of("start", beginner, "right") == 0) for beginner in range(3))
print(f"never right in 32 answers of a beginner: {never} of {len(counts)} sums")
assert (never, len(counts)) == (3, 1248)
print(f"blind guess at k = 32: {1 - (178 / 179) ** 32:.2f}")
assert passes["rule"][0] > passes["start"][0] + 0.1
assert abs(passes["rule"][3] - passes["start"][3]) < 0.01
assert passes["rule"][5] < passes["start"][5]
assert all(passes["answers"][i] > max(passes["rule"][i], passes["start"][i]) for i in range(5))
assert abs(1 - (178 / 179) ** 32 - 0.16) < 0.005

# %% [markdown]
# Asked once, the model after GRPO is right far more often. But the lines meet: from eight answers on the lead is gone, and with 32 the beginner is ahead by a hair. So GRPO moved probability to right answers that the beginner gave already, now and then: it *sharpened*. Yue and others [11] found such lines in large models, too. The model that was shown the answers leads up to k = 16.
#
# Does that show that GRPO can bring in nothing new? No. On these sums there was almost nothing left that could be new: all but 3 of 1,248 sums were right at least once among a beginner's 32 answers. The lines must meet under this ceiling, also that of the shown answers.
#
# Two cautions. With short answers many tries find much: even 32 blind guesses among the 179 possible totals would hold the right one in 16 % of the cases. And 200 steps are few. For the first beginner there is a run of four times as many:

# %%
for kind in ("start", "rule", "rule_long"):
    counts = np.array(runs[kind, 0]["many"]["right"])
    found = [pass_at_k(counts, 32, k).mean() for k in ks]
    print(f"{kind:<10} reward {share_of(kind, 0).mean():.2f}   pass@k", np.round(found, 3))
    passes[kind, 0] = found
assert share_of("rule_long", 0).mean() > 0.83
assert passes["rule_long", 0][3] > passes["start", 0][3] + 0.01
assert passes["rule_long", 0][5] <= passes["start", 0][5]
mean, low, high = change_with_interval("answers", 0, "rewarded", before="rule_long")
print(f"200 steps of answers, beyond 800 of rewards: {mean:+.3f} [{low:+.3f}, {high:+.3f}]")
assert 0 < low < high < 0.04
counts, later = (np.array(runs[kind, 0]["many"]["right"]) for kind in ("start", "rule_long"))
rare = (counts >= 1) & (counts <= 3)
print(
    f"{rare.sum()} sums were right in 1 to 3 of 32 answers; now {later[rare].mean() / 32:.0%}"
)
assert rare.sum() == 11
assert round(later[rare].mean() / 32, 2) == 0.69

# %% [markdown]
# After 800 steps it is nearly as good as the model that was shown the answers for 200, and its lead reaches further, up to k = 8. At k = 32 the beginner is still not behind. What never occurs among the drawn answers cannot be rewarded. But what is rare can become common: the 11 sums to which the beginner found the right number in only 1 to 3 of 32 answers are now right in 69 %.
#
# ## A careless rule
#
# Whatever the rule rewards, the model learns. It does not learn what we *meant*. Suppose somebody writes the rule so: the reward is 1 if the digits of the total stand anywhere in the answer. For an honest answer that is the same. Guess how it can be cheated. The answer may have ten tokens here, and the learning rate is twice that of the first runs.


# %%
def careless_rule(answer, total):
    return float(str(total) in answer)


print(careless_rule("<85>", 85), careless_rule("<86>", 85), careless_rule("<1185858", 85))


# %% alt="Three panels against the step; each line is the mean of three beginners, with their range as a band. Left, no price: by the careless rule the share stays near 0.5, by the strict rule it falls from about 0.3 to 0.09 on the mean. Middle, with a price: the careless share rises to 0.56 to 0.65, the strict one stays or rises, to 0.30 to 0.46. Right: without a price the tokens of an answer grow from under 5 to between 7 and 8.5; with the price they stay below 5.5."
figure, panels = plt.subplots(1, 3, figsize=(6.6, 2.2), layout="constrained")
blue, orange, green = PALETTE[:3]
for kind, line, panel in (("contains", "-", panels[0]), ("contains_kl", "--", panels[1])):
    mean_and_range(panel, kind, "contains", "^" + line, orange, "careless rule")
    mean_and_range(panel, kind, "reward", "o" + line, blue, "strict rule")
    name = "no price" if line == "-" else "with a price, β = 0.1"
    mean_and_range(panels[2], kind, "length", line, green, name)
    panel.set(ylim=(0, 1), ylabel="share of new sums")
    panel.set_title(name, fontsize=9)
panels[2].set(ylabel="tokens of an answer")
for panel in panels:
    panel.set_xlabel("step")
    panel.legend(fontsize=7)
plt.show()
for beginner in range(3):
    end = runs["contains", beginner]["curve"][-1]
    print(
        f"beginner {beginner}: careless {end['contains']:.2f}, the right number alone {end['right']:.2f}"
    )
    assert end["right"] < 0.45 * end["contains"]
    assert end["reward"] < 1 / 6
    assert end["kl"] > 4
    assert end["length"] > 6.5

# %% [markdown]
# Look at the solid lines first. Nothing in the careless reward shows what has happened: it stays at about a half. But at the end fewer than half of the answers that it pays name the right number alone. The others hide it among digits. (The rule of the first runs, *strict* here, pays at most one in six.) Is the rule to blame, or the learning rate and the longer answers? The first beginner was trained with the strict rule and all else the same; its reward rose. Some answers of the model that was paid by the careless rule:

# %%
control = curve_of("strict", 0, "reward")[1]
print(f"the same with the strict rule: reward {control[0]:.2f} to {control[-1]:.2f}\n")
assert control[-1] > control[0] + 0.15
for prompt, text in runs["contains", 0]["shown"]:
    total = sum(map(int, prompt.strip("=").split("+")))
    print(f"{prompt:<8} {text:<12} careless {careless_rule(text, total):.0f}")

# %% [markdown]
# The dashed lines are the same runs with a price on the distance to the beginner, β = 0.1. No cheating: the answers stay short (in brackets, a total of three digits and the end are six tokens), and what the careless rule pays is practically all honest. The gap between the two dashed lines is missing brackets, for which the careless rule does not ask.

# %%
for beginner in range(3):
    end = runs["contains_kl", beginner]["curve"][-1]
    print(
        f"beginner {beginner}: careless {end['contains']:.2f}, the right number alone {end['right']:.2f}"
    )
    assert end["right"] > 0.95 * end["contains"]
    assert end["length"] < 5.5
    assert end["kl"] < 0.15

# %%
for beginner in range(3):
    mean, low, high = change_with_interval("contains_kl", beginner, "right")
    print(f"beginner {beginner}: share of right numbers {mean:+.2f} [{low:+.2f}, {high:+.2f}]")
    assert low > 0.03

# %% [markdown]
# By the 32 answers to each test sum, all three even got better at sums. The price does not mend the rule. It makes dear what lies far from the beginning, and this cheat lies far: more than 4 nats a token without the price, less than 0.15 with it. A cheat close by would have stayed cheap. The first remedy is a better rule; the exercise sheet asks for one.
#
# ## The same on SmolLM2: recorded
#
# Does this hold for a real model? SmolLM2, more than a thousand times as large as our beginner, was asked sums, differences and products of small numbers, such as `What is 8 * 3? Answer with a number only.` Thin matrices of LoRA (lesson 20) beside every matrix of its blocks learned by GRPO: 32 questions a step, 16 answers each. That wants a GPU, so it was recorded on one H200 (`benchmarks/record_preferences.py`).
#
# An answer has two virtues: its last number is *right*, and it is *bare*, a number and nothing else. Two rules make one reward of them. *Halves* pays 1/2 for each. *Right first* pays nothing for a wrong answer, 1/2 for a right one, and 1 for a right one that is bare. Both look sensible. At the beginning, 5 of 100 drawn answers are right and 4 are bare. What will each rule bring about?

# %% alt="Two panels against the step: the share of drawn answers that are right, left, and bare, right. With the rule halves, three runs reach 100 % bare within 20 steps and stay below 10 % right. With right first, the share of right answers climbs from 4 % to between 40 and 65 % in the last ten of 42 steps, and hardly any is bare, at the end none. With a coin, right stays below 6 %, and bare drifts to about 10 %."
smol = load_recording("preference_runs")
looks = {"right": ("right first", "o"), "halves": ("halves", "s"), "random": ("a coin", "^")}
figure, panels = plt.subplots(1, 2, figsize=(6.8, 2.5), layout="constrained", sharey=True)
for run in smol["grpo"]:
    if run["rate"] < 1e-3:
        name, marker = looks[run["worth"]]
        color = PALETTE[list(looks).index(run["worth"])]
        style = {"marker": marker, "ms": 3, "lw": 1, "color": color}
        style["label"] = name if run["seed"] == 0 else None
        for panel, key in zip(panels, ("right", "bare")):
            panel.plot(
                *([one[axis] for one in run["curve"]] for axis in ("step", key)), **style
            )
            panel.set(xlabel="step", title=key, ylim=(0, 1.02))
panels[0].set(ylabel="share of drawn answers")
panels[0].legend(fontsize=8)
plt.show()


def share(run, when, key, of):
    return np.mean(run[when][key]) / of


for run in smol["grpo"]:
    print(f"{run['worth']:<7} rate {run['rate']:<7g} seed {run['seed']}", end="")
    for key, of in (("greedy_right", 1), ("drawn_right", 4), ("drawn_bare", 4)):
        before, after = (share(run, when, key, of) for when in ("before", "after"))
        print(f"   {key} {before:.0%} → {after:.0%}", end="")
    print(f"   Alpaca loss {run['loss_before']:.2f} → {run['loss']:.2f}")

# %%
of = {kind: [run for run in smol["grpo"] if run["worth"] == kind] for kind in looks}
for run in of["halves"]:
    then, now = (
        [share(run, when, key, 8) for key in ("drawn_right", "drawn_bare")]
        for when in ("before", "after")
    )
    assert sum(now) > 10 * sum(then)  # by its own rule, a triumph
    assert share(run, "before", "greedy_right", 1) > 0.23
    assert share(run, "after", "greedy_right", 1) < 0.1
    assert run["loss"] - run["loss_before"] > 0.1
(first,) = of["right"]
gain = np.subtract(first["after"]["drawn_right"], first["before"]["drawn_right"]) / 4
low, high = bootstrap_interval(gain, np.ones(len(gain)), rng=rng)
print(f"right first, drawn answers: {gain.mean():+.2f} ({low:+.2f} to {high:+.2f})")
assert low > 0.3
assert share(first, "after", "greedy_right", 1) > 0.5
assert share(of["random"][0], "after", "greedy_right", 1) < 0.2
assert first["loss"] - first["loss_before"] < 0.02

# %% [markdown]
# By its own rule, *halves* was a triumph: its reward rose more than tenfold, with three seeds and with two learning rates. And the model got worse at what we wanted. Greedily it had been right in 24 of 100 held-out questions. Afterwards it was in 1 to 9. Bare was easy to find: drop the words. Right was hard, and half the pay came without it. So it answers `2`. Nobody cheated. The rule was obeyed.
#
# *Right first* pays for form only where the number is right, and there the share of right answers rose from 5 to 48 of 100, greedily from 24 to 52. The form it never found. Hardly an answer was right *and* bare at the beginning, so the full reward was almost never drawn.
#
# It costs little elsewhere: the loss on answers to other instructions (Alpaca, lesson 20) rose by 0.01, after *halves* by more than 0.1. (Compare the rises only. The losses begin at 1.53 and 1.60, since that of *right first* was measured on 32 instructions, the others on 64.) How far the two rules may be compared: each run was stopped by the clock, after 25 to 42 steps; *right first* was run once, and with a lower rate (1e-4 instead of 3e-4). The lower rate alone might explain part of the difference.
#
# What was learned? The questions, by their sign, and those whose result is below zero:


# %%
def kind_of(question):
    """The sign of a question, or "below zero"."""
    a, sign, b = question.split()
    return "below zero" if sign == "-" and int(a) < int(b) else sign


kinds = np.array([kind_of(question) for question in first["asked"]])
right = np.array(
    [
        [first[when][key] for when in ("before", "after")]
        for key in ("greedy_right", "drawn_right")
    ]
)  # (2, 2, questions): greedy or drawn, before or after
for kind in dict.fromkeys(kinds):
    (a, b), (c, d) = right[:, :, kinds == kind].sum(axis=-1)
    n = (kinds == kind).sum()
    print(
        f"{kind:<10} greedy {a:>2} then {b:>2} of {n:>3}; drawn {c:>2} then {d:>3} of {4 * n}"
    )
assert right[:, :, kinds == "below zero"].sum(axis=-1).tolist() == [[0, 0], [1, 1]]
assert sum(kinds == "below zero") == 61
gained = {sign: np.diff(right[0][:, kinds == sign].mean(axis=1)).item() for sign in "+-*"}
assert max(gained, key=gained.get) == "+"
assert right[0, 1, kinds == "+"].sum() > 2 * right[0, 0, kinds == "+"].sum()

# %% [markdown]
# Sums gained most. To the 61 questions with a result below zero, greedily no answer was right, before or after. Among four drawn answers to each, one of 244 was, before and after. *What is hardly ever drawn is hardly ever rewarded.*
#
# The thin matrices of *right first* come with the package, 4.9 MB. Ask for yourself, here the first six held-out questions:

# %%
from llmai_edu.finetuning.adapter_file import load_adapter
from llmai_edu.generation.batch import generate_batch
from llmai_edu.pretrained import load_smollm2
from llmai_edu.pretrained.smollm2_sums import smollm2_sums_folder
from llmai_edu.tokenizers import smollm2_tokenizer

words = smollm2_tokenizer()
tuned = load_adapter(load_smollm2(), smollm2_sums_folder()).eval()
asked = [f"What is {question}? Answer with a number only." for question in first["asked"][:6]]
prompts = [words.chat_ids([{"role": "user", "content": question}]) for question in asked]
for question, answer in zip(asked, generate_batch(tuned, prompts, 12, stop_ids=[words.eos_id])):
    print(f"{question:<48} {words.decode(answer)!r}")

# %% [markdown]
# DPO on written preferences was recorded, too, but its runs were cut off by the clock. There are 300 pairs of answers to one prompt, of which somebody preferred one; 167 fit into 768 tokens. They were cut into five folds, each to be judged by a model that DPO had tuned on the other four. One run finished two folds, two runs finished one; of each only the count is known.

# %%
for run in smol["dpo_log"]["runs"]:
    n, ahead = run["pairs"], run["ahead"]
    verdicts = np.repeat([1.0, 0.0], [ahead, n - ahead])
    low, high = bootstrap_interval(verdicts, np.ones(n), rng=rng)
    print(f"rate {run['rate']:g}: ahead in {ahead} of {n} new pairs ({low:.0%} to {high:.0%})")
assert [(run["ahead"], run["pairs"]) for run in smol["dpo_log"]["runs"]] == [(25, 33)] * 2 + [
    (46, 66)
]
assert low > 0.5
assert ahead / n < 0.75
better, worse, long, short = np.array(smol["plain"]["log_probs_and_lengths"]).T
print(
    f"without tuning: likelier {np.mean(better > worse):.0%}, shorter {np.mean(long < short):.0%}"
)
assert 0.5 < np.mean(better > worse) < 0.6
assert 0.5 < np.mean(long < short) < 0.65

# %% [markdown]
# After DPO the preferred answer is ahead in 46 of 66 pairs that the model never met. That is more than a coin. Two other runs, with four times the learning rate, have 25 of 33 each. *Ahead* is meant relative to the reference, as in DPO's margin: its log-probability has moved up more than the other's. The controls are meant absolutely: without any tuning, "the likelier answer" is right in 55 % and "the shorter answer" in 58 %, and whether 70 % is surely more than that, 66 pairs do not tell. A *win rate* of the tuned model's own answers is not given: it needs a judge, and none of ours deserves the name.

# %% [markdown]
# ## What we have now, and what it cannot do
#
# - From pairs, a reward model learns numbers that agree with them (Bradley–Terry). It learned what was easy to see, and a search for its highest score was led astray.
# - DPO puts the model's own log-probabilities in the place of the reward. It only asks that the better answer be ahead. If β is too small, both fall.
# - GRPO compares several answers to one prompt by a rule that can be checked. On held-out sums the reward rose surely, for three beginners, and the controls say that the rewards did it: first the form, then the numbers.
# - After 200 steps it was ahead of a beginner only while that one might answer fewer than eight times, and behind whoever was shown the answers. Whether it can find something new, these sums cannot show. It pays where a right answer is easy to check and hard to write.
# - A rule is obeyed to the letter. What it forgot to forbid will be found.
# - None of this says what people *want*. Preferences of people disagree, tire, and can be flattered. A judge, human or model, must be named beside every such number.
#
# **Try it:** the [exercise sheet](../exercises/21_preference.ipynb) asks for a rule that is hard to cheat, for a preference loss without a reference, and for what a token weighs in GRPO.
#
# **Sources**
#
# [1] L. Ouyang et al., [*Training language models to follow instructions with human feedback*](https://arxiv.org/abs/2203.02155), 2022 ("InstructGPT").
#
# [2] R. A. Bradley and M. E. Terry, [*Rank Analysis of Incomplete Block Designs: I. The Method of Paired Comparisons*](https://doi.org/10.1093/biomet/39.3-4.324), Biometrika 39, 1952.
#
# [3] L. Gao, J. Schulman and J. Hilton, [*Scaling Laws for Reward Model Overoptimization*](https://arxiv.org/abs/2210.10760), 2023.
#
# [4] R. Rafailov et al., [*Direct Preference Optimization: Your Language Model is Secretly a Reward Model*](https://arxiv.org/abs/2305.18290), 2023.
#
# [5] R. J. Williams, [*Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning*](https://doi.org/10.1007/BF00992696), Machine Learning 8, 1992.
#
# [6] Z. Shao et al., [*DeepSeekMath: Pushing the Limits of Mathematical Reasoning in Open Language Models*](https://arxiv.org/abs/2402.03300), 2024, section 4.
#
# [7] J. Schulman et al., [*Proximal Policy Optimization Algorithms*](https://arxiv.org/abs/1707.06347), 2017.
#
# [8] J. Schulman, [*Approximating KL Divergence*](http://joschu.net/blog/kl-approx.html), 2020.
#
# [9] M. Chen et al., [*Evaluating Large Language Models Trained on Code*](https://arxiv.org/abs/2107.03374), 2021, section 2.1.
#
# [10] R. Shao et al., [*Spurious Rewards: Rethinking Training Signals in RLVR*](https://arxiv.org/abs/2506.10947), 2025.
#
# [11] Y. Yue et al., [*Does Reinforcement Learning Really Incentivize Reasoning Capacity in LLMs Beyond the Base Model?*](https://arxiv.org/abs/2504.13837), 2025.
#
# [12] N. Razin et al., [*Unintentional Unalignment: Likelihood Displacement in Direct Preference Optimization*](https://arxiv.org/abs/2410.08847), 2024.
#
# *Prose CC BY 4.0, code MIT, the llmai_edu authors.*
