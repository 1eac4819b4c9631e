from llmai_edu.viz.analogies import analogy_table, analogy_widget

KNOWN = {"man", "woman", "king"}


def answer(a, b, c, exclude):
    if unknown := {a, b, c} - KNOWN:
        raise KeyError(f"unknown: {unknown}")
    return [("queen", 0.8)] if exclude else [(c, 0.9), ("queen", 0.8)]


def parts(widget):
    (row, rule, picture) = widget.children
    return row.children, rule, picture


def test_the_box_allows_the_words_of_the_question():
    _, rule, picture = parts(analogy_widget(answer, "man", "woman", "king"))
    assert "<td>queen</td><td>0.80</td>" in picture.value
    assert "king ★" not in picture.value
    rule.value = False
    assert picture.value.index("king ★") < picture.value.index("queen")


def test_an_unknown_word_is_named_and_the_widget_goes_on():
    boxes, _, picture = parts(analogy_widget(answer, "man", "woman", "king"))
    boxes[2].value = "xyzzy"
    assert "KeyError" in picture.value
    assert "xyzzy" in picture.value
    boxes[2].value = " King "
    assert "man : woman = king : …" in picture.value


def test_an_empty_box_is_asked_for():
    boxes, _, picture = parts(analogy_widget(answer, "man", "woman", "king"))
    boxes[0].value = " "
    assert "three boxes" in picture.value


def test_words_are_escaped():
    assert "<b>x" not in analogy_table("a", "b", "c", [("<b>x", 0.1)])
