"""Notice a message that speaks of hurting oneself or somebody, and answer it with a way to people, not with a code."""

from __future__ import annotations

import re

__all__ = ["HELP", "speaks_of_harm"]

HELP = (
    "I am sorry that it is so hard. This program cannot help, but people can, now: call 112 in Europe, "
    "988 in the USA, or your emergency number; for a line near you see findahelpline.com."
)
NOT = r"(?:do not|don'?t|never) (?:ever )?want to"
SELF = r"(?:my|your|him|her|one) ?self|(?:them|our|your) ?sel\w+"
SOMEBODY = r"(?:me|him|her|them|us|you|somebody|someone|people|every(?:one|body)|(?:my|his|her|their) \w+)"
FAMILY = r"husband|wife|partner|(?:boy|girl)friend|(?:step)?(?:father|mother)|dad|mum|mom|brother|sister|son|daughter"
PERSON = rf"(?:me|him|them|us|somebody|someone|people|her(?! \w)|(?:my|his|her|their) (?:{FAMILY}))"
HURT = r"(?:kill|hurt|harm|murder|stabb?|poison|strangl|shoot|hang|beat)(?:s|e|es|ed|ing|en)?"
WANT = r"(?:wants?|wanted|going|gonna|wanna|plan\w*|threat\w*|think\w* (?:of|about)|tr(?:y|ied|ies|ying)|(?:wi|')ll)"
RULES = (
    # Who does it tells a pain from a deed: "my stomach hurts me" is no message about harm, "he hurts me" may be.
    rf"(?:{HURT}|cut(?:s|ting)?|shot|hung) (?:\w+ )?(?:{SELF})",
    rf"{WANT} (?:to )?{HURT} {SOMEBODY}",
    rf"(?:could|would|might|'d) (?:kill|murder|stab|strangle|poison|shoot) {SOMEBODY}",
    rf"(?:s?he|somebody|someone|(?:my|his|her|their) (?:{FAMILY})) (?:\w+ )?(?:{HURT}|hits?|shot) {PERSON}",
    r"(?:was|were|got|been|being) (?:stabbed|shot|poisoned|strangled)",
    rf"(?:{FAMILY}) (?:\w+ )?(?:chok|strangl|beat|hit|punch)\w* (?:me|him|her|them|us)",
    # Not wanting to live
    r"suicid\w*|self[ -]?(?:harm|injur)\w*|overdos\w*",
    r"want(?:s|ed)? to die|wanna die|(?:end|take|ending|taking) (?:my|his|her|their) (?:own )?life|end it all",
    rf"{NOT} (?:live|be alive|exist|wake up|be here (?:any ?more|any longer))",
    r"wish(?:ed|es)? (?:that )?i (?:was|were|am|had|'?d)? ?(?:dead|gone|never (?:been )?born|not alive)",
    r"better off (?:dead|without (?:me|him|her)|if (?:i|s?he) (?:was|were|am|is) (?:dead|gone))",
    r"no (?:reason|point|sense) (?:to|in|for) (?:live|living|life|being alive|go on|going on)",
    r"(?:is not|isn'?t|not) worth living|life has no (?:point|sense|meaning)|(?:nobody|no one) would miss me",
    r"can(?:'?t|not| not) (?:go on|do this) (?:any ?more|any longer|like this|living)|rather be dead",
    r"just want it (?:all )?to (?:be over|end|stop)|want to (?:disappear|be gone) for ?ever",
    r"jump(?:ing)? (?:off|from) (?:the|a) (?:bridge|roof|building)|have a (?:rope|gun) ready",
    r"(?:took|taken|take|swallow(?:ed)?) (?:all|a (?:box|bottle|handful) of) (?:\w+ )?(?:tablets|pills)",
)
WORDS = re.compile(rf"(?<!\w)(?:{'|'.join(RULES)})\b", re.IGNORECASE)


def speaks_of_harm(text: str) -> bool:
    """Return whether a text holds one of a few phrases about killing, hurting, or not wanting to live.

    It is a list of phrases, made by nobody with training, and knows nothing of the person. It cannot notice what is
    said in other words, in another language, with a slip of the pen, or not said at all; it cannot tell a joke, a
    story, a quotation or an accident ("I hurt myself falling") from a plan; it cannot say how near a danger is. Of
    twelve such messages that were written after the rules were finished, it missed all twelve (its test holds them).
    So a False never means that somebody is safe, and it must not stand where a person should.

    >>> speaks_of_harm("I wish I was dead"), speaks_of_harm("my stomach hurts me")
    (True, False)
    """
    return WORDS.search(" ".join(text.replace("\u2019", "'").split())) is not None
