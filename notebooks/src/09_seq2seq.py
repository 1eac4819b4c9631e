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
# # Sequence to sequence, with attention
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/notebooks/09_seq2seq.ipynb)
# <!-- colab:end -->
#
# *About 90 minutes to read, 60 seconds to run on two CPU cores, 1.0 GB. Needs: lesson 08.*
#
# The models so far continue a text. A translator has to do something else: read one text to its end, and then write another,
# of another length and in another order. On this page two LSTMs do that together. At first all that passes between them
# is one vector. You will measure what this costs. Then the writer learns to look back at what was read: *attention*, the
# idea from which the models of lesson 11 and after are made.
#
# The text is small on purpose: the names of the emoji, in English and in four other languages. Everything is held
# against simple opponents.

# %% tags=["setup"]
# --- On Colab, install the course first; anywhere else these lines do nothing ---
import os
import sys
from IPython import get_ipython

if "google.colab" in sys.modules:
    address = os.environ.get("LLMAI_EDU_SOURCE", "https://github.com/llmai-edu/llmai-edu")
    get_ipython().run_line_magic("pip", f'install -q "llmai-edu @ git+{address}"')
# --- end of the Colab lines ---
import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F

from llmai_edu.datasets import load_emoji_names, split_pairs
from llmai_edu.device import seed_everything
from llmai_edu.viz import PALETTE, new_axes, readable
from llmai_edu.viz.alignment import alignment_map

seed = 0
split = split_pairs(load_emoji_names("fr"))
train, valid, test = split.parts

# %% [markdown]
# ## The result first
#
# There are 1,923 names in each language. They are split by their English text into a part to train on, a
# validation part to try things out on, and a test part, so that no name of the test was seen in training:

# %%
print([len(part) for part in (train, valid, test)])
for pair in train[400:1500:250]:
    print(f"{pair.origin}  {pair.english:<28} {pair.foreign}")
assert not {pair.english.lower() for pair in train} & {pair.english.lower() for pair in test}
assert sum(map(len, (train, valid, test))) == 1923

# %% [markdown]
# The two languages are cut into pieces by byte-pair encoding, each by its own, learned on the training names as in lesson 01. Three ids
# are needed besides: PAD fills up the shorter rows of a batch (a batch is what is worked on at once, and a tensor has
# rows of one length), START stands before a translation, END after it. So the pieces' ids begin at 3. The English is put into lower case, because the
# French names are.

# %%
from llmai_edu.models.seq2seq import END, PAD, START, AttentionSeq2Seq, Encoded, Seq2Seq, pad
from llmai_edu.tokenizers import train_bpe

english_bpe = train_bpe([pair.english.lower() for pair in train], vocab_size=1456)
french_bpe = train_bpe([pair.foreign for pair in train], vocab_size=1456)


def source_ids(english):
    return [i + 3 for i in english_bpe.encode(english.lower())] + [END]


def target_ids(french):
    return [START, *(i + 3 for i in french_bpe.encode(french)), END]


# %%
sources = pad([source_ids(pair.english) for pair in train])  # (N, S)
targets = pad([target_ids(pair.foreign) for pair in train])  # (N, T)
print(
    sources[700].tolist(),
    [readable(english_bpe.id_to_bytes(i - 3)) for i in sources[700] if i > 2],
)

# %% [markdown]
# Now a model is trained on the 1,524 names, sixteen times over. That takes some fifteen seconds. What stands
# in this cell is the subject of the page.

# %%
from llmai_edu.models.seq2seq import teacher_forcing_loss
from llmai_edu.training import Trainer, cosine
from llmai_edu.training.lengths import LengthBatches

seed_everything(seed)
generator = torch.Generator().manual_seed(seed)
vocabularies = english_bpe.vocab_size + 3, french_bpe.vocab_size + 3
sizes = {"embedding": 64, "hidden": 96, "dropout": 0.3, "generator": generator}
model = AttentionSeq2Seq(*vocabularies, attention=64, **sizes)
lengths = (targets != PAD).sum(1)
batches = LengthBatches((sources, targets), lengths, batch_size=32, generator=generator)
optimizer = torch.optim.Adam(model.parameters(), lr=0.006, fused=True)
trainer = Trainer(
    model, teacher_forcing_loss, batches, optimizer, clip=1.0, schedule=cosine, progress=False
)
history = trainer.run(steps=768)
print(f"loss {history.mean_loss():.2f} nats a piece, {history.steps} steps")
print(f"{sum(p.numel() for p in model.parameters()):,} parameters")

# %% [markdown]
# Here is what it makes of names that it has never seen. Nothing is picked: it is every twelfth name of the test part.

# %%
from llmai_edu.models.seq2seq import translate


def to_french(model, english):
    """The translations of a list of names, as text and as the model gave them."""
    given = translate(model, pad([source_ids(name) for name in english]), max_new_tokens=40)
    return [french_bpe.decode([i - 3 for i in one.ids if i > 2]) for one in given], given


english, references = [p.english for p in test], [p.foreign for p in test]
written, given = to_french(model, english)
for i in range(0, len(test), 12):
    print(f"{english[i]:<32} {written[i]:<32} ({references[i]})")

# %% [markdown]
# None of these is exactly right. A few come near, some are good French for something else, and many are no words at all. (The French names of flags
# begin with "drapeau", flag, the English ones seldom do.) In the whole test few are exactly right:

# %%
n_exact = sum(text == reference for text, reference in zip(written, references))
print(f"exactly right: {n_exact} of {len(test)}")
flags = sum(pair.foreign.startswith("drapeau") for pair in train)
print(f"training names that begin with drapeau: {flags}")
assert not any(written[i] == references[i] for i in range(0, len(test), 12))
assert 2 <= n_exact <= 16
assert flags == 212
assert sum(pair.english.lower().startswith("flag") for pair in train) < 20

# %% [markdown]
# First look at how one was written. The rule for the choice: the first name of the test part that has
# a colour in it.

