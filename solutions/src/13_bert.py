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
# # Exercises to lesson 13: BERT
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/13_bert.ipynb)
# <!-- colab:end -->
#
# *About 75 minutes, 10 seconds to run. Needs: [lesson 13](../notebooks/13_bert.ipynb).*
#
# Write each function in its cell, run the cell, then run the `check` below it. The check tests your function on inputs that
# the sheet does not show, and says what went wrong if something did.

# %% tags=["setup"]
# --- On Colab, install the course first; anywhere else these lines do nothing ---
import os
import sys
from IPython import get_ipython

if "google.colab" in sys.modules:
    address = os.environ.get("LLMAI_EDU_SOURCE", "https://github.com/llmai-edu/llmai-edu")
    get_ipython().run_line_magic("pip", f'install -q "llmai-edu @ git+{address}"')
# --- end of the Colab lines ---
import numpy as np

# %% [markdown]
# ## Exercise 1: hide whole words · ●●○ · 25 minutes · 4 points
#
# When "##bed" is hidden and "em" and "##ding" are not, the answer can be guessed without understanding the sentence. So
# BERT's authors later hid *whole words*: all pieces of a chosen word share one fate.
#
# Write `mask_words(tokens, chosen, lots, others)`.
#
# - `tokens` is a list of tokens as texts. A token that begins with `##` continues the word before it. `[CLS]`, `[SEP]` and `[PAD]`
#   are no words. The words are numbered from 0, from left to right.
# - `chosen` is a set with the numbers of the chosen words.
# - `lots` is a list with a number from 0 to 1 for each word, chosen or not, which was drawn for you; `lots[2]` belongs to word 2. Below 0.8, every piece of the word
#   becomes `"[MASK]"`. From 0.8 on, but below 0.9, every piece becomes the token at the same place of the list `others`. From
#   0.9 on, the word stays as it is.
# - It returns two lists as long as `tokens`: the inputs, and the labels. The label is the true token at all pieces of the chosen words,
#   and `None` everywhere else. The list `tokens` itself stays as it is.
#
# For `tokens = ["[CLS]", "em", "##bed", "cats", "sleep", "[SEP]"]`, `chosen = {0, 2}`, `lots = [0.85, 0.1, 0.95]` and `others` a list of six
# times `"x"`, the inputs are `["[CLS]", "x", "x", "cats", "sleep", "[SEP]"]` and the labels
# `[None, "em", "##bed", None, "sleep", None]`.
#
# <details><summary>Hint: the number of the word</summary>
#
# Keep a counter that begins at -1 and goes up at every token that begins a word.
#
# </details>
#
# <details><summary>Hint: kept is not forgotten</summary>
#
# A chosen word that stays as it is has labels all the same: the model has to name it.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "mask_words", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mask_words(tokens, chosen, lots, others):
    """Hide whole words: the inputs, and the labels."""
    ### BEGIN SOLUTION
    inputs, labels, word = list(tokens), [None] * len(tokens), -1
    for place, token in enumerate(tokens):
        if token in ("[CLS]", "[SEP]", "[PAD]"):
            continue
        word += not token.startswith("##")
        if word in chosen:
            labels[place] = token
            if lots[word] < 0.8:
                inputs[place] = "[MASK]"
            elif lots[word] < 0.9:
                inputs[place] = others[place]
    return inputs, labels
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_mask_words", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("bert.mask_words", mask_words)

