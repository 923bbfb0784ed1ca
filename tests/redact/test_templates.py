"""A secret is found in streams whose frames are all alike, where only the fields that differ between frames are searched."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from streamkit.redact._templates import _is_plain
from streamkit.redact.redactor import BodyRedactor
from tests.redact.dummy_secrets import EVERY

KEY = EVERY["anthropic api"]
WORDS = ["the ", "lazy ", "s", " 2026", "\n", "fox", "", "n", "jumps ", "over ", "it", "."]


def chat(text, number, index=0):
    choice = {"index": index, "delta": {"content": text}, "finish_reason": None}
    return {"id": f"chatcmpl-{number}s", "created": 1700000000 + number, "model": "gpt-x", "choices": [choice]}


def responses(text, number, index=0):
    return {"type": "response.output_text.delta", "item_id": "msg_1", "output_index": index, "content_index": 0, "delta": text, "sequence_number": number}  # fmt: skip


def anthropic(text, number, index=0):
    return {"type": "content_block_delta", "index": index, "delta": {"type": "text_delta", "text": text}}


SHAPES = [chat, responses, anthropic]


def event(value):
    return f"data: {json.dumps(value)}\n\n".encode()


def redacted(frames):
    """Return the body without its secrets, and their number. The frames keep their number and sizes."""
    redactor = BodyRedactor()
    ready = [data for frame in frames for data, _ in redactor.feed(frame, None)]
    ready += [data for data, _ in redactor.close()]
    assert list(map(len, ready)) == list(map(len, frames))
    return b"".join(ready), len(redactor.redacted)


def joined(frames, size):
    """Return these frames, so many in one."""
    return [b"".join(frames[start : start + size]) for start in range(0, len(frames), size)]


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("before", ["", "key: ", "\n", "a\\"])
def test_a_key_in_one_delta_is_found(shape, before, size):
    frames = [event(shape(text, number)) for number, text in enumerate([*WORDS, before + KEY + " ", *WORDS])]
    body, count = redacted(joined(frames, size))
    assert KEY.encode() not in body
    assert count == 1


@pytest.mark.parametrize("size", [1, 4])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("place", [1, 2, 5, 20, len(KEY) - 1])
def test_a_key_in_two_deltas_is_found_between_those_of_a_parallel_text(shape, place, size):
    events = [shape(text, number) for number, text in enumerate(WORDS)]
    events += [shape(KEY[:place], 20, 1), shape("other", 21, 2), shape(KEY[place:], 22, 1), shape(" end", 23, 2)]
    body, count = redacted(joined([event(value) for value in events], size))
    assert count == 1
    texts = [part for first, last in pairwise([0, place, len(KEY)]) if (part := KEY[first:last]) and len(part) > 4]
    assert not any(text.encode() in body for text in texts)


@pytest.mark.parametrize("place", ["id", "model"])
@pytest.mark.parametrize("before", ["", "x-", "https://example.com/", "\\n://", "C:\\new https://example.com-"])
def test_a_key_in_a_field_that_is_not_joined_is_found(place, before):
    """The text before it may itself look like the beginning of a secret that ends with the field."""
    frames = [event(chat(text, number)) for number, text in enumerate(WORDS)]
    body, count = redacted([*frames, event({**chat("text", 99), place: before + KEY})])
    assert KEY.encode() not in body
    assert count == 1


def test_a_text_whose_index_changes_with_every_event_is_not_joined():
    """A prefix at the end of one text is not completed by another text."""
    frames = [event(anthropic(text, 0, number)) for number, text in enumerate([*WORDS, KEY[:10], KEY[10:], "x"])]
    assert redacted(frames) == (b"".join(frames), 0)


def test_words_that_end_like_the_beginning_of_a_key_are_kept():
    frames = [event(shape(text, number)) for shape in SHAPES for number, text in enumerate(WORDS * 3)]
    assert redacted(frames) == (b"".join(frames), 0)


@pytest.mark.parametrize(
    ("frame", "plain"),
    [
        (b'data: {"a":"b"}\n\n', True),
        (b"data: [DONE]\n\n", False),
        (b": ping\n\n", True),
        (b'event: a\ndata: {"a":"b"}\n\n', True),
        (b'event: "a\ndata: {"a":"b"}\n\n', False),
        (b'data: {"a":"b"}"\n\n', False),
        (b'data: [{"a":"b"}]\n\n', False),
        (b'data: {"a":\ndata: "b"}\n\n', False),
        (b'data: {"a":"b\n\n', False),
        (b'data: a"}\n\n', False),
        (b"data: a}\n\n", False),
    ],
)
def test_a_template_is_learned_only_from_frames_whose_strings_are_certain(frame: bytes, plain: bool) -> None:
    assert _is_plain(frame) is plain


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("after", [" and", ".", "\n"])
def test_what_follows_a_key_is_kept(shape, after):
    """The next delta continues the text, not the key."""
    texts = [*WORDS, KEY + after, "more words", "Abc123", " end"]
    frames = [event(shape(text, number)) for number, text in enumerate(texts)]
    body, count = redacted(frames)
    assert count == 1
    assert body.split(b"\n\n")[-4:] == b"".join(frames).split(b"\n\n")[-4:]
