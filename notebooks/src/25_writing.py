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
# # Automatic writing: summaries, texts to order, sonnets
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/notebooks/25_writing.ipynb)
# <!-- colab:end -->
#
# *About 100 minutes to read, 50 seconds to run on two CPU cores, 1.6 GB. Needs: lessons 13 and 22.*
#
# Three tasks of a writing machine. It shortens a text. It writes a text to order: this long, with these words, without those. And it writes a sonnet, with rhyme and metre. For each one we build the program, measure it beside the simplest opponent, and look at where it fails. A form can be enforced, token by token. Whether the lines mean anything is another question, and this page asks it, too.

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

from llmai_edu.apps.encoder import minilm_encoder
from llmai_edu.apps.sonnet import Sonneteer
from llmai_edu.datasets.docstrings import load_docstring_pairs, sentences
from llmai_edu.datasets.pronunciations import load_pronunciations
from llmai_edu.datasets.sonnets import load_sonnets
from llmai_edu.training.recordings import load_recording
from llmai_edu.viz import PALETTE, new_axes

seed = 0
rng = np.random.default_rng(seed)
sounds = load_pronunciations()
shakespeare = load_sonnets()
encode = minilm_encoder()
poet = Sonneteer.load()
recording = load_recording("writing")


def interval(values, draws=2000):
    """The middle 95 % of the means of units drawn with replacement."""
    values = np.asarray(values, float)
    return np.percentile(rng.choice(values, (draws, len(values))).mean(1), [2.5, 97.5])


# %% [markdown]
# ## The result first
#
# Four lines on a topic, by SmolLM2. They must rhyme ABAB, and each must be an *iambic pentameter*: ten syllables, weak and strong in turn. Then a judge tests them by the same rules.

# %%
from llmai_edu.apps.metre import rhymed_share, scans

topic, began = "the sea at night", time.perf_counter()
quatrain = []
for line in poet.poem(topic, "ABAB", seed=seed):
    quatrain.append(line)
    print(f"{line:<60} {'scans' if scans(line, sounds) else 'does not scan'}")
print(
    f"\nrhymed {rhymed_share(quatrain, 'ABAB', sounds):.0%}, {time.perf_counter() - began:.1f} s"
)
assert all(scans(line, sounds) for line in quatrain)

# %%
assert rhymed_share(quatrain, "ABAB", sounds) == 1

# %% [markdown]
# Read them. The form is there, whatever the lines say.
#
# Is the form hard? Twenty whole sonnets were written in three ways (`benchmarks/record_writing.py`). *Held*: as above, only words that keep the form were offered to the model. *Asked*: a chat prompt asked for "fourteen lines in iambic pentameter that rhyme ABAB CDCD EFEF GG". *Free*: the same beginning as in the held ones, and no rule. (The beginning is the first quatrain of Shakespeare's Sonnet 18 under a heading, and then the heading of a new sonnet with the topic. A free poem that copies the quatrain counts as written: five of its lines do begin with *Shall I compare*.) Asked and free texts were cut after 190 tokens, held ones never. So some have fewer than fourteen lines, and a line that is missing counts as one that does not rhyme; the cell below counts them. The fourth row is the judge's own limit: Shakespeare's sonnets.

# %%
poems = recording["sonnets"]["poems"]
written = {
    "held": [[line["text"] for line in poem] for poem in poems["constrained"]],
    "asked": [[line["text"] for line in poem] for poem in poems["asked"]],
    "free": [[line["text"] for line in poem] for poem in poems["free"]],
    "Shakespeare": [poem for poem in shakespeare if len(poem) == 14],
}

# %%
metre = {
    name: [np.mean([scans(x, sounds) for x in p]) if p else 0 for p in ps]
    for name, ps in written.items()
}
rhyme = {name: [rhymed_share(p, dictionary=sounds) for p in ps] for name, ps in written.items()}

# %% alt="Two panels of bars with intervals. Share of lines that scan: held 1.00, asked 0.05, free 0.06, Shakespeare 0.72. Share of pairs that rhyme: held 1.00, asked 0.01, free 0.00, Shakespeare 0.77."
figure, panels = plt.subplots(1, 2, figsize=(8, 2.6), layout="constrained", sharey=True)
for axes, shares, label in zip(panels, (metre, rhyme), ("lines that scan", "pairs that rhyme")):
    for row, values in enumerate(shares.values()):
        axes.barh(row, np.mean(values), color=PALETTE[row], alpha=0.6)
        axes.plot(interval(values), [row, row], "k|-")
        axes.text(1.04, row, f"{np.mean(values):.2f}", va="center")
    axes.set(xlabel=f"share of {label}", xlim=(0, 1.2), yticks=range(4))
    axes.set_yticklabels(list(shares))
panels[0].invert_yaxis()
plt.show()

# %%
for name in written:
    print(
        f"{name:<12} scans {np.mean(metre[name]):.2f} {interval(metre[name]).round(2)}",
        end="  ",
    )
    print(
        f"rhymes {np.mean(rhyme[name]):.2f} {interval(rhyme[name]).round(2)}, {len(written[name])} poems"
    )
assert min(np.mean(metre["held"]), np.mean(rhyme["held"])) == 1
assert max(np.mean(metre[name]) for name in ("asked", "free")) < 0.07

# %%
assert max(np.mean(rhyme[name]) for name in ("asked", "free")) < 0.02
assert 0.65 < np.mean(metre["Shakespeare"]) < 0.76
assert 0.72 < np.mean(rhyme["Shakespeare"]) < 0.8
ends = [(q + a, q + b) for q in (0, 4, 8) for a, b in ((0, 2), (1, 3))] + [(12, 13)]
for name, least in (("asked", 30), ("free", 40)):
    cut = sum(later >= len(poem) for poem in written[name] for _, later in ends)
    print(f"{name}: {cut} of {7 * len(written[name])} pairs of lines do not exist")
    assert least < cut < 50
