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
# # Start here: a language model answers
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/notebooks/00_start_here.ipynb)
# <!-- colab:end -->
#
# *About 30 minutes to read, 40 seconds to run on two CPU cores, 1.5 GB. Needs: a little Python, and nothing before it.*
#
# This page runs a real language model on your machine. It shows what goes in, what comes out, and the short loop that
# turns one into the other. The rest of the course explains each part until you could have written it yourself.
#
# To run a cell, click on it and press **Shift + Enter**. Below each cell stands the output of an earlier run. Some pages ask
# you to guess first; to hide the answers, choose *Edit ▸ Clear Outputs of All Cells*.
#
# Start with the next cell. It loads the tools of this page. *PyTorch* (`torch`) is the library that computes with the model's
# numbers, on a graphics card if there is one; `generator` is its source of random numbers, which starts in the same
# place each time.

# %% tags=["setup"]
# --- On Colab, install the course first; anywhere else these lines do nothing ---
import os
import sys
from IPython import get_ipython

if "google.colab" in sys.modules:
    address = os.environ.get("LLMAI_EDU_SOURCE", "https://github.com/llmai-edu/llmai-edu")
    get_ipython().run_line_magic("pip", f'install -q "llmai-edu @ git+{address}"')
# --- end of the Colab lines ---
import torch

from llmai_edu.datasets import DATASETS
from llmai_edu.device import pick_device, seed_everything
from llmai_edu.generation import chat
from llmai_edu.pretrained import load_smollm2
from llmai_edu.tokenizers import smollm2_tokenizer

device = pick_device()
generator = seed_everything(0, device)
model = load_smollm2(device)
tokenizer = smollm2_tokenizer()
print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.1f} million parameters on {device}")

# %% [markdown]
# ## The result first
#
# The model is SmolLM2-135M-Instruct [1]. *Parameters*, or *weights*, are the numbers that it learned from text; this one has
# 134.5 million. That is small: Llama 3.1, for one, has up to 405 billion [2], three thousand times as many. It is small
# enough for a laptop, and real: it was trained on two trillion *tokens*, which are pieces of text, most of them a word or
# a part of a word. *Instruct* means that it was trained further to follow instructions.
#
# Ask it for something. The answer appears piece by piece, because the model writes it piece by piece.

# %%
question = "Write a Python function that returns the factorial of n."
answer = ""
for piece in chat(model, tokenizer, question, max_new_tokens=120):
    print(piece, end="", flush=True)
    answer += piece
assert "def factorial(n)" in answer
assert "It starts with 1" in answer

# %% [markdown]
# The function is right, for whole numbers from 0 on. The explanation below it is not: the function starts with n, not with 1, and
# goes *down* until it reaches 0. Both are written in the same sure tone. Further down we count how often this model is wrong.
#
# Nothing left your machine: the weights are a file in a folder of yours, and the code that runs them is `llmai_edu`, the
# library of this course. The model's terms:

# %%
card = DATASETS["smollm2"]
print(f"{card.title}\nlicence: {card.licence}\nsource:  {card.source}")

# %% [markdown]
# ## What goes in: tokens
#
# A model computes with numbers, so the text must become numbers first. This happens in two steps.
#
# First the question is put into a *chat template*, the form in which the model saw conversations in its training.
# Special marks say who speaks. Here is a shorter question in that form:

# %%
question = "What is the capital of Australia?"
prompt = tokenizer.chat_prompt([{"role": "user", "content": question}])
print(prompt)

# %% [markdown]
# We wrote only the line with the question. The template adds a first part, which tells the model who it is, and a last
# line, which says that it is the assistant's turn. The model will continue from there. A chat model has no other idea
# of "answering": **it continues a text in which an answer comes next.**
#
# Second, the text is cut into tokens, and each token is replaced by its number in the model's vocabulary. The boxes show
# the question's tokens and their numbers. A space belongs to the word after it; we draw it as ␣.

# %%
from IPython.display import HTML

from llmai_edu.viz import token_chips

question_ids = tokenizer.encode(question)
HTML(token_chips([tokenizer.id_to_bytes(i) for i in question_ids], question_ids))

# %% [markdown]
# Joined together, the tokens give the text back, letter for letter. And the vocabulary has a fixed size: a token that is
# not in it does not exist for the model.

