import pytest

from llmai_edu.apps.crisis import HELP, speaks_of_harm
from llmai_edu.apps.domains import open_app


@pytest.mark.parametrize(
    "text", ["I want to KILL  myself", "i don’t want to live", "thoughts of suicide", "I cut myself", "I want to die"]
)
def test_a_message_about_harm_gets_people_and_no_code(text):
    assert speaks_of_harm(text)
    assert "".join(open_app().answer(f"medicine: {text}")) == HELP


@pytest.mark.parametrize("text", ["my ears ring all day", "shoe shop", "I cannot sleep", "skill myself"])
def test_other_messages_pass(text):
    assert not speaks_of_harm(text)


def test_the_help_names_numbers():
    assert all(part in HELP for part in ("112", "988", "findahelpline.com"))
