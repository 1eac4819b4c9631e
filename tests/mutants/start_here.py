from tools.proof import Mutant

MUTANTS = {
    "top_tokens": [
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
        Mutant("changes_the_prompt", says="changed", edit=("list(prompt)", "prompt")),
    ],
}