# %%
prompt_ids = tokenizer.encode(prompt, allowed_special="all")
assert tokenizer.decode(prompt_ids) == prompt
assert tokenizer.vocab_size == 49_152
print(
    f"{len(prompt)} characters, {len(prompt_ids)} tokens, out of a vocabulary of {tokenizer.vocab_size:,}"
)

# %% [markdown]
# ## What comes out: a probability for every token
#
# Give the model the tokens, and it returns one number for each token of the vocabulary, and it does so after each position of
# the text. The numbers are called *logits*. We need those after the last position: they say what may come next.
#
# The comments give the *shapes* of the arrays, in letters that are the same on all pages: B texts at a time (here one), T
# tokens in each, V tokens in the vocabulary.

# %%
ids = torch.tensor([prompt_ids], device=device)  # (B, T): one text of T tokens
with torch.inference_mode():
    logits = model(ids)  # (B, T, V): V logits after each token
print(tuple(logits.shape))
assert logits.shape == (1, len(prompt_ids), tokenizer.vocab_size)

# %% [markdown]
# A logit can be any number. To read logits as probabilities, two things are needed: they must be positive, and they must
# sum to one. Taking the exponential makes them positive; dividing by the sum does the rest. This is the *softmax*:
#
# $$p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$$
#
# where $z_i$ is the logit of token $i$, and the sum runs over the whole vocabulary.

# %%
last = logits[0, -1]  # (V,)
# Subtracting the largest logit avoids overflow, and cancels in the division.
probabilities = torch.exp(last - last.max())
probabilities = probabilities / probabilities.sum()
assert torch.allclose(probabilities, torch.softmax(last, dim=-1))
assert abs(probabilities.sum().item() - 1) < 1e-4

# %% [markdown]
# Which tokens does the model think likely as the first token of its answer?

# %% alt="Horizontal bars with the eight most probable first tokens of the answer; 'The' is far ahead of all others."
import matplotlib.pyplot as plt

from llmai_edu.viz import probability_bars, readable

top = probabilities.topk(8)
labels = [readable(tokenizer.id_to_bytes(i)) for i in top.indices.tolist()]
probability_bars(labels, top.values.tolist(), title="The first token of the answer")
plt.show()
assert labels[0] == "The"
assert 0.75 < top.values[0] < 0.85

# %% [markdown]
# Four fifths of the probability are on "The". The rest is spread over all 49,151 other tokens, and none of them gets
# exactly zero:

# %%
assert len(probabilities) - 1 == 49_151
assert probabilities.min() > 0

# %% [markdown]
# This picture is the whole of what a language model does: **text in, a probability for each next token out.** All else
# is built around it.
#
# ## How an answer comes about: a loop
#
# To write more than one token, choose one, append it to the text, and ask again. The simplest choice is always the most
# probable token, which is called *greedy* decoding. It stops when the model chooses the token that ends its turn.


# %%
def answer_slowly(ids, max_new_tokens):
    """Greedy decoding in its plainest form. Returns the new ids, and how many tokens the model had to read."""
    ids, start, read = list(ids), len(ids), 0
    for _ in range(max_new_tokens):
        logits = model(torch.tensor([ids], device=device))  # the whole text, every time
        read += len(ids)
        best = int(logits[0, -1].argmax())
        if best == tokenizer.eos_id:
            break
        ids.append(best)
    return ids[start:], read


with torch.inference_mode():
    slow_ids, slow_read = answer_slowly(prompt_ids, 24)
print(tokenizer.decode(slow_ids))
print(f"tokens read: {slow_read}")

# %% [markdown]
# The loop works, and it wastes most of its work: for each new token the model reads the whole text again. For an answer
# of $n$ tokens after a prompt of $p$ tokens, it reads $p$, then $p+1$, then $p+2$ tokens, and so on.
#
# ## The same loop with a memory
#
# What the model computed for the earlier tokens does not change when a new one is appended. So it can be kept, in a
# *key–value cache*. Then each further step reads only what the cache has not seen: the one new token.


