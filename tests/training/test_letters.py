"""Letters and gaps are what they say, no task sees its answer, and training goes the recorded way."""

import pytest
import torch

from llmai_edu.models.bert import BertConfig, BertForMaskedLM
from llmai_edu.training.letters import (
    CONTEXT,
    GAP,
    MASK,
    TASKS,
    left_side,
    letter_gaps,
    letter_ids,
    letter_task,
    letter_windows,
    name_gaps,
    train_letters,
)
from llmai_edu.training.masking import IGNORE

IDS = letter_ids(["the state of the union is strong " * 20])


def draw(seed=0):
    return torch.Generator().manual_seed(seed)


def test_letters_are_numbered_and_all_else_is_one_space():
    assert letter_ids(["Az, 12", "b."]).tolist() == [1, 26, 0, 2, 0]
    assert IDS.min() == 0
    assert IDS.max() < MASK


def test_windows_are_pieces_of_the_text_and_gaps_are_always_the_same():
    text = bytes(IDS.tolist())
    assert all(bytes(row.tolist()) in text for row in letter_windows(IDS, 20, draw()))
    assert torch.equal(letter_gaps(IDS, 5), letter_gaps(IDS, 5))
    with pytest.raises(ValueError, match="take a longer text"):
        letter_windows(IDS[:CONTEXT], 1, draw())


def test_tasks_ask_what_they_say():
    batch = letter_windows(IDS, 50, draw())
    for task in TASKS[:2]:
        read, asked, sides = letter_task(task, batch, draw())
        chosen = asked != IGNORE
        assert torch.equal(asked[chosen], batch[chosen])
        assert torch.equal(read[~chosen], batch[~chosen])
        assert (sides is None) == (task == "both sides")
    read, asked, sides = letter_task("next letter", batch, draw())
    assert torch.equal(read[:, 1:], asked[:, :-1])
    assert not sides.triu(1).any()
    with pytest.raises(ValueError, match="task must be one of"):
        letter_task("previous letter", batch, draw())


@pytest.mark.parametrize("task", TASKS)
def test_a_network_names_a_gap_by_what_it_may_see(task):
    model = BertForMaskedLM(BertConfig(28, 16, 1, 2, 16, max_position_embeddings=CONTEXT), generator=draw()).eval()
    windows = letter_gaps(IDS, 4)
    log_p = name_gaps(model, task, windows)
    assert log_p.exp().sum(1).tolist() == pytest.approx([1.0] * 4, abs=1e-5)
    answer, after = windows.clone(), windows.clone()
    answer[:, GAP] = 5
    after[:, GAP + 1 :] = 7
    assert torch.equal(name_gaps(model, task, answer), log_p)
    same = torch.allclose(name_gaps(model, task, after), log_p, atol=1e-6)
    assert same == (task != "both sides")
    assert left_side(2, 3)[0].tolist() == [[True, False, False], [True, True, False], [True, True, True]]


@pytest.mark.parametrize("task", TASKS)
def test_training_learns_and_its_beginning_is_the_beginning_of_a_longer_one(task):
    seen = []
    _, losses = train_letters(task, IDS, 0, 12, after=lambda step, model: seen.append(step))
    _, begun = train_letters(task, IDS, 0, 3, of=12)
    assert losses[-1] < losses[0]
    assert begun == pytest.approx(losses[:3])
    assert seen == list(range(1, 13))
