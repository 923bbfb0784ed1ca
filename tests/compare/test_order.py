"""`diff` detects every defect: an edit that a rule finds is a difference, and two correct runs have none."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamkit.apis import interpret
from streamkit.compare.order import moved
from streamkit.compare.streams import changes
from streamkit.formats import read
from streamkit.model.stream import Stream
from tests.rules.edits import edited
from tests.rules.test_pages import ROWS, Row

# What a comparison of two runs does not see: JSON is compared after decoding, repeated text is compared once, and
# times measured by a provider are new in every run.
UNSEEN = ("JSN204", "RSP811", "RSP817", "SEQ462", "USG510")
# Values repeated in several events, of which a comparison takes the last, and bytes that repeat a token's text.
REPEATED = {
    ("RSP818", "responses"),
    ("RSP821", "responses"),
    ("SEQ404", "gemini"),
    ("SEQ440", "transcription"),
    ("SEQ461", "transcription-diarized"),
    ("SCH302", "mcp"),
    ("SEQ403", "a2a"),
    ("SEQ403", "a2a-v03"),
    ("SEQ403", "ag-ui"),
    ("SEQ452", "ui-message"),
    ("SEQ457", "mcp"),
    ("SEQ459", "a2a"),
    ("SEQ460", "mcp"),
    ("SEQ461", "langgraph"),
    ("USG503", "gemini"),
    ("USG504", "gemini"),
}
# Values that are different in every run are compared only with `--ids`.
VOLATILE = ("SCH331",)
DEFECTS = [
    row
    for row in ROWS
    if row.found
    and row.edits
    and not row.page.startswith(("LOG", "REC", "TIM", *UNSEEN))
    and (row.page, row.stream) not in REPEATED
]


def stream_of(data: bytes, path: Path) -> Stream:
    path.write_bytes(data)
    return interpret(next(read(str(path))))


@pytest.mark.parametrize("row", DEFECTS, ids=lambda row: f"{row.page}-{row.stream}-{'; '.join(row.edits)[:60]}")
def test_a_defect_is_a_difference(row: Row, tmp_path: Path) -> None:
    good = stream_of(edited(row.stream, []), tmp_path / "good")
    bad = stream_of(edited(row.stream, list(row.edits)), tmp_path / "bad")
    assert list(changes(good, bad, ids=row.page in VOLATILE)), row
    assert not list(changes(good, good))
    assert not list(changes(bad, bad))


@pytest.mark.parametrize(
    ("edits", "before", "after"),
    [
        (['set 2 $.choices[0].delta.role "assistant"'], None, 'choices[].delta.role: "assistant"'),
    ],
)
def test_what_is_shown(edits: list[str], before: str | None, after: str, tmp_path: Path) -> None:
    good = stream_of(edited("chat", []), tmp_path / "good")
    bad = stream_of(edited("chat", edits), tmp_path / "bad")
    shown = list(moved(good, bad))
    assert len(shown) >= 1
    assert any(after in (place.after or "") for place in shown)


def test_text_split_differently_is_not_a_difference(tmp_path: Path) -> None:
    chunk = (
        'data: {{"id":"c","object":"chat.completion.chunk","created":1,"model":"m",'
        '"choices":[{{"index":0,"delta":{},"finish_reason":{}}}]}}\n\n'
    )
    start, stop = chunk.format('{"role":"assistant","content":""}', "null"), chunk.format("{}", '"stop"')
    runs = [["Hello", " you"], ["Hel", "lo", " y", "ou"]]
    bodies = [
        start + "".join(chunk.format(f'{{"content":"{piece}"}}', "null") for piece in run) + stop + "data: [DONE]\n\n"
        for run in runs
    ]
    first, second = (stream_of(body.encode(), tmp_path / str(n)) for n, body in enumerate(bodies))
    assert list(moved(first, second)) == []
    assert [(change.kind, change.where) for change in changes(first, second)] == [("frames", "events")]
