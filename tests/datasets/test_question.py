from llmai_edu.datasets.question import content_words, nearly_equal


def test_empty_words_case_and_order_do_not_count():
    assert content_words("Other Shoe Stores, NOS") == {"shoe"}
    assert nearly_equal("Pain in limb NOS", "Limb pain, unspecified")
    assert nearly_equal("a b c d e f", "b c d e f g", limit=0.6)  # 4 of 6, "a" is empty
    assert not nearly_equal("back pain", "limb pain")
