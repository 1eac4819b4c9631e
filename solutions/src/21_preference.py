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
# # Exercises to lesson 21: Learning from preferences
#
# <!-- colab:start -->
# [**Open in Colab**](https://colab.research.google.com/github/llmai-edu/llmai-edu/blob/main/exercises/21_preference.ipynb)
# <!-- colab:end -->
#
# *About 70 minutes, 5 seconds to run. Needs: [lesson 21](../notebooks/21_preference.ipynb).*
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
# ## Exercise 1: a rule that is hard to cheat · ●○○ · 20 minutes · 5 points
#
# On the page, a careless rule looked for the right digits *anywhere* in the answer, and the model learned to write many digits. Here the model may first think aloud, and must end with its answer in angle brackets. Somebody wrote:


# %%
def careless_rule(answer, total):
    inside = answer.split("<")[-1].strip("> ")
    return 1.0 if inside and eval(inside) == total else 0.0


print(careless_rule("7+8=15, so <85>", 85))
print(careless_rule("<37+48>", 85), "for the question itself")
print(careless_rule("<99> or <85>", 85), "for the second try")

# %% [markdown]
# Write `strict_rule(answer, total)`. `answer` is a text, `total` an integer. It returns 1.0 for an answer that
#
# - holds the signs `<` and `>` exactly once each, with the number between them,
# - ends with the `>`: nothing stands behind it, no space and no line break either,
# - and has between the brackets exactly the digits of `total` as Python writes it: no zero, sign or space before it, no digits of another script.
#
# Anything may stand before the bracket, line breaks too. Everything else gets 0.0.
#
# `strict_rule("7+8=15, so <85>", 85)` is 1.0, and `strict_rule("<99> or <85>", 85)` is 0.0.
#
# <details><summary>Hint</summary>
#
# There is one text with which a right answer must end. Build it from `total`, and compare. Then count the brackets.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "strict_rule", "locked": false, "schema_version": 3, "solution": true, "task": false}
def strict_rule(answer, total):
    """1.0 for an answer that ends with the total, and nothing else, in its only brackets; else 0.0."""
    ### BEGIN SOLUTION
    once = answer.count("<") == 1 and answer.count(">") == 1
    return float(once and answer.endswith(f"<{total}>"))
    ### END SOLUTION


# %% [markdown]
# Does it know right from wrong?

# %% nbgrader={"grade": true, "grade_id": "test_strict_rule", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("preference.strict_rule", strict_rule)

# %% [markdown]
# And can it be cheated?

# %% nbgrader={"grade": true, "grade_id": "test_strict_rule_2", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("preference.strict_rule", strict_rule, part="strict_rule_cheats")

# %% [markdown]
# ## Exercise 2: a preference without a reference · ●●○ · 25 minutes · 4 points
#
# DPO adds up the log-probabilities of an answer's tokens. A long answer has a small probability, whatever it says. The reference model cancels that, in part. *SimPO* [1] does without a reference: it takes the *mean* log-probability of a token, and asks that the better answer lead by a margin $\gamma$:
#
# $$-\log \sigma\!\left(\frac{\beta}{|y_b|} \sum_t \log \pi(y_{b,t}) - \frac{\beta}{|y_w|} \sum_t \log \pi(y_{w,t}) - \gamma\right)$$
#
# Here $y_b$ is the better and $y_w$ the worse answer, and $|y|$ the number of its tokens. The loss of a batch is the mean over its pairs.
#
# Write `simpo_loss(better, counted_better, worse, counted_worse, beta, gamma)`. `better` and `worse` are arrays (B, T) of token log-probabilities. They cover whole rows, prompt and padding too. `counted_better` and `counted_worse` (B, T) are 1 at the tokens of the answer and 0 elsewhere. Return one number. It must be finite also when the two answers are thousands of nats apart.
#
# A pair that can be followed on paper: the better answer has two tokens with -1 and -2, the worse one a token with -2.5. With β = 2 and γ = 0.5 the margin is 2 · (-1.5 + 2.5) - 0.5 = 1.5, and the loss ln(1 + e^-1.5), about 0.2014.
#
# <details><summary>Hint</summary>
#
# $-\log \sigma(x) = \log(1 + e^{-x})$, and `np.logaddexp(0, -x)` computes that without ever computing $e^{-x}$.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "simpo_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def simpo_loss(better, counted_better, worse, counted_worse, beta, gamma):
    """The loss of SimPO, from the log-probabilities of all tokens and what of them counts."""
    ### BEGIN SOLUTION
    mean_better = (better * counted_better).sum(axis=1) / counted_better.sum(axis=1)
    mean_worse = (worse * counted_worse).sum(axis=1) / counted_worse.sum(axis=1)
    margin = beta * (mean_better - mean_worse) - gamma
    return np.logaddexp(0, -margin).mean()
    ### END SOLUTION


