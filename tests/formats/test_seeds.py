"""The four real logs that the project began with, read with their exact results."""

from pathlib import Path

import orjson
import pytest

from streamkit.formats import read

SEEDS = Path(__file__).parents[2] / ".." / "shared" / "seeds"
pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the seeds are not beside the project")


def exchanges(number):
    [path] = SEEDS.glob(f"{number:03}_*.txt")
    found = list(read(str(path)))
    assert all(one.imported.format == "gist-log" and not one.imported.framed and one.clock == "none" for one in found)
    assert all(at is None for one in found for at in one.frames.at)
    return found


def chunks(exchange):
    payloads = [frame.removeprefix(b"data: ").strip() for frame in exchange.frames.data]
    return [orjson.loads(payload) for payload in payloads if payload != b"[DONE]"]


def text(exchange):
    return "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks(exchange))


def repairs(exchange, *kinds):
    return [(repair.line, repair.kind) for repair in exchange.imported.repairs if repair.kind in kinds]


def test_html_around_bare_chunks_is_ignored():
    [one] = exchanges(0)
    assert len(chunks(one)) == 72
    assert sum(bool(chunk["choices"][0]["delta"].get("content")) for chunk in chunks(one)) == 70
    assert one.frames.data[-1] == b"data: [DONE]\n\n"
    assert text(one).startswith("As an AI language model, I can perform")
    assert text(one).endswith("more efficient solutions.")
    assert not one.imported.excerpt
    assert one.frames.lines[:2] == [9, 10]


def test_pretty_printed_objects_with_an_omission_are_repaired():
    [one] = exchanges(1)
    assert len(chunks(one)) == 4
    assert text(one) == "AI language model."
    assert repairs(one, "repaired", "elided") == [(line, "repaired") for line in (25, 54, 83, 112)]
    assert not one.imported.excerpt


def test_dots_between_two_chunks_make_an_excerpt():
    [one] = exchanges(2)
    assert len(chunks(one)) == 4
    assert text(one) == "1ina"
    assert one.imported.excerpt
    assert repairs(one, "elided") == [(95, "elided")]


def test_prose_requests_a_response_and_a_stream_are_distinguished():
    answer, stream = exchanges(3)
    assert orjson.loads(answer.frames.body)["object"] == "chat.completion"
    assert answer.frames.line_of(0) == 36
    assert [chunk["choices"][0]["delta"].get("content") for chunk in chunks(stream)] == ["", "Hello", None]
    assert stream.frames.data[-1] == b"data: [DONE]\n\n"
    assert stream.imported.excerpt
    assert repairs(stream, "hard-wrapped") == [(line, "hard-wrapped") for line in (99, 106, 115)]
    assert repairs(stream, "elided") == [(line, "elided") for line in (113, 128, 131, 134, 137)]
    skipped = [
        repair.message for one in (answer, stream) for repair in one.imported.repairs if "request" in repair.message
    ]
    assert len(skipped) == 2