# %% alt="A map of attention weights for the English name purple circle: a row for each French piece that was written, a column for each English piece that was read, and in each field the weight in per cent. The weights of a row sum to 100."
colours = {"red": "roug", "white": "blan", "black": "noir", "blue": "bleu", "green": "vert"}
colours |= {"yellow": "jaun", "purple": "viol", "orange": "orang", "brown": "mar"}
chosen = next(i for i, name in enumerate(english) if set(name.lower().split()) & set(colours))


def pieces(bpe, ids):
    return [readable(bpe.id_to_bytes(i - 3)) if i > 2 else "END" for i in ids]


read = pieces(english_bpe, source_ids(english[chosen]))
said = pieces(french_bpe, [*given[chosen].ids, END])
weights = given[chosen].weights  # (T, S)
alignment_map(weights.numpy(), read, said, title="weights in per cent; ␣ is a space")
plt.show()
assert english[chosen] == "purple circle"
assert torch.allclose(weights.sum(1), torch.ones(len(said)))

# %% [markdown]
# Each row is a piece of French ("purple circle" is "disque violet"), written from top to bottom; the last row is END. Its numbers say how the model spread its look over the
# English pieces just before it wrote this one. How it comes to these numbers, and whether they mean anything, is what follows.
#
# ## Two networks: one reads, one writes
#
# The *encoder* is an LSTM that reads the source. (The cells of lesson 08; of the papers of 2014, [1] used LSTMs, [2] and [4] a sister of them, the GRU.)
# It reads in both directions: one LSTM from left to right, another from right to left, and the two states of each place
# are put side by side: each has half of the numbers of the decoder's state, here 48 of 96. So the state at a place knows what stands before it and what stands after it. A language model must not look ahead;
# an encoder may, for the whole source is given.
#
# The *decoder* is an LSTM that writes. It is a language model of French, with one thing added: besides the token before, it gets
# something of the English at every step. In the simplest design this is one vector for the whole text. Ours is the last state of each direction,
# and the code calls it the *summary*. In [1] the vector is given once, as the decoder's first state; in [2] at every step. Here it is both:
# `first_state` makes the decoder's first state of the summary, with one linear layer and a tanh.
#
# What the encoder found travels in a tuple with names, `Encoded`: `states` of all places, the `summary`, and a `mask` that is True at tokens and
# False at padding. Each text is read only up to its own end, or the LSTM that comes from the right would begin with padding. Here is one
# step of the decoder:


# %% quote="llmai_edu.models.seq2seq:Seq2Seq.step"
def step(
    self, x: torch.Tensor, state: tuple[torch.Tensor, torch.Tensor], encoded: Encoded
) -> tuple[torch.Tensor, tuple[torch.Tensor, torch.Tensor], torch.Tensor | None]:
    """Look at the source, take in the token before, and move on.

    x: (B, C), the vector of the token before. Returns what the output layer reads (B, 2H), the new state, and the
    weights (B, S) of the look, None without attention.
    """
    context, weights = self.look(state[0], encoded)  # (B, H)
    h, c = self.cell(torch.cat([x, context], dim=1), state)
    return torch.cat([h, context], dim=1), (h, c), weights


# %% [markdown]
# `look`, with what it needs, is all that the two models of this page differ in. In the plain one it hands out the summary, always the same:


# %% quote="llmai_edu.models.seq2seq:Seq2Seq.look"
def look(self, h: torch.Tensor, encoded: Encoded) -> tuple[torch.Tensor, torch.Tensor | None]:
    """What the decoder sees of the source before a step: always the same vector (B, H), whatever it wrote."""
    return encoded.summary, None


# %% [markdown]
# What `step` returns goes through a linear layer, which gives a logit for each piece of French (a logit is a score before the softmax, as in lesson
# 05). One step by hand, with an untrained model and one name:

# %%
plain = Seq2Seq(*vocabularies, **sizes).eval()
encoded = plain.encode(torch.tensor([source_ids("red heart")]))
state = plain.first_state(encoded)
x = plain.embed_target(torch.tensor([START]))  # (B, C)
feature, state, _ = step(plain, x, state, encoded)
logits = plain.head(feature)
print("summary", tuple(encoded.summary.shape), " logits", tuple(logits.shape))
assert torch.equal(look(plain, state[0], encoded)[0], encoded.summary)
assert torch.equal(
    logits, plain(torch.tensor([source_ids("red heart")]), torch.tensor([[START]]))[:, 0]
)

# %% [markdown]
# ## Teacher forcing
#
# What is the token before, during training? At first the model's own tokens are nonsense, and a step that begins from
# nonsense teaches little. So the decoder is given the *true* tokens: whatever it would have written, the next step goes on from
# the reference (the translation that people wrote). This is called *teacher forcing* [3]. The loss is that of all language models here: the mean
# surprise at the true next token.


# %% quote="llmai_edu.models.seq2seq:teacher_forcing_loss"
def teacher_forcing_loss(
    model: Seq2Seq, batch: tuple[torch.Tensor, torch.Tensor]
) -> torch.Tensor:
    """Cross-entropy of each target token given the true ones before it, in nats, the mean over tokens.

    batch: source (B, S) and target (B, T), the target from START to END; columns of nothing but padding are cut off.
    """
    source, target = (ids[:, : int((ids != PAD).sum(1).max())] for ids in batch)
    logits = model(source, target[:, :-1])  # (B, T - 1, V)
    return F.cross_entropy(logits.flatten(0, 1), target[:, 1:].flatten(), ignore_index=PAD)


# %% [markdown]
# The targets are the inputs moved by one, as ever. `ignore_index` leaves out the places that are only padding: they have no true token.
# Does it do so? A row with three further columns of padding must give the same loss:

# %%
few = sources[:4], targets[:4]
longer = tuple(F.pad(ids, (0, 3), value=PAD) for ids in few)
loss = teacher_forcing_loss(plain, few)
print(
    f"{loss.item():.4f} nats a piece; a guess among all pieces: {np.log(vocabularies[1]):.4f}"
)
assert torch.isclose(loss, teacher_forcing_loss(plain, longer))
assert abs(loss.item() - np.log(vocabularies[1])) < 0.3

