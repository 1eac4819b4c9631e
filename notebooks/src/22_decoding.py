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
# # Decoding: from logits to text
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/notebooks/22_decoding.ipynb)
# <!-- colab:end -->
#
# *About 120 minutes to read, 40 seconds to run on two CPU cores, 1.5 GB. Needs: lesson 15.*
#
# A language model writes no text. It gives, for the text so far, a number for each token that might come next. Somebody has to choose one, append it, and ask again. The rule of that choice is called *decoding*. With the same weights, one rule gives a text that turns in circles, and another one that makes no sense. This page takes the rules apart, measures what each does, and ends with one that changes nothing but the speed.

# %% tags=["setup"]
# --- On Colab, install the course first; anywhere else these lines do nothing ---
import os
import sys
from IPython import get_ipython

if "google.colab" in sys.modules:
    address = os.environ.get("LLMAI_EDU_SOURCE", "https://github.com/llmai-edu/llmai-edu")
    get_ipython().run_line_magic("pip", f'install -q "llmai-edu @ git+{address}"')
# --- end of the Colab lines ---
import time

import matplotlib.pyplot as plt
import numpy as np
import torch

from llmai_edu.evaluation import ladder_text
from llmai_edu.generation.composed import generate_many_with, generate_with, usual_steps
from llmai_edu.pretrained import load_smollm2
from llmai_edu.tokenizers import smollm2_tokenizer
from llmai_edu.training.recordings import load_recording
from llmai_edu.viz import PALETTE, new_axes

seed = 0
rng = np.random.default_rng(seed)
generator = torch.Generator().manual_seed(seed)
model = load_smollm2().requires_grad_(False)
tokenizer = smollm2_tokenizer()
fresh = tokenizer.encode(ladder_text().fresh)  # the address of 2026
recording = load_recording("decoding")
MARKERS = "osv^D"

# %% [markdown]
# ## The result first
#
# SmolLM2 goes on with a piece of the address of 2026, a speech that was given after its training. Once it always takes the likeliest token, which is called *greedy*. Once each token is *drawn*, with the probabilities that the model gives:

# %%
start = 2000
prompt = fresh[start : start + 40]
print("…", tokenizer.decode(prompt[-25:]).strip(), "…")
for name, draw in (("greedy", None), ("drawn", seed)):
    ids = list(generate_with(model, prompt, 24, seed=draw))
    print(f"\n{name}: {tokenizer.decode(ids).strip()!r}")

# %% [markdown]
# Two texts prove nothing. So twelve passages from the speeches of the validation years were each continued with 48 tokens, in several ways, and the speaker's own 48 tokens were kept for comparison (`benchmarks/record_decoding.py`). Then the plain model was asked how *surprised* it is by each token: $-\ln p$, the measure of lesson 02. *Beam search* looks for the likeliest text as a whole; it comes later on this page.

# %% alt="Surprise in nats a token over the place in the continuation, 1 to 48, four curves of six points. Drawn and human stay level between 3.2 and 3.8. Greedy falls from 1.35 to 0.56, and beam search from 1.2 to 0.7."
written = recording["written"]
LOOKS = {
    "temperature 1.0": "drawn",
    "human": "human",
    "greedy": "greedy",
    "beam 4": "beam search",
}
_, axes = new_axes(6.5, 3.6)
for (name, label), marker in zip(LOOKS.items(), MARKERS):
    blocks = np.reshape(written[name]["by_place"], (6, 8)).mean(1)  # means of eight tokens
    axes.plot(np.arange(6) * 8 + 4.5, blocks, f"{marker}-", label=label)
axes.set(
    xlabel="place in the continuation, tokens", ylabel="surprise, nats a token", ylim=(0, None)
)
axes.legend()
plt.show()
pairs = np.subtract(written["temperature 1.0"]["surprise"], written["human"]["surprise"])
pairs_error = pairs.std(ddof=1) / np.sqrt(len(pairs))
print(f"drawn less human: {pairs.mean():.2f}, standard error {pairs_error:.2f}")
assert 0 < pairs.mean() < pairs_error

# %%
surprise_of = {name: np.mean(way["surprise"]) for name, way in written.items()}
for name in LOOKS:
    print(f"{name:<16} {surprise_of[name]:.2f} nats a token")
assert surprise_of["greedy"] < surprise_of["human"] / 2
assert surprise_of["beam 4"] < surprise_of["human"] / 2
late = {name: np.mean(written[name]["by_place"][-16:]) for name in LOOKS}
early = np.mean(written["greedy"]["by_place"][:16])
assert late["greedy"] < 0.75 * early

# %% [markdown]
# What people write surprises the model all the time, and so does what is drawn. What the model writes when it takes the likeliest token each time surprises it much less, and less and less the longer it writes. A likely text and a text like a person's are two different things. (That the drawn text surprises as much as the speakers' does not make it as good; we come back to that.)
#
# ## From logits to a draw
#
# The model's output is one number for each token of the vocabulary, the *logit* $z_v$. The softmax makes a distribution of them: $p_v = e^{z_v} / \sum_w e^{z_w}$. To draw from it, take a random number u between 0 and 1, and walk along the running sum of the probabilities until it is above u. A likely token covers a long stretch of that way, so it is met often.


# %%
def draw_by_hand(probs, u):
    """The first token at which the running sum is above u."""
    running = 0.0
    for token, p in enumerate(probs):
        running += p
        if u < running:
            return token
    return len(probs) - 1  # rounding may leave the sum a little below 1


WORDS = ["the", "a", "our", "no", "seven"]
z = torch.tensor([2.0, 1.2, 0.7, -0.5, -2.0])
probs = z.softmax(-1)
print({word: round(p, 3) for word, p in zip(WORDS, probs.tolist())})
print([WORDS[draw_by_hand(probs.tolist(), u)] for u in (0.1, 0.5, 0.6, 0.9, 0.999)])

# %% [markdown]
# ### Is a sampler right? The chi-square test
#
# Draw n = 10,000 times and count. If the sampler is right, token v comes about $n p_v$ times, but never exactly. How far off may it be? *Pearson's statistic* adds up the squared deviations, each divided by what was expected: $\chi^2 = \sum_v (\text{seen}_v - n p_v)^2 / (n p_v)$. For a right sampler with 5 tokens it is about 4 (one less than the tokens). The *p-value* is the probability that a right sampler deviates at least as much. If it is tiny, we do not believe that the sampler is right.
#
# As a control, we test a wrong sampler, too. It draws from the probabilities after they were rounded to one place.

# %%
from scipy.stats import chi2


def chi_square(seen, probs):
    """Pearson's statistic, and the probability of one as large, over the tokens that can come."""
    possible = probs > 0
    assert seen[~possible].sum() == 0, "a token came that cannot come"
    want = seen.sum() * probs[possible]
    statistic = ((seen[possible] - want) ** 2 / want).sum()
    return statistic, chi2.sf(statistic, possible.sum() - 1)


exact = probs.double().numpy()
rounded = exact.round(1) / exact.round(1).sum()
right = np.bincount([draw_by_hand(exact, u) for u in rng.random(10_000)], minlength=5)
wrong = np.bincount([draw_by_hand(rounded, u) for u in rng.random(10_000)], minlength=5)
for name, seen in (("by hand", right), ("rounded", wrong)):
    statistic, p_value = chi_square(seen, exact)
    print(f"{name}: chi-square {statistic:8.1f}, p-value {p_value:.2g}")
assert chi_square(right, exact)[1] > 1e-4
assert chi_square(wrong, exact)[1] < 1e-6

# %% [markdown]
# ## Temperature
#
# The first rule between logits and draw divides all logits by a number T, the *temperature*: $p_v \propto e^{z_v / T} = (e^{z_v})^{1/T}$. Below 1 the differences grow, and the likely tokens become likelier. Above 1 they shrink. Near 0 the likeliest token takes all, which is greedy decoding. For very large T all tokens are equally likely.
#
# In the package every rule is a *step*: a function of the logits (B, V) and of the tokens so far (B, T) that returns new logits. Steps can be put one after another. This one subtracts the largest logit first, which changes no probability (lesson 00) and keeps the quotient from overflowing. `SMALLEST` is the smallest divisor that does not count as 0.


# %%
from llmai_edu.generation.sampling import SMALLEST
from llmai_edu.generation.steps import Step, probs_after


# %% quote="llmai_edu.generation.steps:temperature"
def temperature(value: float) -> Step:
    """Divide all logits: below 1 the likely become likelier, above 1 less so. Raises ValueError unless above 0.

    >>> temperature(0.5)(torch.tensor([[0.0, 1.0]]), torch.zeros(1, 0)).tolist()
    [[-2.0, 0.0]]
    """
    if not 0 < value < float("inf"):
        raise ValueError(
            f"temperature must be above 0, got {value}; for greedy choice take the largest logit"
        )
    return lambda logits, ids: (logits - logits.amax(-1, keepdim=True)) / max(value, SMALLEST)


