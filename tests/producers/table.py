"""The table of docs/application-streams.md: what each producer was asked, and what streamkit makes of its answers.

    python -m tests.producers.table [NAME…]

installs the producers (or those whose names begin so), records them and writes `recorded.json` and the recordings.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from streamkit.apis import assemble, interpret
from streamkit.formats import read
from streamkit.metrics import METRICS, measure
from streamkit.model.exchange import Exchange
from streamkit.model.stream import Stream
from streamkit.rules import lint, selected
from tests.producers.producer import MODELS, PRODUCERS, RECORDINGS, Producer, exchanges, recorded, request_of

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).with_name("recorded.json")
KEPT = Path(__file__).with_name("recordings")


@dataclass(frozen=True, slots=True)
class Row:
    """One exchange. `text` is the name of the model whose whole text the stream has, or the text itself."""

    request: str
    api: str
    verdict: str
    findings: list[str]
    text: str


def text_of(stream: Stream) -> str:
    """Return the text that a reader of the stream sees."""
    messages = assemble(stream).message.messages
    return "".join(part.text for message in messages for part in message.parts if part.kind == "text")


def model_streams() -> dict[str, Stream]:
    """Return the last recording of each model."""
    found = {}
    for name, recordings in MODELS.items():
        [exchange] = read(str(RECORDINGS / f"{recordings[-1]}.jsonl"))
        found[name] = interpret(exchange)
    return found


def row(exchange: Exchange) -> Row:
    """Return the row of an exchange."""
    stream = interpret(exchange, judge=True)
    codes = sorted({finding.code for finding in lint(stream, selected()) if finding.severity != "info"})
    names = {text: name for name, model in reversed(model_streams().items()) if (text := text_of(model))}
    text = text_of(stream)
    return Row(request_of(exchange), stream.api, stream.verdict, codes, names.get(text, text))


def first_token(stream: Stream) -> int | None:
    """Return the time from the request to the first token (ns), None if the stream has none."""
    values = measure(stream, [METRICS["time_to_first_token"]]).samples["time_to_first_token"].values
    return round(values[0]) if values else None


def kept(producer: Producer) -> Path:
    """Return where the recording of the table is."""
    return KEPT / f"{producer.folder.name}.jsonl"


def rows(recording: Path) -> list[Row]:
    """Return the rows of a recording, in the order of what was asked: clients of MCP ask several things at once."""
    return sorted(map(row, exchanges(recording)), key=lambda one: (one.request, one.verdict))


def results() -> dict[str, dict[str, object]]:
    """Return the committed results, by package."""
    found: dict[str, dict[str, object]] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    return found


def main(names: list[str]) -> None:
    """Record all producers or those named, and write the results."""
    known = results()
    for producer in PRODUCERS:
        if not names or producer.name.startswith(tuple(names)):
            producer.install()
            with tempfile.TemporaryDirectory() as folder:
                known[producer.package] = measured(producer, Path(folder))
    ordered = {producer.package: known[producer.package] for producer in PRODUCERS if producer.package in known}
    RESULTS.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def measured(producer: Producer, folder: Path) -> dict[str, object]:
    """Return what the results hold about a producer."""
    recording = recorded(producer, folder)
    shutil.copy(recording, kept(producer))
    made = folder / "clients.json"
    if made.exists():
        shutil.copy(made, kept(producer).with_suffix(".clients.json"))
    found = [asdict(one) for one in rows(recording)]
    return {"name": producer.name, "version": producer.version, "rows": found}


if __name__ == "__main__":
    main(sys.argv[1:])
