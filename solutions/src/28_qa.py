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
# # Exercises to lesson 28: Answers with sources
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/28_qa.ipynb)
# <!-- colab:end -->
#
# *About 60 minutes, 5 seconds to run. Needs: [lesson 28](../notebooks/28_qa.ipynb).*
#
# Write each function in its cell, run the cell, then run the `check` below it. The check tests your function on inputs that
# the sheet does not show, and says what went wrong if something did. No model is needed.

# %% tags=["setup"]
# --- On Colab, install the course first; anywhere else these lines do nothing ---
import os
import sys
from IPython import get_ipython

if "google.colab" in sys.modules:
    address = os.environ.get("LLMAI_EDU_SOURCE", "https://github.com/llmai-edu/llmai-edu")
    get_ipython().run_line_magic("pip", f'install -q "llmai-edu @ git+{address}"')
# --- end of the Colab lines ---
import re

# %% [markdown]
# ## Exercise 1: how far down? · ●○○ · 15 minutes · 3 points
#
# "Found among the first five" does not say whether the right chunk came first or fifth. The *mean reciprocal rank* does. For each question take the place of its *first* right chunk, counted from 1, and of this place the reciprocal: 1 for the first place, 1/2 for the second, and so on. A question that has no right chunk among its first k gets 0. The result is the mean over all questions.
#
# Write `mean_reciprocal_rank(found, right, k)`. `found` has for each question the list of chunks that were found, the best first, each a number. `right` has for each question the set of its right chunks; there may be several.
#
# An example with k = 3: for the first question the chunks 4, 8, 5, 1 were found, and 8 and 5 are right. The first of them is in place 2: it gets 1/2. For the second question 6, 2, 7, 9 were found, and 9 is right. That is place 4, beyond k: it gets 0. The mean is 1/4.
#
# <details><summary>Hint</summary>
#
# `enumerate(row[:k], 1)` gives the places from 1 on. Stop at the first right one.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "mean_reciprocal_rank", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mean_reciprocal_rank(found, right, k):
    """The mean over the questions of 1 / (place of the first right chunk among the first k)."""
    ### BEGIN SOLUTION
    values = []
    for row, wanted in zip(found, right):
        shares = (1 / n for n, chunk in enumerate(row[:k], 1) if chunk in wanted)
        values.append(next(shares, 0.0))
    return sum(values) / len(values)
    ### END SOLUTION


# %% [markdown]
# The example of the text above:

# %% tags=["skip-proof"]
try:
    yours = mean_reciprocal_rank([[4, 8, 5, 1], [6, 2, 7, 9]], [{8, 5}, {9}], 3)
    print("yours:", yours, "wanted: 0.25")
except NotImplementedError:
    print("Run this cell again when `mean_reciprocal_rank` is written.")

# %% nbgrader={"grade": true, "grade_id": "test_mean_reciprocal_rank", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("qa.mean_reciprocal_rank", mean_reciprocal_rank)

# %% [markdown]
# ## Exercise 2: the right place · ●●○ · 20 minutes · 4 points
#
# The page scored answers by their words. But the word "it" stands in a text a hundred times, and only one of them is the answer. Whoever quotes can be scored by *place*. An answer is a *span*, a pair `(start, end)` of places in the text; as in Python's slices, the end is not part of it. Precision is the share of its characters that lie in the true span, recall the share of the true span's characters that lie in it. F1 is their harmonic mean, which is twice the overlap divided by the sum of the two lengths.
#
# Write `span_f1(got, truths)`. `truths` is a list of spans, since an answer may stand in several places: the one that gives the largest F1 counts. No span is empty.
#
# As in SQuAD's second version, some questions have no answer: `truths` is then the empty list. And a program may refuse: `got` is then `None`. A refusal is worth 1.0 if there is no answer, and 0.0 if there is one. A span is worth 0.0 if there is no answer.
#
# An example: `got = (10, 20)`, `truths = [(0, 12), (14, 24), (0, 100)]`. The first truth shares 2 characters, F1 = 2 · 2 / (10 + 12) = 0.18. The second shares 6: 2 · 6 / (10 + 10) = 0.6. The third shares all 10: 2 · 10 / (10 + 100) = 0.18. The answer is 0.6.
#
# <details><summary>Hint: the overlap</summary>
#
# It ends where the first of the two ends, and begins where the second of the two begins. Where they lie apart, the difference is below 0, and the overlap is 0.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "span_f1", "locked": false, "schema_version": 3, "solution": true, "task": false}
def span_f1(got, truths):
    """The largest F1 of a span over the true spans; None refuses, and no truths mean that there is no answer."""
    ### BEGIN SOLUTION
    if got is None or not truths:
        return float(got is None and not truths)

    def score(truth):
        both = max(0, min(got[1], truth[1]) - max(got[0], truth[0]))
        return 2 * both / (got[1] - got[0] + truth[1] - truth[0])

    return max(score(one) for one in truths)
    ### END SOLUTION


