import random

import pytest

from llmai_edu.apps.translation_memory import TranslationMemory, trigrams


def test_against_sets_compared_one_by_one():
    rng = random.Random(0)
    words = ["turn", "off", "the", "light", "lamp", "door", "now", "please"]
    texts = [" ".join(rng.choices(words, k=rng.randint(1, 6))) for _ in range(400)]
    known, asked = texts[:100], texts[100:]
    memory = TranslationMemory(known, [f"t{i}" for i in range(100)])
    for text, (answer, likeness) in zip(asked, memory.nearest(asked)):
        shares = [len(trigrams(text) & trigrams(k)) / len(trigrams(text) | trigrams(k)) for k in known]
        assert likeness == pytest.approx(max(shares), abs=1e-6)
        assert answer == f"t{shares.index(max(shares))}"


def test_a_known_text_gets_its_own_translation_and_a_strange_one_something():
    memory = TranslationMemory(["Turn on", "Stop"], ["Allumer", "Arrêter"])
    assert memory.nearest(["stop"]) == [("Arrêter", 1.0)]
    assert memory.nearest(["§§§"])[0][1] == 0.0
    assert memory.nearest([]) == []


def test_unequal_lists_are_refused():
    with pytest.raises(ValueError, match="as many translations"):
        TranslationMemory(["a"], [])
