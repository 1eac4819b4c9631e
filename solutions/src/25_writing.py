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
# # Exercises to lesson 25: Automatic writing
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/25_writing.ipynb)
# <!-- colab:end -->
#
# *About 75 minutes, 5 seconds to run. Needs: [lesson 25](../notebooks/25_writing.ipynb).*
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
# ## Exercise 1: what kind of rhyme? · ●○○ · 20 minutes · 4 points
#
# The page asks only whether two words rhyme. A poet asks more. A rhyme of one syllable, *day/may*, is called *masculine*. If unstressed syllables follow the stressed vowel, *pleasure/treasure*, it is *feminine*. And if the sound before the vowel is the same, too, as in *night/knight*, the ear hears a repetition and no rhyme: it is *identical*.
#
# Write `rhyme_kind(a, b)`. `a` and `b` are lists of phonemes as in CMUdict: each vowel ends with a digit, 1 or 2 if it is stressed, 0 if it is not. Each has at least one stressed vowel. The *rhyming part* goes from the last stressed vowel to the end; digits do not matter when two parts are compared. Return one of four texts:
#
# - `"none"`: the rhyming parts differ,
# - `"identical"`: they are equal, and so is the *onset*: all the consonants directly before the stressed vowel, back to the vowel before it or to the beginning of the word,
# - `"masculine"`: they are equal, the onsets differ, and the stressed vowel is the only vowel of the part,
# - `"feminine"`: they are equal, the onsets differ, and more vowels follow.
#
# Examples: *day* is `D EY1`, *may* is `M EY1`: masculine. *pleasure* `P L EH1 ZH ER0`, *treasure* `T R EH1 ZH ER0`: feminine. *light* `L AY1 T`, *slight* `S L AY1 T`: masculine, since the onsets L and S L differ. *belief* `B IH0 L IY1 F`, *relief* `R IH0 L IY1 F`: identical.
#
# <details><summary>Hint</summary>
#
# Find the place of the last phoneme that ends with 1 or 2. From there, walk to the left while you meet consonants.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "rhyme_kind", "locked": false, "schema_version": 3, "solution": true, "task": false}
def rhyme_kind(a, b):
    """none, identical, masculine or feminine."""
    ### BEGIN SOLUTION
    parts, onsets = [], []
    for phones in (a, b):
        start = max(i for i, phone in enumerate(phones) if phone[-1] in "12")
        first = start
        while first > 0 and not phones[first - 1][-1].isdigit():
            first -= 1
        parts.append([phone.rstrip("012") for phone in phones[start:]])
        onsets.append(list(phones[first:start]))
        vowels = sum(phone[-1].isdigit() for phone in phones[start:])
    if parts[0] != parts[1]:
        return "none"
    if onsets[0] == onsets[1]:
        return "identical"
    return "masculine" if vowels == 1 else "feminine"
    ### END SOLUTION


# %% [markdown]
# The examples of the text:

# %% tags=["skip-proof"]
try:
    pairs = [
        ("D EY1", "M EY1"),
        ("P L EH1 ZH ER0", "T R EH1 ZH ER0"),
        ("L AY1 T", "S L AY1 T"),
        ("B IH0 L IY1 F", "R IH0 L IY1 F"),
    ]
    print("yours: ", [rhyme_kind(a.split(), b.split()) for a, b in pairs])
    print("wanted:", ["masculine", "feminine", "masculine", "identical"])
except NotImplementedError:
    print("Run this cell again when `rhyme_kind` is written.")

# %% [markdown]
# Are all four kinds told apart?

# %% nbgrader={"grade": true, "grade_id": "test_rhyme_kind", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("writing.rhyme_kind", rhyme_kind)

# %% [markdown]
# ## Exercise 2: new things only · ●●○ · 25 minutes · 5 points
#
# TextRank ranks every sentence by itself. If a text says its main thing twice, a summary of two sentences says it twice, too. *Maximal marginal relevance* [1] picks one sentence after another, and weighs how relevant it is against how much it is like what was picked already:
#
# $$\text{value}(i) = \lambda \cdot \text{relevance}_i - (1 - \lambda) \cdot \max_{j \text{ picked}} \text{similarity}_{ij}$$
#
# Write `pick(relevance, similarity, k, weight)`. `relevance` has shape (S,), `similarity` (S, S), `weight` is λ. Pick k sentences (or all, if there are fewer), each time the one with the highest value among those that are left. For the first there is nothing picked, and the maximum counts as 0. Similarities may be negative, as cosines are. If several have the same value, take the first of them. Return the list of their numbers, as integers, in the order in which they were picked.
#
# An example: `relevance = [0.9, 0.8, 0.3]`; sentences 0 and 1 are alike (0.9), sentence 2 is like nobody (0.1 to both); λ = 0.5. Sentence 0 comes first. Then 1 has 0.5 · 0.8 − 0.5 · 0.9 = −0.05 and 2 has 0.5 · 0.3 − 0.5 · 0.1 = 0.1. So `pick(…, 2, 0.5)` is `[0, 2]`. With λ = 1 it is `[0, 1]`.
#
# <details><summary>Hint: the first of several</summary>
#
# `max(left, key=...)` takes the first of those that tie, if `left` is in order.
#
# </details>

# %%
relevance = np.array([0.9, 0.8, 0.3])
similarity = np.array([[1.0, 0.9, 0.1], [0.9, 1.0, 0.1], [0.1, 0.1, 1.0]])
assert np.isclose(0.5 * relevance[1] - 0.5 * similarity[1, 0], -0.05)
assert np.isclose(0.5 * relevance[2] - 0.5 * similarity[2, 0], 0.1)


