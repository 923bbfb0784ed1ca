"""The page of `inspect --html` plays a stream, in a real browser: the clock, the keys, the views, the address."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from streamkit.cli.main import streamkit
from streamkit.model.exchange import Exchange, SentMessage
from streamkit.model.recording import write
from tests.browser import Page, chromium, needs_chromium
from tests.cli.test_inspect_websocket import conversation
from tests.clicking import CliRunner
from tests.exchanges import exchange

READY = """new Promise(done => {
    const look = () => document.documentElement.dataset.ready ? done(document.documentElement.dataset.ready) : setTimeout(look, 5)
    look()
})"""
PLAYED = """new Promise(done => {
    const look = () => play.textContent.includes("Play") ? done(true) : setTimeout(look, 5)
    look()
})"""
HOSTILE = "<img src=x onerror=document.title='pwned'>\u202e\x1b[2J</script><script>document.title='pwned'</script>"


def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
    value = {"id": "x", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return b"data: %b\n\n" % json.dumps(value).encode()


def call(arguments: str, **more: Any) -> bytes:
    return chunk({"tool_calls": [{"index": 0, **more, "function": {"name": "look", "arguments": arguments}}]})


SAMPLE = exchange(
    (100, chunk({"role": "assistant"})),
    (200, chunk({"reasoning_content": "Hm"})),
    (2200, chunk({"content": "Hello"})),
    (2300, chunk({"content": " you"}) + call('{"a"', id="t")),
    (2400, call(":1}")),
    (2500, chunk({}, "tool_calls") + b"data: [DONE]\n\n"),
    path="/v1/chat/completions",
)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser.open()


def made(folder: Path, *given: Exchange | bytes) -> Path:
    """Write the page of these streams: exchanges, or bodies without times."""
    paths = []
    for place, one in enumerate(given):
        path = folder / (f"{place}.sse" if isinstance(one, bytes) else f"{place}.jsonl")
        path.write_bytes(one if isinstance(one, bytes) else b"".join(write(one)))
        paths.append(str(path))
    out = folder / "player.html"
    result = CliRunner().invoke(streamkit, ["inspect", "--force", "--html", str(out), *paths], standalone_mode=False)
    assert (result.exception, result.return_value) == (None, 0)
    return out


def opened(page: Page, file: Path, at: str = "") -> Page:
    page.load("about:blank")  # an address that differs in its fragment only is not loaded again
    page.load(file.as_uri() + at)
    assert page.evaluate(READY) == "yes"
    return page


def press(page: Page, key: str, **more: bool) -> None:
    page.evaluate(
        f"document.body.dispatchEvent(new KeyboardEvent('keydown', {json.dumps({'key': key, 'bubbles': True, **more})}))"
    )


def message(page: Page) -> list[str]:
    """Return the parts of the message, each with its heading."""
    return list(
        page.evaluate(
            "[...document.querySelectorAll('.part')].map(e => e.children[0].textContent + '|' + e.children[1].textContent)"
        )
    )


def words(page: Page, selector: str) -> list[str]:
    return list(page.evaluate(f"[...document.querySelectorAll({json.dumps(selector)})].map(e => e.textContent)"))


WHOLE = ["∴ reasoning|Hm", "¶ text|Hello you", 'ƒ tool call 0: look|{"a":1}']


@needs_chromium
def test_it_opens_with_the_whole_stream(page: Page, tmp_path: Path) -> None:
    opened(page, made(tmp_path, SAMPLE))
    assert message(page) == WHOLE
    assert words(page, ".note") == ["@ role: assistant", "■ finish: tool_calls"]
    assert words(page, "#time") == ["2.500 s / 2.500 s"]
    assert words(page, ".row.current .n") == ["8"]
    assert words(page, ".new") == [], "the last item added nothing"
    seen = "(v => (m => m.top >= v.top && m.top < v.bottom)(document.querySelector('mark').getBoundingClientRect()))"
    assert page.evaluate(f"{seen}(document.querySelector('.wire').getBoundingClientRect())"), (
        "the current bytes are in sight"
    )


@needs_chromium
@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("0.150", []),
        ("1.000", ["∴ reasoning|Hm"]),
        ("2.250", ["∴ reasoning|Hm", "¶ text|Hello"]),
        ("2.350", ["∴ reasoning|Hm", "¶ text|Hello you", 'ƒ tool call 0: look|{"a"']),
        ("99", WHOLE),
    ],
)
def test_the_address_names_a_moment(page: Page, tmp_path: Path, moment: str, expected: list[str]) -> None:
    opened(page, made(tmp_path, SAMPLE), f"#t={moment}")
    assert message(page) == expected


@needs_chromium
def test_it_plays_to_the_end(page: Page, tmp_path: Path) -> None:
    opened(page, made(tmp_path, SAMPLE), "#t=0")
    page.evaluate("speed.value = 16; speed.dispatchEvent(new Event('change')); play.click()")
    assert words(page, "#play") == ["‖ Pause"]
    assert page.evaluate(PLAYED) is True
    assert message(page) == WHOLE
    assert page.evaluate("location.hash") == "#t=2.500"


@needs_chromium
def test_the_keys_step_by_item_and_back(page: Page, tmp_path: Path) -> None:
    opened(page, made(tmp_path, SAMPLE), "#t=0")
    for _ in range(4):
        press(page, "ArrowRight")
    assert message(page) == ["∴ reasoning|Hm", "¶ text|Hello you"], "of two items at one time, one"
    assert page.evaluate("location.hash") == "#t=2.300"
    assert words(page, "[role=status]") == ["item 4, 2.300 s, text:  you"]
    assert words(page, ".new") == [" you"]
    press(page, "ArrowLeft")
    assert message(page) == ["∴ reasoning|Hm", "¶ text|Hello"]
    press(page, "ArrowRight", shiftKey=True)
    assert message(page) == WHOLE
    press(page, "Home")
    assert message(page) == []
    press(page, "End")
    assert message(page) == WHOLE


@needs_chromium
def test_dragging_over_the_timeline_seeks(page: Page, tmp_path: Path) -> None:
    opened(page, made(tmp_path, SAMPLE))
    box = page.evaluate("(b => [b.left, b.top, b.width])(document.querySelector('canvas').getBoundingClientRect())")
    middle = {"x": box[0] + 74 + (box[2] - 82) / 2, "y": box[1] + 10, "button": "left", "clickCount": 1}
    page.call("Input.dispatchMouseEvent", type="mousePressed", **{**middle, "x": middle["x"] - 50})
    page.call("Input.dispatchMouseEvent", type="mouseMoved", **middle)
    page.call("Input.dispatchMouseEvent", type="mouseReleased", **middle)
    slider = "document.querySelector('[role=slider]')"
    assert page.evaluate(f"Number({slider}.ariaValueNow)") == pytest.approx(1.25, abs=0.02)
    assert message(page) == ["∴ reasoning|Hm"]
    assert page.evaluate(f"{slider}.ariaValueText").endswith(" s of 2.500 s")
    page.evaluate("shorten.click()")
    page.call("Input.dispatchMouseEvent", type="mousePressed", **middle)
    page.call("Input.dispatchMouseEvent", type="mouseReleased", **middle)
    # The gap from 0.2 s to 2.2 s takes 1 s of 1.5 s.
    assert page.evaluate(f"Number({slider}.ariaValueNow)") == pytest.approx(0.2 + 0.55 * 2, abs=0.05)


@needs_chromium
def test_the_wire_has_a_box_a_frame_and_marks_the_item(page: Page, tmp_path: Path) -> None:
    opened(
        page,
        made(tmp_path, exchange((100, b'data: {"choices":[{"delta":{"con'), (200, b'tent":"x"}}]}\n\n: hi\n\n'))),
        "#t=0.15",
    )
    assert words(page, ".frame .tag") == ["frame 1 · 0.100 s · 32 B"], "half an event has arrived, and no item"
    press(page, "ArrowRight")
    assert words(page, ".frame mark") == ['data: {"choices":[{"delta":{"con', 'tent":"x"}}]}↵\n↵\n']


@needs_chromium
def test_the_tree_shows_what_changed(page: Page, tmp_path: Path) -> None:
    first = b'data: {"id":"x","n":12345678901234567890,"choices":[{"index":0,"delta":{"role":"a"}}]}\n\n'
    second = b'data: {"id":"y","n":12345678901234567890,"choices":[{"index":0,"delta":{"content":"b"}}]}\n\n'
    opened(page, made(tmp_path, exchange((100, first), (200, second))))
    assert words(page, ".tree li.changed > .key") == ["id: "]
    assert words(page, ".tree .was") == [' was "x"']
    assert words(page, ".tree li.added > .key") == ["content: "]
    assert words(page, ".tree li.gone") == ["− role"]
    assert words(page, ".tree li.same") == ["n: 12345678901234567890", "index: 0"]


@needs_chromium
def test_a_finding_is_a_mark_that_opens_its_rule(page: Page, tmp_path: Path) -> None:
    opened(
        page,
        made(tmp_path, exchange((100, chunk({"content": "x"})), (200, b"data: {bad\n\n"), (300, chunk({}, "stop")))),
    )
    codes = words(page, ".findings .link")
    assert codes
    page.evaluate("document.querySelector('.mark').click()")
    assert page.evaluate("document.querySelector('dialog').open") is True
    assert page.evaluate("document.querySelector('dialog h2').textContent.split(' ')[0]") in codes
    assert len(words(page, "dialog pre")[0]) > 100, "the manual of the rule"
    assert words(page, ".row.current .n") == ["2"]


@needs_chromium
def test_two_streams_race_by_the_same_clock(page: Page, tmp_path: Path) -> None:
    fast = exchange((100, chunk({"content": "A"})), (300, chunk({"content": "B"}, "stop")))
    slow = exchange((200, chunk({"content": "C"})), (900, chunk({"content": "D"}, "stop")))
    opened(page, made(tmp_path, fast, slow), "#t=0.25")
    assert message(page) == ["¶ text|A", "¶ text|C"]
    press(page, "ArrowRight")
    assert message(page) == ["¶ text|AB", "¶ text|C"]
    assert [" · first" in state for state in words(page, ".state")] == [True, False]
    assert words(page, "#time") == ["0.300 s / 0.900 s"]


@needs_chromium
def test_a_log_without_times_is_stepped_through_and_has_none(page: Page, tmp_path: Path) -> None:
    opened(page, made(tmp_path, chunk({"content": "A"}) + chunk({"content": "B"}, "stop")), "#n=1")
    assert message(page) == ["¶ text|A"]
    assert words(page, "#time") == ["item 1 / item 2"]
    assert words(page, ".row .at") == ["-", "-"]


@needs_chromium
def test_what_a_client_of_a_websocket_sent_is_an_item(page: Page, tmp_path: Path) -> None:
    sent = (SentMessage(b'{"type":"response.create"}', 15_000_000, 1), SentMessage(HOSTILE.encode(), 45_000_000, 3))
    opened(page, made(tmp_path, conversation(*sent)))
    assert words(page, ".row.sent .kind") == ["→ sent", "→ sent"]
    assert [words(page, f".row:nth-child({place}) .kind")[0][:1] for place in range(1, 6)] == ["·", "→", "@", "■", "→"]
    assert "pwned" not in str(page.evaluate("document.title"))
    assert any("response.create" in text for text in words(page, ".row.sent"))


@needs_chromium
def test_hostile_text_is_inert_at_every_step(page: Page, tmp_path: Path) -> None:
    hostile = exchange(
        (100, chunk({"content": HOSTILE, "reasoning_content": HOSTILE})),
        (200, call(HOSTILE, id=HOSTILE) + b": %b\n\n" % HOSTILE.encode()),
        (300, b"data: {%b\n\n" % HOSTILE.encode()),
        (400, chunk({HOSTILE: HOSTILE}, "stop")),
    )
    file = made(tmp_path, hostile)
    opened(page, file, "#t=0")
    for _ in range(6):
        press(page, "ArrowRight")
        page.evaluate(
            "for (const each of document.querySelectorAll('.findings .link, .mark')) { each.click(); document.querySelector('dialog').close() }"
        )
        assert (
            page.evaluate("document.querySelectorAll('img, iframe, [onerror]').length + document.scripts.length") == 2
        )
    assert page.evaluate("document.title") == "streamkit inspect: 1 stream"
    assert page.dialogs == []
    assert [url for url in page.requests if url != file.as_uri() + "#t=0"] in ([], [file.as_uri()])
    text = "".join(message(page))
    assert "<img src=x" in text
    assert "\\u202e\\u001b[2J" in text
    assert "\u202e" not in page.evaluate("document.body.textContent")


def test_the_policy_allows_no_request_and_no_other_script(tmp_path: Path) -> None:
    text = made(tmp_path, SAMPLE).read_text()
    assert "default-src 'none'; style-src 'sha256-" in text
    assert "unsafe" not in text.partition("<body>")[0]
    assert not [word for word in ("http://", "https://", " src=", " href=", "innerHTML", "eval(") if word in text]


@needs_chromium
def test_many_chunks_fit_and_few_rows_are_elements(page: Page, tmp_path: Path) -> None:
    count = 100_000 if os.environ.get("STREAMKIT_SLOW_TESTS") else 20_000
    long = exchange(
        *((place, chunk({"content": f"word{place} "})) for place in range(count)), (count, chunk({}, "stop"))
    )
    file = made(tmp_path, long)
    assert file.stat().st_size < 100 * count
    opened(page, file)
    assert words(page, ".row.current .n") == [str(count + 1)]
    assert page.evaluate("document.querySelectorAll('*').length") < 2000
    page.evaluate(
        "location.hash = '#t=15.0005'; new Promise(done => addEventListener('hashchange', () => setTimeout(done)))"
    )
    assert words(page, ".row.current .what")[0].strip() == "word15000"


def test_streams_that_do_not_fit_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamkit.reporters._html_player.MOST", 2000)
    text = made(tmp_path, SAMPLE, SAMPLE, SAMPLE).read_text()
    assert "too large for this page: " in text
    assert text.count('"head":') < 3


@pytest.mark.parametrize("options", [["-o", "x"], ["--format", "jsonl"], ["--follow"]], ids=" ".join)
def test_html_is_one_output(tmp_path: Path, options: list[str]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(write(SAMPLE)))
    result = CliRunner().invoke(
        streamkit, ["inspect", "--html", str(tmp_path / "out.html"), *options, str(path)], standalone_mode=False
    )
    assert type(result.exception).__name__ == "UsageError"
    assert not (tmp_path / "out.html").exists()
