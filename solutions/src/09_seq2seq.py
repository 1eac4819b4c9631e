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
# # Exercises to lesson 09: sequence to sequence, with attention
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/09_seq2seq.ipynb)
# <!-- colab:end -->
#
# *About 70 minutes, 10 seconds to run. Needs: [lesson 09](../notebooks/09_seq2seq.ipynb).*
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
from collections import Counter

import numpy as np
import torch

# %% [markdown]
# ## Exercise 1: another score · ●●○ · 20 minutes · 5 points
#
# Luong and his colleagues [1] compared several ways to score how well the decoder's state fits a place of the source. The one that they
# called *general* needs no tanh, only one matrix $W$: the score of place $j$ is $e_j = h^\top W s_j$. Softmax, mask and
# weighted mean are as in the lesson.
#
# Somebody wrote it like this. The weights of padding are 0, but those of a text do not sum to 1, for the texts of the batch compete
# with each other:
#
# ```python
# def broken_attention(h, states, w, mask):
#     scores = torch.einsum("bh,hc,bsc->bs", h, w, states)
#     weights = scores.softmax(dim=0) * mask
#     return (weights[:, :, None] * states).sum(1), weights
# ```
#
# Write `general_attention(h, states, w, mask)`. `h` is the decoder's state, of shape (B, H); `states` are the encoder's, (B, S, C);
# `w` is (H, C); `mask` is (B, S) of bool, True at real tokens, and each row has at least one. The others are float64. Return the context (B, C) and
# the weights (B, S).
#
# For one text with `h = [[1.0, 2.0]]`, `states = [[[0.0, 1.0], [1.0, 1.0], [9.0, 9.0]]]`, `w = [[1.0, 0.0], [0.0, 0.5]]` and `mask = [[True, True, False]]` the
# scores of the first two places are 1 and 2, so the weights are `[[0.269, 0.731, 0]]` and the context is `[[0.731, 1]]`. The
# broken function gives the weights `[[1, 1, 0]]`.
#
# <details><summary>Hint: the mask</summary>
#
# The weights of padding must be 0, and the others must still sum to 1. So the mask has to be at work before the softmax:
# `masked_fill` with `-torch.inf`.
#
# </details>
#
# <details><summary>Hint: the direction</summary>
#
# Each row of the batch is another text. The places of *one* text compete with each other, and they lie along dimension 1.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "general_attention", "locked": false, "schema_version": 3, "solution": true, "task": false}
def general_attention(h, states, w, mask):
    """The context and the weights of one decoder step, for a batch."""
    ### BEGIN SOLUTION
    scores = ((h @ w)[:, None] * states).sum(2)
    weights = scores.masked_fill(~mask, -torch.inf).softmax(dim=1)
    context = (weights[:, None] @ states)[:, 0]
    return context, weights
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_general_attention", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("seq2seq.general_attention", general_attention)

# %% nbgrader={"grade": true, "grade_id": "test_general_attention_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("seq2seq.general_attention", general_attention, part="general_attention_of_padding")

# %% [markdown]
# ## Exercise 2: BLEU with several references · ●●● · 30 minutes · 5 points
#
# "sofa" can be "canapé" or "sofa" in French, and both are right. BLEU was made for *several* references of each text [2]. Two
# things change.
#
# 1. **Clipping.** A run of words counts at most as often as it stands in the reference that has it *most often*. Different runs may
#    find their best reference in different places.
# 2. **Brevity.** For each text, the length that counts as the reference's is the one *closest* to what was written; of two equally
#    close ones the shorter. These lengths are summed over the corpus, as are those of what was written.
#
# All else is as in the lesson: right and total runs of 1 to `longest` words are summed over all texts, divided once, and
# combined by the geometric mean; the penalty is $e^{1 - r/c}$ if $r > c$, else 1; and all of it times 100.
#
# Write `bleu(written, references, longest)`. `written` is a list of texts, `references` a list that holds for each text the list of its
# references. Words are cut at spaces. Every precision in the tests is above 0.
#
# For `written = ["a a b"]`, `references = [["a c c c", "a a d d"]]` and `longest = 1` two of three words are right (the second "a" is allowed by
# the second reference; "b" stands in neither). Both references have four words, so the penalty is $e^{1 - 4/3} = 0.717$, and the score is 47.8.
#
# <details><summary>Hint: the best of several counters</summary>
#
# `a | b` of two Counters takes the larger count of each key, `a & b` the smaller.
#
# </details>
#
# <details><summary>Hint: the closest length</summary>
#
# `min(lengths, key=lambda n: (abs(n - ours), n))`
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "bleu", "locked": false, "schema_version": 3, "solution": true, "task": false}
def bleu(written, references, longest):
    """Corpus BLEU with several references a text."""

    ### BEGIN SOLUTION
    def runs(text, n):
        return Counter(zip(*[text.split()[i:] for i in range(n)]))

    precisions = []
    for n in range(1, longest + 1):
        right = total = 0
        for ours, theirs in zip(written, references):
            allowed = Counter()
            for reference in theirs:
                allowed |= runs(reference, n)
            right += (runs(ours, n) & allowed).total()
            total += runs(ours, n).total()
        precisions.append(right / total)
    c = r = 0
    for ours, theirs in zip(written, references):
        length = len(ours.split())
        lengths = [len(reference.split()) for reference in theirs]
        c += length
        r += min(lengths, key=lambda k: (abs(k - length), k))
    penalty = 1 if c >= r else np.exp(1 - r / c)
    return float(100 * penalty * np.prod(precisions) ** (1 / longest))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_bleu", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("seq2seq.bleu", bleu)

