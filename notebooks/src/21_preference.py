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
# *About 90 minutes to read, 45 seconds to run on two CPU cores, 1.0 GB. Needs: lesson 20.*
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

from llmai_edu.evaluation.bootstrap import bootstrap_interval
from llmai_edu.finetuning.rollouts import sample_group, token_log_probs
from llmai_edu.finetuning.sum_judge import answer_texts, judge, pairs_from
from llmai_edu.finetuning.sums import Sum, rule_reward, sum_problems, sum_tokenizer
from llmai_edu.pretrained.sum_start import load_sum_start
from llmai_edu.training.recordings import load_recording
from llmai_edu.viz import PALETTE, new_axes

seed = 0
rng = np.random.default_rng(seed)
generator = torch.Generator().manual_seed(seed)
problems, tokenizer = sum_problems(), sum_tokenizer()

# %% [markdown]
# ## The result first
#
# A small Llama of 108 thousand weights has begun to learn sums of two numbers of two digits, letter by letter, as `37+48=<85>`. The texts that it read wrote the answer in two ways, half of them in angle brackets and half without. The training was stopped early. Then it was given nothing but sums *without* answers. It wrote eight answers to each. A rule of one line gave 1 for the right number in brackets, and 0 for everything else. From this it learned on, by a method called GRPO. The measure is the share of sums that it
# has never met to which its answer gets a 1.
#
# Everything was done three times, with three models to begin with. Two controls stand beside it. In one, each reward is a thrown coin. In the other, the model is shown the right answers, as in lesson 20. These runs were *recorded* (`benchmarks/record_arithmetic.py`); a shorter one runs live below.

# %%
recording = load_recording("arithmetic_runs")
runs = {(run["kind"], run["seed"]): run for run in recording["runs"]}
for kind in ("rule", "random", "answers"):
    ends = [runs[kind, start]["curve"][-1]["reward"] for start in range(3)]
    print(f"{kind:<8} at the end: {[f'{reward:.2f}' for reward in ends]}")

# %%
def curve_of(kind, start, key):
    """Steps and values of one recorded run."""
    points = runs[kind, start]["curve"]
    return [point["step"] for point in points], [point[key] for point in points]


# %% alt="TODO"
_, axes = new_axes(6.5, 3.6)
labels = {
    "answers": "shown the right answers",
    "rule": "told right or wrong (GRPO)",
    "random": "told a coin",
}
for (kind, label), marker, color in zip(labels.items(), "^os", PALETTE):
    for start in range(3):
        axes.plot(*curve_of(kind, start, "reward"), f"{marker}-", ms=4, color=color, label=label)
        label = None
axes.set(xlabel="step", ylabel="share of new sums with reward 1", ylim=(0, 1))
axes.legend(fontsize=8)
plt.show()

# %% [markdown]
# TODO text
#
# ## The model to begin with

# %%
start = load_sum_start()
print(f"{sum(weight.numel() for weight in start.parameters()):,} weights")
print({part: len(getattr(problems, part)) for part in ("train", "valid", "test")})


# %%
def draw(model, sums, group, generator, new=6):
    """Let the model answer each sum `group` times, at temperature 1."""
    prompts = [tokenizer.encode(one.prompt) for one in sums]
    return sample_group(model, prompts, group, new, stop_ids=[0], generator=generator)


some = problems.test[100:700:150]
drawn = draw(start, some, 8, generator)
for row, one in enumerate(some):
    print(one.prompt, *answer_texts(drawn)[8 * row : 8 * row + 8])

# %%
before = judge(draw(start, problems.test, 4, generator), problems.test)
for name in ("reward", "formed", "right"):
    print(f"{name:<7} {getattr(before, name).mean():.2f}")

# %% [markdown]
# ## Reward model

# %% quote="llmai_edu.finetuning.preference:reward_loss"
pass

# %%
assert abs(reward_loss(torch.tensor([3.0]), torch.tensor([2.0])).item() - math.log(1 + math.exp(-1))) < 1e-6

# %%
chosen = [problems.train[place] for place in rng.permutation(len(problems.train))[:3000]]
pairs, _ = pairs_from(draw(start, chosen, 8, generator), chosen, rng)
held_pairs, held_formed = pairs_from(draw(start, problems.test, 8, generator), problems.test, rng)
print(len(pairs), len(held_pairs), held_formed.mean())

