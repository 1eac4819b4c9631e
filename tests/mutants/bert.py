from tools.proof import Mutant

MUTANTS = {
    "mask_words": [
        Mutant(
            "first_piece",
            says="you changed only the first",
            edit=(
                "if lots[word] < 0.8:",
                'if token.startswith("##"):\n                pass\n            elif lots[word] < 0.8:',
            ),
        ),
        Mutant(
            "kept_is_masked",
            says="one lot in ten keeps the word",
            edit=("if lots[word] < 0.8:", "if lots[word] < 0.8 or lots[word] >= 0.9:"),
        ),
        Mutant("always_masked", says="one lot in ten puts other tokens in", edit=("lots[word] < 0.8", "True")),
        Mutant(
            "by_token",
            says="`chosen` numbers words, not tokens",
            source="""
            def mask_words(tokens, chosen, lots, others):
                inputs, labels = list(tokens), [None] * len(tokens)
                for place in chosen:
                    labels[place] = tokens[place]
                    if lots[place] < 0.8:
                        inputs[place] = "[MASK]"
                    elif lots[place] < 0.9:
                        inputs[place] = others[place]
                return inputs, labels
        """,
        ),
        Mutant(
            "special_are_counted",
            says="are no words: do not count them",
            source="""
            def mask_words(tokens, chosen, lots, others):
                inputs, labels, word = list(tokens), [None] * len(tokens), -1
                for place, token in enumerate(tokens):
                    word += not token.startswith("##")
                    if token in ("[CLS]", "[SEP]", "[PAD]"):
                        continue
                    if word in chosen:
                        labels[place] = token
                        if lots[word] < 0.8:
                            inputs[place] = "[MASK]"
                        elif lots[word] < 0.9:
                            inputs[place] = others[place]
                return inputs, labels
        """,
        ),
        Mutant(
            "other_way_round", says="the other way round", edit=("elif lots[word] < 0.9:", "elif lots[word] >= 0.9:")
        ),
        Mutant(
            "eight_tenths_masked",
            says="exactly 0.8 puts other tokens in",
            edit=("lots[word] < 0.8", "lots[word] <= 0.8"),
        ),
        Mutant("nine_tenths_put", says="exactly 0.9 keeps the word", edit=("lots[word] < 0.9", "lots[word] <= 0.9")),
        Mutant(
            "no_label_when_kept",
            says="also when it was kept",
            edit=("labels[place] = token", "labels[place] = token if lots[word] < 0.9 else None"),
        ),
        Mutant(
            "label_when_masked",
            says="not only when it was masked",
            edit=("labels[place] = token", "labels[place] = token if lots[word] < 0.8 else None"),
        ),
        Mutant(
            "labels_everywhere",
            says="nothing is asked where nothing was chosen",
            edit=("[None] * len(tokens)", "list(tokens)"),
        ),
        Mutant(
            "in_place",
            says="changed its input",
            edit=("inputs, labels, word = list(tokens)", "inputs, labels, word = tokens"),
        ),
    ],
    "pseudo_log_likelihood": [
        Mutant("nothing_hidden", says="nothing was hidden", edit=("hidden[place] = mask_id", "pass")),
        Mutant(
            "all_hidden",
            says="you hid all tokens at once",
            edit=("hidden = list(ids)", "hidden = [ids[0]] + [mask_id] * (len(ids) - 2) + [ids[-1]]"),
        ),
        Mutant(
            "right_hidden",
            says="what is to the right was hidden, too",
            edit=("hidden[place] = mask_id", "hidden[place:-1] = [mask_id] * (len(ids) - 1 - place)"),
        ),
        Mutant(
            "not_put_back",
            says="put each back before the next",
            source="""
            def pseudo_log_likelihood(log_probs, ids, mask_id):
                total, hidden = 0.0, list(ids)
                for place in range(1, len(ids) - 1):
                    hidden[place] = mask_id
                    total += log_probs(hidden)[place, ids[place]]
                return float(total)
        """,
        ),
        Mutant(
            "special", says="[CLS] and [SEP] stand in every text", edit=("range(1, len(ids) - 1)", "range(len(ids))")
        ),
        Mutant("last", says="[SEP] is no token of the text", edit=("range(1, len(ids) - 1)", "range(1, len(ids))")),
        Mutant("mean", says="you took their mean", edit=("float(total)", "float(total) / (len(ids) - 2)")),
        Mutant("sign", says="the sign is wrong", edit=("total += ", "total -= ")),
        Mutant("of_the_mask", says="not that of [MASK]", edit=("[place, ids[place]]", "[place, mask_id]")),
        Mutant(
            "in_place",
            says="changed its input",
            edit=("hidden = list(ids)", "hidden, ids = ids, list(ids)"),
        ),
    ],
    "contrastive_loss": [
        Mutant("no_unit", says="must have length 1", edit=("a @ b.T", "first @ second.T")),
        Mutant("multiplied", says="you multiplied", edit=("/ temperature", "* temperature")),
        Mutant("no_temperature", says="the temperature is missing", edit=(" / temperature", "")),
        Mutant("columns", says="the softmax runs over the second texts", edit=("a @ b.T", "b @ a.T")),
        Mutant("sum", says="this is the sum", edit=("np.diag(log_p).mean()", "np.diag(log_p).sum()")),
        Mutant("sign", says="the sign is wrong", edit=("-np.diag", "np.diag")),
        Mutant("all_partners", says="only the own one is right", edit=("np.diag(log_p).mean()", "log_p.mean()")),
        Mutant(
            "without_own",
            says="belongs into the denominator, too",
            source="""
            def contrastive_loss(first, second, temperature):
                a = first / np.linalg.norm(first, axis=1, keepdims=True)
                b = second / np.linalg.norm(second, axis=1, keepdims=True)
                scores = a @ b.T / temperature
                others = np.exp(scores - scores.max(1, keepdims=True) - 1000 * np.eye(len(a)))
                return float(-(np.diag(scores) - scores.max(1) - np.log(others.sum(1) + 1e-300)).mean())
        """,
        ),
        Mutant(
            "both_directions",
            says="the mean of both directions",
            source="""
            def contrastive_loss(first, second, temperature):
                a = first / np.linalg.norm(first, axis=1, keepdims=True)
                b = second / np.linalg.norm(second, axis=1, keepdims=True)
                s, loss = a @ b.T / temperature, 0.0
                for scores in (s, s.T):
                    scores = scores - scores.max(1, keepdims=True)
                    loss -= (np.diag(scores) - np.log(np.exp(scores).sum(1))).mean() / 2
                return float(loss)
        """,
        ),
        Mutant(
            "overflow",
            says="exp of them is infinite",
            source="""
            def contrastive_loss(first, second, temperature):
                a = first / np.linalg.norm(first, axis=1, keepdims=True)
                b = second / np.linalg.norm(second, axis=1, keepdims=True)
                p = np.exp(a @ b.T / temperature)
                return float(-np.log(np.diag(p) / p.sum(1)).mean())
        """,
        ),
        Mutant(
            "whole_matrix",
            says="subtract that row's own maximum",
            edit=("scores.max(axis=1, keepdims=True)", "scores.max()"),
        ),
        Mutant(
            "logarithm_of_zero",
            says="the logarithm of 0 is infinite",
            edit=(
                "log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))",
                "log_p = np.log(np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True))",
            ),
        ),
    ],
}
