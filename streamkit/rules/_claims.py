"""Which clients break on a finding: measurements with streams of the same API in which the rule found the same field.

The measurements are `clients.json`, written by `make clients` and committed: every rule's bad example and the small defects of
its page, served to the clients of their API. It is read when the first finding is made. What was not measured is not claimed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import orjson

from streamkit.frozen import dataclass
from streamkit.model.finding import Severity
from streamkit.registry import data_of
from streamkit.rules._effects import effect

_INDEX = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Claim:
    """The effects of one defect on clients: the API, the JSON path (without indices; "" for the stream as a whole), a sentence for
    each group of clients that do the same, and how many streams were measured."""

    api: str
    path: str
    sentences: tuple[str, ...]
    streams: int


def claims(code: str, api: str, path: str | None, dialect: str, severity: Severity) -> tuple[str, ...]:
    """Return what was measured of this rule on streams of this API, with the finding at the same JSON path: a sentence for each group
    of clients that break in the same way. A client that hands on what it was sent is named for errors alone."""
    return _sentences(code, api, _INDEX.sub("[]", path or ""), dialect, severity == "error")


def measured(code: str) -> list[Claim]:
    """Return all claims about a rule, by API and JSON path."""
    api_paths = {(row["api"], path): None for row in _rows(code) for path in row["paths"]}
    found = []
    for api, path in sorted(api_paths):
        sentences = _sentences(code, api, path, None, True)
        if sentences:
            found.append(Claim(api, path, sentences, len(_matching(code, api, path))))
    return found


def measurements() -> dict[str, Any]:
    """Return the whole of `clients.json`: when it was measured, the clients with their versions, and every case with its outcomes."""
    document: dict[str, Any] = orjson.loads(data_of(__package__, "clients.json"))
    return document


@cache
def _file() -> tuple[bytes, bytes]:
    """Return the file's text before its cases, and the cases, one per line."""
    head, _, cases = data_of(__package__, "clients.json").partition(b',\n "cases": [')
    return head + b"}", cases


@cache
def _rows(code: str) -> list[dict[str, Any]]:
    """Return the cases of a rule. Only their lines are parsed: a short run finds few rules, and parsing all takes longer than
    everything else that it does with findings."""
    cases, start = _file()[1], b'\n  {"rule": %b, ' % orjson.dumps(code)
    found, at = [], cases.find(start)
    while at >= 0:
        end = cases.find(b"\n", at + 1)
        found.append(orjson.loads(cases[at:end].removesuffix(b",")))
        at = cases.find(start, end)
    return found


@cache
def _clients() -> dict[str, dict[str, Any]]:
    clients: dict[str, dict[str, Any]] = orjson.loads(_file()[0])["clients"]
    return clients


def _matching(code: str, api: str, path: str) -> list[dict[str, Any]]:
    return [row for row in _rows(code) if row["api"] == api and path in row["paths"]]


@cache
def _sentences(code: str, api: str, path: str, dialect: str | None, passed_on: bool) -> tuple[str, ...]:
    rows = _matching(code, api, path)
    by_effect: dict[str, list[str]] = {}
    for client, entry in _clients().items() if rows else ():
        if not entry["only"] or dialect is None or dialect in entry["only"]:
            for what, name in _of_client(client, entry, rows, passed_on):
                by_effect.setdefault(what, []).append(name)
    return tuple(f"{', '.join(names)}: {what}" for what, names in by_effect.items())


def _of_client(
    client: str, entry: dict[str, Any], rows: Sequence[dict[str, Any]], passed_on: bool
) -> Iterator[tuple[str, str]]:
    """Yield what each call of a client does, and its name; calls that do the same are one."""
    effects = {}
    for call in entry["calls"]:
        key = f"{client} {call}"
        outcomes = [(row["outcomes"][key], row["truncated"]) for row in rows if key in row["outcomes"]]
        if outcomes:
            effects[call] = _summed(effect(outcome, truncated, passed_on) for outcome, truncated in outcomes)
    name = f"{entry['label']} {short_version(next(iter(entry['versions'].values())))}"
    if len(set(effects.values())) == 1:
        effects = {"": next(iter(effects.values()))}
    for call, what in effects.items():
        if what:
            yield what, f"{name} `{call}`" if call else name


def short_version(version: str) -> str:
    """Major and minor version: `3.54` of `3.54.0`."""
    return ".".join(version.split(".")[:2])


def _summed(effects: Iterable[str]) -> str:
    """Return the measured effects of several streams in one phrase; "" if there were none."""
    every = list(effects)
    harmful = list(dict.fromkeys(filter(None, every)))
    if not harmful:
        return ""
    if len(harmful) > 1:  # messages are about one stream: of several, only the types of the errors are kept
        kinds = dict.fromkeys(what.partition(": ")[0].removeprefix("raises ") for what in harmful if _raises(what))
        harmful = [what for what in harmful if not _raises(what)] + ([f"raises {' or '.join(kinds)}"] if kinds else [])
    count = sum(map(bool, every))
    share = f" (in {count} of {len(every)} measured cases)" if count < len(every) else ""
    return " or ".join(harmful[:3]) + share


def _raises(what: str) -> bool:
    return what.startswith("raises ")
