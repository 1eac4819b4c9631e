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
# # Fine-tuning a classifier
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/notebooks/19_classify.ipynb)
# <!-- colab:end -->
#
# *About 75 minutes to read, 40 seconds to run on two CPU cores, 1.3 GB. Needs: lesson 13.*
#
# You have thirty sentences with labels, not seven thousand. From thirty sentences nobody learns English. But a model that has read a lot of English may need little more than to be told what you want to know. This is *transfer learning*: what was learned on one task, with much text, is used for another, with few examples. On this page you see how much it is worth, which of two ways to do it is better, and from how many examples on. What can be said changes with their number.

# %% tags=["setup"]
# --- On Colab, install the course first; anywhere else these lines do nothing ---
import os
import sys
from IPython import get_ipython

if "google.colab" in sys.modules:
    address = os.environ.get("LLMAI_EDU_SOURCE", "https://github.com/llmai-edu/llmai-edu")
    get_ipython().run_line_magic("pip", f'install -q "llmai-edu @ git+{address}"')
# --- end of the Colab lines ---
import math
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.finetuning.classify import TextClassifier, fine_tune, read_texts, set_head
from llmai_edu.finetuning.few_shot import few_shot_runs, short_reviews
from llmai_edu.finetuning.probe import as_tensors, probe_logits
from llmai_edu.pretrained.minilm import load_minilm
from llmai_edu.tokenizers.wordpiece import minilm_tokenizer
from llmai_edu.viz import PALETTE, new_axes

seed = 0
rng = np.random.default_rng(seed)
recorded, task, tokenizer = few_shot_runs(), short_reviews(), minilm_tokenizer()

# %% [markdown]
# ## The result first
#
# The task is that of lesson 06: does a sentence from a film review praise or blame? To keep the page quick we take sentences of at most twelve words. A few labelled ones are drawn, equally many of each kind, and a classifier is made of them, in several ways. Each is then asked about 552 test sentences. All of it was done five times, with other sentences and another random start (a *seed*). The runs were recorded, because they take a quarter of an hour (`benchmarks/record_few_shot.py`).

# %%
from llmai_edu.evaluation.estimate import Estimate
from llmai_edu.finetuning.few_shot import mean_interval

NAMES = {
    "tuned": "MiniLM, all weights trained",
    "frozen": "MiniLM frozen, a linear layer trained",
    "bag": "bag of words",
    "scratch": "same shape, random start, all trained",
    "untrained": "same shape, random and frozen, a linear layer",
}


def points(way, part="curve", **about):
    """The recorded accuracies of a way: {n: (seeds,)}, in the order of the seeds."""
    found = {}
    for run in sorted(recorded[part], key=lambda run: (run["n"], run["seed"])):
        if run["way"] == way and all(run[key] == value for key, value in about.items()):
            found.setdefault(run["n"], []).append(run["accuracy"])
    return {n: np.array(values) for n, values in found.items()}


# %% alt="Accuracy on the test against the number of labelled sentences, 8 to 1,792, on a logarithmic axis, with intervals. MiniLM with all weights trained rises from 0.60 to 0.83 at 512. MiniLM frozen rises from 0.61 to 0.79 at 512 and 0.82 at 1,792; the two curves cross between 32 and 128. With 32 sentences the interval of the first is much longer, elsewhere they are more alike. The bag of words rises from 0.53 to 0.73 at 1,792. Two curves for the same shape from a random start, trained and frozen (dashed, with hollow marks), nearly coincide: they run near the bag of words or below it, from 0.52 at 32 sentences to 0.57 at 128. A dotted line at 0.5 is the level of one and the same answer each time."
_, axes = new_axes(7.2, 4.2)
for k, ((way, name), marker) in enumerate(zip(NAMES.items(), "os^vD")):
    of_way = points(way)
    means = [mean_interval(values) for values in of_way.values()]
    errors = [[e.value - e.low for e in means], [e.high - e.value for e in means]]
    axes.errorbar(
        [n * 1.09 ** (k - 2) for n in of_way],
        [e.value for e in means],
        errors,
        fmt=marker + ("--" if way == "untrained" else "-"),
        markerfacecolor="white" if way == "untrained" else PALETTE[k],
        color=PALETTE[k],
        capsize=3,
        label=name,
    )
axes.axhline(0.5, ls=":", color="#555555")
axes.set(
    xscale="log", xlabel="labelled sentences", ylabel="accuracy on the test", ylim=(0.44, 0.97)
)
axes.set_xticks([8, 32, 128, 512, 1792], [8, 32, 128, 512, "1,792"])
axes.minorticks_off()
axes.legend(fontsize=8, loc="upper left")
plt.show()

# %% [markdown]
# The bars are 95 % intervals over the five seeds; the dotted line is somebody who always gives the same answer. (At 1,792 the bars are shorter than they should be. The sentences are drawn from 1,873, so all five draws are nearly the same.) Three things to see, each of which has its own part of the page:
#
# - *The text that MiniLM has read is worth a great many labels.* With 128 labelled sentences, MiniLM is ahead of a bag of words with 1,792, which is fourteen times as many: surely if all of it is trained; if it is frozen, on the mean.
# - *How the two ways compare depends on how many there are.* With 512 labelled sentences, it is surely better to train all of MiniLM. With 8, 32 or 128, five seeds do not show which is. With 32, the results of training all are spread more than twice as widely.
# - *It is the reading and not the shape.* The same network from a random start stays far below.

# %%
mean = {way: {n: values.mean() for n, values in points(way).items()} for way in NAMES}
for way, values in mean.items():
    print(f"{way:<10}", {n: f"{value:.1%}" for n, value in values.items()})

# %%
for way in ("tuned", "frozen"):
    lead = mean_interval(points(way)[128] - points("bag")[1792])
    print(f"{way} with 128 minus bag of words with 1,792: {lead:+.3f}")
    assert lead.value > 0.01
    assert lead.excludes_zero == (way == "tuned")
assert mean["tuned"][512] > mean["frozen"][512]
for n in (32, 128):
    assert max(mean["scratch"][n], mean["untrained"][n]) < mean["frozen"][n] - 0.12

# %% [markdown]
# Not only the number of sentences changes along such a curve. Whoever trains all of MiniLM must also say how many rounds through the sentences it gets, and few sentences were given more of them:

# %%
steps = {}
for n, rounds in recorded["settings"]["epochs"].items():
    steps[int(n)] = rounds * math.ceil(int(n) / recorded["settings"]["batch_size"])
    print(f"{n:>4} sentences: {rounds:>2} rounds, {steps[int(n)]} steps")
assert steps == {8: 20, 32: 20, 128: 40, 512: 64}
assert recorded["settings"]["rate"] == 1e-4
assert recorded["settings"]["l2"] == 10.0

