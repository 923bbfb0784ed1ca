"""Every metric has a page in tests/specs/metrics: streams in a line, and what the metric says of them.

A stream is a line of words, `what@milliseconds`: `role`, `text`, `think` (reasoning), `tool`, `stop`, `usage=10`,
`done`, `error`, `comment`; `text=hello` gives the text, `counted=3` the running usage, `text/1` the choice, `a+b@5`
puts both into one frame. Settings stand before: `clock=none`, `clock=log`, `source=stdin`, `headers@5`, `end@300` (or
`end=none`), `n=2`. What is expected is values in the metric's unit (`20 ms, 40 ms`, `7`, `50 tok/s`), or `-` and the
reason why there are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from streamkit.apis import interpret
from streamkit.metrics import METRICS, REASONS, Outcomes, Spans, StreamSpan, measure
from streamkit.model.exchange import End, Exchange, Frames, Origin, Request, Response
from streamkit.model.measurement import Samples
from tests.metrics import making

PAGES = sorted((Path(__file__).parents[1] / "specs" / "metrics").glob("*.md"))
UNITS = {"ms": 1e6, "s": 1e9, "us": 1e3, "%": 0.01, "": 1, "tok/s": 1, "B": 1, "B/s": 1, "/s": 1}


def cases() -> Iterator[Any]:
    for page in PAGES:
        for number, line in enumerate(page.read_text(encoding="utf-8").split("\n"), 1):
            match = re.fullmatch(r"\| `(.*?)` \| `(.*?)` \|.*", line)
            if match:
                yield pytest.param(page.stem, match[1], match[2], id=f"{page.stem}:{number}")


def payload(word: str) -> bytes:
    """Return one event as bytes of the body."""
    what, _, value = word.partition("=")
    what, _, choice = what.partition("/")
    index = int(choice or 0)
    data = {
        "role": lambda: making.chunk({"role": "assistant", "content": ""}, index=index),
        "text": lambda: making.chunk({"content": value or "word"}, index=index),
        "counted": lambda: making.chunk({"content": "word"}, index=index, usage={"completion_tokens": int(value)}),
        "think": lambda: making.chunk({"reasoning_content": value or "hm"}, index=index),
        "tool": lambda: making.chunk(
            {"tool_calls": [{"index": 0, "id": "t", "function": {"name": value or "f", "arguments": "{}"}}]},
            index=index,
        ),
        "stop": lambda: making.chunk(finish="stop", index=index),
        "usage": lambda: parse_counts(value),
        "error": lambda: orjson.dumps({"error": {"message": "boom", "type": "server_error"}}).decode(),
        "json": lambda: value,
        "done": lambda: "[DONE]",
    }
    return b": keep-alive\n\n" if what == "comment" else f"data: {data[what]()}\n\n".encode()


def parse_counts(value: str) -> str:
    """Parse `10`, `10/4` with reasoning tokens, `10/4/3` with cached ones, `10/4/3/2` with audio, `none` without
    output."""
    output, *parts = value.split("/")
    details: dict[str, Any] = {}
    if parts:
        details["completion_tokens_details"] = {"reasoning_tokens": int(parts[0])}
    if len(parts) > 1:
        details["prompt_tokens_details"] = {"cached_tokens": int(parts[1])}
    if len(parts) > 2:
        details["completion_tokens_details"]["audio_tokens"] = int(parts[2])
    return making.usage(None if output == "none" else int(output), **details)


def given(line: str) -> Exchange:
    """Return the exchange that a line of words describes."""
    settings: dict[str, Any] = {"source": "client", "clock": "monotonic"}
    headers: int | None = 5
    end: float | str | None = ""
    data: list[bytes] = []
    times: list[int | None] = []
    for word in line.split():
        what, _, at = word.rpartition("@") if "@" in word else (word, "", "")
        if what == "headers":
            headers = None if at == "none" else int(at)
        elif what == "end" or word == "end=none":
            end = None if word == "end=none" else float(at)
        elif what.startswith(("clock=", "source=")):
            settings[what.partition("=")[0]] = what.partition("=")[2]
        else:
            data.append(b"".join(map(payload, what.split("+"))))
            times.append(None if settings["clock"] == "none" or not at else round(float(at) * making.MS))
    last = max((at for at in times if at is not None), default=None)
    ended = last if end == "" else None if end is None else round(float(end) * making.MS)
    return Exchange(
        frames=Frames(data, times, [None] * len(data)),
        request=Request("POST", making.URL),
        response=None
        if headers is None
        else Response(headers * making.MS, 200, headers=(("content-type", "text/event-stream"),)),
        end=None if end is None else End(at=ended, reason="eof"),
        recorded_at="2026-11-20T20:19:54.120031Z",
        origin=Origin("page.md", 1),
        **settings,
    )


def spans(line: str) -> Spans:
    """Parse `0-100*10`, a stream from 0 to 100 ms with 10 tokens; a trailing `!` means truncated, `+` and `-` good or
    not."""
    found = Spans()
    for word in line.split():
        match = re.fullmatch(r"(\d+)-(\d+)(?:\*(\d+))?(!?)([+-]?)", word)
        assert match, word
        start, end, tokens, cut, good = match.groups()
        found.append(
            StreamSpan(
                int(start) * making.MS,
                int(end) * making.MS,
                int(tokens) if tokens else None,
                "truncated" if cut else "complete",
                {"+": True, "-": False, "": None}[good],
            )
        )
    return found


def outcomes(line: str) -> tuple[Outcomes, str]:
    """Parse `complete*3 http-429*1`, requests by outcome; `good=2`, how many met every limit; `of=429`, the cause."""
    found, cause = Outcomes(), ""
    for word in line.split():
        name, _, value = word.replace("=", "*").partition("*")
        if name == "good":
            found.good = int(value)
        elif name == "of":
            cause = value
        else:
            found.counts[name] += int(value)
    return found, cause


@pytest.mark.parametrize(("name", "line", "expected"), list(cases()))
def test_page(name: str, line: str, expected: str) -> None:
    entry = METRICS[name]
    if entry.of_outcomes is not None:
        samples: Samples = entry.of_outcomes(*outcomes(line))
    elif entry.of_run is not None:
        samples = entry.of_run(spans(line))
    else:
        samples = measure(interpret(given(line)), [entry]).samples[name]
    if expected.startswith("- "):
        assert (list(samples.values), samples.missing) == ([], expected.removeprefix("- "))
        assert samples.missing in REASONS
        return
    assert samples.missing == ""
    wanted = []
    for value in expected.split(", "):
        match = re.fullmatch(r"(-?[\d.]+) ?(\D*)", value)
        assert match, value
        wanted.append(float(match[1]) * UNITS[match[2]])
    assert list(samples.values) == pytest.approx(wanted, rel=1e-9)


def test_every_metric_has_a_page_with_cases() -> None:
    pages = {page.stem for page in PAGES}
    assert pages == set(METRICS)
    for page in PAGES:
        assert re.search(r"^\| `", page.read_text(encoding="utf-8"), re.M), page.name


def test_every_metric_has_a_formula() -> None:
    for entry in METRICS.values():
        assert "Formula: " in entry.manual, entry.name
        assert entry.title, entry.name
        for code in re.findall(r"\(`([a-z][a-z-]+)`", entry.manual):
            assert code in REASONS, f"{entry.name} names the reason {code}"


def test_names_keys_and_aliases_are_distinct() -> None:
    words = [word for entry in METRICS.values() for word in {entry.name, entry.key, *entry.aliases}]
    assert len(words) == len(set(words))
