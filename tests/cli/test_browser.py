"""In a real browser, text of a stream is inert in our pages, and on a terminal that shows it.

Each payload is first shown to work in a page, or on a terminal, that does not escape it.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from streamkit.cli.main import streamkit
from streamkit.model.recording import write
from tests.browser import IN_CHROMIUM, Page, chromium
from tests.cli.test_terminal import on_a_terminal
from tests.clicking import CliRunner
from tests.exchanges import exchange

XTERM = Path(os.environ.get("STREAMKIT_NODE", "")) / "node_modules/@xterm/xterm/lib/xterm.js"

pytestmark = IN_CHROMIUM

OUTSIDE = "http://pwned.invalid/"
# Each opens a dialog, asks another host for something, or adds an element that has the attribute `data-pwned`.
MARKUP = [
    "<script>alert('pwned')</script>",
    "<img src=x onerror=alert('pwned')>",
    "</script><script>alert('pwned')</script>",
    "</title></style></textarea></pre></details><svg onload=alert('pwned')>",
    "\"'><a data-pwned href=\"javascript:alert('pwned')\">x</a>",
    "<iframe data-pwned srcdoc=\"<script>parent.alert('pwned')</script>\"></iframe>",
    "<body data-pwned onload=alert('pwned')>",
    f'<meta data-pwned http-equiv=refresh content="9;url={OUTSIDE}">',
    f"<base data-pwned href={OUTSIDE}>",
    f"<link rel=stylesheet href={OUTSIDE}s.css>",
    f"<style>@import '{OUTSIDE}i.css';</style>",
    "<form data-pwned onsubmit=\"alert('pwned');return false\"><button>x</button></form>",
    f"<object data-pwned data={OUTSIDE}o></object>",
    f"<video data-pwned src={OUTSIDE}v onerror=alert('pwned')></video>",
    "<details open ontoggle=alert('pwned')>x</details>",
    "<input autofocus onfocus=this.onfocus=alert('pwned')>",
    "<math data-pwned><mtext><script>alert('pwned')</script></mtext></math>",
    "<svg><animate onbegin=alert('pwned') attributeName=x dur=1s></svg>",
    "--!><img src=x onerror=alert('pwned')><!--",
    "]]><img src=x onerror=alert('pwned')>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert('pwned')>\">",
    "' data-pwned onmouseover=alert('pwned') x='",
    "\" data-pwned autofocus tabindex=1 onfocus=this.onfocus=alert('pwned') x=\"",
    "\\u003cimg src=x onerror=alert('pwned')\\u003e",
    "&lt;img src=x onerror=alert('pwned')&gt;",
]
# How text gets into a page that forgets to escape it.
CARELESS = """<!doctype html><meta charset=utf-8><title>x</title><div>{0}</div><p title="{0}"></p><p title='{0}'></p><!--{0}-->
<p id=text></p><script>document.getElementById("text").innerHTML = {1}</script>"""
TOUCH_ALL = """new Promise(done => {
    for (const each of document.querySelectorAll("body *"))
        for (const kind of ["mouseover", "mousemove", "mouseenter", "focus", "click", "mouseout"])
            each.dispatchEvent(new MouseEvent(kind, {bubbles: true, clientX: 300, clientY: 300}))
    setTimeout(() => done(document.querySelectorAll("[data-pwned]").length), 50)
})"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser.open()


def effects(page: Page, file: Path) -> tuple[list[str], list[str], int]:
    """Return what a page did when it was loaded, and everything in it touched: its dialogs, the addresses that it asked
    for beside its own, and the number of elements of the payload."""
    page.load(file.as_uri())
    added = page.evaluate(TOUCH_ALL)
    return page.dialogs, [url for url in page.requests if url != file.as_uri() and not url.startswith("data:")], added


@pytest.mark.parametrize("payload", MARKUP)
def test_a_careless_page_obeys_the_payload(page: Page, payload: str, tmp_path: Path) -> None:
    file = tmp_path / "careless.html"
    script = payload.replace('"', '\\"').replace("</", "<\\/").replace("&lt;", "<").replace("&gt;", ">")
    file.write_text(CARELESS.format(payload, f'"{script}"'), encoding="utf-8")
    dialogs, requests, added = effects(page, file)
    assert "pwned" in dialogs or added or any(url.startswith(OUTSIDE) for url in requests)