# %% [markdown]
# One learning rate, 0.0001, and one pull for the probe, 10, served all numbers of sentences. (What the two are, you see below.)

# %% [markdown]
# ## The task
#
# As in lesson 06, the sentences are dealt out by a fingerprint of their words, so that two copies of a sentence land in the same part. *Train* is the pool that the few are drawn from, *validation* (255 sentences) is for choosing, such as the learning rate and the pull of the probe, and the *test* is for measuring.

# %%
texts, labels = {}, {}
for part, reviews in zip(("train", "valid", "test"), task.parts):
    texts[part] = [review.text for review in reviews]
    labels[part] = np.array([int(review.score > 0) for review in reviews])
    print(f"{part}: {len(reviews):>5} sentences, {labels[part].mean():.1%} praise")

# %%
same = set(map(str.lower, texts["train"])) & set(map(str.lower, texts["test"]))
assert not same
assert (len(texts["train"]), len(texts["valid"]), len(texts["test"])) == (1873, 255, 552)
assert 0.45 < labels["test"].mean() < 0.55

# %% [markdown]
# Somebody who always gives one and the same answer is right in about half of the cases: that was the dotted line.
#
# The few are drawn *balanced*: as many that praise as that blame. (Of eight drawn blindly, six or more would be of one kind in 29 % of the draws, and a classifier would learn that, too.) In practice this is a luxury, since one has to know the labels before one draws.


