"""The report of `stats --html`: its first screen, charts over time, its size, and that it can be read on a phone."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from streamkit.cli.main import streamkit
from streamkit.model.recording import write
from streamkit.reporters import REPORTERS, Column, StatsReport
from tests.browser import Page, chromium, needs_chromium
from tests.clicking import CliRunner
from tests.metrics.making import exchange, plain


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of thirty streams, one a second, of which two are cut off."""
    folder = tmp_path_factory.mktemp("report")
    events = [plain(10 + number % 7)[: -3 if number in (4, 9) else None] for number in range(30)]
    given = [
        replace(exchange([(at + number, data) for at, data in one]), recorded_at=f"2026-11-20T20:19:{number:02d}.5Z")
        for number, one in enumerate(events)
    ]
    path, out = folder / "run.jsonl", folder / "report.html"
    path.write_bytes(b"".join(line for one in given for line in write(one)))
    result = CliRunner().invoke(streamkit, ["stats", "--html", str(out), str(path)], standalone_mode=False)
    assert (result.exception, result.return_value) == (None, 0)
    return out


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, report: Path) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser.open(report.as_uri())


def test_the_first_screen_has_the_verdict_and_five_numbers(report: Path) -> None:
    text = report.read_text()
    first = text.partition('class="cards"')[0]
    assert "28 of 30 requests completed: 93 %" in first
    assert re.search(r"95 % interval \d\d % to \d\d %", first)
    cards = re.findall(r'<div class="card"><b>(.*?)</b><span>(.*?)</span><span class="dim">(.*?)</span>', text)
    assert [name for _, name, _ in cards] == [
        "until the first token",
        "per further token",
        "for a whole answer",
        "tokens per second, while generating",
        "tokens per answer",
    ]
    assert all(re.fullmatch(r"mean; 95 % interval .+ to .+", interval) for _, _, interval in cards)


def test_failed_and_slow_streams_are_listed_separately(report: Path) -> None:
    text = report.read_text()
    failed = text.partition("<h2>Failed streams</h2>")[2].partition("</table>")[0]
    assert re.findall(r"run\.jsonl#(\d+)", failed) == ["5", "10"]
    slowest = text.partition("<h2>Slowest streams</h2>")[2].partition("</table>")[0]
    assert slowest.count("<tr>") == 11
    assert failed.count("SEQ410 error") == 2
    assert slowest.count("SEQ410 error") == 0


def test_the_numbers_of_benchmark_tools_are_side_by_side_in_milliseconds(report: Path) -> None:
    html = report.read_text().partition("<h2>What each tool would report ")[2].partition("</table>")[0]
    assert "medians of 28 complete streams, in ms" in html
    rows = [re.sub("<[^>]+>", " ", row).split() for row in html.split("<tr>")[2:]]
    # Tools differ in what they count as the first token: the role, at 20 ms, or the first text, at 100 ms, both in the
    # median stream 15.5 ms later.
    assert [row[2:4] for row in rows if row[0] == "streamkit"] == [["115.50", "+0.00"]]
    assert [row[2:4] for row in rows if row[0] == "OpenTelemetry"] == [["35.50", "-80.00"]]
    assert len(rows) > 8


def test_it_states_the_sources_of_its_numbers(report: Path) -> None:
    text = report.read_text().partition("<h2>Where these numbers come from</h2>")[2]
    facts = dict(re.findall(r'<td class="l">(.*?)</td><td class="text">(.*?)</td>', text))
    assert facts["Recorded"] == "2026-11-20T20:19:00.5Z to 2026-11-20T20:19:29.5Z"
    assert facts["Files"].endswith("run.jsonl (30)")
    assert facts["Clocks"] == "monotonic (30)"
    assert facts["Hosts"] == "api.example.test (30)"
    assert facts["URLs"] == "https://api.example.test/v1/chat/completions (30)"
    assert facts["Machine"].startswith(platform.node())
    assert {"Command", "streamkit", "Written"} < set(facts)


@needs_chromium
@pytest.mark.parametrize(("width", "dark"), [(390, False), (390, True), (1280, False), (1280, True)])
def test_it_can_be_read(page: Page, width: int, dark: bool) -> None:
    assert page.screenshot(width=width, height=900, dark=dark).startswith(b"\x89PNG")
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "the page does not scroll sideways"
    sizes = page.evaluate(
        "[...document.querySelectorAll('svg text')].map(e => parseFloat(getComputedStyle(e).fontSize) * e.getScreenCTM().a)"
    )
    assert len(sizes) > 50
    assert min(sizes) >= 10.99, "pixels of the text in charts"
    wide = page.evaluate(
        "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
    )
    assert not wide or width < 1280, "no table scrolls sideways"
    assert page.requests == [page.evaluate("location.href")]


@needs_chromium
def test_a_long_path_wraps_on_a_phone(tmp_path: Path, page: Page, report: Path) -> None:
    folder, out = tmp_path / ("a_name_without_a_hyphen_" * 3), tmp_path / "report.html"
    folder.mkdir()
    (folder / "run.jsonl").write_bytes(b"".join(write(exchange(plain(10)))))
    CliRunner().invoke(streamkit, ["stats", "--html", str(out), str(folder)], catch_exceptions=False)
    try:
        page.load(out.as_uri())
        page.screenshot(width=390, height=844)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    finally:
        page.load(report.as_uri())