copied = sum("shall i compare" in line.lower() for poem in written["free"] for line in poem)
assert copied == 5

# %% [markdown]
# With this one prompt, and one draw for each topic, asking did not help: on the mean over the poems about one line in twenty scans, asked or not, and hardly any two lines rhyme. (Some poems were cut, so about three pairs in ten have no second line. Among the pairs that do exist, hardly any rhyme either. A control is missing: to draw freely, and to throw away every line that breaks the form.) Holding does help, every time, and that is no achievement: the rule that chose the words and the rule that judges them are the same. By this judge the program writes better sonnets than Shakespeare, who scans in about seven lines of ten. That alone says what the number is worth. The rest of the page takes it apart. We begin with the oldest task.
#
# ## Summaries
#
# ### Texts with a summary that somebody wrote
#
# A *docstring* says what a piece of a program does. By custom its first sentence sums up, and the details follow. So Python's own standard library, which lies on your disk, holds hundreds of texts with a summary by the same author. `load_docstring_pairs` takes the first sentence as the *reference*, and what follows (three sentences of prose or more, counted paragraph by paragraph) as the text to shorten. The split goes by module, so that no module lies in two parts.

# %%
pairs = load_docstring_pairs()
print(
    [len(part) for part in pairs.parts],
    "pairs for training, validation and test, on this Python",
)
example = next(pair for pair in pairs.test if pair.name == "to_thread")
print("\ntext:     ", example.body, "\nreference:", example.summary)
assert len(pairs.test) > 150
modules = [{pair.module for pair in part} for part in pairs.parts]
assert not modules[0] & modules[1] | modules[0] & modules[2] | modules[1] & modules[2]

# %% [markdown]
# Does the text give the summary away? And does it hold what the summary says? A first look is by words:

# %%
test_items = recording["summaries"]["items"]  # a hundred test pairs, as Python 3.11 has them


def plain_words(text):
    return {word.strip(".,:;()*`'\"") for word in text.lower().split()}


given_away = np.mean([item["summary"].lower() in item["body"].lower() for item in test_items])
there = [
    len(plain_words(i["summary"]) & plain_words(i["body"])) / len(plain_words(i["summary"]))
    for i in test_items
]

# %%
print(
    f"reference repeated in the text: {given_away:.0%}; its words found there: {np.mean(there):.0%}"
)
assert given_away == 0
assert 0.45 < np.mean(there) < 0.55

# %% [markdown]
# No reference stands in its text, so nobody can copy it. On the mean only about half of its words occur there at all. An author does not repeat in the details what the headline said. So a sentence *taken* from the text cannot match the reference.
#
# ### TextRank: the sentence that all others are about
#
# A program without any training [1]. Draw a *graph*: the sentences are nodes, and two of them are joined more strongly, the more words they share. The overlap is divided by the logarithms of the two lengths, or long sentences would be like everything. Then walk: from a sentence go to another one, with a probability in proportion to the weight of the edge. Now and then (15 %) jump to any sentence. Where one is most often is the centre. This is *PageRank* [2], with sentences in place of web pages. Slowly, by really walking:

# %%
from llmai_edu.apps.summaries import similarities


# %%
def rank_by_walking(weights, steps=20_000):
    """The share of visits to each node."""
    at, visits = 0, np.zeros(len(weights))
    for _ in range(steps):
        out = weights[at].sum()
        if rng.random() < 0.85 and out > 0:
            at = rng.choice(len(weights), p=weights[at] / out)
        else:
            at = rng.integers(len(weights))
        visits[at] += 1
    return visits / steps


# %%
text = sentences(example.body)
walked = rank_by_walking(similarities(text))
for share, sentence in zip(walked, text):
    print(f"{share:.2f}  {sentence}")

# %% [markdown]
# Nobody walks in practice. If `rank` holds the probabilities of where one is, then one step is a product with the table of moves. Repeat it until nothing changes:


# %% quote="llmai_edu.apps.summaries:page_rank"
def page_rank(
    weights: np.ndarray, damping: float = 0.85, tolerance: float = 1e-10
) -> np.ndarray:
    """How often somebody is at each node who walks along edges, in proportion to their weights, and jumps now and then.

    From a node without edges one jumps anywhere. weights: (S, S), not negative. Returns (S,), summing to 1. Raises
    ValueError for other weights. Page et al. 1999, "The PageRank Citation Ranking".

    >>> page_rank(np.array([[0, 1.0, 0], [1, 0, 1], [0, 1, 0]])).round(3).tolist()
    [0.257, 0.486, 0.257]
    """
    weights = np.asarray(weights, float)
    if (
        weights.ndim != 2
        or weights.shape[0] != weights.shape[1]
        or not len(weights)
        or (weights < 0).any()
    ):
        raise ValueError(
            f"weights must be a square table of numbers that are not negative, got {weights.shape}"
        )
    size = len(weights)
    out = weights.sum(1, keepdims=True)
    moves = np.where(
        out > 0, weights / np.where(out > 0, out, 1), 1 / size
    )  # (S, S): row i says where i leads
    rank = np.full(size, 1 / size)
    while True:
        new = (1 - damping) / size + damping * rank @ moves
        if np.abs(new - rank).sum() < tolerance:
            return new
        rank = new


# %%
from llmai_edu.apps.summaries import best_sentence

