"""One stream on a page, read back as rows: what it is, what it says, every event, and what is wrong with it."""

from __future__ import annotations

import re
from typing import Any

from streamkit.model.finding import Finding, Place
from streamkit.model.stream import Stream
from streamkit.reporters import PageStream
from streamkit.reporters._html_page import cell, table
from streamkit.reporters._html_timeline import section, unfolded
from tests.metrics.making import MS, ROLE, STOP, chunk, stream, text, usage

CALL = chunk({"tool_calls": [{"index": 0, "id": "t", "function": {"name": "look", "arguments": '{"a":1}'}}]})
EVENTS = [
    (20, ROLE),
    (100, chunk({"reasoning_content": "Hm"})),
    (150, text("Hello")),
    (150, text(" <you>")),
    (200, CALL),
    (250, STOP),
    (260, usage(3)),
    (270, "[DONE]"),
]


def shown(one: Stream, **fields: Any) -> str:
    row = fields.pop("row", {"stalls": ()})
    return section(PageStream(row=row, stream=one, **fields))


def rows(html: str, heading: str) -> list[list[str]]:
    """Return the cells of the table after a heading, without markup."""
    body = html.partition(heading)[2].partition("<tbody>")[2].partition("</tbody>")[0]
    return [re.findall(r"<td[^>]*>(.*?)</td>", line, re.S) for line in re.findall(r"<tr>(.*?)</tr>", body, re.S)]


def test_every_event_has_its_time_and_the_gap_before_it() -> None:
    assert rows(shown(stream(EVENTS)), "8 events") == [
        ["1", "20.0 ms", "-", "role", "assistant"],
        ["2", "100 ms", "80.0 ms", "reasoning", "Hm"],
        ["3", "150 ms", "50.0 ms", "text", "Hello"],
        ["4", "150 ms", "0 ns", "text", " &lt;you&gt;"],
        ["5", "200 ms", "50.0 ms", "tool", "look {&quot;a&quot;:1}"],
        ["6", "250 ms", "50.0 ms", "finish", "stop"],
        ["7", "260 ms", "10.0 ms", "usage", "7 in, 3 out"],
        ["8", "270 ms", "10.0 ms", "event", "[DONE]"],
    ]


def test_the_picture_has_a_line_a_chunk() -> None:
    html = shown(stream(EVENTS), row={"stalls": [{"at_ns": 100 * MS, "gap_ns": 80 * MS}]})
    titles = re.findall(r"<title>(.*?)</title>", html)
    assert titles == [
        "20.0 ms role assistant",
        "100 ms reasoning Hm",
        "150 ms text Hello",
        "150 ms text  &lt;you&gt;",
        "200 ms tool look {&quot;a&quot;:1}",
        "250 ms finish stop",
        "260 ms usage 7 in, 3 out",
        "stall: 20.0 ms to 100 ms",
    ]


def test_without_times_there_is_no_chart_and_no_gap() -> None:
    html = shown(stream([(None, data) for _, data in EVENTS], clock="none"))
    assert "no arrival times, so no picture over time" in html
    assert [line[1:3] for line in rows(html, "8 events")] == [["-", "-"]] * 8


def test_what_the_stream_says_is_put_together() -> None:
    pieces = re.findall(r"<h3>(.*?)</h3><pre>(.*?)</pre>", shown(stream(EVENTS)), re.S)
    assert pieces == [
        ("choice 0, reasoning", "Hm"),
        ("choice 0, text", "Hello &lt;you&gt;"),
        ("choice 0, tool call 0", "look {&quot;a&quot;:1}"),
    ]


def test_a_long_text_is_truncated_with_a_note() -> None:
    for count, more in ((20_000, ""), (20_001, "… and 1 characters more"), (25_000, "… and 5,000 characters more")):
        html = shown(stream([(1, text("x" * count))]))
        assert "x" * min(count, 20_000) in html
        assert "x" * 20_001 not in html
        assert re.findall("… and .*? more", html) == ([more] if more else [])


def test_the_first_thousand_events_are_listed() -> None:
    for count, more in ((1000, False), (1001, True)):
        html = shown(stream([(place, text("x")) for place in range(count)]))
        assert len(rows(html, f"{count:,} events")) == 1000
        assert ("the first 1,000 of 1,001" in html) is more


def test_the_heading() -> None:
    good, cut = shown(stream(EVENTS)), unfolded(section(PageStream({}, stream(EVENTS[:4]))))
    assert good.startswith('<details><summary><b>made.jsonl</b> <span class="good">complete</span>')
    assert cut.startswith('<details open><summary><b>made.jsonl</b> <span class="bad">truncated</span>')
    assert '<span class="dim">openai_chat · m-1</span></summary>' in good


def test_findings_are_listed_with_their_event() -> None:
    findings = [
        Finding(code="SEQ401", name="a", severity="error", message="a <b>", place=Place(event=3), count=2),
        Finding(code="LOG101", name="b", severity="info", message="no place"),
    ]
    assert rows(shown(stream(EVENTS), findings=findings), "<h3>Findings</h3>") == [
        ["SEQ401", "error", "2", "a &lt;b&gt;", "3"],
        ["LOG101", "info", "1", "no place", ""],
    ]
    assert "Findings" not in shown(stream(EVENTS))


def test_what_each_tool_would_say() -> None:
    reported = {
        "tool": "T", "version": "1.2", "ttft_ns": 100 * MS, "end_ns": None, "tokens": 3, "tokens_source": "usage",
        "per_token_ns": 20 * MS, "gaps_ns": [1, 2], "missing": {"end": "no-end"},
    }  # fmt: skip
    lacking = {**reported, "tokens": None, "per_token_ns": None, "gaps_ns": None, "missing": {}}
    html = shown(stream(EVENTS), definitions=[reported, lacking])
    assert rows(html, "What each tool would say") == [
        ["T 1.2", "100 ms", "-", "3 usage", "20.0 ms", "2", "end: no-end"],
        ["T 1.2", "100 ms", "-", "-", "-", "-", ""],
    ]
    assert 'data-v="100000000"' in html


def test_a_cell_is_sorted_by_its_number() -> None:
    assert cell("1.00 s", 1_000_000_000) == '<td data-v="1000000000">1.00 s</td>'
    assert cell("-", None) == '<td data-v="">-</td>'
    assert cell("0", 0) == '<td data-v="0">0</td>'


def test_words_are_on_the_left() -> None:
    html = table(["A", "<B>", "C"], [["a", cell("1", 1), "c"]], left=2, sortable=True)
    assert html == (
        '<div class="scroll"><table class="sortable"><thead><tr><th class="l">A</th><th class="l">&lt;B&gt;</th><th>C</th></tr></thead>'
        '<tbody><tr><td class="l">a</td><td data-v="1">1</td><td>c</td></tr></tbody></table></div>'
    )
    assert "sortable" not in table(["A"], [])
