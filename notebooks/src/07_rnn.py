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
# # Recurrence, and gradients that vanish
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/notebooks/07_rnn.ipynb)
# <!-- colab:end -->
#
# *About 100 minutes to read, 75 seconds to run on two CPU cores, 1.5 GB. Needs: lesson 05.*
#
# Both the n-gram of lesson 02 and the network of lesson 05 look at the last few tokens and forget the rest. On this page you build a
# network that reads one token after another and carries a *state* along: a list of numbers, in which it can keep what
# it needs of everything that it has read. You will see how it is trained, and why the gradient has a hard time on its way back
# through many steps. From lesson 05 you need the gradient, the chain rule, Adam and the training loop.

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
from collections import defaultdict

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.device import seed_everything
from llmai_edu.evaluation import known_source, ladder_text, nats_to_bits
from llmai_edu.models.recurrent_lm import RecurrentLM
from llmai_edu.training import Adam, NextTokenLoss, StreamBatches, Trainer, cosine
from llmai_edu.viz import PALETTE, ladder_chart, new_axes

seed = 0
generator = seed_everything(seed)  # also seeds torch's own random numbers
rng = np.random.default_rng(seed)
text = ladder_text()

# %% [markdown]
# ## The result first
#
# Remember the source of lesson 02. It writes letters, and now and then it opens a bracket of one of four kinds; later it closes it with the
# same kind. In between may stand two symbols or fifty. Whoever does not see the opening bracket can only guess its kind: one chance in four.
#
# The next cells train a *recurrent neural network*, RNN for short, on such a text. It takes some six seconds. How it works is
# the subject of the page. (`tied` is explained at the language model below.)

# %%
source = known_source(seed=0)
column = np.zeros(256, int)
column[list(source.symbols)] = range(len(source.symbols))  # byte -> number of the symbol


def draw_symbols(n):
    """n symbols of the source, as numbers from 0 to 34."""
    return torch.from_numpy(column[np.frombuffer(source.sample(n, rng), np.uint8)])


symbols, new_symbols = draw_symbols(1_000_000), draw_symbols(60_000)

# %%
reader = RecurrentLM(35, nn.RNN(64, 128, batch_first=True), tied=False, generator=generator)
optimizer = Adam(reader.parameters(), lr=0.01)
batches = StreamBatches(symbols, batch_size=64, steps=32)
options = {"clip": 1.0, "schedule": cosine, "progress": False}
history = Trainer(reader, NextTokenLoss(), batches, optimizer, **options).run(steps=600)

# %% [markdown]
# Now the test, on new text. At each closing bracket we ask: how did the model share its probability among the four kinds, and how much of it
# went to the right one? We note it by how far back the opening bracket stands. The n-gram of order 6, which has counted a
# million symbols, is asked the same.
#
# Before you look at the picture, guess both curves: how do they go on beyond five symbols?

# %%
from llmai_edu.models.kneser_ney import ModifiedKneserNey

CLOSING = [28, 30, 32, 34]  # the numbers of ) ] } >; each opening bracket is one less
sample = [bytes(source.symbols[i] for i in symbols.tolist())]
counted = ModifiedKneserNey.fit(sample, order=6)
with torch.no_grad():
    chances = reader(new_symbols[None])[0][0].softmax(-1).numpy()  # (60000, 35)
found = {"RNN": defaultdict(list), "n-gram, order 6": defaultdict(list)}
numbers = new_symbols.tolist()
for t in range(100, len(numbers) - 1):
    if (right := numbers[t + 1]) in CLOSING:
        distance = next(d for d in range(1, t) if numbers[t + 1 - d] == right - 1)
        context = bytes(source.symbols[i] for i in numbers[t - 4 : t + 1])
        table = counted.distribution(context)[[source.symbols[i] for i in CLOSING]]
        shares = {"RNN": chances[t, CLOSING], "n-gram, order 6": table}
        for name, share in shares.items():
            found[name][distance].append(share[CLOSING.index(right)] / share.sum())

# %% alt="Share of the probability that the right closing bracket gets among the four kinds, against the distance to the opening one. The n-gram has nearly 1 up to distance 5 and falls to a quarter, the dashed line of guessing, beyond it. The RNN stays far above the line, also at distances of more than 16."
ranges = [(1, 2), (3, 5), (6, 8), (9, 16), (17, 32), (33, 80)]
means = {
    name: [np.mean([x for d in range(a, b + 1) for x in at[d]]) for a, b in ranges]
    for name, at in found.items()
}
_, axes = new_axes(6.5, 3.3)
for (name, values), style in zip(means.items(), ("o-", "s--")):
    axes.plot(range(len(ranges)), values, style, label=name)
axes.axhline(0.25, color="#555555", ls=":", label="guessing")
axes.set_xticks(range(len(ranges)), [f"{a}–{b}" for a, b in ranges])
axes.set(
    xlabel="symbols since the bracket was opened",
    ylabel="share of the right kind",
    ylim=(0, 1.05),
)
axes.legend()
plt.show()

# %%
for name, values in means.items():
    print(f"{name:<16}", [f"{value:.2f}" for value in values])
assert min(means["n-gram, order 6"][:2]) > 0.75
assert all(0.2 < value < 0.35 for value in means["n-gram, order 6"][2:])
assert means["RNN"][4] > 0.5

# %% [markdown]
# The n-gram sees five symbols. Beyond them it guesses, and no amount of text would help. The RNN has the larger part of its
# probability at the right kind also when the bracket was opened 17 to 32 symbols ago. It has *one* state of 128 numbers,
# and in it this bracket survives all the letters in between.
#
# It is not better at everything. Most symbols are letters, and a letter depends on the two symbols before it, which the n-gram sees. So over
# *all* symbols, the n-gram of order 6 is ahead of this short training, and the one of order 3, the best of lesson 02, is ahead of both:

# %%
rnn_bits = nats_to_bits(
    F.cross_entropy(torch.from_numpy(chances[100:-1]).log(), new_symbols[101:]).item()
)
new_text = bytes(source.symbols[i] for i in numbers)
sixth, third = (
    nats_to_bits(-model.log_prob(new_text)[101:].mean())
    for model in (counted, ModifiedKneserNey.fit(sample, order=3))
)
print(f"RNN {rnn_bits:.3f}, n-gram of order 6 {sixth:.3f}, of order 3 {third:.3f}")
print(f"entropy of the source {source.entropy_rate:.3f} bits a symbol")
assert rnn_bits > source.entropy_rate + 0.1
assert third < sixth < rnn_bits