# %%
no_tokens = torch.zeros(1, 0, dtype=torch.int64)
for T in (0.25, 1.0, 4.0):
    by_hand = (probs ** (1 / T)) / (probs ** (1 / T)).sum()
    stepped = probs_after(z[None], no_tokens, [temperature(T)])[0]
    print(T, [round(p, 3) for p in stepped.tolist()])
    assert torch.allclose(by_hand, stepped, atol=1e-6)

# %% [markdown]
# What does it do to a real model? SmolLM2 reads 300 tokens of the address of 2026 in one pass, which gives 250 distributions over 49,152 tokens (the first 50 tokens are context only). For each of them we know what the speaker said next. Two curves follow, both from the cooled or heated distributions at these 250 places: their *entropy*, which is the mean surprise by a token that they draw themselves, and the mean surprise by the speaker's tokens.

# %%
first = int(rng.integers(1000, len(fresh) - 1500))
piece = torch.tensor(fresh[first : first + 301])
logits = model(piece[None, :-1])[0, 50:]  # (250, 49152)
true = piece[51:]  # what the speaker said next
log_p = logits.log_softmax(-1)
gap = -log_p.gather(1, true[:, None])[:, 0] + (log_p.exp() * log_p).sum(-1)  # second less first
gap_error = gap.std() / len(gap) ** 0.5


# %%
def entropy_and_surprise(logits):
    """Mean surprise by a draw from the distributions themselves, and by the speaker's tokens."""
    log_p = logits.log_softmax(-1)
    own = -(log_p.exp() * log_p).sum(-1).mean().item()
    return own, -log_p.gather(1, true[:, None]).mean().item()


heats = [0.3, 0.5, 0.7, 1.0, 1.3, 1.7]
own, human = np.transpose([entropy_and_surprise(logits / T) for T in heats])

# %% alt="Two curves over the temperature from 0.3 to 1.7. The entropy rises from 0.4 to 6.5 nats. The surprise by the speaker's tokens falls from 6.4 at 0.3 to 2.8 at 1.0 and rises to 3.5 at 1.7. They cross a little above 1."
_, axes = new_axes(6.0, 3.4)
axes.plot(heats, own, "o-", label="entropy: surprise by own draws")
axes.plot(heats, human, "s--", label="surprise by the speaker's tokens")
axes.set(xlabel="temperature", ylabel="nats a token", ylim=(0, None))
axes.legend()
plt.show()

# %%
at_one, best_heat = heats.index(1.0), heats[int(human.argmin())]
print(f"at temperature 1: entropy {own[at_one]:.2f}, surprise {human[at_one]:.2f}")
print(f"the speaker's tokens are least surprising at {best_heat}")
print(f"the difference is {gap.mean():.2f}, its standard error {gap_error:.2f}")
assert 0.2 < gap.mean() < 0.45
assert 0.12 < gap_error < 0.19
assert best_heat in (1.0, 1.3)
assert 0.25 < own[heats.index(0.5)] / own[at_one] < 0.4

# %% [markdown]
# The entropy rises steeply with the temperature. At 0.5, the cooled distributions have about a third of the entropy that they have at 1. Of the six temperatures, the speaker's tokens are least surprising at 1 or 1.3. That is no wonder: training makes the surprise small, at temperature 1. At 1 the entropy is *below* the surprise. Is the model too sure of itself, on a speech which it has not seen? The difference is a few tenths of a nat, with a standard error of about 0.15, and neighbouring places of one speech are not independent of each other. That is a hint, no more. The first figure gives no such hint. There, drawn texts from twelve speeches surprise the model slightly *more* than the speakers do, by less than one standard error. (It is also another question: there the model goes on from its own words, here from the speaker's.)
#
# ## The tail
#
# A vocabulary of 49,152 tokens has a long *tail*: tens of thousands of tokens, each of which is very unlikely. Sort the tokens by probability and ask two questions. How much probability do the first k hold together? And how often is the speaker's token among them?

# %%
p = logits.softmax(-1)
held = p.sort(descending=True).values.cumsum(-1).mean(0).numpy()  # mean mass of the first k
rank = (p > p.gather(1, true[:, None])).sum(-1).numpy()  # 0: the likeliest
sizes = np.unique(np.geomspace(1, 49152, 60).astype(int))
said = np.array([(rank < k).mean() for k in sizes])


def in_a_note(row):
    """Whether the token to come at this place belongs to a note of the transcript, in brackets."""
    before, token = (tokenizer.decode(ids.tolist()) for ids in (piece[: row + 51], true[[row]]))
    return before.rfind("[") > before.rfind("]") or "[" in token


# %% alt="Two rising curves over the number k of likeliest tokens, logarithmic from 1 to 49,152. What the model gives the first k starts at 0.48 and reaches 0.94 at 100. How often the speaker's token is among them starts at 0.41 and runs a little below it up to about 300; both end at 1."
_, axes = new_axes(6.0, 3.4)
axes.plot(sizes, held[sizes - 1], "-", label="what the model gives the first k")
axes.plot(sizes, said, "--", label="how often the speaker's token is among them")
axes.set(xscale="log", xlabel="k likeliest tokens", ylabel="share", ylim=(0, 1.02))
axes.legend()
plt.show()

# %%
tail, said_tail = 1 - held[999], (rank >= 1000).mean()
in_text = 1 - (1 - tail) ** 100
rare = [row for row in np.flatnonzero(rank >= 100).tolist() if not in_a_note(row)]
print(f"beyond the first 1,000: model {tail:.1%}, speaker {said_tail:.1%}")
print(f"a text of 100 draws meets that tail with probability {in_text:.2f}")
assert 0.005 < tail < 0.03
assert said_tail < 0.05
assert in_text > 0.4

# %% [markdown]
# Only a percent or two lies beyond the first thousand tokens. But a text of 100 tokens draws a hundred times, and is likely to meet it at least once. The speaker goes there seldom, too: a few times in the 250 places. So the tail does not hold far too much. What is wrong with it is *what* it holds. Compare:


# %%
assert len(rare) >= 6
for row in np.array(rare)[np.linspace(0, len(rare) - 1, 6).astype(int)]:  # spread out
    beyond = p[row].clone()
    beyond[p[row].topk(100).indices] = 0
    drawn = [int(torch.multinomial(beyond, 1, generator=generator)) for _ in range(4)]
    before = tokenizer.decode(piece[row + 47 : row + 51].tolist())
    names = [tokenizer.decode([token]) for token in drawn]
    print(f"…{before!r}: the speaker {tokenizer.decode([int(true[row])])!r}, the tail {names}")

# %% [markdown]
# (These are six places, spread over the 250, where the speaker's token was not among the first 100; the draws are from beyond the 100 as well. Notes of the transcript, in square brackets, are left out.) The speaker's rare tokens belong there, because something in the world made them come. Of the draws some would do, and most are just anything: each has a little probability, because the model cannot rule out so many things exactly. One such token, and the rest of the text has to go on from it. So cut the tail off before drawing.
#
# ## Three ways to cut
#
# - **Top-k** [1] keeps the k likeliest tokens.
# - **Top-p** [2], also called *nucleus sampling*, keeps the fewest tokens that hold a given share of the probability together. (The p of its name is that share, here, and not the probability of a token.)
# - **Min-p** [3] keeps the tokens that have at least a share of the probability of the *likeliest* one.
#
# As plain loops over one distribution:


# %%
def top_k_by_hand(probs, k):
    return set(sorted(range(len(probs)), key=lambda token: -probs[token])[:k])


def top_p_by_hand(probs, share):
    kept, together = set(), 0.0
    for token in sorted(range(len(probs)), key=lambda token: -probs[token]):
        if together < share:
            kept.add(token)
        together += probs[token]
    return kept


def min_p_by_hand(probs, share):
    least = share * max(probs)
    return {token for token, p in enumerate(probs) if p >= least}


print(dict(zip(WORDS, exact.round(3).tolist())))
for by_hand, value in ((top_k_by_hand, 2), (top_p_by_hand, 0.5), (min_p_by_hand, 0.2)):
    print(
        f"{by_hand.__name__:<14} {value}: {[WORDS[token] for token in by_hand(exact, value)]}"
    )

# %% [markdown]
# The package does it for all rows at once. A token that is ruled out gets the logit −∞, of which the softmax makes 0.


