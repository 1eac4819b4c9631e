import json

import pytest

from llmai_edu.datasets import DataError
from llmai_edu.datasets.instructions import (
    load_instructions,
    load_preferences,
    read_instructions,
    read_preferences,
)


def test_an_input_stands_below_its_instruction(tmp_path):
    entries = [
        {"instruction": "Add.", "input": " 1 2 ", "output": " 3\n"},
        {"instruction": "Sing.", "input": "No Input", "output": "La"},
        {"instruction": "Hum.", "input": "", "output": "Mm"},
    ]
    (tmp_path / "a.json").write_text(json.dumps(entries))
    assert read_instructions(tmp_path / "a.json") == [("Add.\n\n1 2", "3"), ("Sing.", "La"), ("Hum.", "Mm")]


def test_the_turns_get_the_names_of_chat_templates(tmp_path):
    turns = [{"from": name, "value": name} for name in ("system", "human", "gpt", "human")]
    entry = {"conversations": turns, "chosen": {"value": "yes"}, "rejected": {"value": "no"}}
    (tmp_path / "d.json").write_text(json.dumps([entry]))
    ((messages, better, worse),) = read_preferences(tmp_path / "d.json")
    assert [turn["role"] for turn in messages] == ["system", "user", "assistant", "user"]
    assert (better, worse) == ("yes", "no")


def test_another_language_is_refused():
    with pytest.raises(DataError, match="not in 'fr'"):
        load_instructions("fr")


@pytest.mark.data
def test_the_card_tells_the_truth():
    exchanges = [one for part in load_instructions().parts for one in part]
    assert len(exchanges) == 999
    assert sum(len(part) for part in load_instructions("zh").parts) == 1_000
    assert len(exchanges) - len({one.prompt for one in exchanges}) == 14
    assert all(one.prompt and one.answer for one in exchanges)
    pairs = [pair for part in load_preferences().parts for pair in part]
    assert len(pairs) == 300
    assert len(pairs) - len({json.dumps(pair.messages) for pair in pairs}) == 5
    assert sum(len(pair.better) > len(pair.worse) for pair in pairs) == 131
    assert sum(pair.messages[0]["role"] == "system" for pair in pairs) == 80
    assert sum(len(pair.messages) > 2 for pair in pairs) == 106
    assert 94962 * 4694 == 445_751_628


@pytest.mark.data
def test_the_parts_share_no_prompt():
    for split, key in ((load_instructions(), lambda one: one.prompt), (load_preferences(), lambda one: str(one[0]))):
        train, valid, test = ({key(one) for one in part} for part in split.parts)
        assert not train & valid | train & test | valid & test