# %%
def answer_with_cache(ids, max_new_tokens):
    """Greedy decoding that reads no token twice. Returns the new ids, and how many tokens were read."""
    cache = model.new_cache(max_length=len(ids) + max_new_tokens)
    new, answer, read = list(ids), [], 0
    for _ in range(max_new_tokens):
        logits = model(torch.tensor([new], device=device), cache)
        read += len(new)
        best = int(logits[0, -1].argmax())
        if best == tokenizer.eos_id:
            break
        answer.append(best)
        new = [best]  # all that the cache has not seen yet
    return answer, read


with torch.inference_mode():
    fast_ids, fast_read = answer_with_cache(prompt_ids, 24)
print(
    f"the same {len(fast_ids)} tokens; read: {slow_read} without a cache, {fast_read} with one"
)
assert fast_ids == slow_ids
assert fast_read == len(prompt_ids) + len(fast_ids)
assert slow_read > 5 * fast_read

# %% [markdown]
# It read the prompt once, and then each of its own seven tokens once. (The seventh, too: the model had to read it to choose the
# mark that ends the answer.) Here the cache saves more than four fifths of the reading, and the longer the answer, the
# more it saves. How the cache is built is a part of lesson 15 (planned, like all that are not in the list below).
#
# ## The loop that we keep
#
# The library's own loop does the same, with two more abilities. `sample` can choose in other ways than greedily, which the
# *temperature* below will show (`top_k` and `top_p` are explained in lesson 22; `None` leaves them out). And `yield` hands out
# each token as soon as it is known, so that you can watch.
#
# The next cell is copied from the library's source. Such cells stand on every page. Change them and play: the cell after it
# calls what you wrote. (The library itself goes on with its own copy.)

# %%
from collections.abc import Iterator

from llmai_edu.generation.decoder import (
    Decoder,
)  # a type: any model that writes from left to right
from llmai_edu.generation.sampling import sample


# %% quote="llmai_edu.generation.sampling:decode_loop"
@torch.inference_mode()
def decode_loop(
    model: Decoder,
    ids: torch.Tensor,
    max_new_tokens: int,
    temperature: float,
    top_k: int | None,
    top_p: float | None,
    generator: torch.Generator | None,
    stop_ids: frozenset[int],
) -> Iterator[int]:
    """The loop inside `generate`, which checks the arguments first; here they are taken as they are.

    ids: (T,) of int64. Yields each new token as soon as it is chosen.
    """
    cache = model.new_cache(max_length=len(ids) + max_new_tokens)
    device = next(model.parameters()).device
    # (1, T): first the whole prompt; from then on (1, 1), one token at a time
    new = ids.to(device)[None]
    for _ in range(max_new_tokens):
        logits = model(new, cache, last_only=True)[:, -1]  # (1, V)
        new = sample(logits, temperature, top_k, top_p, generator)[:, None]  # (1, 1)
        if new.item() in stop_ids:
            return
        yield new.item()


# %%
greedy = {"temperature": 0.0, "top_k": None, "top_p": None, "generator": None}
stop = frozenset({tokenizer.eos_id})
kept_ids = list(decode_loop(model, torch.tensor(prompt_ids), 24, stop_ids=stop, **greedy))
assert kept_ids == slow_ids

# %% [markdown]
# ## Is this really SmolLM2?
#
# We claim that our code *is* the model. So its answers must be the same, token for token, as those of the reference
# implementation, the `transformers` library of Hugging Face. You need not install it: its greedy answer to the first
# question is recorded in the library. The course's tests make the comparison anew, with ten questions and answers of 200 tokens.
#
# One thing this does not show. The file holds the weights rounded to about four bits each, which makes it small, and
# `transformers` reads the same file. So the comparison says that our *code* is right. The model with its original weights may
# answer differently here and there.

# %%
from llmai_edu.generation import generate
from llmai_edu.pretrained import smollm2_reference

reference = smollm2_reference()
chat_ids = tokenizer.chat_ids([{"role": "user", "content": reference["question"]}])
ours = list(generate(model, chat_ids, len(reference["ids"])))
print(f"{len(ours)} tokens, recorded from transformers {reference['transformers']}")
assert ours == reference["ids"]

# %% [markdown]
# ## Choose the tokens yourself
#
# Before you go on, take the place of the loop. The buttons show the eight most probable next tokens. Choose one, and the
# model computes the next eight. Try to make it say something it would not have said: one odd choice early on changes
# everything after it, because the model reads its own words as part of the text.

