"""docs/clients.md: how each client handles the bad streams of each rule, from the measurements that `breaks:` is based on.

    python docs/_clients.py

writes the page; a test checks that it is current. `make clients` repeats the measurements.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from streamkit.rules import RULES, effect, measurements

PAGE = Path(__file__).parent / "clients.md"
MEASURED = Path(__file__).parents[1] / "tests" / "clients"
_PARTS = {"text": "text", "reasoning": "reasoning", "calls": "tool calls"}
_LONGEST = 70
_HEAD = """\
# Which clients break on which defects

The severity of a rule and the text after `breaks:` in a finding are based on these measurements. Each row is a stream that breaks a
rule: the bad example of the rule, or a stream of `tests/specs/streams` with a small defect (the edits are described in
`streamkit/rules/_edits.py`). `streamkit serve` played it to every client of its API. Each cell compares the result with that for the
same stream without the defect:

* **ok**: the same text, reasoning, tool calls, finish reason, usage and role.
* **raises**: the client raises an exception. *breaks*: the client returns a value, and a plain loop that reads it raises.
* **loses**: no exception, but something is lost or changed: expected value → actual value. A finish reason that is in no event
  is *made up*.
* *as sent*: no exception, and a different result, which is what the stream contains.
* **hangs**: no result within ten seconds.
* An empty cell: the client does not support that API, or cannot read the stream without the defect.

If a rule with severity error has `ok` here, another client breaks. The measurements are in `streamkit/rules/clients.json`, where
`breaks:` is looked up by rule, API and JSON path; there are no claims beyond the measurements. To repeat them with the newest
versions, each client in its own environment (half of them need npm and Node):

    make clients
    make docs

