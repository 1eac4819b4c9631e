"""Bengio's model against its formula for each window, and read in pieces against read in one."""

import pytest
import torch

from llmai_edu.models.mlp_lm import MLPLM


def make(context=4, **options):
    generator = torch.Generator().manual_seed(0)
    return MLPLM(20, context=context, channels=5, hidden=7, start=19, generator=generator, **options).eval()


def draw_ids(*shape, seed=1):
    return torch.randint(20, shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("context", [1, 2, 4])
def test_equals_the_formula_of_the_paper(context):
    model, ids = make(context), draw_ids(3, 6)
    logits, _ = model(ids)
    padded = torch.cat((torch.full((3, context - 1), 19), ids), dim=1)
    for t in range(6):
        x = torch.cat([model.embed.weight[padded[:, t + i]] for i in range(context)], dim=1)
        tanh = torch.tanh(x @ model.hidden.weight.T + model.hidden.bias)
        torch.testing.assert_close(logits[:, t], tanh @ model.head.weight.T + model.head.bias)


@pytest.mark.parametrize("context", [1, 2, 4, 9])
@pytest.mark.parametrize("cuts", [(1, 2, 3), (5,)])
def test_reading_in_pieces_changes_nothing(context, cuts):
    model, ids = make(context), draw_ids(2, 7)
    whole, state, pieces = model(ids)[0], None, []
    for piece in ids.tensor_split(cuts, dim=1):
        logits, state = model(piece, state)
        assert state.shape == (context - 1, 2)
        pieces.append(logits)
    torch.testing.assert_close(torch.cat(pieces, dim=1), whole)


def test_it_sees_the_last_tokens_and_no_others():
    model, ids = make(context=3), draw_ids(1, 8)
    changed = ids.clone()
    changed[0, 2] = (ids[0, 2] + 1) % 20
    differs = (model(ids)[0] - model(changed)[0]).abs().amax(2)[0] > 1e-6
    assert differs.nonzero().flatten().tolist() == [2, 3, 4]


@pytest.mark.parametrize("options", [{"context": 0}, {"context": 2, "start": 20}])
def test_bad_sizes_are_refused(options):
    with pytest.raises(ValueError, match=r"context >= 1 and a start id in 0\.\.19"):
        MLPLM(20, channels=2, hidden=2, **options)