# %% [markdown]
# ## Why not a wider window?
#
# The MLP language model of lesson 05 could be given fifty tokens instead of four. But its first layer has weights of its own for every
# place of the window. What it learns about a bracket at place 7 says nothing about a bracket at place 8, and there is always a place 51.
#
# So do not widen the window. Read the text step by step, use the *same* weights at each step, and let the network hand itself
# a note. The note is the state $h$ (for *hidden*): a vector of $H$ numbers. At each step the new state comes from the new
# input and from the old state:
#
# $$h_t = \tanh(W x_t + U h_{t-1} + b)$$
#
# $x_t$ is the vector of the token at step $t$, with $C$ numbers. $W$ is a matrix with $H$ rows and $C$ columns, $U$ has $H$ rows and $H$ columns, $b$ holds $H$
# numbers. This is Elman's network of 1990 [1]. *Recurrent* means: coming back. The state comes back into the formula that made it.
# The first state is all zeros.
#
# In the slowest form, number by number, for one text:


# %%
def states_loops(xs, h, w, u, b):
    """The state after each step, for one text: xs holds T lists of C numbers."""
    states = []
    for x in xs:
        new = []
        for i in range(len(b)):
            total = b[i]
            total += sum(w[i][j] * x[j] for j in range(len(x)))
            total += sum(u[i][j] * h[j] for j in range(len(h)))
            new.append(math.tanh(total))
        h = new  # from now on, this is the state
        states.append(h)
    return states


# %% [markdown]
# The library does the same with matrices, for a *batch* of B texts side by side. `@` multiplies matrices, and `.T` turns one
# over, because each text is a row. It calls $W$ `w_ih`, from the input to the hidden state, and $U$ `w_hh`, from hidden to hidden:


# %% quote="llmai_edu.models.rnn:rnn_cell"
def rnn_cell(
    x: torch.Tensor, h: torch.Tensor, w_ih: torch.Tensor, w_hh: torch.Tensor, bias: torch.Tensor
) -> torch.Tensor:
    """One step: the new state from the new input and the old state, tanh(W x + U h + b).

    tanh keeps every number of the state between -1 and 1, however long the text; ReLU would not.

    x: (B, C). h: (B, H). w_ih: (H, C). w_hh: (H, H). bias: (H,). Returns (B, H).

    >>> one = torch.ones(1, 1)
    >>> rnn_cell(one, torch.zeros(1, 1), one, one, torch.zeros(1)) == one.tanh()
    tensor([[True]])
    """
    return torch.tanh(x @ w_ih.T + h @ w_hh.T + bias)


# %% quote="llmai_edu.models.rnn:rnn_states"
def rnn_states(
    x: torch.Tensor, h: torch.Tensor, w_ih: torch.Tensor, w_hh: torch.Tensor, bias: torch.Tensor
) -> torch.Tensor:
    """Read a sequence step by step; return the state before it and after each step.

    x: (B, T, C). h: (B, H). Returns (B, T + 1, H).
    """
    states = [h]
    for x_t in x.unbind(
        1
    ):  # (B, C): step t needs the state of step t - 1, so there is no way around the loop
        states.append(rnn_cell(x_t, states[-1], w_ih, w_hh, bias))
    return torch.stack(states, dim=1)


# %% [markdown]
# Note the loop in `rnn_states`. The step at $t$ needs the state of $t-1$, so the steps cannot be done at the same time. This is the price of a state, and
# later lessons come back to it. Do the three forms agree: ours in loops, the library's, and torch's own layer with the same weights?

# %%
from llmai_edu.models.rnn import RNN

theirs = nn.RNN(3, 5, batch_first=True)
ours = RNN(3, 5, generator=generator)
theirs.load_state_dict(ours.state_dict())  # copy the weights
x = torch.randn(2, 7, 3, generator=generator)  # (B, T, C)
w_ih, w_hh = ours.weight_ih_l0.detach(), ours.weight_hh_l0.detach()
bias = (ours.bias_ih_l0 + ours.bias_hh_l0).detach()

# %%
states = rnn_states(x, torch.zeros(2, 5), w_ih, w_hh, bias)  # (B, T + 1, H)
slow = states_loops(x[1].tolist(), [0.0] * 5, w_ih.tolist(), w_hh.tolist(), bias.tolist())
torch.testing.assert_close(torch.tensor(slow), states[1, 1:])
torch.testing.assert_close(states[:, 1:], theirs(x)[0])
torch.testing.assert_close(ours(x), theirs(x))  # every state, and the last one
print("loops = library = torch.nn.RNN:", tuple(states.shape))

# %% [markdown]
# (torch keeps two biases where one would do: only their sum matters. Our `RNN` keeps both, so that weights can be copied.)
#
# ## Why tanh?
#
# One often reads that the activation of a recurrent layer is ReLU: everything below 0 becomes 0, the rest stays. That is usual in
# networks without a loop; lesson 06 used it. In a recurrent layer the usual one is tanh, which presses every number into the
# range from −1 to 1. Let us see what either does to a state over 100 steps. The inputs are random, and so is the recurrent
# matrix $U$. We draw it three times as large in one case as in the other.

# %%
hidden = 64
unit = torch.randn(hidden, hidden, generator=generator) / hidden**0.5
inputs = torch.randn(100, 16, hidden, generator=generator) / 2  # what W x would give: (T, B, H)
lengths = {}
for size in (0.7, 2.1):
    for name, bend in (("tanh", torch.tanh), ("ReLU", torch.relu)):
        h, path = torch.zeros(16, hidden), []
        for x_t in inputs:
            h = bend(x_t + h @ (size * unit).T)
            path.append(h.norm(dim=1).mean().item())
        lengths[f"{name}, {'larger' if size > 1 else 'smaller'} U"] = path

# %% alt="The length of the state against the step, 1 to 100, on a logarithmic axis, for tanh and ReLU, each with a smaller and a larger recurrent matrix. Three curves stay level, below 10. ReLU with the larger matrix is a rising straight line, and passes a million."
_, axes = new_axes(6.5, 3.3)
for (name, path), style in zip(lengths.items(), ("-", "--", "-.", ":")):
    axes.semilogy(range(1, 101), path, style, lw=2, label=name)
axes.set(xlabel="step", ylabel="length of the state")
axes.legend()
plt.show()

# %%
for name, path in lengths.items():
    print(f"{name:<16} after 10 steps {path[9]:10.3g}, after 100 steps {path[-1]:10.3g}")
assert max(lengths["tanh, larger U"]) <= hidden**0.5
assert lengths["ReLU, smaller U"][-1] < 10
assert lengths["ReLU, larger U"][-1] > 1e6
growth = (lengths["ReLU, larger U"][-1] / lengths["ReLU, larger U"][9]) ** (1 / 90)
print(f"ReLU, larger U: {growth:.2f} times as long at each step")
assert growth > 1.25

