"""A classifier on an encoder: against transformers and a plain loop; what is frozen stays; no dropout when asked."""

import copy

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from transformers import BertConfig as TheirConfig
from transformers import BertModel as TheirModel
from transformers import get_linear_schedule_with_warmup

from llmai_edu.finetuning.classify import (
    TextClassifier,
    fine_tune,
    read_texts,
    set_head,
    train_only,
    warmup_linear,
)
from llmai_edu.models.bert import BertConfig, BertModel
from llmai_edu.pretrained.bert import load_bert
from llmai_edu.tokenizers.wordpiece import SPECIAL, WordPieceTokenizer

WORDS = ["good", "bad", "film", "a", "very", "the"]
TOKENIZER = WordPieceTokenizer([*SPECIAL, *WORDS])
TEXTS = ["good film", "a very bad film", "very good", "bad", "the good film", "the bad a film"]
LABELS = [1, 0, 1, 0, 1, 0]


def classifier(seed: int = 0, dropout: float = 0.0) -> TextClassifier:
    config = BertConfig(len(TOKENIZER.tokens), 16, 2, 2, 32, max_position_embeddings=16, dropout=dropout)
    g = torch.Generator().manual_seed(seed)
    return TextClassifier(BertModel(config, generator=g), generator=g).eval()


def test_the_head_sees_the_mean_of_the_tokens_as_transformers_computes_them(tmp_path):
    torch.manual_seed(0)
    config = TheirConfig(
        vocab_size=len(TOKENIZER.tokens),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=16,
    )
    theirs = TheirModel(config, add_pooling_layer=False).eval()
    theirs.save_pretrained(tmp_path)
    ours = read_texts(TextClassifier(load_bert(tmp_path)), TOKENIZER, TEXTS, features=True, batch_size=4)
    for text, row in zip(TEXTS, ours):
        ids = torch.tensor([[2, *TOKENIZER.encode(text), 3]])
        with torch.no_grad():
            want = theirs(ids).last_hidden_state[0].mean(0)
        np.testing.assert_allclose(row, want, atol=1e-5)


def test_fine_tuning_is_a_plain_loop():
    model, plain = classifier(), classifier()
    losses = fine_tune(model, TOKENIZER, TEXTS, LABELS, epochs=3, rate=1e-2, seed=5, batch_size=4)
    rng, optimizer = np.random.default_rng(5), torch.optim.AdamW(plain.parameters(), lr=1e-2, weight_decay=0.01)
    schedule = get_linear_schedule_with_warmup(optimizer, 6, 60)  # in tenths of a step, of which we take the middle
    factor = schedule.lr_lambdas[0]
    again = []
    for _ in range(3):
        order = rng.permutation(6)
        for rows in (order[:4], order[4:]):
            batch = TOKENIZER.encode_batch([TEXTS[i] for i in rows])
            logits = plain(torch.from_numpy(batch.ids), torch.from_numpy(batch.attention_mask))
            loss = F.cross_entropy(logits, torch.tensor([LABELS[i] for i in rows]))
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(plain.parameters(), 1.0)
            optimizer.param_groups[0]["lr"] = 1e-2 * factor(10 * len(again) + 5)
            optimizer.step()
            again.append(loss.item())
    np.testing.assert_allclose(losses, again, atol=1e-5)
    torch.testing.assert_close(model.head.weight, plain.head.weight, atol=1e-5, rtol=0)


def test_the_schedule_is_that_of_transformers():
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    theirs = get_linear_schedule_with_warmup(optimizer, 10, 100).lr_lambdas[0]
    for step in range(101):
        assert warmup_linear(step / 100) == pytest.approx(theirs(step))


def test_it_learns_what_it_is_shown():
    model = classifier()
    losses = fine_tune(model, TOKENIZER, TEXTS, LABELS, epochs=40, rate=1e-2, seed=0, batch_size=4)
    assert losses[-1] < 0.1 < losses[0]
    assert read_texts(model, TOKENIZER, TEXTS).argmax(1).tolist() == LABELS