This page is generated from that file."""


def page() -> str:
    """Return the page."""
    found = measurements()
    anchored: set[str] = set()
    features = _read("features")
    parts = [_HEAD, f"Measured {found['date']}.", "## The clients", *_clients(features, found)]
    parts += ["## Through serve and proxy", *_features(features)]
    parts += ["## Base URLs", *_variables(_read("variables"))]
    for api in dict.fromkeys(row["api"] for row in sorted(found["cases"], key=lambda row: row["api"])):
        parts += [f"## {api}", "\n".join(_of_api(found, api, anchored))]
    return "\n\n".join(parts) + "\n"


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((MEASURED / f"{name}.json").read_text(encoding="utf-8"))
    return found


def _clients(features: dict[str, Any], rules: dict[str, Any]) -> Iterator[str]:
    yield (
        f"{len(features['clients'])} clients, each with its newest version, measured {features['date']} through `serve` and `proxy`. The bad streams of\n"
        f"the rules were played to {len(rules['clients'])} of them: the others read streams with the code of one of these, or speak for one\n"
        "provider only."
    )
    rows = ["| client | versions | runs on | used as |", "|---|---|---|---|"]
    for name, client in features["clients"].items():
        versions = ", ".join(f"{package} {version}" for package, version in client["versions"].items())
        calls = dict.fromkeys(row["call"] for row in features["cases"] if row["client"] == name)
        calls |= dict.fromkeys(rules["clients"].get(name, {}).get("calls", ()))
        rows.append(
            f"| {client['label']} | {versions} | {client['runtime']} | {', '.join(f'`{call}`' for call in calls)} |"
        )
    yield "\n".join(rows)


def _features(found: dict[str, Any]) -> Iterator[str]:
    """Yield the table of features: the result with `serve`, and whether `proxy` in between changes it."""
    outcomes = [outcome for row in found["cases"] for outcome in row["features"].values()]
    same = sum("proxy" not in outcome for outcome in outcomes)
    exact = sum("bytes" not in outcome for outcome in outcomes)
    yield (
        f"Each client requests a stream of text, tool calls and reasoning from `serve`, and then the same text without streaming, which\n"
        f"is answered from the recording of the stream; then it gets an HTTP error (429), an error in the middle of a stream, a connection\n"
        f"that is cut after the first text, and a server that fails once, with the client's default retries. The same is repeated with\n"
        f"`proxy` in between: {same} of {len(outcomes)} results are the same, and in {exact} the recording of the proxy is byte for byte what was\n"
        f"served. Measured {found['date']}."
    )
    yield (
        "**works**: the client returns the text, the tool calls and the reasoning of the recording. An empty cell: there is no such stream\n"
        "for the API, or the client has no such call. The last four columns show what each client makes of a failure\n"
        "([more failures](faults-and-clients.md)): raising an exception is what it should do if it does not retry; ⚠ marks a failure that a\n"
        "program does not notice."
    )
    columns = list(dict.fromkeys(name for row in found["cases"] for name in row["features"]))
    lines = [f"| client | API | {' | '.join(columns)} |", f"|---|---|{'---|' * len(columns)}"]
    for row in found["cases"]:
        cells = [_feature(row["features"][name]) if name in row["features"] else "" for name in columns]
        label = found["clients"][row["client"]]["label"]
        lines.append(f"| {label} `{row['call']}` | {row['api']} | {' | '.join(cells)} |")
    yield "\n".join(lines)
    notes = [reason for client in found["clients"].values() for reason in client.get("explained", {}).values()]
    if notes:
        yield "\n".join(f"* {reason[0].upper()}{reason[1:]}." for reason in notes)


def _variables(found: dict[str, Any]) -> Iterator[str]:
    """Yield the table of base URLs: the variables that each client was seen to read, and what it needs otherwise."""
    yield (
        "Each client was started with no base URL in code, and with one of the [variables](providers.md#base-urls) that `serve -- CMD`,\n"
        f"`proxy -- CMD` and the pytest plugin set. Measured {found['date']}: a variable is listed if the client's request arrived at the\n"
        "server and was answered. Clients that read no variable get their base URL in code, by the option in the last column."
    )
    lines = ["| client | API | reads | otherwise |", "|---|---|---|---|"]
    for row in found["cases"]:
        read = [f"`{name}`" for name, request in row["variables"].items() if request.get("answered")]
        label = found["clients"][row["client"]]["label"]
        option = "" if read else f"`{row['option']}`"
        lines.append(f"| {label} `{row['call']}` | {row['api']} | {', '.join(read)} | {option} |")
    yield "\n".join(lines)


def _feature(outcome: dict[str, Any]) -> str:
    """Return a cell: the result with `serve` and, if it differs, with `proxy`."""
    more = f"; through `proxy` {_feature(outcome['proxy'])}" if "proxy" in outcome else ""
    more += "; bytes differ" if "bytes" in outcome else ""
    again = (
        f" after {outcome['requests'] - 1} {'retry' if outcome['requests'] == 2 else 'retries'}"
        if outcome["requests"] > 1
        else ""
    )
    if "raises" in outcome or "breaks" in outcome:
        return f"raises `{(outcome.get('raises') or outcome['breaks'])[0]}`{again}{more}"
    if "hangs" in outcome:
        return f"waits{again}{more}"
    if "unread" in outcome:
        return f"does not read the {' and the '.join(_PARTS[part] for part in outcome['unread'])}{more}"
    lost = effect(outcome, False, True)
    return f"{f'⚠ {lost}' if lost else 'works'}{again}{more}"


def _of_api(found: dict[str, Any], api: str, anchored: set[str]) -> Iterator[str]:
    """Yield the rows of one API, with a column for each call of a client that supports it."""
    rows = [row for row in found["cases"] if row["api"] == api]
    heads = {
        f"{client} {call}": f"{entry['label']} `{call}`"
        for client, entry in found["clients"].items()
        for call in entry["calls"]
        if any(f"{client} {call}" in row["outcomes"] for row in rows)
    }
    yield f"| rule | stream | change | {' | '.join(heads.values())} |"
    yield f"|---|---|---|{'---|' * len(heads)}"
    before = ""
    for row in rows:
        code = row["rule"]
        anchor = f'<a id="{code.lower()}"></a>' if code not in anchored else ""
        anchored.add(code)
        rule = f"{anchor}[{code}](rules/{code}.md) {RULES[code].name}" if code != before else f"{code}"
        before = code
        cells = [cell(row["outcomes"][head]) if head in row["outcomes"] else "" for head in heads]
        change = " ".join(_code(edit) for edit in row["edits"]) or "its bad example"
        yield f"| {rule} | {row['stream']} | {change} | {' | '.join(cells)} |"


def cell(outcome: dict[str, Any]) -> str:
    """Return one outcome as a table cell."""
    if "raises" in outcome or "breaks" in outcome:
        word = "**raises**" if "raises" in outcome else "*breaks*"
        kind, message = outcome.get("raises") or outcome["breaks"]
        return f"{word} {_code(f'{kind}: {message}' if message else kind)}"
    if "hangs" in outcome:
        return "**hangs**"
    parts = [f"**loses** {_changes(outcome['loses'])}"] if "loses" in outcome else []
    parts += [f"*as sent* {_changes(outcome['sent'])}"] if "sent" in outcome else []
    return "; ".join(parts) or "ok"


def _changes(fields: dict[str, list[Any]]) -> str:
    return ", ".join(
        f"{field} {_code(_short(usual))} → {_code(_short(given))}"
        if usual is not None
        else f"{field} {_code(_short(given))} made up"
        for field, (usual, given) in fields.items()
    )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _code(text: str) -> str:
    """Return any text as code in a table cell."""
    shown = text if len(text) <= 2 * _LONGEST else f"{text[: 2 * _LONGEST - 1]}…"
    shown = "".join(char if char.isprintable() else repr(char)[1:-1] for char in shown).replace("|", "\\|")
    if "`" not in shown:
        return f"`{shown}`"
    return f"`` {shown} ``"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
