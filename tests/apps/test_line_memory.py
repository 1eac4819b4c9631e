from llmai_edu.apps.line_memory import LineMemory

TEXTS = ["if a:\n    return b\nreturn c\n" * 2, "x = 1\nreturn c\n", "x = 1\ny = 2\n", "x = 1\ny = 2\nreturn d\n"]


def test_from_the_surest_to_the_least_sure():
    memory = LineMemory(TEXTS)
    assert memory.fill("if a:\n    ", "\nreturn c\n") == "return b"  # between the two
    assert memory.fill("x = 1\n", "\nz = 3\n") == "y = 2"  # after the first
    assert memory.fill("new\n", "\nreturn d\n") == "y = 2"  # before the second
    assert memory.fill("new\n", "\nother\n") == "return c"  # most often


def test_the_text_around_the_gap_counts_first():
    memory = LineMemory(TEXTS)
    assert memory.fill("x = 1\nnear\nz = 3\nx = 1\n", "\nz = 3\n") == "near"
    assert memory.fill("new\nfound\nnew\n", "\n") == "found"


def test_nothing_is_known():
    assert LineMemory([]).fill("", "") == ""
