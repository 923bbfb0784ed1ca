"""Repair of values that were JSON once, and what is reported about it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.formats import compact_json, literal, repair

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("text", "value", "liberties"),
    [
        ('{"a": [1, 2.5e3, null, true]}', {"a": [1, 2500.0, None, True]}, ()),
        ("{'a': None, 'b': True}", {"a": None, "b": True}, ("single quotes", "the words of Python or JavaScript")),
        ("{“a”: ‘b’}", {"a": "b"}, ("curly quotes",)),
        ('{a: 1, "b": 2,}', {"a": 1, "b": 2}, ("keys without quotes", "a comma before a closing bracket")),
        ('{"a": 1 /* one */, // more\n "b": 2}', {"a": 1, "b": 2}, ("comments",)),
        (r'"\ud83e\udd8a \u00e9 \n \x41"', "🦊 é \n A", ()),
        (r"b'\xe4\xbd\xa0'", "你", ("single quotes",)),
        ("<FinishReason.STOP: 'STOP'>", "STOP", ("single quotes", "a printed SDK object")),
        (
            "Chunk(id='x', choices=[Choice(delta=Delta(content='it\\'s', role=None), finish_reason=None)])",
            {"id": "x", "choices": [{"delta": {"content": "it's"}, "finish_reason": None}]},
            ("a printed SDK object", "single quotes", "the words of Python or JavaScript"),
        ),
    ],
)
def test_what_can_be_read(text, value, liberties):
    repaired = repair(text)
    assert repaired is not None
    assert repaired.value == value
    assert set(repaired.liberties) == set(liberties)
    assert json.loads(repaired.json) == value


@pytest.mark.parametrize(
    ("text", "value", "elided"),
    [
        ('{"a": [...]}', {"a": []}, [("a", "0")]),
        ('{"a": ..., "b": 1}', {"b": 1}, [("a",)]),
        ('{"a": 1, ...}', {"a": 1}, [("...",)]),
        ('{"a": 1, … "b": 2}', {"a": 1, "b": 2}, [("...",)]),
        ("{a: [Object]}", {}, [("a",)]),
    ],
)
def test_omissions_by_the_author_are_reported(text, value, elided):
    repaired = repair(text)
    assert repaired is not None
    assert repaired.value == value
    assert list(repaired.elided) == elided


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"a"',
        '{"a": 1} x',
        "{1: 2}",
        '{"a" 1}',
        "[1 2]",
        '"a',
        "'a\nb'",
        "f(1)",
        "1e999",
        "[" * 1000,
        "import os",
    ],
)
def test_what_cannot_be_repaired(text):
    assert repair(text) is None


@given(JSON)
def test_valid_json_is_read_unchanged(value):
    repaired = repair(json.dumps(value))
    assert repaired is not None
    assert repaired.value == value
    assert not repaired.liberties
    assert not repaired.elided


@given(JSON)
def test_python_literals_are_read(value):
    repaired = repair(repr(value))
    assert repaired is not None
    assert repaired.value == value


@given(JSON)
def test_the_fast_path_for_python_literals_has_the_same_result(value):
    short, long = repair(repr(value)), repair(repr(value) + " # a comment is never read the short way")
    assert (short.value, short.elided) == (long.value, long.elided)
    assert short.liberties == tuple(one for one in long.liberties if one != "comments")


@given(st.text())
def test_it_never_raises_and_its_result_can_be_encoded(text):
    repaired = repair(text)
    if repaired is not None:
        assert repaired.json.encode()


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_the_end_of_a_literal(text):
    assert literal(repr(text) + " more") == (text, len(repr(text)))


def test_lone_surrogates_encode_as_escapes():
    assert compact_json({"a": "\ud83d"}) == '{"a":"\\ud83d"}'
