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
# # A neural language model, gradients by hand
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/notebooks/05_mlp.ipynb)
# <!-- colab:end -->
#
# *About 120 minutes to read, 60 seconds to run on two CPU cores, 1 GB. Needs: lesson 02.*
#
# Lesson 02 built a language model by counting. From here on, models *learn*: they begin with random numbers, look at
# how wrong they are, and change every number a little in the direction that makes them less wrong. On this page you
# find that direction with pencil and paper, then with a small program of your own, then with the library's. At the end
# a neural network reads two hundred years of speeches, writes, and takes its place on the ladder.
#
# The page is long. It has two natural places for a rest: before "Whole layers at once", and before "A language model
# that learns".

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
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch

from llmai_edu.evaluation import ladder_text, nats_to_bits
from llmai_edu.viz import PALETTE, new_axes

seed = 0
rng = np.random.default_rng(seed)
generator = torch.Generator().manual_seed(seed)
text = ladder_text()
plt.rcParams["figure.dpi"] = 80  # this page has many pictures: keep them small

# %% [markdown]
# ## The result first
#
# Here are two spirals of points, wound around each other. The task: given the two coordinates of a point, say which
# spiral it belongs to. No straight line can separate them.


# %%
def spirals(n):
    """Points (n, 2) on two spirals that are wound around each other, and for each point its spiral, 0 or 1."""
    which = torch.arange(n) % 2
    radius = torch.rand(n, generator=generator).sqrt()
    angle = 3 * math.pi * radius + math.pi * which
    points = torch.stack((radius * angle.cos(), radius * angle.sin()), dim=1)
    return points + 0.03 * torch.randn(n, 2, generator=generator), which


points, which = spirals(400)
new_points, new_which = spirals(2000)

# %% [markdown]
# A *neural network* is a formula with many adjustable numbers, its *parameters*. This one has 1,218 of them, all random
# at first. Then it is *trained*: a thousand times, all parameters are changed a little, so that it is less surprised by
# the 400 points. It takes about a second. `loss_and_grad` finds out in which direction to change them, `Adam` changes
# them. When this page ends, you will have read what both of them do. (`torch` is PyTorch. Its tables of numbers,
# *tensors*, behave like NumPy's arrays for now.)

# %%
from llmai_edu.models.mlp import MLP, Layer
from llmai_edu.training import Adam

network = MLP([2, 32, 32, 2], generator=generator)
line = torch.linspace(-1.15, 1.15, 120)
places = torch.cartesian_prod(line, line)  # (14400, 2): a raster of places
before = network(places).softmax(1)[:, 1]  # what the untrained network thinks of each place
share_before = (network(new_points).argmax(1) == new_which).float().mean().item()

optimizer = Adam(network.parameters(), lr=0.01)
for _ in range(1000):
    network.loss_and_grad(points, which)
    optimizer.step()
after = network(places).softmax(1)[:, 1]
share_after = (network(new_points).argmax(1) == new_which).float().mean().item()

# %% alt="Two squares with the same points on two interleaved spirals, circles and triangles. Left, before training: the border between the two regions has nothing to do with the spirals. Right, after training: the border winds between the spirals, circles on one side, triangles on the other."
_, both = plt.subplots(1, 2, figsize=(6.6, 3.3), layout="constrained")
for axes, chance, title in zip(both, (before, after), ("before training", "after 1,000 steps")):
    x, y = places.T.reshape(2, 120, 120)
    axes.contourf(
        x, y, chance.reshape(120, 120), levels=[0, 0.5, 1], colors=["#CFE6F5", "#FBE3B5"]
    )
    axes.contour(x, y, chance.reshape(120, 120), levels=[0.5], colors="black", linewidths=1)
    for spiral, marker in enumerate("o^"):
        axes.scatter(*points[which == spiral].T, s=9, marker=marker, color=PALETTE[spiral])
    axes.set(title=title, xticks=[], yticks=[], aspect="equal")
plt.show()
print(f"right on 2,000 new points: {share_before:.1%} before, {share_after:.1%} after")
assert sum(p.numel() for p in network.parameters()) == 1218
assert share_before < 0.75
assert share_after > 0.97

# %% [markdown]
# On two thousand *new* points of the same spirals, the trained network is right more than 97 times in a hundred. Nobody
# told it what a spiral is. (What it got right before training is luck. With other random numbers the two regions may as
# well be exchanged.)
#
# The same three steps train every neural model of this course, up to those with billions of parameters: compute the
# loss, find out how it depends on every parameter, move them. The middle step is the heart of it. We begin with one
# parameter.
#
# ## Downhill, with one parameter
#
# A coin was tossed ten times, and seven times it fell heads. We want a model of this coin: a probability $p$ of heads.
# From lesson 02 you know the answer, because counting gives it: 0.7. Let us pretend that we could not count. For the
# networks ahead, no counting gives the parameters.
#
# The model shall have one parameter $w$, which may be any number. A probability must lie between 0 and 1, so $w$ is
# bent into this range by the *logistic function*: $p = 1 / (1 + e^{-w})$. The loss is that of lesson 02, the mean
# surprise, with natural logarithms, so in nats:
#
# $$\text{loss}(w) = -\,0.7 \ln p \;-\; 0.3 \ln(1 - p)$$


# %% alt="The loss of the coin against the parameter w from -4 to 5: a valley. It falls steeply from 2.8 at the left to its lowest point, 0.61 at w = 0.85, marked with a circle, and rises more gently to the right."
def probability(w):
    """The coin's probability of heads: any number, bent into the range from 0 to 1."""
    return 1 / (1 + np.exp(-w))


def coin_loss(w):
    """Mean surprise, in nats, at seven heads and three tails."""
    return -0.7 * np.log(probability(w)) - 0.3 * np.log(1 - probability(w))


_, axes = new_axes(6, 3)
ws = np.linspace(-4, 5, 200)
axes.plot(ws, coin_loss(ws))
best_w = math.log(0.7 / 0.3)  # there, p = 0.7
axes.plot(best_w, coin_loss(best_w), "o", color=PALETTE[3], markersize=8)
axes.annotate("p = 0.7", (best_w, coin_loss(best_w)), (best_w - 0.3, 1.0))
axes.set(xlabel="parameter w", ylabel="loss, nats a toss")
plt.show()
lowest = coin_loss(best_w)
print(
    f"at w = {best_w:.3f}, p = {probability(best_w):.2f}: {lowest:.3f} nats, {nats_to_bits(lowest):.3f} bits a toss"
)
assert math.isclose(probability(best_w), 0.7)
assert coin_loss(ws).min() >= lowest
assert 0.61 < lowest < 0.62

# %% [markdown]
# The curve is a valley, and its lowest point lies where counting said. Now stand at $w = -2$ in a fog. You cannot see
# the valley; you can only feel whether the ground slopes. That is enough: go a little downhill, and feel again.
#
# ### The slope
#
# A straight road that rises 3 metres over 10 metres has the *slope* 0.3. A curve has another slope at every place. To
# measure it at $w$, take two places a small $h$ to the left and to the right of $w$, and divide the rise by the run:


# %%
def slope(f, w, h=1e-5):
    """The slope of a function at w, measured from two near points."""
    return (f(w + h) - f(w - h)) / (2 * h)


for h in (1, 0.1, 0.01, 0.001):
    print(f"h = {h:<6} slope at w = -2: {slope(coin_loss, -2, h):.6f}")

# %% [markdown]
# The nearer the points, the less the number changes. The value that it approaches is the *derivative* of the function
# at this place. It is written $\frac{d\,\text{loss}}{dw}$, or in words: how many times as fast as $w$ the loss changes,
# when $w$ changes a little. Here it is $-0.58$: going right, the loss falls.
#
# One can also compute it without any $h$. For $f(w) = w^2$ the rise over the run is
#
# $$\frac{(w+h)^2 - (w-h)^2}{2h} = \frac{4wh}{2h} = 2w,$$
#
# so the slope of $w^2$ is $2w$ at every place. Other functions have been worked out once and for all. These rules, and
# one more that comes further down (the chain rule), are all that we need:
#
# | function | its derivative | | function | its derivative |
# |---|---|---|---|---|
# | a constant | $0$ | | $c \cdot f$ | $c \cdot f'$ |
# | $w$ | $1$ | | $f + g$ | $f' + g'$ |
# | $w^2$ | $2w$ | | $f \cdot g$ | $f' \cdot g + f \cdot g'$ |
# | $e^w$ | $e^w$ | | $\ln w$ | $1/w$ |
# | $\tanh w$ | $1 - \tanh^2 w$ | | | |
#
# ($f'$ is a short way to write the derivative of $f$. $\tanh$, the *hyperbolic tangent*, is a bend like the logistic
# one, but from $-1$ to $1$; it will stand in every network of this page.) We do not take them on trust, but measure:

