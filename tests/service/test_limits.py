"""All input is limited, and a recorder writes nothing that a reader rejects."""

from __future__ import annotations

import gzip
import importlib
import io
import re
from pathlib import Path
from typing import Any

import pytest

from streamkit.apis import interpret
from streamkit.formats import read
from streamkit.model import limits
from streamkit.model.exchange import Body, Exchange, Frame, Frames, Request
from streamkit.service import recording_lines
from streamkit.service.outcome import Outcome
from streamkit.service.recorder import Recorder, Recorders
from streamkit.transport import connection
from streamkit.transport.connection import Incoming

PAGE = Path(__file__).parents[2] / "docs/limits.md"
LONG = b'data: {"text":"%s"}\n\n' % (b"\\u0001\\t" * 100)


class Kept:
    """A sink in memory."""

    def __init__(self) -> None:
        self.path = "kept.jsonl"
        self.data = b""

    def write(self, data: bytes, /) -> None:
        self.data += data

    def close(self) -> None:
        pass


def recorder(request: Request | None = None, **more: Any) -> tuple[Recorder, Kept, list[Outcome]]:
    kept, outcomes = Kept(), list[Outcome]()
    recorders = Recorders(open=lambda _: kept, on_end=outcomes.append, **more)
    return recorders.recorder(request), kept, outcomes


def exchanges(data: bytes) -> list[Exchange]:
    return list(read(io.BytesIO(data)))


def test_an_exchange_stops_growing_before_a_reader_refuses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording_lines, "LARGEST_EXCHANGE", 128 << 10)
    monkeypatch.setattr("streamkit.formats.recording.LARGEST_EXCHANGE", 128 << 10)
    one, kept, outcomes = recorder()
    one.start(0, 0)
    for number in range(2_000):
        one.frame(LONG, number)
    one.end(9_999, "reset", "connection reset by peer")
    after = Recorders(open=lambda _: kept, on_end=outcomes.append).recorder(None)
    after.start(0, 0)
    after.frame(b"data: 1\n\n", 1)
    after.end(2, "eof", None)
    long, short = exchanges(kept.data)
    assert long.end is not None and long.end.reason == "limit"
    assert long.end.error is not None
    assert long.end.error.endswith("; the response ended with reset (connection reset by peer)")
    assert [(damage.line, damage.kind) for damage in long.damage] == [(long.end.line, "over-limit")]
    assert short.damage == ()
    assert 0 < len(long.frames) < 2_000 and set(long.frames.data) == {LONG}
    assert short.frames.body == b"data: 1\n\n"
    assert kept.data.count(b"the rest of the body is not recorded") == 1
    assert (outcomes[0].reason, outcomes[0].complete, outcomes[1].reason) == ("limit", False, "eof")


def test_a_request_whose_line_would_be_refused_is_recorded_without_its_body(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamkit.model.recording.LONGEST_LINE", 10_000)
    request = Request(
        "POST", "http://x/v1", (("accept", "*/*"),), Body.of(b'{"model":"m","text":"%s"}' % (b"\\u0001" * 3_000))
    )
    one, kept, _ = recorder(request)
    one.start(0, 0)
    one.end(1, "eof", None)
    assert max(map(len, kept.data.splitlines())) < 10_000
    [exchange] = exchanges(kept.data)
    assert exchange.request == Request("POST", "http://x/v1", (("accept", "*/*"),), None)
    assert b"the request body is not recorded: its line would be" in kept.data


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_what_one_read_inflates_to_is_several_frames(coding: str) -> None:
    body = bytes(5 << 20)
    one, kept, _ = recorder(decode=True)
    one.start(0, 0)
    one.response(1, 200, "1.1", (("content-encoding", coding),))
    one.frame(gzip.compress(body) if coding == "gzip" else body, 2)
    one.end(3, "eof", None)
    [exchange] = exchanges(kept.data)
    assert exchange.frames.body == body
    assert [len(data) for data in exchange.frames.data] == [limits.LARGEST_FRAME] * 5
    assert max(map(len, kept.data.splitlines())) < limits.LONGEST_LINE


@pytest.mark.parametrize(("values", "form"), [(499_999, "json"), (500_000, "text")])
def test_a_body_of_very_many_values_is_kept_as_text(values: int, form: str) -> None:
    data = b"[" + b"0," * values + b"0]"
    body = Body.of(data)
    assert (body.form, body.bytes) == (form, data)


def incoming(body: bytes, coding: str) -> Incoming:
    head = connection.parse_request(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: %b\r\n\r\n" % coding.encode())
    return Incoming(head, "/", body, body, 0.0)


def test_a_request_bomb_is_not_inflated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LARGEST_REQUEST_COPY", 1 << 20)
    bomb = gzip.compress(bytes(20 << 20))
    body = incoming(bomb, "gzip").decoded()
    assert body is not None
    assert (body.form, body.bytes) == ("base64", bomb)
    assert incoming(bytes(2 << 20), "identity").decoded() is None


ROWS = re.findall(
    r"^\| (.+?) \| (.+?) \| (.+?) \| (?:`([\w.]+)`|-) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
)
UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "": 1}


def test_every_row_of_the_page_is_checked() -> None:
    table = PAGE.read_text(encoding="utf-8").split("|---|---|---|---|\n")[1].split("\n\n")[0]
    assert len(ROWS) == len(table.splitlines())
    assert {row[0] for row in ROWS if not row[3]} == {"nesting of JSON in a chunk"}


@pytest.mark.parametrize(("row", "bound", "name"), [(row[0], row[1], row[3]) for row in ROWS if row[3]])
def test_the_page_contains_the_limit_in_the_code(row: str, bound: str, name: str) -> None:
    module, _, constant = name.rpartition(".")
    found = re.match(r"([\d,]+) ?(KiB|MiB|GiB|)", bound)
    assert found is not None, bound
    assert getattr(importlib.import_module(module), constant) == int(found[1].replace(",", "")) * UNITS[found[2]]


@pytest.mark.parametrize(("depth", "events"), [(1022, ["chunk"]), (1023, ["broken"])])
def test_a_chunk_has_at_most_1024_levels(depth: int, events: list[str]) -> None:
    """The chunk itself and its `choices` are two of the 1,024 levels."""
    assert "| nesting of JSON in a chunk | 1,024 levels |" in PAGE.read_text(encoding="utf-8")
    body = b'data: {"choices":[%b%b]}\n\n' % (b"[" * depth, b"]" * depth)
    stream = interpret(Exchange(frames=Frames.of([Frame(body, 0)])))
    assert ["chunk"] * len(stream.chunks) + ["broken"] * len(stream.broken) == events


def test_every_bound_of_the_model_is_on_the_page() -> None:
    named = {row[3].rpartition(".")[2] for row in ROWS if row[3].startswith("streamkit.model.limits")}
    assert named == {name for name in vars(limits) if name.isupper()}
