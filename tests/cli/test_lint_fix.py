"""`lint --fix`: it changes how an event stream is written, but no event."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.apis import interpret
from streamkit.cli.main import streamkit
from streamkit.formats import read
from streamkit.rules import RULES, fix
from streamkit.wire.sse import decode
from streamkit.wire.values import Event
from tests.clicking import CliRunner, Result

CHUNK = (
    '{"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m",'
    '"choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}'
)
GOOD = f"data: {CHUNK}\n\ndata: [DONE]\n\n"

TABLE = {
    "a byte order mark": ("\ufeff" + GOOD, GOOD),
    "no last blank line": (GOOD[:-1], GOOD),
    "no last line end": (GOOD[:-2], GOOD),
    "the same in CRLF": (GOOD.replace("\n", "\r\n")[:-4], GOOD.replace("\n", "\r\n")),
    "mixed line ends": (GOOD[:-2] + "\r\n\r\n", None),
    "mostly CRLF": (GOOD.replace("\n", "\r\n")[:-2] + "\n", GOOD.replace("\n", "\r\n")),
    "no space": (GOOD.replace("data: ", "data:"), GOOD),
    "all at once": ("\ufeff" + GOOD.replace("data: ", "data:")[:-2], GOOD),
    "data that is cut": (f"data: {CHUNK}\n\ndata: {CHUNK[:40]}", None),
    "nothing": (GOOD, None),
}


def run(*words: str) -> Result:
    return CliRunner().invoke(streamkit, ["lint", "--no-config", "--select", "SSE", *words], standalone_mode=False)


@pytest.mark.parametrize(("before", "after"), TABLE.values(), ids=TABLE)
def test_fixes(tmp_path: Path, before: str, after: str | None) -> None:
    if before == TABLE["mixed line ends"][0]:
        after = GOOD  # two line feeds and two CRLF: the first of the two most frequent
    path = tmp_path / "a.sse"
    path.write_bytes(before.encode())
    run("--fix", str(path))
    assert path.read_bytes() == (after or before).encode()
    assert "SSE10" not in run(str(path)).output or after is None


def test_a_diff_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.sse"
    path.write_bytes(TABLE["a byte order mark"][0].encode())
    shown = run("--diff", str(path))
    assert shown.return_value == 1
    assert shown.output.splitlines()[3:5] == [f"-\\ufeffdata: {CHUNK}", f"+data: {CHUNK}"]
    assert path.read_bytes() == TABLE["a byte order mark"][0].encode()
    path.write_text(GOOD)
    assert (run("--diff", str(path)).output, run("--diff", str(path)).return_value) == ("", 0)


def test_only_enabled_rules_are_fixed(tmp_path: Path) -> None:
    path = tmp_path / "a.sse"
    path.write_text(TABLE["no space"][0])
    CliRunner().invoke(streamkit, ["lint", "--no-config", "--fix", str(path)], standalone_mode=False)
    assert path.read_text() == TABLE["no space"][0]


def test_recordings_and_logs_are_not_changed(tmp_path: Path) -> None:
    recording = Path(__file__).parents[2] / "recordings" / "openai_chat" / "cut-off.jsonl"
    kept = {tmp_path / "a.jsonl": recording.read_bytes(), tmp_path / "a.log": f"a log:\ndata:{CHUNK}\n".encode()}
    for path, data in kept.items():
        path.write_bytes(data)
    run("--fix", str(tmp_path))
    assert {path: path.read_bytes() for path in kept} == kept


def test_links_and_permissions_are_kept(tmp_path: Path) -> None:
    target, link = tmp_path / "kept.sse", tmp_path / "link.sse"
    target.write_text(GOOD[:-2])
    target.chmod(0o644)
    link.symlink_to(target)
    run("--fix", str(link))
    assert link.is_symlink()
    assert target.read_text() == GOOD
    assert os.stat(target).st_mode & 0o777 == 0o644  # noqa: PTH116


def test_standard_input_is_rejected() -> None:
    assert "take files" in str(run("--fix", "-").exception)


LINES = st.lists(
    st.sampled_from(
        ["data: {}", "data:x", "data: [DONE]", "", "", ": c", "event: e", "id:7", "retry:5", "\ufeff", "data"]
    ),
    max_size=14,
)
ENDS = st.lists(st.sampled_from(["\n", "\r\n", "\r"]), min_size=15, max_size=15)


@given(LINES, ENDS, st.booleans())
def test_no_event_changes(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], ends: list[str], mark: bool
) -> None:
    text = "".join(line + end for line, end in zip(lines, ends, strict=False))
    body = ("\ufeff" * mark + f"data: {CHUNK}\n\n" + text).encode()
    path = tmp_path_factory.getbasetemp() / "any.sse"
    path.write_bytes(body)
    [exchange] = read(str(path), format="event-stream")
    fixed = fix(interpret(exchange, judge=True), RULES.values())
    after = fixed.body if fixed else body
    before_events, after_events = events(body), events(after)
    assert after_events[: len(before_events)] == before_events
    assert len(after_events) <= len(before_events) + 1


def events(body: bytes) -> list[tuple[str, bytes, str, int | None]]:
    return [(item.name, item.data, item.id, item.retry) for item in decode(body).items() if isinstance(item, Event)]