# %%
from llmai_edu.viz import boxed, next_token_widget, show


def candidates(text, k=8):
    """The k most probable next tokens after a text, as (bytes, probability)."""
    ids = torch.tensor([tokenizer.encode(text)], device=device)
    with torch.inference_mode():
        best = model(ids, last_only=True)[0, -1].softmax(-1).topk(k)
    return [
        (tokenizer.id_to_bytes(i), p)
        for i, p in zip(best.indices.tolist(), best.values.tolist())
    ]


beginning = "The most important thing in life is"
fallback = boxed(beginning + " …") + token_chips(
    [f"{readable(piece)} {p:.0%}".encode() for piece, p in candidates(beginning)]
)
show(
    next_token_widget(candidates, beginning),
    fallback + "<p><small>Run the page to choose among them.</small></p>",
)

# %% [markdown]
# ## Ask it yourself
#
# The *temperature* says how bold the choice is. At 0 the most probable token is taken. At 1 a token is drawn as often as
# its probability says. Above 1 the unlikely ones gain. Ask the same question several times at 0, then at 1.

# %%
from llmai_edu.viz import ask_widget


def reply(question, temperature):
    """Stream the model's answer to one question."""
    return chat(
        model,
        tokenizer,
        question,
        max_new_tokens=150,
        temperature=temperature,
        generator=generator,
    )


example = "Name three fruits."
fallback = boxed(f"question: {example}\n\n" + "".join(reply(example, 0.0)))
show(
    ask_widget(reply, example),
    fallback + "<p><small>Run the page to ask your own question.</small></p>",
)

# %% [markdown]
# ## How often is it right?
#
# One good answer proves little. A claim about a model needs a set of questions that was fixed before looking. Ours: the
# capitals of the nineteen countries in the G20 (its other two members are unions). Guess how many it knows. The cell takes about
# ten seconds.

# %%
CAPITALS = {
    "Argentina": "Buenos Aires", "Australia": "Canberra", "Brazil": "Brasília",
    "Canada": "Ottawa", "China": "Beijing", "France": "Paris", "Germany": "Berlin",
    "India": "New Delhi", "Indonesia": "Jakarta", "Italy": "Rome", "Japan": "Tokyo",
    "Mexico": "Mexico City", "Russia": "Moscow", "Saudi Arabia": "Riyadh",
    "South Africa": "Pretoria", "South Korea": "Seoul", "Turkey": "Ankara",
    "the United Kingdom": "London", "the United States": "Washington",
}  # fmt: skip
answers = {}
for country in CAPITALS:
    question = f"What is the capital of {country}?"
    answers[country] = "".join(chat(model, tokenizer, question, max_new_tokens=20))

# %%
wrong = {country: text for country, text in answers.items() if CAPITALS[country] not in text}
for country, text in wrong.items():
    print(f"{country:<18} {text}")
right = len(CAPITALS) - len(wrong)
print(f"\n{right} of {len(CAPITALS)} right")
assert 10 <= right <= 16

# %% [markdown]
# It knows most of them, and it is wrong about the others in the same tone of voice. Look at *how* it is wrong. For
# Brazil, South Africa, Turkey and the United States it names the largest city. For Argentina and Italy it invents something.
#
# Both kinds of mistake follow from the picture above. The model was trained to say what is *probable* in text, and truth is only
# one of the things that make a sentence probable. A larger model makes fewer such mistakes, but it makes them for the same
# reason.
#
# An evaluation has faults too, and they should be said. Ours only looks for the name in the first twenty tokens of the answer;
# and South Africa has three capitals, of which it accepts Pretoria alone, the seat of the government.

# %%
famous = {
    "Brazil": "Sao Paulo",
    "South Africa": "Johannesburg",
    "Turkey": "Istanbul",
    "the United States": "New York",
}
assert all(city in answers[country] for country, city in famous.items())
assert {"Argentina", "Italy"} <= wrong.keys()

# %% [markdown]
# ## Is your machine ready?
#
# The doctor looks at your machine, the packages and the data, and says what is missing and which command brings it. In a
# terminal, `llmai-edu doctor` does the same, once the course's environment is active there (`source .venv/bin/activate`; on
# Windows `.venv\Scripts\activate`). Only lines marked MISSING need you; data that are *absent* belong to later lessons.

