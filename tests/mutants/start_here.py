from tools.proof import Mutant

MUTANTS = {
    "top_tokens": [
        Mutant(
            "no_exponential",
            says="take the exponential of each first",
            source="""
                def top_tokens(logits, k):
                    shares = np.asarray(logits) / np.sum(logits)
                    best = np.argsort(-shares)[:k]
                    return [(int(i), float(shares[i])) for i in best]
            """,
        ),
        Mutant(
            "softmax_of_the_best",
            says="the sum must run over the whole vocabulary",
            source="""
                def top_tokens(logits, k):
                    z = np.asarray(logits, dtype=float)
                    best = np.argsort(-z)[:k]
                    e = np.exp(z[best] - z.max())
                    return [(int(i), float(p)) for i, p in zip(best, e / e.sum())]
            """,
        ),
        Mutant("ascending", says="the order is upside down", edit=("[:k]", "[:k][::-1]")),
        Mutant("least_probable", says="these are the least probable tokens", edit=("-probabilities", "probabilities")),
        Mutant("overflow", says="large logits overflow", edit=(" - np.max(logits)", "")),
        Mutant("logits", says="these are the logits themselves", edit=("float(probabilities[i])", "logits[i]")),
        Mutant(
            "pairs_swapped",
            says="yours are the other way round",
            edit=("(int(i), float(probabilities[i]))", "(float(probabilities[i]), int(i))"),
        ),
        Mutant("from_one", says="ids are counted from 0", edit=("(int(i),", "(int(i) + 1,")),
        Mutant("rounded", says="do not round", edit=("float(probabilities[i])", "round(float(probabilities[i]), 3)")),
        Mutant(
            "a_fixed_number",
            says="when all logits are far below 0",
            edit=("np.max(logits)", "(1000 if max(logits) > 500 else 0)"),
        ),
        Mutant(
            "ids_lost_when_large",
            says="the ids are wrong for large logits",
            edit=("(int(i),", "(int(i) * (max(logits) < 500 and min(logits) > -500),"),
        ),
    ],
    "tokens_read": [
        Mutant("no_growth", says="the text grows", edit=(" + new * (new - 1) // 2", "")),
        Mutant("starts_late", says="the first reading has the prompt alone", edit=("(new - 1) // 2", "(new + 1) // 2")),
        Mutant("reads_the_last", says="the last chosen token is never read", edit=("prompt + new - 1", "prompt + new")),
        Mutant("forgets_the_prompt", says="the prompt must be read, too", edit=("prompt + new - 1", "new")),
    ],
    "greedy_answer": [
        Mutant("last_token_only", says="must see the whole text", edit=("next_logits(ids)", "next_logits(ids[-1:])")),
        Mutant(
            "keeps_stop",
            says="the stop token ends the answer",
            edit=(
                "        if best == stop:\n            break\n        ids.append(best)",
                "        ids.append(best)\n        if best == stop:\n            break",
            ),
        ),
        Mutant("keeps_prompt", says="the prompt is not a part", edit=("ids[len(prompt) :]", "ids")),
        Mutant(
            "no_limit", says="a model that never stops must be stopped", edit=("for _ in range(limit)", "while True")
        ),
        Mutant("one_too_many", says="one token too many", edit=("range(limit)", "range(limit + 1)")),
        Mutant("one_too_few", says="one token too few", edit=("range(limit)", "range(limit - 1)")),
        Mutant("never_looks_at_stop", says="the stop token did not end the answer", edit=("best == stop", "False")),
        Mutant(
            "stop_anywhere",
            says="a stop token in the prompt ends nothing",
            edit=(
                "        if best == stop:\n            break\n        ids.append(best)",
                "        if stop in ids:\n            break\n        ids.append(best)",
            ),
        ),
        Mutant(
            "search_from_zero",
            says="logits may all be negative",
            source="""
                def greedy_answer(next_logits, prompt, stop, limit):
                    ids = list(prompt)
                    for _ in range(limit):
                        best, highest = 0, 0
                        for i, logit in enumerate(next_logits(ids)):
                            if logit > highest:
                                best, highest = i, logit
                        if best == stop:
                            break
                        ids.append(best)
                    return ids[len(prompt) :]
            """,
        ),
        Mutant(
            "do_while",
            says="with limit = 0 nothing may be chosen",
            source="""
                def greedy_answer(next_logits, prompt, stop, limit):
                    new = []
                    while True:
                        best = int(np.argmax(next_logits([*prompt, *new])))
                        if best == stop:
                            return new
                        new.append(best)
                        if len(new) >= limit:
                            return new
            """,
        ),
        Mutant(
            "a_tuple", says="not tuple; `list(...)` makes", edit=("ids[len(prompt) :]", "tuple(ids[len(prompt) :])")
        ),
        Mutant("changes_the_prompt", says="changed", edit=("list(prompt)", "prompt")),
    ],
}
