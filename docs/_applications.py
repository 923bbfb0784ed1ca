"""Generate docs/application-streams.md from the measurements in tests/.

Run `python docs/_applications.py`. A test checks that the page is up to date.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = Path(__file__).parent / "application-streams.md"
PRODUCERS = ROOT / "tests" / "specs" / "producers"
RECORDED = ROOT / "tests" / "producers" / "recorded.json"
CLIENTS = RECORDED.parent / "recordings" / "openai.clients.json"
FIGURES = ROOT / "tests" / "rules" / "application_defects.json"

_ROW = re.compile(r"^\| `(\w+)/[^`]+` \| [^|]+ \|[^|]*\| [\w-]+ \|([^|]*)\|$", re.MULTILINE)
_APIS = ("ai_sdk_ui", "ai_data_stream", "ag_ui", "mcp", "a2a", "langgraph")

EXPLAINED = {
    (
        "ai",
        "SEQ425",
    ): "After the connection to its model was reset, ai 6 and 7 leave their own stream open: it has no more events, no"
    " error and no end. `useChat` waits until the user gives up; here the client leaves after 5 s.",
    (
        "pydantic-ai",
        "SEQ452",
    ): "If the model rejects the first request, the adapter finishes a step that it never started. `useChat` of ai 7"
    " shows the error all the same, so this is a warning.",
    (
        "a2a-sdk",
        "SEQ450",
    ): "The agent sends artifacts without the task before them, as the sample `travel_planner_agent` does. The specification requires the"
    " task first; the SDK's server passes the artifacts on, and its client makes up a task, so this is a warning.",
    (
        "LangServe",
        "SEQ424",
    ): "After the event `error`, the server closes the connection without the last chunk of the HTTP body."
    " `RemoteRunnable` raises on the event, before it notices; a client that goes on reading gets a connection error.",
}
"""Why a producer's stream has a finding, and what its client makes of that. That a model's error is reported needs no reason."""

_HEAD = """# Streams of applications

The stream of a provider ends at the backend; the backend streams something else to its user. These protocols are [APIs](apis.md) like
those of the providers: `record` and `proxy` record them, `lint` checks them, `reassemble` returns what their client shows, and `stats`
measures the time to the first token as the user has it, not the backend.

```sh
streamkit proxy http://127.0.0.1:3000 -o app.jsonl   # in front of your application; point the browser at the proxy
streamkit lint app.jsonl
streamkit serve app.jsonl                            # the application without its backend and its model
```

## What is checked

