from tools.proof import Mutant

MUTANTS = {
    "general_attention": [
        Mutant(
            "as_given",
            says="the softmax runs over the batch",
            source="""
            def general_attention(h, states, w, mask):
                scores = torch.einsum("bh,hc,bsc->bs", h, w, states)
                weights = scores.softmax(dim=0) * mask
                return (weights[:, :, None] * states).sum(1), weights
        """,
        ),
        Mutant(
            "mask_after",
            says="padding takes part in the softmax",
            edit=("scores.masked_fill(~mask, -torch.inf).softmax(dim=1)", "scores.softmax(dim=1) * mask"),
        ),
        Mutant("no_mask", says="the mask was not used", edit=(".masked_fill(~mask, -torch.inf)", "")),
        Mutant("mask_of_zeros", says="a score of 0 is no mask", edit=("-torch.inf", "0.0")),
        Mutant("other_way", says="you kept the padding", edit=("~mask", "mask")),
        Mutant("scaled", says="this score is not scaled", edit=(".sum(2)", ".sum(2) / states.shape[2] ** 0.5")),
        Mutant("with_tanh", says="there is no tanh", edit=(".sum(2)", ".sum(2).tanh()")),
        Mutant(
            "turned_over",
            says="W is turned over",
            edit=("(h @ w)[:, None]", "(h @ (w.T if w.shape[0] == w.shape[1] else w))[:, None]"),
        ),
        Mutant(
            "no_matrix",
            says="the matrix W is missing",
            edit=("(h @ w)[:, None]", "(h if w.shape[0] == w.shape[1] else h @ w)[:, None]"),
        ),
        Mutant(
            "divided_again",
            says="divided by the number of places",
            edit=("return context, weights", "return context / mask.sum(1, keepdim=True), weights"),
        ),
        Mutant("half_mended", says="the mask is at work, but", edit=("softmax(dim=1)", "softmax(dim=0)")),
        Mutant(
            "exp_overflows",
            says="exp overflows above 709",
            source="""
            def general_attention(h, states, w, mask):
                powers = ((h @ w)[:, None] * states).sum(2).exp() * mask
                weights = powers / powers.sum(1, keepdim=True)
                return (weights[:, :, None] * states).sum(1), weights
        """,
        ),
        Mutant("only_context", says="return two things", edit=("return context, weights", "return context")),
        Mutant(
            "softmax_by_hand",
            says="the weights of general attention",
            source="""
            def general_attention(h, states, w, mask):
                powers = ((h @ w)[:, None] * states).sum(2).clamp(-5, 5).exp() * mask
                weights = powers / powers.sum(1, keepdim=True)
                return (weights[:, :, None] * states).sum(1), weights
        """,
        ),
    ],
    "bleu": [
        Mutant(
            "best_reference",
            says="each run may have another",
            edit=(
                "right += (runs(ours, n) & allowed).total()",
                "right += max((runs(ours, n) & runs(reference, n)).total() for reference in theirs)",
            ),
        ),
        Mutant("counts_added", says="must not be added up", edit=("allowed |= runs", "allowed += runs")),
        Mutant(
            "unclipped",
            says="at most as often as in a reference",
            edit=(
                "(runs(ours, n) & allowed).total()",
                "sum(count for run, count in runs(ours, n).items() if run in allowed)",
            ),
        ),
        Mutant("no_penalty", says="the brevity penalty is missing", edit=("1 if c >= r else np.exp(1 - r / c)", "1")),
        Mutant("bonus", says="gets no bonus", edit=("1 if c >= r else np.exp(1 - r / c)", "np.exp(1 - r / c)")),
        Mutant(
            "shortest",
            says="not the shortest",
            edit=("min(lengths, key=lambda k: (abs(k - length), k))", "min(lengths)"),
        ),
        Mutant(
            "longer_of_two",
            says="of two equally close lengths",
            edit=("(abs(k - length), k)", "(abs(k - length), -k)"),
        ),
        Mutant(
            "plain_mean",
            says="by their geometric mean",
            edit=("np.prod(precisions) ** (1 / longest)", "np.mean(precisions)"),
        ),
        Mutant("no_root", says="the root of the product is missing", edit=(" ** (1 / longest)", "")),
        Mutant("share", says="BLEU runs from 0 to 100", edit=("100 * penalty", "penalty")),
    ],
    "mixed_inputs": [
        Mutant("not_moved", says="move `own` by one", edit=("own[:, :-1]", "own[:, 1:]")),
        Mutant(
            "not_moved_at_all",
            says="used where it stands, and START must stay",
            source="""
            def mixed_inputs(target, own, draws, share):
                return np.where((draws < share) & (target != 0), own, target)
        """,
        ),
        Mutant(
            "wrong_way",
            says="moved the wrong way",
            edit=("own[:, :-1]", "np.roll(own, -1, axis=1)[:, 1:]"),
        ),
        Mutant("above", says="you used it where it is above", edit=("< share", ">= share")),
        Mutant("at_the_share", says="equals the share", edit=("< share", "<= share")),
        Mutant(
            "end_kept",
            says="END is a token like the others",
            edit=("(target[:, 1:] != 0)", "(target[:, 1:] != 0) & (target[:, 1:] != 2)"),
        ),
        Mutant("padding", says="PAD stays PAD", edit=("replace & (target[:, 1:] != 0)", "replace")),
        Mutant(
            "draws_moved",
            says="the draws are not",
            edit=("np.asarray(draws)[:, 1:]", "np.asarray(draws)[:, :-1]"),
        ),
        Mutant(
            "start",
            says="START is never replaced",
            source="""
            def mixed_inputs(target, own, draws, share):
                return np.where((draws < share) & (target != 0), np.roll(own, 1, axis=1), target)
        """,
        ),
        Mutant("in_place", says="work on a copy", edit=("target.copy()", "target")),
        Mutant("all", says="whatever was drawn", edit=("< share", "< 2")),
    ],
}
