"""Training a small GPT: ours beside transformers' GPT-2 of the same shape, in one run.

Run from the repository with `python -m benchmarks.bench_train`, on an idle machine. The shape is that of the character
model of lesson 12: 4 layers, 4 heads, 128 channels, context 64, batch 12, float32. Both take whole training steps
(forward, loss, backward, clipping, AdamW), in turns, and start from the same weights; their losses are compared.
transformers computes its own loss, as its documentation has it (`labels=`), or, in a row of its own, hands out logits
to ours. AdamW is taken as torch gives it, and in its fused form. About two minutes.
"""

import copy

import torch
import torch.nn.functional as F
import transformers

from benchmarks.common import save_result, timed
from llmai_edu.models.gpt import GPT, GPTConfig
from llmai_edu.training.windows import window_loss

CONFIG = GPTConfig(vocab_size=84, n_positions=64, n_embd=128, n_layer=4, n_head=4)
BATCH, STEPS, ROUNDS = 12, 10, 12


def theirs_from(ours: GPT) -> transformers.GPT2LMHeadModel:
    """transformers' model with our weights."""
    sizes = {name: getattr(CONFIG, name) for name in ("vocab_size", "n_positions", "n_embd", "n_layer", "n_head")}
    drop = dict.fromkeys(("resid_pdrop", "embd_pdrop", "attn_pdrop"), 0.0)
    about = transformers.GPT2Config(**sizes, **drop, use_cache=False, bos_token_id=None, eos_token_id=None)
    model = transformers.GPT2LMHeadModel(about)
    model.transformer.load_state_dict(ours.state_dict())
    return model


class Run:
    """A model in training, and how it computes its loss on windows (B, T + 1)."""

    def __init__(self, model: torch.nn.Module, loss, fused: bool = False) -> None:
        self.model, self.loss, self.value = model.train(), loss, float("nan")
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=fused)

    def steps(self, batches: list[torch.Tensor]) -> None:
        """Train on these windows."""
        for windows in batches:
            loss = self.loss(self.model, windows)
            self.optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            self.value = loss.item()


def own_loss(model: transformers.GPT2LMHeadModel, windows: torch.Tensor) -> torch.Tensor:
    """transformers' own loss; it moves the labels itself, so the last token of the windows stays unused."""
    return model(windows[:, :-1], labels=windows[:, :-1]).loss


def our_loss_of_logits(model: transformers.GPT2LMHeadModel, windows: torch.Tensor) -> torch.Tensor:
    """Our loss on transformers' logits."""
    return F.cross_entropy(model(windows[:, :-1]).logits.flatten(0, 1), windows[:, 1:].flatten())


def our_loss(model: GPT, windows: torch.Tensor) -> torch.Tensor:
    """The course's own loss."""
    return window_loss(model, (windows[:, :-1], windows[:, 1:]))


def measure(threads: int) -> dict[str, float]:
    """Tokens a second of each on so many threads, and their ratios."""
    torch.set_num_threads(threads)
    draw = torch.Generator().manual_seed(0)
    batches = [torch.randint(84, (BATCH, 65), generator=draw) for _ in range(STEPS)]
    start = GPT(CONFIG, generator=torch.Generator().manual_seed(0))
    runs = {
        "transformers": Run(theirs_from(start), own_loss),
        "transformers_logits": Run(theirs_from(start), our_loss_of_logits),
        "transformers_fused": Run(theirs_from(start), own_loss, fused=True),
        "ours": Run(copy.deepcopy(start), our_loss),
        "ours_fused": Run(copy.deepcopy(start), our_loss, fused=True),
    }
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(ROUNDS):
        for name, run in runs.items():
            best[name] = min(best[name], timed(lambda run=run: run.steps(batches), 1)[0])
    assert abs(runs["ours"].value - runs["transformers_logits"].value) < 1e-2, "the two learned different things"
    tokens = BATCH * 64 * STEPS
    rates = {f"{name}_tokens_per_s": round(tokens / seconds) for name, seconds in best.items()}
    ratios = {
        "ratio": round(best["transformers"] / best["ours"], 2),
        "ratio_both_fused": round(best["transformers_fused"] / best["ours_fused"], 2),
        "ratio_ours_fused": round(best["transformers"] / best["ours_fused"], 2),
    }
    return {"threads": threads, **rates, **ratios}


def main() -> None:
    """Measure on one thread and on two, print the table, and store it."""
    rows = [measure(threads) for threads in (1, 2)]
    print("training steps of a GPT: 4 layers, 128 channels, context 64, batch 12, float32; tokens a second, and ratios")
    for name in rows[0]:
        print(f"{name:32}" + "".join(f"{row[name]:12,}" for row in rows))
    print("stored in", save_result("train", {"batch": BATCH, "context": 64, "rows": rows}).name)


if __name__ == "__main__":
    main()
