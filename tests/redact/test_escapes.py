"""A key is found after every JSON escape, at any depth of nested JSON and wherever frames and deltas divide it."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.model import recording
from streamkit.model.exchange import Exchange
from streamkit.service.recording_lines import RecordingLines
from tests.redact.dummy_secrets import MARKED, NAMES, secret

# The text before the key, and the ways in which JSON may write it.
ESCAPES = {
    "\n": ["\\n", "\\u000a", "\\u000A"],
    "\t": ["\\t", "\\u0009"],
    "\r": ["\\r"],
    "\b": ["\\b"],
    "\f": ["\\f"],
    "/": ["\\/", "/"],
    '"': ['\\"', "\\u0022"],
    "\\": ["\\\\", "\\u005c"],
    "：": ["\\uff1a", "：", "\\uFF1A"],
    "é ": ["\\u00e9 ", "\\u00e9\\u0020"],
    "。": ["\\u3002"],
    "😀": ["\\ud83d\\ude00"],
    ":": [":"],
}
WRITTEN = [(seen, written) for seen, ways in ESCAPES.items() for written in ways]


def frame(written):
    """Return a chunk of a chat stream with this text, already escaped."""
    return f'data: {{"choices":[{{"index":0,"delta":{{"content":"{written}"}}}}]}}\n\n'.encode()


def nested(written, depth):
    """Return the content of a JSON string, escaped as in JSON nested `depth` times."""
    for _ in range(depth):
        written = json.dumps(f'{{"a":"{written}"}}', ensure_ascii=False)[1:-1]
    return written


def recorded(frames):
    """Return the body in a recording of these frames."""
    recorder = RecordingLines(Exchange())
    lines = recorder.start()
    for at, data in enumerate(frames):
        lines += recorder.frame(data, at)
    (exchange,) = recording.read([line.text for line in lines + recorder.end(None, "eof")])
    assert list(map(len, exchange.frames.data)) == list(map(len, frames))
    return exchange.frames.body


def texts(body, depth):
    """Yield the joined text of the stream, then the text at each level of JSON nested in it."""
    contents = [json.loads(line[6:])["choices"][0]["delta"]["content"] for line in body.split(b"\n") if line]
    text = "".join(contents)
    yield text
    for _ in range(depth):
        text = json.loads(text)["a"]
        yield text


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
@pytest.mark.parametrize(("seen", "written"), WRITTEN)
def test_a_key_after_an_escape_is_redacted(seen, written, depth):
    for name in NAMES:
        planted = secret(name)
        body = recorded([frame(nested(f"my key is{written}{planted} so", depth))])
        *_, text = texts(body, depth)
        assert planted not in text, name
        assert text.startswith("my key is" + seen) and text.endswith(" so")


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("depth", [0, 1, 2])
@pytest.mark.parametrize(("seen", "written"), WRITTEN)
def test_a_key_after_an_escape_is_redacted_across_deltas(seen, written, depth, size):
    planted = secret("anthropic api")
    (whole,) = texts(frame(nested(f"is{written}{planted} so", depth)), 0)
    pieces = [whole[start : start + size] for start in range(0, len(whole), size)]
    body = recorded([frame(json.dumps(piece)[1:-1]) for piece in pieces])
    *_, text = texts(body, depth)
    assert text == "is" + seen + "*" * len(planted) + " so"


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_key_that_follows_another_after_a_divided_escape_is_redacted(depth):
    """The second delta is the rest of one key and half of an escape; the third begins with the other half and the next key."""
    planted = secret("anthropic api")
    (whole,) = texts(frame(nested(f"{planted}\\n{planted} so", depth)), 0)
    middle, border = whole.index(planted) + 40, whole.index(planted) + len(planted)
    for half in range(whole.index(planted, border) - border):
        places = [0, middle, border + half, len(whole)]
        body = recorded([frame(json.dumps(whole[a:b])[1:-1]) for a, b in pairwise(places)])
        *_, text = texts(body, depth)
        assert planted[12:] not in text, half
        assert [len(part) for part in text.split("\n")] == [len(planted), len(planted) + 3], half


@given(
    st.sampled_from(MARKED),
    st.sampled_from(WRITTEN),
    st.integers(0, 3),
    st.booleans(),
    st.sets(st.integers(1, 400), max_size=6),
    st.sets(st.integers(1, 900), max_size=6),
)
def test_a_key_is_redacted_wherever_it_is_divided(name, before, depth, escaped, deltas, divisions):
    planted = secret(name)
    written = "".join(f"\\u{ord(c):04x}" if place % 7 == 0 else c for place, c in enumerate(planted))
    (whole,) = texts(frame(nested(f"x{before[1]}{written if escaped else planted} so", depth)), 0)
    places = sorted({0, len(whole), *(place for place in deltas if place < len(whole))})
    body = b"".join(frame(json.dumps(whole[a:b])[1:-1]) for a, b in pairwise(places))
    places = sorted({0, len(body), *(place for place in divisions if place < len(body))})
    kept = recorded([body[a:b] for a, b in pairwise(places)])
    *_, text = texts(kept, depth)
    assert planted not in text
    assert planted[len(planted) // 2 :] not in text
    assert text.startswith("x" + before[0]) and text.endswith(" so")


@pytest.mark.parametrize("escape", ["\\n", "\\u00e9", "\\ud83d\\ude00", "\\\\", '\\"'])
def test_what_follows_a_key_is_kept_however_its_escape_is_divided(escape):
    """Frames end in the key, and within the escape after it."""
    planted = secret(NAMES[0])
    body = frame(f"my key is {planted}{escape} and more")
    whole = recorded([body])
    key, end = body.index(planted.encode()), body.index(planted.encode()) + len(planted)
    for first in (key + 9, end - 1):
        for second in range(end, end + len(escape) + 1):
            assert recorded([body[:first], body[first:second], body[second:]]) == whole, (first, second)
