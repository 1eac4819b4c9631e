import pytest
from nltk.stem.porter import PorterStemmer

from llmai_edu.tokenizers.stem import stem, stem_words


@pytest.mark.parametrize(
    ("word", "root"),
    [
        ("caresses", "caress"),
        ("ponies", "poni"),
        ("plastered", "plaster"),
        ("motoring", "motor"),
        ("hopping", "hop"),
        ("filing", "file"),
        ("relational", "relat"),
        ("vietnamization", "vietnam"),
        ("adjustment", "adjust"),
        ("probate", "probat"),
        ("controll", "control"),
    ],
)
def test_examples_of_porters_paper(word, root):
    assert stem(word) == root


@pytest.mark.data
def test_equals_nltk_on_the_words_of_speeches(speeches):
    words = sorted(set(" ".join(speeches[::40]).split()))
    stemmer = PorterStemmer()
    assert stem_words(words) == [stemmer.stem(word) for word in words]
