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
# # Exercises to lesson 22: Decoding
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/22_decoding.ipynb)
# <!-- colab:end -->
#
# *About 75 minutes, 5 seconds to run. Needs: [lesson 22](../notebooks/22_decoding.ipynb).*
#
# Write each function in its cell, run the cell, then run the `check` below it. The check tests your function on inputs that
# the sheet does not show, and says what went wrong if something did. All three need NumPy only.

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
# ## Exercise 1: no n-gram twice · ●○○ · 20 minutes · 4 points
#
# A penalty makes repetition less likely. *Blocking* forbids it: no run of n tokens may stand in the text twice. Before each draw one finds the tokens that would complete such a run, and sets their logits to minus infinity. (Beam search for summaries often uses n = 3.)
#
# Write `blocked(ids, n)`. `ids` is the list of all tokens so far, and `n` is at least 1. Return the sorted list of the tokens which, if they came next, would complete an n-gram that stands in `ids` already: the same n tokens, in the same order. Each token stands in the list once.
#
# An example: the text is 5 1 2 7 1 2 4 1 2, and n = 3. The last two tokens are 1 2. They have stood there twice before, once followed by 7 and once by 4. So the answer is `[4, 7]`. With n = 2 it is the same: before, 2 was followed by 7 and by 4. With n = 4 the last three tokens are 4 1 2, which never stood there before: the answer is `[]`.
#
# With n = 1 every token that has occurred is blocked. A text of fewer than n tokens blocks nothing. Two n-grams may overlap: after 3 3 3 and with n = 3, the token 3 is blocked.
#
# <details><summary>Hint</summary>
#
# Let `last` be the last n − 1 tokens. For each place at which they stand *and after which another token stands*, note that token.
#
# </details>
#
# <details><summary>Hint: n = 1</summary>
#
# `ids[-0:]` is `ids[0:]`, the whole list. `ids[len(ids) - 0 :]` is the empty list.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "blocked", "locked": false, "schema_version": 3, "solution": true, "task": false}
def blocked(ids, n):
    """The tokens that would complete an n-gram which stands in the text already, sorted."""
    ### BEGIN SOLUTION
    size = n - 1
    last = ids[len(ids) - size :] if len(ids) >= size else None
    found = set()
    for start in range(len(ids) - size):
        if ids[start : start + size] == last:
            found.add(ids[start + size])
    return sorted(found)
    ### END SOLUTION


# %% [markdown]
# The example of the text above:

# %% tags=["skip-proof"]
try:
    yours = [blocked([5, 1, 2, 7, 1, 2, 4, 1, 2], n) for n in (2, 3, 4)]
    print("yours:", yours, "wanted: [[4, 7], [4, 7], []]")
except NotImplementedError:
    print("Run this cell again when `blocked` is written.")

# %% [markdown]
# Are they the right tokens?

# %% nbgrader={"grade": true, "grade_id": "test_blocked", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("decoding.blocked", blocked)

# %% [markdown]
# And with n = 1, or when the text is short?

# %% nbgrader={"grade": true, "grade_id": "test_blocked_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("decoding.blocked", blocked, part="blocked_at_the_edges")

# %% [markdown]
# ## Exercise 2: typical tokens · ●●○ · 30 minutes · 5 points
#
# On the page, the likeliest text was not at all like what people write. People do not choose the likeliest word each time: their surprise goes up and down around a mean. *Locally typical sampling* [1] takes that as its rule. The mean surprise of the distribution is its entropy, $H = -\sum_v p_v \ln p_v$. A token is typical when its own surprise, $-\ln p_v$, is near H. The most typical tokens are kept, until they hold a given share of the probability. So the *likeliest* token can be ruled out.
#
# Write `keep_typical(probs, mass)`. `probs` has shape (V,) and sums to 1. Sort the tokens by the distance of their surprise from H, the nearest first. Keep the fewest whose probabilities reach `mass` together, the one included with which it is reached. Return an array (V,): the kept probabilities divided by their sum, and 0 elsewhere. A token with probability 0 is never kept, and adds nothing to H.
#
# An example: `probs = [0.6, 0.2, 0.15, 0.05]`, `mass = 0.3`.
#
# | token | p | surprise −ln p | distance from H = 1.063 |
# |---|---|---|---|
# | 0 | 0.60 | 0.511 | 0.552 |
# | 1 | 0.20 | 1.609 | 0.547 |
# | 2 | 0.15 | 1.897 | 0.834 |
# | 3 | 0.05 | 2.996 | 1.933 |
#
# The next cell computes the table. Token 1 is the most typical, just before token 0. It holds 0.2, which does not reach 0.3; with token 0 it is 0.8. The answer is `[0.75, 0.25, 0, 0]`. With `mass = 0.2` token 1 alone is left: `[0, 1, 0, 0]`.
#
# <details><summary>Hint: reaching the mass</summary>
#
# `np.cumsum(probs[order]) - probs[order]` is what the tokens *before* each one hold. A token is kept when that is below `mass`.
#
# </details>
#
# <details><summary>Hint: zeros</summary>
#
# `0 * np.log(0)` is `nan`. Compute the surprise of the others only, and give the zeros an infinite distance.
#
# </details>

# %%
table = np.array([0.6, 0.2, 0.15, 0.05])
mean_surprise = float(table @ -np.log(table))
print(f"H = {mean_surprise:.3f}, distances {abs(-np.log(table) - mean_surprise).round(3)}")
assert np.allclose(abs(-np.log(table) - mean_surprise), [0.552, 0.547, 0.834, 1.933], atol=6e-4)


