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
# # Exercises to lesson 04: GloVe
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/04_glove.ipynb)
# <!-- colab:end -->
#
# *About 75 minutes, 5 seconds to run. Needs: [lesson 04](../notebooks/04_glove.ipynb).*
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
from itertools import combinations

import numpy as np

# %% [markdown]
# ## Exercise 1: mend the counter · ●●○ · 20 minutes · 5 points
#
# Somebody wants to count who stands near whom, as word2vec's windows weigh it: with a window of $W$, a neighbour $d$ places away counts
# $(W - d + 1) / W$. So with $W = 4$ the neighbours count 1, 3/4, 1/2 and 1/4, and a word five places away does not count. This is the code:
#
# ```python
# def broken_count(docs, window):
#     text = [word for doc in docs for word in doc]
#     table = {}
#     for i, word in enumerate(text):
#         for d in range(1, window):
#             if i + d < len(text):
#                 pair = (word, text[i + d])
#                 table[pair] = table.get(pair, 0) + 1 / d
#     return table
# ```
#
# It has four faults. Write `count_pairs(docs, window)` without them. `docs` is a list of lists of words. It returns a dictionary from
# `(word, neighbour)` to the sum of the weights, over all documents. Each meeting of two words is entered in both directions, also when the two words are equal. No
# document reaches into the next. The dictionary holds no pair that never met.
#
# For `docs = [["a", "b", "c"], ["a"]]` and `window = 2` the answer is `{("a", "b"): 1, ("b", "a"): 1, ("b", "c"): 1, ("c", "b"): 1, ("a", "c"): 0.5,
# ("c", "a"): 0.5}`.
#
# <details><summary>Hint: where to look</summary>
#
# The documents, the range of `d`, the weight, and the direction: one fault each.
#
# </details>
#
# <details><summary>Hint: equal words</summary>
#
# In `["a", "a"]` the first meets the second, and the second meets the first: `("a", "a")` has the value 2.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "count_pairs", "locked": false, "schema_version": 3, "solution": true, "task": false}
def count_pairs(docs, window):
    """The weight of every pair of words that meet, as a dictionary."""
    ### BEGIN SOLUTION
    table = {}
    for doc in docs:
        for i, word in enumerate(doc):
            for d in range(1, window + 1):
                if i + d < len(doc):
                    other, weight = doc[i + d], (window - d + 1) / window
                    table[word, other] = table.get((word, other), 0) + weight
                    table[other, word] = table.get((other, word), 0) + weight
    return table
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_count_pairs", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("glove.count_pairs", count_pairs)

# %% nbgrader={"grade": true, "grade_id": "test_count_pairs_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("glove.count_pairs", count_pairs, part="count_pairs_of_equal_words")

# %% [markdown]
# ## Exercise 2: analogies by multiplying · ●●○ · 25 minutes · 5 points
#
# The lesson *adds* cosines: the best word $x$ has the largest $\cos(x, b) - \cos(x, a) + \cos(x, c)$. So one large term can outweigh the two others.
# Levy and Goldberg [1] *multiply* instead. First, every cosine is moved from the range −1 to 1 into the range 0 to 1:
#
# $$s(x, y) = \frac{\cos(x, y) + 1}{2} \qquad\qquad \text{score}(x) = \frac{s(x, b) \cdot s(x, c)}{s(x, a) + 0.001}$$
#
# Write `mul_scores(vectors, a, b, c)`. `vectors` is an array with a word in each row, of *any* length. `a`, `b` and `c` are row numbers. It returns an array with the score of every
# word for "a is to b as c is to ...". The three words themselves get $-\infty$ (`-np.inf`), so that `np.argmax` never picks them.
#
# For `vectors = np.array([[1, 0], [0, 2], [3, 4], [-1, 1]])`, `a = 0`, `b = 1` and `c = 2` the cosines of the last row are −0.707 with $a$, 0.707 with $b$ and 0.141 with $c$. Moved, they are 0.146, 0.854 and
# 0.571, so its score is $0.854 \cdot 0.571 / 0.147 = 3.30$. The answer is `[-inf, -inf, -inf, 3.30]`.
#
# <details><summary>Hint: the cosines</summary>
#
# Divide every row by its length first: `np.linalg.norm(vectors, axis=1, keepdims=True)`. Then one matrix product gives the cosines of all words with one word.
#
# </details>
#
# <details><summary>Hint: the order</summary>
#
# Compute the scores of all words first, and set the three to `-np.inf` at the end.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "mul_scores", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mul_scores(vectors, a, b, c):
    """The score of every word by multiplication; a, b and c themselves get minus infinity."""
    ### BEGIN SOLUTION
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    near_a, near_b, near_c = ((unit @ unit[word] + 1) / 2 for word in (a, b, c))
    scores = near_b * near_c / (near_a + 0.001)
    scores[[a, b, c]] = -np.inf
    return scores
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_mul_scores", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("glove.mul_scores", mul_scores)

# %% nbgrader={"grade": true, "grade_id": "test_mul_scores_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("glove.mul_scores", mul_scores, part="mul_scores_excludes")

