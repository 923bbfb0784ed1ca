"""Nothing in a file ends the run: a bad stream is a finding, and the other streams are checked as usual."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from streamkit.apis import APIS, assemble, interpret
from streamkit.cli.main import streamkit
from streamkit.model.exchange import Exchange, Frames
from streamkit.rules import lint, selected
from tests.clicking import CliRunner, Result

from .edits import STREAMS, edited
from .test_fuzz import BASES, holders

HUGE = 10**400
FRACTION = (
    '{"model":"m","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":%s}'
)
LINE = '{"model":"m","message":{"role":"assistant","content":"Hi"},"done":false}'
USAGE = '{"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":%s,"total_tokens":2}}'
START = (
    '{"type":"start","streamkit":1,"recorded_at":"2026-11-20T20:00:00.000000Z","source":"client","clock":"none",'
    '"request":{"method":"POST","url":"%s","headers":[],"body":null},"labels":{},"tool":"t"}'
)
HEAD = '{"type":"response","at":null,"status":200,"http":"1.1","headers":[["content-type","text/event-stream"]]}'
END = '{"type":"end","at":null,"reason":"eof"}'


def recording(url: str) -> str:
    frame = json.dumps({"type": "frame", "at": None, "text": edited("chat", []).decode()})
    return f"{START % url}\n{HEAD}\n{frame}\n{END}\n"


HOSTILE: dict[str, bytes] = {
    "a choice with message and no delta in mid stream": edited(
        "chat", ['set 3 $.choices[0] {"index":0,"message":{"content":"Hi"},"finish_reason":null}']
    ),
    "a count of 400 digits": edited("chat", [f"insert 5 {USAGE % HUGE}"]),
    "a count of 5,000 digits": edited("chat", [f"insert 5 {USAGE % ('9' * 5000)}"]),
    "a number beyond every float": f"{LINE}\n{FRACTION % '1e309'}\n".encode(),
    "a length of 5,000 digits": f"{LINE}\n{FRACTION % ('9' * 5000)}\n".encode(),
    "a URL that is none": (recording("http://[x") + recording("https://api.openai.com/v1/chat/completions")).encode(),
    "900 arrays in one another": edited("chat", [f"set 3 $.choices[0].delta.x {'[' * 900}{']' * 900}"]),
    "990 arrays in one another, in every chunk": edited("chat", []).replace(
        b'"delta":{', b'"delta":{"x":%b%b,' % (b"[" * 990, b"]" * 990)
    ),
    "900 objects in one another": edited("chat", ["set 3 $.choices[0].delta.x " + '{"a":' * 900 + "1" + "}" * 900]),
}
COMMANDS = (
    ("lint", "--select", "ALL", "--format", "json"),
    ("lint", "--format", "sarif"),
    ("lint",),
    ("stats", "--format", "json"),
    ("stats",),
    ("inspect",),
    ("reassemble", "--with-meta"),
)


def run(*words: str) -> Result:
    return CliRunner().invoke(streamkit, list(words), standalone_mode=False)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("name", HOSTILE)
def test_every_command_terminates(name: str, command: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "hostile"
    file.write_bytes(HOSTILE[name])
    done = run(*command, str(file))
    assert done.exception is None, done.exc_info
    assert "LINT000" not in done.output


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a file name is text")
@pytest.mark.parametrize("style", ["json", "html", "csv", "otel"])
def test_a_file_name_with_invalid_utf8_is_reported(style: str, tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"a\xff.sse")).write_bytes(edited("chat", []))
    done = run("stats", "--format", style, str(tmp_path))
    assert (done.exception, done.return_value) == (None, 0)
    if style == "json":
        assert json.loads(done.stdout)["streams"][0]["file"].endswith("a\\udcff.sse")


def test_an_exception_in_one_stream_is_a_finding_and_the_others_are_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = APIS["openai_chat"]
    calls = count()

    def fails_at_first(chunks: Any) -> list[int]:
        if next(calls) == 0:
            raise ZeroDivisionError("oops")
        return list(map(api.flags, chunks))

    monkeypatch.setitem(APIS.entries, "openai_chat", replace(api, all_flags=fails_at_first))
    file = tmp_path / "two.jsonl"
    file.write_text(recording("https://a.test/") * 2)
    report = json.loads(run("lint", str(file), "--format", "json").stdout)
    assert [(found["code"], found["exchange"], found["line"]) for found in report["findings"]] == [("LINT000", 1, 1)]
    assert [row["verdict"] for row in report["streams"]] == ["malformed", "complete"]
    calls = count()
    shown = run("stats", str(file))
    assert shown.return_value == 2
    place = f"{__name__}, line {fails_at_first.__code__.co_firstlineno + 2}"
    message = f"exchange 1: the exchange cannot be interpreted: ZeroDivisionError: oops (in {place}); please report it"
    assert message in shown.stderr


@pytest.mark.parametrize("part", ["misfits", "missteps"])
def test_a_table_that_raises_is_reported_in_addition_to_other_findings(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> Iterator[Any]:
        raise KeyError("delta")
        yield

    api = APIS["openai_chat"]
    assert api.judge is not None
    judge = replace(api.judge(), **{part: broken})
    monkeypatch.setitem(APIS.entries, "openai_chat", replace(api, judge=lambda: judge))
    stream = interpret(Exchange(frames=Frames([edited("chat", ["data 3 null"])], [None], [1])), judge=True)
    checked = "shape" if part == "misfits" else "order"
    found = [(finding.code, finding.message) for finding in lint(stream, selected())]
    message = f"the {checked} check of openai_chat failed: KeyError: 'delta' (in {__name__}, line "
    assert (found[0][0], found[0][1].startswith(message)) == ("LINT000", True)
    assert "JSN203" in [code for code, _ in found]


NASTY = ("NEST", "OBJECTS", HUGE, -HUGE, [[[]]], {"": {"": [None]}}, [1, "x", None, {}], "\x00", 1e308)


def nested(value: Any) -> Any:
    """Deep values are made here: written out, they would fill the test's name."""
    if value not in ("NEST", "OBJECTS"):
        return value
    deep: Any = 1
    for _ in range(120):
        deep = [deep] if value == "NEST" else {"a": deep}
    return deep