ranks = page_rank(similarities(text))
moves = similarities(text) / similarities(text).sum(1, keepdims=True)
values, vectors = np.linalg.eig((0.85 * moves + 0.15 / len(text)).T)  # the outsider
first = np.real(vectors[:, np.argmax(np.real(values))])
print(ranks.round(3), (first / first.sum()).round(3))
assert np.allclose(ranks, first / first.sum(), atol=1e-6)
assert abs(ranks - walked).max() < 0.03

# %% [markdown]
# The result of the walk does not change in one more step: it is an *eigenvector* of the table with the eigenvalue 1, and NumPy finds the same one.
#
# Shared words are a crude sign of a shared subject. The same walk can go over the similarities of MiniLM's sentence vectors (lesson 13): `best_sentence(text, encode)`. And SmolLM2 can be asked to write a sentence of its own. It was asked with one prompt, which we did not tune: *Summarize this text in one short sentence.* It may write 32 tokens, here and in the recording, and then it is cut.

# %%
from llmai_edu.generation.sampling import generate
from llmai_edu.apps.summaries import summary_ids

asked_ids = summary_ids(poet.tokenizer, example.body)
answer = generate(poet.model, asked_ids, 32, stop_ids=[poet.tokenizer.eos_id])
print("first:       ", sentences(example.body)[0])
print("most central:", best_sentence(example.body))
print("by vectors:  ", best_sentence(example.body, encode))
print("written:     ", sentences(poet.tokenizer.decode(list(answer)))[0])
print("reference:   ", example.summary)

# %% [markdown]
# ### ROUGE
#
# Which is best? The usual number is *ROUGE* [3]: how many words, pairs of words (ROUGE-2), or words in a common order (ROUGE-L) the summary shares with the reference. *Recall* is the share of the reference that was met, *precision* the share of the summary that was needed, and F1 their harmonic mean. By hand for single words, beside the library `rouge-score` (with its stemming switched off):

# %%
import re
from collections import Counter

from rouge_score import rouge_scorer


def rouge_1(reference, summary):
    """F1 of the words that two texts share, each counted as often as in both."""
    a, b = (Counter(re.findall("[a-z0-9]+", text.lower())) for text in (reference, summary))
    shared = sum((a & b).values())
    return 2 * shared / (sum(a.values()) + sum(b.values()))


plain = rouge_scorer.RougeScorer(["rouge1"])

# %%
for item in test_items[:20]:
    theirs = plain.score(item["summary"], item["written"])["rouge1"].fmeasure
    assert np.isclose(rouge_1(item["summary"], item["written"]), theirs)
print(f"{rouge_1('Close the file.', 'It closes the open file.'):.2f}")

# %% [markdown]
# Now the hundred test items. The opponents: a *random* sentence (we take the mean over all sentences, which is what a random choice gives in the long run), the *first* sentence of the text (journalists call it the lead, and it is hard to beat), TextRank over words and over vectors, and SmolLM2's sentence (its first one, if it wrote more; the texts are recorded, everything else is computed here). The library's stemming is on from here: *closes* counts as *close*.

# %%
KINDS = ("rouge1", "rouge2", "rougeL")
scorer = rouge_scorer.RougeScorer(KINDS, use_stemmer=True)
ways = {
    "random": lambda item: sentences(item["body"]),  # all of them
    "first": lambda item: sentences(item["body"])[:1],
    "TextRank": lambda item: [best_sentence(item["body"])],
    "TextRank, vectors": lambda item: [best_sentence(item["body"], encode)],
    "SmolLM2": lambda item: sentences(item["written"])[:1],
}


# %%
def rouge(item, summaries):
    """F1 of the three kinds, the mean over some summaries: (3,)."""
    found = [scorer.score(item["summary"], one) for one in summaries]
    return np.mean([[one[kind].fmeasure for kind in KINDS] for one in found], axis=0)


scores = {name: np.array([rouge(i, way(i)) for i in test_items]) for name, way in ways.items()}
for name, table in scores.items():
    low, high = interval(table[:, 2])
    print(f"{name:<18}", *table.mean(0).round(3), f"  ROUGE-L 95 %: {low:.3f} to {high:.3f}")

# %% [markdown]
# The intervals overlap. But all five were asked about the same items, so compare them item by item. On the left, each one less the random sentence; on the right, less the first one:

# %% alt="Two panels of differences in ROUGE-L with intervals. Less random: first +0.024, SmolLM2 +0.020 and TextRank with vectors +0.015 lie above zero with their whole intervals; TextRank +0.008 has an interval that holds zero. Less first: random lies below zero with its whole interval, the intervals of the other three hold zero."
figure, panels = plt.subplots(1, 2, figsize=(8, 2.6), layout="constrained", sharey=True)
gap = {}
for axes, base in zip(panels, ("random", "first")):
    for row, name in enumerate(scores):
        if name == base:
            continue
        difference = scores[name][:, 2] - scores[base][:, 2]
        low, high = gap[name, base] = interval(difference)
        axes.plot([low, high], [row, row], "k|-")
        axes.plot(difference.mean(), row, "osv^D"[row], color=PALETTE[row])
        print(f"{name:<18} less {base:<7} {difference.mean():+.3f}, {low:+.3f} to {high:+.3f}")
    axes.axvline(0, color="black", ls=":")
    axes.set(xlabel=f"ROUGE-L, less that of {base}", yticks=range(len(scores)))
    axes.set_yticklabels(list(scores))
plt.show()

# %%
assert min(gap[name, "random"][0] for name in ("first", "SmolLM2", "TextRank, vectors")) > 0
assert gap["TextRank", "random"][0] < 0 < gap["TextRank", "random"][1]
for name in ("TextRank", "TextRank, vectors", "SmolLM2"):
    assert gap[name, "first"][0] < 0 < gap[name, "first"][1]
