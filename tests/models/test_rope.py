"""Rotary positions against transformers, against complex numbers, and by the property that they exist for."""

import torch
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

from llmai_edu.models.rope import apply_rope, apply_rope_neighbours, inverse_frequencies, rope_angles
from llmai_edu.pretrained.smollm2 import pair_halves


def draw(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def test_equals_transformers(device):
    q, k = draw(2, 3, 5, 8).to(device), draw(2, 1, 5, 8, seed=1).to(device)
    cos, sin = rope_angles(torch.arange(4, 9, device=device), 8, 10_000.0)
    twice = [torch.cat((table, table), dim=-1)[None] for table in (cos, sin)]  # their layout: (B, T, D)
    expected_q, expected_k = apply_rotary_pos_emb(q, k, *twice)
    torch.testing.assert_close(apply_rope(q, cos, sin), expected_q)
    torch.testing.assert_close(apply_rope(k, cos, sin), expected_k)


def test_is_a_product_with_a_complex_number_of_length_one():
    x = draw(1, 1, 6, 8)
    cos, sin = rope_angles(torch.arange(6), 8, 100.0)
    first, second = x.chunk(2, -1)
    turned = torch.complex(first, second) * torch.complex(cos, sin)
    torch.testing.assert_close(apply_rope(x, cos, sin), torch.cat((turned.real, turned.imag), -1))


def test_angles_follow_the_paper():
    cos, sin = rope_angles(torch.tensor([3]), 6, 1000.0)
    expected = torch.tensor([[3.0, 0.3, 0.03]])  # 3 · 1000^(-2i/6)
    torch.testing.assert_close(cos, expected.cos())
    torch.testing.assert_close(sin, expected.sin())


def test_a_score_depends_on_the_distance_alone():
    q, k = draw(1, 1, 1, 16), draw(1, 1, 1, 16, seed=1)

    def score(q_at, k_at):
        turned = [apply_rope(x, *rope_angles(torch.tensor([at]), 16, 10_000.0)) for x, at in ((q, q_at), (k, k_at))]
        return (turned[0] * turned[1]).sum()

    torch.testing.assert_close(score(7, 4), score(103, 100), rtol=1e-4, atol=1e-5)
    assert abs(score(7, 4) - score(7, 6)) > 1e-2


def test_keeps_lengths_and_leaves_position_0_alone():
    x = draw(1, 1, 4, 8)
    y = apply_rope(x, *rope_angles(torch.arange(4), 8, 10_000.0))
    torch.testing.assert_close(y.norm(dim=-1), x.norm(dim=-1))
    assert torch.equal(y[:, :, 0], x[:, :, 0])


def test_padded_texts_have_angles_of_their_own():
    cos, sin = rope_angles(torch.tensor([[0, 0, 1], [0, 1, 2]]), 8, 100.0)
    assert cos.shape == sin.shape == (2, 1, 3, 4)  # which broadcasts over the heads
    x = draw(2, 5, 3, 8)
    plain = apply_rope(x[1:], *rope_angles(torch.arange(3), 8, 100.0))
    torch.testing.assert_close(apply_rope(x, cos, sin)[1:], plain)


def test_inverse_frequencies_follow_the_paper():
    expected = [1000 ** (-2 * i / 6) for i in range(3)]
    torch.testing.assert_close(inverse_frequencies(6, 1000.0), torch.tensor(expected))


def test_neighbours_turn_as_in_the_paper():
    """Equation 34 of the paper: x cos + (-x2, x1, -x4, x3, ...) sin, each angle twice."""
    x, (cos, sin) = draw(1, 2, 5, 8), rope_angles(torch.arange(5), 8, 100.0)
    swapped = torch.stack((-x[..., 1::2], x[..., ::2]), -1).flatten(-2)
    expected = x * cos.repeat_interleave(2, -1) + swapped * sin.repeat_interleave(2, -1)
    torch.testing.assert_close(apply_rope_neighbours(x, cos, sin), expected)


def test_both_pairings_are_one_after_the_rows_of_the_matrix_are_reordered():
    """What `pair_halves` does to the matrices of a GGUF file: queries, keys and so every score stay what they were."""
    x, angles = draw(1, 6, 12), rope_angles(torch.arange(6), 8, 100.0)
    scores = []
    for reorder, turn in ((lambda w: w, apply_rope_neighbours), (lambda w: pair_halves(w, 8), apply_rope)):
        q, k = (reorder(draw(3 * 8, 12, seed=seed)) for seed in (1, 2))  # (H·D, C), as the file stores them
        q, k = (turn((x @ w.T).unflatten(-1, (3, 8)).transpose(1, 2), *angles) for w in (q, k))
        scores.append(q @ k.transpose(-1, -2))
    torch.testing.assert_close(*scores)
    order = pair_halves(torch.arange(8)[:, None], 8).flatten()
    y = draw(1, 3, 6, 8)
    torch.testing.assert_close(apply_rope(y[..., order], *angles), apply_rope_neighbours(y, *angles)[..., order])
