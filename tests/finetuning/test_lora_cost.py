"""The counted figures are those of a model that really has the thin matrices, and of its file and optimizer."""

import pytest
import torch

from llmai_edu.finetuning.adapter_file import save_adapter
from llmai_edu.finetuning.lora import add_lora, trainable_share
from llmai_edu.finetuning.lora_cost import lora_cost
from llmai_edu.models.llama import Llama, LlamaConfig


def llama() -> Llama:
    return Llama(LlamaConfig(64, 32, 48, 3, 4, 2, 32), generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("targets", [("q_proj", "v_proj"), ("k_proj", "down_proj", "up_proj")])
@pytest.mark.parametrize("first", [0, 1])
def test_the_count_is_that_of_the_model_the_file_and_the_optimizer(tmp_path, targets, first):
    cost = lora_cost(llama(), targets, 3, first)
    model = llama().requires_grad_(False)
    add_lora(model.layers[first:], targets, rank=3)
    trained = [w for w in model.parameters() if w.requires_grad]
    assert cost.trained == sum(w.numel() for w in trained)
    assert cost.share == trainable_share(model)
    written = (save_adapter(model, tmp_path) / "adapter_model.safetensors").stat().st_size
    assert 0 < written - cost.file_bytes < 250 * len(trained)
    optimizer = torch.optim.AdamW(trained)
    model(torch.tensor([[1, 2]])).sum().backward()
    optimizer.step()
    held = [w.grad for w in trained] + [s for state in optimizer.state.values() for s in state.values() if s.ndim == 2]
    assert cost.training_bytes == sum(tensor.numel() * tensor.element_size() for tensor in held)
    assert cost.whole_training_bytes == 12 * sum(w.numel() for w in llama().parameters())


def test_what_cannot_be_counted_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        lora_cost(llama(), ["q_proj"], 0)
    with pytest.raises(ValueError, match="no matrix is called query"):
        lora_cost(llama(), ["query"], 2)