# %% [markdown]
# With the larger matrix, the ReLU state grows by more than a quarter a step, and after a hundred steps it is beyond all use. The tanh state cannot be longer than
# $\sqrt{H} = 8$, whatever the matrix. With the smaller matrix ReLU does no harm here. But with ReLU, $U$ has to be of the right size, and stay so
# during training. (There are recurrent networks with ReLU that begin with $U$ as the identity matrix [2]; it is possible, but not
# the usual thing.)
#
# ## Backpropagation through time
#
# The loss stands at the end of the text, the weights were used at every step. How does the loss change when an entry of $U$ changes? Unroll the loop, as if each
# step were a layer of its own. Then it is the chain of lesson 05, with one difference: all the layers share the same weights. A small change of $U$
# acts at *every* step, so its effects add up.
#
# Take one-number networks first: $h_t = \tanh(w x_t + u h_{t-1} + b)$, and the loss is $(h_T - \text{target})^2$. Go back from the end. `g` is
# the derivative of the loss with respect to what stands inside the tanh of this step:


# %%
def bptt_one(xs, target, w, u, b):
    """Loss of a one-number network, and each step's share in the derivative with respect to u."""
    h = [0.0]
    for x in xs:
        h.append(math.tanh(w * x + u * h[-1] + b))
    from_later, shares = 2 * (h[-1] - target), []
    for t in reversed(range(len(xs))):
        # back through the tanh: its derivative is 1 - tanh²
        g = from_later * (1 - h[t + 1] ** 2)
        shares.append(g * h[t])  # here u was multiplied by the old state
        from_later = g * u  # and on to the state before
    return (h[-1] - target) ** 2, shares[::-1]


# %%
xs = rng.normal(size=12)
loss, shares = bptt_one(xs, target=0.5, w=1.0, u=0.9, b=0.1)
print("share of each step, the first one first:", [f"{share:.1e}" for share in shares])
up, down = (bptt_one(xs, 0.5, 1.0, 0.9 + nudge, 0.1)[0] for nudge in (1e-6, -1e-6))
# nudge u, and look at the loss
assert math.isclose(sum(shares), (up - down) / 2e-6, rel_tol=1e-4)

# %% [markdown]
# The sum of the shares is the derivative: nudging $u$ and measuring the loss gives the same number. Look also at the sizes. Each step further back has been
# multiplied once more by $u$ and by $1 - h^2$. Keep this in mind. (They do not fall evenly, because each share is also multiplied by the state
# at its step. The first one is 0, because $h_0 = 0$.)
#
# The library's version does it for matrices, and for a loss that may say something at every step, as a language model's does. `grad` holds
# what the loss says about each state directly:

# %%
from llmai_edu.models.rnn import RNNGrads


# %% quote="llmai_edu.models.rnn:bptt"
def bptt(
    grad: torch.Tensor,
    x: torch.Tensor,
    states: torch.Tensor,
    w_ih: torch.Tensor,
    w_hh: torch.Tensor,
) -> RNNGrads:
    """Backpropagation through time: go back step by step, adding up what each step says about the shared weights.

    grad: (B, T, H), what the loss says about each state directly. x: (B, T, C). states: (B, T + 1, H) as
    `rnn_states` returns them. Werbos 1990, "Backpropagation through time: what it does and how to do it".
    """
    g_ih, g_hh, g_bias = (
        torch.zeros_like(w_ih),
        torch.zeros_like(w_hh),
        torch.zeros_like(w_hh[0]),
    )
    g_x, from_later = torch.zeros_like(x), torch.zeros_like(states[:, 0])
    for t in reversed(range(x.shape[1])):
        g = (grad[:, t] + from_later) * (
            1 - states[:, t + 1] ** 2
        )  # (B, H): back through the tanh
        g_ih += g.T @ x[:, t]
        g_hh += g.T @ states[:, t]
        g_bias += g.sum(0)
        g_x[:, t] = g @ w_ih
        from_later = g @ w_hh  # and on to the state before: once more times the same matrix
    return RNNGrads(g_ih, g_hh, g_bias, g_x)


# %% [markdown]
# `+=` is where the shared weights add up, and `g @ w_hh` is where the gradient goes one step back. `RNNGrads` is only a name for the four results. Autograd,
# which you know from lesson 05, must find the same:

# %%
wanted = [t.clone().requires_grad_() for t in (w_ih, w_hh, bias, x)]
grad = torch.randn(2, 7, 5, generator=generator)
again = rnn_states(wanted[3], torch.zeros(2, 5), *wanted[:3])
expected = torch.autograd.grad(again[:, 1:], wanted, grad)
torch.testing.assert_close(tuple(bptt(grad, x, states, w_ih, w_hh)), expected)
print("our gradients of W, U, b and x equal autograd's")

# %% [markdown]
# ## A long text in pieces
#
# To go back, all states have to be kept. For a speech of thirty thousand tokens that is a lot of memory, and not one
# weight moves before the end is read. So one cuts. The text is read in pieces of, say, 32 steps. The *state* goes on from
# piece to piece. The *gradient* does not: it ends at the beginning of its piece. This is *truncated* backpropagation through time [3]:


# %%
from llmai_edu.models.state import State, detach


# %% quote="llmai_edu.models.rnn:truncated_bptt"
def truncated_bptt(
    model: nn.Module, ids: torch.Tensor, targets: torch.Tensor, steps: int, state: State = None
) -> tuple[float, State]:
    """Read a long text in pieces: the state goes on from piece to piece, the gradient stays within one.

    Memory is that of one piece, whatever the length. Gradients of all pieces add up in the parameters.

    model: (ids, state) -> (logits, state). ids, targets: (B, T). steps: the length of a piece. Returns the mean loss
    in nats and the state at the end. Williams and Peng 1990.
    """
    total = 0.0
    for piece, target in zip(ids.split(steps, dim=1), targets.split(steps, dim=1)):
        logits, state = model(piece, detach(state))
        loss = (
            F.cross_entropy(logits.flatten(0, 1), target.flatten(), reduction="sum")
            / targets.numel()
        )
        loss.backward()
        total += loss.item()
    return total, detach(state)


# %% [markdown]
# `detach` is the whole trick: the same numbers, but without the memory of how they came about. The function shows the cut and adds the gradients up; it moves no
# weight. Our `Trainer` makes the same cut, and takes a step after every piece. That is what `StreamBatches(..., steps=32)` did at the top.
#
# Does the cut save what it promises? We count the tensors that torch keeps for the way back, at the moment when it keeps the most. (You may skip
# how the next cell counts.)


