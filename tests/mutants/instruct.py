"""Wrong answers to the exercises of lesson 20, each with the message that it must meet."""

from tools.proof import Mutant

MARKS = "[0, 0, 0] + [mark] * (len(said) + 1) + [0]"
JOINED = "[alpha1 / len(A1) * B1, weight * alpha2 / len(A2) * B2]"
EXTRACTED = "return Vt[:rank], U[:, :rank] * S[:rank] * rank / alpha"

MUTANTS = {
    "whole_talk": [
        Mutant(
            "last_only",
            says="every turn of the assistant does",
            edit=(
                "    return ids, counted",
                "    begin = max(place for place, turn in enumerate(turns) if turn[0] == 'assistant')\n"
                "    before = sum(len(said) + 5 for _, said in turns[:begin])\n"
                "    return ids, [0] * before + counted[before:]",
            ),
        ),
        Mutant("no_end", says="must learn to stop", edit=(MARKS, "[0, 0, 0] + [mark] * len(said) + [0, 0]")),
        Mutant(
            "header",
            says="written by the program",
            edit=(MARKS, "[mark] * 3 + [mark] * (len(said) + 1) + [0]"),
        ),
        Mutant(
            "newline",
            says="the newline after `end`",
            edit=(MARKS, "[0, 0, 0] + [mark] * (len(said) + 2)"),
        ),
        Mutant("whole_turn", says="the whole turn counts here", edit=(MARKS, "[mark] * (len(said) + 5)")),
        Mutant("everybody", says="the user and the system say", edit=('int(role == "assistant")', "1")),
        Mutant("the_user", says="instead of the assistant's", edit=('"assistant")', '"user")')),
        Mutant(
            "exchanged",
            says="the marks are exchanged",
            edit=("return ids, counted", "return ids, [1 - m for m in counted]"),
        ),
        Mutant(
            "too_early",
            says="one place too early",
            edit=("return ids, counted", "return ids, [*counted[1:], 0]"),
        ),
        Mutant("no_newline", says="not those of the template", edit=("end, newline]", "end]")),
        Mutant("short", says="one mark for each id", edit=(MARKS, "[mark] * len(said)")),
        Mutant("one_list", says="return two lists", edit=("return ids, counted", "return counted")),
        Mutant(
            "searched",
            says="search the ids for the assistant's name",
            source="""
            def whole_talk(turns, start, end, newline, roles):
                ids = [i for role, said in turns for i in (start, roles[role], newline, *said, end, newline)]
                counted, on = [], False
                for place, one in enumerate(ids):
                    counted.append(int(on))
                    if one == end:
                        on = False
                    if place and ids[place - 1] == roles["assistant"] and one == newline:
                        on = True
                return ids, counted
        """,
        ),
        Mutant(
            "searched_the_whole_head",
            says="search the ids for the beginning of an answer",
            source="""
            def whole_talk(turns, start, end, newline, roles):
                ids = [i for role, said in turns for i in (start, roles[role], newline, *said, end, newline)]
                counted, on = [], False
                for place, one in enumerate(ids):
                    if ids[max(0, place - 3):place] == [start, roles["assistant"], newline]:
                        on = True
                    counted.append(int(on))
                    if one == end:
                        on = False
                return ids, counted
        """,
        ),
        Mutant(
            "stops_at_the_first_end",
            says="an `end` inside an answer",
            edit=(
                "counted += [0, 0, 0] + [mark] * (len(said) + 1) + [0]",
                "spoken = [*said, end].index(end) + 1\n"
                "        counted += [0, 0, 0] + [mark] * spoken + [0] * (len(said) + 2 - spoken)",
            ),
        ),
        Mutant(
            "empty_answer",
            says="an empty answer ends too",
            edit=('int(role == "assistant")', 'int(role == "assistant" and len(said) > 0)'),
        ),
    ],
    "join_adapters": [
        Mutant("no_factors", says="own factor alpha / rank is lost", edit=(JOINED, "[B1, weight * B2]")),
        Mutant(
            "alphas_added",
            says="the alphas were added",
            edit=(
                f"{JOINED}, axis=1)\n    return A, B, len(A)",
                "[B1, weight * B2], axis=1)\n    return A, B, alpha1 + alpha2",
            ),
        ),
        Mutant(
            "first_alpha",
            says="first adapter's alpha was taken for both",
            edit=(f"{JOINED}, axis=1)\n    return A, B, len(A)", "[B1, weight * B2], axis=1)\n    return A, B, alpha1"),
        ),
        Mutant("multiplied_again", says="multiplies them again", edit=("A, B, len(A)", "A, B, alpha1 + alpha2")),
        Mutant("alpha_one", says="everything becomes too small", edit=("A, B, len(A)", "A, B, 1")),
        Mutant("no_weight", says="the weight is not used", edit=("weight * alpha2", "alpha2")),
        Mutant("weight_twice", says="counts twice", edit=("[A1, A2]", "[A1, weight * A2]")),
        Mutant(
            "weight_first",
            says="belongs to the second",
            edit=(JOINED, "[weight * alpha1 / len(A1) * B1, alpha2 / len(A2) * B2]"),
        ),
        Mutant(
            "new_rank",
            says="each belongs to its own",
            edit=(JOINED, "[alpha1 / len(A) * B1, weight * alpha2 / len(A) * B2]"),
        ),
        Mutant(
            "factors_twice",
            says="the factors were put into A",
            edit=("[A1, A2]", "[alpha1 / len(A1) * A1, alpha2 / len(A2) * A2]"),
        ),
        Mutant(
            "svd_of_the_sum",
            says="also where that is more than the smaller side",
            source="""
            def join_adapters(first, second, weight=1.0):
                (A1, B1, alpha1), (A2, B2, alpha2) = first, second
                change = alpha1 / len(A1) * B1 @ A1 + weight * alpha2 / len(A2) * B2 @ A2
                rank = len(A1) + len(A2)
                U, S, Vt = np.linalg.svd(change, full_matrices=False)
                A, B = Vt[:rank], U[:, :rank] * S[:rank]
                return A, B, len(A)
        """,
        ),
        Mutant("alpha_alone", says="without its rank", edit=(JOINED, "[alpha1 * B1, weight * alpha2 * B2]")),
        Mutant(
            "summed",
            says="is not B1 A1 + B2 A2",
            source="""
            def join_adapters(first, second, weight=1.0):
                (A1, B1, alpha1), (A2, B2, alpha2) = first, second
                return A1 + A2, B1 + weight * B2, alpha1
        """,
        ),
        Mutant(
            "wrong_axis",
            says="A must be (rank, in)",
            source="""
            def join_adapters(first, second, weight=1.0):
                (A1, B1, alpha1), (A2, B2, alpha2) = first, second
                if len(A1) == len(A2):
                    return np.concatenate([A1, A2], axis=1), np.concatenate([B1, B2], axis=0), len(A1)
                return A1, B1, alpha1
        """,
        ),
        Mutant(
            "in_place",
            says="your function changed its input",
            edit=("    A = np", "    B2 *= weight\n    weight = 1\n    A = np"),
        ),
        Mutant("lost_sign", says="the sign of the weight is lost", edit=("weight * alpha2", "abs(weight) * alpha2")),
        Mutant(
            "root",
            says="take no root",
            edit=(
                "    A = np.concatenate([A1, A2], axis=0)",
                "    with np.errstate(all='ignore'):\n        root = np.sqrt(weight)\n"
                "    A = np.concatenate([A1, root * A2], axis=0)\n    weight = root",
            ),
        ),
    ],
    "extract_adapter": [
        Mutant("no_factor", says="alpha / rank is forgotten", edit=(" * rank / alpha", "")),
        Mutant("wrong_way", says="where it must be divided", edit=(" * rank / alpha", " * alpha / rank")),
        Mutant("no_rank", says="its rank was not", edit=(" * rank / alpha", " / alpha")),
        Mutant("both_factors", says="out of A and of B", edit=("return Vt[:rank]", "return Vt[:rank] * rank / alpha")),
        Mutant(
            "both_sides", says="on both sides: once", edit=("return Vt[:rank]", "return S[:rank, None] * Vt[:rank]")
        ),
        Mutant("no_values", says="singular values are missing", edit=(" * S[:rank]", "")),
        Mutant(
            "smallest",
            says="the smallest directions",
            edit=(EXTRACTED, "return Vt[-rank:], U[:, -rank:] * S[-rank:] * rank / alpha"),
        ),
        Mutant("not_turned", says="the change comes as (in, out)", edit=("change.T", "change")),
        Mutant(
            "exchanged",
            says="A and B are exchanged",
            edit=(EXTRACTED, "return U[:, :rank] * S[:rank] * rank / alpha, Vt[:rank]"),
        ),
        Mutant("no_error", says="of 6 × 4 has at most", edit=("if rank > min(change.shape):", "if False:")),
        Mutant("columns_only", says="of 4 × 6 too has", edit=("min(change.shape)", "change.shape[1]")),
        Mutant("full_rank_refused", says="is allowed", edit=("rank > min", "rank >= min")),
        Mutant(
            "no_sentence",
            says="name in the ValueError",
            edit=('f"a matrix of {change.shape} has no rank {rank}"', '"x"'),
        ),
        Mutant(
            "silent",
            says="say in the ValueError",
            edit=('ValueError(f"a matrix of {change.shape} has no rank {rank}")', "ValueError"),
        ),
    ],
}
