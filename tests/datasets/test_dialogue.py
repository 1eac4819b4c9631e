import json

import pytest

from llmai_edu.datasets.dialogue import clean_turns, load_dialogue, read_dialogue
from llmai_edu.datasets.fetch import fetch


def test_turns_are_joined_and_blank_ones_and_monologues_go(tmp_path):
    talk = {"messages": [[{"text": "Hi"}, {"text": " there\n"}], [{"text": ""}], [{"text": "yo"}]]}
    alone = {"messages": [[{"text": "Hello?"}], [{"text": " "}]]}
    (tmp_path / "d.json").write_text(json.dumps({"b": alone, "a": talk, "c": {"messages": []}}))
    assert read_dialogue(tmp_path / "d.json") == [["Hi there", "yo"]]
    assert clean_turns([]) == []


@pytest.mark.data
def test_the_card_tells_the_truth():
    conversations = load_dialogue()
    assert all(len(turns) > 1 and all(turns) for turns in conversations)
    raw = json.loads((fetch("dialogue") / "chitchat_dataset" / "dataset.json").read_text(encoding="utf-8"))
    turns = [[[part["text"] for part in turn] for turn in one["messages"]] for one in raw.values()]
    texts = [text for one in turns for turn in one for text in turn]
    assert (len(raw), sum(map(len, turns)), len(texts)) == (7_168, 138_737, 258_145)
    assert sum(len(text.encode()) for text in texts) == 12_486_783
    assert sum(len(one) < 2 for one in turns) == 3_150
    whole = ["\n".join(" ".join(turn) for turn in one) for one in turns]
    assert len(whole) - len(set(whole)) == 935
    assert sum(not text.strip() for text in texts) == 33
    assert len(conversations) == 4_017
