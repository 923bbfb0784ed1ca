"""Measure clients and write `streamkit/rules/clients.json`, on which claims are based, and `faults.json`, `features.json` and `variables.json` here.

If only some clients are measured, the results of the others are kept for cases that have not changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.clients import faults, features, variables
from tests.clients.cases import Case, cases, truncated
from tests.clients.environments import CACHE, CLIENTS, Client, runtime
from tests.clients.matrix import measured, prepared

DATA = Path(__file__).parents[2] / "streamkit" / "rules" / "clients.json"
FAULT_DATA = Path(__file__).parent / "faults.json"
FEATURE_DATA = Path(__file__).parent / "features.json"
VARIABLE_DATA = Path(__file__).parent / "variables.json"
Document = dict[str, Any]
_ORDER = [client.name for client in CLIENTS]
_LOG = CACHE / "drivers.log"


def read(path: Path) -> Document:
    """Return the previous measurements; empty if there is no file."""
    nothing = {"version": 1, "date": "", "clients": {}, "cases": []}
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else nothing


def write_cases(wanted: Sequence[Client], versions: dict[str, dict[str, str]]) -> None:
    """Serve the bad streams of every rule to these clients and write the outcomes."""
    wanted = [client for client in wanted if client.rules]
    before = read(DATA)
    if not DATA.exists():
        _write(DATA, before, [], {})  # lint reads this file, and the cases come from lint
    apis_used = {api for client in CLIENTS if client.rules for apis in client.calls.values() for api in apis}
    served = prepared([case for case in cases() if case.api in apis_used])
    kept = {key(row): row["outcomes"] for row in before["cases"]}
    names = tuple(f"{client.name} " for client in wanted)
    rows = [_described(case) for case in served.cases]
    for row in rows:
        of_others = kept.get(key(row), {}).items()
        row["outcomes"] = {call: outcome for call, outcome in of_others if not call.startswith(names)}
    for cell in measured(wanted, served, _LOG):
        rows[cell.case]["outcomes"][f"{cell.client} {cell.call}"] = cell.outcome
    known = {client.name: {"calls": client.calls, "only": client.only} for client in CLIENTS if client.rules}
    _write(
        DATA,
        before,
        rows,
        {name: {**description, **known[name]} for name, description in _descriptions(wanted, versions).items()},
    )


def write_faults(wanted: Sequence[Client], versions: dict[str, dict[str, str]]) -> None:
    """Play the faults of `serve` to these clients and write the outcomes."""
    _write_rows(FAULT_DATA, faults.measured(wanted, _LOG), wanted, versions)


def write_features(wanted: Sequence[Client], versions: dict[str, dict[str, str]]) -> None:
    """Measure the features of these clients through `serve` and `proxy` and write the outcomes."""
    _write_rows(FEATURE_DATA, features.measured(wanted, _LOG), wanted, versions)


def write_variables(wanted: Sequence[Client], versions: dict[str, dict[str, str]]) -> None:
    """Measure which base-URL variables these clients read."""
    _write_rows(VARIABLE_DATA, variables.measured(wanted, _LOG), wanted, versions)


def _write_rows(
    path: Path, made: Iterable[Document], wanted: Sequence[Client], versions: dict[str, dict[str, str]]
) -> None:
    """Write these rows and, of those before, the ones that were not measured again and are still asked for."""
    before, measured_rows = read(path), list(made)
    calls = {(client.name, call) for client in CLIENTS for call in client.calls}
    again = [_place(row) for row in measured_rows]
    kept = (row for row in before["cases"] if _place(row) not in again and _place(row)[:2] in calls)
    rows = [*kept, *measured_rows]
    rows.sort(key=lambda row: (row["api"], _ORDER.index(row["client"])))
    _write(path, before, rows, _descriptions(wanted, versions))


def _place(row: Document) -> tuple[str, str, str]:
    return row["client"], row.get("call", ""), row.get("api", "")


def key(row: Document) -> tuple[Any, ...]:
    """Return the identity of a case."""
    return row["rule"], row["api"], row["stream"], tuple(row["edits"])


def _described(case: Case) -> Document:
    return {
        "rule": case.rule,
        "api": case.api,
        "paths": case.paths,
        "stream": case.stream,
        "edits": case.edits,
        "truncated": truncated(case),
    }


def _descriptions(wanted: Sequence[Client], versions: dict[str, dict[str, str]]) -> dict[str, Document]:
    return {
        client.name: {
            "label": client.label or client.name,
            "versions": versions[client.name],
            "runtime": runtime(client),
            **({"explained": client.explained} if client.explained else {}),
        }
        for client in wanted
    }


def _write(path: Path, before: Document, rows: Sequence[Document], described: dict[str, Document]) -> None:
    """Write one case per line, for readable diffs."""
    clients = {**before["clients"], **described}
    head = {
        "version": 1,
        "date": datetime.now(UTC).date().isoformat(),
        "clients": {name: clients[name] for name in _ORDER if name in clients},
    }
    lines = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in rows)
    text = f'{json.dumps(head, ensure_ascii=False, indent=1)[:-2]},\n "cases": [\n{lines}\n ]\n}}\n'
    path.write_text(text, encoding="utf-8")
