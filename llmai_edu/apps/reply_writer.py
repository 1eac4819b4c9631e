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

TASK = (
    "You write for the customer service of {shop}, a small shop for tea and coffee. Answer the customer in two short "
    "sentences. Say only what the entry says. End with the label of the entry."
)


def draft_messages(shop: str, entry: FaqEntry, message: str) -> list[dict[str, str]]:
    """The conversation that asks for a draft: the task, the entry with its label, and the customer's message last.

    The customer's words stand in the user's turn, after a heading. Nothing keeps the model from taking them for orders.

    >>> entry = FaqEntry("gifts", "orders", "Do you wrap gifts?", "Yes, for 3 euros.")
    >>> draft_messages("Fernweg", entry, "wrap it?")[1]["content"]
    'Entry [gifts]: Do you wrap gifts? Yes, for 3 euros.\\n\\nCustomer: wrap it?'
    """
    content = f"Entry [{entry.id}]: {entry.question} {entry.answer}\n\nCustomer: {message}"
    return [{"role": "system", "content": TASK.format(shop=shop)}, {"role": "user", "content": content}]


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
