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
# # Exercises to lesson 00: start here
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/00_start_here.ipynb)
# <!-- colab:end -->
#
# *About 40 minutes, 10 seconds to run. Needs: [lesson 00](../notebooks/00_start_here.ipynb).*
#
# Write each function in its cell, run the cell, then run the `check` below it. The check tests your function on inputs that
# the sheet does not show, and says what went wrong if something did. No model is needed on this page.

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
# ## Exercise 1: what does the model think? · ●○○ · 10 minutes · 3 points
#
# A model has returned one logit for each token of its vocabulary. Write `top_tokens(logits, k)`, which returns the `k` most
# probable tokens as a list of pairs `(token id, probability)`, the most probable first. A token's id is its position in
# `logits`.
#
# For the logits `[0.0, 1.0, 2.0]` and `k = 2` the answer is about `[(2, 0.665), (1, 0.245)]`. Logits may be as large as
# 1,000, and `math.exp(1000)` is an error.
#
# <details><summary>Hint: the probabilities</summary>
#
# The probabilities are those of the softmax over *all* logits, also when you return only a few of them.
#
# </details>
#
# <details><summary>Hint: large logits</summary>
#
# Subtracting the same number from every logit does not change the softmax. The lesson's cell with `torch.exp` does it.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "top_tokens", "locked": false, "schema_version": 3, "solution": true, "task": false}
def top_tokens(logits, k):
    """The k most probable tokens as (id, probability), the most probable first."""
    ### BEGIN SOLUTION
    shifted = np.asarray(logits, dtype=float) - np.max(logits)
    probabilities = np.exp(shifted) / np.exp(shifted).sum()
    best = np.argsort(-probabilities)[:k]
    return [(int(i), float(probabilities[i])) for i in best]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_top_tokens", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("start_here.top_tokens", top_tokens)

# %% nbgrader={"grade": true, "grade_id": "test_top_tokens_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("start_here.top_tokens", top_tokens, part="top_tokens_large")

# %% [markdown]
# ## Exercise 2: what does a cache save? · ●●○ · 15 minutes · 3 points
#
# Predict before you measure. A prompt has `prompt` tokens, and the loop chooses `new` further tokens; none of them ends the
# answer early. Write `tokens_read(prompt, new, cached)`: how many tokens the model reads in total until the last one is
# chosen.
#
# Without a cache (`cached=False`), the model reads the whole text again for each choice. With a cache, it reads the prompt
# once, and then each chosen token once, when the next choice needs it.
#
# <details><summary>Hint</summary>
#
# Write the case `prompt = 10`, `new = 3` out on paper. Without a cache the three readings have 10, 11 and 12 tokens.
#
# </details>
#
# <details><summary>Hint: with a cache</summary>
#
# Which token was chosen and then never read by the model?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "tokens_read", "locked": false, "schema_version": 3, "solution": true, "task": false}
def tokens_read(prompt, new, cached):
    """How many tokens the model reads until `new` tokens are chosen."""
    ### BEGIN SOLUTION
    if cached:
        return prompt + new - 1
    return new * prompt + new * (new - 1) // 2
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_tokens_read", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("start_here.tokens_read", tokens_read)

# %% nbgrader={"grade": true, "grade_id": "test_tokens_read_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("start_here.tokens_read", tokens_read, part="tokens_read_cached")

# %% [markdown]
# ## Exercise 3: mend the loop · ●●○ · 15 minutes · 4 points
#
# Somebody has written the loop of greedy decoding, and it has at least four faults:
#
# ```python
# def broken_answer(next_logits, prompt, stop, limit):
#     answer = prompt
#     while True:
#         best = np.argmax(next_logits(answer[-1:]))
#         answer.append(best)
#         if answer[-1] == stop:
#             return answer
# ```
#
# `next_logits(ids)` returns the logits for the token after `ids`, a list with one number for each token. `prompt` is a list of
# ids. Write `greedy_answer(next_logits, prompt, stop, limit)`, which returns the list of *new* ids:
#
# - each choice is made with the whole text so far;
# - the prompt is not in the answer, and the caller's list is left as it was;
# - the `stop` token ends the answer, and is not in it;
# - after `limit` tokens it ends in any case.
#
# <details><summary>Hint</summary>
#
# `list(prompt)` is a copy. A `for` loop over `range(limit)` cannot run for ever.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "greedy_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
def greedy_answer(next_logits, prompt, stop, limit):
    """The new ids that greedy decoding appends to the prompt."""
    ### BEGIN SOLUTION
    ids = list(prompt)
    for _ in range(limit):
        best = int(np.argmax(next_logits(ids)))
        if best == stop:
            break
        ids.append(best)
    return ids[len(prompt) :]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_greedy_answer", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("start_here.greedy_answer", greedy_answer)

# %% nbgrader={"grade": true, "grade_id": "test_greedy_answer_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("start_here.greedy_answer", greedy_answer, part="greedy_answer_ends")

# %% [markdown]
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
