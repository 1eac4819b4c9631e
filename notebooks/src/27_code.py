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
# # Code: completion and review
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/notebooks/27_code.ipynb)
# <!-- colab:end -->
#
# *About 110 minutes to read, 60 seconds to run on two CPU cores, 1.8 GB. Needs: lessons 12 and 22.*
#
# A program is a text, and a language model can write on in it. Four applications come of that. A *completer* fills a gap. A *reviewer* points at the line that looks wrong. A *describer* says in words what a function does. And a *programmer* writes a whole function, which is then **run**. Each is measured here on code that our own model has not seen, beside the simplest program that does the same job. Running code that a model wrote is the one dangerous thing of this course, so we build a safe place for it first, and try to break out.

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

from llmai_edu.apps.code import CodeHelper
from llmai_edu.apps.code_recording import load_code_recording
from llmai_edu.apps.sandbox import (
    SandboxError,
    run_in_sandbox,
    sandbox_layers,
    sandboxed_function,
)
from llmai_edu.datasets.human_eval import load_human_eval
from llmai_edu.pretrained.course_code import course_code_log
from llmai_edu.viz import PALETTE, new_axes, show

seed = 0
rng = np.random.default_rng(seed)
problems = load_human_eval()
helper = CodeHelper.load(large=True)  # our small GPT, and SmolLM2
recorded = load_code_recording("code")
human_eval = load_code_recording("human_eval")
log = course_code_log()

# %%
try:
    layers = sandbox_layers()
except SandboxError as error:  # not on Linux: the cells below then show the recording
    layers = ()
    print(error)

# %% [markdown]
# ## The result first
#
# Here is a function with a gap, and what our own model of two million parameters writes into it. It has read both sides of the gap. It was trained for seventeen minutes of one core only, so do not expect much.

# %%
prefix = "    def __repr__(self):\n        "
suffix = "\n\n    def __len__(self):\n        return len(self.data)\n"
print(prefix + "⟦" + helper.complete(prefix, suffix) + "⟧" + suffix)

# %% [markdown]
# One gap proves nothing. So one line of code was cut out of each of 120 functions of Python's standard library, from modules that the model was not trained on. How often is the *exact* line written? The bars show it, with 95 % intervals (a bootstrap over packages, for the files of a package resemble each other).

# %%
gaps = recorded["tasks"]["gaps"]
filled = recorded["answers"]["gaps"]


def package_of(examples):
    """The number of the package that each example comes from."""
    return np.unique([one["module"].split("/")[0] for one in examples], return_inverse=True)[1]


packages = package_of(gaps)
exact = {
    name: np.array([line == gap["line"] for line, gap in zip(lines, gaps)], float)
    for name, lines in filled.items()
}


def interval(values, units, resamples=2000):
    """Mean, and its 95 % interval when whole packages are drawn again."""
    sums, sizes = np.bincount(units, values), np.bincount(units)
    picks = np.random.default_rng(seed).integers(0, len(sums), (resamples, len(sums)))
    means = sums[picks].sum(1) / sizes[picks].sum(1)
    return values.mean(), *np.quantile(means, [0.025, 0.975])


# %% alt="Seven bars, the share of 120 gaps in which exactly the missing line was written. SmolLM2 from left to right 8 percent, with an interval from 4 to 15; the table of lines 2 percent, the most frequent line 1; our own model in three ways and Kneser-Ney 0."
_, axes = new_axes(7.0, 3.2)
for row, (name, hits) in enumerate(exact.items()):
    mean, low, high = interval(hits, packages)
    axes.barh(row, mean, color=PALETTE[0 if "middle" in name else 4])
    axes.plot([low, high], [row, row], "k|-")
    print(f"{name:<24} {mean:.1%}  [{low:.1%}, {high:.1%}]")
axes.set_yticks(range(len(exact)), exact)
axes.invert_yaxis()
axes.set(xlabel="exactly the missing line")
plt.show()
print(f"{len(set(packages))} packages, {np.bincount(packages).max()} gaps from the largest")
assert np.bincount(packages).max() == 35
assert 0.05 < exact["SmolLM2, left to right"].mean() < 0.11
assert exact["fill in the middle"].sum() == exact["Kneser-Ney"].sum() == 0
assert exact["table of lines"].sum() == 2
assert exact["most frequent line"].sum() == 1
assert 0.04 < (1 - 0.025) ** 120 < 0.06

# %% [markdown]
# This is a sobering start. To write *exactly* the missing line of a program that one has never seen is hard. SmolLM2, with 135 million parameters, does it in about one gap of twelve. Our own small model does not do it once, nor does Kneser–Ney. Whoever writes `return` into every gap is right once, and a table of lines, a program of thirty lines, is right twice. One or two hits prove no difference; but there is nothing here for which anybody would take our model as a completer. (An interval from 0 to 0 is none: where nothing is right, drawing again finds nothing right. A model that is right in 2.5 % of all gaps would miss 120 independent ones in one case of twenty. And these are less than independent: 35 are from one package, `distutils`.) Later we look at a finer measure that shows what seventeen minutes of training did teach, and why they are not enough.
#
# ## Fill in the middle
#
# A GPT writes from left to right. Cut a gap into a text, and it sees only what stands before the gap. What stands after it is just as telling: `return total` below a gap says that the gap makes a `total`.
#
# Bavarian and others [1] found that the model need not be changed for that. Change the *text*: cut it into prefix, middle and suffix, and move the middle to the end. Three marks say which part is which. A model that learns to continue such texts learns to fill gaps.


# %%
def move_middle(prefix, middle, suffix):
    """The whole trick, on characters."""
    return "<PRE>" + prefix + "<SUF>" + suffix + "<MID>" + middle + "<END>"


print(move_middle("total = ", "sum(values)", "\nreturn total"))

# %% [markdown]
# On tokens, two things are added. The row must fit into the model's context (256 tokens here), so sides that are too long are shortened: what stays is what is *nearest* to the gap. And each side has a right to half of the room; what one does not need, the other gets.

# %%
from collections.abc import Sequence