# %% [markdown]
# ## Exercise 2: how plausible is a sentence? · ●●○ · 20 minutes · 4 points
#
# A language model that reads from left to right gives a sentence a probability. BERT cannot: it was never asked for the probability of a
# whole. But one can add up what it says of each token when the others are shown. Hide the first token after `[CLS]`, ask for the logarithm
# of its probability, put it back, hide the second, and so on. The sum is called the *pseudo-log-likelihood* [1]. It is no probability of
# the sentence, but it can tell which of two sentences is the more usual.
#
# Write `pseudo_log_likelihood(log_probs, ids, mask_id)`. `ids` is a list of ids; the first is `[CLS]` and the last is `[SEP]`, which
# are never hidden and never counted. `log_probs(ids)` stands for the model: it takes a list of ids and returns an array
# (T, V), for each place the logarithms of the probabilities of all tokens. Return one number. The list `ids` must be the same after the call as
# before.
#
# For a model that gives each of 4 tokens a quarter whatever it sees, and `ids = [1, 0, 0, 2]`, the answer is $2 \cdot \ln \frac14 = -2.77$.
#
# <details><summary>Hint</summary>
#
# At place `i` you need the entry `[i, ids[i]]` of the array, from a call with a *copy* of the list in which only place `i` is hidden.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "pseudo_log_likelihood", "locked": false, "schema_version": 3, "solution": true, "task": false}
def pseudo_log_likelihood(log_probs, ids, mask_id):
    """The sum of the log-probabilities of the tokens, each hidden alone."""
    ### BEGIN SOLUTION
    total = 0.0
    for place in range(1, len(ids) - 1):
        hidden = list(ids)
        hidden[place] = mask_id
        total += log_probs(hidden)[place, ids[place]]
    return float(total)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_pseudo_log_likelihood", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("bert.pseudo_log_likelihood", pseudo_log_likelihood)

# %% [markdown]
# ## Exercise 3: what MiniLM was trained on · ●●● · 25 minutes · 5 points
#
# MiniLM learned its sentence vectors from pairs of texts that belong together: a question and its answer, a title and its article.
# Its training took the mean of the loss below and the same one with the two sides exchanged; you write one of the two. Take a batch of $N$ pairs. The first text of each pair has to find its own partner among the $N$ second texts; the
# partners of the others are the wrong answers, and they cost nothing, because they are in the batch anyway ("in-batch negatives").
#
# With $a_i$ and $b_j$ for the vectors of the first and second texts, *after* each was divided by its length, and the temperature $\tau$:
#
# $$\text{loss} = -\frac1N \sum_{i=1}^N \ln \frac{e^{a_i \cdot b_i / \tau}}{\sum_{j=1}^N e^{a_i \cdot b_j / \tau}}$$
#
# Write `contrastive_loss(first, second, temperature)`. `first` and `second` are arrays (N, C), whose rows may have any length. Return
# one number. At a low temperature the exponents become large; the last point is for a function that survives that.
#
# For `first = [[1, 0], [0, 2]]`, `second = [[3, 0], [0, 1]]` and a temperature of 1 the answer is $\ln(1 + e^{-1}) = 0.313$.
#
# <details><summary>Hint</summary>
#
# It is the cross-entropy of lesson 05, with the numbers of the rows as the right answers: the matrix of scores is (N, N), and the right
# ones lie on its diagonal.
#
# </details>
#
# <details><summary>Hint: large exponents</summary>
#
# Subtracting the largest score of a row from all scores of that row changes nothing in the fraction. And do not take the logarithm of
# the fraction, which may be rounded to 0: write it as the score minus the logarithm of the sum.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "contrastive_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def contrastive_loss(first, second, temperature):
    """Mean surprise at the own partner among all partners of the batch."""
    ### BEGIN SOLUTION
    a = first / np.linalg.norm(first, axis=1, keepdims=True)
    b = second / np.linalg.norm(second, axis=1, keepdims=True)
    scores = a @ b.T / temperature
    scores = scores - scores.max(axis=1, keepdims=True)
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return float(-np.diag(log_p).mean())
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_contrastive_loss", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("bert.contrastive_loss", contrastive_loss)

# %% nbgrader={"grade": true, "grade_id": "test_contrastive_loss_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("bert.contrastive_loss", contrastive_loss, part="contrastive_loss_cold")

# %% [markdown]
# **Sources**
#
# [1] J. Salazar, D. Liang, T. Q. Nguyen and K. Kirchhoff, [*Masked Language Model Scoring*](https://arxiv.org/abs/1910.14659), ACL 2020.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
