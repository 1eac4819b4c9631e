import ast

from llmai_edu.datasets.standard_library import Module, family, functions_of, load_standard_library, read_modules


def test_what_is_left_out(tmp_path):
    for name in (
        "a.py",
        "test/b.py",
        "site-packages/c.py",
        "pkg/tests/d.py",
        "pkg/e.py",
        "_sysconfigdata_x.py",
        "f.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1   \r\n")
    (tmp_path / "old.py").write_text("print 'no'\n")
    (tmp_path / "latin.py").write_bytes(b"x = '\xe9'\n")
    assert list(read_modules(tmp_path)) == [Module("a.py", "x = 1\n"), Module("pkg/e.py", "x = 1\n")]


def test_families():
    assert family("http/client.py") == family("http/server.py") == "http"
    assert family("_pydatetime.py") == family("datetime.py") == "datetime"
    assert family("_strptime.py") == "strptime"
    assert family("__future__.py") == "future"
    assert family("py.py")


def test_functions_without_those_inside_of_others():
    source = """
class A:
    @property
    def f(self):
        '''Say one.'''
        def inside():
            pass
        return 1

if True:
    async def g():
        pass
"""
    f, g = functions_of([Module("m.py", source)])
    assert (f.name, f.docstring, g.name, g.docstring) == ("f", "Say one.", "g", "")
    assert f.text.startswith("@property\ndef f(self):\n    '''Say one.'''\n    def inside")
    assert f.text.endswith("    return 1\n")
    ast.parse(f.text)


def test_the_parts_share_no_family_and_are_large_enough():
    split = load_standard_library()
    train, valid, test = ({family(module.name) for module in part} for part in split.parts)
    assert not train & valid | train & test | valid & test
    sizes = [sum(len(module.text) for module in part) for part in split.parts]
    assert sizes[0] > 4_000_000
    assert min(sizes[1:]) > 100_000