# %% tags=["skip-proof"]
try:
    example = simpo_loss(
        np.array([[-9.0, -1.0, -2.0]]),
        np.array([[0, 1, 1]]),
        np.array([[-9.0, -2.5, -7.0]]),
        np.array([[0, 1, 0]]),
        beta=2.0,
        gamma=0.5,
    )
    print(example)
    assert abs(example - 0.2014) < 1e-4
except NotImplementedError:
    print("Run this cell again when `simpo_loss` is written.")

# %% [markdown]
# Is it the formula?

# %% nbgrader={"grade": true, "grade_id": "test_simpo_loss", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("preference.simpo_loss", simpo_loss)

# %% [markdown]
# And when the answers are far apart?

# %% nbgrader={"grade": true, "grade_id": "test_simpo_loss_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("preference.simpo_loss", simpo_loss, part="simpo_loss_far_apart")

# %% [markdown]
# ## Exercise 3: what a token weighs · ●●● · 25 minutes · 4 points
#
# At its first step GRPO's ratio is 1, and the gradient is a sum over all tokens of (weight) × (gradient of the token's log-probability). With P prompts, G answers to each, advantage $A$ and length $|y|$, the weight of a token is
#
# $$\frac{1}{P\,G} \cdot \frac{A}{|y|}, \qquad A = \frac{r - \text{mean}}{\text{standard deviation}}$$
#
# where mean and standard deviation (with G - 1) are those of the answer's group. Liu and others [2] saw two faults in it. A *wrong* answer costs less for each token the longer it is, so the model learns to be wrong at length. And the division by the standard deviation lets those prompts weigh more to which nearly all answers are right, or nearly all wrong. Their remedy, *Dr. GRPO*, leaves out both divisions and divides by a constant:
#
# $$\frac{1}{P\,G} \cdot \frac{r - \text{mean}}{\text{longest}}$$
#
# Write `token_weights(rewards, lengths, longest=None)`. `rewards` and `lengths` are arrays (P, G). It returns the weight of one token of each answer, (P, G): that of GRPO without `longest`, that of Dr. GRPO with it. A group whose rewards are all equal gets zeros (what is below 1e-9 passes for zero), whichever number they are.
#
# For rewards 1, 0, 0, 0 and lengths 4, 4, 8, 40, GRPO gives 0.09375, -0.03125, -0.015625 and -0.003125: the longest wrong answer is hardly blamed. With `longest=40`, Dr. GRPO gives 0.0046875 and three times -0.0015625.
#
# <details><summary>Hint</summary>
#
# `rewards.mean(axis=1, keepdims=True)` is a column that can be subtracted. What must happen where all rewards are equal? The standard deviation need not be exactly 0 there: for three rewards of 0.1, rounding makes it about 1e-17. Compare the rewards, or add a small eps, say 1e-9.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "token_weights", "locked": false, "schema_version": 3, "solution": true, "task": false}
def token_weights(rewards, lengths, longest=None):
    """By what the gradient of each token's log-probability is multiplied, in GRPO or in Dr. GRPO."""
    ### BEGIN SOLUTION
    centred = rewards - rewards.mean(axis=1, keepdims=True)
    if longest is not None:
        return centred / longest / rewards.size
    spread = rewards.std(axis=1, ddof=1, keepdims=True)
    equal = np.ptp(rewards, axis=1, keepdims=True) == 0
    return centred / np.where(equal, 1, spread) / lengths / rewards.size
    ### END SOLUTION


# %% tags=["skip-proof"]
try:
    rewards, lengths = np.array([[1.0, 0.0, 0.0, 0.0]]), np.array([[4, 4, 8, 40]])
    print(token_weights(rewards, lengths))
    print(token_weights(rewards, lengths, longest=40))
    assert np.allclose(
        token_weights(rewards, lengths), [[0.09375, -0.03125, -0.015625, -0.003125]]
    )
    assert np.allclose(
        token_weights(rewards, lengths, longest=40), [[0.0046875] + 3 * [-0.0015625]]
    )
except NotImplementedError:
    print("Run this cell again when `token_weights` is written.")

# %% [markdown]
# Are they the weights of both?

# %% nbgrader={"grade": true, "grade_id": "test_token_weights", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("preference.token_weights", token_weights)

# %% [markdown]
# And when there is nothing to choose?

# %% nbgrader={"grade": true, "grade_id": "test_token_weights_2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from llmai_edu.course import check

check("preference.token_weights", token_weights, part="token_weights_of_equal_rewards")

# %% [markdown]
# **Sources**
#
# [1] Y. Meng, M. Xia and D. Chen, [*SimPO: Simple Preference Optimization with a Reference-Free Reward*](https://arxiv.org/abs/2405.14734), 2024.
#
# [2] Z. Liu et al., [*Understanding R1-Zero-Like Training: A Critical Perspective*](https://arxiv.org/abs/2503.20783), 2025.
#
# Prose CC BY 4.0, code MIT, the llmai_edu authors.
