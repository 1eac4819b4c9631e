import pytest
import torch

from llmai_edu.apps.metre import rhymed_share, scans
from llmai_edu.apps.sonnet import Sonneteer, choose, likeliest
from llmai_edu.models.llama import Llama, LlamaConfig
from tests.apps.verse_toys import DICTIONARY, TOY, WORDS


@pytest.fixture(scope="module")
def poet():
    config = LlamaConfig(TOY.vocab_size, 32, 64, 2, 4, 2, 512)
    model = Llama(config, generator=torch.Generator().manual_seed(0)).requires_grad_(False)
    return Sonneteer(model, TOY, WORDS)


def test_a_poem_keeps_the_form(poet):
    lines = list(poet.poem("the sea", "ABAB", candidates=3, seed=1))
    assert len(lines) == 4
    assert all(scans(line, DICTIONARY) for line in lines)
    assert rhymed_share(lines, "ABAB", DICTIONARY) == 1
    assert lines == list(poet.poem("the sea", "ABAB", candidates=3, seed=1))


def test_the_scores_are_those_of_the_plain_model(poet):
    """Beside a second poem, with padding in the cache, each line has the log-probability that one pass gives it."""
    from llmai_edu.apps.sonnet import PROMPT

    topics, texts = ["sea", "sea, sea."], [[], []]
    for groups in poet.poems(topics, "AA", candidates=2, seed=3):
        for topic, text, group in zip(topics, texts, groups):
            line, score = likeliest(group)
            ids = TOY.encode(PROMPT.format(topic=topic)) + text
            logits = poet.model(torch.tensor([ids + line]))[0, len(ids) - 1 : -1].log_softmax(-1)
            assert score == pytest.approx(float(logits.gather(1, torch.tensor(line)[:, None]).sum()), abs=1e-3)
            text += choose(group)


def test_a_poem_without_lines_is_refused(poet):
    with pytest.raises(ValueError, match="scheme"):
        poet.poems(["a"], "")
    with pytest.raises(ValueError, match="candidate"):
        poet.poems(["a"], "AA", candidates=0)