# %%
rules = {
    "w²": (lambda w: w**2, lambda w: 2 * w),
    "e^w": (np.exp, np.exp),
    "ln w": (np.log, lambda w: 1 / w),
    "tanh w": (np.tanh, lambda w: 1 - np.tanh(w) ** 2),
    "w² · ln w": (lambda w: w**2 * np.log(w), lambda w: 2 * w * np.log(w) + w**2 / w),
}
for name, (f, derivative) in rules.items():
    print(f"{name:<9} measured {slope(f, 1.3):.6f}   by the rule {derivative(1.3):.6f}")
    assert all(np.isclose(slope(f, w), derivative(w)) for w in (0.2, 0.7, 1.3, 2.9))

# %% [markdown]
# For the coin, they lead, together with the chain rule, to something short:
#
# $$\frac{d\,\text{loss}}{dw} = p - 0.7$$
#
# It is *what the model said minus what occurred*. We shall derive it further down, for any number of symbols, because
# it stands at the top of every language model. For now, let us see that it is so:

# %%
for w in (-3.0, -2.0, 0.0, 0.85, 4.0):
    print(
        f"w = {w:>5}: measured {slope(coin_loss, w):>7.4f}   p - 0.7 = {probability(w) - 0.7:>7.4f}"
    )
    assert np.isclose(slope(coin_loss, w), probability(w) - 0.7, atol=1e-8)
assert np.isclose(slope(coin_loss, -2), -0.58, atol=0.001)

# %% [markdown]
# ### Steps downhill
#
# Where the slope is negative, the loss falls to the right, so $w$ must grow. Where it is positive, $w$ must shrink. So
# subtract the slope, times a small number:
#
# $$w \leftarrow w - \text{learning rate} \cdot \text{slope}$$
#
# That is *gradient descent*. The *learning rate* says how far to go. Before you run the next cell, guess: what happens
# when it is very small, and what when it is very large?


# %%
def descend(w, lr, steps):
    """The places that gradient descent visits on the coin's curve."""
    places = [w]
    for _ in range(steps):
        places.append(places[-1] - lr * (probability(places[-1]) - 0.7))
    return np.array(places)


walks = {lr: descend(-2.0, lr, steps=12) for lr in (0.3, 4, 12)}
for lr, walk in walks.items():
    print(f"learning rate {lr:>4}:", *(f"{w:.2f}" for w in walk[:8]), "...", f"{walk[-1]:.2f}")

# %% alt="Three times the coin's valley with twelve steps from w = -2. Learning rate 0.3: the steps creep down and end halfway. Learning rate 4: one long step, a few short ones, and the bottom is reached. Learning rate 12: the first step leaps to w = 5 on the other side, and the steps go on jumping across the valley."
_, three = plt.subplots(1, 3, figsize=(8, 2.7), sharey=True, layout="constrained")
for axes, (lr, walk) in zip(three, walks.items()):
    axes.plot(ws, coin_loss(ws), color="#999999")
    axes.plot(walk, coin_loss(walk), "o-", color=PALETTE[3], markersize=4, linewidth=0.8)
    axes.plot(walk[0], coin_loss(walk[0]), "ks", markersize=7)
    axes.set(title=f"learning rate {lr}", xlabel="w", xlim=(-4, 5.5))
three[0].set_ylabel("loss")
plt.show()
small, right, large = (coin_loss(walk) - lowest for walk in walks.values())
assert (np.diff(small) < 0).all()
assert small[-1] > 0.1
assert right[-1] < 1e-6
later = np.sign(walks[12][3:] - best_w)
assert (later[1:] != later[:-1]).all()
assert large[-1] > 0.1

# %% [markdown]
# Too small, and twelve steps are not enough, though each goes down. Right, and the bottom is reached. Too large, and
# the steps soon leap across the valley, from one side to the other, and never come to rest. There is no formula for the
# right learning rate of a large network. One tries some, on the validation text. (For a parabola one can compute which
# rates work, and how many steps they need: exercise 3.)
#
# ## Many parameters: the gradient
#
# A network has more than one parameter. Take two, $a$ and $b$, and a loss of both, such as $(a^2 + 20\,b^2)/2$. Hold
# $b$ still and move $a$: that gives one slope. Hold $a$ still and move $b$: that gives another. The list of all these
# slopes is the *gradient*. For a million parameters it is a list of a million slopes.


# %%
def ravine(a, b):
    """A loss of two parameters: a long valley with steep walls."""
    return (a**2 + 20 * b**2) / 2


def ravine_gradient(a, b):
    """Its two slopes, by the rules: of a with b held still, and of b with a held still."""
    return a, 20 * b


a, b = 3.0, 0.4
measured = slope(lambda a: ravine(a, b), a), slope(lambda b: ravine(a, b), b)
print("measured", np.round(measured, 4), "  by the rules", ravine_gradient(a, b))
assert np.allclose(measured, ravine_gradient(a, b))

# %% [markdown]
# The gradient is more than a list: seen as an arrow, it points where the loss rises *fastest*. We try a thousand
# directions, one tiny step into each:

# %% alt="Lines of equal loss form flat ellipses around the lowest point in the middle. From eight places on one of them, short arrows show the direction against the gradient. Each arrow crosses its line at a right angle, and most of them point across the valley more than along it."
angles = np.linspace(0, 2 * math.pi, 1000)
rises = ravine(a + 1e-4 * np.cos(angles), b + 1e-4 * np.sin(angles)) - ravine(a, b)
steepest = angles[rises.argmax()]
gradient_angle = math.atan2(*ravine_gradient(a, b)[::-1])
print(f"steepest at an angle of {steepest:.2f}; the gradient points at {gradient_angle:.2f}")
assert abs(steepest - gradient_angle) < 0.01

_, axes = new_axes(6.5, 3.2)
xs, ys = np.meshgrid(np.linspace(-5, 5, 150), np.linspace(-2, 2, 100))
axes.contour(xs, ys, ravine(xs, ys), levels=[1, 4, 8, 16, 28], colors="#999999")
turn = np.arange(8) * math.pi / 4 + 0.2
arrow_a, arrow_b = 4 * np.cos(turn), 4 / math.sqrt(20) * np.sin(turn)
down = -np.array(ravine_gradient(arrow_a, arrow_b))
axes.quiver(
    arrow_a,
    arrow_b,
    *(0.8 * down / np.hypot(*down)),
    angles="xy",
    scale_units="xy",
    scale=1,
    color=PALETTE[3],
    width=0.006,
)
axes.set(xlabel="a", ylabel="b", aspect="equal")
plt.show()

# %% [markdown]
# So going *against* the gradient is going downhill as steeply as possible. All eight arrows start on one line of equal
# loss, and each leaves it at a right angle. Note what the picture also shows: downhill is not the same as towards the
# bottom. In a long valley the arrows point at the opposite wall. We shall come back to this.
#
# To measure each slope from two near points, the loss must be computed twice *for every parameter*. With a million
# parameters that is two million times for a single step. It would take for ever. What makes neural networks possible is
# a way to get all slopes at once, for about the price of a few computations of the loss.
#
# ## The chain rule
#
# When a first wheel turns a second one three times as fast, and the second a third one twice as fast, the third turns
# six times as fast as the first. Rates *multiply* along a chain. If $w$ moves $s$, and $s$ moves $y$, then
#
# $$\frac{dy}{dw} = \frac{dy}{ds} \cdot \frac{ds}{dw}$$
#
# This is the *chain rule*. A network is nothing but such a chain, so the rule is all that there is to it. Here is the
# smallest one, a single *neuron*: it multiplies its input $x$ by a *weight* $w$, adds a *bias* $b$, and bends the sum
# with $\tanh$. We want its output to be 1; the loss is the square of what is missing.
#
# ```mermaid
# flowchart LR
#   w --> m["m = w · x"]
#   x --> m
#   m --> s["s = m + b"]
#   b --> s
#   s --> y["y = tanh(s)"]
#   y --> d["d = y − 1"]
#   d --> loss["loss = d · d"]
# ```
#
# First forward, from left to right: the values. Then back, from right to left: at each place, how fast the loss changes
# with *this* value. It is what the place to the right of it said, times one slope from the table.

# %%
x, w, b = 2.0, 0.5, -0.3
m = w * x
s = m + b
y = math.tanh(s)
d = y - 1
loss = d * d

