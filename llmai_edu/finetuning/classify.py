"""Fine-tuning an encoder into a classifier: all weights, or some of them, from a good start.

Howard and Ruder 2018, "Universal Language Model Fine-tuning for Text Classification"; Devlin et al. 2019, "BERT".
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.models.bert import BertModel
from llmai_edu.pretrained.minilm import mean_pooling
from llmai_edu.tokenizers.wordpiece import WordPieceTokenizer
from llmai_edu.training.clipping import clip_gradients
from llmai_edu.training.optimizers import set_learning_rate

__all__ = ["TextClassifier", "fine_tune", "read_texts", "set_head", "train_only", "warmup_linear"]

#: From a text and a generator to another text; a new draw for each text in each epoch.
Augment = Callable[[str, np.random.Generator], str]


class TextClassifier(nn.Module):
    """An encoder, the mean of its token vectors, and one linear layer: the head.

    generator: draws the head's first weights, normal with 0.02; its biases are 0. The encoder is used as it is given.

    >>> from llmai_edu.models.bert import BertConfig
    >>> model = TextClassifier(BertModel(BertConfig(256, 32, 2, 4, 64, max_position_embeddings=16)), classes=3)
    >>> model(torch.tensor([[72, 105, 33]]), torch.ones(1, 3)).shape      # (B, K)
    torch.Size([1, 3])
    """

    def __init__(self, encoder: BertModel, classes: int = 2, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(encoder.config.hidden_size, classes)
        with torch.no_grad():
            self.head.weight.normal_(0.0, 0.02, generator=generator)
            self.head.bias.zero_()

    def features(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """What the head sees: (B, C). ids, mask: (B, T), the mask 0 at padding."""
        return mean_pooling(self.encoder(ids, mask), mask)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return self.head(self.features(ids, mask))


def train_only(model: nn.Module, *parts: str) -> nn.Module:
    """Freeze a model but for the parameters whose names begin with one of `parts`; return the model.

    A frozen weight gets no gradient. It does not switch dropout off: `model.eval()` does. Raises ValueError for a part
    that the model does not have.

    >>> model = train_only(nn.ModuleDict({"encoder": nn.Linear(3, 3), "head": nn.Linear(3, 2)}), "head")
    >>> [name for name, p in model.named_parameters() if p.requires_grad]
    ['head.weight', 'head.bias']
    """
    names = [name for name, _ in model.named_parameters()]
    for part in parts:
        if not any(name == part or name.startswith(f"{part}.") for name in names):
            tops = sorted({name.split(".")[0] for name in names})
            raise ValueError(f"the model has no part {part!r}; its parts are {', '.join(tops)}")
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(any(name == part or name.startswith(f"{part}.") for part in parts))
    return model


def set_head(model: TextClassifier, weight: np.ndarray, bias: np.ndarray) -> TextClassifier:
    """Put a fitted probe, W (K, C) and b (K,), in the place of the head; return the model.

    To fit the head first and then train everything is the order of Kumar et al. 2022, "Fine-Tuning Can Distort
    Pretrained Features and Underperform Out-of-Distribution". Raises ValueError when the sizes do not fit.
    """
    if tuple(weight.shape) != tuple(model.head.weight.shape) or tuple(bias.shape) != tuple(model.head.bias.shape):
        raise ValueError(f"the head is {tuple(model.head.weight.shape)}, the probe {tuple(weight.shape)}")
    with torch.no_grad():
        model.head.weight.copy_(torch.as_tensor(weight))
        model.head.bias.copy_(torch.as_tensor(bias))
    return model


def warmup_linear(done: float, warmup: float = 0.1) -> float:
    """The factor of the learning rate when a share `done` is over: up to 1 in a line, then down to 0 in a line.

    >>> [round(warmup_linear(done), 2) for done in (0.0, 0.05, 0.1, 0.55, 1.0)]
    [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    return done / warmup if done < warmup else (1 - done) / (1 - warmup)


def fine_tune(
    model: TextClassifier,
    tokenizer: WordPieceTokenizer,
    texts: Sequence[str],
    labels: Sequence[int],
    *,
    epochs: int,
    rate: float,
    seed: int,
    batch_size: int = 16,
    weight_decay: float = 0.01,
    max_length: int = 64,
    augment: Augment | None = None,
    after_epoch: Callable[[TextClassifier], object] | None = None,
) -> list[float]:
    """Train what is not frozen on labelled texts; return the loss of each step, and leave the model in evaluation mode.

    rate: the largest learning rate, see `warmup_linear`. seed: of the order of the texts, dropout and `augment`;
    the state of torch's own generator is as before afterwards. after_epoch: is called with the model in evaluation
    mode. Raises ValueError for texts and labels of unequal number, or when nothing is to be trained.

    >>> losses = fine_tune(model, tokenizer, texts, labels, epochs=3, rate=1e-4, seed=0)     # doctest: +SKIP
    """
    if len(texts) != len(labels) or not len(texts):
        raise ValueError(f"need as many labels as texts, and some, got {len(texts)} texts and {len(labels)} labels")
    trained = [p for p in model.parameters() if p.requires_grad]
    if not trained:
        raise ValueError("everything is frozen: train_only(model, 'head') leaves the head")
    device = trained[0].device
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=weight_decay, fused=True)
    rng, y = np.random.default_rng(seed), torch.as_tensor(np.asarray(labels), device=device)
    steps, losses = epochs * -(-len(texts) // batch_size), []
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)  # for dropout
        for _ in range(epochs):
            model.train()
            order = rng.permutation(len(texts))
            for start in range(0, len(texts), batch_size):
                rows = order[start : start + batch_size]
                drawn = [augment(texts[i], rng) if augment else texts[i] for i in rows]
                loss = F.cross_entropy(model(*_batch(tokenizer, drawn, max_length, device)), y[rows])
                optimizer.zero_grad()
                loss.backward()
                clip_gradients(trained, 1.0)
                set_learning_rate(optimizer, rate * warmup_linear((len(losses) + 0.5) / steps))
                optimizer.step()
                losses.append(loss.item())
            model.eval()
            if after_epoch:
                after_epoch(model)
    return losses


@torch.inference_mode()
def read_texts(
    model: TextClassifier,
    tokenizer: WordPieceTokenizer,
    texts: Sequence[str],
    *,
    features: bool = False,
    batch_size: int = 32,
    max_length: int = 64,
) -> np.ndarray:
    """The logits (N, K) of texts, or what the head sees of them, (N, C): without dropout, in any mode of the model.

    Texts of like length are read together; the rows come back in the order of `texts`, and the model in its mode.

    >>> read_texts(model, tokenizer, ["A joy.", "A bore."]).argmax(1)      # doctest: +SKIP
    array([1, 0])
    """
    device, training = model.head.weight.device, model.training
    found = np.zeros((len(texts), model.head.in_features if features else model.head.out_features), np.float32)
    order = np.argsort([len(text) for text in texts], kind="stable")
    model.eval()
    for start in range(0, len(texts), batch_size):
        rows = order[start : start + batch_size]
        batch = _batch(tokenizer, [texts[i] for i in rows], max_length, device)
        found[rows] = (model.features(*batch) if features else model(*batch)).float().cpu().numpy()
    model.train(training)
    return found


def _batch(tokenizer: WordPieceTokenizer, texts: list[str], max_length: int, device: torch.device) -> tuple:
    """Ids and mask, (B, T) both."""
    batch = tokenizer.encode_batch(texts, max_length)
    return tuple(torch.from_numpy(part).to(device) for part in (batch.ids, batch.attention_mask))
