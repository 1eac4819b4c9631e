"""What the tests of the Llama family share: a twin of transformers with random weights that matter."""

import pytest
import torch
import transformers

from llmai_edu.models.llama import Llama, LlamaConfig
from llmai_edu.models.mistral import Mistral, MistralConfig
from llmai_edu.models.qwen3 import Qwen3, Qwen3Config

FAMILY = {"Llama": (Llama, LlamaConfig), "Mistral": (Mistral, MistralConfig), "Qwen3": (Qwen3, Qwen3Config)}


@pytest.fixture(scope="session")
def llama_twins():
    """Call it with a family and sizes; it returns a model of transformers, and ours with its weights."""

    def twins(family, sizes, rope=None, scaling=None, tied=True, **their_settings):
        rope = {"rope_type": "default", "rope_theta": 500.0} | (rope or {})
        settings = {"tie_word_embeddings": tied, "rope_parameters": rope, **their_settings}
        settings["initializer_range"] = 0.2  # large enough for attention to be anything but uniform
        their_config = getattr(transformers, f"{family}Config")(**sizes, **settings)
        torch.manual_seed(0)
        theirs = getattr(transformers, f"{family}ForCausalLM")(their_config)
        for name, weight in theirs.named_parameters():
            if "norm" in name:
                torch.nn.init.uniform_(weight, 0.5, 1.5)
        kind, config = FAMILY[family]
        settings = {"rope_theta": 500.0, "rms_norm_eps": 1e-6, "tie_word_embeddings": tied, "rope_scaling": scaling}
        ours = kind(config(**sizes, **settings))
        weights = theirs.state_dict()
        ours.load_state_dict({name: turned(weights, name) for name, _ in ours.named_parameters()})
        return theirs.eval(), ours.eval()

    return twins


def turned(weights, name):
    """The weight, or gradient, of transformers that belongs to our parameter, as ours is stored."""
    weight = weights[name if name == "lm_head.weight" else f"model.{name}"]
    return weight.T if name.endswith(("proj.weight", "head.weight")) else weight


@pytest.fixture(scope="session")
def same_gradients():
    """Call it with the twins and a function that turns a model into a loss: every gradient is the same."""

    def check(theirs, ours, loss_of_theirs, loss_of_ours):
        loss_of_theirs.backward()
        loss_of_ours.backward()
        grads = {name: weight.grad for name, weight in theirs.named_parameters()}
        grads.setdefault("lm_head.weight", grads["model.embed_tokens.weight"])  # tied: one matrix, under this name
        for name, weight in ours.named_parameters():
            torch.testing.assert_close(weight.grad, turned(grads, name), rtol=1e-4, atol=1e-5, msg=name)
            assert weight.grad.abs().max() > 1e-3, name  # or equality would say little

    return check
