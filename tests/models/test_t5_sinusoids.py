import pytest
import torch

from llmai_edu.models.positions import sinusoidal_positions
from llmai_edu.models.t5 import T5, T5Config
from llmai_edu.models.t5_sinusoids import SinusoidT5

CONFIG = T5Config(vocab_size=30, d_model=16, d_kv=8, d_ff=32, num_layers=2, num_heads=2, dropout_rate=0.0)
IDS = torch.tensor([[5, 6, 7, 5, 1]])
WRITTEN = torch.tensor([[0, 9, 9, 3]])


def models():
    plain = T5(CONFIG, generator=torch.Generator().manual_seed(0)).eval()
    waves = SinusoidT5(CONFIG).eval()
    waves.load_state_dict(plain.state_dict())
    return plain, waves


def test_the_waves_are_what_is_added():
    plain, waves = models()
    added = waves.embed(IDS, past=3) - plain.embed(IDS)
    torch.testing.assert_close(added[0], sinusoidal_positions(8, 16)[3:])


@torch.no_grad()
def test_a_cache_gives_the_same_logits_as_one_pass():
    _, model = models()
    memory = model.encode(IDS)
    whole = model.decode(WRITTEN, memory)
    cache = model.new_cache(memory, 4)
    steps = [model.decode(WRITTEN[:, t : t + 1], memory, cache=cache) for t in range(4)]
    torch.testing.assert_close(torch.cat(steps, 1), whole, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", [0, 1])
@torch.no_grad()
def test_only_the_waves_tell_the_decoder_which_of_two_equal_tokens_comes_first(kind):
    """Without self-attention's bias an encoder is blind to order: equal tokens get one vector, unless waves differ."""
    model = models()[kind]
    model.encoder_bias.weight.zero_()
    memory = model.encode(torch.tensor([[5, 6, 5]]))[0]
    assert torch.allclose(memory[0], memory[2], atol=1e-5) == (kind == 0)
