import pytest

from llmai_edu.apps.crisis import HELP, speaks_of_harm
from llmai_edu.apps.domains import open_app

# Written before the rules were, by somebody who then wrote the rules: they measure what was thought of, not people.
OF_HARM = (
    "I want to KILL  myself",
    "i don’t want to live",
    "thoughts of suicide",
    "Attempted suicide NOS",
    "I cut myself",
    "I keep hurting myself when I am sad",
    "I want to die",
    "I wish I was dead",
    "i wish i were dead",
    "I wish I had never been born",
    "I don't want to be here any more",
    "I dont want to be here anymore",
    "I do not want to be alive",
    "I don't want to wake up tomorrow",
    "everyone would be better off without me",
    "They'd all be better off if I was dead",
    "I can't go on any more",
    "there is no point in living",
    "life isn't worth living",
    "I am going to end my life",
    "I want to end it all",
    "I took an overdose",
    "he said he would hang himself",
    "I am thinking about killing myself tonight",
    "my husband hurts me",
    "somebody poisoned me",
    "he wants to kill me",
    "She was stabbed",
    "I could murder him, and I mean it",
    "my daughter is self-harming",
)
OTHERS = (
    "my ears ring all day",
    "shoe shop",
    "I cannot sleep",
    "skill myself",
    "my stomach hurts me",
    "my back hurts me when I bend",
    "the pain is killing me",
    "pain is killing me",
    "this headache kills me",
    "it kills me when I let go after pressing",
    "these shoes are killing me",
    "my knees have been killing me since the run",
    "light hurts my eyes",
    "it hurts everywhere",
    "does it hurt people to eat this much salt",
    "I cut my finger with a bread knife",
    "I cut him a slice of bread",
    "I shot him an e-mail",
    "I can't go on the bus, I feel sick",
    "my phone died and I want to charge it",
    "I am dying of hunger",
    "dead skin on my heels",
    "the noise of the neighbours hurts me in the ears",
    "weed killer on my hands",
    "stabbing in my side when I breathe in",
    "rat poison shop",
    "I do not want to be here on Monday, can I move the appointment",
    "the licensor shall hold them harmless",
)


@pytest.mark.parametrize("text", OF_HARM)
def test_a_message_about_harm_is_noticed(text):
    assert speaks_of_harm(text)


@pytest.mark.parametrize("text", OTHERS)
def test_pain_and_everyday_words_pass(text):
    assert not speaks_of_harm(text)


def test_such_a_message_gets_people_and_no_code():
    for text in OF_HARM[:3]:
        assert "".join(open_app().answer(f"medicine: {text}")) == HELP


@pytest.mark.parametrize("text", ["I am tired of being", "the bridge looks inviting", "je veux mourir"])
def test_what_the_docstring_says_that_it_misses(text):
    assert not speaks_of_harm(text)


def test_the_help_names_numbers():
    assert all(part in HELP for part in ("112", "988", "findahelpline.com"))
