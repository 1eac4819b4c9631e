import math

import pytest
import torch

from llmai_edu.apps.slots import fill_slots
from llmai_edu.apps.translation_codec import train_codec
from llmai_edu.apps.wait_k import average_lagging, begin, may_write, wait_k_translate
from llmai_edu.generation.beam_batch import beam_search_batch
from llmai_edu.models.t5 import T5, T5Config


def test_average_lagging_by_hand():
    # Ma et al. 2019: on sentences of one length wait-k lags k words.
    for k in (1, 2, 4):
        assert average_lagging([min(6, k + t) for t in range(6)], 6) == pytest.approx(k)
    assert average_lagging([6] * 3, 6) == 6
    # Twice as many target words: word 3 is due when one source word was heard. (1 - 0) + (2 - .5) + (2 is all: last)
    assert average_lagging([1, 2, 2, 2], 2) == pytest.approx((1 + 2 - 0.5) / 2)
    # It never heard all: every word counts.
    assert average_lagging([1, 2], 4) == pytest.approx((1 + (2 - 2)) / 2)
    with pytest.raises(ValueError, match="nothing was written"):
        average_lagging([], 3)


def test_who_may_write():
    assert [may_write(2, heard, 3, complete=False) for heard in (3, 4, 5, 6)] == [False, False, True, True]
    assert may_write(0, 2, math.inf, complete=True)
    assert not may_write(0, 10**6, math.inf, complete=False)


@pytest.fixture(scope="module")
def small():
    codec = train_codec(["turn off the light {a}", "éteindre la lampe", "关灯"], 290)
    size = codec.tokenizer.vocab_size
    ids = {"pad_token_id": codec.pad, "eos_token_id": codec.end, "decoder_start_token_id": codec.pad}
    config = T5Config(vocab_size=size, d_model=32, d_kv=8, d_ff=32, num_layers=1, num_heads=2, **ids)
    return T5(config, generator=torch.Generator().manual_seed(1)).eval(), codec


TEXTS = ["turn off the light", "off", "turn {a} off the light now please"]


def test_with_all_heard_first_it_is_greedy_decoding(small):
    model, codec = small
    for stream in wait_k_translate(model, codec, TEXTS, "fr", math.inf, longest=12):
        assert set(stream.reads) <= {len(stream.words)}
        assert stream.lagging == len(stream.words)
    for text in TEXTS:
        ids = torch.tensor([codec.source_ids(fill_slots(text).text, "fr")])
        allowed = codec.allowed([fill_slots(text).text])
        ((greedy,),) = beam_search_batch(model, ids, 12, beams=1, allowed=allowed)
        (one,) = wait_k_translate(model, codec, [text], "fr", math.inf, longest=12)
        assert one.ids == greedy.ids


@pytest.mark.parametrize("k", [1, 2, 3])
def test_no_word_is_written_before_its_time(small, k):
    model, codec = small
    for stream in wait_k_translate(model, codec, TEXTS, "fr", k, longest=12):
        for written, read in enumerate(stream.reads):
            assert read >= min(len(stream.words), k + written)
        assert stream.reads == sorted(stream.reads)


def test_together_is_as_alone(small):
    model, codec = small
    together = wait_k_translate(model, codec, TEXTS, "zh", 2, longest=12)
    alone = [wait_k_translate(model, codec, [text], "zh", 2, longest=12)[0] for text in TEXTS]
    assert [(s.ids, s.reads) for s in together] == [(s.ids, s.reads) for s in alone]


def test_the_model_does_not_see_what_was_not_heard(small):
    model, codec = small
    a, b = wait_k_translate(model, codec, ["turn off the light", "turn off my lamp"], "fr", 2, longest=12)
    first = min(sum(read <= 2 for read in stream.reads) for stream in (a, b))
    assert first >= 1
    assert a.ids[:first] == b.ids[:first]


def test_an_impossible_k():
    with pytest.raises(ValueError, match="at least 1"):
        begin("a b", 0)
    assert begin("a b", 5).complete