# %%
from llmai_edu.finetuning.dpo_loop import dpo_step, pair_batch, pair_log_probs
from llmai_edu.finetuning.reward_model import RewardModel, pair_rewards

train_pairs, test_pairs = pair_batch(pairs), pair_batch(held_pairs)
worth = RewardModel(copy.deepcopy(start))
optimizer = torch.optim.AdamW(worth.parameters(), 1e-3, weight_decay=0.0, fused=True)
for step in range(200):
    batch = train_pairs.take(torch.randint(len(train_pairs), (64,), generator=generator))
    loss = reward_loss(*pair_rewards(worth, batch))
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(worth.parameters(), 1.0)
    optimizer.step()

# %%
with torch.no_grad():
    better, worse = pair_rewards(worth, test_pairs)
preferred = (better > worse).numpy().astype(float)
for name, which in (("all", held_formed | ~held_formed), ("form", ~held_formed), ("number", held_formed)):
    low, high = bootstrap_interval(preferred[which], np.ones(which.sum()), rng=rng)
    print(f"{name:<7} {which.sum():>4} pairs: {preferred[which].mean():.2f} [{low:.2f}, {high:.2f}]")

# %%
few = problems.test[::2]
many = draw(start, few, 32, generator)
lengths = many.ids.shape[1] - many.counted.flip(1).argmax(1)
with torch.no_grad():
    scores = worth(many.ids, lengths).view(-1, 32).numpy()
truth = judge(many, few).reward
ns = (1, 2, 4, 8, 16, 32)
best = {n: scores[:, :n].argmax(axis=1) for n in ns}
by_score = [truth[np.arange(len(few)), best[n]].mean() for n in ns]
by_rule = [truth[:, :n].max(axis=1).mean() for n in ns]
print(np.round(by_score, 2), np.round(by_rule, 2), [scores[:, :n].max(1).mean().round(1) for n in ns])
texts = np.array(answer_texts(many)).reshape(-1, 32)
for row in range(0, 60, 6):
    print(few[row].prompt, [str(texts[row, best[n][row]]) for n in (1, 4, 32)])

# %%
V = judge(many, few)
for name, m in (("right", V.reward == 1), ("wrong number", (V.formed == 1) & (V.reward == 0)), ("wrong form", V.formed == 0)):
    print(name, scores[m].mean().round(2), scores[m].std().round(2), scores[m].max().round(2))

# %%
def tune(beta, steps=60):
    policy = copy.deepcopy(start)
    optimizer = torch.optim.AdamW(policy.parameters(), 1e-4, weight_decay=0.0, betas=(0.9, 0.95), fused=True)
    with torch.no_grad():
        reference, test_reference = pair_log_probs(policy, train_pairs), pair_log_probs(policy, test_pairs)
    moved = []
    for step in range(steps):
        chosen = torch.randint(len(train_pairs), (64,), generator=generator)
        kept = tuple(part[chosen] for part in reference)
        dpo_step(policy, optimizer, train_pairs.take(chosen), kept, beta=beta)
        if step % 10 == 9:
            with torch.no_grad():
                now = pair_log_probs(policy, test_pairs)
            moved.append([(a - b).mean().item() for a, b in zip(now, test_reference)])
    return policy, np.array(moved)

for beta in (0.1, 1.0):
    policy, moved = tune(beta)
    v = judge(draw(policy, problems.test, 4, generator), problems.test)
    print(beta, v.reward.mean(), v.formed.mean(), v.right.mean(), moved[-1])

# %%
from llmai_edu.finetuning.grpo_loop import grpo_step
import time
t0 = time.process_time()
policy = copy.deepcopy(start)
optimizer = torch.optim.AdamW(policy.parameters(), 5e-4, weight_decay=0.0, betas=(0.9, 0.95), fused=True)
history = []
for step in range(100):
    sums = [problems.train[place] for place in rng.integers(len(problems.train), size=16)]
    rollouts = draw(policy, sums, 8, generator)
    rewards = judge(rollouts, sums).reward.flatten()
    history.append(grpo_step(policy, optimizer, rollouts, rewards, reference=start))
after = judge(draw(policy, problems.test, 4, generator), problems.test)
print(after.reward.mean(), after.formed.mean(), after.right.mean(), time.process_time() - t0)