*Real streams* were sent by the frameworks [below](#producers), and by those of `tests/specs/producers`; *explained* are those with an
error or a warning, each of which is a deviation of the producer, the error of its model or a client that left. *Defects* are made of a good stream, one in
each event and field: an event that is dropped, doubled, moved, renamed or swapped; a field that is gone, null, empty, misspelled, of
another type or another value. *Reassembled* are the streams in `tests/specs/producers` whose object equals that of the protocol's own
client, or that this client rejects, and `lint` as well.

| API | real streams | explained | defects found | reassembled as by |
|---|---|---|---|---|
"""

_NOTES = """
Every one of these streams gives the same result when it arrives in single bytes, and no value of any field ends a run: each place of
each event was replaced by nested arrays, numbers of 400 digits, lone surrogates and the like (`tests/rules/test_hostile.py`,
`tests/apis/test_any_json.py`).

A real session of OpenAI's Realtime API needs a key, so its row has no real streams: a small server
(`tests/producers/programs/openai_websocket.py`) plays text, speech, a call, an error and a cancelled response with the events of OpenAI's
reference, to openai-python, whose events are typed, and to openai-agents, which validates each of them and keeps the conversation. What
both have at the end is what is reassembled from the recording between them (`tests/producers/test_websocket_clients.py`).

Of LangGraph's modes, `messages`, `messages-tuple` and `events` send what the model streams, so that there is a time to the first token;
`messages` repeats all there is so far in each event, of which only what is new counts. `values`, `updates`, `tasks` and `debug` send states
after a step, `custom` what the graph makes of it: the time is missing, with that reason.

### AG-UI's conformance streams

The specification of AG-UI has a corpus of 68 streams for clients (version 1.1, `spec/1.1/conformance/streams` in its repository), each
with the outcome that it requires. `tests/apis/ag_ui_conformance.jsonl` has all of them, with IDs and texts of our own: what a client must
reject has an error, what it must accept has none, and the messages and the state are those required. A role that does not exist is an
error, because the first-party client rejects it, although the specification asks clients to ignore it. What a client itself sends is not
checked. `STREAMKIT_AG_UI_SPEC=FOLDER pytest tests/apis/test_ag_ui_conformance.py` checks a copy of the specification; a
scheduled workflow does so with the newest.

## Producers

Each was started on the newest version with its models played by `streamkit serve` (the synthetic recordings of this project), was asked
by its own client where it has one, and was recorded between the two by `streamkit proxy`. In the column *text*, a name is that of the
recording whose whole text the stream has. The agents of a2a-sdk called `helloworld`, `currency` and `planner` do what three of the
protocol's own samples do (`helloworld`, `langgraph` and `travel_planner_agent` in a2aproject/a2a-samples). The recordings are in `tests/producers/recordings`; `python -m tests.producers.table` makes
them again, and a scheduled workflow repeats the comparison.

| producer | request | API | verdict | findings | text |
|---|---|---|---|---|---|
"""

_EXPLANATIONS = """
`SEQ421` is the error of the model, which the producer reports. The other findings:

"""


def page() -> str:
    """Return the page."""
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    rows = [line for known in recorded.values() for line in _rows(known)]
    reasons = [f"* **{name}, [{code}](rules/{code}.md)**: {reason}" for (name, code), reason in EXPLAINED.items()]
    checked = [*(_api_row(api, recorded) for api in _APIS), *_websocket_rows()]
    return (
        _HEAD + "\n".join(checked) + "\n" + _NOTES + "\n".join(rows) + "\n" + _EXPLANATIONS + "\n".join(reasons) + "\n"
    )


def _api_row(api: str, recorded: dict[str, Any]) -> str:
    kept = [codes.split() for name, codes in _ROW.findall(_readme()) if name == api]
    all_rows = [one for known in recorded.values() for one in known["rows"]]
    live = [one["findings"] for one in all_rows if one["api"] == api and one["verdict"] != "not-a-stream"]
    streams = kept + live
    referees = [json.loads(path.read_text(encoding="utf-8")) for path in _referees(api)]
    clients = ", ".join(f"`{one['call']}` of {' '.join(next(iter(one['versions'].items())))}" for one in referees)
    same = len({name for one in referees for name in one["streams"]})
    return f"| [`{api}`](apis.md#{api}) | {len(streams)} | {sum(map(bool, streams))} | {_defects(api)} | {clients}: {same} of {same} |"


def _readme() -> str:
    return (PRODUCERS / "README.md").read_text(encoding="utf-8")


def _referees(api: str) -> list[Path]:
    return [PRODUCERS / f"{name}.json" for name in ((api, "langserve") if api == "langgraph" else (api,))]


def _defects(api: str) -> str:
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    return "; ".join(_share(one) for one in figures.values() if one["api"] == api)


def _share(figure: dict[str, Any]) -> str:
    """Return how many defects are found, with the share rounded down."""
    found, made = figure["found"], figure["defects"]
    return f"{found} of {made} ({100 * found // made} %)"


def _websocket_rows() -> list[str]:
    clients = json.loads(CLIENTS.read_text(encoding="utf-8"))
    sessions = {"openai_responses": 0, "openai_realtime": 0}
    for name in clients.keys() - {"version"}:
        sessions["openai_responses" if name.startswith("response ") else "openai_realtime"] += 1
    both = f"`connect()` of openai-python {clients['version']}, openai-agents"
    referees = {api: f"{both}: {count} of {count}" for api, count in sessions.items()}
    return [
        f"| [`{api}`](apis.md#{api}) over a [WebSocket](websocket.md) | - | - | {_defects(api)} | {referee} |"
        for api, referee in referees.items()
    ]


def _rows(known: dict[str, Any]) -> list[str]:
    return [
        f"| {known['name']} {known['version']} | `{one['request']}` | {one['api']} | {one['verdict']} | {_codes(one['findings'])} |"
        f" {_text(one['text'])} |"
        for one in known["rows"]
    ]


def _codes(codes: list[str]) -> str:
    return ", ".join(f"[{code}](rules/{code}.md)" for code in codes)


def _text(text: str) -> str:
    return f"`{text}`" if re.fullmatch(r"[a-z-]*", text) and text else text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
