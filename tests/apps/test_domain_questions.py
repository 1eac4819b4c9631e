import pytest

from llmai_edu.apps.domain_questions import complaints, domain_questions, foreign_sorts, foreign_texts
from llmai_edu.apps.registers import load_register


@pytest.mark.data
def test_complaints_have_known_codes_and_parts_share_none():
    codes = set(load_register("medicine").codes)
    valid, test = complaints("valid"), complaints("test")
    assert (len(valid), len(test)) == (110, 155)
    assert all(one.answers and one.answers <= codes for one in (*valid, *test))
    assert not {one.text for one in valid} & {one.text for one in test}


@pytest.mark.data
def test_foreign_texts_of_validation_and_test_differ():
    for domain in ("medicine", "finance", "law"):
        assert not set(foreign_texts(domain, "valid")) & set(foreign_texts(domain, "test"))
        assert len(domain_questions(domain, "test")) >= 198
    with pytest.raises(ValueError, match="not 'art'"):
        domain_questions("art", "test")


@pytest.mark.data
def test_the_sorts_of_foreign_texts_are_all_of_them():
    for domain, sorts in (("medicine", 3), ("finance", 2), ("law", 2)):
        found = foreign_sorts(domain, "test")
        assert len(found) == sorts
        assert [text for texts in found.values() for text in texts] == foreign_texts(domain, "test")
