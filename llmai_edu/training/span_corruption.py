"""Span corruption: T5's training without labels. Cut spans out of a text, and let the model write what is missing."""

from collections.abc import Sequence

import torch

__all__ = ["corrupt_spans", "corrupted_lengths", "random_segments", "random_spans"]


def corrupted_lengths(length: int, noise_density: float = 0.15, mean_span: float = 3.0) -> tuple[int, int]:
    """How many of `length` tokens are cut out, and in how many spans.

    At least one is cut out and one kept; each span has a token before it that is kept. So the input has
    length - noise + spans tokens, and the target noise + spans + 1. Raises ValueError for a text below two tokens, a
    density not between 0 and 1, or a mean span below 1.

    >>> corrupted_lengths(568)                            # the paper's setting: 512 and 114 tokens, with an end token
    (85, 28)
    """
    if length < 2 or not 0 < noise_density < 1 or mean_span < 1:
        raise ValueError(
            "span corruption needs 2 tokens or more, 0 < noise_density < 1 and mean_span ≥ 1, got "
            f"{length}, {noise_density} and {mean_span}"
        )
    noise = min(max(round(length * noise_density), 1), length - 1)
    spans = min(max(round(noise / mean_span), 1), length - noise)
    return noise, spans


def random_segments(total: int, parts: int, generator: torch.Generator) -> list[int]:
    """Cut `total` into so many whole numbers ≥ 1, every such list as likely as every other.

    >>> sum(random_segments(10, 4, torch.Generator().manual_seed(0)))
    10
    """
    cuts = sorted((torch.randperm(total - 1, generator=generator)[: parts - 1] + 1).tolist())
    return [stop - start for start, stop in zip([0, *cuts], [*cuts, total])]


def random_spans(
    length: int, generator: torch.Generator, noise_density: float = 0.15, mean_span: float = 3.0
) -> list[tuple[int, int]]:
    """Draw the spans to cut out, as (start, stop); kept and cut segments take turns, and a kept one begins.

    Raises ValueError as `corrupted_lengths` does.

    >>> random_spans(20, torch.Generator().manual_seed(0))[-1][1]         # a cut segment ends the text
    20
    """
    noise, spans = corrupted_lengths(length, noise_density, mean_span)
    kept = random_segments(length - noise, spans, generator)
    cut = random_segments(noise, spans, generator)
    drawn, place = [], 0
    for before, size in zip(kept, cut):
        drawn.append((place + before, place + before + size))
        place += before + size
    return drawn


def corrupt_spans(
    ids: Sequence[int], spans: Sequence[tuple[int, int]], sentinels: Sequence[int]
) -> tuple[list[int], list[int]]:
    """The text with a sentinel in place of each span, and the spans, each after its sentinel, one sentinel at the end.

    ids: a text. spans: (start, stop), in order and apart. sentinels: ids that stand for no text, at least one more
    than spans. Raises ValueError for too few sentinels, a sentinel in the text, or spans that overlap, touch or leave
    the text. Raffel et al. 2020.

    >>> corrupt_spans([11, 12, 13, 14, 15, 16], [(1, 3), (5, 6)], sentinels=[99, 98, 97])
    ([11, 99, 14, 15, 98], [99, 12, 13, 98, 16, 97])
    """
    if len(sentinels) <= len(spans):
        raise ValueError(f"{len(spans)} spans need {len(spans) + 1} sentinels, got {len(sentinels)}")
    if not set(sentinels).isdisjoint(ids):
        raise ValueError(f"the text holds the sentinels {sorted(set(sentinels) & set(ids))}: give ids of their own")
    source, target, place = [], [], 0
    for k, (start, stop) in enumerate(spans):
        if not place + (k > 0) <= start < stop <= len(ids):
            raise ValueError(
                f"span {(start, stop)} must lie in {len(ids)} tokens, behind the one before, not touching it"
            )
        source += [*ids[place:start], sentinels[k]]
        target += [sentinels[k], *ids[start:stop]]
        place = stop
    return [*source, *ids[place:]], [*target, sentinels[len(spans)]]