lengths = [len(sentences(item["body"])) for item in test_items]
print(f"a text has {np.mean(lengths):.1f} sentences on the mean")
assert 3.8 < np.mean(lengths) < 4.2
ours = [sentences(item["written"])[0] for item in test_items]
cut = sum(text.rstrip()[-1] not in ".!?" for text in ours)
same = sum(text == sentences(i["body"])[0] for text, i in zip(ours, test_items))
print(
    f"of SmolLM2's sentences {cut} have no end, and {same} are the first sentence, word for word"
)
assert (cut, same) == (19, 8)

# %% [markdown]
# The first sentence, SmolLM2's, and TextRank's over vectors are better than a random one. For TextRank over words we cannot say so: the texts have four sentences on the mean. (A likely reason, not tested: among four sentences there is hardly a centre.) And nobody is shown to be better than the first sentence. SmolLM2, with 135 million parameters, is not shown to differ from a program of one line: the interval reaches from about −0.02 to about +0.01. Three things speak against reading more into it. Nineteen of its sentences were cut by the limit of 32 tokens. Eight *are* the first sentence, word for word. And it may have read these docstrings when it was trained; we have not checked. A run with more room, and one with younger texts, are missing.
#
# ### What ROUGE cannot see
#
# It counts words. Take a reference (slightly reworded here), and put a *not* into it, which turns it into its opposite:

# %%
broken = "Return a list that does not contain the charsets used in this message."
right = "Return a list that does contain the charsets used in this message."
value = scorer.score(right, broken)["rougeL"].fmeasure
print(
    f"ROUGE-L of the opposite: {value:.2f}; of the best way above: {scores['first'][:, 2].mean():.2f}"
)
assert value > 0.9

# %% [markdown]
# And in the real run? The rule: SmolLM2's three sentences with the highest ROUGE-L, each with its text, so that you can check what it says.

# %%
order = np.argsort(-scores["SmolLM2"][:, 2])
for i in order[:3]:
    item = test_items[i]
    print(f"{scores['SmolLM2'][i, 2]:.2f} written:   {sentences(item['written'])[0]}")
    print(f"     reference: {item['summary']}\n     text:      {item['body'][:330]}\n")
highest = test_items[order[0]]
assert "boundary: `mixed`" in highest["written"]

# %%
assert (
    "_subtype is the subtype of the multipart content type, defaulting to `mixed'"
    in highest["body"]
)
assert "By default it is calculated as needed" in highest["body"]

# %% [markdown]
# The highest score of all hundred goes to a sentence that is false. It says that the boundary is `mixed` by default. In the text, `mixed` is the default of the *subtype*, and the boundary is calculated. For ROUGE the sentence shares *creates*, *multipart*, *type*, *message* with the reference, and that is what it is paid for. A sentence that was *taken* from the text may be beside the point; it cannot be false in this way. So the number that we have does not measure the danger that we should fear.
#
# ## Writing to order
#
# "A short gloomy text about the sea, with the word *lantern*, without the word *water*, between 25 and 40 words." One can write that into the prompt and hope. Or one holds the model to it, with *steps* over the logits as in lesson 22. Three of them:
#
# - *forbid*: a token that would complete a forbidden word gets −∞. A word can be cut into tokens in several ways (" water", " wa" + "ter"), so the step looks at the text, not at tokens.
# - *length*: the end token is forbidden until there are enough words. From then on, the first end of a sentence ends the text; at the upper limit a full stop does.
# - *include*: a missing word is taken as soon as its first token is among the 30 likeliest. When its time is up, it is written whatever the model thinks of it.
#
# Here is the first one, in the plainest form: one word, and all tokens tried one after another.

# %%
import torch

from llmai_edu.generation.controls import forbid_words


# %%
def forbidden_by_hand(text, word):
    """The tokens after which the text would hold the word at the beginning of a word."""
    count = len(re.findall(rf"(?<![a-z]){word}", text.lower()))
    found = []
    for token in range(poet.tokenizer.vocab_size):
        after = (text + poet.tokenizer.id_to_bytes(token).decode(errors="replace")).lower()
        if len(re.findall(rf"(?<![a-z]){word}", after)) > count:
            found.append(token)
    return found


# %%
for said in ("They came to the wa", "They came to the"):
    ids = torch.tensor([poet.tokenizer.encode(said)])
    after = forbid_words(poet.tokenizer, ["water"], start=0)(torch.zeros(1, 49152), ids)[0]
    ours = (after == -torch.inf).nonzero()[:, 0].tolist()
    print(
        f"{said!r}: {len(ours)} tokens are forbidden, such as {[poet.tokenizer.decode([t]) for t in ours[:6]]}"
    )
    assert ours == forbidden_by_hand(said, "water")

# %% [markdown]
# The package's step gives the same tokens, without trying all 49,152 of them each time. A live example, first asked, then held:

# %%
from llmai_edu.apps.writing import Wish, Writer, kept

writer = Writer(poet.model, poet.tokenizer)
wish = Wish("the sea", include=("lantern",), forbid=("water", "wave"), tone="gloomy")
print(wish.request())
for hold in (False, True):
    text = "".join(writer.write(wish, hold=hold, seed=seed))
    print(f"\n{'held' if hold else 'asked'}: {text}\n{kept(wish, text)}")
assert all(kept(wish, text).values())

# %% [markdown]
# ### How often is each wish met?
#
# Forty wishes: twenty topics, each in a cheerful and in a gloomy tone; two words to include, drawn from a list of things such as *lantern*, *spoon*, *ladder*; two words forbidden that are typical of the topic; 25 to 40 words. Each was written once asked, once held (recorded, the same seeds). In both cases the prompt says everything. A text may have 100 tokens, and is cut then: nine of the asked ones were, and no held one.

