"""Times of whole phases, of a HAR and of `curl -w`: the response's beginning and end are known, and nothing between."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from streamkit.apis import interpret
from streamkit.definitions import DEFINITIONS, compute
from streamkit.formats import read
from streamkit.metrics import METRICS, measure
from streamkit.model.exchange import Exchange
from tests.metrics.making import MS, plain

BODY = "".join(f"data: {data}\n\n" for _, data in plain(3))
LINES = "time_namelookup:  0.001s\ntime_connect:  0.002s\ntime_starttransfer:  0.085s\ntime_total:  0.614s\n"
JSON = '{"http_code":200,"content_type":"text/event-stream","time_connect":0.002,"time_starttransfer":0.085,"time_total":0.614}'


def of(text: str, tmp_path: Path, name: str = "a.txt") -> Exchange:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    [exchange] = read(str(path))
    return exchange


def har(timings: dict[str, Any], tmp_path: Path) -> Exchange:
    entry = {
        "startedDateTime": "2026-01-01T00:00:00.000Z",
        "timings": timings,
        "request": {"method": "POST", "url": "https://api.example/v1/chat/completions", "headers": []},
        "response": {"status": 200, "headers": [], "content": {"mimeType": "text/event-stream", "text": BODY}},
    }
    document = {"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": [entry]}}
    return of(orjson.dumps(document).decode(), tmp_path, "a.har")


def measured(exchange: Exchange) -> dict[str, Any]:
    samples = measure(interpret(exchange), [entry for entry in METRICS.values() if not entry.whole_run]).samples
    return {name: one.values[0] if one.values else one.missing for name, one in samples.items()}


@pytest.mark.parametrize("written", [LINES, JSON, JSON + "\n"], ids=["lines", "json", "json and a line feed"])
def test_the_times_of_curl(written: str, tmp_path: Path) -> None:
    exchange = of(f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n{BODY}{written}", tmp_path)
    assert exchange.frames.body == BODY.encode()
    assert (exchange.connected_at, exchange.response and exchange.response.at) == (2 * MS, 85 * MS)
    samples = measured(exchange)
    assert (samples["time_to_headers"], samples["operation_duration"], samples["output_tokens"]) == (
        85 * MS,
        614 * MS,
        3,
    )
    for name in ("time_to_first_byte", "time_to_first_token", "inter_chunk_gap", "time_per_output_chunk", "stalls"):
        assert samples[name] == "no-times", name


@pytest.mark.parametrize(
    ("timings", "headers", "duration"),
    [
        ({"blocked": 1, "dns": -1, "connect": 10, "ssl": 8, "send": 2, "wait": 72, "receive": 529}, 85 * MS, 614 * MS),
        ({"send": 0, "wait": 85, "receive": 0}, 85 * MS, 85 * MS),
        ({"send": 0, "wait": 0, "receive": 0}, "no-times", "no-times"),
        ({"send": -1, "wait": -1, "receive": -1}, "no-times", "no-times"),
        ({"wait": "long", "receive": 1}, "no-times", "no-times"),
        ({"wait": 1e300, "receive": 1}, "no-times", "no-times"),
        ({}, "no-times", "no-times"),
    ],
)
def test_the_phases_of_a_har(timings: dict[str, Any], headers: Any, duration: Any, tmp_path: Path) -> None:
    samples = measured(har(timings, tmp_path))
    assert (samples["time_to_headers"], samples["operation_duration"]) == (headers, duration)
    assert samples["time_to_first_token"] == "no-times"


@pytest.mark.parametrize(
    "written",
    [
        "time_total: 0\n",
        "time_starttransfer: 0.5\n",
        "time_total: 0.1\ntime_starttransfer: 0.5\n",
        '{"time_total": 1}\n',
    ],
)
def test_without_an_end_there_are_no_times(written: str, tmp_path: Path) -> None:
    assert of(BODY + written, tmp_path).clock == "none"


def test_no_tool_is_given_times_that_nobody_measured(tmp_path: Path) -> None:
    stream = interpret(of(BODY + LINES, tmp_path))
    for entry in DEFINITIONS.values():
        metrics = compute(entry, stream)
        assert (metrics.ttft, metrics.per_token, metrics.gaps) == (None, None, None), entry.name