# %% [markdown]
# The example of the text above:

# %% tags=["skip-proof"]
try:
    yours = span_f1((10, 20), [(0, 12), (14, 24), (0, 100)])
    print("yours:", yours, "wanted: 0.6")
except NotImplementedError:
    print("Run this cell again when `span_f1` is written.")

# %% nbgrader={"grade": true, "grade_id": "test_span_f1", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("qa.span_f1", span_f1)

# %% [markdown]
# And questions without an answer, and refusals?

# %% nbgrader={"grade": true, "grade_id": "test_span_f1_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("qa.span_f1", span_f1, part="span_f1_of_refusals")

# %% [markdown]
# ## Exercise 3: a quotation with omissions · ●●● · 25 minutes · 5 points
#
# The guard of the page accepts a quotation only if its words stand in the source without a gap. People quote with omissions: "the exit method … will always be called". Such a quotation has *parts*, between the signs "…". It holds if each part stands in the text word for word, and each begins at the end of the one before or behind it.
#
# Write `find_quote(quote, text)`. Return where the quotation stands in `text`, as `(start, end)` from the beginning of the first part to the end of the last one. Places are those of the *original* text. Return `None` if it does not hold. The rules:
#
# - A run of white space in the quotation is as good as any run of white space in the text, line breaks included. But where the quotation has some, the text must have some, too: "exit method" is not in "exitmethod". White space beside "…" does not count.
# - Letters must be the same, capitals included, and signs such as "." and "(" stand for themselves.
# - If it stands there several times, take the first: the first place of the first part, then the first place of the next part behind it, and so on.
# - Empty parts, as in "… so it is …", do not count. A quotation without any word is none: `None`.
# - A part may begin or end inside a word, as "xit" in "exit". Only the one sign "…" omits; three dots "..." are three dots.
#
# An example: the text is `"The exit\n  method runs. It will always be called."` "exit method … be called" stands from 4 to 48. "be called … exit method" does not hold, because of the order.
#
# <details><summary>Hint: one way</summary>
#
# Make a pattern for `re.search`: in each part the words, with `re.escape`, joined by `\s+`; the parts joined by a pattern for "as few characters as possible".
#
# </details>
#
# <details><summary>Hint: line breaks</summary>
#
# A dot in a pattern does not stand for a line break, unless you say `re.DOTALL`.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "find_quote", "locked": false, "schema_version": 3, "solution": true, "task": false}
def find_quote(quote, text):
    """Where a quotation with omissions stands in a text: (start, end), or None."""
    ### BEGIN SOLUTION
    parts = [part.split() for part in quote.split("…") if part.strip()]
    if not parts:
        return None
    pattern = ".*?".join(r"\s+".join(map(re.escape, words)) for words in parts)
    found = re.search(pattern, text, re.DOTALL)
    return found.span() if found else None
    ### END SOLUTION


# %% [markdown]
# The example of the text above:

# %% tags=["skip-proof"]
try:
    line = "The exit\n  method runs. It will always be called."
    yours = [
        find_quote(q, line) for q in ("exit method … be called", "be called … exit method")
    ]
    print("yours:", yours, "wanted: [(4, 48), None]")
except NotImplementedError:
    print("Run this cell again when `find_quote` is written.")

# %% nbgrader={"grade": true, "grade_id": "test_find_quote", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("qa.find_quote", find_quote)

# %% [markdown]
# And with an omission at the beginning, or no words at all?

# %% nbgrader={"grade": true, "grade_id": "test_find_quote_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("qa.find_quote", find_quote, part="find_quote_at_the_edges")