# %%
import weakref


class Kept:
    """Counts the tensors that are kept for the way back, and remembers the most at any time."""

    def __init__(self):
        self.now = self.most = 0

    def pack(self, tensor):
        box = type("Box", (), {"tensor": tensor})()
        self.now += 1
        self.most = max(self.most, self.now)
        weakref.finalize(box, self.drop)
        return box

    def drop(self):
        self.now -= 1


def most_kept(model, length, steps):
    """Tensors kept at the most, when a text of this length is read in pieces of so many steps."""
    ids, kept = new_symbols[None, : length + 1], Kept()
    with torch.autograd.graph.saved_tensors_hooks(kept.pack, lambda box: box.tensor):
        truncated_bptt(model, ids[:, :-1], ids[:, 1:], steps)
    return kept.most


# %%
small = RecurrentLM(35, RNN(8, 16), generator=generator)
for length in (64, 256, 1024):
    whole, pieces = most_kept(small, length, length), most_kept(small, length, 32)
    print(f"{length:>5} steps: in one piece {whole:>6}, in pieces of 32 {pieces:>6}")
assert 3.5 < most_kept(small, 1024, 1024) / most_kept(small, 256, 256) < 4.1
assert most_kept(small, 1024, 32) == most_kept(small, 64, 32)

# %% [markdown]
# In one piece, what is kept grows with the text. In pieces it does not grow at all. The price: the gradient does not know about anything
# that happened before the piece. What it costs depends on how much gradient would have come from there. So let us measure that.
#
# ## Gradients that vanish
#
# How much does the state after 50 steps change, when the input at the first step changes a little? By the chain rule, that is a product
# of 50 matrices, one for each step. The matrix of one step, which says how the new state changes with the old one, is called
# its *Jacobian*. For our cell it is $U$, with each row multiplied by a derivative of tanh:
#
# $$\frac{\partial h_t}{\partial h_{t-1}} = D_t\, U, \qquad D_t \text{ diagonal with the entries } 1 - h_{t,i}^2$$
#
# Begin with one number and without the tanh. Fifty factors of 0.9 make $0.9^{50} = 0.005$. Fifty of 1.1 make 117. Only at 1 nothing happens.

# %%
print(f"{0.9**50:.4f}  {1.1**50:.0f}")
assert round(0.9**50, 3) == 0.005
assert round(1.1**50) == 117

# %% [markdown]
# With matrices, two numbers take the place of the factor. The largest *singular value* of $U$ is the most by which $U$ lengthens any vector
# in one step. The *spectral radius* is the largest absolute value of its *eigenvalues*, the factors by which $U$ stretches
# the directions that it does not turn; it rules what happens over many steps. (Where a matrix turns, as a rotation does, its eigenvalues are
# complex numbers, and their absolute value still says how much it stretches.) Entries of $D_t$ are between 0 and 1. So if the largest singular
# value is $\sigma$, fifty steps cannot lengthen a gradient more than $\sigma^{50}$ times [4].
#
# The simplest case is a $U$ that is $\rho$ times a rotation (or a reflection, which does not stretch, either). All its singular values are $\rho$, and so is its spectral radius. The library's
# function measures what reaches each input:


# %% quote="llmai_edu.models.rnn:gradient_norms"
def gradient_norms(
    recurrent: nn.Module, x: torch.Tensor, *, generator: torch.Generator | None = None
) -> torch.Tensor:
    """How much the last state would change if the input at each step changed a little.

    Backpropagates a random direction of the last output, and measures the gradient that reaches each input.
    Through T steps it is multiplied T times by the recurrent matrix: it vanishes or explodes.

    recurrent: `RNN`, `LSTM` or torch's, batch first. x: (B, T, C). generator: draws the direction. Returns (T,), the
    mean over the batch; the last entry has had the shortest way.

    >>> gradient_norms(RNN(3, 5), torch.zeros(2, 7, 3)).shape
    torch.Size([7])
    """
    x = x.detach().requires_grad_()
    y, _ = recurrent(x)  # (B, T, H)
    direction = F.normalize(torch.randn(y[:, -1].shape, generator=generator), dim=1).to(y)
    (grad,) = torch.autograd.grad((y[:, -1] * direction).sum(), x)  # (B, T, C)
    return grad.norm(dim=2).mean(0)


# %% [markdown]
# We do it for $\rho = 0.9$, 1 and 1.1. With inputs of 0 the state stays 0, where tanh has the slope 1: there the network is as good
# as linear. With random inputs, the tanh is at work.
# We look at the last input and the 50 before it. 100 more come before those, so that the state has left the 0 of its beginning. Before you run the next cell, guess: what does it do to the curve of 1.1?

# %%
rotation = torch.linalg.qr(torch.randn(hidden, hidden, generator=generator))[0]


def gradient_ratio(recurrent_matrix, inputs):
    """The gradient at the last 51 inputs, relative to the last one: (51,)."""
    layer = RNN(hidden, hidden, generator=generator)
    layer.weight_hh_l0.data = recurrent_matrix
    layer.weight_ih_l0.data = torch.eye(hidden)  # each input goes to one number of the state
    nn.init.zeros_(layer.bias_ih_l0), nn.init.zeros_(layer.bias_hh_l0)
    norms = gradient_norms(layer, inputs, generator=generator)
    return (norms / norms[-1])[-51:]


# %%
before = torch.randn(16, 100, hidden, generator=torch.Generator().manual_seed(seed)) / 5
noise = torch.randn(16, 51, hidden, generator=generator) / 5  # the last input, and 50 before it
noise = torch.cat([before, noise], dim=1)
curves = {}
for rho in (1.1, 1.0, 0.9):
    curves[f"{rho}, linear"] = gradient_ratio(rho * rotation, 0 * noise)
    curves[f"{rho}, tanh"] = gradient_ratio(rho * rotation, noise)

# %% alt="The gradient at an input against how many steps back it lies, 0 to 50, on a logarithmic axis. Three straight lines for the linear network: 1.1 rises to about 100, 1.0 stays at 1, 0.9 falls to 0.005. Three dashed curves for tanh, all falling: from 1.1 at about 0.04 to 0.9 below 0.0001."
_, axes = new_axes(6.5, 3.8)
for (name, curve), (style, marker, color) in zip(
    curves.items(), [("-", m, c) for m, c in zip("^os", PALETTE) for _ in range(2)]
):
    style = "--" if "tanh" in name else "-"
    axes.semilogy(
        range(51), curve.flip(0), style, marker=marker, markevery=10, color=color, label=name
    )
