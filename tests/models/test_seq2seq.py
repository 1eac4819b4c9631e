"""Encoder, decoder and additive attention: by hand, by finite differences, against written-out loops, and padding."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from llmai_edu.models.seq2seq import (
    END,
    PAD,
    START,
    AttentionSeq2Seq,
    Seq2Seq,
    additive_attention,
    pad,
    teacher_forcing_loss,
    translate,
)

KINDS = [Seq2Seq, AttentionSeq2Seq]
V = 9


def draw(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def make(kind, seed=0, **given):
    given = {"embedding": 6, "hidden": 8, "generator": torch.Generator().manual_seed(seed)} | given
    return kind(V, V, **given).eval()


def sharpened(kind, seed=0):
    """A model whose choices differ from step to step: untrained weights, but large."""
    model = make(kind, seed)
    with torch.no_grad():
        for weight in model.parameters():
            weight *= 3
    return model


def test_additive_attention_worked_by_hand():
    query = torch.tensor([[1.0]])
    keys = torch.tensor([[[-1.0], [math.atanh(0.5) - 1], [7.0]]])  # tanh of 0, atanh 0.5 and what is padding
    values = torch.tensor([[[4.0, 0.0], [0.0, 8.0], [99.0, 99.0]]])
    v = torch.tensor([2 * math.log(3)])  # scores 0 and ln 3: odds of 1 to 3
    context, weights = additive_attention(query, keys, values, v, torch.tensor([[True, True, False]]))
    torch.testing.assert_close(weights, torch.tensor([[0.25, 0.75, 0.0]]))
    torch.testing.assert_close(context, torch.tensor([[1.0, 6.0]]))


def test_additive_attention_equals_loops():
    query, keys, values, v = draw(3, 4), draw(3, 5, 4, seed=1), draw(3, 5, 2, seed=2), draw(4, seed=3)
    mask = torch.arange(5) < torch.tensor([[5], [3], [1]])
    context, weights = additive_attention(query, keys, values, v, mask)
    for b in range(3):
        scores = [
            sum(v[a].item() * math.tanh(query[b, a] + keys[b, s, a]) for a in range(4))
            for s in range(int(mask[b].sum()))
        ]
        powers = [math.exp(score) for score in scores]
        for s, power in enumerate(powers):
            assert weights[b, s].item() == pytest.approx(power / sum(powers), abs=1e-6)
        mean = sum(power / sum(powers) * values[b, s] for s, power in enumerate(powers))
        torch.testing.assert_close(context[b], mean)


def test_gradients_by_finite_differences():
    parts = [draw(2, 3), draw(2, 4, 3, seed=1), draw(2, 4, 2, seed=2), draw(3, seed=3)]
    parts = [part.double().requires_grad_() for part in parts]
    mask = torch.tensor([[True] * 4, [True, True, False, False]])
    assert torch.autograd.gradcheck(lambda *given: additive_attention(*given, mask), parts)


@pytest.mark.parametrize("kind", KINDS)
def test_the_model_equals_a_written_out_loop(kind):
    model = make(kind)
    source, target = [5, 6, 7, END], [START, 4, 8, 3]
    got = model(torch.tensor([source]), torch.tensor([target]))[0]
    states, (last, _) = model.encoder(model.embed_source.weight[source][None])
    summary = torch.cat([states[0, -1, :4], states[0, 0, 4:]])  # where each direction ends
    torch.testing.assert_close(summary, last.flatten())
    h, c = torch.tanh(model.bridge.weight @ summary + model.bridge.bias).split(8)
    for t, token in enumerate(target):
        context = summary
        if kind is AttentionSeq2Seq:
            query = model.to_query.weight @ h + model.to_query.bias
            scores = torch.stack([model.v @ torch.tanh(query + model.to_key.weight @ state) for state in states[0]])
            context = scores.softmax(0) @ states[0]
        h, c = nn.LSTMCell.forward(model.cell, torch.cat([model.embed_target.weight[token], context]), (h, c))
        logits = model.head.weight @ torch.cat([h, context]) + model.head.bias
        torch.testing.assert_close(got[t], logits, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_padding_and_companions_change_nothing(kind, data):
    token = st.integers(3, V - 1)
    sources = data.draw(st.lists(st.lists(token, max_size=5), min_size=1, max_size=4))
    sources, more = [[*ids, END] for ids in sources], data.draw(st.integers(0, 3))
    model = sharpened(kind)
    batch = F.pad(pad(sources), (0, more), value=PAD)
    together = translate(model, batch, 7)
    for ids, one in zip(sources, together):
        (alone,) = translate(model, torch.tensor([ids]), 7)
        assert one.ids == alone.ids
        if kind is AttentionSeq2Seq:
            assert one.weights.shape == (min(len(one.ids) + 1, 7), len(ids))
            torch.testing.assert_close(one.weights, alone.weights, rtol=1e-4, atol=1e-5)
            torch.testing.assert_close(one.weights.sum(1), torch.ones(len(one.weights)))


@pytest.mark.parametrize("kind", KINDS)
def test_greedy_follows_the_logits_of_teacher_forcing_and_ends_at_the_end(kind):
    lengths = set()
    for seed in range(30):
        model, source = sharpened(kind, seed), torch.tensor([[5, 3, END]])
        (one,) = translate(model, source, 6)
        logits = model(source, torch.tensor([[START, *one.ids]]))[0]
        best = logits.argmax(1).tolist()
        assert best[: len(one.ids)] == one.ids
        assert END not in one.ids
        assert best[-1] == END or len(one.ids) == 6
        lengths.add(len(one.ids))
    assert len(lengths) > 1


@pytest.mark.parametrize("kind", KINDS)
def test_the_loss_is_the_mean_over_true_tokens(kind):
    model = make(kind)
    sources, targets = [[5, END], [6, 7, 8, END]], [[START, 4, END], [START, 4, 5, 6, END]]
    got = teacher_forcing_loss(model, (F.pad(pad(sources), (0, 3)), F.pad(pad(targets), (0, 2))))
    nats = []
    for source, target in zip(sources, targets):
        logp = model(torch.tensor([source]), torch.tensor([target[:-1]])).log_softmax(2)[0]
        nats += [-logp[t, token] for t, token in enumerate(target[1:])]
    torch.testing.assert_close(got, torch.stack(nats).mean())


def test_without_attention_one_vector_is_all_the_decoder_gets():
    model = make(Seq2Seq)
    encoded = model.encode(torch.tensor([[5, 6, END]]))
    other = encoded._replace(states=encoded.states + 1)
    context, weights = model.look(draw(1, 8), other)
    assert weights is None
    assert torch.equal(context, encoded.summary)


def test_learns_to_copy_with_attention():
    torch.manual_seed(0)
    model = make(AttentionSeq2Seq, hidden=16).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    sources = pad([[a, b, END] for a in range(3, V) for b in range(3, V)])
    targets = F.pad(sources, (1, 0), value=START)
    for _ in range(60):
        loss = teacher_forcing_loss(model, (sources, targets))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    written = translate(model.eval(), sources, 5)
    assert sum(one.ids == row[:-1].tolist() for one, row in zip(written, sources)) > 30


def test_refuses_training_mode():
    with pytest.raises(ValueError, match="eval"):
        translate(make(Seq2Seq).train(), torch.tensor([[5, END]]), 3)