# %%
controls = recording["controls"]
wishes = [
    Wish(**{k: tuple(v) if isinstance(v, list) else v for k, v in w.items()})
    for w in controls["wishes"]
]
met = {
    name: [kept(wish, row["text"]) for wish, row in zip(wishes, controls[name])]
    for name in ("asked", "held")
}

# %%
shares = {
    name: {kind: [one[kind] for one in rows] for kind in rows[0]}
    | {"all three": [all(one.values()) for one in rows]}
    for name, rows in met.items()
}

# %% alt="Bars for each wish, asked beside held, with intervals. Asked: include 0.28, forbid 0.60, length 0.35, all three at once 3 of 40. Held: 1.00 each."
_, axes = new_axes(6.0, 3.0)
for shift, (name, hatch) in zip((-0.2, 0.2), (("asked", "//"), ("held", ""))):
    for place, values in enumerate(shares[name].values()):
        axes.bar(
            place + shift,
            np.mean(values),
            0.36,
            color=PALETTE[shift > 0],
            hatch=hatch,
            alpha=0.7,
            label=name if not place else None,
        )
        axes.plot([place + shift] * 2, interval(values), "k_-")
axes.set_xticks(range(4), list(shares["held"]))
axes.set(ylabel="share of texts", ylim=(0, 1.05))
axes.legend(loc="upper center", ncols=2, bbox_to_anchor=(0.5, 1.18))
plt.show()

# %%
for name in shares:
    print(name, {kind: f"{np.mean(values):.2f}" for kind, values in shares[name].items()})
assert all(np.mean(values) == 1 for values in shares["held"].values())
asked = {kind: np.mean(values) for kind, values in shares["asked"].items()}
assert 0.25 < asked["include"] < 0.3
assert 0.55 < asked["forbid"] < 0.65
assert 0.3 < asked["length"] < 0.4
assert sum(shares["asked"]["all three"]) == 3
assert sum(row["tokens"] == 100 for row in controls["asked"]) == 9
assert max(row["tokens"] for row in controls["held"]) < 100

# %% [markdown]
# Held, all forty meet all three, as they must, for the steps see to it. That says nothing of the text: some held ones end with a full stop in mid-sentence, since the upper limit was reached, and an asked one that happens to meet the wishes may read better. Asked, about one text in four holds both words, three in five avoid the forbidden ones, about one in three has the right length, and three of the forty meet all three wishes. (The judge reads the finished text. Of the steps' code it uses the count of words and nothing else. When this was first recorded, two held texts failed: the step had forced *clock*, the model made *clockwork* of it, the step forced *clock* again, and so on to the end of the text. A judge that shares no code finds such a thing.)
#
# The *tone* is only asked for, in both. Did it come? A crude judge: MiniLM's similarity of a text with "a cheerful, happy text", less that with "a gloomy, sad text". For each topic there are two texts. If tone did nothing, the cheerful one would win half of the time.

# %%
anchors = encode(["a cheerful, happy text", "a gloomy, sad text"])
for name in ("asked", "held"):
    tone = encode([row["text"] for row in controls[name]]) @ (anchors[0] - anchors[1])
    brighter = tone[0::2] > tone[1::2]  # cheerful, then gloomy, of one topic
    low, high = interval(brighter)
    print(
        f"{name}: the cheerful text is the brighter one in {brighter.mean():.0%}, 95 %: {low:.0%} to {high:.0%}"
    )
    assert brighter.mean() > 0.6

# %% [markdown]
# The prompt sets the tone, in most cases. For what can be counted, hold; for what can only be described, ask.
#
# ### The price
#
# How much does holding cost? We ask the plain model, without any steps, how surprised it is by each text, in bits a token:

# %%
bits = {
    name: np.array([-row["log_prob"] / row["tokens"] / np.log(2) for row in controls[name]])
    for name in ("asked", "held")
}
extra = bits["held"] - bits["asked"]
low, high = interval(extra)
print({name: f"{values.mean():.2f} bits a token" for name, values in bits.items()})
print(f"difference {extra.mean():.2f}, 95 %: {low:.2f} to {high:.2f}")
short = np.array([row["tokens"] <= 60 for row in controls["asked"]])
fair = interval(extra[short])
print(
    f"where the asked text has 60 tokens or fewer ({short.sum()}): {extra[short].mean():.2f}, {fair}"
)
assert fair[0] > 0.4
assert extra[short].mean() < 1
worst = np.argsort(-bits["held"])[:3]

# %%
for i in worst:
    print(
        f"\n{bits['held'][i]:.1f} bits: {', '.join(wishes[i].include)}: {controls['held'][i]['text']}"
    )
assert low > 0

# %% [markdown]
# The asked texts are longer, and a longer text costs less a token. Beside asked texts of at most 60 tokens the difference is smaller, and still above zero with its whole interval: somewhat less than one bit.
#
# Those are the three held texts that surprise the model most. Both words are there. One sees where they were pushed in. A word came because its time was up, or because it was among the thirty likeliest, and the sentence before it did not know that it would come. The step makes no plan.
#
# ## Sonnets
#
# ### Stress and metre
#
# To count syllables and stresses one needs to know how a word is said. The *CMU Pronouncing Dictionary* lists 126,052 words with their *phonemes*, the sounds. Vowels bear a digit: 1 for the main stress, 2 for a secondary one, 0 for none.

# %%
from llmai_edu.apps.pronunciation import look_up, rhyme_part, rhymes, stresses, words_of

for word in ("compare", "temperate", "summer's", "day", "may"):
    phones = look_up(word, sounds)[0]
    print(
        f"{word:<10} {' '.join(phones):<22} stresses {stresses(phones):<4} rhymes from {' '.join(rhyme_part(phones))}"
    )
assert rhymes("day", "may", sounds)
assert not rhymes("day", "day", sounds)
assert not rhymes("love", "prove", sounds)