# %% quote="llmai_edu.finetuning.few_shot:draw_balanced"
def draw_balanced(labels: Sequence[int], n: int, rng: np.random.Generator) -> np.ndarray:
    """The places of n examples, equally many of each class, in random order.

    Raises ValueError when n is no multiple of the number of classes, or a class has too few.

    >>> places = draw_balanced([0, 0, 0, 1, 1], 4, np.random.default_rng(0))
    >>> sorted(np.array([0, 0, 0, 1, 1])[places].tolist())
    [0, 0, 1, 1]
    """
    labels = np.asarray(labels)
    classes, counts = np.unique(labels, return_counts=True)
    if n < 1 or n % len(classes) or n // len(classes) > counts.min():
        raise ValueError(
            f"cannot draw {n} equally from {len(classes)} classes of at least {counts.min()} examples"
        )
    drawn = [
        rng.permutation(np.flatnonzero(labels == one))[: n // len(classes)] for one in classes
    ]
    return rng.permutation(np.concatenate(drawn))


# %%
chosen = draw_balanced(labels["train"], 32, rng=np.random.default_rng(seed))
few, few_labels = [texts["train"][i] for i in chosen], labels["train"][chosen]
for text, label in list(zip(few, few_labels))[:6]:
    print(("blame ", "praise")[label], text)
assert few_labels.sum() == 16
assert round(2 * sum(math.comb(8, k) for k in (0, 1, 2)) / 2**8, 2) == 0.29

# %% [markdown]
# ## One model, three ways
#
# The model is the MiniLM of lesson 13, in our own `BertModel`: 22.6 million weights. It gives each token a vector of 384 numbers. Their mean is the vector of the sentence, its *features*. On them stands one new linear layer, the *head*: two rows of 384 weights, a row for blame and a row for praise, and two constants. The row with the larger sum wins. By how much praise is ahead of blame we call the *verdict* on a sentence: above zero it is praise.

# %%
model = TextClassifier(load_minilm(), generator=torch.Generator().manual_seed(seed))
sizes = {
    name: sum(p.numel() for p in part.parameters()) for name, part in model.named_children()
}
print({name: f"{size:,}" for name, size in sizes.items()})
assert sizes["head"] == 2 * 384 + 2
assert round(sizes["encoder"] / 1e6, 1) == 22.6

# %% [markdown]
# The ways differ in two things: where the encoder's weights begin, and whether they may move.
#
# | way | encoder begins | encoder moves | head |
# |---|---|---|---|
# | from scratch | at random | yes | trained |
# | frozen features | as MiniLM | no | trained |
# | full fine-tuning | as MiniLM | yes | trained |
#
# The last two are the ways to use MiniLM. The first uses nothing that was read; it is a control.
#
# ### Frozen: a linear probe
#
# If the encoder does not move, each sentence has to pass through it only once. What is left is *logistic regression* on 384 numbers, as for the bag of words in lesson 06. Training only the head in this way is called a *linear probe*, because it tells what can be read off the features with a straight cut.

# %%
few_features = read_texts(model, tokenizer, few, features=True)  # (32, 384)
test_features = read_texts(model, tokenizer, texts["test"], features=True)  # (552, 384)
print(few_features.shape, test_features.shape)

# %% [markdown]
# Slowly, by plain gradient descent. The loss is cross-entropy, summed over the examples, plus a pull: `l2 / 2` times the sum of the squared weights. Without the pull there is no end. 32 points in 384 dimensions can be separated (unless two equal ones bear unlike labels), and the loss falls for ever while the weights grow.


# %%
def probe_slowly(x, y, l2, rate=1e-3, steps=3000):
    x, y = torch.from_numpy(x).double(), torch.from_numpy(y)
    weight = torch.zeros(2, x.shape[1], dtype=torch.double, requires_grad=True)
    bias = torch.zeros(2, dtype=torch.double, requires_grad=True)
    for _ in range(steps):
        loss = F.cross_entropy(x @ weight.T + bias, y, reduction="sum")
        loss = loss + l2 / 2 * weight.square().sum()
        for part, slope in zip((weight, bias), torch.autograd.grad(loss, (weight, bias))):
            part.data -= rate * slope
    return weight.detach().numpy(), bias.detach().numpy()


# %% [markdown]
# The package's version asks LBFGS for the lowest point, a method that learns the curvature from the gradients and needs some dozen steps. (`as_tensors` checks the sizes and makes tensors of both.) It also takes shares of classes in place of labels, which we need later.


# %% quote="llmai_edu.finetuning.probe:fit_probe"
def fit_probe(
    features: np.ndarray,
    targets: np.ndarray,
    *,
    l2: float = 1.0,
    classes: int = 2,
    steps: int = 200,
) -> tuple[np.ndarray, np.ndarray]:
    """Weights and biases that make cross-entropy, summed over the examples, plus l2 / 2 · |W|² smallest.

    features: (N, C). targets: (N,) class numbers, or (N, K) shares of the classes, as `mixup` makes them. l2: how
    strongly the weights are pulled to 0; the biases are not. It is a sum: ten copies of each example are as good as a
    tenth of l2. Returns W (K, C) and b (K,), rows as in `nn.Linear`. Raises ValueError when the sizes do not fit, or
    l2 is not above 0.

    >>> W, b = fit_probe(np.array([[-1.0], [1.0]]), np.array([0, 1]))
    >>> probe_logits(np.array([[3.0]]), W, b).argmax(1).tolist()
    [1]
    """
    x, y = as_tensors(features, targets, l2)
    weight = torch.zeros(classes, x.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(classes, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [weight, bias], max_iter=steps, tolerance_grad=1e-7, line_search_fn="strong_wolfe"
    )

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        total = (
            F.cross_entropy(F.linear(x, weight, bias), y, reduction="sum")
            + l2 / 2 * weight.square().sum()
        )
        total.backward()
        return total

    optimizer.step(loss)
    return weight.detach().numpy(), bias.detach().numpy()


# %%
from sklearn.linear_model import LogisticRegression

W, b = fit_probe(few_features, few_labels, l2=10.0)
slow_W, slow_b = probe_slowly(few_features, few_labels, l2=10.0)
theirs = LogisticRegression(C=2 / 10.0, tol=1e-8).fit(few_features, few_labels)
print("largest weight", abs(W).max().round(3))

# %%
off = {"slow": abs(W - slow_W).max(), "scikit-learn": abs(W[1] - W[0] - theirs.coef_).max()}
print({name: f"{value:.0e}" for name, value in off.items()})
assert max(off.values()) < 1e-3 < 0.05 < abs(W).max()

# %% [markdown]
# (scikit-learn keeps one row `d`, the difference of our two. At the best answer ours are `d / 2` and `-d / 2`, so our pull `l2 / 2 · (|d/2|² + |d/2|²)` is `l2 / 4 · |d|²`. Theirs is `1 / (2C) · |d|²`. Hence `C = 2 / l2`.) For a given pull there is one best answer, so neither a start nor a learning rate plays a part. That makes the probe pleasant with few examples.

# %%
frozen_accuracy = (probe_logits(test_features, W, b).argmax(1) == labels["test"]).mean()
print(f"frozen, 32 sentences: {frozen_accuracy:.1%} of the test sentences are judged right")
assert 0.6 < frozen_accuracy < 0.8

# %% [markdown]
# ### Fine-tuning: everything moves
#
# Now the gradient goes through the head into the encoder, and all 22.6 million weights take small steps. Three rules of the trade, from Devlin and others [1] and Howard and Ruder [2]:
#
# - *Small rate, few rounds.* The weights hold what was read. A large step destroys it.
# - *Warm-up, then down.* At first the head is random, so its gradient says little of use to the encoder. The rate rises in a line over the first tenth of the steps and then falls in a line to zero.
# - *Dropout on while training, off while measuring.*


# %% quote="llmai_edu.finetuning.classify:warmup_linear"
def warmup_linear(done: float, warmup: float = 0.1) -> float:
    """The factor of the learning rate when a share `done` is over: up to 1 in a line, then down to 0 in a line.

    >>> [round(warmup_linear(done), 2) for done in (0.0, 0.05, 0.1, 0.55, 1.0)]
    [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    return done / warmup if done < warmup else (1 - done) / (1 - warmup)


# %% [markdown]
# One round in the plainest form. `AdamW` is the Adam of lesson 05 with a pull on the weights. `clip_grad_norm_` shortens a gradient that is longer than 1.


# %%
def one_round(model, texts, labels, rate, seed):
    """The losses of one round through the sentences, in batches of 16."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01)
    order, losses = np.random.default_rng(seed).permutation(len(texts)), []
    torch.manual_seed(seed)  # for dropout
    model.train()
    for step, rows in enumerate(np.split(order, range(16, len(texts), 16))):
        batch = tokenizer.encode_batch([texts[i] for i in rows], 64)
        logits = model(torch.from_numpy(batch.ids), torch.from_numpy(batch.attention_mask))
        loss = F.cross_entropy(logits, torch.from_numpy(labels[rows]))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.param_groups[0]["lr"] = rate * warmup_linear((step + 0.5) * 16 / len(texts))
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% [markdown]
# The package's `fine_tune` is this loop with several rounds. Afterwards it puts torch's random numbers back to where they were; it can alter the sentences on the way, and it trains only what is not frozen. Do both give the same losses?

# %%
plain, ours = (
    TextClassifier(load_minilm(), generator=torch.Generator().manual_seed(seed))
    for _ in range(2)
)
slow_losses = one_round(plain, few, few_labels, 1e-4, seed)
losses = fine_tune(ours, tokenizer, few, few_labels, epochs=1, rate=1e-4, seed=seed)
print(np.round(slow_losses, 4), np.round(losses, 4))
assert np.allclose(slow_losses, losses, atol=1e-3)
del plain, ours

# %% [markdown]
# Now in earnest: ten rounds through the 32 sentences, as in the recorded runs with 32. (The sentences and the start are those of the recorded run with the same seed.)

# %%
losses = fine_tune(model, tokenizer, few, few_labels, epochs=10, rate=1e-4, seed=seed)
tuned_features = read_texts(model, tokenizer, texts["test"], features=True)
head = [p.detach().numpy() for p in model.head.parameters()]
tuned_right = probe_logits(tuned_features, *head).argmax(1) == labels["test"]
live = {"frozen": frozen_accuracy, "tuned": tuned_right.mean()}
print(f"loss {np.mean(losses[:4]):.2f} at first, {np.mean(losses[-4:]):.2f} at last")
for way, value in live.items():
    print(f"{way:<7} live {value:.1%}   recorded, five seeds: {np.sort(points(way)[32])}")
    assert abs(value - points(way)[32][seed]) < 0.04
assert np.mean(losses[-4:]) < 0.3 < 0.6 < np.mean(losses[:4])

# %% [markdown]
# The live runs are drawn hollow beside the recorded ones. One run proves little: look how far apart five seeds can be.

# %% alt="Accuracies with 32 sentences, two rows of five marks. Frozen, circles: close together between 0.68 and 0.71. Tuned, squares: spread from 0.60 to 0.73. A hollow mark above each row shows the run of this page; it stands above one of the recorded ones."
_, axes = new_axes(5.6, 2.6)
for row, way in enumerate(("frozen", "tuned")):
    values = points(way)[32]
    axes.plot(values, [row] * len(values), "os"[row], color=PALETTE[1 - row])
    axes.plot(
        live[way], row + 0.15, "os"[row], markerfacecolor="none", color="black", markersize=9
    )
axes.set_yticks([0, 1], ["frozen", "tuned"])
axes.set(ylim=(-0.5, 1.5), xlabel="accuracy with 32 sentences; hollow: this page's run")
plt.show()
spread = {way: points(way)[32].std(ddof=1) for way in live}
print({way: f"{value:.3f}" for way, value in spread.items()})
assert spread["tuned"] > 2 * spread["frozen"]

# %% [markdown]
# With 32 sentences, fine-tuned accuracies are spread more than twice as widely as frozen ones, though the same sentences were drawn for both. Where does it come from? In fine-tuning a random head, dropout and the order of the sentences come in as well. In the frozen way nothing but the draw does. So if both rise and fall together, seed by seed, it is the draw:

# %%
together = {}
for n in (8, 32, 128, 512):
    a, b_ = points("tuned")[n], points("frozen")[n]
    together[n] = np.corrcoef(a, b_)[0, 1]
    times = a.std(ddof=1) / b_.std(ddof=1)
    print(f"{n:>4}: spread {times:.1f} times as wide, correlation {together[n]:+.2f}")
    assert times > 3 if n == 32 else 1.1 < times < 1.6

# %%
assert together[32] > 0.98
assert -0.7 < together[128] < 0
assert all(0.4 < together[n] < 0.6 for n in (8, 512))

# %% [markdown]
# With 32 they do, almost in step: a good draw is good for both, and fine-tuning makes more of the difference. That is so in these five draws with 32 only. With the other numbers the spreads are more alike, and the correlation is anything from −0.7 to 0.6; five pairs say little about it. Several seeds are not a luxury here [6]: whoever runs one seed of each may conclude anything.
#
# ## Which way is better?
#
# Each seed draws the same sentences for both ways. So compare *seed by seed*: take the difference in each, and the interval of the five differences. What the draw does to both ways alike drops out. (That helps where both rise and fall together. With 128 they did the opposite, so there the paired interval is *longer* than an unpaired one would be. It is the right one all the same, since the draws are shared.)


# %% quote="llmai_edu.finetuning.few_shot:mean_interval"
def mean_interval(values: Sequence[float], level: float = 0.95) -> Estimate:
    """The mean over seeds and its interval by Student's t, which allows for how few they are.

    values: (S,) one a seed; for a paired comparison, the differences, seed by seed. Raises ValueError for fewer than 2.

    >>> print(f"{mean_interval([0.70, 0.72, 0.74]):.3f}")
    0.720 [0.670, 0.770]
    """
    from scipy.stats import t  # here: it takes a while to load

    values = np.asarray(values, float)
    if values.ndim != 1 or len(values) < 2:
        raise ValueError(
            f"an interval needs the values of at least 2 seeds, got shape {values.shape}"
        )
    half = t.ppf((1 + level) / 2, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return Estimate(
        float(values.mean()), float(values.mean() - half), float(values.mean() + half)
    )


# %% [markdown]
# (With five values their spread is itself uncertain. Student's *t* allows for that: its factor is 2.8 here, not the 1.96 that belongs to many values.) *Before you run the next cell, look at the first figure and guess: for which numbers of sentences is the interval free of zero?*

# %% alt="The difference tuned minus frozen, with intervals, for 8, 32, 128 and 512 sentences. The points are at minus 0.015, minus 0.025, plus 0.025 and plus 0.036. The first three intervals cross the dashed line at zero; the last, from 0.015 to 0.057, does not."
gain = {n: mean_interval(points("tuned")[n] - points("frozen")[n]) for n in (8, 32, 128, 512)}
_, axes = new_axes(5.6, 2.8)
for n, e in gain.items():
    axes.errorbar(
        n,
        e.value,
        [[e.value - e.low], [e.high - e.value]],
        fmt="o",
        color=PALETTE[0],
        capsize=4,
    )
    print(f"{n:>4} sentences: tuned minus frozen {e:+.3f}")
axes.axhline(0, ls="--", color="#000000")
axes.set(xscale="log", xlabel="labelled sentences", ylabel="tuned minus frozen")
axes.set_xticks([8, 32, 128, 512], [8, 32, 128, 512])
axes.minorticks_off()
plt.show()

# %% [markdown]
# Only the last one is. With 512 sentences fine-tuning is better, by between one and six points. With 8 and 32 the mean of the five is *below* zero, but the intervals hold zero: that frozen is better there, five seeds do not show. What they do show is that the difference *grows*. Take it at 512 minus that at 8, seed by seed:

# %%
growth = {way: points(way)[512] - points(way)[8] for way in ("tuned", "frozen")}
growth = mean_interval(growth["tuned"] - growth["frozen"])
print(f"the difference grows by {growth:+.3f}")
assert gain[512].low > 0.01
assert gain[512].high < 0.06
assert max(gain[8].value, gain[32].value) < 0
assert all(gain[n].low < 0 < gain[n].high for n in (8, 32, 128))
assert growth.low > 0

# %% [markdown]
# Why should it be so? Freezing leaves 770 numbers to be learned, fine-tuning 22.6 million. More can be bent to the task, and more can be bent to the accidents of 32 sentences. That is an explanation which fits, not one that was tested. Another fits, too: with 512 sentences fine-tuning made 64 steps, with 8 only 20. In practice: with some dozen labels take the frozen way, which is steadier and much cheaper: one pass of each sentence through the encoder, where ten rounds of fine-tuning (those of 32 sentences) need thirty (a round goes forward once and back at the price of two). With some hundred, try both.

# %% [markdown]
# These intervals speak of other draws and starts. They do *not* speak of other test sentences, for all seeds were asked the same 552. How much would another test set move the numbers? For one run, that is the bootstrap of lesson 06:

# %%
from llmai_edu.evaluation import score_classes

one = score_classes(labels["test"], tuned_right == labels["test"], rng=rng).accuracy
print(f"this page's fine-tuned model, other test sentences: {one:.1%}")
assert 0.06 < one.high - one.low < 0.1

# %% [markdown]
# About four points to each side. So read the height of a curve with that much doubt. The *difference* of two curves mostly suffers less, since both were asked the same sentences. Still: "surely" means on this page "over draws and starts, on these test sentences".
#
# ### Is it the rate?
#
# Perhaps fine-tuning was only done badly. With 32 sentences, a rate ten times smaller and one ten times larger were tried with the same five seeds, and measured on the *validation* part:

# %%
tried, last = {}, {}
for run in sorted(recorded["rates"], key=lambda run: (run["rate"], run["seed"])):
    tried.setdefault(run["rate"], []).append(run["accuracy"])
    last.setdefault(run["rate"], []).append(run["loss"])
for rate in tried:
    behind = mean_interval(np.subtract(tried[1e-4], tried[rate])) if rate != 1e-4 else None
    print(f"rate {rate:.0e}: validation {np.mean(tried[rate]):.1%}, last losses", end=" ")
    print(f"{np.mean(last[rate]):.3f}", f"  ours is ahead by {behind:.3f}" if behind else "")
    assert behind is None or behind.low > 0

# %% [markdown]
# Too small a rate, and after twenty steps the loss is still near that of a coin, 0.69. Too large a rate, and the 32 sentences are learned by heart, but the validation sentences are judged less well. Perhaps the weights were moved too far to be of use for other sentences. Ours lies between: ahead of the smaller by about ten points, and of the larger by about four, both surely. Whether a rate between these is better still was not tried, nor were other numbers of sentences or of rounds. So this tells that ours is no bad rate with 32 sentences, not that it is the best.

# %%
assert min(last[1e-5]) > 0.59
assert max(last[1e-3]) < 0.01
assert 0.09 < np.mean(tried[1e-4]) - np.mean(tried[1e-5]) < 0.115
assert 0.03 < np.mean(tried[1e-4]) - np.mean(tried[1e-3]) < 0.045

# %% [markdown]
# ## The controls
#
# What would prove that the *reading* helps, and not 22.6 million weights, or the shape of a Transformer, or the tokenizer? The same network with random weights. Two controls: its random features under a probe, and all of it trained (for 32 and 128 sentences only, because that takes long; with three times the learning rate, since there is nothing to be lost).

# %%
for way in ("untrained", "scratch"):
    for n, values in points(way).items():
        print(f"{way:<10} {n:>4} sentences: {mean_interval(values):.3f}")
fitted = [run["train_accuracy"] for run in recorded["curve"] if run["way"] == "scratch"]
print("the trained ones, on the sentences that they were trained on:", np.round(fitted, 2))

# %% [markdown]
# Neither comes near. Random, frozen features do a little worse than a bag of words with as many sentences, and that is no wonder: the mean of random token vectors is itself a kind of bag of words. The network that was trained from its random start is right on at least 95 % of its *own* sentences. It is near chance on the test with 32 sentences, and level with the bag of words with 128. So it was not trained too little to fit them. It knows these sentences, and they say little about others.
#
# What the upper curves have more than these, they have from what MiniLM read before: more than a billion pairs of texts, according to its authors. (Film reviews may have been among them; these labels were not.)

# %%
for n in (32, 128, 512):
    assert 0 < mean["bag"][n] - mean["untrained"][n] < 0.06
assert min(fitted) > 0.95
assert abs(mean["scratch"][32] - 0.5) < 0.05
assert abs(mean["scratch"][128] - mean["bag"][128]) < 0.03

# %% [markdown]
# ## More sentences out of few: augmentation
#
# Pictures may be mirrored: a mirrored cat is a cat. Is there something like it for sentences? *Data augmentation* makes altered copies and gives them the label of the original. Three ways that Wei and Zou [3] made popular: drop words, swap words (two drawn places change their words, once for each seven words of the sentence, and once at least), replace words by similar ones. And one for numbers, *mixup* [4]: a little of one example and much of another, features and labels in the same shares.


# %% quote="llmai_edu.finetuning.augment:delete_words"
def delete_words(text: str, rng: np.random.Generator, share: float = 0.15) -> str:
    """Drop each word with this probability; if none would be left, keep one of them.

    >>> delete_words("an utterly charming film", np.random.default_rng(1), share=0.5)
    'an utterly film'
    """
    words = text.split()
    kept = [word for word, drawn in zip(words, rng.random(len(words))) if drawn >= share]
    return " ".join(kept or [words[rng.integers(len(words))]]) if words else text


# %% quote="llmai_edu.finetuning.augment:replace_words"
def replace_words(
    text: str,
    rng: np.random.Generator,
    neighbours: Mapping[str, Sequence[str]],
    share: float = 0.15,
) -> str:
    """Replace each word that has neighbours, with this probability, by one of them; the signs around it stay.

    neighbours: for a word in lower case, those that may stand for it, such as `neighbour_table` finds. They are lists
    of alike *use*, not of alike meaning: "boring" and "funny" are neighbours.

    >>> replace_words("A fine film!", np.random.default_rng(0), {"film": ["movie"], "a": ["one"]}, share=1.0)
    'one fine movie!'
    """
    words = text.split()
    for i, drawn in enumerate(rng.random(len(words))):
        bare = words[i].strip(".,;:!?\"'()-")
        if bare and drawn < share and (found := neighbours.get(bare.lower())):
            words[i] = words[i].replace(bare, found[rng.integers(len(found))])
    return " ".join(words)


# %% [markdown]
# Similar words: the nearest neighbours among GloVe's vectors (lesson 04), of the 20,000 most frequent words. Look at them before you use them.

# %%
from llmai_edu.datasets import load_glove
from llmai_edu.embeddings.vectors import WordVectors
from llmai_edu.finetuning.augment import neighbour_table, swap_words

names, matrix = load_glove()
glove = WordVectors(names[:20_000], matrix[:20_000].copy())
for word, near in neighbour_table(glove, ["good", "boring", "funny", "film"]).items():
    print(f"{word:<7}", ", ".join(near))

# %%
sentence = "A fine film that is not without its good moments"
wide = neighbour_table(glove, sentence.lower().split())
for name, alter in (
    ("delete", delete_words),
    ("swap", swap_words),
    ("replace", lambda text, rng: replace_words(text, rng, wide)),
):
    print(f"{name:<8}", alter(sentence, np.random.default_rng(seed)))

# %% [markdown]
# ### Does the label survive?
#
# It is an assumption, and it can be measured. A bag of words that was fitted to *all* training sentences tells for each word whether it speaks for praise or for blame. Take the hundred words that speak loudest. How many of their GloVe neighbours speak for the *other* side? (The printed list shows some of them: a loud word, an arrow, and a neighbour that speaks clearly for the other side.)

# %%
from sklearn.feature_extraction.text import CountVectorizer

counts = CountVectorizer(binary=True, token_pattern=r"[\w']+", min_df=3)
bag = LogisticRegression(max_iter=1000).fit(
    counts.fit_transform(texts["train"]), labels["train"]
)
weight = dict(zip(counts.get_feature_names_out(), bag.coef_[0]))
loud = sorted((word for word in weight if word in glove), key=lambda word: -abs(weight[word]))[
    :100
]


def other_side(table):
    """Of the replacements that have a weight, the share with the other sign."""
    return np.mean(
        [weight[w] * weight[word] < 0 for word in table for w in table[word] if w in weight]
    )


# %%
near = neighbour_table(glove, loud)
blind = {word: rng.choice(sorted(weight), 5).tolist() for word in loud}
print(
    f"other side: neighbours {other_side(near):.0%}, words drawn blindly {other_side(blind):.0%}"
)
turned = [
    f"{word} → {w}"
    for word in near
    for w in near[word]
    if weight.get(w, 0) * weight[word] < -0.3
]
print("; ".join(turned[:10]))
assert 0.31 < other_side(near) < 0.36
assert 0.43 < other_side(blind) < 0.57
assert neighbour_table(glove, ["boring"])["boring"][1] == "funny"
nearest = neighbour_table(glove, ["good"], k=300)["good"]
assert nearest.index("bad") == 165
assert 0.79 < glove.unit[glove.id_of["good"]] @ glove.unit[glove.id_of["bad"]] < 0.81

# %% [markdown]
# About a third of them, against half of words that are drawn blindly. So the neighbours are better than chance, and far from safe: "funny" is the second nearest word to "boring". GloVe learned from the company that words keep, and opposites keep the same company. (The standard example is "good" and "bad". With these vectors their cosine is 0.8 indeed, but 165 words are nearer.)
#
# ### Does it help?
#
# For the probe and the bag: four altered copies of each sentence. What should that be compared with? Not only with the plain 32 sentences. Four copies count each sentence five times, and that alone weakens the pull on the weights to a fifth (`fit_probe` says so). The control is four *unaltered* copies.


# %% quote="llmai_edu.finetuning.augment:mixup"
def mixup(
    features: np.ndarray,
    labels: Sequence[int],
    rng: np.random.Generator,
    *,
    alpha: float = 0.4,
    classes: int = 2,
) -> tuple[np.ndarray, np.ndarray]:
    """Each example mixed with another one, drawn by chance: features and labels in the same shares.

    The share is drawn from Beta(alpha, alpha): below 1, mostly near 0 or 1. features: (N, C). Returns (N, C) and the
    shares of the classes (N, K).

    >>> x, y = mixup(np.array([[0.0], [1.0]]), [0, 1], np.random.default_rng(0))
    >>> bool(np.allclose(x[:, 0], y[:, 1]))
    True
    """
    partner, lam = (
        rng.permutation(len(features)),
        rng.beta(alpha, alpha, len(features))[:, None],
    )
    targets = np.eye(classes)[np.asarray(labels)]
    return lam * features + (1 - lam) * features[partner], lam * targets + (1 - lam) * targets[
        partner
    ]


# %%
mixed, shares = mixup(few_features, few_labels, rng)
print(mixed.shape, shares[:3].round(2).tolist())
assert np.allclose(shares.sum(1), 1)

# %% alt="Two panels, bag of words and frozen MiniLM: accuracy with altered copies minus that with plain copies, for 8, 32 and 128 sentences. All points lie within about one point of zero and nearly all intervals cross it. In the left panel, the swaps lie at zero without any interval. In the right panel, the swaps lie about a point below zero."
_, grid = plt.subplots(1, 2, figsize=(8, 3.2), sharey=True, layout="constrained")
effect = {}
for axes, way in zip(grid, ("bag", "frozen")):
    base = points(way, "augment", method="copies")
    methods = ("delete", "swap", "replace") + (("mixup",) if way == "frozen" else ())
    for k, (method, marker) in enumerate(zip(methods, "os^D")):
        for n, values in points(way, "augment", method=method).items():
            effect[way, method, n] = e = mean_interval(values - base[n])
            axes.errorbar(
                n * 1.12**k,
                e.value,
                [[e.value - e.low], [e.high - e.value]],
                fmt=marker,
                color=PALETTE[k],
                capsize=3,
                label=method if n == 8 else None,
            )
    axes.axhline(0, ls="--", color="#000000", lw=1)
    axes.set(xscale="log", title=NAMES[way].split(",")[0], xlabel="labelled sentences")
    axes.set_xticks([8, 32, 128], [8, 32, 128])
    axes.set(ylim=(-0.06, 0.03))
    axes.minorticks_off()
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=8, ncol=2, loc="lower left")
grid[0].set_ylabel("accuracy minus that of plain copies")
plt.show()

# %%
for (way, method, n), e in effect.items():
    print(
        f"{way:<7}{method:<8}{n:>4}  {e:+.3f}"
        + ("   surely not zero" if e.excludes_zero else "")
    )
for way in ("bag", "frozen"):
    plain = points(way)
    copies = points(way, "augment", method="copies")
    print(
        way,
        "copies minus plain:",
        {n: f"{mean_interval(copies[n] - plain[n]):+.3f}" for n in copies},
    )

# %% [markdown]
# No gain is shown. The bag of words cannot notice a swap at all: its effect is exactly zero, as it must be. Of the other 18 comparisons in the figure, the interval excludes zero in one: swaps for the frozen MiniLM with 32 sentences, and there they *cost* a point. (Of 18 such intervals about one is expected to miss zero by chance alone, so even that is not to be trusted.) Nor is it shown that nothing helps: several intervals reach to two points above zero.
#
# Look at the last line, too. With 128 sentences, plain copies cost the frozen way a point on the mean (the interval just reaches zero); all that they change is the pull. Compared with the plain sentences alone, swaps would have been blamed for two points, and on the mean half of that is not theirs. That is what the control is for.

# %%
surely = [key for key, e in effect.items() if e.excludes_zero]
assert len(effect) == 18 + 3
assert max(e.high for e in effect.values()) > 0.02
assert surely == [("frozen", "swap", 32)]
assert all(abs(effect["bag", "swap", n].value) == 0 for n in (8, 32, 128))

# %%
assert -0.015 < effect["frozen", "swap", 32].value < -0.005
plain, copies = points("frozen")[128], points("frozen", "augment", method="copies")[128]
swaps = points("frozen", "augment", method="swap")[128]
assert -0.015 < (copies - plain).mean() < -0.008
assert 0 < mean_interval(copies - plain).high < 0.001
assert -0.025 < (swaps - plain).mean() < -0.015

# %% [markdown]
# And in fine-tuning, where each round can draw new alterations:

# %%
dropped = points("tuned", "augment", method="delete")[32] - points("tuned")[32]
print(
    f"fine-tuned, 32 sentences: with dropped words minus without {mean_interval(dropped):+.3f}"
)
print("seed by seed", dropped.round(3))
assert -0.035 < mean_interval(dropped).low < 0 < mean_interval(dropped).high < 0.006

# %% [markdown]
# Again no gain is shown. The mean is a point below zero, and the interval reaches from three points worse to half a point better.
#
# Wei and Zou [3] had found gains of some points with small sets, for networks that were trained from the beginning, and expected little for pretrained ones: what the alterations teach (that a word more or less, or another order, seldom matters) a model that has read much knows already. Our bag of words would have had most to learn from new words, and no gain from neighbours is shown there either; above you saw what is wrong with them.
#
# ## What fine-tuning forgets
#
# MiniLM was made so that texts of like *content* have like vectors. Can it still do that after it was tuned for praise and blame? A small test: drop about half of the words of each test sentence at random, and look for the original among all 552, by the cosine. (The tuned model is the one from above, 32 sentences.)

# %%
halves = [
    delete_words(text, np.random.default_rng((seed, i)), 0.5)
    for i, text in enumerate(texts["test"])
]


def found_again(features, half_features):
    """For each half, whether its nearest sentence is the one that it was made of."""
    unit, half = (F.normalize(torch.from_numpy(x), dim=1) for x in (features, half_features))
    return ((half @ unit.T).argmax(1) == torch.arange(len(unit))).float().numpy()


# %%
after = found_again(tuned_features, read_texts(model, tokenizer, halves, features=True))
fresh = TextClassifier(load_minilm())
before = found_again(test_features, read_texts(fresh, tokenizer, halves, features=True))
lost = mean_interval(before - after)  # here over the 552 sentences, not over seeds
print(f"found again: {before.mean():.0%} before fine-tuning, {after.mean():.0%} after it")
print(f"lost {lost:.1%}")
assert before.mean() > 0.75
assert lost.low > 0
assert after.mean() > 0.6

# %% [markdown]
# Some of it is gone, after twenty steps. (One model and one draw of halves: the interval speaks of other sentences, not of other fine-tunings.) The extreme of it, when fine-tuning loses what the reading was good for, is called *catastrophic forgetting* [2]. Here it is mild: most halves are still found. The frozen way forgets nothing, and one encoder can serve many heads at once: that is often the stronger argument for it than a point of accuracy.
#
# Kumar and others [5] found a second reason for care. While the head is still random, its gradient pulls the features about, and this can hurt on text of another kind. Their cure: first fit the head alone (a probe), then train everything from there. `set_head` puts a probe in the place of the head:

# %%
set_head(fresh, W, b)
agree = read_texts(fresh, tokenizer, texts["test"][:50]).argmax(1)
assert (agree == probe_logits(test_features[:50], W, b).argmax(1)).all()

# %% [markdown]
# Whether it pays here, this page does not test; a page that has 32 sentences and five seeds could hardly show it.
#
# ## Away from home: order and cut
#
# The classifiers with 128 film sentences were also asked about sentences from *product* reviews. Lesson 06 had found that two classifiers looked useless on another kind of text: their order was good, the cut was not. *AUC* measures the order alone: how often does a praising sentence get a higher verdict (praise minus blame) than a blaming one? 0.5 is chance.

# %%
from sklearn.metrics import roc_auc_score

products = np.array([int(review.score > 0) for review in short_reviews("products").test])
table = {"accuracy": {}, "AUC": {}, "says praise": {}}
for way in ("frozen", "tuned"):
    runs = [np.array(run["verdicts"]) for run in recorded["elsewhere"] if run["way"] == way]
    table["accuracy"][way] = [((v > 0) == products).mean() for v in runs]
    table["AUC"][way] = [roc_auc_score(products, v) for v in runs]
    table["says praise"][way] = [(v > 0).mean() for v in runs]
print(f"{len(products)} product sentences, {products.mean():.1%} praise")
for name, values in table.items():
    print(f"{name:<12}", {way: f"{mean_interval(found):.3f}" for way, found in values.items()})

# %% [markdown]
# Again the order is good: both have an AUC above 0.8. And again the cut is not: on the mean, both say "praise" for less than half of the sentences, though 60 % are. If we move the cut to where they say it as often as it is true (lesson 06 needed a hundred labels for that; here we take the true share, to see what can be gained), both gain a few points on the mean. For the frozen way that is sure, for the tuned one the interval just holds zero. Whether fine-tuning on films made the order better or worse for products, five runs do not show.

# %%
moved = {}
for way in ("frozen", "tuned"):
    runs = [np.array(run["verdicts"]) for run in recorded["elsewhere"] if run["way"] == way]
    cuts = [np.quantile(v, 1 - products.mean()) for v in runs]
    after_move = [((v > cut) == products).mean() for v, cut in zip(runs, cuts)]
    moved[way] = mean_interval(np.subtract(after_move, table["accuracy"][way]))
    print(f"{way:<7} with the cut moved {np.mean(after_move):.3f}, gain {moved[way]:+.3f}")
    assert np.mean(table["AUC"][way]) > 0.82
    assert np.mean(table["says praise"][way]) < 0.5 < 0.59 < products.mean() < 0.61
    assert 0.02 < moved[way].value < 0.05
    assert moved[way].excludes_zero == (way == "frozen")

# %%
apart = mean_interval(np.subtract(table["AUC"]["tuned"], table["AUC"]["frozen"]))
print(f"AUC, tuned minus frozen {apart:+.3f}")
assert apart.low < 0 < apart.high

# %% [markdown]
# ## How sure is it?
#
# The logits also give a probability. If a classifier says "90 % sure" of a hundred sentences, about ninety should be right; then it is *calibrated*. The tuned models with 512 sentences, all five seeds together:

# %% alt="How often the answers are right against how sure the model is, in six ranges from 0.5 to 1, with intervals over five seeds. All six points lie below the dashed diagonal, by two to ten points: 0.55 sure and 0.51 right at the left end, 0.97 sure and 0.94 right at the right end. The intervals of the two left points are long and reach far above the diagonal; those of the four right ones stay below it."
best = [run for run in recorded["curve"] if run["way"] == "tuned" and run["n"] == 512]
verdicts = np.array([run["verdicts"] for run in best])  # (5, 552): praise minus blame
sure = 1 / (1 + np.exp(-abs(verdicts)))  # of its own answer
right = (verdicts > 0) == labels["test"]
edges = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.001]
_, axes = new_axes(4.8, 3.4)
gaps = []
for low, high in zip(edges, edges[1:]):
    inside = (sure >= low) & (sure < high)
    at = np.mean([x[i].mean() for x, i in zip(sure, inside)])
    gap = mean_interval([(x - y)[i].mean() for x, y, i in zip(sure, right, inside)])
    half = gap.high - gap.value
    axes.errorbar(at, at - gap.value, half, fmt="o", color=PALETTE[0], capsize=3)
    gaps.append(gap)
    print(f"{low:.2f} to {high:.2f}: {inside.mean():.0%} of answers, too sure by {gap:+.3f}")
axes.plot([0.5, 1], [0.5, 1], ls="--", color="#000000")
axes.set(
    xlabel="how sure it is",
    ylabel="how often it is right",
    xlim=(0.48, 1.02),
    ylim=(0.34, 1.02),
)
plt.show()

# %% [markdown]
# Every point lies below the dashed line. In the lower two ranges that may be chance, for their intervals hold zero. In the upper four, which have more than four fifths of the answers, the models are surely surer than they should be. On the mean over all answers they are about five points too sure. With 8 sentences it was worse:

# %%
too_sure = {}
for n in (8, 32, 128, 512):
    runs = [run for run in recorded["curve"] if run["way"] == "tuned" and run["n"] == n]
    v = np.array([run["verdicts"] for run in runs])
    claimed = (1 / (1 + np.exp(-abs(v)))).mean(1)
    too_sure[n] = mean_interval(claimed - ((v > 0) == labels["test"]).mean(1))
    print(f"{n:>4} sentences: surer than right by {too_sure[n]:.3f}")
    assert too_sure[n].low > 0
assert 0.04 < too_sure[512].value < 0.07
assert too_sure[8].value > 0.1

# %%
assert all(gap.value > 0 for gap in gaps)
assert [gap.excludes_zero for gap in gaps] == [False] * 2 + [True] * 4
assert (sure >= 0.7).mean() > 0.8

# %%
ends = {n: [] for n in too_sure}
for run in recorded["curve"]:
    if run["way"] == "tuned":
        ends[run["n"]].append(run["loss"])
print("last losses", {n: f"{np.mean(values):.2f}" for n, values in ends.items()})
assert 0.01 < np.mean(ends[8]) < 0.025
assert 0.27 < np.mean(ends[512]) < 0.32

# %% [markdown]
# Why too sure? With few sentences a reason is at hand: the loss goes on falling after the last training sentence is judged right, by making the logits larger. With 8 sentences it ended at about 0.02. But with 512 and two rounds it ended at about 0.3, so that is hardly the whole reason there. Which others there are, we have not tested.
#
# Whoever acts on such a probability (hands over to a person below 80 %, say) should first measure it on validation sentences, and correct it: dividing all logits by one number often does, as Guo and others [7] found.

# %% [markdown]
# ## Where it fails
#
# The sentences on which the tuned models (512 sentences) were wrong in *all five* runs. First by how firm people had been, then the eight worst: wrong, and most sure.

# %%
scores = np.array([review.score for review in task.test])
always_wrong = ~right.any(0)
for low, high in ((0, 1), (1, 2), (2, 4)):
    inside = (abs(scores) > low) & (abs(scores) <= high)
    print(
        f"people {low} to {high} from zero: {always_wrong[inside].mean():.0%} of {inside.sum()} always wrong"
    )
loss = np.log1p(np.exp(np.where(labels["test"] == 1, -1, 1) * verdicts)).mean(0)
for i in np.argsort(-loss)[:8]:
    print(f"people {scores[i]:+.1f}   model {verdicts[:, i].mean():+.1f}   {texts['test'][i]}")

# %% [markdown]
# Where people themselves wavered, more than one sentence in five is wrong each time; where they were firm, about one in forty. So a part of what is left, less than half of it, lies near the cut at zero, as in lesson 06, and there the label itself is in doubt. More than half of it does not. Of the eight worst, only two lie within one of zero.
#
# Read the worst. Many a sentence has warm words in it and is cold: "inspiring as a Hallmark card", "might best be enjoyed as a daytime soaper". To know that a Hallmark card is no praise takes knowledge of the world, not of sentiment words. Another praises by a "too" that usually blames ("too original to be ignored"). Two turn at a "but", and the model follows the wrong half.

# %%
shares = [
    always_wrong[(abs(scores) > low) & (abs(scores) <= high)].mean()
    for low, high in ((0, 1), (1, 2), (2, 4))
]
assert 0.2 < shares[0] < 0.25
assert 0.02 < shares[2] < 0.03
assert 0.4 < (abs(scores[always_wrong]) <= 1).mean() < 0.5
assert (abs(scores[np.argsort(-loss)[:8]]) <= 1).sum() == 2
assert shares == sorted(shares, reverse=True)
worst = " ".join(texts["test"][i] for i in np.argsort(-loss)[:8])
for words in (
    "inspiring as a Hallmark card",
    "enjoyed as a daytime soaper",
    "too original to be ignored",
    "but the actors",
    "but also mechanical",
):
    assert words in worst

# %% [markdown]
# ## What we have now, and what it cannot do
#
# - A model that has read much needs few labels. With 128 labelled sentences MiniLM is ahead of a bag of words with 1,792, surely if all of it is trained. The same network that has read nothing is not even ahead of a bag of words with as many.
# - Two ways to use it. Frozen, with a probe: for a given pull one best answer, no random start, nothing forgotten, cheap. All weights trained: surely better with 512 sentences; with 8, 32 or 128, five seeds do not show which is better, and with 32 its results are much more spread.
# - Such curves need seeds and paired differences. Of the four differences between the two ways, one was sure.
# - Augmentation had to be compared with plain copies, and then no gain was shown.
# - The tuned models are too sure of themselves. The one that we asked had forgotten a part of what it could.
# - It cannot do what was not asked of it: a new question needs new labels and a new head. A model that *writes* can be asked in words. How such a model is made to follow instructions, without moving all of its weights, is lesson 20.
#
# **Try it:** the [exercise sheet](../exercises/19_classify.ipynb) asks you to mend a measurement that leaves dropout on, to find the swaps that leave a negation alone, and to choose an epoch without looking at the test.
#
# **Sources**
#
# [1] J. Devlin, M.-W. Chang, K. Lee and K. Toutanova, [*BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding*](https://arxiv.org/abs/1810.04805), 2019.
#
# [2] J. Howard and S. Ruder, [*Universal Language Model Fine-tuning for Text Classification*](https://arxiv.org/abs/1801.06146), 2018.
#
# [3] J. Wei and K. Zou, [*EDA: Easy Data Augmentation Techniques for Boosting Performance on Text Classification Tasks*](https://arxiv.org/abs/1901.11196), 2019.
#
# [4] H. Zhang, M. Cisse, Y. Dauphin and D. Lopez-Paz, [*mixup: Beyond Empirical Risk Minimization*](https://arxiv.org/abs/1710.09412), 2018.
#
# [5] A. Kumar, A. Raghunathan, R. Jones, T. Ma and P. Liang, [*Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution*](https://arxiv.org/abs/2202.10054), 2022.
#
# [6] M. Mosbach, M. Andriushchenko and D. Klakow, [*On the Stability of Fine-tuning BERT: Misconceptions, Explanations, and Strong Baselines*](https://arxiv.org/abs/2006.04884), 2021: why one seed of fine-tuning is not enough.
#
# [7] C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, [*On Calibration of Modern Neural Networks*](https://arxiv.org/abs/1706.04599), 2017.
#
# [8] C. J. Hutto and E. Gilbert, [*VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media Text*](https://doi.org/10.1609/icwsm.v8i1.14550), ICWSM 2014: the rated sentences.
#
# *Prose CC BY 4.0, code MIT, the llmai_edu authors. The rated sentences are those of the package `vaderSentiment` (MIT; the sentences remain their
# authors'). GloVe's vectors are in the public domain (PDDL). MiniLM: Apache-2.0.*