from llmai_edu.training.fim import MIDDLE, PREFIX, SUFFIX, fim_row


# %% quote="llmai_edu.training.fim:fit"
def fit(prefix: Sequence[int], suffix: Sequence[int], room: int) -> tuple[list[int], list[int]]:
    """Shorten both sides of a hole to `room` tokens together, keeping what is nearest to the hole.

    Each has a right to half of the room; what one does not need, the other gets.

    >>> fit([1, 2, 3, 4], [5, 6, 7, 8], 4), fit([1], [5, 6, 7, 8], 4)
    (([3, 4], [5, 6]), ([1], [5, 6, 7]))
    """
    room = max(room, 0)
    before = min(len(prefix), max(room // 2, room - len(suffix)))
    return list(prefix[len(prefix) - before :]), list(suffix[: room - before])


# %%
print(fit([1, 2, 3, 4], [5, 6, 7, 8], 4), fit([1], [5, 6, 7, 8], 4))

# %%
from llmai_edu.tokenizers import BPETokenizer


# %% quote="llmai_edu.training.fim:fim_prompt"
def fim_prompt(tokenizer: BPETokenizer, prefix: str, suffix: str, room: int) -> list[int]:
    """What a model reads before it writes the middle: PREFIX prefix SUFFIX suffix MIDDLE, at most `room` tokens."""
    marks = [tokenizer.special_tokens[name] for name in (PREFIX, SUFFIX, MIDDLE)]
    before, after = fit(tokenizer.encode(prefix), tokenizer.encode(suffix), room - len(marks))
    return [marks[0], *before, marks[1], *after, marks[2]]


# %%
tokenizer = helper.writer[1]
prompt = fim_prompt(tokenizer, "total = ", "\nreturn total", 100)
print([tokenizer.decode([id]) for id in prompt])
names = {"<PRE>": "<fim_prefix>", "<SUF>": "<fim_suffix>", "<MID>": "<fim_middle>", "<END>": ""}
by_hand = move_middle("total = ", "", "\nreturn total")
for short, name in names.items():
    by_hand = by_hand.replace(short, name)
assert tokenizer.decode(prompt) == by_hand

# %% [markdown]
# That is the form PSM, for prefix, suffix, middle. The paper also tries the suffix first; the exercise sheet builds that.
#
# Where are the gaps cut in training? Half of ours are one whole line, half lie between any two characters, for a person may stop typing in the middle of a word. And only a share of the texts has a gap at all (here 60 %): a model that always saw gaps could no longer simply go on. The paper's main finding is that this costs next to nothing: the model stays as good from left to right ("FIM for free"). Whether that is so for ours, we have not tested: it would take a second training.

# %%
from llmai_edu.training.fim import cut_line, cut_middle

piece = "def mean(values):\n    total = sum(values)\n    return total / len(values)\n"
for cut in (cut_line, cut_middle):
    hole = cut(piece, rng)
    assert "".join(hole) == piece
    print(f"{cut.__name__:<10} {hole.middle!r}")

# %% [markdown]
# ### The data, and a short run
#
# Training and test text lie beside every Python: its standard library. The modules are split by *package*: all files of `http` land in one part, and `decimal` with its helper `_pydecimal`. Random files would not do, for the files of a package repeat each other.

# %%
from llmai_edu.datasets.standard_library import load_standard_library

library = load_standard_library()
for name, part in zip(("train", "valid", "test"), library.parts):
    size = sum(len(module.text) for module in part)
    print(f"{name:<6} {len(part):>4} modules, {size / 1e6:.1f} MB")
families = [{module.name.split("/")[0] for module in part} for part in library.parts]
assert not families[0] & families[2]
assert not families[1] & families[2]
assert len(library.train) > 300
assert len(library.test) > 60

# %% [markdown]
# The next cell trains a fresh model of the same size for 25 steps. It shows that the loss falls, no more. The model of this page was trained for longer by `benchmarks/record_course_code.py`; its log is drawn below.

# %%
from llmai_edu.models.gpt import GPT
from llmai_edu.training import Trainer
from llmai_edu.training.fim import FimBatches, fim_loss
from llmai_edu.training.parameter_groups import adamw

fresh = GPT(helper.writer[0].config, generator=torch.Generator().manual_seed(seed))
batches = FimBatches(
    [module.text for module in library.train], tokenizer, 4, 256, share=0.6, rng=rng
)
short = Trainer(fresh, fim_loss, batches, adamw(fresh, 2e-3), clip=1.0, progress=False)
losses = short.run(steps=25).loss
print(f"loss {losses[0]:.2f} at first, {np.mean(losses[-5:]):.2f} at the end")
assert np.mean(losses[-5:]) < losses[0] - 1

# %% alt="Two curves over the step, from 250 to 6,000: the loss on held-out modules, in nats a token. Both fall from about 5.5 to 4.4 by step 3,000, hardly move until step 4,750, and then fall to 3.9; they run side by side."
_, axes = new_axes(6.0, 3.0)
steps = [entry["step"] for entry in log["log"]]
for name, marker in (("holes", "o"), ("left to right", "s")):
    axes.plot(steps, [entry[name] for entry in log["log"]], f"{marker}-", label=name)
axes.set(xlabel="step", ylabel="held-out loss, nats a token")
axes.legend()
plt.show()
print(f"{log['steps']:,} steps, {log['core_minutes']} minutes of one core")
print(f"{log['tokens_drawn'] / log['tokens']:.2f} of the text")
assert 17 < log["core_minutes"] < 18
assert 3.0 < log["tokens_drawn"] / log["tokens"] < 3.2
at_step = {entry["step"]: entry["holes"] for entry in log["log"]}
assert at_step[3000] - at_step[4750] < 0.15
assert at_step[4750] - at_step[6000] > 0.4
assert log["steps"] - log["steps_of_decay"] == 4800
assert 6.0e6 < log["tokens_drawn"] < 6.3e6
assert 3.85 < at_step[6000] < 3.95

# %% [markdown]
# The learning rate stays high until step 4,800 and then falls to 0. While it is high the curves flatten out; when it falls, so do they (lesson 16). The run ended because its time was over. It has read as much as three times the text, and ends at 3.9 nats a token on modules that it was not trained on. The paper's models read 100 billion tokens, ours six million.
#
# ### Who else could fill the gap?
#
# - **The same model from left to right.** It gets the same weights, but nothing of what follows.
# - **The same model with a wrong suffix:** that of the next gap of the list. If the suffix did not matter, this would be as good.
# - **Kneser–Ney** (lesson 02), order 5, over the same tokens and the same training text.
# - **A table of lines.** It remembers which line stood between which two lines: in the training modules, and in the text around the gap. It is a program of thirty lines and sees both sides.
# - **The most frequent line** of the training modules, every time. That is the trivial baseline.
# - **SmolLM2**, from left to right. It has 60 times as many parameters. It has also read much code, very likely this very library: for SmolLM2, these modules are *not* held out.

# %%
print("most frequent line:", filled["most frequent line"][0])
for gap, *written in list(zip(gaps, *filled.values()))[:3]:
    print(f"\n{gap['prefix'][-70:]!r} … {gap['suffix'][:40]!r}\n  wanted: {gap['line']}")
    for name, line in zip(filled, written):
        print(f"  {name}: {line}")

# %% [markdown]
# The first ten gaps again, live, to see that the recording says what our model does:

# %%
again = helper.complete_many([(gap["prefix"], gap["suffix"]) for gap in gaps[:10]])
same = [a == b for a, b in zip(again, filled["fill in the middle"])]
print(f"{sum(same)} of 10 as recorded")
assert sum(same) >= 8

# %% [markdown]
# Where nearly all are wrong, counting what is right says little. A finer measure asks how *surprised* the model is by the true line: $-\ln p$ of all its tokens. All ways see the same gaps, so we look at the differences gap by gap.

# %%
nats = {name: np.array(values) for name, values in recorded["answers"]["nats"].items()}


@torch.inference_mode()
def nats_without_suffix(gap, longer):
    """-ln p of the line when nothing follows; the prefix is as long as with the suffix, or longer."""
    gpt, bpe = helper.writer
    ids, p, s, m = (
        bpe.encode(gap["line"]),
        *map(bpe.special_tokens.get, (PREFIX, SUFFIX, MIDDLE)),
    )
    after = [] if longer else bpe.encode(gap["suffix"])
    before, _ = fit(bpe.encode(gap["prefix"]), after, 256 - 3 - len(ids))
    row = torch.tensor([p, *before, s, m, *ids])
    log_p = gpt(row[None, :-1])[0, -len(ids) :].log_softmax(-1)
    return -log_p.gather(1, row[-len(ids) :, None]).sum().item()


for name, longer in (("no suffix", False), ("and a longer prefix", True)):
    nats[name] = np.array([nats_without_suffix(gap, longer) for gap in gaps])


# %%
both, apart = nats["fill in the middle"], {}
for name, values in nats.items():
    apart[name] = interval(values - both, packages)
    mean, low, high = apart[name]
    print(f"{name:<21} {values.mean():.1f} nats; {mean:+.2f} [{low:+.2f}, {high:+.2f}]")
assert nats["untrained"].mean() > 2 * both.mean()
assert 2.2 < apart["another gap's suffix"][0] < 2.8
assert apart["another gap's suffix"][1] > 1
assert -1.75 < apart["no suffix"][0] < -1
assert apart["no suffix"][2] < 0
assert abs(apart["and a longer prefix"][0] - apart["no suffix"][0]) < 0.4
assert -4 < apart["left to right"][0] < -3
assert apart["left to right"][2] < 0


# %%
@torch.inference_mode()
def first_choices(gap):
    """Which tokens of the true line are the model's first choice, given the true ones before."""
    gpt, bpe = helper.writer
    ids = bpe.encode(gap["line"])
    row = torch.tensor(fim_prompt(bpe, gap["prefix"], gap["suffix"], 256 - len(ids)) + ids)
    return (gpt(row[None, :-1])[0, -len(ids) :].argmax(-1) == row[-len(ids) :]).tolist()


# %%
choices = [first_choices(gap) for gap in gaps]
tokens, begun = np.concatenate(choices), sum(one[0] for one in choices)
print(f"{len(tokens) / 120:.0f} tokens a line, {both.sum() / len(tokens):.1f} nats a token")
print(f"{tokens.mean():.0%} are the first choice; of the first tokens, {begun} of 120")
assert 9.5 < len(tokens) / 120 < 10.5
assert 0.3 < tokens.mean() < 0.35
assert begun < 20

# %% [markdown]
# The model has learned much about code: an untrained one needs more than twice as many nats for a line. Why, then, is no line right? Our model always writes its first choice, so it must have the true token in first place about ten times in a row. Given the true tokens before, it has it there for one in three. The beginning is harder than that: in more than 100 of the 120 gaps already the first token is another.
#
# But does it use what follows the gap? With the suffix of *another* gap the true line is more surprising, by two and a half nats, and the interval lies far from zero. It would be tempting to stop there. The row "no suffix" is the control: the prefix is the same, *nothing* follows, and the true line is *less* surprising than with the true suffix, by one to two nats. That interval does not hold zero either. (The last row also lets the prefix have the room that the suffix left; that makes little difference.) So what stands after the gap has an effect, and a misleading suffix does harm. But the true one does not help: it does a little harm, too.
#
# From left to right, the same model is better by three to four nats. That comparison is not a clean one: from left to right the space before the line belongs to its first token, while in a gap it ends the prefix; and where the sides do not fit into the context, the prefix of a gap is shorter. How much of them comes from that, and how much from the marks and the moved text, this measurement cannot say. The paper's models, far larger and after 100 billion tokens, use both sides well. Ours may be too small, or have read too little: we have not tested it.
#
# ### Try it
#
# Two fields, one before and one after the gap (in the terminal, `llmai-edu app code`, you write `___` where the gap is). The model is small: expect a piece of code that looks like Python, seldom one that fits.

# %%
from llmai_edu.viz import boxed
from llmai_edu.viz.code_lines import gap_widget, line_bars

before, after = "def read(path):\n    with open(", ") as file:\n        return file.read()\n"
static = boxed(f"{before}⟦{helper.complete(before, after)}⟧{after}")
show(gap_widget(helper.stream, before, after), static)

# %% [markdown]
# ## Review by surprise
#
# A model that predicts the next token can be asked how surprised it is by each token that stands there: $-\ln p$, as in lesson 02. A bug is often something that nobody writes. Ray and others [2] found that lines which were later mended had surprised a language model a little more than others. Can a reviewer be made of that?
#
# Real bugs are few and hard to count. So we plant them: one small change in a function, of a kind that people make. That is called *mutation*, and was invented to test tests [5].

# %%
from llmai_edu.apps.mutate import KINDS, mutations

clean = "def first(values, limit):\n    for place, value in enumerate(values):\n        if value > limit:\n            return place + 1\n    return None\n"
one_of_each = {bug.kind: bug for bug in mutations(clean)}
for bug in one_of_each.values():
    print(f"{bug.kind:<18} line {bug.line}: {bug.text.splitlines()[bug.line - 1].strip()}")
assert set(KINDS) - set(one_of_each) == {"and and or", "negated condition"}

# %% [markdown]
# Those are the kinds that this function has a place for. Two more are `and` for `or` and a negated condition. First a kind is drawn, then a place for it. The changed text is always valid Python, and only one line differs.
#
# The score of a line comes from the surprise of its tokens. Their sum favours long lines, their mean favours short ones, and their maximum asks whether there is *one* surprising token. Which one is best was tried on the validation modules, not here:

# %%
from llmai_edu.apps.surprisal import reciprocal_rank

valid = recorded["valid"]


def ranks_of(reviews, lines, how, text="planted"):
    """1 over the rank of the line with the bug, for each function."""
    return np.array(
        [
            reciprocal_rank(np.array(one[text][how]), one["lines"].index(line))
            for one, line in zip(reviews, lines)
        ]
    )


for judge in ("own", "SmolLM2"):
    tried = {
        how: ranks_of(valid[judge], valid["lines"], how).mean()
        for how in ("sum", "mean", "max")
    }
    print(
        judge,
        len(valid["lines"]),
        {how: round(float(value), 3) for how, value in tried.items()},
    )
    assert max(tried, key=tried.get) == "sum"

# %% [markdown]
# By a hair the sum is best for both models, so the sum is taken from here on. On 28 functions such small differences prove nothing; but some rule had to be chosen before the test.
#
# The measure is the *reciprocal rank*: 1 if the line with the bug has the highest score, 1/2 if it is second, 1/3 if third. Lines with equal scores share their places fairly: no lot is drawn, the mean over all orders is taken.


# %% quote="llmai_edu.apps.surprisal:reciprocal_rank"
def reciprocal_rank(scores: np.ndarray, place: int) -> float:
    """1 over the rank of an entry, the highest score first; of equal scores, the mean over all their orders.

    Averaged over many texts it is the mean reciprocal rank (Voorhees 1999). Raises IndexError outside of the scores.

    >>> reciprocal_rank(np.array([5.0, 1.0, 3.0]), 2), reciprocal_rank(np.array([1.0, 1.0]), 0)
    (0.5, 0.75)
    """
    better, equal = int((scores > scores[place]).sum()), int((scores == scores[place]).sum())
    return float(np.mean(1 / np.arange(better + 1, better + equal + 1)))


# %%
scores = np.array([5.0, 3.0, 3.0, 1.0])
print([round(reciprocal_rank(scores, place), 3) for place in range(4)])
assert reciprocal_rank(scores, 1) == (1 / 2 + 1 / 3) / 2

# %% [markdown]
# One function, drawn. The line with the bug is marked by an arrow and hatching:

# %% alt="A function of eleven lines with a bar for each line of code; two lines have none. The marked line, in which is became is not, has by far the longest bar, 87 nats; the others have 4 to 26."
planted = recorded["tasks"]["planted"]
HOW = "sum"
shown = min(
    (
        place
        for place, one in enumerate(planted)
        if one["text"].count("\n") < 16 and '"""' not in one["text"]
    )
)
one = planted[shown]
found = {line.number: line.score for line in helper.review(one["text"], HOW)}
lines = one["text"].rstrip("\n").split("\n")
line_bars(
    lines, [found.get(number, 0.0) for number in range(1, len(lines) + 1)], one["line"] - 1
).set(xlabel="surprise of SmolLM2, nats")
plt.show()
control = recorded["answers"]["reviews"]["SmolLM2"][shown]["control"][HOW]
before_bug = control[sorted(found).index(one["line"])]
print(f"surprise of the line: {found[one['line']]:.0f} nats, without the bug {before_bug:.0f}")
print("the bug:   ", lines[one["line"] - 1].strip())
assert found[one["line"]] == max(found.values())
assert before_bug > 0.6 * found[one["line"]]
print("it was:    ", one["original"].split("\n")[one["line"] - 1].strip())

# %% [markdown]
# It has the highest bar. But look at the surprise of the same line *without* the bug: it is long and full of rare names, and would have stood out anyway. One example shows nothing.
#
# ### The measurement, and its controls
#
# 100 functions of the test modules, one bug in each. Beside the two models stand:
#
# - **Any line:** what a reviewer gets who points anywhere. It is computed, not drawn.
# - **The longest line.**
# - **A line where a bug could be:** the program that plants bugs knows where it *could* plant one. All lines with such a place get the same score, the others 0. That is no reviewer's knowledge of the program; but it is a simple rule, "look at conditions, numbers and names", and a model has to beat it.
# - **The longest of those.** Two rules in one.
# - **An untrained model** of the shape of ours.
# - **The original:** the same line's rank in the function *without* the bug. A line that stood out before the bug was planted has not been found *because* of the bug.

# %%
lines_of = [one["line"] for one in planted]
units = package_of(planted)
reviews = recorded["answers"]["reviews"]


def rule_ranks(score):
    """The reciprocal ranks of a rule: score(function's text, number of a line)."""
    return np.array(
        [
            reciprocal_rank(
                np.array([score(one["text"], number) for number in numbers], float),
                numbers.index(one["line"]),
            )
            for one, numbers in zip(planted, (review["lines"] for review in reviews["own"]))
        ]
    )


places = {one["text"]: {bug.line for bug in mutations(one["text"])} for one in planted}
table = {
    "any line": rule_ranks(lambda text, number: 0),
    "longest line": rule_ranks(lambda text, number: len(text.split("\n")[number - 1].strip())),
    "where a bug could be": rule_ranks(lambda text, number: number in places[text]),
    "the longest of those": rule_ranks(
        lambda text, number: (
            (number in places[text]) * len(text.split("\n")[number - 1].strip())
        )
    ),
    **{name: ranks_of(review, lines_of, HOW) for name, review in reviews.items()},
    "SmolLM2, original": ranks_of(reviews["SmolLM2"], lines_of, HOW, "control"),
}

# %% alt="Eight bars with intervals: the mean reciprocal rank of the line with the bug. Any line 0.34, longest line 0.39, where a bug could be 0.45, the longest of those 0.47, own model 0.38, untrained 0.40, SmolLM2 0.42, and hatched SmolLM2 on the original 0.37."
_, axes = new_axes(7.0, 3.2)
for row, (name, ranks) in enumerate(table.items()):
    mean, low, high = interval(ranks, units)
    axes.barh(row, mean, color=PALETTE[4], hatch="//" if "original" in name else "")
    axes.plot([low, high], [row, row], "k|-")
    print(
        f"{name:<21} {mean:.2f} [{low:.2f}, {high:.2f}]   alone at the top {(ranks == 1).mean():.0%}"
    )
axes.set_yticks(range(len(table)), table)
axes.invert_yaxis()
axes.set(xlabel="mean reciprocal rank of the line with the bug", xlim=(0, 1))
plt.show()

# %%
paired = {}
for name, other in (
    ("SmolLM2", "any line"),
    ("SmolLM2", "longest line"),
    ("SmolLM2", "the longest of those"),
    ("SmolLM2", "SmolLM2, original"),
    ("own", "untrained"),
):
    paired[name, other] = interval(table[name] - table[other], units)
    print("{} less {}: {:+.3f} [{:+.3f}, {:+.3f}]".format(name, other, *paired[name, other]))
assert paired["SmolLM2", "any line"][1] > 0
assert paired["SmolLM2", "SmolLM2, original"][1] < 0 < paired["SmolLM2", "SmolLM2, original"][0]
assert paired["SmolLM2", "longest line"][1] < 0 < paired["SmolLM2", "longest line"][2]
of_modules = np.unique([one["module"] for one in planted], return_inverse=True)[1]
again = interval(table["SmolLM2"] - table["the longest of those"], of_modules)
print(
    "the same by modules, less the longest of those: {:+.3f} [{:+.3f}, {:+.3f}]".format(*again)
)
assert paired["SmolLM2", "the longest of those"][2] < 0
assert abs(again[2]) < 0.015
assert paired["own", "untrained"][1] < 0 < paired["own", "untrained"][2]
assert table["the longest of those"].mean() == max(ranks.mean() for ranks in table.values())

# %% [markdown]
# SmolLM2 points better than somebody who points anywhere, and that interval does not hold zero. Does it do so because of the bug? In the original the same line ranks lower on the mean, but that interval does hold zero: it is not shown. Nor is a difference to "the longest line". The two rules in one, "the longest line where a bug could be", have the highest mean of all, without any model, and the interval of the difference to SmolLM2 does not hold zero. That is no firm result, though: when modules are drawn again in place of packages, the interval ends at zero, and intervals from so few packages of so different sizes are rough. Our own model cannot be told from an untrained one. That fits the choice of the sum: it favours long lines, whoever computes it.
#
# So as a reviewer, surprise alone does no more here than a rule of one line. (The last two rules are made for *our* bugs, though: they know where we plant. Of real bugs they would know less. Whether the model would, we have not measured.)
#
# With the original at hand one could rank the lines by how much their surprise *rises*. That is much better, though not perfect, for a bug also changes the surprise of the lines after it. But who has the original needs no reviewer: he can compare the texts.

# %%
rises = []
for one, review in zip(planted, reviews["SmolLM2"]):
    rise = np.subtract(review["planted"]["sum"], review["control"]["sum"])
    rises.append(reciprocal_rank(rise, review["lines"].index(one["line"])))
print(f"by the rise of the surprise, with the original: {np.mean(rises):.2f}")
assert 0.65 < np.mean(rises) < 0.8

# %% [markdown]
# ## A sentence about a function
#
# SmolLM2 reads a function without its docstring, and is asked for one sentence. The docstring that a person wrote is the reference. How near are two sentences? **ROUGE-L** [3] takes the longest *common subsequence*: words that stand in both in the same order, gaps allowed. Its share of the written sentence is a precision, its share of the reference a recall; the F-measure joins both.


# %%
def common_subsequence(a, b):
    """The length of the longest one, by a table."""
    best = np.zeros((len(a) + 1, len(b) + 1), int)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            best[i + 1, j + 1] = (
                best[i, j] + 1 if x == y else max(best[i, j + 1], best[i + 1, j])
            )
    return int(best[-1, -1])


from rouge_score.rouge_scorer import RougeScorer

scorer = RougeScorer(["rougeL"])
written, wanted = "return the length of the list", "return the number of items"
common = common_subsequence(written.split(), wanted.split())
precision, recall = common / len(written.split()), common / len(wanted.split())
by_hand = 2 * precision * recall / (precision + recall)
outside = scorer.score(wanted, written)["rougeL"].fmeasure
print(
    f"{common} words in common, F by hand {by_hand:.3f}, of the package rouge-score {outside:.3f}"
)
assert abs(by_hand - outside) < 1e-9

# %% [markdown]
# The trivial baseline is the function's name, split into words: `read_file_names` says "read file names".

# %%
import re

described = recorded["tasks"]["docstrings"]
sentences = recorded["answers"]["docstrings"]


def name_as_words(name):
    return re.sub(r"([a-z])([A-Z])", r"\1 \2", name).replace("_", " ").strip().lower()


answers = {
    "SmolLM2": sentences,
    "the name as words": [name_as_words(one["name"]) for one in described],
    "another function's docstring": [
        one["docstring"] for one in [*described[1:], described[0]]
    ],
}
rouge = {
    name: np.array(
        [
            scorer.score(one["docstring"], text)["rougeL"].fmeasure
            for one, text in zip(described, texts)
        ]
    )
    for name, texts in answers.items()
}

# %%
groups = package_of(described)
for name, values in rouge.items():
    print("{:<30} {:.2f} [{:.2f}, {:.2f}]".format(name, *interval(values, groups)))
gain = interval(rouge["SmolLM2"] - rouge["the name as words"], groups)
print("SmolLM2 less the name: {:+.3f} [{:+.3f}, {:+.3f}]".format(*gain))
copied = np.mean([text.startswith("def ") for text in sentences])
print(f"answers that begin with 'def': {copied:.0%}")
assert gain[0] < 0 < gain[2]
opened = sum(text.startswith("This Python function") for text in sentences)
print(f"that begin with 'This Python function': {opened} of {len(sentences)}")
assert copied == 0.3
assert opened == 25
assert not any(one["docstring"].startswith("This Python") for one in described)
assert 0.1 < rouge["SmolLM2"].mean() < 0.2
for name in ("SmolLM2", "the name as words"):
    assert interval(rouge[name] - rouge["another function's docstring"], groups)[1] > 0

# %%
for one, text, value in list(zip(described, sentences, rouge["SmolLM2"]))[:4]:
    print(f"{one['name']}: {value:.2f}\n  person:  {one['docstring']}\n  SmolLM2: {text}")

# %% [markdown]
# SmolLM2 does *not* beat the name of the function. Its mean is lower, though the interval of the difference holds zero. Two things strike one in the answers. Three in ten are no sentences but code: the model copied the head of the function. And most of the others begin with "This Python function", which no docstring here does. ROUGE has no credit for either; nor would it have for a good sentence in other words. How much of the gap they explain we have not computed. What the numbers do show is that both are better than another function's docstring.
#
# A better question might help (the one used here was the first that came to mind, and was not tuned); so might examples, as in lesson 20. The rule stays: without the trivial baseline, 0.15 would have been a number that nobody can judge.
#
# ## A safe place for programs that nobody has read
#
# A program that a model wrote can do all that you can do. It can loop for ever, fill the memory, or delete files. Most often it means no harm; `shutil.rmtree(path)` with a wrong path is enough. So it is never run in your notebook's process. It gets a process of its own, and the *kernel* of the operating system locks that up before a line of the program is compiled. What the process itself locked, it cannot open again.
#
# | lock | what it does |
# |---|---|
# | limits (`setrlimit`) | bounds memory, processor time, size of files, number of open files |
# | namespaces (`unshare`) | a network without devices; no rights over anything outside; a folder in memory in place of the disk |
# | Landlock | only the files of Python can be opened for reading, only the folder in memory for writing; names, sizes, dates and the targets of links stay visible everywhere [6] |
# | seccomp | a list of *system calls*, the requests by which a program asks the kernel for anything; what is not on the list is refused: new processes, threads, sockets, signals to others, links, … [6] |
# | the parent | watches the clock, reads at most 64 KB of output and 1 MB of answers, and kills what is left |
#
# This machine has:

# %%
print(layers or "no sandbox: it needs Linux on x86_64 or aarch64")

# %%
import os
import tempfile

victim = tempfile.mkdtemp()
EVIL = {
    "loop for ever": "while True: pass",
    "fill the memory": "x = bytearray(10**10)",
    "read a secret": "print(open('/etc/passwd').read())",
    "look at the environment": "import os; print(len(os.environ))",
    "delete a folder": f"import shutil; shutil.rmtree({victim!r})",
    "fork bomb": "import os\nwhile True: os.fork()",
    "send something away": "import socket; socket.create_connection(('10.0.0.1', 80))",
    "kill the parent": "import os; os.kill(os.getppid(), 9)",
    "print for ever": "while True: print('spam')",
    "leave early": "import os; os._exit(0)",
}
for name, program in EVIL.items() if layers else ():
    ended = run_in_sandbox(program, seconds=1)
    print(
        f"{name:<24} {ended.outcome:<9} {(ended.error or repr(ended.output[:40])).replace(victim, 'the folder')}"
    )
    harmless = {"look at the environment", *([] if "landlock" in layers else ["read a secret"])}
    assert (ended.outcome == "finished") == (name in harmless)
assert os.path.isdir(victim)
os.rmdir(victim)

# %% [markdown]
# Even the fork bomb ends with an ordinary exception: the call is refused, and Python says so. The environment, where keys and passwords often stand, holds two harmless entries at most.
#
# A list of calls is not enough, for some calls have many faces. `kill` is not on the list; but `fcntl`, which Python uses for its files, can *order* a signal: "when this pipe is ready, send that process signal 9". The first version of this filter overlooked it, and a reviewer killed a process outside with it (on a simulated older kernel, without Landlock's newer rule against signals). So the filter looks at the arguments of such calls, too. Do not conclude that this was the last hole. Whoever must run programs that are *meant* to do harm takes a virtual machine.
#
# The filter is a tiny program for the kernel, a list of comparisons and jumps. `decide` works out in Python what the kernel's machine would answer, so it can be read and tested:

# %%
from llmai_edu.apps.seccomp import ALLOWED, MACHINES, PERMIT, decide, make_filter

rules = make_filter(writing=True, machine="x86_64")
calls = {"read": 0, "write": 1, "socket": 41, "fork": 57, "execve": 59, "kill": 62}
for name, number in calls.items():
    allowed = decide(rules, MACHINES["x86_64"][0], number) == PERMIT
    print(f"{name:<7} {'allowed' if allowed else 'refused'}")
    assert allowed == (name in ALLOWED) == (name in ("read", "write"))
duplicate, order = (decide(rules, MACHINES["x86_64"][0], 72, (3, what)) for what in (0, 8))
print("fcntl, F_DUPFD:", duplicate == PERMIT, " F_SETOWN:", order == PERMIT)
assert duplicate == PERMIT != order
print(len(rules), "instructions,", len(ALLOWED), "calls on the list")

# %% [markdown]
# ### What no lock can stop
#
# "Leave early" shows a danger of another kind. `os._exit(0)` ends the process without an error. A judge that looks at the exit code would say "all tests passed". So the process has to report that it came to its *end*, with a secret word.
#
# But the program and the one who reports live in one process. A program that is made to deceive looks up the secret word in the memory, or changes what `==` means:

# %%
LIAR = """
class Yes(int):
    def __eq__(self, other): return True
def double(x): return Yes(0)
"""
test = "assert double(21) == 42"
if layers:
    print(run_in_sandbox(LIAR + test).outcome)
    assert run_in_sandbox(LIAR + test).ok

# %% [markdown]
# "Finished": the test in the same process believed it. No lock of the kernel helps, since nothing forbidden was done. What helps is to ask the program nothing about itself. The function stays in the sandbox; arguments go in, and plain values come out (numbers, texts, lists, …, of exactly these types). The comparison is made outside:

# %%
if layers:
    with sandboxed_function("def double(x): return 2 * x", "double") as double:
        print(double(21) == 42)
        assert double(21) == 42
    said = ""
    try:
        with sandboxed_function(LIAR, "double") as double:
            print(double(21) == 42)
    except SandboxError as error:
        said = str(error)
    print(said)
    assert "type Yes" in said

# %% [markdown]
# A model with 135 million parameters does not plan such a thing. A model that is *trained* by a reward for passing tests (lesson 21) finds such ways by and by, and so may students. For them, judge outside.
#
# ## HumanEval: write a function, run its tests
#
# HumanEval [4] has 164 problems: the head of a function with its docstring, and tests. The measure is simple: do the tests pass? It needs no reference text, and so no ROUGE.

# %%
problem = problems[2]
print(problem.prompt)
print(problem.tests.strip()[-160:])

# %% [markdown]
# Before the model, the two controls. The solutions that people wrote must pass, all of them; else our sandbox is broken. Empty functions must not pass; else the tests are worth nothing.

# %%
for name in ("solutions", "empty"):
    passed = sum(outcome == "finished" for outcome in human_eval[name]["outcome"])
    print(f"{name}: {passed} of {len(problems)}")
assert human_eval["solutions"]["outcome"].count("finished") == 164
assert human_eval["empty"]["outcome"].count("finished") == 0
if layers:
    assert run_in_sandbox(problem.program(problem.solution), seconds=10).ok
    assert not run_in_sandbox(problem.program(""), seconds=10).ok

# %% [markdown]
# Ten problems live, every sixteenth. SmolLM2 goes on with the prompt, greedily, ten texts side by side, at most 100 tokens each. A text ends before a line that begins something new at the left margin.

# %%
from llmai_edu.generation.batch_stop import generate_until

STOPS, ten = human_eval["settings"]["stops"], problems[4:164:16]
model, words = helper.reader
prompts = [words.encode(one.prompt) for one in ten]
programs = generate_until(model, words, prompts, 100, STOPS, stop_ids=(words.eos_id, 0))
for one, text in zip(ten, programs):
    ended = run_in_sandbox(one.program(text), seconds=10) if layers else None
    print(
        f"{one.number:>3} {one.name:<28}",
        f"{ended.outcome}: {ended.error[:50]}" if ended else "",
    )

# %% [markdown]
# And the whole set, as it came (recorded by `benchmarks/record_human_eval.py`, up to 200 tokens; nothing was tuned):

# %%
greedy = human_eval["rounds"][0]
right = np.array([outcome == "finished" for outcome in greedy["outcome"]])
rate, low, high = interval(right.astype(float), np.arange(len(right)))
print(f"SmolLM2-135M: {right.sum()} of 164, {rate:.1%} [{low:.1%}, {high:.1%}]")
reasons = [
    error.split(":")[0] or outcome for error, outcome in zip(greedy["error"], greedy["outcome"])
]
for reason, count in sorted(
    {r: reasons.count(r) for r in reasons}.items(), key=lambda x: -x[1]
)[:6]:
    print(f"{count:>4} {reason}")
assert right.sum() == 8
assert 0.45 < reasons.count("AssertionError") / 164 < 0.55
assert 0.17 < reasons.count("SyntaxError") / 164 < 0.23

# %% [markdown]
# Eight of 164, about 5 %. Half of all programs run and are wrong: an assertion fails. A fifth is no valid Python. The interval is that of a mean over problems, and says how much another set of such problems might have changed it.
#
# The same caution as before: HumanEval was published in 2021, and copies of it stand in many repositories. SmolLM2 may have read solutions. And here we have nothing to compare with: a program of thirty lines that solves HumanEval is not known to us, so the model has no simple opponent.
#
# ### One of k
#
# Often one draws several programs and keeps one that passes. **pass@k** is the probability that at least one of k drawn programs is right. To estimate it, one might draw k, and look. Better draw n ≥ k, count the c right ones, and ask: of all choices of k of these n, what share holds a right one? All choices, less those with wrong ones only [4]:
#
# $$\text{pass@}k = 1 - \binom{n - c}{k} \Big/ \binom{n}{k}$$

# %%
from itertools import combinations
from math import comb

from llmai_edu.evaluation.pass_at_k import pass_at_k

n, k = 6, 2
for c in range(n + 1):
    drawn = list(combinations([True] * c + [False] * (n - c), k))
    by_hand = np.mean([any(choice) for choice in drawn])
    formula = 1 - comb(n - c, k) / comb(n, k)
    estimate = pass_at_k(np.array([c]), n, k)[0]
    print(f"{c} of {n} right: pass@{k} {by_hand:.3f}")
    assert np.isclose(by_hand, formula)
    assert np.isclose(by_hand, estimate)

# %% [markdown]
# Why not simply $1 - (1 - c/n)^k$? That draws the same program again and again. On the mean it is too low, and one can see it: let each of n programs be right with probability 0.1, and look at the mean of both estimates over all c.

# %%
truth = 1 - 0.9**k
chance = np.array([comb(n, c) * 0.1**c * 0.9 ** (n - c) for c in range(n + 1)])
unbiased = chance @ pass_at_k(np.arange(n + 1), n, k)
naive = chance @ (1 - (1 - np.arange(n + 1) / n) ** k)
print(f"truth {truth:.4f}, choices {unbiased:.4f}, with replacement {naive:.4f}")
assert np.isclose(unbiased, truth)
assert naive < truth - 0.01

# %% [markdown]
# For SmolLM2 only the greedy round is recorded, so k = 1 here; with one text a problem there is nothing to choose from.
#
# ## Failure gallery
#
# Not picked, but by rules. **Gaps:** the wrong fills of which our model was surest: the five with the highest mean log probability a token, end included.

# %%
from llmai_edu.training.fim import Hole


@torch.inference_mode()
def sureness(gap, line):
    """The mean log probability of the tokens of a fill and of the end, given both sides."""
    gpt, bpe = helper.writer
    row = torch.tensor(fim_row(bpe, Hole(gap["prefix"], line, gap["suffix"]), 216))
    size = len(bpe.encode(line)) + 1
    log_p = gpt(row[None, :-1])[0].log_softmax(-1)[-size:]
    return log_p.gather(1, row[-size:, None]).mean().item()


wrong = [place for place, hit in enumerate(exact["fill in the middle"]) if not hit]
fills = filled["fill in the middle"]
wrong.sort(key=lambda place: -sureness(gaps[place], fills[place]))
for place in wrong[:5]:
    print(
        f"{gaps[place]['module']}\n  wanted:  {gaps[place]['line']}\n  written: {fills[place]}"
    )

# %% [markdown]
# **Reviews:** the five bugs with the lowest rank under SmolLM2, and the line that it pointed at instead.

# %%
for place in np.argsort(table["SmolLM2"], kind="stable")[:5]:
    one, review = planted[place], reviews["SmolLM2"][place]
    text = one["text"].split("\n")
    top = review["lines"][int(np.argmax(review["planted"][HOW]))]
    print(f"{one['name']}, {one['kind']}, rank {1 / table['SmolLM2'][place]:.0f}")
    print(
        f"  the bug:    {text[one['line'] - 1].strip()}\n  pointed at: {text[top - 1].strip()}"
    )

# %% [markdown]
# **Programs:** the first three problems of HumanEval whose program ran and failed an assertion.

# %%
failed = [place for place, reason in enumerate(reasons) if reason == "AssertionError"][:3]
for place in failed:
    docstring = problems[place].prompt.split("def ")[-1]
    print(docstring[:300], "…\n⟦", greedy["texts"][place].strip("\n")[:300], "⟧\n", "-" * 60)

# %% [markdown]
# ## What we have now, and what it cannot do
#
# - Fill in the middle turns any left-to-right model into one that sees both sides, by moving text. Ours, after seventeen minutes of one core, does not profit from it: it fills none of 120 gaps, a wrong suffix does harm, and no suffix at all is a little better than the true one.
# - Surprise is a weak reviewer: better than pointing anywhere; that it is better than the longest line is not shown, and two rules together have a higher mean (they know where our program plants bugs). The control that counts is the same line without the bug.
# - A sentence about a function, by SmolLM2 and an untuned question, is not shown to be nearer to what people wrote than the function's own name; its mean is lower.
# - Programs that nobody has read run in a process that the kernel has locked up, as tightly as we know how. Whether a program is *right* is another question: it must not be the one that answers it.
# - SmolLM2 solves about 5 % of HumanEval. The tests are few, the set is public, and passing it is not the same as being able to program.
#
# It cannot work on a project of many files, run and mend its own program, or ask back. Larger models can, in part; the measures and the controls stay the same.
#
# **Try it:** `llmai-edu app code` opens the completer in a terminal. The [exercise sheet](../exercises/27_code.ipynb) asks you to put the suffix first, to count programs that are right *every* time, and to rank lines fairly when scores are equal.
#
# **Sources**
#
# [1] M. Bavarian et al., [*Efficient Training of Language Models to Fill in the Middle*](https://arxiv.org/abs/2207.14255), 2022.
#
# [2] B. Ray et al., [*On the "Naturalness" of Buggy Code*](https://arxiv.org/abs/1506.01159), ICSE 2016.
#
# [3] C.-Y. Lin, [*ROUGE: A Package for Automatic Evaluation of Summaries*](https://aclanthology.org/W04-1013/), 2004.
#
# [4] M. Chen et al., [*Evaluating Large Language Models Trained on Code*](https://arxiv.org/abs/2107.03374), 2021: HumanEval and pass@k. J. Liu et al., [*Is Your Code Generated by ChatGPT Really Correct?*](https://arxiv.org/abs/2305.01210), 2023, adds the tests that HumanEval lacks.
#
# [5] R. DeMillo, R. Lipton and F. Sayward, [*Hints on Test Data Selection*](https://doi.org/10.1109/C-M.1978.218136), 1978: mutation.
#
# [6] M. Salaün, [*Landlock: unprivileged access control*](https://docs.kernel.org/userspace-api/landlock.html), and [*Seccomp BPF*](https://docs.kernel.org/userspace-api/seccomp_filter.html), both in the documentation of the Linux kernel.
#
# *Prose CC BY 4.0, code MIT, the llmai_edu authors. HumanEval: MIT, OpenAI. Functions of the standard library: PSF License Version 2, the Python Software Foundation. SmolLM2: Apache-2.0.*