# %% [markdown]
# *Rhyme* means here: two different words with the same sounds from the last stressed vowel on. *Love* and *prove* rhyme by eye, and perhaps did by ear around 1600. Today, and for this judge, they do not.
#
# An *iamb* is a weak syllable and a strong one, and five of them make a line. But no poet stresses every second syllable, or verse would tick like a clock. What English verse avoids is narrower [4]: the main stress of a *longer* word on a weak place. Our rule says exactly that. With two liberties that all poets take: the first foot may be turned round (*Rough winds*), and an eleventh syllable without stress may follow. Words of one syllable may stand anywhere.


# %% quote="llmai_edu.apps.metre:fits"
def fits(pattern: str, place: int) -> bool:
    """Whether a word with these stresses may begin at this place of a line, counted from 0.

    Places 1, 3, 5, 7 and 9 are strong, the others weak. The main stress of a word of two or more syllables must stand
    on a strong place; at the very beginning of a line it may also stand on place 0. Nothing is asked of words of one
    syllable, nor of other syllables.

    >>> fits("01", 0), fits("01", 1), fits("10", 1), fits("10", 0), fits("10", 2)
    (True, False, True, True, False)
    """
    if len(pattern) == 1:
        return True
    return all(
        digit != "1" or (place + i) % 2 == 1 or place + i == 0
        for i, digit in enumerate(pattern)
    )


# %%
print("'compare' (01) may begin at places", [p for p in range(9) if fits("01", p)])
print("'summer'  (10) may begin at places", [p for p in range(9) if fits("10", p)])
assert [p for p in range(9) if fits("01", p)] == [0, 2, 4, 6, 8]
assert [p for p in range(9) if fits("10", p)] == [0, 1, 3, 5, 7]

# %% [markdown]
# Is the rule worth anything? The missing control: the same words in a random order, and prose. If those scan as often as the poet's lines, the judge is blind. We take lines all of whose words are in the dictionary, and from the last address runs of words with ten syllables.

# %%
from llmai_edu.datasets import load_speeches


# %%
def ten_syllables(words):
    """Runs of whole words that have ten syllables, one after another."""
    run, size = [], 0
    for word in words:
        ways = look_up(word, sounds)
        run, size = ([*run, word], size + len(stresses(ways[0]))) if ways else ([], 0)
        if size >= 10:
            if size == 10:
                yield " ".join(run)
            run, size = [], 0


# %%
lines = [line for poem in shakespeare for line in poem]
known = [line for line in lines if all(look_up(word, sounds) for word in words_of(line))]
prose = list(ten_syllables(words_of(load_speeches()[-1].text)))[:1000]
rates = {
    "Shakespeare's lines": [scans(line, sounds) for line in known],
    "their words shuffled": [
        scans(" ".join(rng.permutation(words_of(line))), sounds) for line in known
    ],
    "prose": [scans(run, sounds) for run in prose],
}

# %%
print(f"{len(known) / len(lines):.0%} of the lines have only known words")
for name, values in rates.items():
    print(
        f"{name:<21} {np.mean(values):.2f}, 95 %: {interval(values).round(2)}, {len(values)} lines"
    )
assert 0.8 < np.mean(rates["Shakespeare's lines"]) < 0.9
assert 0.35 < np.mean(rates["their words shuffled"]) < 0.5
assert 0.25 < np.mean(rates["prose"]) < 0.5

# %% [markdown]
# The judge sees a difference, and it is lenient. It passes about 85 % of Shakespeare's lines, if it knows their words. But of ten syllables in any order, or in prose, it passes between a third and four tenths or so. English is full of words of one syllable, and those may stand anywhere. So a metre rate of a third to two fifths is what chance gives *to lines of about ten syllables* (the shuffled lines are as long as Shakespeare's, not exactly ten), and 85 % is the ceiling. The free and the asked poems are below chance, because about five lines in six do not have ten syllables at all, as the next cell counts. The lines of Shakespeare's that fail are partly the judge's fault (*glorious* counts three syllables, he says two):

# %%
failed = [line for line, good in zip(known, rates["Shakespeare's lines"]) if not good]
for line in rng.permutation(failed)[:5]:
    print(line)


def syllables(line):
    """Syllables by the first pronunciations; unknown words count as one."""
    return sum(
        len(stresses(ways[0])) if (ways := look_up(word, sounds)) else 1
        for word in words_of(line)
    )


# %%
for name in ("free", "asked"):
    ten = [syllables(line) in (10, 11) for poem in written[name] for line in poem]
    print(f"{name}: {np.mean(ten):.0%} of {len(ten)} lines have ten or eleven syllables")
    assert 0.1 < np.mean(ten) < 0.2

# %% [markdown]
# ### Only words that fit
#
# A tokenizer cuts text into pieces, and metre needs words. To keep one choice one word, we use only words that are *one token*: " summer" is one, " doth" is two. Is that a bad loss?

# %%
usable = poet.words.word
vocabulary = set(usable.tolist()) - {""}
used = [word for line in lines for word in words_of(line)]
share = np.mean([word in vocabulary for word in used])
print(f"{len(vocabulary):,} words; they cover {share:.0%} of the words of the Sonnets")
assert 0.88 < share < 0.92
assert "doth" not in vocabulary

# %% [markdown]
# Nine tenths of the words of the Sonnets are left, which will do. Now the state of a line is small: *at which of the ten places may the next word begin?* Several answers may be possible at once, since *fire* has one syllable or two. So it is a set of places. A word is allowed if it fits at one of them and does not run over the end. A word that *fills* the line must also rhyme. The first of two rhyming lines has no partner yet; there, only words are allowed to which many others rhyme, or the second line would have no way out.