# %% [markdown]
# Try it on the vectors of the lesson. Guess first: does multiplying help, and where?

# %% tags=["skip-proof"]
from llmai_edu.datasets import load_glove
from llmai_edu.embeddings.vectors import WordVectors
from llmai_edu.embeddings.word_lists import PAIRS, analogy_questions

names, memory_map = load_glove()
glove = WordVectors(names[:30_000], memory_map[:30_000].copy())
helped = 0
try:
    for relation, pairs in PAIRS.items():
        questions = [q for q in analogy_questions(pairs) if all(word in glove for word in q)][
            :60
        ]
        ids = [glove.rows(question) for question in questions]
        unit = glove.unit
        added = [unit @ (unit[b] - unit[a] + unit[c]) for a, b, c, _ in ids]
        for scores, (a, b, c, _) in zip(added, ids):
            scores[[a, b, c]] = -9  # no answers: a sum of three cosines is never below -3
        by_adding = np.mean([scores.argmax() == d for scores, (*_, d) in zip(added, ids)])
        by_multiplying = np.mean(
            [mul_scores(unit, a, b, c).argmax() == d for a, b, c, d in ids]
        )
        print(f"{relation:<18} adding {by_adding:.2f}   multiplying {by_multiplying:.2f}")
        helped += by_multiplying > by_adding
    print(f"multiplying helps on {helped} of the nine")
except NotImplementedError:
    print("Run this cell again when `mul_scores` is written.")

# %% [markdown]
# Levy and Goldberg [1] report gains from multiplying, with other vectors and other questions. A rule that is better on one list need not be better
# on another.

# %% [markdown]
# ## Exercise 3: does one word lean to a side? · ●●● · 30 minutes · 5 points
#
# WEAT compares two sets of *targets*. But one may ask about a single word, too: is "nurse" nearer to the female words than to the male ones? Its association is one number, its mean cosine with the attributes $A$ minus its mean cosine with the
# attributes $B$. There are no targets to deal out anew. So deal out the *attributes*: if the names "A" and "B" meant nothing, any way to split all the attributes into a first group as large as $A$ and a second group as large as $B$
# would be as good.
#
# Write `single_word_p(word, a, b)`. `word` is a vector, `a` and `b` are arrays with an attribute in each row, and all of them may have any length. $A$ and $B$ need not be of the same size. It returns the share of
# *all* splits, the given one among them, whose association is *at least as large* as that of the given split. (So a small p says that the word leans to $A$.) Count a difference of less than `1e-9` as equal.
#
# For `word = [1, 0]`, `a = [[2, 0]]` and `b = [[0, 1], [3, 4]]` the cosines are 1, 0 and 0.6. The given split has the association $1 - (0 + 0.6)/2 = 0.7$. The two others have $0 - (1 + 0.6)/2 = -0.8$ and
# $0.6 - (1 + 0)/2 = 0.1$. One of three reaches 0.7, so $p = 1/3$.
#
# <details><summary>Hint: cosines first</summary>
#
# The vectors never change, only their groups. Compute the cosine of the word with every attribute once, into one array, and split that.
#
# </details>
#
# <details><summary>Hint: all splits</summary>
#
# `combinations(range(n), k)` gives every choice of `k` places for the first group. All other places are the second: `np.delete(cosines, list(first))`.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "single_word_p", "locked": false, "schema_version": 3, "solution": true, "task": false}
def single_word_p(word, a, b):
    """The share of splits of the attributes with at least the association that was found."""
    ### BEGIN SOLUTION
    every = np.concatenate((a, b)).astype(float)
    cosines = every @ word / np.linalg.norm(every, axis=1) / np.linalg.norm(word)
    found = cosines[: len(a)].mean() - cosines[len(a) :].mean()
    splits = [
        cosines[list(first)].mean() - np.delete(cosines, list(first)).mean()
        for first in combinations(range(len(every)), len(a))
    ]
    return float(np.mean(np.array(splits) >= found - 1e-9))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_single_word_p", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("glove.single_word_p", single_word_p)

# %% nbgrader={"grade": true, "grade_id": "test_single_word_p_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("glove.single_word_p", single_word_p, part="single_word_p_unequal")

# %% [markdown]
# Some occupations, and whether they lean to the male words in the vectors of the lesson. What comes out describes the texts, not the people. A small p means that the word leans to the male words; a p near 1
# means that it leans to the other side.

# %% tags=["skip-proof"]
from llmai_edu.embeddings.word_lists import WORD_SETS

male, female = (glove.matrix[glove.rows(WORD_SETS[name])] for name in ("male", "female"))
try:
    for job in ("nurse", "engineer", "teacher", "captain", "baker", "poet"):
        print(f"{job:<9} p = {single_word_p(glove[job], male, female):.4f}")
except NotImplementedError:
    print("Run this cell again when `single_word_p` is written.")

# %% [markdown]
# **Sources**
#
# [1] O. Levy and Y. Goldberg, [*Linguistic Regularities in Sparse and Explicit Word Representations*](https://aclanthology.org/W14-1618/), 2014.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