axes.set(xlabel="steps back", ylabel="gradient, relative to 0 steps back")
axes.legend(title="size of U", ncols=2, fontsize=8)
plt.show()

# %%
for name, curve in curves.items():
    print(f"{name:<12} 50 steps back: {curve[0]:.1e}")
ratio = {name: curve[0].item() for name, curve in curves.items()}
for rho in (0.9, 1.0, 1.1):
    assert math.isclose(ratio[f"{rho}, linear"], rho**50, rel_tol=0.01)
assert ratio["0.9, tanh"] < 1e-3
assert ratio["1.0, tanh"] < 0.01
assert ratio["1.1, tanh"] < 0.2

# %% [markdown]
# The linear network does what the numbers said: 0.005, 1, 117. With the tanh,
# *all three* vanish, even 1.1: wherever the state is large, the slope of the tanh is small. The gradient from 50 steps back
# is there, but it is a hundredth or less of the nearest one for $\rho = 1$, and less than a thousandth for $\rho = 0.9$. In the sum over all
# steps, the near past drowns the far one. This is the *vanishing gradient* [5].
#
# The bound with the singular value says when a gradient *must* vanish. It does not say when it must grow. A matrix of random numbers shows the difference:

# %%
wild = torch.randn(hidden, hidden, generator=generator)
wild /= torch.linalg.eigvals(wild).abs().max()  # spectral radius 1
sigma = torch.linalg.matrix_norm(wild, 2).item()
measured = gradient_ratio(wild, 0 * noise)[0].item()
print(
    f"largest singular value {sigma:.2f}: the bound is {sigma**50:.0e}, measured {measured:.2f}"
)
assert sigma > 1.3
assert measured < 1.5

# %% [markdown]
# The direction that this matrix stretches most is turned away by the next step, so that the stretching does not add up. (It is not 1, either: of a
# random direction, only the part along the largest eigenvalues survives the fifty steps.)
#
# ## Gradients that explode
#
# If $U$ is large enough, the tanh loses. Then the gradient grows, step after step. It is called an *exploding gradient*:

# %%
grown = {rho: gradient_ratio(rho * rotation, noise)[0].item() for rho in (1.5, 2.0, 3.0)}
print({rho: f"{value:.0e}" for rho, value in grown.items()})
assert 1 < grown[1.5] < grown[2.0] < grown[3.0]
assert grown[2.0] > 100

# %% [markdown]
# A large gradient means: a small change of a weight changes the loss a lot. Drawn, that is a cliff. Here is one, for a one-number network without
# inputs. It starts at $h = 0.2$, pulled up by $u$ and down by a small negative bias. The target is −0.6. After fifty steps it has ended above or below 0, and at one
# value of $u$ it tips over:


# %%
def tipping_loss(u, steps=50):
    """(h - target)² after so many steps of h = tanh(u h + b)."""
    h = torch.full_like(u, 0.2)
    for _ in range(steps):
        h = torch.tanh(u * h - 0.04)
    return (h + 0.6) ** 2


# %%
us = torch.linspace(1.0, 1.6, 1201, dtype=torch.float64, requires_grad=True)
cliff = tipping_loss(us)
(slope,) = torch.autograd.grad(cliff.sum(), us)
steepest = us[slope.argmax()].item()
print(
    f"steepest at u = {steepest:.3f}: slope {slope.max():.0f}; median of all slopes {slope.abs().median():.2f}"
)
assert slope.max() > 200
assert slope.abs().median() < 5

# %% [markdown]
# Suppose that training has brought us to the edge. The next step of gradient descent, with a learning rate of 0.1, is a tenth
# of the slope. And beside it, the remedy: if the gradient is longer than some limit, make it as long as the limit, and keep its direction. This is
# *gradient clipping* [4]. Of many parameters, it is the length of *all* gradients together, taken as one long vector, so that the direction stays:

# %%
from collections.abc import Iterable

from llmai_edu.training import gradient_norm


# %% quote="llmai_edu.training.clipping:clip_gradients"
def clip_gradients(params: Iterable[torch.Tensor], limit: float) -> torch.Tensor:
    """Shorten the gradient to `limit` if it is longer, in its own direction; return its length before.

    Raises ValueError for a limit that is not positive.

    >>> w = torch.zeros(2)
    >>> w.grad = torch.tensor([3.0, 4.0])
    >>> clip_gradients([w], limit=1.0), w.grad
    (tensor(5.), tensor([0.6000, 0.8000]))
    """
    if not limit > 0:
        raise ValueError(f"the limit of the gradient's length must be above 0, got {limit}")
    params = list(params)
    norm = gradient_norm(params)
    if norm > limit:
        for p in params:
            if p.grad is not None:
                p.grad *= limit / norm
    return norm


# %%
def descend(u, limit, steps=40, lr=0.1):
    """Gradient descent on the tipping loss from u; returns all places visited."""
    u = torch.tensor(u, dtype=torch.float64, requires_grad=True)
    places = [u.item()]
    for _ in range(steps):
        u.grad = None
        tipping_loss(u).backward()
        clip_gradients([u], limit)
        u.data -= lr * u.grad
        places.append(u.item())
    return places


# %%
thrown, clipped = descend(steepest, math.inf), descend(steepest, 1.0)
print("without clipping:", [f"{u:.2f}" for u in (*thrown[:3], thrown[-1])])
print("clipped at 1:    ", [f"{u:.2f}" for u in (*clipped[:3], clipped[-1])])
final = {
    u: tipping_loss(torch.tensor(u, dtype=torch.float64)).item()
    for u in (thrown[-1], clipped[-1])
}
assert -170 < thrown[1] < -150
assert thrown[1] == thrown[-1]
assert final[thrown[-1]] > 1
assert final[clipped[-1]] < 0.001

# %% alt="The loss against u from 1 to 1.6: a shallow valley at the left with its floor near 1.09, then at u = 1.21 a vertical cliff up to 1.4 and a slope rising to 2.2. Points of the clipped descent go from the foot of the cliff to the floor of the valley. An arrow from the cliff points out of the picture to the left, where the unclipped step went."
_, axes = new_axes(6.5, 3.4)
axes.plot(us.detach(), cliff.detach(), color="black", label="loss")
there = torch.tensor(clipped, dtype=torch.float64)
axes.plot(there, tipping_loss(there), "o", color=PALETTE[0], label="clipped descent")
axes.annotate(
    "", (1.0, 0.25), (steepest, 0.25), arrowprops={"arrowstyle": "->", "color": PALETTE[3]}
)
axes.text(1.01, 0.31, f"to u = {thrown[1]:.0f}", color=PALETTE[3])
axes.set(xlabel="u", ylabel="loss after 50 steps")
axes.legend(loc="lower right")
plt.show()

