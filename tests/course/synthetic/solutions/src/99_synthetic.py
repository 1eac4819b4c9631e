# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent, format_version: '1.3'}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---
# ruff: noqa: E402, E501

# %% [markdown]
# # Exercises of nothing in particular

# %% tags=["setup"]
from math import pi

print(pi)

# %% [markdown]
# ## Exercise 1: mix two distributions · ●●○ · 5 minutes · 3 points
#
# Write `mix(p, q, weight)`, which gives the first distribution this weight.
#
# <details><summary>Hint</summary>
#
# What is left for the second one?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "mix", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mix(p, q, weight):
    """The mixture of two distributions over the same (V,) outcomes."""
    ### BEGIN SOLUTION
    if not 0 <= weight <= 1:
        raise ValueError(f"a weight lies between 0 and 1, got {weight}")
    return weight * p + (1 - weight) * q
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_mix", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("synthetic.mix", mix)

# %% nbgrader={"grade": true, "grade_id": "test_mix_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("synthetic.mix", mix, part="mix_sums_to_one")

# %% [markdown]
# ## Exercise 2: words in order · ●○○ · 5 minutes · 3 points
#
# <details><summary>Hint</summary>
#
# Python has a function for this.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "ranked", "locked": false, "schema_version": 3, "solution": true, "task": false}
def ranked(words):
    """The words in the order of a dictionary, in a new list."""
    ### BEGIN SOLUTION
    return sorted(words)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_ranked", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("synthetic.ranked", ranked)

# %% [markdown]
# ## Exercise 3: a tally · ●●● · 10 minutes · 4 points
#
# <details><summary>Hint</summary>
#
# Where does a number live that belongs to one tally only?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "Tally", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Tally:
    """A running total."""

    total = 0

    def add(self, number):
        """Add a number to the total."""
        ### BEGIN SOLUTION
        self.total += number
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_Tally", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("synthetic.Tally", Tally)
