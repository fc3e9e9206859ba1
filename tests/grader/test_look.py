"""What a file defines, without running it."""

import pytest

from rlprep.grader.look import UnreadableSourceError, look

ARITIES = {"gae": 7, "entropy": 1, "importance_ratio": 2}


def test_known_functions_in_the_order_of_the_file():
    source = b"def entropy(x): return x\ndef helper(): pass\ndef gae(*a): return a\n"
    found = look(source, ARITIES)
    assert [each.name for each in found.known] == ["entropy", "gae"]
    assert found.others == ("helper",)


RIGHT = {
    "def": "def entropy(x): return x",
    "default for a further argument": "def entropy(x, axis=-1): return x",
    "any number": "def entropy(*args): return args",
    "keyword with a default": "def entropy(x, *, base=2): return x",
    "lambda": "entropy = lambda x: x",
    "alias": "def h(x): return x\nentropy = h",
    "partial": "import functools\nentropy = functools.partial(max, 1)",
    "imported": "from math import exp as entropy",
    "inside if": "import sys\nif sys.version_info > (3,):\n    def entropy(x): return x",
    "inside try": "try:\n    import numpy\nexcept ImportError:\n    def entropy(x): return x",
    "decorated, so anything may happen": "@staticmethod\ndef entropy(): return 1",
    "with annotations": "def entropy(x: 'Tensor') -> 'Tensor': return x",
    "assigned with an annotation": "entropy: object = lambda x: x",
    "an attribute of it": "def entropy(x): return x\nentropy.calls = 0\nentropy.notes['by'] = 'me'",
    "an entry of a table": "def entropy(x): return x\nTABLE = {}\nTABLE[entropy] = 'entropy'",
    "a result of the same name, in the part for running it": (
        "def entropy(x): return x\nif __name__ == '__main__':\n    entropy = 0.5\n"
    ),
    "a fallback that isn't the one taken": (
        "try:\n    import torch\n    def entropy(x): return x\n"
        "except ImportError:\n    def entropy(): raise RuntimeError\n"
    ),
    "unpacked": "entropy, helper = lambda x: x, lambda *a: a",
    "unpacked from a call": "[entropy, *others] = make()",
    "byte order mark and Windows line ends": "\ufeffdef entropy(x):\r\n    return x\r\n",
}


@pytest.mark.parametrize("source", RIGHT.values(), ids=RIGHT)
def test_what_can_be_called_has_no_fault(source):
    (defined,) = look(source.encode(), ARITIES).known
    assert defined.fault is None


FAULTY = {
    "async": ("async def entropy(x): return x", "coroutine"),
    "class": ("class entropy:\n    pass", "is a class"),
    "number": ("entropy = 3", "no function"),
    "number, unpacked": ("entropy, x = 3, 4", "no function"),
    "in every branch": ("if x:\n    entropy = 3\nelse:\n    entropy = 4", "no function"),
    "after a branch": ("if x:\n    def entropy(x): pass\nentropy = 4", "no function"),
    "too few": ("def gae(r, v): return r", "takes 2 arguments, the exercise passes 7"),
    "too many": ("def entropy(x, y): return x", "takes 2 arguments, the exercise passes 1"),
    "none": ("def entropy(): return 1", "takes 0 arguments"),
    "a range": ("def entropy(x, y, z=1): return x", "takes 2 to 3 arguments"),
    "by name only": ("def entropy(*, x): return x", "by position"),
    "the last definition counts": ("def entropy(x): return x\ndef entropy(): pass", "takes 0"),
}


@pytest.mark.parametrize(("source", "words"), FAULTY.values(), ids=FAULTY)
def test_what_cant_be_called_says_why(source, words):
    (defined,) = look(source.encode(), ARITIES).known
    assert defined.fault is not None
    assert words in defined.fault


UNREADABLE = {
    "syntax": (b"def gae(:\n", "syntax", 1),
    "later line": (b"x = 1\ny = (\n", "syntax", 2),
    "tabs and spaces": (b"if 1:\n        x = 1\n\ty = 2\n", "syntax", 3),
    "not UTF-8": (b"# caf\xe9\ndef entropy(x): return x\n", "refused_file", None),
    "unknown coding": (b"# coding: klingon\n", "refused_file", None),
    "deep nesting": (b"x = " + b"(" * 5000 + b")" * 5000, "syntax", None),
    "a long sum": (b"x = " + b"1+" * 60_000 + b"1\n", "syntax", None),
}


@pytest.mark.parametrize(("source", "verdict", "line"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_doesnt_parse_is_said_with_its_line(source, verdict, line):
    with pytest.raises(UnreadableSourceError) as caught:
        look(source, ARITIES)
    assert caught.value.verdict == verdict
    if line is not None:
        assert caught.value.line == line


def test_no_warning_of_the_source_escapes():
    assert look(b"x = '\\d'\nif x is 3: pass\n", ARITIES).known == ()


def test_a_name_that_is_nearly_right_is_found():
    found = look(b"def compute_gae(): pass\ndef entropi(): pass\n", ARITIES)
    assert found.nearest(ARITIES) == ("entropi", "entropy")


def test_parameters_that_are_never_read():
    (defined,) = look(b"def importance_ratio(a, b):\n    a = 1\n    return a\n", ARITIES).known
    assert defined.unused == {"b"}


def test_a_helper_with_the_name_of_an_exercise_isnt_graded_as_one():
    source = b"def entropy(x): return importance_ratio(x)\ndef importance_ratio(x): return x\n"
    assert [each.name for each in look(source, ARITIES).known] == ["entropy"]
    alone = b"def importance_ratio(x): return x\n"
    assert [each.name for each in look(alone, ARITIES).known] == ["importance_ratio"]
