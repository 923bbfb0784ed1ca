"""docs/clients.md: what each client makes of each rule's bad streams, from the measurements that claims are made of.

    python docs/_clients.py

writes the page; a test holds it to what it would write. `make clients` measures again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from streamkit.rules import RULES, effect, measurements

PAGE = Path(__file__).parent / "clients.md"
FEATURES = Path(__file__).parents[1] / "tests" / "clients" / "features.json"
_LONGEST = 70
_HEAD = """\
# Which client breaks on what

Severity follows measurement, and so does every word after `breaks:` in a finding. Each row is a stream that breaks a rule: the
rule's own bad example, or a stream of `tests/specs/streams` with a small defect (the words are those of
`streamkit/rules/_edits.py`). `streamkit serve` played it to every client of its API, and the cell says what the client made of it,
beside what it made of the same stream without the defect:

* **ok**: the same text, reasoning, tool calls, finish reason, usage and role.
* **raises** an exception. *breaks*: the client hands on a value, and a plain loop that reads it raises.
* **loses**: no exception, and something is lost or changed: what it was → what the client gives. A finish reason that no event
  has is *made up*.
* *as sent*: no exception, and another answer, which is what the stream itself holds: the loss was there before any client.
* **hangs**: nothing comes back within ten seconds.
* An empty cell: the client does not read that API, or not the stream without the defect.

`ok` beside an error means that another client breaks. The measurements are one file, `streamkit/rules/clients.json`, which a
finding's `breaks:` is looked up in by rule, API and JSON path; what was not measured is not claimed. To measure again, with the
newest versions of all, each in an environment of its own (npm and Node are needed for half of them):

    make clients
    make docs

This page is made from that file."""


def page() -> str:
    """The page."""
    found = measurements()
    anchored: set[str] = set()
    parts = [_HEAD, f"Measured {found['date']}.", "## The clients", *_clients(found)]
    parts += ["## Through serve and proxy", *_features()]
    for api in dict.fromkeys(row["api"] for row in sorted(found["cases"], key=lambda row: row["api"])):
        parts += [f"## {api}", "\n".join(_of_api(found, api, anchored))]
    return "\n\n".join(parts) + "\n"


def _clients(found: dict[str, Any]) -> Iterator[str]:
    rows = ["| client | versions | runs on | used as |", "|---|---|---|---|"]
    for told in found["clients"].values():
        versions = ", ".join(f"{package} {version}" for package, version in told["versions"].items())
        calls = ", ".join(f"`{call}`" for call in told["calls"])
        rows.append(f"| {told['label']} | {versions} | {told['runtime']} | {calls} |")
    yield "\n".join(rows)


def _features() -> Iterator[str]:
    """What each client is used for, as `serve` answers it, and whether `proxy` in between made a difference."""
    found = json.loads(FEATURES.read_text(encoding="utf-8"))
    cells = [told for row in found["cases"] for told in row["features"].values()]
    same = sum("proxy" not in told for told in cells)
    exact = sum("bytes" not in told for told in cells)
    yield (
        f"Each client asks `serve` for a stream of text, for tool calls and for reasoning, and meets an HTTP error (429), an error in\n"
        f"the middle of a stream, a connection that is cut after the first text, and a server that fails once; with the retries that\n"
        f"it makes by itself. Then the same with `proxy` between the two: {same} of {len(cells)} with the same result, and in {exact} what\n"
        f"the proxy recorded is what was served, byte for byte. Measured {found['date']}. What the cells say of faults is told in\n"
        f"[faults-and-clients.md](faults-and-clients.md)."
    )
    columns = list(dict.fromkeys(name for row in found["cases"] for name in row["features"]))
    lines = [f"| client | API | {' | '.join(columns)} |", f"|---|---|{'---|' * len(columns)}"]
    for row in found["cases"]:
        told = [_feature(row["features"][name]) if name in row["features"] else "" for name in columns]
        label = found["clients"][row["client"]]["label"]
        lines.append(f"| {label} `{row['call']}` | {row['api']} | {' | '.join(told)} |")
    yield "\n".join(lines)


def _feature(told: dict[str, Any]) -> str:
    """A cell: the result from `serve`, and where it is another, that through `proxy`."""
    more = f"; through `proxy` {_feature(told['proxy'])}" if "proxy" in told else ""
    more += "; bytes differ" if "bytes" in told else ""
    again = (
        f" after {told['requests'] - 1} {'retry' if told['requests'] == 2 else 'retries'}"
        if told["requests"] > 1
        else ""
    )
    if "raises" in told or "breaks" in told:
        return f"raises `{(told.get('raises') or told['breaks'])[0]}`{again}{more}"
    if "hangs" in told:
        return f"waits{again}{more}"
    if "text" in told:
        return f"not read: the API is not spoken so{more}"
    lost = effect(told, False, True)
    return f"{f'⚠ {lost}' if lost else 'works'}{again}{more}"


def _of_api(found: dict[str, Any], api: str, anchored: set[str]) -> Iterator[str]:
    """The rows of one API: a column for each call of a client that reads it."""
    rows = [row for row in found["cases"] if row["api"] == api]
    heads = {
        f"{client} {call}": f"{told['label']} `{call}`"
        for client, told in found["clients"].items()
        for call in told["calls"]
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
    """One outcome, as a cell of a table."""
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
    """Text as code in a cell of a table, whatever it holds."""
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