loss_d = 2 * d  # read loss_d as: how fast the loss changes with d
loss_y = loss_d * 1
loss_s = loss_y * (1 - y**2)
loss_m, loss_b = loss_s * 1, loss_s * 1
loss_w = loss_m * x
print(
    f"loss {loss:.4f}; slopes: y {loss_y:.4f}, s {loss_s:.4f}, w {loss_w:.4f}, b {loss_b:.4f}"
)
assert np.isclose(loss_w, slope(lambda w: (math.tanh(w * x + b) - 1) ** 2, w))
assert np.isclose(loss_b, slope(lambda b: (math.tanh(w * x + b) - 1) ** 2, b))

# %% [markdown]
# One way forward, one way back, and both slopes are there. However many weights there were, it would still be one way
# back. That is *backpropagation* [1].
#
# One more rule is needed. When a value is used in *two* places, the loss depends on it in two ways, and the effects
# **add up**. $w \cdot w$ uses $w$ twice; each use contributes $w$; together $2w$, as the table says.
#
# ## A program that finds the slopes itself
#
# Computing slopes by hand is a bore for more than one neuron. But the work is so regular that a program can do it. Each
# number remembers *from what* it was computed, and *how fast* it reacts to each of these. A sum reacts to both parts at
# the rate 1. A product reacts to one factor as fast as the other factor is large. That is enough to go back:


