"""Producers of others, started over `streamkit serve` and recorded with `streamkit proxy`: their streams are as the table describes them.

    python -m tests.producers.table          installs them, records them and writes the table
    STREAMKIT_PRODUCERS=1 pytest tests/producers/test_real_producers.py

Opt-in, as starting them takes minutes; those that are not installed, or in another version, are skipped.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import asdict
from pathlib import Path

import pytest

from streamkit.apis import interpret
from tests.producers.producer import MODELS, PRODUCERS, STREAMKIT, Producer, exchanges, recorded, request_of
from tests.producers.table import ROOT, first_token, kept, model_streams, results, row, rows
from tests.rules.test_docs import part

KNOWN = results()
PAGE = part("_applications")
on_request = pytest.mark.skipif(
    not os.environ.get("STREAMKIT_PRODUCERS"), reason="STREAMKIT_PRODUCERS is not set: real producers are started"
)


def streamkit(command: str, recording: Path, *options: str) -> tuple[int, str]:
    """Return the exit code of a command over a recording, and what it prints."""
    words = [*STREAMKIT, command, str(recording), *options]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


@on_request
@pytest.mark.parametrize("producer", PRODUCERS, ids=lambda producer: producer.package)
def test_the_streams_are_those_of_the_table(producer: Producer, tmp_path: Path) -> None:
    known = KNOWN[producer.package]
    if producer.version is None:
        pytest.skip("not installed: python -m tests.producers.table installs it")
    if producer.version != known["version"]:
        pytest.skip(f"recorded with {known['version']}, and {producer.version} is installed: record again")
    assert_table_holds(producer, recorded(producer, tmp_path))


@pytest.mark.parametrize("producer", PRODUCERS, ids=lambda producer: producer.package)
def test_the_recordings_are_those_of_the_table(producer: Producer) -> None:
    assert_table_holds(producer, kept(producer))


def assert_table_holds(producer: Producer, recording: Path) -> None:
    """Check that a recording has the rows of the table, and what the commands make of it."""
    known = KNOWN[producer.package]
    assert [asdict(one) for one in rows(recording)] == known["rows"]

    # The user sees the first token no earlier than the model sent it, but for what the model's own recording took to connect.
    models = {name: first_token(stream) for name, stream in model_streams().items()}
    for exchange in exchanges(recording):
        earliest, seen = models.get(row(exchange).text), first_token(interpret(exchange))
        assert earliest is None or seen is None or seen >= 0.9 * earliest

    found = [finding for one in rows(recording) for finding in one.findings]
    code, printed = streamkit("lint", recording, "--format", "json")
    reported = {one["code"] for one in json.loads(printed)["findings"] if one["severity"] != "info"}
    assert (code, reported) == (int(bool(found)), set(found))
    assert streamkit("stats", recording, "--format", "json")[0] == 0
    code, printed = streamkit("inspect", recording, "--format", "jsonl")
    assert (code, len(printed.splitlines()) > len(known["rows"])) == (0, True)  # type: ignore[arg-type]
    _, printed = streamkit("reassemble", recording, "--text")
    texts = {one.text for one in rows(recording) if one.text}
    assert all(text in MODELS or text in printed for text in texts)


def test_the_table_has_every_producer() -> None:
    assert list(KNOWN) == [producer.package for producer in PRODUCERS]


def test_every_finding_is_explained() -> None:
    found = {
        (str(known["name"]), code)
        for known in KNOWN.values()
        for one in known["rows"]  # type: ignore[attr-defined]
        for code in one["findings"]
        if code != "SEQ421"  # the stream reports the error of its model
    }
    assert found == set(PAGE.EXPLAINED)


def test_the_text_of_a_model_reaches_its_user_whole() -> None:
    """Of every stream over the model `plain`, the text is the model's own."""
    texts = [one["text"] for known in KNOWN.values() for one in known["rows"]]  # type: ignore[attr-defined]
    assert texts.count("plain") >= 20
    assert {text for text in texts if text in MODELS} >= {"plain", "reasoning", "error", "cut", "model-a"}


@pytest.mark.parametrize(
    ("modes", "given"),
    [
        ("messages", True),  # as messages/partial, which repeats what there is so far
        ("messages-tuple+values", True),
        ("events", True),
        ("values", False),  # the state after each step
        ("updates", False),
        ("custom+updates+tasks", False),
        ("debug", False),
    ],
)
def test_a_run_has_a_first_token_where_its_mode_sends_pieces(modes: str, given: bool) -> None:
    runs = {request_of(one): one for one in exchanges(Path(__file__).with_name("recordings") / "langgraph-cli.jsonl")}
    stream = interpret(runs[f"POST /runs/stream {modes} of agent"])
    assert (first_token(stream) is not None) is given
    text = "".join(
        delta.text for index in range(len(stream.chunks)) for delta in stream.deltas(index) if delta.kind == "text"
    )
    assert text == (
        "Streams are rivers of small words. Each token drifts by in its own time, and together they say something."
        if given
        else ""
    )


def test_the_page_matches_the_table() -> None:
    page = (ROOT / "docs" / "application-streams.md").read_text(encoding="utf-8")
    assert page == PAGE.page(), "run: python docs/generate.py"