# %% tags=["nbval-ignore-output"]
from llmai_edu.doctor import doctor

ready = doctor()

# %% [markdown]
# ## The way ahead
#
# The course goes the way that the field went, and each step mends a fault of the step before.
#
# <!-- map:start -->
# ```mermaid
# flowchart LR
#   s0["<b>Start</b><br/>00 start_here"]
#   s1["<b>Embedding</b><br/>01 tokens<br/>02 ngram<br/>03 word2vec<br/>04 glove"]
#   s2["<b>Models</b><br/>05 mlp<br/>06 cnn<br/>07 rnn<br/>08 lstm<br/>09 seq2seq<br/>10 vae<br/>11 attention<br/>12 gpt<br/>13 bert<br/>14 t5<br/>15 llama"]
#   s3["<b>Pretraining</b><br/>16 pretraining<br/>17 scaling<br/>18 distributed"]
#   s4["<b>Fine-tuning</b><br/>19 classify<br/>20 instruct<br/>21 preference"]
#   s5["<b>Generation</b><br/>22 decoding<br/>23 compression"]
#   s6["<b>Application</b><br/>24 support<br/>25 writing<br/>26 translation<br/>27 code<br/>28 qa<br/>29 domains"]
#   s0 --> s1 --> s2 --> s3 --> s4 --> s5 --> s6
# ```
# <!-- map:end -->
#
# In words: from counting and embeddings (lessons 01–04) through neural networks, most of them recurrent (05–10), to Transformers (11–15), then
# pretraining (16–18), fine-tuning and generation (19–23), and six applications (24–29).
#
# All models of the course are measured on the same text with the same measure, bits per byte, so that you see what each
# idea is worth. These lessons are written so far:

# %%
from llmai_edu.course import LESSONS

for lesson in LESSONS:
    if lesson.available:
        print(f"{lesson.stem:<16} {lesson.title}  (about {lesson.minutes} minutes)")

# %% [markdown]
# ## How an exercise answers back
#
# Every lesson has a sheet of exercises. You write a function, and `check` tests it on inputs of its own. When it is wrong, it
# says which misunderstanding it met. Here is a small one: *write `most_probable(probabilities)`, which returns the
# position of the largest of a list of probabilities.* And here is a wrong answer to it:

# %%
from llmai_edu.course import CheckFailed, check


def most_probable(probabilities):
    return max(probabilities)


refusal = None
try:
    check("warm_up.most_probable", most_probable)
except CheckFailed as failed:
    refusal = failed
assert refusal is not None
print(refusal)

# %% [markdown]
# The message says what went wrong. Mend the function in your head before you read on; the next cell holds a right answer.


# %%
def most_probable(probabilities):
    return max(range(len(probabilities)), key=lambda i: probabilities[i])


check("warm_up.most_probable", most_probable)

# %% [markdown]
# ## What we have now, and what it cannot do
#
# - A real model, running on code that you can read, equal to the reference token for token.
# - The picture to keep: text in, a probability for each next token out; a loop makes an answer of it.
# - It says what is probable, not what is true, and it sounds the same in both cases.
# - This page did not explain *where the probabilities come from*. That takes the rest of the course, and it starts
#   with the pieces themselves: why "␣capital" is one token, and who decided that. [Lesson 01](01_tokens.ipynb) builds a
#   tokenizer.
#
# **Try it:** the [exercise sheet](../exercises/00_start_here.ipynb) asks you to read a model's output, to predict what a
# cache saves, and to mend a loop that does not stop.
#
# **Sources**
#
# [1] L. Ben Allal et al., [*SmolLM2: When Smol Goes Big – Data-Centric Training of a Small Language
# Model*](https://arxiv.org/abs/2502.02737), 2025. The [model card](https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct)
# gives the two trillion tokens of the 135 M model.
#
# [2] A. Grattafiori et al., [*The Llama 3 Herd of Models*](https://arxiv.org/abs/2407.21783), 2024.
#
# *Prose CC BY 4.0, code MIT, the llmai_edu authors. SmolLM2's weights: Apache-2.0.*