# %% [markdown]
# One step from the edge throws $u$ to about −160. There the state jumps between −1 and 1, the tanh has no slope, the gradient is zero, and the run never moves again. The
# clipped descent takes a short step in the same direction and finds the floor of the valley.
#
# ## Does clipping save a real run?
#
# Next, a run on real text: a small RNN reads the bytes of the speeches with plain gradient descent and a learning rate of 1, three
# times with other random numbers, with clipping and without. `TrainingDiverged` is what our training loop raises when the loss or the gradient is no number any more.


# %%
from llmai_edu.training import SGD, TrainingDiverged

speech_bytes = torch.frombuffer(
    bytearray(b"\n\n".join(text.doc_bytes("train"))), dtype=torch.uint8
)


def byte_run(number, clip, streams=16, steps=64, lr=1.0):
    """100 steps of plain gradient descent: steps made, and the last loss in bits (inf if it diverged)."""
    draws = torch.Generator().manual_seed(100 * seed + number)
    network = RecurrentLM(256, nn.RNN(32, 128, batch_first=True), tied=False, generator=draws)
    batches = StreamBatches(speech_bytes, streams, steps)
    options = {"clip": clip, "progress": False}
    trainer = Trainer(
        network, NextTokenLoss(), batches, SGD(network.parameters(), lr), **options
    )
    try:
        history = trainer.run(steps=100)
    except TrainingDiverged:
        return trainer.history.steps, math.inf
    return history.steps, nats_to_bits(history.mean_loss(20))


# %%
runs = {limit: [byte_run(number, limit) for number in range(3)] for limit in (math.inf, 1.0)}
for limit, results in runs.items():
    print(f"limit {limit}:", [f"{steps} steps, {bits:.2f} bits" for steps, bits in results])
assert all(bits == math.inf for _, bits in runs[math.inf])
assert all(bits < 4.5 for _, bits in runs[1.0])

# %% [markdown]
# Without clipping, all three runs break off. With it, all three learn. But do not conclude that gradients exploded *through time*. Cut the text into
# pieces of a single step. Then no gradient goes back through the recurrence at all:

# %%
one_step = [byte_run(number, math.inf, streams=1024, steps=1) for number in range(3)]
gentle = [byte_run(number, math.inf, lr=0.1) for number in range(3)]
print("pieces of one step:  ", [f"{steps} steps, {bits:.2f} bits" for steps, bits in one_step])
print("learning rate of 0.1:", [f"{steps} steps, {bits:.2f} bits" for steps, bits in gentle])
assert all(bits == math.inf for _, bits in one_step)
assert all(bits < math.inf for _, bits in gentle)
assert min(bits for _, bits in gentle) > max(bits for _, bits in runs[1.0])

# %% [markdown]
# These runs diverge, too. The learning rate was too high for this network, whatever time has to do with it. A tenth of the rate diverges in none of the runs, but after the
# same number of steps it has learned less than the clipped one. So clipping is a seat belt: it helps against every step that is too large, for
# whatever reason.
#
# ## What clipping does not cure
#
# Clipping shortens what is too long. It cannot lengthen what has vanished. Here is the plainest task of memory: the first symbol is one of four.
# Then comes noise, then a question mark, and the answer is the first symbol. We train one network for each length of the gap, three times, with Adam and with
# clipping. Guess: at what gap will it fail?


# %%
def memory_task(texts, gap):
    """Texts (B, gap + 2): one of four symbols, noise, a question mark (8); and the answers (B,)."""
    ids = torch.randint(4, 8, (texts, gap + 2), generator=generator)
    ids[:, 0] = torch.randint(4, (texts,), generator=generator)
    ids[:, -1] = 8
    return ids, ids[:, 0]


# %%
def recall(gap, steps=200):
    """Train a network on one gap; return how often it is right on 1,000 new texts."""
    layer, answer = nn.RNN(9, 32, batch_first=True), nn.Linear(32, 4)
    optimizer = Adam([*layer.parameters(), *answer.parameters()], lr=0.005)

    def logits(ids):
        return answer(layer(F.one_hot(ids, 9).float())[0][:, -1])  # of the last state: (B, 4)

    for _ in range(steps):
        ids, answers = memory_task(32, gap)
        optimizer.zero_grad()
        F.cross_entropy(logits(ids), answers).backward()
        clip_gradients(optimizer.params, 1.0)
        optimizer.step()
    ids, answers = memory_task(1000, gap)
    with torch.no_grad():
        return (logits(ids).argmax(1) == answers).float().mean().item()


# %%
gaps = [5, 20, 80]
right = {gap: [recall(gap) for _ in range(3)] for gap in gaps}
print({gap: [f"{share:.2f}" for share in shares] for gap, shares in right.items()})
assert sorted(right[5])[1] > 0.95  # at least two of the three
assert sorted(right[80])[1] < 0.3  # at least two of the three only guess

# %% alt="Share of right answers against the gap, 5, 20 and 80 symbols, three runs each. At 5 at least two are at 1. At 20 they differ from run to run, and at 80 at least two are at the dashed line of guessing, a quarter."
_, axes = new_axes(6, 3)
for place, gap in enumerate(gaps):
    axes.plot([place] * 3, right[gap], "o", color=PALETTE[0], fillstyle="none")
axes.plot(
    range(len(gaps)), [np.mean(right[gap]) for gap in gaps], "-", color=PALETTE[0], label="mean"
)
axes.axhline(0.25, ls="--", color="#555555", label="guessing")
axes.set_xticks(range(len(gaps)), gaps)
axes.set(xlabel="gap, symbols between", ylabel="share of right answers", ylim=(0, 1.05))
axes.legend()
plt.show()

# %% [markdown]
# A gap of 5 is learned in nearly every run. At 20 it depends on the run. At 80 nearly every run only guesses. How much of the gradient reaches the first
# symbol, before any training?

# %%
untrained = nn.RNN(9, 32, batch_first=True).double()
arrives = {}
for gap in gaps:
    ids, _ = memory_task(64, gap)
    norms = gradient_norms(untrained, F.one_hot(ids, 9).double(), generator=generator)
    arrives[gap] = (norms[0] / norms[-1]).item()
print({gap: f"{share:.0e}" for gap, share in arrives.items()})
assert arrives[5] > 1e-3
assert arrives[20] < 1e-3
assert arrives[80] < 1e-10