# %%
from collections.abc import Sequence

from llmai_edu.apps.metre import LENGTH
from llmai_edu.apps.verse_step import COMMAS
from llmai_edu.apps.verse_words import VerseWords


# %% quote="llmai_edu.apps.verse_step:allowed_tokens"
def allowed_tokens(words: VerseWords, line: Sequence[int], ending: np.ndarray) -> np.ndarray:
    """Which tokens may come next, so that the line can still become an iambic pentameter with such an ending.

    line: the tokens of the line so far. ending: (V,) of bool, the words that may fill the line. A word of more than
    three letters may stand in a line once, no word twice in a row without a comma. Returns (V,) of bool; some token is
    always left, if `ending` holds some words of one syllable.
    """
    places, last = 1, ""  # bit 0: the first word begins at place 0
    for token in line:
        last = str(words.word[token])
        places = int(words.moves(places)[token]) if last else places
    mask = np.zeros(len(words.word), bool)
    if places >> LENGTH & 1:  # the line is full: a mark or none, then the line break
        mask[words.line_break] = True
        mask[list(words.marks)] = bool(last)
        return mask
    after = words.moves(places)
    fills = (after >> LENGTH & 1).astype(bool)
    mask = (after > 0) & (~fills | ending) & (words.first == (not line))
    said = [str(words.word[token]) for token in line if len(words.word[token]) > 3]
    mask &= ~np.isin(words.word, [*said, last])
    if last and sum(token in words.commas for token in line) < COMMAS:
        mask[list(words.commas)] = True
    return mask


# %% [markdown]
# The sets are kept as bits of a number (`1` is the set with place 0 alone, `places >> LENGTH & 1` asks whether place 10 is in it), which makes the test of 49,152 tokens at once a single operation on arrays. `words.moves(places)` gives, for every token, the places after it.

# %%
ending = poet.words.partners("night")
line = poet.tokenizer.encode("And so the summer comes again to")
for n in (0, 3, len(line)):
    mask = allowed_tokens(poet.words, line[:n], ending)
    names = sorted({str(w) for w in usable[mask]} - {""})
    print(
        f"{poet.tokenizer.decode(line[:n])!r}: {len(names):,} words, such as {[str(w) for w in rng.permutation(names)[:5]]}"
    )
print("rhyming with 'night':", sorted(set(usable[ending].tolist()))[:12])

# %%
for word in set(usable[ending].tolist()):
    assert rhymes(word, "night", sounds)

# %% [markdown]
# One more choice. A single draw under these rules is often poor, for a word was taken when others would have led on better. So several *candidates* are drawn for each line, side by side in a batch, and the one that the plain model finds likeliest goes into the poem. (The recorded poems had four candidates a line, at temperature 0.8. The live ones above have six.)
#
# ### Do the lines mean anything?
#
# Read two whole poems. The rule: the one whose lines are the likeliest under the plain model, on the mean, and the one whose are the least likely.

# %%
bits_of = [
    np.mean([-line["log_prob"] for line in poem]) / np.log(2) for poem in poems["constrained"]
]
likely, unlikely = int(np.argmin(bits_of)), int(np.argmax(bits_of))
for title, i in (("likeliest", likely), ("least likely", unlikely)):
    print(f"{title}: on {recording['sonnets']['topics'][i]}, {bits_of[i]:.0f} bits a line\n")
    print("\n".join(written["held"][i]), "\n")
assert len({" ".join(words_of(line)[:8]) for line in written["held"][likely]}) == 1

# %% [markdown]
# The likeliest poem says one sentence fourteen times, and changes the last word. All of its lines scan, and all of its rhymes are pure. The least likely one at least changes its mind.
#
# The price in numbers, in bits a token, for the lines under the form (chosen and not), for the free ones after the same beginning, and for Shakespeare's own lines, from the first ten sonnets after number 18, read after the same prompt:

# %%
from llmai_edu.apps.sonnet import PROMPT


@torch.inference_mode()
def bits_a_token(poem):
    """The plain model's surprise by a poem after the prompt."""
    head = poet.tokenizer.encode(PROMPT.format(topic="love and time"))
    ids = poet.tokenizer.encode("\n".join(poem) + "\n")
    log_p = poet.model(torch.tensor([head + ids]))[0, len(head) - 1 : -1].log_softmax(-1)
    return -log_p.gather(1, torch.tensor(ids)[:, None]).mean().item() / np.log(2)


# %%
def per_token(poem):
    return (
        -sum(line["log_prob"] for line in poem)
        / sum(line["tokens"] for line in poem)
        / np.log(2)
    )


drawn = np.array(recording["sonnets"]["candidates"])  # (lines, candidates, 2): tokens, log p
drawn = drawn.reshape(2, 14, 10, 4, 2).transpose(0, 2, 1, 3, 4).reshape(20, 56, 2)  # by poem
price = {
    "held, all candidates": -drawn[..., 1].sum(1) / drawn[..., 0].sum(1) / np.log(2),
    "held, chosen of four": [per_token(poem) for poem in poems["constrained"]],
    "free": [per_token(poem) for poem in poems["free"]],
    "Shakespeare": [bits_a_token(poem) for poem in shakespeare[18:28]],
}

# %%
for name, values in price.items():
    print(f"{name:<21} {np.mean(values):.2f} bits a token, 95 %: {interval(values).round(2)}")
for name in ("held, all candidates", "held, chosen of four"):
    less = np.subtract(price[name], price["free"])  # topic by topic
    print(f"{name} less free: {less.mean():+.2f}, 95 %: {interval(less).round(2)}")
    assert interval(less)[0] < 0 < interval(less)[1]
