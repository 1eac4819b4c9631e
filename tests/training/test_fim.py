import numpy as np
import pytest
import torch
import torch.nn.functional as F

from llmai_edu.models.gpt import GPT, GPTConfig
from llmai_edu.tokenizers import train_bpe
from llmai_edu.training.fim import (
    END,
    IGNORED,
    SPECIAL,
    FimBatches,
    Hole,
    cut_line,
    cut_middle,
    fim_loss,
    fim_prompt,
    fim_row,
    fit,
)

TEXT = "def f(a):\n    if a:\n        return 1\n\n    return a + 2\n"


@pytest.fixture(scope="module")
def tokenizer():
    return train_bpe([TEXT * 4], 256 + 20 + len(SPECIAL), special_tokens=SPECIAL)


@pytest.mark.parametrize("cut", [cut_line, cut_middle])
def test_the_three_parts_are_the_text(cut):
    rng = np.random.default_rng(0)
    middles = {cut(TEXT, rng).middle for _ in range(200)}
    for seed in range(50):
        assert "".join(cut(TEXT, np.random.default_rng(seed))) == TEXT
    if cut is cut_line:
        assert middles == {line.strip() for line in TEXT.split("\n") if line.strip()}
    else:
        assert len(middles) > 100


def test_no_line_to_cut():
    with pytest.raises(ValueError, match="all are blank"):
        cut_line("\n  \n", np.random.default_rng(0))


@pytest.mark.parametrize(
    ("before", "after", "room", "wanted"),
    [(5, 5, 4, (2, 2)), (1, 5, 4, (1, 3)), (5, 1, 4, (3, 1)), (5, 5, 5, (2, 3)), (2, 2, 9, (2, 2)), (5, 5, 0, (0, 0))],
)
def test_room_is_shared(before, after, room, wanted):
    prefix, suffix = list(range(before)), list(range(10, 10 + after))
    left, right = fit(prefix, suffix, room)
    assert (len(left), len(right)) == wanted
    assert left == prefix[before - len(left) :]
    assert right == suffix[: len(right)]
    assert fit(prefix, suffix, -3) == ([], [])


def test_a_row_by_hand(tokenizer):
    p, s, m, end = (tokenizer.special_tokens[name] for name in SPECIAL)
    ids = {part: tokenizer.encode(part) for part in ("return ", "a", "\n")}
    assert fim_prompt(tokenizer, "return ", "\n", 99) == [p, *ids["return "], s, *ids["\n"], m]
    row = fim_row(tokenizer, Hole("return ", "a", "\n"), 99)
    assert row == [p, *ids["return "], s, *ids["\n"], m, *ids["a"], end]
    long = fim_row(tokenizer, Hole(TEXT, "a", TEXT), 20)
    assert len(long) == 20
    assert long[-2:] == [*ids["a"], end]
    assert len(fim_row(tokenizer, Hole(TEXT, TEXT * 9, TEXT), 20)) == 20


def test_marks_in_the_text_are_text(tokenizer):
    row = fim_row(tokenizer, Hole("<fim_middle>", "", "<|endoftext|>"), 99)
    assert sum(token in tokenizer.special_tokens.values() for token in row) == 4


def test_batches(tokenizer):
    plain = FimBatches([TEXT * 20], tokenizer, 4, 48, share=0.0, rng=np.random.default_rng(0))
    ids, targets = next(plain)
    assert ids.shape == targets.shape == (4, 48)
    for row, wanted in zip(ids.tolist(), targets.tolist()):
        real = [token for token in wanted if token != IGNORED]
        assert row[1 : len(real)] == real[:-1]
        assert tokenizer.decode([row[0], *real]) in TEXT * 20
    ids, targets = next(FimBatches([TEXT * 20], tokenizer, 64, 48, share=1.0, rng=np.random.default_rng(0)))
    assert (ids[:, 0] == tokenizer.special_tokens[SPECIAL[0]]).all()
    assert ((targets == tokenizer.special_tokens[END]).sum(1) == 1).float().mean() > 0.7  # long middles have none
    half = next(FimBatches([TEXT * 20], tokenizer, 200, 48, share=0.6, rng=np.random.default_rng(0)))[0]
    assert 0.5 < (half[:, 0] == tokenizer.special_tokens[SPECIAL[0]]).float().mean() < 0.7


def test_filling_counts_for_nothing(tokenizer):
    config = GPTConfig(tokenizer.vocab_size, 48, n_embd=16, n_layer=1, n_head=2)
    model = GPT(config, generator=torch.Generator().manual_seed(0)).eval()
    ids, targets = next(FimBatches([TEXT], tokenizer, 3, 48, share=1.0, rng=np.random.default_rng(1)))
    real = targets != IGNORED
    with torch.no_grad():
        wanted = F.cross_entropy(model(ids)[real], targets[real])
        assert fim_loss(model, (ids, targets)).item() == pytest.approx(wanted.item(), abs=0.02)  # bfloat16


@pytest.mark.parametrize(("texts", "share"), [([], 0.5), (["  "], 0.5), ([TEXT], 1.5)])
def test_senseless_batches(texts, share, tokenizer):
    with pytest.raises(ValueError, match="need texts and a share"):
        FimBatches(texts, tokenizer, 2, 8, share=share, rng=np.random.default_rng(0))