def hostile(text: str, folder: Path) -> Path:
    """Write a recording in which this text stands wherever a stream, its request or its file can have some."""

    def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
        value = {"id": text, "object": "chat.completion.chunk", "created": 1, "model": text, **more}
        return b"data: %b\n\n" % json.dumps(
            {**value, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
        ).encode("utf-8", "surrogatepass")

    raw = text.encode().replace(b"\n", b" ").replace(b"\r", b" ")
    call = {"index": 0, "id": text, "function": {"name": text, "arguments": json.dumps({text: text})}}
    made = exchange(
        (100, chunk({"role": "assistant", "content": text, "reasoning_content": text}, system_fingerprint=text)),
        (200, b": %b\n\nevent: %b\ndata: {broken %b\n\n%b: x\n\n" % (raw, raw, raw, raw)),
        (300, chunk({"tool_calls": [call], text: text}, extra=text)),
        (400, b"data: %b\n\n" % json.dumps({"error": {"message": text, "type": text, "code": text}}).encode()),
        (500, chunk({}, text)),
        (600, b"data: [DONE]\n\n"),
        path=f"/v1/chat/completions?{text}",
        body={"model": text, "messages": [{"role": "user", "content": text}]},
        headers=(("Content-Type", "text/event-stream"), ("x-request-id", re.sub(r"[^ -~]", " ", text))),
        labels={"label": text, text: "x"},
    )
    path = folder / (re.sub(r"[/\x00]", "", text)[:200] + ".jsonl")
    path.write_bytes(b"".join(write(made)))
    return path


@pytest.mark.parametrize("first", range(0, len(MARKUP), 5))
def test_a_page_of_streamkit_does_not(page: Page, first: int, tmp_path: Path) -> None:
    payloads = MARKUP[first : first + 5]
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    bad.write_bytes(b"".join(hostile(payload, tmp_path).read_bytes() for payload in payloads))
    plain = exchange((5, b'data: {"choices":[{"index":0,"delta":{"content":"x"}}]}\n\n'))
    good.write_bytes(b"".join(write(plain)) * len(payloads))
    for words in (["inspect"], ["stats"], ["diff", str(good)]):
        file = tmp_path / f"{words[0]}.html"
        CliRunner().invoke(streamkit, [*words, "--format", "html", "-o", str(file), str(bad)], standalone_mode=False)
        assert effects(page, file) == ([], [], 0), words
        shown = page.evaluate("document.documentElement.textContent").count("pwned")
        assert shown >= sum(payload.count("pwned") for payload in payloads), "the text is there, as text"


def esc(*texts: str) -> list[str]:
    return [f"\x1b{text}" for text in texts]


# What terminals obey: ECMA-48, and the control sequences of xterm (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html).
SEQUENCES = [
    *esc("]0;t\x07", "]1;t\x07", "]2;t\x1b\\", "]4;1;?\x07", "]7;file:///\x07", "]8;;http://x\x07a\x1b]8;;\x07", "]9;n\x07"),
    *esc("]10;?\x07", "]11;#000\x1b\\", "]52;c;aGk=\x07", "]52;c;?\x07", "]133;A\x07", "]777;notify;a;b\x07", "]1337;File=:\x07"),
    *esc("[2J", "[H", "[5n", "[6n", "[c", "[>c", "[1A\x1b[2Kgone", "[8m hidden", "[?1049h", "[?2004h", "[?1000h", "[?1h"),
    *esc("[4h", "[2;3r", "[10D<", "[3C>", "[2L", "P$qm\x1b\\", "_app\x1b\\", "^pm\x1b\\", "Xsos\x1b\\", "c", "(0qqq", "#8", "M"),
    "\x9d0;t\x9c", "\x9b2J", "\x07", "abc\b\b\bxyz", "safe\rrm -rf", "a\x0bb", "a\x0cb", "\x0eqqq\x0f", "a\x85b",
]  # fmt: skip
HANDLED = (0, 1, 2, 4, 7, 8, 9, 10, 11, 52, 133, 777, 1337)
# Returns what a terminal did with these bytes, beside showing text: replies, title, bells, operating system commands, modes.
TERMINAL = """((data, oscs) => new Promise(done => {
    const term = new Terminal({cols: 2000, rows: 20, scrollback: 9999, convertEol: false, allowProposedApi: true})
    const before = JSON.stringify(term.modes), did = []
    term.onData(text => did.push("reply " + text))
    term.onTitleChange(text => did.push("title " + text))
    term.onBell(() => did.push("bell"))
    for (const id of oscs) term.parser.registerOscHandler(id, text => { did.push("osc " + id); return false })
    term.write(Uint8Array.from(atob(data), each => each.charCodeAt(0)), () => {
        const buffer = term.buffer.active, lines = []
        for (let y = 0; y < buffer.length; y++) lines.push(buffer.getLine(y).translateToString(true))
        if (buffer.type !== "normal") did.push(buffer.type)
        if (JSON.stringify(term.modes) !== before) did.push("modes")
        while (lines.length && !lines[lines.length - 1]) lines.pop()
        done([did, lines])
        term.dispose()
    })
}))"""


@pytest.fixture(scope="module")
def terminal(page: Page) -> Page:
    if not XTERM.is_file():
        pytest.skip("STREAMKIT_NODE names no folder with node_modules/@xterm/xterm")
    page.load("about:blank")
    page.evaluate(XTERM.read_text(encoding="utf-8") + ";window.Terminal = Terminal; 1")
    return page


def shown(terminal: Page, data: bytes) -> tuple[list[str], list[str]]:
    """Return what a terminal did beside showing text, and its lines."""
    did, lines = terminal.evaluate(f"{TERMINAL}('{base64.b64encode(data).decode()}', {list(HANDLED)})")
    return did, lines


def test_a_terminal_obeys_each_payload(terminal: Page) -> None:
    for payload in SEQUENCES:
        did, lines = shown(terminal, f"1\r\nsafe {payload} text".encode())
        assert did or lines != ["1", f"safe {payload} text"], ascii(payload)


COMMANDS = [
    "inspect",
    "lint -q",
    "stats -q",
    "reassemble",
    "reassemble --text",
    "stats -q --definitions",
    "replay --no-delay",
]


def test_a_terminal_shows_what_streamkit_prints_and_nothing_else(terminal: Page, tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl"
    file.write_bytes(b"".join(hostile(payload, tmp_path).read_bytes() for payload in SEQUENCES))
    for command in COMMANDS:
        printed = on_a_terminal([*command.split(), str(file)])
        did, lines = shown(terminal, printed.encode())
        assert did == [], command
        expected = [line.rstrip() for line in printed.replace("\r\n", "\n").expandtabs(8).rstrip("\n").split("\n")]
        assert lines == expected, command
        assert (len(lines) > 5 and "\\x1b" in printed) or command.startswith("stats")
