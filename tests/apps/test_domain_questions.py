import pytest

from llmai_edu.apps.domain_questions import complaints, domain_questions, foreign_texts
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
        assert len(domain_questions(domain, "test")) > 200
    with pytest.raises(ValueError, match="not 'art'"):
        domain_questions("art", "test")