# %% nbgrader={"grade": true, "grade_id": "test_bleu_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("seq2seq.bleu", bleu, part="bleu_of_lengths")

# %% [markdown]
# ## Exercise 3: scheduled sampling · ●●○ · 20 minutes · 4 points
#
# Under teacher forcing a decoder never sees its own mistakes. *Scheduled sampling* [3] lets it: at some steps the token before is not the true
# one, but the one that the model itself would have written there. The share of such steps grows during the training. (In [3] the tokens are made one
# after the other. What follows is a shortcut.)
#
# The model has read the true tokens once, and we know what it would have written. Make the inputs of the second reading. Write
# `mixed_inputs(target, own, draws, share)`, where all but `share` are NumPy arrays of shape (B, T), of integers or floats:
#
# - `target[b, t]` is the true input at step t. `target[b, 0]` is START (1). PAD (0) fills up the shorter rows.
# - `own[b, t]` is what the model wrote at step t, that is *after* it had read `target[b, 0]` to `target[b, t]`: its guess at the next token.
# - `draws` are random numbers from 0 to 1. Where `draws[b, t] < share`, the input at step t is to be the model's own.
#
# START is never replaced, and PAD stays PAD. END (2) is a token like the others, and can be replaced. Return the new inputs (B, T), and leave `target` as it was.
#
# For `target = [[1, 7, 8, 0]]`, `own = [[5, 6, 4, 9]]` and draws that are all below `share` the answer is `[[1, 5, 6, 0]]`: at step 1
# the model gets what it wrote at step 0.
#
# <details><summary>Hint</summary>
#
# What was written at step t is read at step t + 1. So `own` has to be moved by one before it is mixed in.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "mixed_inputs", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mixed_inputs(target, own, draws, share):
    """The decoder's inputs, some of them its own tokens."""
    ### BEGIN SOLUTION
    target, own = np.asarray(target), np.asarray(own)
    replace = np.asarray(draws)[:, 1:] < share
    inputs = target.copy()
    inputs[:, 1:] = np.where(replace & (target[:, 1:] != 0), own[:, :-1], target[:, 1:])
    return inputs
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_mixed_inputs", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("seq2seq.mixed_inputs", mixed_inputs)

# %% nbgrader={"grade": true, "grade_id": "test_mixed_inputs_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("seq2seq.mixed_inputs", mixed_inputs, part="mixed_inputs_at_the_ends")

# %% [markdown]
# **Sources**
#
# [1] M.-T. Luong, H. Pham and C. D. Manning, [*Effective Approaches to Attention-based Neural Machine Translation*](https://arxiv.org/abs/1508.04025), 2015.
#
# [2] K. Papineni, S. Roukos, T. Ward and W.-J. Zhu, [*BLEU: a Method for Automatic Evaluation of Machine Translation*](https://aclanthology.org/P02-1040/), 2002.
#
# [3] S. Bengio, O. Vinyals, N. Jaitly and N. Shazeer, [*Scheduled Sampling for Sequence Prediction with Recurrent Neural
# Networks*](https://arxiv.org/abs/1506.03099), 2015.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