# %% [markdown]
# Teacher forcing has a price. When the model is used there is no teacher: it goes on from what it wrote itself, and after a first mistake it is
# in a place where it never was in training. This is called *exposure bias*. The exercise sheet
# builds the inputs of one cure, in which the model is shown its own tokens now and then.
#
# ## One vector is a bottleneck
#
# The summary has 96 numbers, for a name of one word and for a sentence of a hundred. To see what this does we need a task in which length is all
# that matters. Names of emoji are too short for it. So: *write these digits backwards.* The digits are drawn at random, up to twelve of
# them, so that nothing can be guessed from the language. And there are always new ones, so that nothing can be learned by heart.
#
# Before you run the next cells, guess: after 250 steps, with how many digits will a summary of 64 numbers begin to fail?

# %%
DIGIT = 3  # the id of the digit 0


def backwards(n, lengths, generator):
    """Rows of random digits, and the same digits from the last to the first."""
    picks = [int(lengths[i]) for i in torch.randint(len(lengths), (n,), generator=generator)]
    rows = [(DIGIT + torch.randint(10, (k,), generator=generator)).tolist() for k in picks]
    return pad([[*row, END] for row in rows]), pad([[START, *row[::-1], END] for row in rows])


# %%
def train_backwards(kind, steps=250):
    """A small model of this kind, trained on up to twelve digits."""
    generator = torch.Generator().manual_seed(seed)
    small = kind(13, 13, embedding=32, hidden=64, generator=generator)
    batches = iter(lambda: backwards(64, range(1, 13), generator), None)
    optimizer = torch.optim.Adam(small.parameters(), lr=0.01, fused=True)
    given = {"clip": 1.0, "schedule": cosine, "progress": False}
    Trainer(small, teacher_forcing_loss, batches, optimizer, **given).run(steps=steps)
    return small.eval()


# %%
def right_by_length(small, lengths):
    """The share of rows written without any mistake, for each length; 100 new rows each."""
    shares, generator = [], torch.Generator().manual_seed(1000 + seed)
    for k in lengths:
        source, target = backwards(100, [k], generator)
        given = translate(small, source, max_new_tokens=30)
        right = [one.ids == row[1:-1].tolist() for one, row in zip(given, target)]
        shares.append(np.mean(right))
    return shares


# %%
tried = [2, 4, 6, 8, 10, 12]
one_vector = right_by_length(train_backwards(Seq2Seq), tried)
for k, share in zip(tried, one_vector):
    print(f"{k:>2} digits: {share:.0%} written without a mistake")
assert one_vector[0] > 0.9
assert one_vector[-1] < 0.1

# %% [markdown]
# After these 250 steps two digits are no problem, and twelve hardly ever come out right. All were in the training, the long ones as often as the short.
# Is the vector too small, or the training too short? Train the same model for twice as long:

# %%
twice = right_by_length(train_backwards(Seq2Seq, steps=500), tried)
print([f"{share:.0%}" for share in twice])
assert one_vector[3] < 0.45
assert twice[3] > 0.5
assert twice[-1] < 0.25

# %% [markdown]
# Now most rows of eight come out right. So 64 numbers can hold more than 250 steps show. What one vector costs is at least in part training. Twelve digits
# still hardly ever come out right. Cho and his colleagues saw something like it with sentences: the longer, the worse [9]. Sutskever and his colleagues found a trick against it: they fed the source backwards,
# so that its beginning was nearer to the beginning of the translation [1].
#
# ## Attention, derived
#
# Why squeeze the source into one vector at all? The encoder has made a state for *every* place. Keep them all. Before each step let
# the decoder decide which of them it wants to see now. "Which" should be something that gradient descent can
# adjust by a little, so it is no choice but a *weight* for each place; all weights together are 1.
#
# There are three steps [4]. The decoder's state $h$ asks; the places of the source, with the encoder's states $s_1 \dots s_S$, are asked about.
#
# 1. **Scores.** How well does place $j$ fit the question? A tiny network judges, with matrices $W$ and $U$ and a
#    vector $v$, all of them learned: $e_j = v \cdot \tanh(W h + U s_j)$.
# 2. **Weights.** The softmax makes positive numbers of them that sum to one: $a_j = e^{e_j} / \sum_k e^{e_k}$.
# 3. **Mean.** What the decoder sees is the weighted mean of the states: $c = \sum_j a_j s_j$. It is called the *context*.
#
# $Wh$ is called the *query*, $Us_j$ the *key* of place $j$, and $s_j$ itself, which is averaged, the *value*. Because query and key
# are added before the tanh, this is *additive* attention. In plain Python, for one step of one text:

# %%
from math import exp, tanh


def additive_attention_loops(query, keys, values, v):
    """The context of one step, and the weights. query, v: A numbers; keys, values: a list for each place."""
    scores = [
        sum(v_i * tanh(q_i + k_i) for v_i, q_i, k_i in zip(v, query, key)) for key in keys
    ]
    powers = [exp(score) for score in scores]
    weights = [power / sum(powers) for power in powers]
    channels = range(len(values[0]))
    return [sum(a * value[c] for a, value in zip(weights, values)) for c in channels], weights


context, a = additive_attention_loops([0.5], [[-0.5], [0.5]], [[10.0, 0.0], [0.0, 10.0]], [3.0])
print("weights", [f"{x:.3f}" for x in a], " context", [f"{x:.2f}" for x in context])
assert np.isclose(a[1] / a[0], exp(3 * tanh(1.0)))  # the first key cancels the query: score 0

# %% [markdown]
# The library's function does this for a batch, with every text at its own length. `query[:, None]` adds the query to each key, `@ v` sums
# over the A numbers of each place.


