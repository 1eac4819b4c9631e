"""The models of the course, one module a concept, each a rung on the one before it.

Import the module that you need (`from llmai_edu.models.llama import Llama`): nothing is loaded here, so that
counting n-grams does not have to wait for torch.
"""

__all__ = [
    "attention",
    "cache",
    "cnn",
    "gpt",
    "kneser_ney",
    "linear",
    "llama",
    "llama_config",
    "lstm",
    "masks",
    "mistral",
    "mlp",
    "mlp_lm",
    "ngram",
    "ngram_counts",
    "qwen3",
    "recurrent_lm",
    "rnn",
    "rope",
    "rope_scaling",
    "state",
    "vae",
]
