import pytest
import torch

from llmai_edu.apps.slots import fill_slots, keeps_placeholders
from llmai_edu.apps.terminal import run_terminal
from llmai_edu.apps.translation import Translator, open_app
from llmai_edu.apps.translation_codec import train_codec
from llmai_edu.apps.wait_k import wait_k_translate
from llmai_edu.models.t5 import T5, T5Config

TEXTS = ["turn off the light", "off", "turn {a} off the light now please", "{b}"]


@pytest.fixture(scope="module")
def small():
    codec = train_codec(["turn off the light {a}", "éteindre la lampe", "关灯"], 290)
    ids = {"pad_token_id": codec.pad, "eos_token_id": codec.end, "decoder_start_token_id": codec.pad}
    sizes = {"d_model": 32, "d_kv": 8, "d_ff": 32, "num_layers": 1, "num_heads": 2}
    config = T5Config(vocab_size=codec.tokenizer.vocab_size, **sizes, **ids)
    return Translator(T5(config, generator=torch.Generator().manual_seed(1)).eval(), codec, "fr")


def test_answers_come_in_the_order_of_the_texts_whatever_the_batches(small):
    whole = small.scored(TEXTS)
    alone = [small.scored([text], batch_size=1)[0] for text in TEXTS]
    assert [text for text, _ in whole][:2] == [text for text, _ in alone][:2]
    assert small.translate(TEXTS, batch_size=2)[1] == alone[1][0]
    assert small.translate([]) == []


def test_the_best_that_keeps_all_slots_is_chosen(small):
    source, (one, two) = fill_slots("{x} and {y}"), small.codec.slot_ids[:2]
    assert small.choose(source, [([one], -0.1), ([two, one], -0.5), ([one, two], -0.9)]) == ("{y}{x}", -0.5)
    assert small.choose(source, [([one, one], -0.1), ([two], -0.5)]) == ("{x}{x}", -0.1)
    assert small.choose(fill_slots("no slot"), [([], -0.3)]) == ("", -0.3)


@pytest.mark.parametrize("seed", range(4))
def test_placeholders_are_held_even_by_a_model_that_learned_nothing(small, seed):
    model = T5(small.model.config, generator=torch.Generator().manual_seed(seed)).eval()
    young = Translator(model, small.codec, "fr")
    for text, written in zip(TEXTS, young.translate(TEXTS)):
        assert keeps_placeholders(text, written)
    for one, text in zip(wait_k_translate(model, small.codec, TEXTS, "fr", 2, longest=30), TEXTS):
        if one.ids and len(one.ids) < 30:
            assert keeps_placeholders(text, one.text(small.codec))


def test_no_slot_is_written_that_the_source_has_not(small):
    for text in small.translate(TEXTS[:2]):
        assert "<p" not in text


@pytest.mark.parametrize("k", [1, 3])
def test_the_stream_is_wait_k_in_pieces(small, k):
    for text in TEXTS:
        steps = list(small.stream(text, k, longest=15))
        (whole,) = wait_k_translate(small.model, small.codec, [text], "fr", k, longest=15)
        assert "".join(written for _, written in steps) == whole.text(small.codec)
        assert " ".join(heard for heard, _ in steps if heard).startswith(text.split()[0])
    assert list(small.stream("", k)) == []


def test_another_language_is_refused(small):
    with pytest.raises(ValueError, match="not 'de'"):
        Translator(small.model, small.codec, "de")


@pytest.mark.parametrize("language", ["fr", "zh"])
def test_the_recorded_translator_keeps_placeholders(language):
    texts = ["Set up {name}", "Failed to connect to {host}: {error}", "Reset the device"]
    translator = Translator.load(language)
    written = translator.translate(texts)
    assert all(keeps_placeholders(text, one) for text, one in zip(texts, written))
    assert all(written)
    forced = translator.translate(texts[2:], glossary={"device": "bidule"})
    assert "bidule" in forced[0]


def test_the_terminal_streams():
    app, pieces = open_app(), []
    run_terminal(app, "Turn off the light in {room}", write=pieces.append)
    assert len(pieces) > 3
    assert "{room}" in "".join(pieces)


def test_the_terminal_refuses_a_text_that_is_too_long_at_once():
    (message,) = open_app().answer("word " * 3000)
    assert "3000 words" in message
