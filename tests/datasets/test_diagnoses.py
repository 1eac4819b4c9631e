import pytest

from llmai_edu.datasets.diagnoses import (
    Diagnosis,
    ask_terms,
    category_entries,
    load_diagnoses,
    read_diagnoses,
    term_questions,
)
from llmai_edu.datasets.question import Question

XML = """<ICD10CM.tabular><chapter><name>13</name><section><diag><name>M54</name><desc>Dorsalgia</desc>
<diag><name>M54.5</name><desc>Low back pain</desc><inclusionTerm><note>Lumbago NOS</note><note>Pain, low back</note>
<note>Conditions of M40</note></inclusionTerm></diag></diag></section></chapter></ICD10CM.tabular>"""


def test_codes_terms_and_chapters_are_read(tmp_path):
    (tmp_path / "a.xml").write_text(XML)
    first, second = read_diagnoses(tmp_path / "a.xml")
    assert first == ("M54", "Dorsalgia", (), 13)
    assert second[2] == ("Lumbago NOS", "Pain, low back", "Conditions of M40")
    assert second.category == "M54"


def test_repeated_and_referring_terms_are_kept_out(tmp_path):
    (tmp_path / "a.xml").write_text(XML)
    (only,) = (one for part in term_questions(read_diagnoses(tmp_path / "a.xml")).parts for one in part)
    assert only == ("Lumbago NOS", frozenset({"M54"}), "M54.5")


def test_a_term_of_two_categories_has_two_answers():
    two = [Diagnosis("A00.1", "x", ("Fever",), 1), Diagnosis("B00.1", "y", ("Fever",), 1)]
    (only,) = (one for part in term_questions(two).parts for one in part)
    assert only.answers == {"A00", "B00"}


def test_the_draw_does_not_depend_on_what_else_is_there():
    asked = [Question(str(n), frozenset(), "") for n in range(50)]
    assert [one for one in ask_terms(asked, 50) if int(one.text) < 25] == ask_terms(asked[:25], 25)


@pytest.mark.data
def test_the_card_tells_the_truth():
    diagnoses = load_diagnoses()
    assert len(diagnoses) == 46_881
    assert len(category_entries(diagnoses)) == 1_918
    assert sum(len(one.terms) for one in diagnoses) == 12_569
    assert sum(bool(one.terms) for one in diagnoses) == 6_805
    assert sum(one.chapter in (19, 20) for one in diagnoses) == 16_969
    assert sum(one.chapter == 18 for one in diagnoses) == 867
    assert len({one.chapter for one in diagnoses}) == 22
    train, valid, test = term_questions(diagnoses).parts
    assert (len(train), len(valid), len(test)) == (6_882, 1_712, 2_882)
    codes = [{one.source for one in part} for part in (train, valid, test)]
    assert not codes[0] & codes[1] | codes[0] & codes[2] | codes[1] & codes[2]