# %%
class Number:
    """A number that remembers what it was computed from, and how fast it reacts to each of these."""

    def __init__(self, value, came_from=()):
        self.value, self.came_from, self.grad = value, came_from, 0.0

    def __add__(self, other):
        return Number(self.value + other.value, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        return Number(self.value * other.value, [(self, other.value), (other, self.value)])

    def tanh(self):
        y = math.tanh(self.value)
        return Number(y, [(self, 1 - y * y)])

    def backward(self):
        order, met = [], set()

        def visit(number):  # put a number into the list after all that it came from
            if number not in met:
                met.add(number)
                for earlier, _ in number.came_from:
                    visit(earlier)
                order.append(number)

        visit(self)
        self.grad = 1.0
        for number in reversed(order):
            for earlier, rate in number.came_from:
                earlier.grad += rate * number.grad


# %% [markdown]
# Three things deserve a second look.
#
# - `__add__` and `__mul__` are the names by which Python finds out what `+` and `*` mean for our own objects.
# - The order. A number may hand on its slope only when *all* that was computed from it has reported. So `visit` lists
#   every number after all that it came from (a *topological order*), and the way back goes through that list from its
#   end.
# - `+=` in the last line. That is the adding up of several uses.
#
# The neuron again, this time without a thought about slopes:

# %%
x, w, b = Number(2.0), Number(0.5), Number(-0.3)
d = (w * x + b).tanh() + Number(-1.0)
loss = d * d
loss.backward()
print(f"loss {loss.value:.4f}; slopes: w {w.grad:.4f}, b {b.grad:.4f}")
assert np.allclose([w.grad, b.grad], [loss_w, loss_b])

# %% [markdown]
# The same as by hand. And a formula in which numbers are used several times, against the slope from two near points:


# %%
def tangle(u, v):
    """A formula without meaning in which u and v are used again and again."""
    t = (u * v + u).tanh()
    return t * t + t * u + v * (t + v)


u, v = Number(0.7), Number(-1.2)
tangle(u, v).backward()
measured_u = slope(lambda value: tangle(Number(value), v).value, 0.7)
measured_v = slope(lambda value: tangle(u, Number(value)).value, -1.2)
print(
    f"u: {u.grad:.6f} and measured {measured_u:.6f};  v: {v.grad:.6f} and measured {measured_v:.6f}"
)
assert np.allclose([u.grad, v.grad], [measured_u, measured_v])

# %% [markdown]
# Programs that do this are called *automatic differentiation*, or *autograd*. PyTorch, the library in which this course
# writes its networks, is one. It calls its numbers *tensors*. A tensor is a table of numbers like NumPy's array. It
# remembers like our `Number` if one says `requires_grad=True`, and it can do its arithmetic on a graphics card. The
# very same formula runs on it:

# %%
tensor_u, tensor_v = (
    torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in (0.7, -1.2)
)
tangle(tensor_u, tensor_v).backward()
print(f"torch: {tensor_u.grad:.6f} and {tensor_v.grad:.6f}")
assert math.isclose(tensor_u.grad.item(), u.grad)
assert math.isclose(tensor_v.grad.item(), v.grad)

# %% [markdown]
# Equal. From here on, PyTorch does nothing for us that is new in principle: you have done it yourself.
#
# ## Whole layers at once
#
# A real network has thousands of neurons, and it looks at many examples at a time. Going through them number by number
# would be slow. So all numbers of one kind are put into one table, and the arithmetic is done on tables (*matrices*):
#
# - `x`, of *shape* (B, in): B examples, a *batch*, each of them a row of `in` numbers;
# - `weight`, of shape (in, out): one column for each of `out` neurons;
# - `bias`, of shape (out,): one number for each neuron.
#
# `x @ weight` is the *matrix product*: for every example and every neuron, the sum of inputs times weights. All neurons
# together are a *layer*:


# %% quote="llmai_edu.models.mlp:linear"
def linear(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """One layer: every output is a weighted sum of the inputs, plus its own bias.

    x: (B, in). weight: (in, out). bias: (out,). Returns (B, out).

    >>> linear(torch.tensor([[1.0, 2.0]]), torch.tensor([[10.0], [100.0]]), torch.tensor([1.0])).tolist()
    [[211.0]]
    """
    return x @ weight + bias


# %%
x = torch.tensor([[1.0, 2.0], [0.5, -1.0], [3.0, 0.0]], dtype=torch.float64)  # (B, in) = (3, 2)
weight = torch.randn(2, 4, generator=generator, dtype=torch.float64)
bias = torch.randn(4, generator=generator, dtype=torch.float64)
print(linear(x, weight, bias).shape)
first_neuron = sum(x[1, i] * weight[i, 0] for i in range(2)) + bias[0]  # of the second example
assert torch.isclose(linear(x, weight, bias)[1, 0], first_neuron)

# %% [markdown]
# Now the way back through a layer. We are given `grad`: for every output, how fast the loss changes with it. We want
# the same for `x`, `weight` and `bias`. Output $o$ of example $b$ is $\sum_i x_{bi}\, w_{io} + \text{bias}_o$. So it
# reacts to $w_{io}$ at the rate $x_{bi}$, to $x_{bi}$ at the rate $w_{io}$, and to the bias at the rate 1. Multiply
# along the chain, and add up wherever something is used more than once. A weight is used by every example of the batch,
# an input by every neuron:


# %%
def linear_backward_loops(grad, x, weight):
    """The slopes of x, weight and bias, one product at a time."""
    grad_x, grad_weight = torch.zeros_like(x), torch.zeros_like(weight)
    grad_bias = torch.zeros_like(weight[0])
    for example in range(x.shape[0]):
        for out in range(weight.shape[1]):
            grad_bias[out] += grad[example, out]
            for i in range(x.shape[1]):
                grad_x[example, i] += grad[example, out] * weight[i, out]
                grad_weight[i, out] += grad[example, out] * x[example, i]
    return grad_x, grad_weight, grad_bias


# %% [markdown]
# The sums are matrix products again. `.T` turns a table round, rows into columns, so that the right numbers meet:


# %% quote="llmai_edu.models.mlp:linear_backward"
def linear_backward(
    grad: torch.Tensor, x: torch.Tensor, weight: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the gradients of x, weight and bias, given that of the layer's output.

    The input's is the same sum read backwards; a weight's is its input times the output's gradient, added up over
    the batch.

    grad: (B, out). x: (B, in). weight: (in, out). Returns (B, in), (in, out), (out,).

    >>> x, weight = torch.tensor([[1.0, 2.0]]), torch.tensor([[10.0], [100.0]])
    >>> [g.tolist() for g in linear_backward(torch.tensor([[1.0]]), x, weight)]
    [[[10.0, 100.0]], [[1.0], [2.0]], [1.0]]
    """
    return grad @ weight.T, x.T @ grad, grad.sum(0)


# %%
grad = torch.randn(3, 4, generator=generator, dtype=torch.float64)
for slow, fast in zip(linear_backward_loops(grad, x, weight), linear_backward(grad, x, weight)):
    assert slow.shape == fast.shape
    torch.testing.assert_close(slow, fast)

# %% [markdown]
# The bend has a slope for each number on its own. The table of rules says $1 - \tanh^2$, and $\tanh$ of the input is
# what came out, `y`. So the output is all that one has to keep for the way back:


# %% quote="llmai_edu.models.mlp:tanh_backward"
def tanh_backward(grad: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return the gradient of x, given that of y = tanh(x): the slope of tanh is 1 - y².

    Any shape, the same for both.

    >>> tanh_backward(torch.tensor([1.0, 1.0]), torch.tensor([0.0, 1.0])).tolist()  # steepest at 0, flat at the end
    [1.0, 0.0]
    """
    return grad * (1 - y * y)


# %%
y = torch.linspace(-3, 3, 7, dtype=torch.float64).tanh()
print("slope of tanh from -3 to 3:", [f"{s:.2f}" for s in tanh_backward(torch.ones(7), y)])
assert torch.isclose(tanh_backward(torch.ones(7), y)[3], torch.tensor(1.0).double())
assert tanh_backward(torch.ones(7), y)[0] < 0.01

# %% [markdown]
# Remember how flat it is at the ends: where the output is near 1 or -1, hardly anything passes on the way back. That
# becomes a problem in lesson 07.
#
# ## The loss: surprise, and its slope
#
# The last layer gives one number for each possible answer, the *logits*. They may be any numbers. The *softmax* makes a
# distribution of them: take $e$ to the power of each, which makes them positive, and divide by their sum, which makes
# the sum one.
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}$$
#
# The loss is the surprise at what occurred, $-\ln p_y$, and its mean over the batch. Its usual name is *cross-entropy*.
# It is nothing new: it is lesson 02's loss, in nats.


# %% quote="llmai_edu.models.mlp:cross_entropy"
def cross_entropy(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return the mean of -log softmax(logits) at the targets, in nats.

    The largest logit is taken off first: exp of a large number would overflow, and the difference does not
    change the softmax. logits: (B, V). targets: (B,) of int64. Returns a scalar.

    >>> round(cross_entropy(torch.zeros(3, 8), torch.tensor([0, 3, 7])).item(), 4)  # guessing among 8: ln 8
    2.0794
    """
    shifted = logits - logits.amax(1, keepdim=True)  # (B, V)
    log_probs = shifted - shifted.exp().sum(1, keepdim=True).log()
    return -log_probs[torch.arange(len(targets)), targets].mean()


# %% [markdown]
# `log_probs[torch.arange(len(targets)), targets]` picks from each row the entry of its target. `shifted` is for safety
# only: $e^{1000}$ is too large for a computer, and taking the same number off all logits changes no probability. Two
# cases that you know from lesson 02:

# %%
know_nothing = cross_entropy(torch.zeros(5, 256), torch.tensor([0, 7, 65, 128, 255])).item()
coin = cross_entropy(torch.tensor([[best_w, 0.0]] * 10), torch.tensor([0] * 7 + [1] * 3)).item()
print(
    f"all logits equal, 256 symbols: {know_nothing:.3f} nats, {nats_to_bits(know_nothing):.3f} bits"
)
print(f"the coin, ten tosses: {coin:.3f} nats")
assert math.isclose(nats_to_bits(know_nothing), 8, rel_tol=1e-6)
assert math.isclose(coin, lowest, rel_tol=1e-6)

# %% [markdown]
# The coin was a softmax, too: of the two logits $w$ and $0$.
#
# Now its slope, by the rules. With the softmax written out, the surprise is
#
# $$-\ln p_y = -z_y + \ln \sum_j e^{z_j}$$
#
# How does it change with the logit $z_k$? The first part gives $-1$ if $k$ is what occurred, and otherwise 0. The
# second is a chain: $\ln$ of a sum, so one over the sum, times the slope of the sum, which is $e^{z_k}$. But $e^{z_k}$
# over the sum is $p_k$. Together:
#
# $$\frac{d\,\text{loss}}{dz_k} = p_k - \begin{cases} 1 & \text{if } k \text{ occurred} \\ 0 & \text{otherwise} \end{cases}$$
#
# *What the model said minus what occurred.* Every training step of nearly every language model begins its way back with
# this difference:


# %% quote="llmai_edu.models.mlp:cross_entropy_backward"
def cross_entropy_backward(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return the gradient of the mean loss with respect to the logits: (what was said - what occurred) / B.

    logits: (B, V). targets: (B,). Returns (B, V).

    >>> cross_entropy_backward(torch.zeros(1, 4), torch.tensor([2])).tolist()
    [[0.25, 0.25, -0.75, 0.25]]
    """
    grad = logits.softmax(1)
    grad[torch.arange(len(targets)), targets] -= 1
    return grad / len(targets)


# %%
logits = torch.randn(6, 5, generator=generator, dtype=torch.float64, requires_grad=True)
targets = torch.tensor([0, 1, 2, 3, 4, 0])
theirs = torch.nn.functional.cross_entropy(logits, targets)
theirs.backward()
assert torch.isclose(cross_entropy(logits, targets), theirs)
torch.testing.assert_close(cross_entropy_backward(logits.detach(), targets), logits.grad)
print(cross_entropy_backward(logits.detach(), targets)[0].numpy().round(3))
assert cross_entropy_backward(logits.detach(), targets).sum(1).abs().max() < 1e-12

# %% [markdown]
# Each row sums to zero: what the answer that occurred gains in a step, the others lose.
#
# ## All the way back
#
# A *multilayer perceptron*, MLP for short, is layers with a bend between them. (Without the bend, two layers would be
# no more than one: a weighted sum of weighted sums is a weighted sum.) On the way forward it keeps what went into each
# layer, because the way back will ask for it:


# %% quote="llmai_edu.models.mlp:mlp_forward"
def mlp_forward(
    x: torch.Tensor, layers: Sequence[Layer]
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Apply the layers with tanh between them; keep what went into each, for the way back.

    x: (B, C). Returns the logits (B, V) and the list of inputs, one for each layer.
    """
    inputs = []
    for weight, bias in layers[:-1]:
        inputs.append(x)
        x = linear(x, weight, bias).tanh()
    return linear(x, *layers[-1]), [*inputs, x]


# %% quote="llmai_edu.models.mlp:mlp_backward"
def mlp_backward(
    grad: torch.Tensor, inputs: Sequence[torch.Tensor], layers: Sequence[Layer]
) -> list[Layer]:
    """Go back from the last layer to the first; return the gradient of every weight and bias.

    grad: (B, V), of the logits. inputs: as `mlp_forward` returned them, which are the outputs of the tanh before.
    """
    grads = []
    for n in reversed(range(len(layers))):
        grad, grad_weight, grad_bias = linear_backward(grad, inputs[n], layers[n][0])
        grads.insert(0, (grad_weight, grad_bias))
        if n:  # what went in here came out of a tanh
            grad = tanh_backward(grad, inputs[n])
    return grads


# %% [markdown]
# That is the whole of backpropagation: a handful of lines, and in them two products for each layer, and the slope of a
# bend between the layers. Is it right? We give the same network to PyTorch's autograd:

# %%
spiral_layers = MLP([2, 32, 32, 2], generator=generator, dtype=torch.float64).layers
logits, inputs = mlp_forward(points.double(), spiral_layers)
ours = mlp_backward(cross_entropy_backward(logits, which), inputs, spiral_layers)

for parameter in [p for layer in spiral_layers for p in layer]:
    parameter.requires_grad_()
cross_entropy(mlp_forward(points.double(), spiral_layers)[0], which).backward()
for (weight, bias), (grad_weight, grad_bias) in zip(spiral_layers, ours):
    torch.testing.assert_close(grad_weight, weight.grad)
    torch.testing.assert_close(grad_bias, bias.grad)
print("1,218 slopes, equal to autograd's")

# For the quotations below:
from llmai_edu.training import SGD, Momentum
from llmai_edu.training.optimizers import Memory  # what an optimizer remembers of a parameter

# %% [markdown]
# This is what trained the spirals at the top of the page: `loss_and_grad` calls these two functions. From now on we let
# autograd do this work. You know what it does.
#
# ## Who moves the parameters: optimizers
#
# An *optimizer* takes the gradient and decides how to move. Plain gradient descent you have seen. It is called *SGD*,
# stochastic (random) gradient descent [2], because in practice the gradient is that of a random handful of examples.
# Here and below, `p` is a parameter or a whole table of them, and `p -= …` changes it in place.
#
# As in lesson 02 we quote a method, and call it by itself; its first argument, `self`, is the optimizer. `memory` is a
# dictionary in which it may keep something about this parameter from step to step. SGD keeps nothing:


# %% quote="llmai_edu.training.optimizers:SGD.update"
def update(self, p: torch.Tensor, grad: torch.Tensor, memory: Memory) -> None:
    p -= self.lr * grad


# %%
p = torch.tensor([3.0])
update(SGD([p], lr=0.25), p, 2 * p, {})  # one step down the curve w², whose slope is 2w
assert p.item() == 1.5

# %% [markdown]
# **Momentum.** In a long ravine, plain descent leaps from wall to wall and hardly moves along the floor. A heavy ball
# does better: its sideways swings cancel out, and what points along the floor adds up [3]. So keep a *velocity*, of
# which a share $\mu$ survives each step:
#
# $$v \leftarrow \mu\, v + g \qquad\quad w \leftarrow w - \text{lr} \cdot v$$
#
# (A torch method whose name ends in `_`, such as `mul_` and `add_`, changes the tensor in place.)


# %% quote="llmai_edu.training.optimizers:Momentum.update"
def update(self, p: torch.Tensor, grad: torch.Tensor, memory: Memory) -> None:
    velocity = memory.setdefault("velocity", torch.zeros_like(p))
    velocity.mul_(self.momentum).add_(grad)
    p -= self.lr * velocity


# %%
p, memory = torch.tensor([0.0]), {}
ball = Momentum([p], lr=1.0, momentum=0.9)
for _ in range(100):
    before = p.item()
    update(ball, p, torch.tensor([1.0]), memory)  # the slope is 1 everywhere
print(f"on an even slope of 1, the hundredth step is {before - p.item():.2f} long")
assert 9.9 < before - p.item() < 10.1

# %% [markdown]
# With a share of 0.9, a ball on an even slope ends up ten times as fast as plain descent:
# $1 + 0.9 + 0.9^2 + \dots = 10$.
#
# **Adam** [4] asks another question. Why should one learning rate fit all parameters? One has slopes of a thousand,
# another of a thousandth. So it keeps two running means for each parameter: $m$ of the slope $g$, and $s$ of its
# square. $\sqrt{s}$ is the slope's usual size. Dividing by it makes all steps about as long as the learning rate, in
# every parameter:
#
# $$m \leftarrow \beta_1 m + (1-\beta_1)\, g \qquad s \leftarrow \beta_2 s + (1-\beta_2)\, g^2 \qquad w \leftarrow w - \text{lr} \cdot \frac{\hat m}{\sqrt{\hat s} + \varepsilon}$$
#
# The hats: both means begin at 0 and are too small at first. After $t$ steps they are too small by the factor
# $1 - \beta^t$, and are divided by it. $\varepsilon$ is tiny and prevents a division by zero.


# %% quote="llmai_edu.training.optimizers:Adam.update"
def update(self, p: torch.Tensor, grad: torch.Tensor, memory: Memory) -> None:
    beta1, beta2 = self.betas
    mean = memory.setdefault("mean", torch.zeros_like(p))
    square = memory.setdefault("square", torch.zeros_like(p))
    memory["steps"] = steps = memory.get("steps", 0) + 1
    mean.mul_(beta1).add_((1 - beta1) * grad)
    square.mul_(beta2).add_((1 - beta2) * grad * grad)
    # Both began at 0 and are too small at first, by a factor that is known.
    mean_hat, square_hat = mean / (1 - beta1**steps), square / (1 - beta2**steps)
    p -= self.lr * mean_hat / (square_hat.sqrt() + self.eps)


# %%
for size in (0.001, 1.0, 1000.0):
    p = torch.tensor([0.0])
    update(Adam([p], lr=0.01), p, torch.tensor([size]), {})
    print(f"slope {size:>8}: the first step is {-p.item():.5f} long")
    assert math.isclose(-p.item(), 0.01, rel_tol=1e-4)

# %% [markdown]
# The first step is as long as the learning rate, whatever the size of the slope.
#
# Are these the real ones? We train the spiral network for 100 steps, once with each of ours and once with PyTorch's,
# from the same weights. After every step, all 1,218 parameters must agree:

# %%
pairs = {
    "SGD": (SGD, torch.optim.SGD, {"lr": 0.1}),
    "momentum": (Momentum, torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}),
    "Adam": (Adam, torch.optim.Adam, {"lr": 0.01}),
}
for name, (our_kind, torch_kind, options) in pairs.items():
    twins = [
        MLP([2, 32, 32, 2], generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
        for _ in range(2)
    ]
    movers = [
        kind(twin.parameters(), **options) for kind, twin in zip((our_kind, torch_kind), twins)
    ]
    for _ in range(100):
        for twin, mover in zip(twins, movers):
            loss = twin.loss_and_grad(points.double(), which)
            mover.step()
        torch.testing.assert_close(*[twin.parameters() for twin in twins])
    print(f"{name:<9} loss after 100 steps {loss:.4f}; ours and PyTorch's agree at every step")

# %% [markdown]
# Now let them race down the ravine. Each may choose its own learning rate from a list: the one with which its loss is
# lowest after 60 steps. Guess first: which of the three wins?


# %%
def race(kind, lr, scale=1.0):
    """The path of an optimizer down the ravine in 60 steps (61, 2), when the loss is multiplied by `scale`."""
    w = torch.tensor([-4.0, 1.0])
    mover, path = kind([w], lr), [w.tolist()]
    for _ in range(60):
        w.grad = scale * torch.tensor(ravine_gradient(*w))
        mover.step()
        path.append(w.tolist())
    return np.array(path)


makers = {"SGD": SGD, "momentum 0.8": lambda p, lr: Momentum(p, lr, 0.8), "Adam": Adam}
best_paths, best_rates = {}, {}
for name, kind in makers.items():
    tried = {lr: race(kind, lr) for lr in (0.001, 0.003, 0.01, 0.03, 0.09, 0.3, 1.0)}
    ends = {lr: ravine(*path[-1]) for lr, path in tried.items() if np.isfinite(path).all()}
    best_rates[name] = min(ends, key=ends.get)
    best_paths[name] = tried[best_rates[name]]
    print(
        f"{name:<13} learning rate {best_rates[name]:<5} loss after 60 steps {ends[best_rates[name]]:.2g}"
    )

# %% alt="Three pictures of the ravine with a path from the left wall to the bottom. SGD zigzags across the valley with ever smaller swings. Momentum swings wide across the valley and beyond the bottom, and comes back. Adam goes down diagonally in a smooth curve and circles in."
_, three = plt.subplots(3, 1, figsize=(6, 4.8), sharex=True, layout="constrained")
for axes, (name, path) in zip(three, best_paths.items()):
    axes.contour(
        xs,
        ys,
        ravine(xs, ys),
        levels=[0.5, 3, 10, 24],
        colors="#BBBBBB",
        linewidths=0.8,
    )
    axes.plot(*path.T, "o-", color=PALETTE[3], markersize=3, linewidth=1)
    axes.plot(*path[0], "ks", markersize=7)
    axes.set(title=f"{name}, learning rate {best_rates[name]}", ylabel="b", ylim=(-1.5, 1.5))
three[-1].set_xlabel("a")
plt.show()
final = {name: ravine(*path[-1]) for name, path in best_paths.items()}
assert final["momentum 0.8"] < final["SGD"] < final["Adam"]

# %% [markdown]
# Momentum wins, and Adam comes last. That may surprise you, for Adam is the usual choice today. On another landscape
# the order can be another; one race proves little. But the pictures show how differently they go: SGD zigzags from wall
# to wall, momentum swings wide and comes back, and Adam, with equal steps in both directions, hardly notices that one
# wall is twenty times as steep. (The ravine lies along the axes. So each parameter has a steepness of its own, and Adam
# measures that of each by itself.)
#
# What Adam is good at shows when the loss is measured in another unit. Multiply the whole loss by 1,000, as if it were
# counted in thousandths: the slopes grow with it, and plain descent needs another learning rate. Adam does not notice:

# %%
for name, kind in makers.items():
    plain, scaled = (race(kind, best_rates[name], scale)[-1] for scale in (1, 1000))
    print(
        f"{name:<13} ends at {plain.round(3)}; with the loss times 1,000 at {scaled.round(3)}"
    )
    same = np.allclose(plain, scaled, atol=1e-3)  # nan: no number any more, the path is lost
    assert same == (name == "Adam")

# %% [markdown]
# That is why it is so often the first choice for networks, whose layers have slopes of very different sizes. It is a
# convenience, not a law.
#
# ### Play with it
#
# The ravine is yours. Two questions to answer by trying: at which learning rate does plain descent (momentum 0) begin
# to run away? And which momentum brings the ball to the bottom soonest? (Exercise 3 computes the first answer.)

# %%
from llmai_edu.viz import show
from llmai_edu.viz.descent import descent_html, descent_widget

show(
    descent_widget(ravine, ravine_gradient, start=(-4.0, 1.0), lr=0.08),
    descent_html(ravine, ravine_gradient, start=(-4.0, 1.0), lr=0.08),
)

# %% [markdown]
# ## A language model that learns
#
# Bengio and others [5] made a language model of such a network in 2003. It gets the last few tokens and gives a
# distribution over the next one. But tokens are numbers without a meaning: token 812 is not twice as much of anything
# as token 406. So each token gets a *vector*, a short list of numbers, and these are parameters like all others. The
# table of them is the *embedding*. The vectors of the last tokens are laid side by side, and the rest is the MLP that
# you know. For one context, in the plainest form:


# %%
import torch.nn.functional as F

from llmai_edu.models.mlp_lm import MLPLM
from llmai_edu.models.state import State


def next_logits(model, last):
    """The logits after the `last` tokens, as many as the model sees, oldest first."""
    x = torch.cat([model.embed.weight[token] for token in last])  # (context · C,)
    hidden = torch.tanh(x @ model.hidden.weight.T + model.hidden.bias)
    return hidden @ model.head.weight.T + model.head.bias  # (V,)


# %% [markdown]
# (PyTorch keeps a layer's weights turned round, as (out, in), hence the `.T`.) The library's model does this at every
# place of several texts at once: B texts of T tokens, the shape (B, T). `unfold` cuts the text into overlapping
# windows; `state` holds the last tokens of the text before, so that a long text can be read in pieces; `dropout`
# switches hidden numbers off at random, a help in long trainings; here it is off.


# %% quote="llmai_edu.models.mlp_lm:MLPLM.forward"
def forward(self, ids: torch.Tensor, state: State = None) -> tuple[torch.Tensor, State]:
    """Logits for the token after each of `ids`, and the state with which the text can be read on.

    The state is the last tokens before `ids`; without it, a text begins.

    ids: (B, T) of int64. state: (context - 1, B). Returns (B, T, V) and the new state.
    """
    past = ids.new_full((len(ids), self.context - 1), self.start) if state is None else state.T
    ids = torch.cat((past, ids), dim=1)  # (B, context - 1 + T)
    windows = self.embed(ids).unfold(
        1, self.context, 1
    )  # (B, T, C, context): the last tokens, at each place
    x = windows.transpose(2, 3).flatten(2)  # (B, T, context · C), oldest token first
    logits = self.head(self.dropout(F.tanh(self.hidden(x))))
    return logits, ids[:, ids.shape[1] - self.context + 1 :].T


# %%
tiny = MLPLM(50, context=3, channels=4, hidden=8, generator=generator)
ids = torch.tensor([[5, 17, 5, 42, 8]])
logits, state = forward(tiny, ids)  # (B, T, V) = (1, 5, 50)
for t in (2, 3, 4):
    torch.testing.assert_close(logits[0, t], next_logits(tiny, ids[0, t - 2 : t + 1]))
print(tuple(logits.shape), "and the state that the next piece needs:", state.flatten().tolist())

# %% [markdown]
# How does a vector learn? The slopes come back through the network as through any layer, down to the vectors that were
# looked up, and only to those. At the third place the model sees the tokens 5, 17 and 5. Token 5 is used twice, so its
# vector gets two slopes, added up. To see them apart, we feed the three vectors once as if they belonged to three
# tokens:

# %%
three = tiny.embed.weight[[5, 17, 5]].detach().requires_grad_()
tiny.head(torch.tanh(tiny.hidden(three.flatten())))[3].backward()  # of one logit

logits[0, 2, 3].backward()  # of the same logit, as the model computed it
touched = tiny.embed.weight.grad.abs().sum(1).nonzero().flatten().tolist()
print("tokens whose vectors get a slope:", touched)
assert touched == [5, 17]
torch.testing.assert_close(tiny.embed.weight.grad[5], three.grad[0] + three.grad[2])

from llmai_edu.training import clip_gradients, set_learning_rate  # for the quotation below

# %% [markdown]
# ### The training step
#
# Everything is ready. One step of training, as the library's `Trainer` does it. `next(self.batches)` gives the next
# examples. `zero_grad` forgets the old slopes, because `backward` *adds* to what is there, as our `Number` did.
# `clip_gradients` shortens a gradient that is longer than a limit; lesson 07 says why. `check_numbers` stops the
# training when the loss or the gradient is not a finite number any more. `set_learning_rate` sets the learning rate of
# this step. `batch[-1]` holds the targets, and `numel` counts them.


# %% quote="llmai_edu.training.trainer:Trainer.step"
def step(self, lr: float) -> tuple[float, float, int]:
    """Train on one batch; return the loss, the gradient's length, and how many targets there were."""
    batch = next(self.batches)
    loss = self.loss(self.model, batch)
    self.optimizer.zero_grad()
    loss.backward()
    norm = clip_gradients(self.model.parameters(), self.clip)
    self.check_numbers(loss.item(), norm.item())
    set_learning_rate(self.optimizer, lr)
    self.optimizer.step()
    return loss.item(), norm.item(), batch[-1].numel()


# %% [markdown]
# ### What a table cannot do
#
# Lesson 02 ended with a complaint: what an n-gram learns about "the President" tells it nothing about "the Governor".
# Does the network do better? To see it clearly, we make a language. It has 200 nouns and 200 verbs, each of four kinds,
# 50 of each. A sentence is a noun, then a verb *of the same kind*, and a full stop. All 50 fitting verbs are equally
# likely. So whoever knows the kinds has a surprise of $\log_2 50 = 5.64$ bits at the verb, and on average nobody can
# have less.

# %%
from llmai_edu.models.kneser_ney import ModifiedKneserNey

KINDS, WORDS = 4, 50
NOUNS = KINDS * WORDS  # the full stop is 0, nouns are 1 to 200, verbs 201 to 400


def speak(n):
    """Draw n sentences (n, 3): the full stop before, a noun, a verb of its kind."""
    kind = rng.integers(KINDS, size=n)
    noun, verb = kind * WORDS + rng.integers(WORDS, size=(2, n))
    return np.stack((np.zeros(n, int), 1 + noun, 1 + NOUNS + verb), axis=1)


heard, asked = speak(4000), speak(1000)
known_pairs = {tuple(pair) for pair in heard[:, 1:].tolist()}
is_new = np.array([tuple(pair) not in known_pairs for pair in asked[:, 1:].tolist()])
print(f"{is_new.mean():.0%} of the pairs in 1,000 new sentences were never heard")
assert 0.6 < is_new.mean() < 0.75
print(f"a noun was heard with {len(known_pairs) / NOUNS:.1f} different verbs on average")
assert 16 < len(known_pairs) / NOUNS < 17.2

# %% [markdown]
# There are 10,000 possible pairs, and the models hear 4,000 sentences. Two thirds of the pairs that they will be asked
# for are new to them. Each noun, though, is heard about twenty times. Nobody tells them which words are of one kind.
# The table reads the sentences once, the network five times.
#
# The loss that the next cell prints is in nats, and it is the mean over the three tokens of a sentence. At the noun one
# out of 200 is to be guessed, at the verb one out of 50, and the full stop is certain. So the floor of this loss is
# $(\ln 200 + \ln 50 + 0) / 3 = 3.07$ nats.

# %%
from llmai_edu.training import NextTokenLoss, StreamBatches, Trainer


def train_speaker(sentences):
    """A small network that has read the sentences for 500 steps; it sees one word."""
    model = MLPLM(1 + 2 * NOUNS, context=1, channels=8, hidden=32, generator=generator)
    model.embed.weight.data *= 0.1  # the vectors begin near 0: what we see later was learned
    batches = StreamBatches(torch.tensor(sentences.ravel()), batch_size=20, steps=6)
    trainer = Trainer(model, NextTokenLoss(), batches, Adam(model.parameters(), lr=0.01))
    losses = [step(trainer, lr=0.01)[0] for _ in range(500)]
    print(
        f"loss of the first step {losses[0]:.2f} nats, mean of the last fifty {np.mean(losses[-50:]):.2f}"
    )
    assert np.mean(losses[-50:]) < losses[0] - 2
    assert batches.epochs == 5
    return model.eval()


speaker = train_speaker(heard)
assert round((math.log(NOUNS) + math.log(WORDS)) / 3, 2) == 3.07

# %%
from llmai_edu.evaluation import bits_per_byte, bootstrap_interval
from llmai_edu.evaluation.language_model import token_nats


def verb_bits(model, sentences):
    """The surprise of a network, or of a table, at the verb of each sentence, in bits."""
    if isinstance(model, MLPLM):
        nats = np.array(
            [one[1] for one in token_nats(model, sentences[:, 1:].tolist(), start=0)]
        )
    else:
        nats = -np.array([model.log_prob(one)[2] for one in sentences])
    return nats_to_bits(nats)


network_bits = verb_bits(speaker, asked)
tables = {
    n: ModifiedKneserNey.fit([heard.ravel()], n, vocab_size=1 + 2 * NOUNS) for n in (2, 3)
}
table_bits = {n: verb_bits(table, asked) for n, table in tables.items()}
for name, bits in [
    ("MLP", network_bits),
    ("Kneser–Ney, order 2", table_bits[2]),
    ("order 3", table_bits[3]),
]:
    low, high = bootstrap_interval(bits, np.ones(len(bits)), rng=rng)
    print(f"{name:<20} {bits.mean():.2f} bits a verb, 95 % interval {low:.2f} to {high:.2f}")
assert math.log2(WORDS) < network_bits.mean() < 6.4
assert 7.3 < table_bits[2].mean() < min(math.log2(NOUNS), table_bits[3].mean())

# %%
saved, one_each = table_bits[2] - network_bits, np.ones(len(asked))
low, high = bootstrap_interval(saved, one_each, rng=rng)
print(
    f"saved against order 2: {saved.mean():.2f} bits a verb, 95 % interval {low:.2f} to {high:.2f}"
)
print(f"on new pairs {saved[is_new].mean():.2f}, on heard ones {saved[~is_new].mean():.2f}")
assert low > 1
assert saved[is_new].mean() > 1.5 > 0.6 > saved[~is_new].mean()

# %% [markdown]
# Guessing blindly among the 200 verbs would take $\log_2 200 = 7.64$ bits. The best table needs hardly less. It can
# remember which verbs each noun was heard with, sixteen or seventeen of the fifty; of the others it knows nothing. The
# network comes to within a bit of the floor, and it saves the most where the table has nothing to go by: on the pairs
# that were never heard.
#
# Where did it put the nouns? Each has a vector of eight numbers. The picture turns the eight-dimensional cloud so that
# as much of it as possible is seen on a plane (*principal components*):

# %% alt="Two hundred points, one for each noun, with four kinds of markers. Each kind gathers in a region; some of the regions touch or overlap a little in this flat view."
vectors = speaker.embed.weight[1 : 1 + NOUNS].detach().numpy()
centred = vectors - vectors.mean(axis=0)
plane = centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T  # (200, 2)
_, axes = new_axes(6.2, 3.4)
for kind, marker in enumerate("o^s*"):
    members = plane[kind * WORDS : (kind + 1) * WORDS]
    axes.scatter(*members.T, marker=marker, s=22, label=f"nouns of kind {kind + 1}")
axes.set(xlabel="first direction", ylabel="second direction")
axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
plt.show()
unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
likeness = (
    unit @ unit.T
)  # the cosine of the angle between two vectors: 1 for the same direction
np.fill_diagonal(likeness, -1)  # nobody is their own neighbour
same_kind = (likeness.argmax(1) // WORDS == np.arange(NOUNS) // WORDS).mean()
print(f"{same_kind:.0%} of the nouns have a noun of their own kind as nearest neighbour")
assert same_kind > 0.9

# %% [markdown]
# The kinds were never named, and yet the vectors of one kind lie together. The nouns that are followed by the same
# verbs got similar vectors, because that made the surprise smaller. From there on, what is learned about one is learned
# about its neighbours, for the network sees nothing but the vector. Lesson 03 makes such vectors for real words, and
# looks at what is near to what.
#
# Is it really the likeness that helps? Take it away and leave all else as it was: every noun gets 50 verbs of its own,
# drawn at random. The floor is still 5.64 bits. Guess what becomes of the network's lead.

# %%
fitting = np.argsort(rng.random((NOUNS, NOUNS)), axis=1)[
    :, :WORDS
]  # for each noun, its own 50 verbs


def speak_at_random(n):
    """Sentences as before, but no two nouns are alike."""
    noun = rng.integers(NOUNS, size=n)
    verb = fitting[noun, rng.integers(WORDS, size=n)]
    return np.stack((np.zeros(n, int), 1 + noun, 1 + NOUNS + verb), axis=1)


heard, asked = speak_at_random(4000), speak_at_random(1000)
lonely = train_speaker(heard)
lonely_bits = verb_bits(lonely, asked)
lonely_table = verb_bits(
    ModifiedKneserNey.fit([heard.ravel()], 2, vocab_size=1 + 2 * NOUNS), asked
)
low, high = bootstrap_interval(lonely_bits - lonely_table, one_each, rng=rng)
print(
    f"MLP {lonely_bits.mean():.2f}, Kneser–Ney {lonely_table.mean():.2f}, difference {low:.2f} to {high:.2f}"
)
print(f"MLP on the sentences that it has read: {verb_bits(lonely, heard).mean():.2f}")
assert low > 0.2
assert verb_bits(lonely, heard).mean() < math.log2(NOUNS) < lonely_bits.mean()

# %% [markdown]
# It is gone, and turned into a loss: the table is now the better of the two. Nothing else was changed, so the likeness
# it was. Where one noun says nothing about another, there is nothing to share. The network does even worse than blind
# guessing (7.64 bits), though on the 4,000 sentences that it read five times it does better than that: it took
# accidents of them for rules.
#
# ## Two hundred years of speeches
#
# Now real text. The tokens are those of lesson 01: byte-level BPE, 1,024 of them, learned on the training years alone.
# The model sees four tokens, about twelve bytes. Before every address stands a special token that says "here begins a
# text".

# %%
from llmai_edu.tokenizers import train_bpe

BEGIN = "<|endoftext|>"
tokenizer = train_bpe(text.train, vocab_size=1024, special_tokens=[BEGIN])
start = tokenizer.special_tokens[BEGIN]
stream = torch.tensor([i for doc in text.train_docs for i in (start, *tokenizer.encode(doc))])
bytes_per_token = len(text.train.encode()) / len(stream)
print(f"{len(stream):,} tokens, {bytes_per_token:.2f} bytes each on average")
assert 11.5 < 4 * bytes_per_token < 12.5

# %% [markdown]
# The *batches* are 32 pieces of 16 tokens from 32 places of the text. After each batch the 32 places move on by 16
# tokens. (When all text has been read once, that is an *epoch*; here we do not get that far.)
#
# Every hundred steps the model is also measured on a piece of the *validation* years, which it does not train on. The
# learning rate falls along half a cosine to a tenth of where it began: long steps first, short ones at the end. It
# takes about fifteen seconds.

# %%
from llmai_edu.evaluation.language_model import score_documents
from llmai_edu.training import cosine

model = MLPLM(1024, context=4, channels=32, hidden=128, start=start, generator=generator)
short_docs = sorted(text.valid_docs, key=len)[:4]


def valid_bits(model):
    """Bits per byte on the four shortest addresses of the validation years."""
    return score_documents(model, tokenizer, short_docs, start=start).bits_per_byte


trainer = Trainer(
    model,
    NextTokenLoss(),
    StreamBatches(stream, batch_size=32, steps=16),
    Adam(model.parameters(), lr=0.01),
    clip=1.0,
    schedule=cosine,
    evaluate=valid_bits,
    evaluate_every=100,
    progress=False,
)
history = trainer.run(steps=1200)
print(f"{history.units[-1]:,} tokens read, {trainer.batches.epochs:.0%} of the training text")
assert 0.15 < trainer.batches.epochs < 0.18

# %% alt="Bits per byte against steps. Both curves fall steeply from above 3 to about 2 in the first 500 steps, then ever more slowly to about 1.8 at step 1,200. The dashed validation curve lies on the training curve."
steps, loss = history.curve(60)
_, axes = new_axes(6.5, 3.2)
axes.plot(
    steps,
    nats_to_bits(loss) / bytes_per_token,
    color=PALETTE[0],
    label="training, mean of 20 steps",
)
axes.plot(
    [e.step for e in history.evaluations],
    [e.value for e in history.evaluations],
    "o--",
    color=PALETTE[3],
    label="validation, four addresses",
)
axes.set(xlabel="steps", ylabel="bits per byte", ylim=(1.5, 4))
axes.legend()
plt.show()
values = [e.value for e in history.evaluations]
print("validation:", [f"{value:.2f}" for value in values])
assert values[-1] == min(values) < 1.9
assert abs(values[-1] - nats_to_bits(history.mean_loss(100)) / bytes_per_token) < 0.1

# %% [markdown]
# The two curves lie on each other. The network meets every piece of the training text for the first time, and its loss
# is noted *before* it learns from the piece. So both curves tell how surprised it is by new text. (The validation years
# are later ones, and might have been harder; on these four addresses it does not show.) They would part if the text were read again
# and again, and then only the validation curve could be trusted. The validation curve was still falling when the
# training ended.
#
# What does it write? It draws one token after another, each from its own distribution, as the n-gram did:

# %%
from llmai_edu.generation.stateful import generate_stateful

prompt = [start, *tokenizer.encode("Fellow citizens")]
written = list(generate_stateful(model, prompt, 120, generator=generator))
print(tokenizer.decode(prompt[1:] + written))

# %% [markdown]
# Words and half-words in something like the rhythm of a sentence. Now the test years, once. Beside the network, an
# n-gram has its chance with exactly the same tokens: the 614,400 that the network has read, four tokens of context.
# Which of the two will need fewer bits? Guess first.

# %%
score = score_documents(model, tokenizer, text.test_docs, start=start)
live = score.bits_per_byte
low, high = score.interval(rng)
print(f"MLP: {live:.3f} bits per byte, 95 % interval {low:.3f} to {high:.3f}")

pieces = [
    stream[first : first + 1200 * 16].numpy() for first in trainer.batches.starts.flatten()
]
same_text = ModifiedKneserNey.fit(pieces, order=5, vocab_size=1024)
nats = -sum(
    same_text.log_prob(np.array([start, *tokenizer.encode(doc)]))[1:].sum()
    for doc in text.test_docs
)
counted_bits = bits_per_byte(nats, len("".join(text.test_docs).encode()))
print(
    f"Kneser–Ney of order 5 over the same {sum(map(len, pieces)):,} tokens: {counted_bits:.3f}"
)
assert sum(map(len, pieces)) == history.units[-1] == 614_400
assert 1.7 < live < 1.95
assert counted_bits < 1.6 < low

# %% [markdown]
# Counting wins, and clearly. The table takes in every token at once and for good. The network has moved 1,200 times, a
# small step each time. What does more time bring? Here is the ladder, with a recorded run of the same kind of model:
# 4,096 tokens, of which it sees eight, and thirty minutes of one core.

# %% alt="The ladder, bits per byte on the test years, from uniform guessing at 8 over gzip at 2.7 and Kneser-Ney of order 4 at 2.0, order 6 at 1.5 and order 12 at 1.4 to Kneser-Ney over tokens at 1.3 and SmolLM2 at 0.94. The live MLP, hatched, is at 1.8, between orders 4 and 6; the recorded MLP, at 1.4, stands beside order 12."
from llmai_edu.evaluation import load_ladder
from llmai_edu.viz import ladder_chart

chosen = [
    "uniform",
    "gzip",
    "Kneser–Ney, order 4",
    "Kneser–Ney, order 6",
    "Kneser–Ney, order 12",
]
chosen += [
    "MLP (Bengio 2003)",
    "Kneser–Ney over BPE of 4,096 tokens",
    "SmolLM2-135M-Instruct (4-bit)",
]
ladder = {rung.name: rung for rung in load_ladder()}
rungs = [(name, ladder[name].test, False) for name in chosen] + [
    ("your run: MLP, 1,200 steps", live, True)
]
ladder_chart(*zip(*sorted(rungs, key=lambda rung: -rung[1])))
plt.show()
recorded, tokens = ladder["MLP (Bengio 2003)"], ladder["Kneser–Ney over BPE of 4,096 tokens"]
for rung in (recorded, tokens):
    print(f"{rung.name}: {rung.test:.3f} {rung.test_interval}; 2026: {rung.fresh:.3f}")
    print(f"    {rung.size:,} {rung.size_unit}; {rung.budget}")
order_9, order_12 = (ladder[f"Kneser–Ney, order {n}"].test for n in (9, 12))
assert tokens.test_interval[1] < order_12 < recorded.test < order_9 < live
assert 0.06 < recorded.test - tokens.test < 0.09
assert 3 * recorded.size < tokens.size

# %% [markdown]
# More time and more context bring the network down to the best n-grams over bytes: between the orders 9 and 12. But the
# n-gram over tokens is the one to compare it with: it has read the same training text, in the same 4,096 tokens. There,
# counting stays ahead, by seven hundredths of a bit. It pays with memory: it keeps eight million n-grams, more than three
# times as many numbers as the network has parameters.
#
# ## A source without likeness
#
# One more test. Lesson 02 made a source whose entropy is known: letters that depend on the two before them, and
# brackets. Its letters have no kinds. What follows "ab" was drawn at random, and so was what follows "ac", with no
# regard to each other. Guess: how will the network do there, against a table?

# %%
from llmai_edu.evaluation import known_source

source = known_source(seed=0)
column = {symbol: number for number, symbol in enumerate(source.symbols)}
sample, new_sample = (
    np.array([column[symbol] for symbol in source.sample(n, rng)]) for n in (1_000_000, 100_000)
)
learner = MLPLM(35, context=2, channels=16, hidden=256, generator=generator)
trainer = Trainer(
    learner,
    NextTokenLoss(),
    StreamBatches(torch.tensor(sample), batch_size=32, steps=32),
    Adam(learner.parameters(), lr=0.01),
    schedule=cosine,
    progress=False,
)
trainer.run(steps=800)
learned = nats_to_bits(token_nats(learner, [new_sample], start=0, chunk=4096)[0].mean())
counted = nats_to_bits(
    -ModifiedKneserNey.fit([sample], 3, vocab_size=35).log_prob(new_sample).mean()
)
print(
    f"floor, seeing 2 symbols {source.floor(2):.3f}; Kneser–Ney of order 3 {counted:.3f}; MLP {learned:.3f}"
)
assert 1 < counted / source.floor(2) < 1.02
assert 1.065 < learned / source.floor(2) < 1.095

# %% [markdown]
# The table comes within two per cent of the floor, the network stays some eight per cent above it. As in the control
# above, there is no likeness that it could use. (Nor has it read much: it met the million symbols less than once. This
# run does not tell how near it would come with more time.)
#
# English lies between the two made-up languages. Its words are alike in countless ways, and it has countless
# exceptions, which must be learned one by one.
#
# ## What we have now, and what it cannot do
#
# - The slope of a loss, by hand, by two near points, by a program of two dozen lines, by matrices and by autograd; all
#   agree.
# - SGD, momentum and Adam from their formulae, equal to PyTorch's step for step.
# - A training step that serves all neural models of the coming lessons.
# - A language model that learns what is alike. What it learns about one noun, it knows about others of the kind, where
#   a table begins anew each time.
# - But it sees a fixed number of tokens, and each further one makes its first layer wider. What stood one token earlier
#   does not exist for it. Nor does it know that the same word means much the same one place further on: each place has
#   weights of its own. [Lesson 07](07_rnn.ipynb) reads a text of any length with the same weights at every place.
# - And with little time or text, counting remains hard to beat.
#
# **Try it:** the [exercise sheet](../exercises/05_mlp.ipynb) asks you to mend a backward pass that loses slopes, to
# derive the slope of a loss that is used for training large models, and to predict how many steps gradient descent will
# take.
#
# **Sources**
#
# [1] D. E. Rumelhart, G. E. Hinton and R. J. Williams, [*Learning representations by back-propagating
# errors*](https://doi.org/10.1038/323533a0), Nature 323, 1986.
#
# [2] H. Robbins and S. Monro, [*A Stochastic Approximation Method*](https://doi.org/10.1214/aoms/1177729586), 1951.
#
# [3] B. T. Polyak, [*Some methods of speeding up the convergence of iteration methods*](https://doi.org/10.1016/0041-5553%2864%2990137-5), 1964.
#
# [4] D. P. Kingma and J. Ba, [*Adam: A Method for Stochastic Optimization*](https://arxiv.org/abs/1412.6980), 2015.
#
# [5] Y. Bengio, R. Ducharme, P. Vincent and C. Jauvin, [*A Neural Probabilistic Language
# Model*](https://www.jmlr.org/papers/v3/bengio03a.html), Journal of Machine Learning Research 3, 2003.
#
# *Prose CC BY 4.0, code MIT, the llmai_edu authors. The speeches are in the public domain; their collection is under the MIT
# licence of the package that ships it. SmolLM2: Apache-2.0.*