# %% nbgrader={"grade": false, "grade_id": "pick", "locked": false, "schema_version": 3, "solution": true, "task": false}
def pick(relevance, similarity, k, weight):
    """The numbers of k sentences by maximal marginal relevance."""
    ### BEGIN SOLUTION
    picked, left = [], list(range(len(relevance)))
    while left and len(picked) < k:

        def value(i):
            alike = max((similarity[i][j] for j in picked), default=0.0)
            return weight * relevance[i] - (1 - weight) * alike

        best = max(left, key=value)
        picked.append(best)
        left.remove(best)
    return picked
    ### END SOLUTION


# %% [markdown]
# The example of the text:

# %% tags=["skip-proof"]
try:
    print(
        "yours:",
        [pick(relevance, similarity, 2, w) for w in (0.5, 1.0)],
        "wanted: [[0, 2], [0, 1]]",
    )
except NotImplementedError:
    print("Run this cell again when `pick` is written.")

# %% [markdown]
# Are they the right sentences?

# %% nbgrader={"grade": true, "grade_id": "test_pick", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("writing.pick", pick)

# %% [markdown]
# And with ties, or when k is larger than the text?

# %% nbgrader={"grade": true, "grade_id": "test_pick_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("writing.pick", pick, part="pick_at_the_edges")

# %% [markdown]
# ## Exercise 3: a word before the end · ●●● · 30 minutes · 5 points
#
# The page's step for a word that must come waits until the model likes it, or until its time is up. Here is the core of it, without a text: a step that gets a run of tokens into a text of limited length, whatever the model would like, and forbids nothing that could do no harm.
#
# Write `force_before_end(logits, ids, phrase, length, end)`. `logits` has shape (V,), `ids` is the list of the tokens so far, `phrase` the list of tokens that must stand in the text, directly one after another, `end` the token that ends a text. The text has at most `length` tokens, the end token not counted. Return new logits (V,):
#
# 1. If `phrase` stands in `ids` already, return the logits unchanged.
# 2. Otherwise the end token must not come: its logit becomes −inf.
# 3. And a token may come only if there is still time for the phrase *after* it. A text ends with n tokens of the phrase if its last n tokens are the first n of `phrase`; take the largest such n. Then `len(phrase) - n` tokens are missing. If after `ids` and the new token more are missing than places are left, the logit of the new token becomes −inf. All others keep theirs.
#
# `length` is always large enough: at least one token may come.
#
# An example: `phrase = [5, 6]`, `length = 4`, end token 0. With `ids = [1]`, two places are left after the next token, and at most two tokens are missing: only the end is forbidden. With `ids = [1, 2]`, one place is left after it: 5 must come, since after anything else both are missing. With `ids = [1, 2, 5]`: 6 must come. With `ids = [1, 5]` the model has begun the phrase by itself. It may go on with 6. It may also say 5 once more, for then one token is missing and one place is left. With any other token the beginning would be lost, and there would be no time for another.
#
# <details><summary>Hint: how much has been begun</summary>
#
# Let `text` be `ids` and the new token. Try n from `len(phrase)` down to 0, and compare `text[len(text) - n:]` with `phrase[:n]`. For n = 0 both are empty lists, and equal. (An n larger than the text needs care.)
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "force_before_end", "locked": false, "schema_version": 3, "solution": true, "task": false}
def force_before_end(logits, ids, phrase, length, end):
    """Logits with which the phrase stands in the text before it ends."""
    ### BEGIN SOLUTION
    size, left = len(phrase), length - len(ids) - 1  # places left after the next token
    if any(ids[i : i + size] == phrase for i in range(len(ids) - size + 1)):
        return logits.copy()

    def missing(text):
        most = min(size, len(text))
        return size - max(n for n in range(most + 1) if text[len(text) - n :] == phrase[:n])

    out = logits.astype(float)
    for token in range(len(out)):
        if token == end or missing([*ids, token]) > left:
            out[token] = -np.inf
    return out
    ### END SOLUTION


# %% [markdown]
# The examples of the text; what is −inf is left out:

# %% tags=["skip-proof"]
try:
    for ids in ([1], [1, 2], [1, 2, 5], [1, 5]):
        out = force_before_end(np.zeros(8), ids, [5, 6], 4, 0)
        print(ids, "may go on with", np.flatnonzero(np.isfinite(out)).tolist())
    print("wanted: 1 to 7, then 5, then 6, then 5 and 6")
except NotImplementedError:
    print("Run this cell again when `force_before_end` is written.")

# %% [markdown]
# And a thousand texts, drawn to the end with logits by chance. Does the phrase stand in all of them?

# %% tags=["skip-proof"]
rng, lost = np.random.default_rng(0), 0
try:
    for _ in range(1000):
        ids = []
        while len(ids) < 4 and (not ids or ids[-1] != 0):
            logits = force_before_end(rng.gumbel(size=8), ids, [5, 6], 4, 0)
            ids.append(int(np.argmax(logits)))
        lost += not any(ids[i : i + 2] == [5, 6] for i in range(3))
    print("texts without the phrase:", lost, "(wanted: 0)")
except NotImplementedError:
    print("Run this cell again when `force_before_end` is written.")

# %% [markdown]
# Are the right tokens allowed?

# %% nbgrader={"grade": true, "grade_id": "test_force_before_end", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("writing.force_before_end", force_before_end)

# %% [markdown]
# And when the phrase has been begun, in part or twice?

# %% nbgrader={"grade": true, "grade_id": "test_force_before_end_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("writing.force_before_end", force_before_end, part="force_a_begun_phrase")

# %% [markdown]
# **Sources**
#
# [1] J. Carbonell and J. Goldstein, [*The Use of MMR, Diversity-Based Reranking for Reordering Documents and Producing Summaries*](https://dl.acm.org/doi/10.1145/290941.291025), SIGIR 1998.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
