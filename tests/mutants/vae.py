from tools.proof import Mutant

MUTANTS = {
    "negative_elbo": [
        Mutant(
            "as_given",
            says="this is the broken bound",
            source="""
            def negative_elbo(word_nats, real, mean, log_var):
                words = np.mean(word_nats)
                return words + np.mean((mean**2 + log_var - 1 - np.log(log_var)) / 2)
        """,
        ),
        Mutant(
            "kl_averaged", says="a cloud pays for all its dimensions", edit=("/ 2).sum(axis=1)", "/ 2).mean(axis=1)")
        ),
        Mutant(
            "words_averaged",
            says="a sentence costs all its words",
            edit=("0.0).sum(axis=1)", "0.0).sum(axis=1) / np.sum(real, axis=1)"),
        ),
        Mutant(
            "both_averaged",
            says="both are sums",
            source="""
            def negative_elbo(word_nats, real, mean, log_var):
                words = np.where(real, word_nats, 0).sum(1) / real.sum(1)
                return (words + ((mean**2 + np.exp(log_var) - 1 - log_var) / 2).mean(1)).mean()
        """,
        ),
        Mutant(
            "variance_mended",
            says="the variance is right now; the",
            source="""
            def negative_elbo(word_nats, real, mean, log_var):
                return np.mean(word_nats) + np.mean((mean**2 + np.exp(log_var) - 1 - log_var) / 2)
        """,
        ),
        Mutant(
            "variance_and_end_mended",
            says="the variance and the end are right now",
            source="""
            def negative_elbo(word_nats, real, mean, log_var):
                return np.mean(word_nats[real]) + np.mean((mean**2 + np.exp(log_var) - 1 - log_var) / 2)
        """,
        ),
        Mutant(
            "words_of_batch_averaged",
            says="a mean over all words of the batch",
            source="""
            def negative_elbo(word_nats, real, mean, log_var):
                kl = ((mean**2 + np.exp(log_var) - 1 - log_var) / 2).sum(axis=1)
                return np.mean(word_nats[real]) + np.mean(kl)
        """,
        ),
        Mutant(
            "places_of_batch_averaged",
            says="a mean over all places of the batch",
            source="""
            def negative_elbo(word_nats, real, mean, log_var):
                kl = ((mean**2 + np.exp(log_var) - 1 - log_var) / 2).sum(axis=1)
                return np.mean(word_nats) + np.mean(kl)
        """,
        ),
        Mutant(
            "words_of_batch_summed",
            says="the words are a sum over the batch",
            source="""
            def negative_elbo(word_nats, real, mean, log_var):
                kl = ((mean**2 + np.exp(log_var) - 1 - log_var) / 2).sum(axis=1)
                return word_nats[real].sum() + kl.mean()
        """,
        ),
        Mutant("batch_summed", says="this is the sum over the sentences", edit=("kl).mean()", "kl).sum()")),
        Mutant("kl_of_batch", says="the KL is a sum over the batch", edit=("/ 2).sum(axis=1)", "/ 2).sum()")),
        Mutant(
            "variance",
            says="the variance is its exp",
            edit=("np.exp(log_var) - 1 - log_var", "log_var - 1 - np.log(log_var)"),
        ),
        Mutant(
            "deviation",
            says="not of the deviation",
            edit=("np.exp(log_var) - 1 - log_var", "np.exp(log_var) ** 2 - 1 - 2 * log_var"),
        ),
        Mutant("minus_kl", says="the KL is a cost", edit=("words + kl", "words - kl")),
        Mutant("elbo", says="its negative is asked for", edit=("float((words", "-float((words")),
        Mutant("filling", says="use `real`", edit=("np.where(real, word_nats, 0.0)", "np.asarray(word_nats)")),
        Mutant("no_half", says="the factor one half", edit=("- log_var) / 2)", "- log_var))")),
        Mutant("no_kl", says="the KL is not added", edit=("words + kl", "words")),
        Mutant(
            "by_sentence", says="take the mean over the sentences", edit=("float((words + kl).mean())", "words + kl")
        ),
        Mutant(
            "times_zero", says="choose with np.where", edit=("np.where(real, word_nats, 0.0)", "(word_nats * real)")
        ),
    ],
    "kl_between": [
        Mutant(
            "swapped",
            says="the other way round",
            source="""
            def kl_between(mean_p, log_var_p, mean_q, log_var_q):
                spread = (np.exp(log_var_q) + (mean_q - mean_p) ** 2) / np.exp(log_var_p)
                return ((spread - 1 + log_var_p - log_var_q) / 2).sum(axis=1)
        """,
        ),
        Mutant(
            "standard",
            says="p is not standard",
            source="""
            def kl_between(mean_q, log_var_q, mean_p, log_var_p):
                return ((mean_q**2 + np.exp(log_var_q) - 1 - log_var_q) / 2).sum(axis=1)
        """,
        ),
        Mutant(
            "difference",
            says="no difference of that kind",
            source="""
            def kl_between(mean_q, log_var_q, mean_p, log_var_p):
                kl = lambda m, v: ((m**2 + np.exp(v) - 1 - v) / 2).sum(axis=1)
                return kl(mean_q, log_var_q) - kl(mean_p, log_var_p)
        """,
        ),
        Mutant(
            "raw_distance",
            says="divide it, too",
            edit=(
                "(np.exp(log_var_q) + (mean_q - mean_p) ** 2) / np.exp(log_var_p)",
                "np.exp(log_var_q) / np.exp(log_var_p) + (mean_q - mean_p) ** 2",
            ),
        ),
        Mutant(
            "own_units",
            says="p's variance, not q's",
            edit=(
                "(np.exp(log_var_q) + (mean_q - mean_p) ** 2) / np.exp(log_var_p)",
                "np.exp(log_var_q - log_var_p) + (mean_q - mean_p) ** 2 / np.exp(log_var_q)",
            ),
        ),
        Mutant("log_sign", says="the wrong sign", edit=("+ log_var_p - log_var_q", "+ log_var_q - log_var_p")),
        Mutant("no_constant", says="a constant of one half", edit=("spread - 1 +", "spread +")),
        Mutant("no_spread", says="more than the square of the distance", edit=("np.exp(log_var_q) + ", "")),
        Mutant("averaged", says="this is their mean", edit=("/ 2).sum(axis=1)", "/ 2).mean(axis=1)")),
        Mutant("doubled", says="the factor one half", edit=("log_var_q) / 2)", "log_var_q))")),
        Mutant("by_dimension", says="one figure a dimension", edit=(".sum(axis=1)", "")),
        Mutant("over_pairs", says="the second axis", edit=(".sum(axis=1)", ".sum(axis=0)")),
        Mutant("all_pairs", says="one number for all pairs", edit=(".sum(axis=1)", ".sum()")),
        Mutant(
            "epsilon",
            says="something was added to a variance",
            edit=("/ np.exp(log_var_p)", "/ (np.exp(log_var_p) + 1e-12)"),
        ),
    ],
    "tighter_bound": [
        Mutant(
            "mean_of_logs",
            says="average the weights first",
            source="""
            def tighter_bound(log_weights):
                return log_weights.mean(axis=0)
        """,
        ),
        Mutant("sum", says="divide by the number of draws", edit=(".mean(axis=0)", ".sum(axis=0)")),
        Mutant(
            "divided_outside",
            says="outside of the logarithm",
            source="""
            def tighter_bound(log_weights):
                return np.logaddexp.reduce(log_weights, axis=0) / len(log_weights)
        """,
        ),
        Mutant(
            "best",
            says="the best draw",
            source="""
            def tighter_bound(log_weights):
                return log_weights.max(axis=0)
        """,
        ),
        Mutant(
            "weights",
            says="its logarithm is asked for",
            source="""
            def tighter_bound(log_weights):
                return np.exp(log_weights).mean(axis=0)
        """,
        ),
        Mutant(
            "negative",
            says="not on -ln p(x)",
            source="""
            def tighter_bound(log_weights):
                return -np.logaddexp.reduce(log_weights, axis=0) + np.log(len(log_weights))
        """,
        ),
        Mutant(
            "plus_log_k",
            says="take it away",
            source="""
            def tighter_bound(log_weights):
                return np.logaddexp.reduce(log_weights, axis=0) + np.log(len(log_weights))
        """,
        ),
        Mutant(
            "wrong_axis",
            says="the draws are the first axis",
            source="""
            def tighter_bound(log_weights):
                return np.log(np.exp(log_weights).mean(axis=1))
        """,
        ),
        Mutant(
            "overflow",
            says="take the largest logarithm out of the sum",
            source="""
            def tighter_bound(log_weights):
                return np.log(np.exp(log_weights).mean(axis=0))
        """,
        ),
        Mutant(
            "one_largest",
            says="a largest logarithm of its own",
            source="""
            def tighter_bound(log_weights):
                largest = log_weights.max()
                return largest + np.log(np.exp(log_weights - largest).mean(axis=0))
        """,
        ),
        Mutant("smallest", says="take the *largest* logarithm", edit=(".max(axis=0)", ".min(axis=0)")),
        Mutant(
            "tiny_added",
            says="nothing may be clipped or added",
            source="""
            def tighter_bound(log_weights):
                return np.log(np.exp(log_weights).mean(axis=0) + 1e-300)
        """,
        ),
        Mutant("one_row", says="and not (1, B)", edit=(".mean(axis=0))", ".mean(axis=0, keepdims=True))")),
    ],
}
