import numpy as np

from llmai_edu.apps.meaning import MeanMeaning, PassageMeaning, mean_vectors
from llmai_edu.apps.registers import Register

REGISTER = Register(("A", "B"), ("a", "b"), (("x", "y"), ("z",)), "")
VECTORS = {"x": [1.0, 0.0], "y": [0.0, 1.0], "z": [0.0, -1.0]}


def encode(texts):
    return np.array([VECTORS[text] for text in texts])


def test_a_code_is_the_mean_of_its_texts():
    assert np.allclose(mean_vectors(REGISTER, encode), [[0.5**0.5, 0.5**0.5], [0, -1]])
    assert np.allclose(MeanMeaning(REGISTER, encode).scores(["x"]), [[0.5**0.5, 0]])


def test_passages_take_the_best_of_each_and_their_mean():
    meaning = PassageMeaning(REGISTER, encode)
    assert np.allclose(meaning.scores(["y", "z"]), [[1, -1], [0, 1]])