HOLDS_JSON = re.compile(rb'data: \[?\{"')


@pytest.mark.parametrize("base", [place for place, body in enumerate(BASES) if HOLDS_JSON.search(body)])
def test_no_value_of_any_field_raises(base: int) -> None:
    """Each place of each kind of chunk in turn holds what nobody expects there."""
    body = BASES[base]
    newline = b"\r\n" if b"\r\n" in body else b"\n"
    blocks = body.split(newline * 2)
    rules = selected(("ALL",))
    tried = 0
    for place, block in enumerate(blocks):
        if not HOLDS_JSON.search(block):
            continue
        head, _, data = block.partition(b"data: ")
        paths = list(holders(json.loads(data)))
        for number in range(0, len(paths), 7):
            chunk = json.loads(data)
            holder, key = list(holders(chunk))[number]
            holder[key] = nested(NASTY[(number + place) % len(NASTY)])
            changed = [*blocks[:place], head + b"data: " + json.dumps(chunk).encode(), *blocks[place + 1 :]]
            stream = interpret(Exchange(frames=Frames([(newline * 2).join(changed)], [1], [1])), judge=True)
            assert not [finding.message for finding in lint(stream, rules) if finding.code == "LINT000"], (place, key)
            assert assemble(stream).message is not None
            tried += 1
    assert tried


@pytest.mark.parametrize("name", ["data-stream.txt", "realtime.ndjson", "ollama-tool.ndjson", "agent.ndjson"])
def test_no_value_of_any_field_of_a_line_raises(name: str) -> None:
    """The same for streams of lines. Those of the AI SDK's data stream have a code before their JSON."""
    lines = (STREAMS / name).read_bytes().splitlines()
    rules = selected(("ALL",))
    for place, line in enumerate(lines):
        start = line.index(b":") + 1 if name.endswith(".txt") else 0
        value = json.loads(line[start:])
        for number in range(0, len(list(holders(value))) + 1, 5):
            changed = json.loads(line[start:])
            nasty = nested(NASTY[(number + place) % len(NASTY)])
            if number == len(list(holders(value))):
                changed = nasty  # the whole value
            else:
                holder, key = list(holders(changed))[number]
                holder[key] = nasty
            body = [*lines[:place], line[:start] + json.dumps(changed).encode(), *lines[place + 1 :]]
            stream = interpret(Exchange(frames=Frames([b"\n".join(body) + b"\n"], [1], [1])), judge=True)
            assert not [finding.message for finding in lint(stream, rules) if finding.code == "LINT000"], (
                place,
                number,
            )
            assert assemble(stream).message is not None