@needs_chromium
def test_each_chart_has_five_ticks_and_a_name(page: Page) -> None:
    charts = page.evaluate(
        "[...document.querySelectorAll('svg[aria-label]')].map(e => [e.getAttribute('aria-label'), e.querySelectorAll('.axis').length])"
    )
    names = [name for name, ticks in charts]
    assert [
        name for name, ticks in charts if ticks < 5 and not name.startswith(("waterfall", "chunks over time"))
    ] == []
    for part in (
        "histogram",
        "Time to first token against",
        "Inter-token latency against",
        "Open requests",
        "waterfall",
    ):
        assert [name for name in names if part in name], part


@needs_chromium
def test_arrow_keys_show_the_values_of_a_chart_and_sort_a_table(page: Page) -> None:
    def press(selector: str, *keys: str) -> None:
        page.evaluate(f"document.querySelector({json.dumps(selector)}).focus()")
        for key in keys:
            page.call("Input.dispatchKeyEvent", type="keyDown", key=key)
            page.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    output = "[...document.querySelectorAll('figure output')].map(e => e.textContent).filter(Boolean)"
    press("figure .scroll", "End", "ArrowLeft", "ArrowRight")
    assert page.evaluate(output) == page.evaluate(
        "[[...document.querySelectorAll('figure')[0].querySelectorAll('title')].pop().textContent]"
    )
    press("figure .scroll", "Escape")
    assert page.evaluate(output) == []
    press("table.sortable th:nth-child(3)", "Enter")
    assert page.evaluate("document.querySelector('table.sortable th:nth-child(3)').ariaSort") == "descending"
    unnamed = "[...document.querySelectorAll('svg')].filter(e => !e.ariaLabel && e.ariaHidden !== 'true').length"
    assert page.evaluate(unnamed) == 0


@needs_chromium
def test_it_is_printed_in_dark_ink_without_boxes_that_scroll(page: Page) -> None:
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    page.call("Emulation.setEmulatedMedia", media="print", features=dark)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible"
    page.call("Emulation.setEmulatedMedia", media="", features=dark)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"


@pytest.mark.parametrize("columns", [40, 60, 79])
def test_the_table_of_distributions_fits_a_narrow_terminal(
    tmp_path: Path, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.jsonl"
    path.write_bytes(b"".join(line for number in range(3) for line in write(exchange(plain(10 + number)))))
    monkeypatch.setenv("COLUMNS", str(columns))
    words = ["stats", "--metrics", "ttft,gap,total", "--plot", str(path)]
    lines = CliRunner().invoke(streamkit, words, standalone_mode=False).output.split("\n")
    start = next(place for place, line in enumerate(lines) if line.split()[:1] == ["n"])
    assert max(map(len, lines[start : start + 4])) <= columns
    missing = {"min", "mean", "p50", "p90", "p95", "p99", "max"} - set(lines[start].split())
    text = " ".join(lines[start + 4 :])
    assert missing == (set(re.findall(r"\w+", text.partition("columns: ")[2].partition(".")[0])) if missing else set())
    assert {"n", "p50", "p95"} <= set(lines[start].split())
    bars = [line for line in lines if "▕" in line]
    assert bars
    assert max(map(len, bars)) <= columns


def test_a_comparison_is_drawn(tmp_path: Path) -> None:
    paths = []
    for name, factor in (("before", 1), ("after", 2)):
        given = [exchange([(at * factor + number, data) for at, data in plain(10)]) for number in range(30)]
        paths.append(tmp_path / f"{name}.jsonl")
        paths[-1].write_bytes(b"".join(line for one in given for line in write(one)))
    out = tmp_path / "comparison.html"
    arguments = ["stats", "--compare", str(paths[0]), "--html", str(out), str(paths[1])]
    result = CliRunner().invoke(streamkit, arguments, standalone_mode=False)
    assert (result.exception, result.return_value) == (None, 1)
    text = out.read_text()
    assert '<h1 class="verdict bad">slower</h1>' in text
    picture = re.sub("<title>.*?</title>", "", text.partition("<svg")[2].partition("</svg>")[0])
    assert "TTFT p50: slower" in picture
    assert "<title>ITL p50: slower, +100.0%, interval +100.0% to +100.0%</title>" in text
    assert picture.count("<circle") == picture.count(": slower") + picture.count(": same") + picture.count(
        ": faster"
    ) + picture.count(": inconclusive")
    assert picture.count('class="axis"') >= 5
    assert "Verdict: slower." in text
    assert "Time to first token: share of streams up to each value, 30 before and 30 after" in text
    assert text.count('<polyline class="old"') == text.count('<polyline class="new"') >= 4
    assert "Machine" in text


def test_a_report_of_twenty_thousand_streams_is_small(report: Path) -> None:
    inside = report.read_text().partition('<script type="application/json" id="data">')[2].partition("</script>")[0]
    row, summary = json.loads(inside)["streams"][0], json.loads(inside)["summary"]
    rows = [
        {**row, "exchange": number, "recorded_at": f"2026-11-20T{number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}Z"}
        for number in range(20_000)
    ]  # fmt: skip
    column = Column(key="time_to_first_token_ns", head="TTFT", title="Time to first token", unit="ns", shown="always")
    given = StatsReport(columns=[column], run_columns=[], streams=rows, groups=lambda: [{"by": {}, **summary}])
    draw = REPORTERS["html"].stats
    assert draw is not None
    text = "".join(draw(given))
    assert len(text) < 3_000_000
    assert data_of(text)["streams_left_out"] == 19_700
    assert "against the time of the request, 20,000 streams" in text


def data_of(text: str) -> Mapping[str, Any]:
    inside = text.partition('<script type="application/json" id="data">')[2].partition("</script>")[0]
    found: Mapping[str, Any] = json.loads(inside)
    return found