# %% quote="llmai_edu.generation.sampling:keep_top_k"
def keep_top_k(logits: torch.Tensor, k: int) -> torch.Tensor:
    """Rule out all but the k likeliest tokens (those that tie with the k-th stay, too).

    logits: (..., V). Returns the same shape, -inf where a token is ruled out. Raises ValueError for k below 1.
    Fan et al. 2018.

    >>> keep_top_k(torch.tensor([1.0, 3.0, 2.0]), 2).tolist()
    [-inf, 3.0, 2.0]
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}: no token would be left")
    kth = logits.topk(min(k, logits.shape[-1])).values[..., -1:]  # (..., 1)
    return logits.masked_fill(logits < kth, -torch.inf)


# %% quote="llmai_edu.generation.sampling:keep_top_p"
def keep_top_p(logits: torch.Tensor, p: float) -> torch.Tensor:
    """Rule out all but the nucleus: the fewest tokens, likeliest first, whose probabilities reach p together.

    logits: (..., V). Returns the same shape, -inf where a token is ruled out. Raises ValueError for p outside
    (0, 1]. Holtzman et al. 2020.

    >>> logits = torch.tensor([0.2, 0.5, 0.3]).log()
    >>> keep_top_p(logits, 0.6).softmax(-1).tolist()      # 0.5 does not reach 0.6, 0.5 + 0.3 does
    [0.0, 0.625, 0.375]
    """
    if not 0 < p <= 1:
        raise ValueError(f"p must be above 0 and at most 1, got {p}")
    probs, order = logits.softmax(-1).sort(descending=True, stable=True)
    before = probs.cumsum(-1) - probs  # what the likelier tokens hold together
    outside = torch.zeros_like(before, dtype=torch.bool).scatter(-1, order, before >= p)
    return logits.masked_fill(outside, -torch.inf)


# %% [markdown]
# In `keep_top_p`, `before` is what the likelier tokens hold: a token lies outside when that reaches p already. `scatter` brings the answer from the sorted order back to the order of the vocabulary.


# %% quote="llmai_edu.generation.steps:keep_min_p"
def keep_min_p(logits: torch.Tensor, p: float) -> torch.Tensor:
    """Rule out all tokens that have less than p times the probability of the likeliest.

    Where the model is sure, few are left; where it is not, many. logits: (..., V). Raises ValueError for p outside
    [0, 1]. Nguyen et al. 2024, "Min-p Sampling".

    >>> keep_min_p(torch.tensor([0.6, 0.3, 0.1]).log(), 0.4).softmax(-1).round(decimals=3)
    tensor([0.6670, 0.3330, 0.0000])
    """
    if not 0 <= p <= 1:
        raise ValueError(f"p must be from 0 to 1, got {p}")
    probs = logits.softmax(-1)
    return logits.masked_fill(probs < p * probs.amax(-1, keepdim=True), -torch.inf)


# %%
cuts = {keep_top_k: 50, keep_top_p: 0.9, keep_min_p: 0.1}
hands = (top_k_by_hand, top_p_by_hand, min_p_by_hand)
for (cut, value), by_hand in zip(cuts.items(), hands):
    for row in logits[:240:80]:
        kept = set(torch.isfinite(cut(row, value)).nonzero().flatten().tolist())
        assert len(kept ^ by_hand(row.softmax(-1).tolist(), value)) <= 1  # a tie at the edge
    print(f"{cut.__name__} agrees, {len(kept)} tokens kept in the last row")

# %% [markdown]
# ### How many are left?
#
# Sometimes the next token is nearly certain, sometimes almost anything can follow. Top-k keeps 50 either way. The other two adapt. Each dot is one of the 250 places:

# %% alt="Tokens kept, logarithmic, over the entropy at 250 places. Top-p 0.9 (circles) rises along a narrow band from 1 token at entropy 0 to about 1,700 at 6.6. Min-p 0.1 (triangles) rises more slowly and with more scatter, from 1 to about 30. A dashed line marks top-k's 50."
hesitation = -(p * logits.log_softmax(-1)).sum(-1).numpy()  # the entropy at each place
count = {
    name: torch.isfinite(cut(logits, value)).sum(-1).numpy()
    for name, cut, value in (("top-p 0.9", keep_top_p, 0.9), ("min-p 0.1", keep_min_p, 0.1))
}
_, axes = new_axes(6.5, 3.6)
for (name, kept), marker in zip(count.items(), "ov"):
    axes.plot(hesitation, kept, marker, markersize=3.5, alpha=0.7, label=name)
axes.axhline(50, color="black", ls="--", label="top-k 50")
axes.set(yscale="log", xlabel="entropy of the model, nats", ylabel="tokens kept")
axes.legend()
plt.show()

# %%
from scipy.stats import spearmanr

for name, kept in count.items():
    correlation = spearmanr(hesitation, kept).statistic
    print(f"{name}: {kept.min()} to {kept.max():,} tokens, rank correlation {correlation:.2f}")
    assert kept.min() == 1
    assert correlation > 0.7
assert count["top-p 0.9"].max() > 500
assert count["min-p 0.1"].max() < 500

# %% [markdown]
# ### The price of a cut
#
# A token that is cut off can never be written. How many of the *speaker's* tokens would have been impossible? At temperature 1, and at 1.5, where the model hesitates more:

# %%
lost, median = {}, {}
for T in (1.0, 1.5):
    for name, cut, value in (
        ("top-k 50", keep_top_k, 50),
        ("top-p 0.9", keep_top_p, 0.9),
        ("min-p 0.1", keep_min_p, 0.1),
    ):
        kept = torch.isfinite(cut(logits / T, value))
        lost[name, T] = 1 - kept.gather(1, true[:, None]).float().mean().item()
        median[name, T] = int(kept.sum(-1).float().median())
        print(f"{name}, temperature {T}: median {median[name, T]:>5,} tokens kept,", end=" ")
        print(f"{lost[name, T]:.0%} of the speaker's tokens impossible")
assert min(lost["top-k 50", 1.0], lost["top-p 0.9", 1.0]) > 1 / 12
assert max(lost["top-k 50", 1.0], lost["top-p 0.9", 1.0]) < 0.15
assert 0.28 < lost["min-p 0.1", 1.0] < 0.38
assert median["top-p 0.9", 1.5] > 1000
assert median["min-p 0.1", 1.5] < 20

# %% [markdown]
# No cut is free. At temperature 1, top-k 50 and top-p 0.9 make one in eight or nine of the speaker's tokens impossible (on other pieces of the speech one in seven to one in twelve), min-p 0.1 about one in three. So the three numbers mean different things, and one cannot compare the rules at "usual" values without saying how much each cuts. At temperature 1.5 the picture turns: top-p 0.9 now keeps a thousand tokens and more in the typical place, which is hardly a cut; min-p 0.1 still keeps a handful. That is what min-p was made for: a high temperature, without the tail.
#
# ## Steps, one after another
#
# In practice several steps are used at once, and their *order* matters. A chain of steps is a list. `probs_after` applies it, and `usual_steps` makes one in the usual order: penalties (they come below), temperature, top-k, top-p, min-p.

# %%
from llmai_edu.generation.steps import min_p, top_k, top_p

three = torch.tensor([[0.5, 0.3, 0.2]]).log()
cooled_first = probs_after(three, no_tokens, [temperature(0.5), top_p(0.6)])
cut_first = probs_after(three, no_tokens, [top_p(0.6), temperature(0.5)])
print("temperature 0.5, then top-p 0.6:", cooled_first[0].tolist())
print("top-p 0.6, then temperature 0.5:", [round(x, 3) for x in cut_first[0].tolist()])
assert cooled_first[0, 0] == 1
assert (cut_first > 0).sum() == 2

# %% [markdown]
# Cooled first, one token holds 0.6 alone and is the nucleus. Cut first, two tokens stay. Two libraries with "the same" settings may well do different things.
#
# Are the draws right? Here is each step on a vocabulary of six tokens, the text so far being 0 2 2. The exact distribution is computed in double precision, by loops that share no code with the package; the probabilities come from the package, and PyTorch draws from them.

# %%
from llmai_edu.generation.steps import frequency_penalty, repetition_penalty


def exactly(z, kind, value):
    """One step by hand on logits in double precision: the logits after it."""
    q = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
    if kind == "temperature":
        return z / value
    if kind == "repetition":
        return np.array(
            [(x / value if x > 0 else x * value) if v in (0, 2) else x for v, x in enumerate(z)]
        )
    if kind == "frequency":
        return z - value * np.array([1, 0, 2, 0, 0, 0])
    keep = {"top-k": top_k_by_hand, "top-p": top_p_by_hand, "min-p": min_p_by_hand}[kind]
    return np.where([v in keep(q.tolist(), value) for v in range(len(z))], z, -np.inf)


STEPS = {
    "temperature": (temperature, 0.7),
    "top-k": (top_k, 3),
    "top-p": (top_p, 0.7),
    "min-p": (min_p, 0.2),
    "repetition": (repetition_penalty, 1.5),
    "frequency": (frequency_penalty, 0.6),
}

# %%
six, so_far = 1.5 * torch.randn(1, 6, generator=generator), torch.tensor([[0, 2, 2]])
p_values = {}
for kind, (step, value) in STEPS.items():
    after = exactly(six[0].double().numpy(), kind, value)
    want = np.exp(after - after.max()) / np.exp(after - after.max()).sum()
    ours = probs_after(six, so_far, [step(value)])[0]
    draws = torch.multinomial(ours, 20_000, replacement=True, generator=generator)
    seen = np.bincount(draws.numpy(), minlength=6)
    p_values[kind] = chi_square(seen, want)[1] if (want > 0).sum() > 1 else 1.0
    print(f"{kind:<12} {value}: {want.round(3)}   p-value {p_values[kind]:.3f}")
    assert np.allclose(want, ours, atol=1e-6)
assert min(p_values.values()) > 1e-4

# %% [markdown]
# ## Loops
#
# Back to the greedy text, which turned in circles. How often does that happen? Count in each of the twelve continuations the runs of four tokens that have stood in it before. The bars are means, with intervals from drawing the twelve texts anew 2,000 times:


# %% alt="Bars of the share of runs of four tokens that stood there before, with intervals. Greedy 0.24 (0.15 to 0.34), beam search 0.21 (0.10 to 0.33), top-p 0.5 0.03, temperature 0.7 0.04, top-p 0.9 and temperature 1.0 zero, human 0.002."
def interval(values, draws=2000):
    """The middle 95 % of the means of texts drawn with replacement."""
    again = rng.choice(values, (draws, len(values))).mean(1)
    return np.percentile(again, [2.5, 97.5])


SHOWN = [
    "greedy",
    "beam 4",
    "top-p 0.5",
    "temperature 0.7",
    "top-p 0.9",
    "temperature 1.0",
    "human",
]
_, axes = new_axes(6.0, 3.0)
ends = {}
for row, name in enumerate(SHOWN):
    values = np.array(written[name]["repeated"])
    ends[name] = interval(values)
    axes.barh(row, values.mean(), color=PALETTE[0], alpha=0.6)
    axes.plot(ends[name], [row, row], "k|-")
axes.set_yticks(range(len(SHOWN)), SHOWN)
axes.invert_yaxis()
axes.set(xlabel="share of runs of four tokens that stood there before")
plt.show()
repeats = {name: np.mean(way["repeated"]) for name, way in written.items()}
assert 0.2 < repeats["greedy"] < 0.25
assert 0.19 < repeats["beam 4"] < 0.22
assert repeats["human"] < 0.01
assert min(repeats["top-p 0.5"], repeats["temperature 0.7"]) > 0.02 > repeats["top-p 0.9"]
assert ends["greedy"][0] > ends["human"][1]

# %% [markdown]
# In the greedy texts almost a quarter of the runs stood there before, with beam search a fifth; in the speakers' texts hardly any. With a strong cut or cooling (top-p 0.5, temperature 0.7), some repetition comes back.
#
# Why does a greedy text not find its way out? Give it text that repeats itself, and watch its surprise. Six pieces of twelve tokens from the speech are each written down five times in a row. The control is six pieces of twelve *random* tokens, which make no sense at all:

# %% alt="Surprise in nats a token when a piece stands in the text for the first to the fifth time. Pieces of the speech fall from 5.2 to 2.5, 0.4, 0.2 and 0.15. Random tokens fall from 15 to 6, 1.7, 1.0 and 0.9."
places = rng.integers(500, len(fresh) - 20, 6)
sentences = [fresh[place : place + 12] for place in places]
nonsense = rng.integers(100, 49_000, (6, 12)).tolist()
_, axes = new_axes(6.0, 3.2)
means = {}
for (name, rows), marker in zip(
    {"speech": sentences, "random tokens": nonsense}.items(), MARKERS
):
    rows = torch.tensor([row * 5 for row in rows])
    log_p = model(rows)[:, :-1].log_softmax(-1)
    s = -log_p.gather(2, rows[:, 1:, None])[..., 0]
    times = torch.cat([torch.full((6, 1), torch.nan), s], 1).reshape(6, 5, 12)
    means[name] = times.nanmean((0, 2)).numpy()
    axes.plot(range(1, 6), means[name], f"{marker}-", label=name)
axes.set(xlabel="the piece stands there for the nth time", ylabel="surprise, nats a token")
axes.set_xticks(range(1, 6))
axes.legend()
plt.show()

# %%
for name, values in means.items():
    print(name, values.round(2))
    assert values[1] < 0.65 * values[0]
    assert values[4] < 0.3 * values[0]
likely = np.exp(-means["speech"][4])
print(f"the fifth time: probability {likely:.2f} a token, {likely**12:.2f} for twelve")
assert 0.8 < likely < 0.92

# %% [markdown]
# Each time that the piece returns, it is less surprising. At the fifth time, a token of the speech has a probability of more than 0.8 on the (geometric) mean. That is far from certain for all twelve in a row; but a greedy writer needs no certainty, only the likeliest token. Even random tokens become predictable: the model has learned to *copy* from its context, which is useful for names and quotations. A greedy writer that has said something twice is therefore likely to say it a third time, and to be surer then. A draw can leave the circle, since a less likely token comes now and then.
#
# ### Penalties
#
# A penalty makes tokens less likely that have occurred. The *repetition penalty* [4] divides a positive logit by a number above 1, and multiplies a negative one. The *frequency penalty* takes a fixed amount off the logit for each time that the token has occurred.


# %% quote="llmai_edu.generation.steps:repetition_penalty"
def repetition_penalty(value: float) -> Step:
    """Make every token that has occurred less likely: a positive logit is divided by value, a negative one multiplied.

    Raises ValueError unless above 0. Keskar et al. 2019, "CTRL", section 4.1.

    >>> repetition_penalty(2.0)(torch.tensor([[3.0, -1.0, 1.0]]), torch.tensor([[0, 1]])).tolist()
    [[1.5, -2.0, 1.0]]
    """
    if not value > 0:
        raise ValueError(f"the penalty must be above 0 (1 changes nothing), got {value}")

    def step(logits: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
        seen = torch.zeros_like(logits, dtype=torch.bool).scatter(1, ids, True)
        return torch.where(
            seen, torch.where(logits > 0, logits / value, logits * value), logits
        )

    return step


# %% [markdown]
# `scatter` marks the tokens of each row's text. The case distinction for the sign looks like a patch, and it is one. The softmax does not mind when the same number is added to *all* logits: the distribution stays as it is. This penalty does mind:

# %%
penalty, seen_ids, table = repetition_penalty(1.5), torch.tensor([[0]]), {}
for shift in (-5.0, 0.0, 5.0):
    table[shift] = probs_after(z[None] + shift, seen_ids, [penalty])[0, 0].item()
    print(f"logits {shift:+.0f}: 'the' has {probs[0]:.3f}, with the penalty {table[shift]:.3f}")
assert max(table.values()) > 2 * min(table.values())
subtracted = [probs_after(z[None] + s, seen_ids, [frequency_penalty(1.0)]) for s in (-5.0, 5.0)]
assert torch.allclose(*subtracted, atol=1e-6)

# %% [markdown]
# The same distribution, the same penalty, and very different results. How hard it hits depends on where a model's logits happen to lie. The frequency penalty, which subtracts, has no such flaw.
#
# Does the repetition penalty help against loops? In the recording, yes. But it has a side effect: it punishes *every* token that has occurred, also those of the prompt, also commas and names that are needed again. Ask the model to repeat a text, once without and once with it:

# %%
for name in ("greedy", "greedy, repetition 1.1", "greedy, repetition 1.3"):
    print(f"{name:<23} repeated {repeats[name]:.2f}, surprise {surprise_of[name]:.2f}")
assert repeats["greedy, repetition 1.3"] < 0.02 < repeats["greedy"]
assert surprise_of["greedy, repetition 1.3"] > surprise_of["greedy"]


# %%
from difflib import SequenceMatcher

source = "The harbour opens at six. The ferry to the islands leaves at seven, and the ferry to the city leaves at eight."
copy_ids = tokenizer.chat_ids(
    [{"role": "user", "content": f"Repeat this text word for word: {source}"}]
)
wanted, copies, right = tokenizer.encode(source), {}, {}
for value in (1.0, 1.3):
    steps = usual_steps(repetition=value)
    copies[value] = list(
        generate_with(model, copy_ids, len(wanted), steps, stop_ids=[tokenizer.eos_id])
    )
    same = sum(a == b for a, b in zip(copies[value], wanted))
    blocks = SequenceMatcher(None, copies[value], wanted, autojunk=False).get_matching_blocks()
    right[value] = sum(block.size for block in blocks)
    print(f"\npenalty {value}: {tokenizer.decode(copies[value])!r}")
    print(f"of {len(wanted)} tokens {right[value]} in the right order, {same} in their place")
assert right[1.0] > 1.5 * right[1.3]
assert copies[1.3][0] == wanted[0]
assert copies[1.3][1] != wanted[1]

# %% [markdown]
# Without the penalty it copies well. With it, the copy goes astray at the second word: every word of the text stands in the prompt, so each of them is made less likely from the start. (A word too much shifts all that follow. So what counts is the first number, the tokens in the right order.) A penalty knows no difference between a loop and a repetition that is right. The first exercise builds a rule that forbids only whole runs.
#
# ## Beam search: the likeliest text
#
# Greedy decoding takes the likeliest *token* each time. That need not give the likeliest *text*: a good second token may come after a first one that looked worse. Here is a model small enough to see it all: three tokens, and the next one depends on the last only.

# %%
FIRST = [0.5, 0.4, 0.1]  # a, b, c at the beginning
NEXT = [[0.4, 0.3, 0.3], [0.05, 0.9, 0.05], [0.3, 0.3, 0.4]]  # after a, after b, after c


def table_log_probs(ids):
    """The logarithms of the next token's probabilities."""
    return np.log(NEXT[ids[-1]] if ids else FIRST)


