"""The bars are as long as they should be, text is escaped, and the playground follows prompt, sliders and button."""

import pytest

from llmai_edu.viz.sampling_playground import SLIDERS, Sampling, sampling_html, sampling_playground


def look(prompt, settings):
    if settings.temperature == 0:
        raise KeyError("no logits")
    return [(f" {prompt}", 0.5, settings.top_p), ("<b>", 0.25, 0.0)], 1 + settings.top_k


def write(prompt, settings):
    yield f" seed {settings.seed}"
    yield f" <{settings.frequency}>"
    if prompt == "break":
        raise ValueError("too long")


def parts():
    box, grid, bars, row, text = sampling_playground(look, write, "It is", Sampling(top_p=0.8)).children
    sliders = dict(zip(SLIDERS, grid.children))
    seed, button = row.children
    return box, sliders, bars, seed, button, text


def test_each_token_has_two_bars_and_both_numbers():
    shown = sampling_html([("a", 0.5, 0.75), ("b", 0.1, 0.0)], kept=1)
    assert shown.count('scope="row"') == 2
    assert "width:130px" in shown
    assert "width:195px" in shown
    assert "50.0 %" in shown
    assert "75.0 %" in shown
    assert shown.count("ruled out") == 1
    assert "1 token can be drawn" in shown


def test_text_is_escaped_and_wrong_numbers_are_refused():
    assert "<script>" not in sampling_html([("<script>", 0.5, 0.5)])
    with pytest.raises(ValueError, match=r"between 0 and 1, got 1\.5 for 'a'"):
        sampling_html([("a", 0.5, 1.5)])


def test_the_bars_follow_the_prompt_and_every_slider():
    box, sliders, bars, *_ = parts()
    assert "It is" in bars.value
    assert "80.0 %" in bars.value
    box.value = "We"
    assert " We" in bars.value
    sliders["top_p"].value = 0.4
    assert "40.0 %" in bars.value
    sliders["top_k"].value = 7
    assert "8 tokens" in bars.value


def test_the_button_writes_with_the_settings_of_now():
    _, sliders, _, seed, button, text = parts()
    sliders["frequency"].value, seed.value = 0.5, 3
    button.click()
    assert "It is seed 3 &lt;0.5&gt;" in text.value
    assert not button.disabled


def test_it_tells_what_went_wrong_and_keeps_what_was_written():
    box, sliders, bars, _, button, text = parts()
    sliders["temperature"].value = 0
    assert "KeyError" in bars.value
    box.value = "break"
    button.click()
    assert "break seed 0" in text.value
    assert "ValueError: too long" in text.value
    assert not button.disabled
    box.value = ""
    button.click()
    assert "Write a prompt first" in text.value
    assert "Write a prompt first" in bars.value


def test_the_sliders_start_where_nothing_happens():
    assert {name: neutral for name, (*_, neutral) in SLIDERS.items()} == {
        name: value for name, value in vars(Sampling()).items() if name != "seed"
    }
