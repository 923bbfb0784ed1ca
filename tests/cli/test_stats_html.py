"""The page of `stats --html`: one file, no network access, and text of a stream cannot do anything in it."""

from __future__ import annotations

import gc
import html.parser
import weakref
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import orjson
import pytest

from streamkit.apis import interpret
from streamkit.cli._page import origin
from streamkit.cli.main import streamkit
from streamkit.model.recording import write
from streamkit.reporters import REPORTERS, PageStream
from tests.clicking import CliRunner
from tests.metrics.making import ROLE, STOP, chunk, exchange, plain, text, usage

HOSTILE = [
    "<script>document.title='pwned'</script>",
    "<img src=x onerror=\"document.title='pwned'\">",
    "</script><script>document.title='pwned'</script>",
    "</title></style></pre></details><svg onload=\"document.title='pwned'\">",
    "\"'><a href=\"javascript:document.title='pwned'\">x</a>",
    "<iframe src='javascript:parent.document.title=1'></iframe><meta http-equiv=refresh content=0>",
    "<!-- ]]> &lt;b&gt; \u202e\u001b[2J\u2028",
]


class Elements(html.parser.HTMLParser):
    """The elements and attributes that a page really has."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page of three streams, one of them made to break out of the page wherever its text is shown."""
    answered = [(100 + 20 * place, text(one)) for place, one in enumerate(HOSTILE)]
    thought = [(50, chunk({"reasoning_content": HOSTILE[0]}))]
    called = [
        (
            400,
            chunk({"tool_calls": [{"index": 0, "id": "t", "function": {"name": HOSTILE[1], "arguments": HOSTILE[2]}}]}),
        )
    ]
    events = [(20, ROLE), *thought, *answered, *called, (410, STOP), (420, usage(9)), (420, "[DONE]")]
    renamed = [(at, data.replace('"m-1"', orjson.dumps(HOSTILE[1]).decode())) for at, data in events]
    path = tmp_path / "a<img src=x onerror=document.title='pwned'>.jsonl"
    hostile = exchange(renamed, labels={HOSTILE[1]: HOSTILE[0]})
    path.write_bytes(
        b"".join(line for one in (hostile, exchange(plain(10)), exchange(plain(30)[:9])) for line in write(one))
    )
    out = tmp_path / "report.html"
    result = CliRunner().invoke(streamkit, ["stats", "--html", str(out), str(path)], standalone_mode=False)
    assert (result.exception, result.return_value) == (None, 0)
    return out


def test_it_makes_no_network_requests(page: Path) -> None:
    found = Elements(page.read_text())
    assert not {"img", "iframe", "link", "a", "object", "embed", "base"} & set(found.tags)
    assert not {"src", "href", "style", "srcset", "action"} & found.attributes
    assert not {name for name in found.attributes if name.startswith("on")}
    assert found.tags.count("script") == 2  # the data, and the script that sorts
    assert found.tags.count("style") == 1


def test_the_policy_names_the_style_and_the_script_by_digest(page: Path) -> None:
    text = page.read_text()
    assert "default-src 'none'; style-src 'sha256-" in text
    assert "unsafe" not in text.partition("<body>")[0]


def test_hostile_text_is_shown_as_text(page: Path) -> None:
    found = Elements(page.read_text())
    shown = "".join(found.texts)
    for one in HOSTILE[:-1]:
        assert one in shown
    assert "\x1b" not in shown
    assert "\u202e" not in "".join(one for one in found.texts if not one.startswith('{"version"'))


def test_the_data_can_be_read_back(page: Path) -> None:
    inside = page.read_text().partition('<script type="application/json" id="data">')[2].partition("</script>")[0]
    document = orjson.loads(inside)
    assert len(document["streams"]) == 3
    assert document["streams"][0]["model"] == HOSTILE[1]


def test_it_has_the_time_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Clock:
            return cls(2026, 11, 22, 10, 30, tzinfo=UTC).astimezone(tz)

    monkeypatch.setattr("streamkit.cli._page.datetime", Clock)
    assert origin().written == "2026-11-22T10:30:00Z"


def test_it_has_every_part(page: Path) -> None:
    text = page.read_text()
    for part in (
        "3 streams: 2 complete, 1 truncated",
        "Time to first token",
        'class="cdf"',
        'class="gen"',
        "What each tool would say",
        "AIPerf 0.13",
        "choice 0, reasoning",
        "prefers-color-scheme:dark",
    ):
        assert part in text


def test_streams_with_the_same_name_are_distinguished_by_folder(tmp_path: Path) -> None:
    for folder in ("before", "after"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "run.jsonl").write_bytes(b"".join(write(exchange(plain(4)))))
    out = tmp_path / "report.html"
    CliRunner().invoke(streamkit, ["stats", "--html", str(out), str(tmp_path)], standalone_mode=False)
    assert ">before/run.jsonl</text>" in out.read_text()
    assert ">after/run.jsonl</text>" in out.read_text()


def test_a_stream_without_times_has_a_page_too(tmp_path: Path) -> None:
    log, out = tmp_path / "log.sse", tmp_path / "report.html"
    log.write_text("".join(f"data: {data}\n\n" for _, data in plain(4)))
    assert (
        CliRunner().invoke(streamkit, ["stats", "--html", str(out), str(log)], standalone_mode=False).return_value == 0
    )
    assert "no arrival times, so no picture over time" in out.read_text()


def test_a_page_of_many_streams_shows_the_first_ones_event_by_event_and_the_others_in_brief(tmp_path: Path) -> None:
    path, out = tmp_path / "run.jsonl", tmp_path / "report.html"
    path.write_bytes(b"".join(line for _ in range(6) for line in write(exchange(plain(400)))))
    CliRunner().invoke(streamkit, ["stats", "--html", str(out), str(path)], standalone_mode=False)
    sections = out.read_text().partition("<h2>Each stream</h2>")[2].split("<details><summary><b>")[1:]
    assert ["events</summary>" in section for section in sections] == [True, True, True, False, False, False]
    assert [section.count("<title>") > 400 for section in sections] == [True, True, False, False, False, False]
    assert [f"run.jsonl{number}&#x27;</code> shows" in sections[place] for place, number in ((3, "#4"), (5, "#6"))] == [
        True,
        True,
    ]
    assert all('class="textk"' in section for section in sections), "each has its picture"
    assert len(sections[4]) < len(sections[0]) / 8


def test_nothing_of_a_stream_is_kept_once_it_is_drawn() -> None:
    sections = REPORTERS["html"].sections
    assert sections is not None
    draw, kept = sections(), []
    for _ in range(3):
        stream = interpret(exchange(plain(5)), judge=True)
        kept.append(weakref.ref(stream.exchange.frames))
        draw(PageStream({}, stream))
        del stream
    gc.collect()
    assert [frames() for frames in kept] == [None, None, None]