def beam_by_hand(log_probs, length, beams):
    """Go on with the `beams` best beginnings, each by every token, and keep the best again."""
    found = [([], 0.0)]
    for _ in range(length):
        longer = [
            ([*ids, token], total + step)
            for ids, total in found
            for token, step in enumerate(log_probs(ids))
        ]
        found = sorted(longer, key=lambda one: -one[1])[:beams]
    return found


for beams in (1, 2):
    ids, total = beam_by_hand(table_log_probs, 3, beams)[0]
    print(f"{beams} beams: {''.join('abc'[i] for i in ids)}, probability {np.exp(total):.3f}")

# %% [markdown]
# With one beam it begins with *a* and can never repair that. (With one beam and no stop tokens, this is greedy decoding.) With two, *b* stays alive long enough to win. Is that the best of all? There are only 27 texts:

# %%
from itertools import product

totals = {
    ids: sum(table_log_probs(ids[:n])[token] for n, token in enumerate(ids))
    for ids in product(range(3), repeat=3)
}
best = max(totals, key=totals.get)
print("".join("abc"[i] for i in best), np.exp(totals[best]).round(3))
greedy, with_two = (beam_by_hand(table_log_probs, 3, beams)[0][0] for beams in (1, 2))
assert list(best) == with_two != greedy