# %% quote="llmai_edu.models.seq2seq:additive_attention"
def additive_attention(
    query: torch.Tensor,
    keys: torch.Tensor,
    values: torch.Tensor,
    v: torch.Tensor,
    mask: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Average the values, weighted by how well each key fits the query: softmax(v · tanh(query + key)) values.

    query: (B, A). keys: (B, S, A). values: (B, S, C). v: (A,). mask: (B, S) of bool, True where there is something to
    look at. Returns the average (B, C) and the weights (B, S), which sum to 1 and are 0 where the mask is False.
    Bahdanau et al. 2014.

    >>> keys = torch.zeros(1, 3, 2)                          # all keys fit equally well, but the last is padding
    >>> values = torch.tensor([[[1.0], [3.0], [50.0]]])
    >>> mask = torch.tensor([[True, True, False]])
    >>> additive_attention(torch.zeros(1, 2), keys, values, torch.ones(2), mask)[0].item()
    2.0
    """
    scores = (query[:, None] + keys).tanh() @ v  # (B, S)
    scores = scores.masked_fill(~mask, -torch.inf)
    weights = scores.softmax(dim=1)  # (B, S)
    return (weights[:, None] @ values)[:, 0], weights  # (B, 1, S) @ (B, S, C)


# %% [markdown]
# One line is new: `masked_fill`. A short text in a batch is filled up with PAD, and nobody should look there. A score of minus
# infinity becomes a weight of exactly 0. It must happen *before* the softmax: whoever sets the weights to 0 afterwards has weights that no longer sum
# to one. Both claims, and that the plain Python and the library agree:

# %%
rng = torch.Generator().manual_seed(seed)
query, v = torch.randn(3, 4, generator=rng), torch.randn(4, generator=rng)
keys, values = torch.randn(3, 6, 4, generator=rng), torch.randn(3, 6, 2, generator=rng)
mask = torch.arange(6) < torch.tensor([[6], [4], [1]])  # texts of 6, 4 and 1 tokens
context, weights = additive_attention(query, keys, values, v, mask)
for b, length in enumerate([6, 4, 1]):
    slow, slow_weights = additive_attention_loops(
        query[b].tolist(), keys[b, :length].tolist(), values[b, :length].tolist(), v.tolist()
    )
    assert np.allclose(context[b], slow, atol=1e-5)
    assert np.allclose(weights[b, :length], slow_weights, atol=1e-5)
print(weights.numpy().round(2))
assert (weights[~mask] == 0).all()
unmasked = additive_attention(query, keys, values, v, torch.ones_like(mask))[1]
assert ((unmasked * mask).sum(1)[1:] < 0.99).all()  # zeros set after the softmax

# %% [markdown]
# In the model with attention, this is the new `look`. All else is inherited, but for `encode`. The keys do not depend on the decoder, so `encode` makes
# them once:


# %% quote="llmai_edu.models.seq2seq:AttentionSeq2Seq.look"
def look(self, h: torch.Tensor, encoded: Encoded) -> tuple[torch.Tensor, torch.Tensor]:
    """The average of the encoder's states (B, H), weighted for this step, and the weights (B, S)."""
    return additive_attention(
        self.to_query(h), encoded.keys, encoded.states, self.v, encoded.mask
    )


# %%
with torch.no_grad():
    encoded = model.encode(torch.tensor([source_ids("red heart")]))
    state = model.first_state(encoded)
    context, weights = look(model, state[0], encoded)
print(weights.numpy().round(2), " context", tuple(context.shape))
assert torch.isclose(weights.sum(), torch.tensor(1.0))
assert torch.allclose(context, weights @ encoded.states[0], atol=1e-6)
assert context.shape == encoded.summary.shape  # so the rest of the model stays as it is

# %% [markdown]
# Now the digits again: the same task, the same number of steps, and at every step a look.

# %% alt="The share of digit rows written backwards without a mistake, against their length from 2 to 12. With one vector, circles and a dashed line, it falls from nearly 100 per cent at 2 digits to below 10 at 12. With attention, squares and a solid line, it stays above 90 per cent."
with_attention = train_backwards(AttentionSeq2Seq)
attention = right_by_length(with_attention, tried)
_, axes = new_axes(6.0, 3.2)
axes.plot(tried, [100 * x for x in attention], "s-", color=PALETTE[0], label="attention")
axes.plot(tried, [100 * x for x in one_vector], "o--", color=PALETTE[3], label="one vector")
axes.set(xlabel="digits", ylabel="rows without a mistake, per cent", ylim=(-4, 104))
axes.legend(loc="lower left")
plt.show()
print([f"{x:.0%}" for x in attention])
assert min(attention) > 0.9
assert attention[-1] - one_vector[-1] > 0.6

# %% [markdown]
# With attention the length no longer matters, within what was trained. And where does it look? The row is drawn at random:

# %% alt="A map of the attention weights for eight digits written backwards. The large weights lie on the rising diagonal: the first digit written looks at the last one read, and so on back to the first."
source, _ = backwards(1, [8], torch.Generator().manual_seed(seed))
(one,) = translate(with_attention, source, 30)
labels = [str(i - DIGIT) for i in source[0, :-1].tolist()] + ["END"]
alignment_map(one.weights.numpy(), labels, [str(i - DIGIT) for i in one.ids] + ["END"])
plt.show()

# %% [markdown]
# Nobody told it where to look. The weights were learned from the digits alone. Is the largest weight of each step on the digit that is due? Count it:

# %%
source, _ = backwards(200, [8], torch.Generator().manual_seed(seed))
peaks = [one.weights[:8].argmax(1).tolist() for one in translate(with_attention, source, 30)]
due = list(range(7, -1, -1))
by_one = np.mean(
    [[abs(p - d) <= 1 for p, d in zip(peak, due)] for peak in peaks if len(peak) == 8]
)
exact = np.mean([[p == d for p, d in zip(peak, due)] for peak in peaks if len(peak) == 8])
print(f"on the digit that is due: {exact:.0%}; on it or a neighbour: {by_one:.0%}")
assert exact > 0.6

# %% [markdown]
# Mostly it is.
#
# One warning. Both models were trained on at most twelve digits. What about sixteen?

# %%
beyond = right_by_length(with_attention, [16])[0]
print(f"16 digits, with attention: {beyond:.0%}")
assert beyond < 0.5

# %% [markdown]
# With attention, 250 steps were enough for twelve digits. They did not teach the rule.
#
# ## Greedy decoding
#
# `translate` writes the most probable token at each step, and takes it as the token before of the next step. This is *greedy* decoding: it
# never goes back on a token. (A *beam search* keeps several unfinished texts. It comes in lesson 22.) For one name, as a loop:


# %%
def translate_loop(model, ids, most=40):
    """The greedy translation of one text, one token after another, until END."""
    encoded = model.encode(torch.tensor([ids]))
    state, token, written = model.first_state(encoded), START, []
    while len(written) < most:
        x = model.embed_target(torch.tensor([token]))
        feature, state, _ = model.step(x, state, encoded)
        token = int(model.head(feature).argmax())
        if token == END:
            break
        written.append(token)
    return written


with torch.no_grad():
    alone = [translate_loop(model, source_ids(name)) for name in english[:40]]
assert alone == [one.ids for one in given[:40]]  # written all at once, above

# %% [markdown]
# For the first 40 names the batch of 198 and the loop over single ones agree, so padding changed nothing there. (A batch is written until its last text has ended;
# what a text writes after its END is cut off.)
#
# ## How good is a translation?
#
# One could count how many are exactly right. But "carré petit blanc" for "petit carré blanc" is better than "poisson", and should
# get more. Two measures are in general use; both run from 0 to 100.
#
# **BLEU** [5] counts words, and runs of two, three and four words (n-grams, lesson 02). Which share of those that were written also stands in the
# reference? That is the *precision*. A word counts at most as often as it stands in the reference: it is *clipped*, or "carré carré carré"
# would be perfect. Precision alone would reward silence, for whoever writes one sure word makes no mistakes. So there is a *brevity
# penalty*: if all translations together have $c$ words and the references $r > c$, the score is multiplied by $e^{1 - r/c}$. The precisions for
# 1 to 4 words are combined by their geometric mean.
#
# The counts of *all* texts are summed first, and divided once. Here is a corpus of two names, with runs of one and two words:

# %%
from collections import Counter


def bleu_plain(written, references, longest):
    """BLEU of a corpus with one reference each, words cut at spaces, runs up to `longest` words."""
    precisions = []
    for n in range(1, longest + 1):
        right = total = 0
        for ours, theirs in zip(written, references):
            ours, theirs = (
                Counter(zip(*[t.split()[i:] for i in range(n)])) for t in (ours, theirs)
            )
            right += (ours & theirs).total()  # & takes the smaller count: clipped
            total += ours.total()
        precisions.append(right / total)
    c, r = (sum(len(text.split()) for text in texts) for texts in (written, references))
    penalty = min(1, np.exp(1 - r / c))
    return 100 * penalty * np.prod(precisions) ** (1 / longest), precisions, penalty


# %%
ours, theirs = ["petit carré carré", "cœur"], ["petit carré noir", "cœur rouge"]
score, precisions, penalty = bleu_plain(ours, theirs, longest=2)
print(f"precisions {precisions}, penalty {penalty:.3f}, BLEU {score:.1f}")
assert precisions == [3 / 4, 1 / 2]  # of four words, and of two pairs
assert np.isclose(penalty, np.exp(1 - 5 / 4))

# %% [markdown]
# The second "carré" counts nothing, for the reference has one. Four words against five cost a fifth. The reference implementation,
# `sacrebleu` [6], says the same:

# %%
from sacrebleu.metrics import BLEU, CHRF

outside = BLEU(max_ngram_order=2, smooth_method="none")
assert np.isclose(outside.corpus_score(ours, [theirs]).score, score)
each = [outside.corpus_score([o], [[t]]).score for o, t in zip(ours, theirs)]
print(
    f"corpus {score:.1f}; each alone {each[0]:.1f} and {each[1]:.1f}, mean {np.mean(each):.1f}"
)
assert abs(np.mean(each) - score) > 5

# %% [markdown]
# The mean of the two names' own scores is another number. "cœur" has no pair at all, so alone it gets 0. That is
# why BLEU is a measure of a corpus and not of a sentence.
#
# **chrF** [7] does it with *characters*: runs of one to six of them, spaces left out. It asks for precision $P$ and for *recall* $R$, the share of the
# reference's runs that were written, and joins them as $(1 + \beta^2) P R / (\beta^2 P + R)$. With $\beta = 2$ recall weighs twice. A word with a wrong ending still gets most of its points. "rote" for "rot",
# with runs of one and two:

# %%
precision = (3 / 4 + 2 / 3) / 2  # r, o, t of four letters; ro, ot of three pairs
recall = (3 / 3 + 2 / 2) / 2
by_hand = 100 * 5 * precision * recall / (4 * precision + recall)  # recall weighs twice: 2² = 4
print(f"chrF of two lengths: {by_hand:.1f}")
assert np.isclose(CHRF(char_order=2).corpus_score(["rote"], [["rot"]]).score, by_hand)

# %% [markdown]
# A BLEU score without its recipe means little: how was the text cut into words, and how is a count of 0 treated? `sacrebleu` writes it down as a *signature*. (`smooth:exp`: where no run
# of a length is right, a small number that is halved each time stands in for 0.) In Chinese
# there are no spaces, so each character counts as a word:

# %%
from llmai_edu.evaluation import bleu_signature

print(bleu_signature("fr"), bleu_signature("zh"), sep="\n")
assert "tok:13a" in bleu_signature("fr")
assert "tok:zh" in bleu_signature("zh")

# %% [markdown]
# ## Simple opponents
#
# A score means something beside the score of something simple. Two opponents need no training. *Copy* hands the English back:
# many countries and dishes have the same name in French, or nearly. *Nearest* looks for the training name that is most similar, by
# shared runs of three letters, and hands out *its* translation, unchanged.
#
# Before you run the next cell, guess: can a network that writes new names beat somebody who can only repeat old ones?

# %%
from llmai_edu.evaluation import score_translations


def trigrams(text):
    padded = f" {text.lower()} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}


def nearest(pairs, name):
    """The translation of the training name with the largest share of runs of three letters in common."""
    asked = trigrams(name)
    shared = lambda known: len(asked & known) / len(asked | known)
    return pairs[int(np.argmax([shared(known) for known in known_trigrams]))].foreign


# %%
known_trigrams = [
    trigrams(pair.english) for pair in train
]  # the English is the same in all languages
contestants = {
    "copy": [name.lower() for name in english],
    "nearest": [nearest(train, name) for name in english],
    "attention": written,
}
french, perfect = {}, {}
for who, texts in contestants.items():
    french[who] = score_translations(
        texts, references, language="fr", rng=np.random.default_rng(seed)
    )
    perfect[who] = np.mean([text == reference for text, reference in zip(texts, references)])
    print(
        f"{who:<10} BLEU {french[who]['bleu']}   chrF {french[who]['chrf']}   exact {perfect[who]:.0%}"
    )

# %%
assert french["nearest"]["chrf"].low > french["attention"]["chrf"].value
assert french["attention"]["chrf"].low > french["copy"]["chrf"].value
assert 25 < french["attention"]["chrf"].value < 41
assert perfect["nearest"] < 0.01 < perfect["attention"] < 0.12

# %% [markdown]
# Behind each score stands an interval. It comes from a *bootstrap*: the 198 names are drawn anew, some twice and some not at all, a thousand times, and 95 per
# cent of the scores lie in it. It says how far the score may be off because just these 198 names were drawn. It knows nothing of the chance in the
# training (other seeds).
#
# The network writes better French than somebody who hands the English back. But *nearest* beats it clearly. The names come in families, "woman judge" and "man
# judge", and whoever repeats the translation of a near relative gets most of its characters. The network is exactly right now and then, *nearest* hardly
# ever, and still *nearest* is ahead. A paper that had left it out would look much better.
#
# Look at the width of the intervals of the model, too: BLEU's is far wider than that of chrF. BLEU needs runs of *four* words, and a name has
# two or three words. Count how many runs of four there are:

# %%
fours = sum(max(0, len(reference.split()) - 3) for reference in references)
print(f"{len(references)} references, {fours} runs of four words in all of them together")
widths = {m: french["attention"][m].high - french["attention"][m].low for m in ("bleu", "chrf")}
assert fours < len(references)
assert widths["bleu"] > 1.3 * widths["chrf"]

# %% [markdown]
# One of the four precisions rests on this handful. That need not be the whole reason: a word is right or wrong as a whole, while chrF
# gives part of the points. For texts as short as these we go by chrF from here on. In Chinese a name has three or four characters, so there
# runs of six are as rare, and chrF's intervals will be the widest of all.
#
# ## Four languages, with attention and without
#
# One model in one language is an anecdote. The script `benchmarks/record_seq2seq.py` trained this very recipe for French, German, Spanish
# and Chinese, with attention and with one vector, with three seeds each, and stored what each wrote. All settings were chosen once, on French validation names,
# and are the same for both models: what suits one of them best need not suit the other. The test names were translated once. So what follows is *recorded*.
#
# Before you run the next cell, guess: how many points are the two apart, and which is ahead?

# %%
from llmai_edu.evaluation.recorded_translations import load_recorded_translations

languages = {"fr": "French", "de": "German", "es": "Spanish", "zh": "Chinese"}
kinds = ["nearest", "one vector", "attention"]
truth, outputs, table = {}, {}, {}
for code in languages:
    parts = split_pairs(load_emoji_names(code))
    truth[code] = [pair.foreign for pair in parts.test]
    outputs[code, "nearest"] = [[nearest(parts.train, name) for name in english]]
    for kind in kinds[1:]:
        runs = [run for run in load_recorded_translations(code) if run.model == kind]
        outputs[code, kind] = [run.test for run in sorted(runs, key=lambda run: run.seed)]
    for kind in kinds:
        table[code, kind] = [
            score_translations(
                texts, truth[code], language=code, rng=np.random.default_rng(seed)
            )
            for texts in outputs[code, kind]
        ]

# %%
for (code, kind), scores in table.items():
    for name in ("bleu", "chrf"):
        line = "   ".join(f"{run[name]:5.1f}" for run in scores)
        print(f"{languages[code]:<8} {kind:<11} {name}  {line}")

# %% alt="Corpus chrF on the test names for four languages, with 95 per cent intervals. Nearest, crosses, is highest in French, German and Spanish, at 43 to 46. The three seeds of one vector, circles, and of attention, squares, lie below it between 30 and 39, side by side. In Chinese all are between 20 and 29, with wide intervals."
_, axes = new_axes(7.0, 3.6)
for k, (kind, marker) in enumerate(zip(kinds, "xos")):
    for place, code in enumerate(languages):
        for i, run in enumerate(table[code, kind]):
            chrf, x = run["chrf"], place + 0.28 * (k - 1) + 0.07 * (i - 1) * (k > 0)
            bars = [[chrf.value - chrf.low], [chrf.high - chrf.value]]
            label = kind if place + i == 0 else None
            axes.errorbar(
                x, chrf.value, bars, fmt=marker, color=PALETTE[[7, 3, 0][k]], ms=6, label=label
            )
axes.set_xticks(range(4), languages.values())
axes.set(ylabel="chrF, test names", ylim=(0, 60))
axes.legend(loc="lower left", ncols=3)
plt.show()

# %% [markdown]
# Two such intervals cannot be compared by eye: both models were tested on the same names, and a hard name is hard for both. So the
# *difference* is bootstrapped: in each redrawn test, attention minus one vector, seed by seed. If the interval has 0 in it, the sign is not sure.

# %%
from llmai_edu.evaluation import compare_translations

gains, behind = {}, {}
for code, name in languages.items():
    given_to = {"language": code, "resamples": 500}
    for i, (ours, plain_one) in enumerate(
        zip(outputs[code, "attention"], outputs[code, "one vector"])
    ):
        rng = np.random.default_rng([seed, i])
        gains[code, i] = compare_translations(
            ours, plain_one, truth[code], rng=rng, **given_to
        )["chrf"]
        closest = outputs[code, "nearest"][0]
        for kind, texts in (("attention", ours), ("one vector", plain_one)):
            behind[code, kind, i] = compare_translations(
                closest, texts, truth[code], language=code, resamples=250, rng=rng
            )["chrf"]
    shown = "   ".join(str(gains[code, i]) for i in range(len(outputs[code, "attention"])))
    print(f"{name:<8} attention - one vector: {shown}")
sure = [key for key, gain in gains.items() if gain.excludes_zero]
print(f"{len(sure)} of {len(gains)} intervals leave out zero")

# %%
assert len(gains) == 12
assert sure == [("fr", 1)]
assert gains["fr", 1].high < 0
assert all(gains[key].value < 5 for key in gains)
assert any(gain.value < 0 for gain in gains.values())
assert any(gain.value > 0 for gain in gains.values())
for (code, _, _), lead in behind.items():
    assert lead.low > 0 if code != "zh" else not lead.excludes_zero
six = [sum(max(0, len(t.replace(" ", "")) - 5) for t in truth[code]) for code in languages]
print("runs of six characters in the references:", dict(zip(languages, six)))
assert six[-1] < 100 < 1000 < min(six[:-1])
wide = {
    key: max(run["chrf"].high - run["chrf"].low for run in runs) for key, runs in table.items()
}
assert min(wide["zh", kind] for kind in kinds) > max(
    wide[code, kind] for code in ("fr", "de", "es") for kind in kinds
)

# %% [markdown]
# Attention does not help here. One of the twelve intervals leaves out zero, and it speaks *against* attention (French, seed 1); the sign is not always the
# same. (Of twelve intervals of 95 per cent one may well miss by chance.) And *nearest* is ahead of both models in French, German and Spanish, with every seed.
# In Chinese no sign is sure.
#
# This is no contradiction to the digits. There, twelve digits had to go through the vector, and only their exact copy counted. A name has
# two words on average. Whether more training text, longer texts or other settings would change this, the table cannot say. The paper of Bahdanau and his colleagues
# trained on 348 million words, and found the largest difference on long sentences [4]. We trained on some three thousand:

# %%
n_words = np.array([len(name.split()) for name in english])
read_words = sum(len(pair.english.split()) for pair in train)
print(f"{read_words:,} English words to train on; {n_words.mean():.1f} a name in the test")
assert 2800 < read_words < 3400
assert 1.7 < n_words.mean() < 2.3

# %% [markdown]
#
# ## What the points are made of
#
# Where do they come from? Let us take the test apart: names all of whose English words stood in the training, in another
# combination, and names with at least one new word. And names by their number of words.

# %%
words_known = {word for pair in train for word in pair.english.lower().split()}
known = np.array([set(name.lower().split()) <= words_known for name in english])
groups = {"all words known": known, "a new word": ~known}
groups |= {"one word": n_words == 1, "two words": n_words == 2, "three or more": n_words > 2}


def chrf_of(texts, references, chosen):
    """Corpus chrF of some of the texts."""
    picked = [(t, r) for t, r, is_in in zip(texts, references, chosen) if is_in]
    ours, theirs = zip(*picked)
    return CHRF().corpus_score(ours, [theirs]).score


# %%
parts_of = {}
for group, chosen_names in groups.items():
    for code in languages:
        for kind in kinds:
            scores = [chrf_of(o, truth[code], chosen_names) for o in outputs[code, kind]]
            parts_of[group, code, kind] = np.mean(scores)
    line = "  ".join(
        f"{code} " + " / ".join(f"{parts_of[group, code, kind]:4.1f}" for kind in kinds)
        for code in languages
    )
    print(f"{group:<16} {chosen_names.sum():>3} names   {line}")
print("each: nearest / one vector / attention, the mean over the seeds")

# %%
for code in languages:
    for kind in kinds:
        assert (
            parts_of["all words known", code, kind] > 1.7 * parts_of["a new word", code, kind]
        )
        assert parts_of["three or more", code, kind] > parts_of["one word", code, kind]
longest = {
    code: parts_of["three or more", code, "attention"]
    - parts_of["three or more", code, "one vector"]
    for code in languages
}
assert [code for code in languages if longest[code] > 0] == ["zh"]
assert 0.6 < (~known).mean() < 0.7
assert known[n_words > 2].mean() > 2 * known[n_words == 1].mean()

# %% [markdown]
# Two thirds of the test names have a word in them that no training name has. An unseen word can only be guessed or copied, and there the scores are low
# for all three, in every language. Where the words are known the scores are more than 1.7 times as high.
#
# The longer names score *higher* than the one-word names. They are also more than twice as often made of known words ("person running facing right"). And on
# three words or more attention is ahead in Chinese only: these lengths do not show the bottleneck.
#
# ## Does the attention mean anything?
#
# A picture proves little; one finds a pattern in most. So a number. French puts the colour behind the noun, English before it: "purple circle" becomes
# "disque violet". When the model writes "violet", does it look at "purple", which stands *before* the word that it
# has just translated? Take every name with a colour word in it, in which the right French colour was written, and sum the weights on all pieces of the
# English colour, in those rows in which pieces of the French colour were written. For comparison: the same sum in the other rows, and what an even
# look would give.


# %%
def word_numbers(bpe, ids):
    """For each piece, which word it belongs to: a new one begins with a space."""
    return np.cumsum([bpe.id_to_bytes(i - 3).startswith(b" ") for i in ids])


# %%
def colour_looks(name, text, one):
    """The share of the look on the colour: when it was written, at other steps, and if the look were even."""
    from_word = word_numbers(english_bpe, source_ids(name)[:-1])  # (S - 1,)
    row_word = word_numbers(french_bpe, one.ids)  # (T - 1,)
    for j, word in enumerate(name.lower().split()):
        begin = colours.get(word, "?")
        # the French words that begin like the colour, and the rows that wrote them
        hits = [w for w, french in enumerate(text.split()) if french.startswith(begin)]
        writes = np.isin(row_word, hits)
        if writes.any() and not writes.all():
            # in each row, the sum over the pieces of the English colour
            on_colour = one.weights[: len(row_word), :-1][:, from_word == j].sum(1).numpy()
            even = (from_word == j).sum() / (len(from_word) + 1)
            return on_colour[writes].mean(), on_colour[~writes].mean(), even


# %%
looks = {}
for part in ("train", "held out"):
    pairs = train if part == "train" else [*valid, *test]
    texts, given_all = to_french(model, names := [pair.english for pair in pairs])
    rows = [colour_looks(*row) for row in zip(names, texts, given_all)]
    looks[part] = np.array([row for row in rows if row])
    writing, elsewhere, even = looks[part].mean(0)
    print(
        f"{part:<9} {len(looks[part]):>2} names: on the colour word when the colour is written "
        f"{writing:.0%}, at other steps {elsewhere:.0%}, an even look {even:.0%}"
    )

# %% [markdown]
# The model writes the right colour for most training names that have one, but its look is not on the colour word: not even half of it is. With
# the digits most of the look was where it was due. And this is one model. Change `seed` in the first code cell and run the page again before you
# believe it of others.

# %%
coloured = [pair.english for pair in train if set(pair.english.lower().split()) & set(colours)]
print(f"right colour written for {len(looks['train'])} of {len(coloured)} training names")
assert looks["train"][:, 0].mean() < 0.5
assert len(looks["train"]) > 0.6 * len(coloured)
assert exact > 0.6  # of the digits

# %% [markdown]
# So the map at the top of the page, of one name and one model, is a picture and no finding.
#
# A model need not look at the word that it translates. The encoder reads in both directions, so the state at "circle" may hold the colour as well. We have not
# tested that this is the reason. What the numbers do say: weights are what the model *averaged*, no proof of what it
# *used*. Do not take attention for an explanation without such a count [8].
#
# ## A correction
#
# One reads that large language models "generate with seq2seq or with a variational autoencoder". Neither is so for the chat models of today. That of lesson 00 is
# *decoder-only*: one stack of layers reads the question and goes on with the answer, from left to right, as a language model. Encoder and decoder live on
# in models for tasks that have a source and a target, such as T5 (lesson 14). What today's models did keep from this page is attention.
#
# ## What we have now, and what it cannot do
#
# - An encoder that reads and a decoder that writes, trained with teacher forcing, decoded greedily, in batches that padding does not disturb.
# - One vector was a bottleneck: after the same 250 steps hardly any row of twelve digits came through, with attention nearly all did.
# - BLEU and chrF, from their definition and from the reference implementation, with intervals. On names of two words BLEU's
#   longest runs are a handful, and its intervals wide.
# - On these names attention made no sure difference, and a look-up of the nearest known name beat both networks in three of four languages. Fifteen hundred
#   short names are too few to learn a language from, and a simple opponent is what shows it.
# - The model knows nothing beyond its names, cannot take in a new word, and what it learned about twelve digits does not hold for sixteen.
# - It is slow, because each step waits for the one before, in the encoder as well. Within a step all places are scored at once;
#   only the query has to wait for the recurrence. Lesson 11 keeps
#   the attention and leaves out the recurrence. Lesson 26 comes back to translation with more text.
#
# **Try it:** the [exercise sheet](../exercises/09_seq2seq.ipynb) asks you to mend an attention with another score, to extend BLEU to several references,
# and to show a decoder its own mistakes.
#
# **Sources**
#
# [1] I. Sutskever, O. Vinyals and Q. V. Le, [*Sequence to Sequence Learning with Neural Networks*](https://arxiv.org/abs/1409.3215), 2014.
#
# [2] K. Cho and others, [*Learning Phrase Representations using RNN Encoder–Decoder for Statistical Machine
# Translation*](https://arxiv.org/abs/1406.1078), 2014.
#
# [3] R. J. Williams and D. Zipser, [*A Learning Algorithm for Continually Running Fully Recurrent Neural
# Networks*](https://doi.org/10.1162/neco.1989.1.2.270), 1989.
#
# [4] D. Bahdanau, K. Cho and Y. Bengio, [*Neural Machine Translation by Jointly Learning to Align and
# Translate*](https://arxiv.org/abs/1409.0473), 2014.
#
# [5] K. Papineni, S. Roukos, T. Ward and W.-J. Zhu, [*BLEU: a Method for Automatic Evaluation of Machine
# Translation*](https://aclanthology.org/P02-1040/), 2002.
#
# [6] M. Post, [*A Call for Clarity in Reporting BLEU Scores*](https://aclanthology.org/W18-6319/), 2018.
#
# [7] M. Popović, [*chrF: character n-gram F-score for automatic MT evaluation*](https://aclanthology.org/W15-3049/), 2015.
#
# [8] S. Jain and B. C. Wallace, [*Attention is not Explanation*](https://arxiv.org/abs/1902.10186), 2019.
#
# [9] K. Cho, B. van Merriënboer, D. Bahdanau and Y. Bengio, [*On the Properties of Neural Machine Translation: Encoder–Decoder
# Approaches*](https://arxiv.org/abs/1409.1259), 2014.
#
# *Prose CC BY 4.0, code MIT, the llmai_edu authors. Emoji names: Unicode CLDR (Unicode License v3), packaged in `emoji`
# (BSD-3-Clause).*