gain = np.subtract(price["held, all candidates"], price["held, chosen of four"])
assert 0.4 < np.mean(price["held, all candidates"]) - np.mean(price["free"]) < 0.6
assert np.mean(price["held, chosen of four"]) < np.mean(price["free"])
assert interval(gain)[0] > 0
assert interval(price["Shakespeare"])[0] > 5

# %% [markdown]
# Drawn under the form, a token costs half a bit more than in free writing, on these twenty topics. The interval of the difference holds zero, so twenty poems do not prove a price. The lines that were *chosen* cost less than the free ones, again within the interval: a likely reason, not tested (poems with a single candidate are the missing control), is that the likeliest of four often repeats the line before, and repeating is cheap (lesson 22). So a low price is no praise. (Nor is the comparison clean: the candidates follow chosen lines, repetitions included. What is certain is that choosing lowers the price.) Shakespeare surprises the model far more than all of them, and he kept the form. The number cannot tell a thought from a rule.
#
# So what is a forced rhyme worth? As a demonstration that a form can be guaranteed: much. As poetry: read them.
#
# ## Try it
#
# The box takes `sonnet: a topic`, `write: a topic +word -word`, or `summarize: a text`. (Without a running kernel you see the four lines from the beginning of the page.) In a terminal: `llmai-edu app writing`.

# %%
from llmai_edu.apps.writing import read_wish
from llmai_edu.viz import boxed, show
from llmai_edu.viz.app_box import app_box


# %%
def answer(text):
    kind, _, rest = text.partition(":")
    if kind.strip() == "sonnet":
        yield from (f"{line}\n" for line in poet.poem(rest.strip(), seed=seed))
    elif kind.strip() == "write":
        yield from writer.write(read_wish(rest), seed=seed)
    elif kind.strip() == "summarize":
        yield best_sentence(rest)
    else:
        yield "Begin with sonnet:, write: or summarize:"


# %%
box = app_box(
    answer, example="sonnet: the sea at night", title="Automatic writing", label="Write"
)
show(box, boxed("\n".join(quatrain)))

# %% [markdown]
# ## Failure gallery
#
# From the recorded poems, by two rules. First the five lines that surprise the model most. In some the form won, and the sense lost; others make sense, and are only rare:

# %%
flat = [
    (line["log_prob"] / np.log(2), line["text"], topic)
    for topic, poem in zip(recording["sonnets"]["topics"], poems["constrained"])
    for line in poem
]
for score, line, topic in sorted(flat)[:5]:
    print(f"{-score:4.0f} bits, {topic}: {line}")

# %% [markdown]
# Then the five that surprise it *least*. One might expect the best lines here. Instead, two of the five are one sentence with another last word, and one is from the poem above:

# %%
for score, line, topic in sorted(flat)[::-1][:5]:
    print(f"{-score:4.0f} bits, {topic}: {line}")
echoes = {}
for name, some in written.items():
    openings = [[" ".join(words_of(line)[:3]) for line in poem] for poem in some if poem]
    echoes[name] = [1 - len(set(opening)) / len(opening) for opening in openings]
    print(
        f"{name:<12} lines that begin with three words of an earlier line: {np.mean(echoes[name]):.2f}"
    )
assert 1 / 3 < np.mean(echoes["held"]) < 0.4
assert np.mean(echoes["Shakespeare"]) < 0.06

# %% [markdown]
# More than a third of the lines begin with three words of an earlier line. Choosing the *likeliest* candidate may reward such echoes; we did not record poems without a choice, so this is a guess. Shakespeare hardly ever begins two lines of a poem with the same three words. A better choice than "the likeliest" is easy to want and hard to state: that is the missing judge of this whole page.
#
# ## What we have now, and what it cannot do
#
# - Counting words, metre, rhyme: what a program can test, it can also enforce, by offering the model only what passes. Asking this small model for it, with one prompt, did not work.
# - The enforced rate is always 1 and measures nothing but the rule. Our rule passes a third to two fifths of lines by chance, and fails one in seven of Shakespeare's.
# - The vocabulary of the sonnets is single tokens. Words of several tokens would need a look at what they may become.
# - The steps make no plan: a forced word is pushed in, a rhyme is found when the line ends.
# - By ROUGE no summary was better than the text's first sentence. The number does not see false statements.
# - No number of this page says that a text is good, or true. For both, somebody has to read it.
#
# **Try it:** the [exercise sheet](../exercises/25_writing.ipynb) asks for four kinds of rhyme, for a summary that does not say things twice, and for a step that gets a phrase in before the end.
#
# **Sources**
#
# [1] R. Mihalcea and P. Tarau, [*TextRank: Bringing Order into Text*](https://aclanthology.org/W04-3252/), EMNLP 2004.
#
# [2] L. Page et al., [*The PageRank Citation Ranking: Bringing Order to the Web*](http://ilpubs.stanford.edu:8090/422/), 1999.
#
# [3] C.-Y. Lin, [*ROUGE: A Package for Automatic Evaluation of Summaries*](https://aclanthology.org/W04-1013/), 2004.
#
# [4] P. Kiparsky, [*The Rhythmic Structure of English Verse*](https://www.jstor.org/stable/4177987), Linguistic Inquiry, 1977. Our rule is a simple form of his.
#
# [5] On verse by constrained decoding: M. Ghazvininejad et al., [*Generating Topical Poetry*](https://aclanthology.org/D16-1126/), EMNLP 2016, who choose the rhyme words first and search with a finite-state machine of the metre.
#
# *Prose CC BY 4.0, code MIT, the llmai_edu authors. CMUdict: BSD-2-Clause, Carnegie Mellon University. Docstrings: Python's standard library, PSF licence, © Python Software Foundation. The Sonnets and the speeches are in the public domain. SmolLM2 and MiniLM: Apache-2.0.*