# %% nbgrader={"grade": false, "grade_id": "keep_typical", "locked": false, "schema_version": 3, "solution": true, "task": false}
def keep_typical(probs, mass):
    """The tokens whose surprise is nearest to the entropy, with their shares."""
    ### BEGIN SOLUTION
    some = probs > 0
    surprise = np.full(len(probs), np.inf)
    surprise[some] = -np.log(probs[some])
    entropy = (probs[some] * surprise[some]).sum()
    order = np.argsort(np.abs(surprise - entropy))
    before = np.cumsum(probs[order]) - probs[order]
    chosen = order[before < mass]
    kept = np.zeros(len(probs))
    kept[chosen] = probs[chosen]
    return kept / kept.sum()
    ### END SOLUTION


# %% [markdown]
# The example of the table:

# %% tags=["skip-proof"]
try:
    print("yours:", keep_typical(table, 0.3).round(3), "wanted: [0.75 0.25 0. 0.]")
    print("yours:", keep_typical(table, 0.2).round(3), "wanted: [0. 1. 0. 0.]")
except NotImplementedError:
    print("Run this cell again when `keep_typical` is written.")

# %% [markdown]
# Are the typical tokens kept?

# %% nbgrader={"grade": true, "grade_id": "test_keep_typical", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("decoding.keep_typical", keep_typical)

# %% [markdown]
# And when some tokens have no probability?

# %% nbgrader={"grade": true, "grade_id": "test_keep_typical_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("decoding.keep_typical", keep_typical, part="keep_typical_zeros")

# %% [markdown]
# ## Exercise 3: mend a speculation · ●●● · 25 minutes · 5 points
#
# Somebody has written the rule of speculative decoding from memory. A drafted token is kept with probability min(1, p / q). If it is refused, the model draws one itself. That sounds right:


# %%
def from_memory(p, q, token, u, w):
    """p: the model's distribution, q: the draft's. u and w are drawn evenly from [0, 1)."""
    if u < p[token] / q[token]:
        return token
    running = np.cumsum(p)
    return int(np.searchsorted(running, w, side="right"))


# %% [markdown]
# `u` decides whether the token is kept, and `w` draws the replacement: it is the first token at which the running sum of the probabilities is *above* w. Is the result distributed as p? One need not draw to find out. Try all tokens, and a grid of values for u and w:


# %%
def distribution(rule, p, q, points=40):
    """How often each token comes out, over the draft's tokens and a grid of u and w."""
    grid = (np.arange(points) + 0.5) / points
    out = np.zeros(len(p))
    for token in range(len(p)):
        for u in grid:
            for w in grid:
                out[rule(p, q, token, u, w)] += q[token] / points**2
    return out


p, q = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.3, 0.5])
print("wanted:     ", p)
print("from memory:", distribution(from_memory, p, q).round(3))
assert np.allclose(distribution(from_memory, p, q), [0.35, 0.39, 0.26])

# %% [markdown]
# It is not p. Find out why, and write `keep_or_replace(p, q, token, u, w)` with the same arguments, so that it is. Return the number of a token. `token` was drawn from q, so `q[token]` is above 0. For the replacement walk along the running sum as above.
#
# For the p and q above: `keep_or_replace(p, q, 2, 0.3, 0.9)` keeps the token, since 0.2 / 0.5 = 0.4 is above u: the answer is 2. `keep_or_replace(p, q, 2, 0.7, 0.9)` refuses it. What p has beyond q is 0.3 at token 0, and nothing elsewhere: the answer is 0, for any w.
#
# <details><summary>Hint: what is missing</summary>
#
# Token 1 has p = q, so it is always kept, which gives it its full share of 0.3. Whatever comes on top of that is too much. A replacement may only be a token of which the draft has proposed too little.
#
# </details>
#
# <details><summary>Hint: the running sum</summary>
#
# The differences do not sum to 1. Divide them by their sum, or multiply `w` with it.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "keep_or_replace", "locked": false, "schema_version": 3, "solution": true, "task": false}
def keep_or_replace(p, q, token, u, w):
    """The drafted token, or its replacement, so that over all draws the result is distributed as p."""
    ### BEGIN SOLUTION
    if u * q[token] < p[token]:
        return token
    gains = np.cumsum(np.maximum(p - q, 0))
    place = np.searchsorted(gains, w * gains[-1], side="right")
    return int(min(place, len(p) - 1))
    ### END SOLUTION


# %% [markdown]
# Is it distributed as p now?

# %% tags=["skip-proof"]
try:
    print("yours:", distribution(keep_or_replace, p, q).round(3), "wanted:", p)
    print([keep_or_replace(p, q, 2, u, 0.9) for u in (0.3, 0.7)], "wanted: [2, 0]")
except NotImplementedError:
    print("Run this cell again when `keep_or_replace` is written.")

# %% nbgrader={"grade": true, "grade_id": "test_keep_or_replace", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("decoding.keep_or_replace", keep_or_replace)

# %% [markdown]
# And when a random number is exactly 0, or p is q?

# %% nbgrader={"grade": true, "grade_id": "test_keep_or_replace_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("decoding.keep_or_replace", keep_or_replace, part="keep_or_replace_at_the_edges")

# %% [markdown]
# **Sources**
#
# [1] C. Meister et al., [*Locally Typical Sampling*](https://arxiv.org/abs/2202.00666), 2023.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
