"""A reply drafted by SmolLM2 from one FAQ entry, as it is written."""

from collections.abc import Iterator
from functools import cache

from llmai_edu.compression.quantized_llama import quantize_model
from llmai_edu.datasets.shop_faq import FaqEntry
from llmai_edu.generation.sampling import generate
from llmai_edu.generation.streaming import stream_text
from llmai_edu.pretrained.smollm2 import load_smollm2
from llmai_edu.tokenizers.smollm2 import smollm2_tokenizer

__all__ = ["ReplyWriter", "draft_messages"]

TASK = "You reply to customers of {shop}, a shop for tea and coffee. You say only what the notes say."
SHOWN = (  # one exchange as an example
    'Notes: We wrap gifts in paper for 3 euros. Tick "gift" in the basket. [wrap]\n'
    "Customer: its my mums birthday, could you make it look pretty?",
    'Yes, we can wrap it in paper for 3 euros. Just tick "gift" in the basket. [wrap]',
)


def draft_messages(shop: str, entry: FaqEntry, message: str) -> list[dict[str, str]]:
    """The conversation that asks for a draft: the task, one example, then the entry's answer and the customer's words.

    The customer's words stand in the user's turn, after a heading. Nothing keeps the model from taking them for orders.

    >>> entry = FaqEntry("pay", "payment", "How can I pay?", "By card.")
    >>> draft_messages("Fernweg", entry, "visa ok?")[-1]["content"]
    'Notes: By card. [pay]\\nCustomer: visa ok?'
    """
    return [
        {"role": "system", "content": TASK.format(shop=shop)},
        {"role": "user", "content": SHOWN[0]},
        {"role": "assistant", "content": SHOWN[1]},
        {"role": "user", "content": f"Notes: {entry.answer} [{entry.id}]\nCustomer: {message}"},
    ]


class ReplyWriter:
    """SmolLM2-Instruct with its matrices in 8 bits, which drafts greedily: the same message gets the same draft.

    >>> "".join(ReplyWriter("Fernweg").draft(entry, "wrap it?"))  # doctest: +SKIP
    """

    def __init__(self, shop: str, max_new_tokens: int = 60) -> None:
        self.shop, self.max_new_tokens = shop, max_new_tokens
        self.model, self.tokenizer = small_smollm2(), smollm2_tokenizer()

    def draft(self, entry: FaqEntry, message: str) -> Iterator[str]:
        """The draft in pieces as they come, until the model ends it or 60 tokens are written."""
        ids = self.tokenizer.chat_ids(draft_messages(self.shop, entry, message), errors="ignore")
        new = generate(self.model, ids, self.max_new_tokens, stop_ids=[self.tokenizer.eos_id])
        return stream_text(self.tokenizer, new)


@cache
def small_smollm2():
    """SmolLM2 in 8 bits, made once."""
    return quantize_model(load_smollm2().requires_grad_(False), bits=8)