def test_what_is_frozen_stays_as_it_is():
    model = train_only(classifier(), "head")
    before = copy.deepcopy(model.state_dict())
    fine_tune(model, TOKENIZER, TEXTS, LABELS, epochs=2, rate=1e-2, seed=0)
    moved = {name for name, tensor in model.state_dict().items() if not torch.equal(tensor, before[name])}
    assert moved == {"head.weight", "head.bias"}


def test_a_part_is_a_whole_name():
    model = train_only(classifier(), "encoder.layers.1", "head")
    trained = {name for name, p in model.named_parameters() if p.requires_grad}
    assert {name.split(".")[2] for name in trained if name.startswith("encoder")} == {"1"}
    train_only(model, "encoder")
    assert not model.head.weight.requires_grad
    assert model.encoder.layers[0].mlp.up.weight.requires_grad
    with pytest.raises(ValueError, match="has no part 'hea'; its parts are encoder, head"):
        train_only(model, "hea")


def test_reading_has_no_dropout_and_leaves_the_mode():
    model = classifier(dropout=0.5).train()
    first, second = (read_texts(model, TOKENIZER, TEXTS) for _ in range(2))
    assert model.training
    np.testing.assert_array_equal(first, second)
    batch = TOKENIZER.encode_batch(TEXTS)
    noisy = model(torch.from_numpy(batch.ids), torch.from_numpy(batch.attention_mask)).detach().numpy()
    assert abs(noisy - first).max() > 1e-3


def test_padding_and_order_change_nothing():
    model = classifier()
    together = read_texts(model, TOKENIZER, TEXTS, batch_size=6)
    alone = np.concatenate([read_texts(model, TOKENIZER, [text]) for text in TEXTS])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_one_seed_one_result_and_the_generator_of_torch_is_left_alone():
    models = [classifier(dropout=0.1) for _ in range(3)]
    torch.manual_seed(7)
    want = torch.rand(1)
    torch.manual_seed(7)
    runs = [
        fine_tune(model, TOKENIZER, TEXTS, LABELS, epochs=2, rate=1e-3, seed=seed)
        for model, seed in zip(models, (1, 1, 2))
    ]
    assert torch.equal(torch.rand(1), want)
    assert runs[0] == runs[1] != runs[2]


def test_a_new_text_is_drawn_in_each_epoch_and_evaluation_mode_reigns_after_it():
    seen, modes = [], []

    def note(text, rng):
        seen.append((text, rng.random()))
        return "good"

    fine_tune(
        classifier(),
        TOKENIZER,
        TEXTS,
        LABELS,
        epochs=2,
        rate=1e-3,
        seed=0,
        augment=note,
        after_epoch=lambda model: modes.append(model.training),
    )
    assert sorted(text for text, _ in seen) == sorted(2 * TEXTS)
    assert len({drawn for _, drawn in seen}) == 12
    assert modes == [False, False]


def test_a_probe_takes_the_place_of_the_head():
    model = classifier()
    W, b = np.arange(32.0).reshape(2, 16), np.array([1.0, -1.0])
    x = read_texts(set_head(model, W, b), TOKENIZER, TEXTS, features=True)
    np.testing.assert_allclose(read_texts(model, TOKENIZER, TEXTS), x @ W.T + b, rtol=1e-4, atol=1e-4)
    with pytest.raises(ValueError, match="the head is"):
        set_head(model, W[:, :3], b)


def test_what_cannot_be_trained_is_refused():
    with pytest.raises(ValueError, match="as many labels"):
        fine_tune(classifier(), TOKENIZER, TEXTS, LABELS[:2], epochs=1, rate=1e-3, seed=0)
    with pytest.raises(ValueError, match="everything is frozen"):
        fine_tune(train_only(classifier()), TOKENIZER, TEXTS, LABELS, epochs=1, rate=1e-3, seed=0)