# %% [markdown]
# The network at the top of the page kept a bracket over more than 16 symbols. So a state can *hold* something for
# long. What is missing at the long gap is the signal from which to *learn* it: what arrives at the first symbol is less than a billionth of what
# arrives at the last, too small to be seen under the gradient of the noise. In the bracket source, short gaps occur beside long ones. (Whether that is the reason for
# its success, this page does not test.)
#
# ## A language model
#
# Now the real text. The network is the one of the library: a vector for each token, the recurrent layer, and an output that turns the state
# into a *logit* for each possible next token, the number from which softmax makes a probability. For the output, the table of token vectors is used a second
# time (*tied* weights): the state is projected to 128 numbers, and its product with each token's vector, plus a bias, is that token's logit. (`tied=False`, in the
# runs above, gives the output a matrix of its own.) The tokens are 1,024 of byte-level BPE (lesson 01), learned on the
# training years. 16 streams are read side by side, each 32 tokens at a time, and each stream's state is carried on. We
# tried the settings on the validation years. It takes about ten seconds.

# %%
from llmai_edu.tokenizers import train_bpe

SEPARATOR = "<|endoftext|>"  # stands before each speech
tokenizer = train_bpe(text.train, 1024, special_tokens=[SEPARATOR])
start = tokenizer.special_tokens[SEPARATOR]
stream = torch.tensor([i for doc in text.train_docs for i in (start, *tokenizer.encode(doc))])
print(f"{len(stream):,} tokens")

# %%
network = RecurrentLM(1024, nn.RNN(128, 256, batch_first=True), generator=generator)
optimizer = Adam(network.parameters(), lr=0.006)
batches = StreamBatches(stream, batch_size=16, steps=32)
history = Trainer(network, NextTokenLoss(), batches, optimizer, **options).run(steps=600)
print(
    f"{sum(p.numel() for p in network.parameters()):,} parameters, {batches.epochs:.2f} times through the text"
)
assert 1 / 13 < batches.epochs < 1 / 11

# %% alt="The loss in bits a token against the training step: it falls steeply from about 9 in the first hundred steps, and ever more slowly to about 5.5 at step 600."
steps, losses = history.curve(60)
_, axes = new_axes(6, 2.8)
axes.plot(steps, nats_to_bits(losses))
axes.set(xlabel="training step", ylabel="loss, bits a token")
plt.show()
assert 4.8 < nats_to_bits(history.mean_loss(50)) < 6.2

# %% [markdown]
# It has read about a twelfth of the text, once. Here is what it writes. To write, it needs only its state: after each token, the state is
# all that is kept of the text so far.

# %%
from llmai_edu.generation.stateful import generate_stateful

written = generate_stateful(network, [start], 100, temperature=0.8, generator=generator)
print(tokenizer.decode(list(written)))

# %% [markdown]
# And its rung on the ladder, on the test years, measured once. The state is carried through each speech from beginning to end. The filled bars are
# recorded runs. "RNN (Elman)" is a larger network of the same kind, trained for thirty core-minutes; the hatched one is what you just ran.

# %%
from llmai_edu.evaluation.language_model import score_documents

score = score_documents(network, tokenizer, text.test_docs, start=start)
live = score.bits_per_byte
low, high = score.interval(rng)
print(
    f"your run: {live:.3f} bits per byte, between {low:.3f} and {high:.3f} for other such text"
)
assert 1.82 < live < 2.0

# %% alt="The ladder, bits per byte on the test years: gzip at 2.7, your run of the RNN, hatched, near 1.9, n-grams of order 4 and 8 over bytes at 2.0 and 1.4; below your run stand the recorded RNN, MLP, n-gram over tokens, and SmolLM2."
from llmai_edu.evaluation import load_ladder

ladder = {rung.name: rung for rung in load_ladder()}
KN = "Kneser–Ney, order "
chosen = ["gzip", KN + "4", KN + "8", "Kneser–Ney over BPE of 4,096 tokens"]
chosen += ["MLP (Bengio 2003)", "RNN (Elman)", "SmolLM2-135M-Instruct (4-bit)"]
rungs = [(name, ladder[name].test, False) for name in chosen] + [
    ("your run: RNN, ten seconds", live, True)
]
ladder_chart(*zip(*sorted(rungs, key=lambda rung: -rung[1])))
plt.show()

# %%
recorded, grams = ladder["RNN (Elman)"], ladder["Kneser–Ney over BPE of 4,096 tokens"]
for rung in (ladder["MLP (Bengio 2003)"], recorded, grams):
    print(
        f"{rung.name}: {rung.test:.3f} {rung.test_interval}; {rung.size:,} {rung.size_unit}; {rung.budget}"
    )
assert ladder["SmolLM2-135M-Instruct (4-bit)"].test < recorded.test < live
assert ladder[KN + "8"].test < live < ladder[KN + "4"].test
mlp = ladder["MLP (Bengio 2003)"]
assert recorded.test_interval[1] < mlp.test_interval[0]
assert 0.05 < mlp.test - recorded.test < 0.07
assert recorded.size < 0.75 * mlp.size
assert 0.01 < recorded.test - grams.test < 0.02
assert grams.test_interval[1] > recorded.test_interval[0]

# %% [markdown]
# Your run is no better than the live network of lesson 05, which had read twice as many tokens and needed 1.8. It lies between
# the n-grams of order 4 and 8 over bytes. A table is hard to beat in so short a time: it takes in the whole text, while the
# network has seen a twelfth of it.
#
# The recorded runs had the same minutes, tokens and text. There the RNN beats the MLP by six hundredths of a bit, with a
# quarter fewer weights at least. And it comes within two hundredths of the n-gram over the same tokens, so near that the
# two intervals overlap. But it does not pass it.
#
# ## How far back does it look?
#
# In principle, the state may hold something of every token since the speech began. What does it hold in fact? Take 2,000 places in the validation years. Let the network
# begin with an empty state, $k$ tokens before the place, and measure its surprise at the token there, for $k = 1, 2, 4 \dots 64$. The places are
# the same for all $k$. Before you run it, guess from which $k$ on it makes no difference.

# %%
ids = torch.tensor([i for doc in text.valid_docs for i in (start, *tokenizer.encode(doc))])
places = torch.from_numpy(rng.integers(64, len(ids), 2000))
sizes = torch.tensor([len(tokenizer.id_to_bytes(i)) for i in ids[places].tolist()])
reach = [1, 2, 4, 8, 16, 32, 64]


