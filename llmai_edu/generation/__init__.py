"""Generation: how a model's probabilities become a text."""

from llmai_edu.generation.sampling import generate, keep_top_k, keep_top_p, next_token_probs, sample
from llmai_edu.generation.streaming import chat, stream_text

__all__ = ["chat", "generate", "keep_top_k", "keep_top_p", "next_token_probs", "sample", "stream_text"]