# %% [markdown]
# For real models there are too many texts to try, and beam search gives no guarantee: a beginning that is dropped is gone. The package's `beam_search` works on batches with a cache. It agrees with the loop on a tiny Llama with random weights:

# %%
from llmai_edu.generation.beam import beam_search
from llmai_edu.models.llama import Llama, LlamaConfig

tiny = (
    Llama(LlamaConfig(5, 16, 32, 2, 2, 1, 64), generator=generator).eval().requires_grad_(False)
)
for weight in tiny.parameters():
    weight *= 2  # larger weights, surer predictions


def tiny_log_probs(ids):
    return tiny(torch.tensor([[1, 2, *ids]]))[0, -1].log_softmax(-1).tolist()


by_hand = beam_by_hand(tiny_log_probs, 4, 3)
found = beam_search(tiny, [1, 2], 4, beams=3)
for (ids, total), hypothesis in zip(by_hand, found):
    print(ids, round(total, 4), "package:", hypothesis.ids, round(hypothesis.log_prob, 4))
    assert ids == hypothesis.ids
    assert abs(total - hypothesis.log_prob) < 1e-4

# %% [markdown]
# ### Longer texts lose
#
# Every token costs probability, so of two complete texts the longer one is nearly always the less likely. If a text may end early, for instance at a stop token, a search for the likeliest text prefers short ones. The *length penalty* [5] divides the logarithm of the probability by a power of the length: 0 does nothing, 1 compares the means for a token. Eight of the passages, which break off in the middle of a sentence, were continued to its end: a full stop, a question mark or an exclamation mark, but at most 40 tokens.

# %%
rows = {(row["beams"], row["penalty"]): row for row in recording["sentences"]}
print("beams  penalty  log p  tokens  log p a token")
means_each = {}
for (beams, power), row in rows.items():
    sums, lengths = np.array(row["log_prob"]), np.array(row["length"])
    each = (sums / np.minimum(lengths + 1, 40)).mean()  # the mark counts, unless 40 came first
    means_each[beams, power] = each
    print(f"{beams:>5}  {power:>7}  {sums.mean():5.1f}  {lengths.mean():6.1f}  {each:13.2f}")
at_once = [sum(n == 0 for n in rows[beams, 0.0]["length"]) for beams in (1, 4)]
full = [sum(n == 40 for n in rows[beams, 1.0]["length"]) for beams in (1, 4)]
print(
    f"without penalty, ended at once: {at_once} of 8; with penalty 1, cut off at 40: {full} of 8"
)
looped = np.mean(rows[4, 1.0]["repeated"])
print(f"with four beams and penalty 1, {looped:.2f} of the runs of four stood there before")
assert max(np.mean(rows[beams, 0.0]["length"]) for beams in (1, 4)) < 2
assert np.mean(rows[1, 1.0]["length"]) > 10 * np.mean(rows[1, 0.0]["length"])
assert np.mean(rows[4, 0.0]["log_prob"]) > np.mean(rows[1, 0.0]["log_prob"])
assert means_each[4, 1.0] > means_each[1, 1.0]
assert 0.19 < looped < 0.23
assert (at_once, full) == ([4, 3], [5, 5])

# %% [markdown]
# Without a penalty the best "sentence" has one or two tokens. In three or four cases of eight it is a closing mark alone, in the middle of the speaker's sentence. With a penalty of 1, five of eight do not end within 40 tokens. Now a *loop* wins: its repetitions cost next to nothing, so its mean is good, and about a fifth of the runs of four tokens have stood there before. Both are what the score asks for.
#
# The penalty matters even for one beam. With stop tokens, one beam is not greedy decoding any more: at every place the ending is scored, too, also where the mark is unlikely, and at last the best of these endings competes. Four beams find higher scores than one: −5.1 against −5.4 without a penalty, −0.88 against −1.00 a token with it. Whether the texts are better, the table cannot say.
#
# Is beam search useless? In translation, the source leaves so little choice that the likeliest text is mostly a good one, and there a few beams help. But with very many beams even translation becomes worse, and the likeliest translation of all is often the empty one [5].
#
# ## Likelier is not better
#
# Now all ways together. To the right, a text surprises the model more. Upwards, the twelve texts use more different pairs of tokens. The star is what the speakers said. "Hot" stands for temperature 1.5, with a cut.

# %% alt="Fourteen ways to write, as points: surprise of the plain model to the right, share of distinct pairs upwards. Greedy (1.0, 0.55) and beam 4 (0.9, 0.62) lie far down to the left. Cuts and low temperatures lie between 1.4 and 2.8 and from 0.78 to 0.90, greedy with repetition penalty 1.3 at (2.2, 0.93). Temperature 1.0 (3.6, 0.94) lies beside the star of the speakers (3.5, 0.92). Temperature 1.2 and 1.5 with top-p 0.9 lie far to the right, at 5.4 and 7.8, near 1."
_, axes = new_axes(7.0, 4.4)
RIGHT = {"fontsize": 8, "xytext": (7, -3), "textcoords": "offset points"}
LEFT = RIGHT | {"xytext": (-7, -3), "ha": "right"}
on_the_left = ("greedy, repetition 1.3", "top-k 50", "top-p 0.5", "hot, top-p 0.9")
placed = dict.fromkeys(on_the_left, LEFT) | {
    "hot, min-p 0.1": RIGHT | {"xytext": (-5, -13)},
    "human": RIGHT | {"xytext": (9, -7)},
}
groups = {"greedy": "o", "beam": "D", "temperature": "s", "top": "^", "min-p": "v", "hot": "P"}
for name, way in written.items():
    marker = next((m for word, m in groups.items() if name.startswith(word)), "*")
    size = 13 if name == "human" else 6
    color = "black" if name == "human" else PALETTE[list(groups.values()).index(marker)]
    axes.plot(surprise_of[name], way["distinct_pairs"], marker, markersize=size, color=color)
    axes.annotate(name, (surprise_of[name], way["distinct_pairs"]), **placed.get(name, RIGHT))
axes.set(
    xlabel="surprise of the plain model, nats a token",
    ylabel="share of pairs that are distinct",
)
plt.show()

