import pytest

from llmai_edu.apps.registers import DOMAINS, diagnosis_register, load_register
from llmai_edu.datasets.diagnoses import Diagnosis
from llmai_edu.datasets.question import Question

LIST = [
    Diagnosis("M54", "Dorsalgia", (), 13),
    Diagnosis("M54.5", "Low back pain", (), 13),
    Diagnosis("M54.50", "Low back pain, unspecified", (), 13),
]


def test_a_category_has_its_subcategories_and_training_terms():
    register = diagnosis_register(LIST, [Question("Lumbago", frozenset({"M54"}), "M54.5")])
    assert register.codes == ("M54",)
    assert register.texts == (("Dorsalgia", "Low back pain", "Lumbago"),)
    assert register.documents == ["Dorsalgia ; Low back pain ; Lumbago"]


def test_another_domain_is_refused():
    with pytest.raises(ValueError, match="medicine, finance, law"):
        load_register("astrology")


@pytest.mark.data
def test_the_registers_have_their_sizes():
    assert [len(load_register(domain).codes) for domain in DOMAINS] == [1918, 292, 42]


@pytest.mark.data
def test_titles_of_licences_say_what_they_are():
    register = load_register("law")
    assert len(set(zip(register.codes, register.titles))) == 42
    assert not any(title.startswith(("Copyright", "This is")) for title in register.titles)
    assert dict(zip(register.codes, register.titles))["CC-BY-NC-3.0"].startswith("Creative Commons Attribution-NonC")
    assert register.sources[register.codes.index("CDDL-1.0")] == "lice2 0.13.0"