# %%
@torch.no_grad()
def surprise(k):
    """Bits at each place (2000,), when the network has seen the k tokens before it and nothing else."""
    windows = ids[places[:, None] + torch.arange(-k, 0)]  # (2000, k)
    _, state = network.recurrent(network.embed(windows))  # (1, 2000, H)
    logits = F.linear(network.project(state[0]), network.embed.weight, network.bias)
    return nats_to_bits(F.cross_entropy(logits, ids[places], reduction="none").double().numpy())


bits_at = {k: surprise(k) for k in reach}

# %% alt="Bits per byte at 2,000 places against how many tokens the network has seen, 1 to 64, on a logarithmic axis. The curve falls from 1 to 8 tokens, and is nearly level from 16 on."
per_byte = [bits_at[k].sum() / sizes.sum().item() for k in reach]
_, axes = new_axes(6, 3)
axes.semilogx(reach, per_byte, "o-", base=2)
axes.set_xticks(reach, reach)
axes.set(xlabel="tokens seen before the place", ylabel="bits per byte")
plt.show()
print({k: f"{value:.3f}" for k, value in zip(reach, per_byte)})
assert 0.1 < per_byte[0] - per_byte[2] < 0.25
assert max(per_byte[3:]) - min(per_byte[3:]) < 0.005

# %% [markdown]
# Are the small differences at the right more than luck? The bootstrap of lesson 03 draws the 2,000 places anew, again and again:

# %%
from llmai_edu.evaluation import bootstrap_interval

spans = {}
for near, far in ((1, 4), (4, 16), (16, 64)):
    saved = bits_at[near] - bits_at[far]  # paired: the same places
    spans[near] = bootstrap_interval(saved, sizes.numpy().astype(float), rng=rng)
    low, high = spans[near]
    print(f"{far:>2} tokens instead of {near:>2} save {low:+.4f} to {high:+.4f} bits per byte")
assert spans[1][0] > 0.1
assert max(map(abs, spans[4])) < 0.02
assert max(map(abs, spans[16])) < 0.001

# %% [markdown]
# Four tokens are worth having: against one token they save more than a tenth of a bit per byte. After that it is nearly over. From 4 to 16 tokens, they save less than two
# hundredths of a bit; with other random numbers that cannot always be told from luck. From 16 to 64 it is less than a thousandth: nothing to be seen. This network could remember a whole speech. After ten seconds of training it uses a handful of tokens,
# hardly more than the four that the network of lesson 05 was given. (It is not that the pieces of 32 steps were too short: it does not use what lies within them, either.)
#
# The gradient tells the same story. We ask both networks of this page, the reader of brackets and the writer of speeches, how much
# their last state depends on the 40 inputs before it. (Each text is 101 tokens long, so that the state is again not that of a beginning.)


# %% alt="The gradient at an input against how many steps back it lies, 0 to 40, on a logarithmic axis, for two trained networks. Both, the solid one of the bracket reader and the dashed one of the speech network, fall all the way, by more than a factor of a thousand."
def trained_gradient(model, rows):
    """The gradient at the last 41 inputs of a trained network, relative to the last one: (41,)."""
    norms = gradient_norms(model.recurrent, model.embed(rows), generator=generator)
    return (norms / norms[-1])[-41:]


far_back = {
    "reader of brackets": trained_gradient(reader, new_symbols[: 101 * 200].view(200, 101)),
    "writer of speeches": trained_gradient(network, ids[: 101 * 200].view(200, 101)),
}
_, axes = new_axes(6, 3.2)
for (name, curve), style in zip(far_back.items(), ("-", "--")):
    axes.semilogy(range(41), curve.flip(0), style, lw=2, label=name)
axes.set(xlabel="steps back", ylabel="gradient, relative to 0 steps back")
axes.legend()
plt.show()

# %%
for name, curve in far_back.items():
    print(f"{name}: 10 steps back {curve[30]:.1e}, 40 steps back {curve[0]:.1e}")
assert max(curve[0] for curve in far_back.values()) < 1e-3

# %% [markdown]
# Both fade: forty steps back, less than a thousandth is left. (Which of the two has more left there changes with the random numbers.) And yet the
# reader knew the bracket. This is no contradiction. A gradient asks what a *small* change would do, and a state that holds a bracket firmly
# may be one that small changes do not move. To learn from, a small gradient is bad; what was learned may be held all the same.
#
# ## What we have now, and what it cannot do
#
# - A network that reads a text of any length with the same weights, and carries what it needs in a state of fixed size.
# - Backpropagation through time: the loop unrolled, and the shares of all steps added up. Truncated, it needs the memory of one piece.
# - The gradient goes back through a product of Jacobians. It vanishes where they shrink, and explodes where they stretch. Clipping guards against
#   steps that are too large; it brings back nothing that has vanished.
# - So the state can hold something for long, but it is hard to learn to hold it. In each step the whole state is multiplied by $U$ and
#   pressed through the tanh. Nothing in the formula says "leave this as it is". The next lesson builds a cell that can say so: the LSTM.
# - And the steps must be made one after another. A long text cannot be read in parallel. That waits for lesson 11.
#
# **Try it:** the [exercise sheet](../exercises/07_rnn.ipynb) asks you to mend a truncated backpropagation, to clip the gradient of each text by
# itself, and to predict the half-life of a gradient.
#
# **Sources**
#
# [1] J. L. Elman, [*Finding Structure in Time*](https://doi.org/10.1207/s15516709cog1402_1), Cognitive Science 14, 1990.
#
# [2] Q. V. Le, N. Jaitly and G. E. Hinton, [*A Simple Way to Initialize Recurrent Networks of Rectified Linear Units*](https://arxiv.org/abs/1504.00941), 2015.
#
# [3] R. J. Williams and J. Peng, [*An Efficient Gradient-Based Algorithm for On-Line Training of Recurrent Network Trajectories*](https://doi.org/10.1162/neco.1990.2.4.490), Neural Computation 2, 1990.
# Backpropagation through time itself: P. J. Werbos, [*Backpropagation Through Time: What It Does and How to Do It*](https://doi.org/10.1109/5.58337), 1990.
#
# [4] R. Pascanu, T. Mikolov and Y. Bengio, [*On the difficulty of training recurrent neural networks*](https://arxiv.org/abs/1211.5063), 2013.
#
# [5] Y. Bengio, P. Simard and P. Frasconi, [*Learning long-term dependencies with gradient descent is difficult*](https://doi.org/10.1109/72.279181), 1994.
# Before them: S. Hochreiter, *Untersuchungen zu dynamischen neuronalen Netzen*, diploma thesis, TU München, 1991.
#
# *Prose CC BY 4.0, code MIT, the llmai_edu authors. The speeches are in the public domain; their collection is under the MIT
# licence of the package that ships it.*