# %%
nearest = sorted(written, key=lambda name: abs(surprise_of[name] - surprise_of["human"]))
for name in nearest[:5]:
    low, high = interval(np.array(written[name]["surprise"]))
    print(f"{name:<16} {surprise_of[name]:.2f}   95 %: {low:.2f} to {high:.2f}")
human_ends = interval(np.array(written["human"]["surprise"]))
assert human_ends[0] < surprise_of["temperature 1.0"] < human_ends[1]
assert surprise_of["hot, top-p 0.9"] > 2 * surprise_of["human"]
assert surprise_of["hot, min-p 0.1"] < surprise_of["human"]
hot = np.reshape(written["hot, top-p 0.9"]["by_place"], (6, 8)).mean(1)
assert abs(hot[0] - 6.5) < 0.05
assert abs(hot[-1] - 8.6) < 0.06
assert nearest[:2] == ["human", "temperature 1.0"]
assert 0.9 < written["temperature 1.0"]["distinct_pairs"] < 0.96
assert 0.9 < written["human"]["distinct_pairs"] < 0.94
for name in ("top-k 50", "top-p 0.9", "top-p 0.5", "min-p 0.1", "temperature 0.7"):
    assert surprise_of[name] < surprise_of["temperature 1.0"]

# %% [markdown]
# Each cut, and each lower temperature, moves to the left: towards likelier text and, for the strong ones, fewer distinct pairs. The two hot settings lie far apart: with min-p 0.1 the texts are less surprising than the speakers', with top-p 0.9 more than twice as surprising. There the surprise even grows along the text, from 6.5 in the first eight tokens to 8.6 in the last eight. A likely reason: one strange token that passes makes the context strange, the next distribution is flatter, and lets more pass.
#
# In surprise, plain draws at temperature 1 come nearest to the speakers. In distinct pairs they are close, too: 0.94 against 0.92. Is that the best rule, then? Read the prompt, how the speaker went on, and what two rules made of it:

# %%
doc = tokenizer.encode(ladder_text().valid_docs[1])
cut = len(doc) // 4  # the recording begins after a quarter of each speech
print(f"the prompt: …{tokenizer.decode(doc[cut : cut + 40])}…\n")
assert tokenizer.decode(doc[cut + 40 : cut + 88]) == written["human"]["first_texts"][1]
for name in ("human", "temperature 1.0", "top-p 0.5"):
    print(f"{name}: …{written[name]['first_texts'][1]}…\n")

# %% [markdown]
# The numbers agree, and the sense does not. On the mean, the draws at temperature 1 are as surprising as the speakers' texts; but here chance made the surprises, and there something that was to be said. With top-p 0.5, the text is less surprising than a person's. Whether it is easier to read, and whether it fits the prompt, judge yourself; one text decides nothing. Where to cut is a matter of the model, the task and taste. Two numbers cannot settle it, and twelve passages are few. What they show is how far the left side is from what people write. (For a task with one right answer, such as a sum or a copy, the likeliest token is what one wants.)
#
# ## Showing text as it comes
#
# A chat shows its text while it is written, and two things can go wrong there. A token may hold half a character: `stream_text` waits for the other half. And a text may have to end at a *stop string*, such as the beginning of the user's next turn. A stop *token* is one id, and easy. A stop string may be spread over several tokens. A plain test of each piece never finds it:

# %%
from collections.abc import Sequence

pieces = ["Par", "is", ".", "\n", "Us", "er", ":", " and", " Rome", "?"]
shown = ""
for piece in pieces:
    if "\nUser:" in piece:
        break
    shown += piece
print(repr(shown))

# %% [markdown]
# One could look at the whole text so far. But when `\nUser:` is complete, `\nUser` has been shown already. So characters that may still become a stop string must wait. How many? The longest end of the text that is the beginning of one:


# %% quote="llmai_edu.generation.stop_strings:held_back"
def held_back(text: str, stops: Sequence[str]) -> int:
    """How many characters at the end of a text may be the beginning of a stop string, and so have to wait.

    Only beginnings count: a stop string that is complete is found before.

    >>> held_back("Yes.\\nUs", ["\\nUser:", "stop"]), held_back("Yes.\\nBut", ["\\nUser:", "stop"])
    (3, 0)
    """
    longest = max((len(stop) for stop in stops), default=1) - 1
    for length in range(min(longest, len(text)), 0, -1):
        if any(
            len(stop) > length and stop.startswith(text[len(text) - length :]) for stop in stops
        ):
            return length
    return 0


# %%
from llmai_edu.generation.stop_strings import until_stop

print(held_back("Paris.\nUs", ["\nUser:"]), held_back("Paris.\nUm", ["\nUser:"]))
print(list(until_stop(pieces, ["\nUser:"])))
print(list(until_stop(["Paris.\nUs", "ually"], ["\nUser:"])))
assert "".join(until_stop(pieces, ["\nUser:"])) == "Paris."
text = "".join(pieces)
for cut in range(1, len(text)):  # cut anywhere: the same text is shown
    assert "".join(until_stop([text[:cut], text[cut:]], ["\nUser:"])) == "Paris."

# %% [markdown]
# ### Many texts at once
#
# At each step the weights are read from memory once, whatever the number of texts (lesson 15). So four texts at once do not cost four times what one costs. `generate_many_with` yields pairs of a row and a token as they come. Each text has its own seed, so that it is what it would be alone, whoever its neighbours are. (That is so in exact arithmetic. In a batch, sums may be rounded otherwise, and a draw that falls just on an edge may come out differently.) We try it on one of the four:

# %%
prompts = [fresh[place : place + 20] for place in (1500, 3000, 4500, 6000)]
steps, texts, began = usual_steps(0.8, p=0.95), [[] for _ in prompts], time.perf_counter()
for row, token in generate_many_with(model, prompts, 12, steps, seeds=range(seed, seed + 4)):
    texts[row].append(token)
together = time.perf_counter() - began

# %%
began = time.perf_counter()
alone = list(generate_with(model, prompts[2], 12, steps, seed=seed + 2))
print(f"four texts {together:.1f} s, one text {time.perf_counter() - began:.1f} s")
print(repr(tokenizer.decode(texts[2])))
assert alone == texts[2]

# %% [markdown]
# ## Speculative decoding: faster, and the same
#
# Writing is slow because every token needs a pass through the whole model, one after another. *Reading* five tokens does not take five times as long as reading one, since the weights are fetched from memory once for all five. *Speculative decoding* [6] uses that. A cheap *draft* guesses the next k tokens. The model, here called the *target*, reads them all in one pass, and so learns its own distribution at each of the k places. Then it decides how many of the guesses to keep.
#
# The astonishing part: the text has *exactly* the distribution of the target. Not nearly: exactly, however bad the draft is. A bad draft only costs time. The rule for one guessed token, drawn from the draft's distribution q, with p the target's:
#
# - Keep it with probability $\min(1, p_v / q_v)$.
# - If it is refused, draw a replacement from what p has *beyond* q: $r_v \propto \max(p_v - q_v, 0)$. The round ends there.
#
# On a vocabulary of three tokens one can see it:

# %% alt="Two bar charts over the tokens a, b, c. Left: the target p with 0.6, 0.3, 0.1, beside it the draft q with 0.3, 0.2, 0.5, hatched. Right, stacked: guessed and kept 0.3, 0.2, 0.1; on top the replacement, dotted, 0.3 at a and 0.1 at b. The stacks reach the target exactly."
target, draft = np.array([0.6, 0.3, 0.1]), np.array([0.3, 0.2, 0.5])
shared, beyond = np.minimum(target, draft), np.maximum(target - draft, 0)
figure, (left, right_axes) = plt.subplots(
    1, 2, figsize=(8, 3), layout="constrained", sharey=True
)
place = np.arange(3)
left.bar(place - 0.2, target, 0.38, color=PALETTE[0], label="target p")
left.bar(place + 0.2, draft, 0.38, color=PALETTE[1], hatch="//", label="draft q")
right_axes.bar(place, shared, 0.6, color=PALETTE[4], label="guessed and kept: min(p, q)")
right_axes.bar(
    place,
    beyond,
    0.6,
    bottom=shared,
    color=PALETTE[3],
    hatch="..",
    label="replaced: p beyond q",
)
right_axes.hlines(target, place - 0.35, place + 0.35, color="black", label="target p")
for axes in (left, right_axes):
    axes.set_xticks(place, ["a", "b", "c"])
    axes.legend(fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
left.set(ylabel="probability", ylim=(0, 0.85))
plt.show()

# %% [markdown]
# The proof has three lines.
#
# 1. Token v is guessed with probability $q_v$ and kept with $\min(1, p_v/q_v)$. Together that is $\min(p_v, q_v)$.
# 2. So a guess is refused with probability $1 - \sum_w \min(p_w, q_w) = \sum_w \max(p_w - q_w, 0)$, because $p_w - \min(p_w, q_w) = \max(p_w - q_w, 0)$ and p sums to 1.
# 3. Then v is the replacement with probability $\max(p_v - q_v, 0)$ *divided by that same sum*. It cancels, and in total v comes with $\min(p_v, q_v) + \max(p_v - q_v, 0) = p_v$.
#
# By enumeration, for the three tokens and for a thousand random pairs of distributions:


# %%
def outcome(p, q):
    """The distribution of what the rule returns, by enumeration of what may happen."""
    out, refused = np.zeros(len(p)), 0.0
    for token in range(len(p)):
        keep = min(1.0, p[token] / q[token])
        out[token] += q[token] * keep
        refused += q[token] * (1 - keep)
    rest = np.maximum(p - q, 0)
    return out + refused * rest / rest.sum() if refused > 1e-15 else out


print(outcome(target, draft))
worst = max(
    abs(outcome(a, b) - a).max()
    for a, b in zip(rng.dirichlet(np.ones(9), 1000), rng.dirichlet(np.ones(9), 1000))
)
print(f"largest deviation in a thousand pairs: {worst:.1e}")
assert np.allclose(outcome(target, draft), target)
assert worst < 1e-6

# %% [markdown]
# The package's rule goes through a whole draft, and stops at the first refusal. If all k are kept, the target's distribution after the last one is known, too, so one more token is drawn from it. A round gives 1 to k + 1 tokens. (`u * q < p` is `u < p / q` without a division by zero.)


# %% quote="llmai_edu.generation.speculative:keep_drafted"
def keep_drafted(
    target: torch.Tensor,
    draft: torch.Tensor,
    drafted: Sequence[int],
    generator: torch.Generator | None = None,
) -> list[int]:
    """Of the drafted tokens those that are kept, and one more from the model: 1 to k + 1 tokens.

    Each drafted token is kept with probability min(1, p / q), p the model's, q the draft's. The first one that is
    refused is replaced by a draw from what p has beyond q, and ends the round. If all are kept, the model draws one
    more. target: (k + 1, V), the model's distributions. draft: (k, V). Raises ValueError when the numbers do not fit.

    >>> sure = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    >>> keep_drafted(sure, torch.tensor([[0.0, 1.0]]), [1])
    [1, 0]
    """
    if not len(target) - 1 == len(draft) == len(drafted):
        needs = f"{len(drafted)} distributions of the draft and {len(drafted) + 1} of the model"
        raise ValueError(
            f"{len(drafted)} drafted tokens need {needs}, got {len(draft)} and {len(target)}"
        )
    kept = []
    for p, q, token in zip(target, draft, drafted):
        if torch.rand((), generator=generator, device=p.device) * q[token] < p[token]:
            kept.append(token)
            continue
        beyond = (p - q).clamp(min=0)
        return [*kept, int(torch.multinomial(beyond / beyond.sum(), 1, generator=generator))]
    return [*kept, int(torch.multinomial(target[-1], 1, generator=generator))]


# %%
p3, q3 = torch.tensor(np.stack([target, target])).float(), torch.tensor(draft)[None].float()
counts = np.zeros(3)
for guess in torch.multinomial(q3[0], 5000, replacement=True, generator=generator).tolist():
    counts[keep_drafted(p3, q3, [guess], generator)[0]] += 1
p_value, wrong = (chi_square(counts, expected)[1] for expected in (target, draft))
print(f"{counts / 5000}, p-value against the target {p_value:.3f}, the draft {wrong:.1g}")
assert p_value > 1e-4
assert wrong < 1e-6

# %% [markdown]
# And whole texts: the tiny Llama writes two tokens at a time, drafted by counts of pairs. There are 25 possible texts, whose exact probabilities we compute without any draft:

# %%
from llmai_edu.generation.speculative import (
    NgramDraft,
    PromptLookup,
    Speculation,
    generate_speculative,
)

once = tiny(torch.tensor([[1, 2]]))[0, -1].softmax(-1)
twice = tiny(torch.tensor([[1, 2, token] for token in range(5)]))[:, -1].softmax(-1)
exact_pairs = (once[:, None] * twice).flatten().double().numpy()
bigrams = NgramDraft([2, 3, 2, 4, 2, 3, 3, 1, 4, 2, 0, 1], 5, n=2)
seen, stats = np.zeros(25), Speculation()
for _ in range(600):
    a, b = generate_speculative(
        tiny, [1, 2], 2, bigrams, k=2, temperature=1.0, generator=generator, stats=stats
    )
    seen[5 * a + b] += 1
print(f"p-value {chi_square(seen, exact_pairs / exact_pairs.sum())[1]:.3f}, {stats}")
assert chi_square(seen, exact_pairs / exact_pairs.sum())[1] > 1e-4
assert stats.kept > 0

# %% [markdown]
# ### How much does it gain?
#
# Suppose each guess is kept with the same probability α, independently of the others. Then a round of k guesses gives $1 + \alpha + \alpha^2 + \dots + \alpha^k = \frac{1 - \alpha^{k+1}}{1 - \alpha}$ tokens on the mean: the first token always comes, the second if one guess was kept, and so on. For one place, α is $\sum_v \min(p_v, q_v)$, by line 1 of the proof: how much the two distributions have in common.
#
# Our drafts cost nearly nothing, since they are no networks. *Prompt look-up* [7] searches the text so far for its own last three tokens (then two, then one) and guesses what followed them there. The *trigram* counted the tokens of speeches from the training years, and draws what came after the last two. The target is SmolLM2. Two tasks: copy a text, and write a story. Both are written at temperature 0, and first without a draft.
#
# (Does the proof hold at temperature 0? There, p is 1 at the likeliest token and 0 elsewhere. So a guess is kept exactly when it is the likeliest token, and otherwise replaced by it, since nothing else has a share in p. That is so for any q. Look-up is certain of its guess: there its q is 1.)
#
# Which draft will help where? Guess first.

# %%
counted = tokenizer.encode(ladder_text().train[-1_000_000:])
drafts = {
    "look-up": PromptLookup(tokenizer.vocab_size),
    "trigram": NgramDraft(counted, tokenizer.vocab_size, n=3),
}
story = [{"role": "user", "content": "Write a short story about a lighthouse."}]
tasks = {"copy": copy_ids, "story": tokenizer.chat_ids(story)}
length, stop_ids = len(wanted), [tokenizer.eos_id]
plain = {}
for task, ids in tasks.items():
    began = time.perf_counter()
    plain[task] = list(generate_with(model, ids, length, stop_ids=stop_ids))
    print(f"{task:<6}plain    1.00 tokens a pass, {time.perf_counter() - began:.1f} s")
assert plain["copy"] == copies[1.0]


# %%
def noting(draft, sizes):
    """The same draft, which notes how many tokens it guesses in each round."""

    def guess(ids, k, generator):
        drafted, q = draft(ids, k, generator)
        sizes.append(len(drafted))
        return drafted, q

    return guess


per_pass, with_guess = {}, {}
for task, ids in tasks.items():
    for name, draft in drafts.items():
        stats, sizes, began = Speculation(), [], time.perf_counter()
        options = {"generator": generator, "stop_ids": stop_ids, "stats": stats}
        fast = list(generate_speculative(model, ids, length, noting(draft, sizes), **options))
        seconds, per_pass[task, name] = time.perf_counter() - began, stats.per_pass
        print(
            f"{task:<6}{name:<8} {stats.per_pass:.2f} tokens a pass, {seconds:.1f} s;", end=" "
        )
        with_guess[task, name] = np.count_nonzero(sizes) / stats.passes
        print(f"a guess in {np.count_nonzero(sizes)} of {stats.passes} passes", end=", ")
        print(f"{stats.kept} of {stats.drafted} guessed tokens kept")
        assert fast == plain[task]

# %% [markdown]
# The texts are the same as without a draft, token for token, in all four cases. (In exact arithmetic that holds on every machine. Rounding may decide otherwise where two tokens are as good as equally likely.)
#
# The number of passes differs. On the copy, look-up gives more than two and a half tokens a pass, where one would come without a draft. Everywhere else it stays near one. The lines say why: in most of those passes there was nothing to guess from. In the story, the last token has seldom stood in the text before. And many pairs of tokens do not occur in the speeches that the trigram has counted. Where there is a guess, it is mostly wrong.
#
# Fewer passes are not as many fewer seconds. A pass over five tokens takes longer than a pass over one, and the prompt has to be read in every case (that pass is not counted with a draft). Compare the times; they differ from machine to machine.

# %%
assert per_pass["copy", "look-up"] > 2.5
assert max(with_guess[key] for key in per_pass if key != ("copy", "look-up")) < 0.5
assert max(gain for key, gain in per_pass.items() if key != ("copy", "look-up")) < 1.3

# %% [markdown]
# The recording has more: two texts to copy and two free tasks, with 4 and 8 guesses, greedy and at temperature 1. From the rounds we estimate α, as the share of the *tested* guesses that were kept (after a refusal, the rest is not tested). Then the formula is asked for the tokens a round. A draft may also find nothing to guess from; the column *guesses* has the share of the rounds with at least one guess:


# %%
def rounds_of(runs):
    """Over all runs: alpha, the tokens a round by the formula and as measured, rounds with a guess."""
    guessed = np.concatenate([run["guessed"] for run in runs])
    kept = np.concatenate([run["kept"] for run in runs])
    alpha = kept.sum() / max((kept + (kept < guessed)).sum(), 1)
    formula = np.mean([sum(alpha**n for n in range(g + 1)) for g in guessed])
    return alpha, formula, (kept + 1).mean(), (guessed > 0).mean()


groups = {}
for run in recording["speculation"]:
    groups.setdefault((run["kind"], run["draft"], run["temperature"], run["k"]), []).append(run)
print("task  draft    heat  k  guesses  alpha  formula  measured")
gains = {}
for key, runs in groups.items():
    gains[key] = alpha, formula, measured, share = rounds_of(runs)
    print("{:<5} {:<8} {:<5} {}".format(*key), f"{share:8.2f}", end=" ")
    print(f"{alpha:6.2f} {formula:8.2f} {measured:9.2f}")
best_key = ("copy", "look-up", 0.0, 4)
assert 0.8 < gains[best_key][0] < 0.9
assert abs(gains[best_key][2] - 3.6) < 0.05
assert abs(gains["copy", "look-up", 0.0, 8][2] - 4.9) < 0.05
assert abs(gains["copy", "look-up", 1.0, 4][2] - 1.1) < 0.05
others = [gain for key, gain in gains.items() if key[:3] != best_key[:3]]
assert max(measured for _, _, measured, _ in others) < 1.2
assert max(abs(formula - measured) for _, formula, measured, _ in others) < 0.01
assert max(share for *_, share in others) <= 0.5 < 0.9 < gains[best_key][3]

# %% [markdown]
# Look-up on a greedy copy gives 3.6 tokens a round with 4 guesses and 4.9 with 8. The same draft at temperature 1 gives 1.1: then SmolLM2 itself does not copy faithfully, and a draft cannot agree with somebody who does not agree with himself. All other cases stay below 1.2, whatever the number of guesses. In at most half of their rounds was there any guess at all, and of the guesses few were kept.
#
# In those cases the formula and the measurement agree, nearly by construction: α comes from the same rounds, and a round without a guess gives one token by the formula, too. For the greedy copy with 8 guesses the formula promises more than came. It supposes that guesses are kept independently of each other. Are they?

# %%
runs = groups["copy", "look-up", 0.0, 8]
guessed = np.concatenate([run["guessed"] for run in runs])
kept = np.concatenate([run["kept"] for run in runs])
for place in range(4):
    reached = (kept >= place) & (guessed > place)
    print(f"guess {place + 1}: tested {reached.sum():>2}, kept {(kept > place).sum():>2}")
_, formula, measured, _ = gains["copy", "look-up", 0.0, 8]
assert formula > measured + 0.2
assert (kept > 0).sum() < 0.7 * (guessed > 0).sum()
assert (kept > 2).sum() == ((kept >= 2) & (guessed > 2)).sum()

# %% [markdown]
# They are not. The first guess often fails; if it holds, the next ones hold nearly always. Either the look-up has found the right place, or it has not. The single α is a mixture of the two. (These are few rounds: two short texts.)
#
# Drafts that are small networks of the same family, trained on the same text, agree with the target far more often than our trigram. Leviathan and others [6] report two to three times the speed. But such a draft has its own price for each guess.
#
# ## The playground
#
# Type a prompt and move the sliders. The hatched bars are the model's distribution of the next token, the filled ones what the steps have made of it. *Write* draws 30 tokens with the seed. Three things to try: raise the temperature to 1.5, then add min-p 0.1. Set top-k to 1, and write a long repetitive prompt. Put the repetition penalty at 1.5, and watch words of your own prompt fall. (Without a running kernel you see one state of it.)

# %%
from functools import lru_cache

from llmai_edu.generation.streaming import stream_text
from llmai_edu.viz import boxed, readable, show
from llmai_edu.viz.sampling_playground import Sampling, sampling_html, sampling_playground


@lru_cache(maxsize=8)
def read(text):
    """The tokens of a prompt, and the logits of what may come next."""
    ids = tokenizer.encode(text)
    return ids, model(torch.tensor([ids]), last_only=True)[:, -1]


def chain(s):
    return usual_steps(
        s.temperature,
        s.top_k or None,
        s.top_p,
        s.min_p,
        repetition=s.repetition,
        frequency=s.frequency,
    )


# %%
def look(text, s):
    """The ten tokens that matter most before or after the steps, and how many are left."""
    ids, last = read(text)
    before, after = last.softmax(-1)[0], probs_after(last, torch.tensor([ids]), chain(s))[0]
    rows = torch.maximum(before, after).topk(10).indices.tolist()
    names = [readable(tokenizer.id_to_bytes(row)) for row in rows]
    bars = list(zip(names, before[rows].tolist(), after[rows].tolist()))
    return sorted(bars, key=lambda bar: -bar[1]), int((after > 0).sum())


def write(text, s):
    ids = generate_with(
        model, read(text)[0], 30, chain(s), seed=s.seed, stop_ids=[tokenizer.eos_id]
    )
    return stream_text(tokenizer, ids)


# %%
opening = "My fellow citizens, the state of our union is"
setting, began = Sampling(0.8, min_p=0.05, seed=seed), time.perf_counter()
sample_text = opening + "".join(write(opening, setting))
print(f"one press of the button: {time.perf_counter() - began:.1f} s")
static = sampling_html(*look(opening, setting)) + boxed(sample_text)
show(sampling_playground(look, write, opening, setting), static)

# %% [markdown]
# ## What we have now, and what it cannot do
#
# - Decoding is a list of steps over logits, and a draw. For each step, the package's probabilities agree with exact ones, and PyTorch's draws from them passed a chi-square test.
# - Taking the likeliest token, or searching for the likeliest text, gives texts that are far less surprising than what people write, and that repeat themselves.
# - Every cut of the tail makes some things impossible that a person says. How many depends on the rule and its number, and we measured it for one model on one speech.
# - A penalty cannot tell a loop from a repetition that is needed.
# - Speculative decoding changes the number of passes and not the distribution. It pays where the draft guesses well, and our cheap drafts do that only for copying.
# - None of these figures says that a text is *good*. Surprise and distinct pairs can be right in a text that is false from beginning to end. Decoding chooses among what the model holds likely; it adds no knowledge.
#
# **Try it:** the [exercise sheet](../exercises/22_decoding.ipynb) asks for a rule that forbids a run of tokens to come twice, for typical sampling, and for the repair of a speculation that changes the distribution.
#
# **Sources**
#
# [1] A. Fan et al., [*Hierarchical Neural Story Generation*](https://arxiv.org/abs/1805.04833), 2018.
#
# [2] A. Holtzman et al., [*The Curious Case of Neural Text Degeneration*](https://arxiv.org/abs/1904.09751), 2020. Also the source of the first figure's idea, and of the repeated sentences.
#
# [3] M. N. Nguyen et al., [*Turning Up the Heat: Min-p Sampling for Creative and Coherent LLM Outputs*](https://arxiv.org/abs/2407.01082), 2024.
#
# [4] N. S. Keskar et al., [*CTRL: A Conditional Transformer Language Model for Controllable Generation*](https://arxiv.org/abs/1909.05858), 2019, section 4.1.
#
# [5] Y. Wu et al., [*Google's Neural Machine Translation System*](https://arxiv.org/abs/1609.08144), 2016, section 7. Too wide beams: F. Stahlberg and B. Byrne, [*On NMT Search Errors and Model Errors: Cat Got Your Tongue?*](https://arxiv.org/abs/1908.10090), 2019.
#
# [6] Y. Leviathan et al., [*Fast Inference from Transformers via Speculative Decoding*](https://arxiv.org/abs/2211.17192), 2023; C. Chen et al., [*Accelerating Large Language Model Decoding with Speculative Sampling*](https://arxiv.org/abs/2302.01318), 2023.
#
# [7] A. Saxena, [*Prompt Lookup Decoding*](https://github.com/apoorvumang/prompt-lookup-decoding), 2023.
#
# *Prose CC BY 4.0, code MIT, the llmai_edu authors. The speeches are in the public domain; their collection is under the MIT licence of the package that ships it. SmolLM2: Apache-2.0.*
