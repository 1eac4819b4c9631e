"""Words as vectors: learned from text (word2vec, glove), compared (similarity, weat), and followed through time (eras).

Import the module that you need (`from llmai_edu.embeddings.word2vec import train_word2vec`): nothing is loaded here, so
that looking at finished vectors does not have to wait for torch.
"""

__all__ = [
    "cooccurrence",
    "corpus",
    "eras",
    "glove",
    "negative_sampling",
    "pairs",
    "sampling",
    "similarity",
    "vectors",
    "weat",
    "word2vec",
    "wordsim",
]
