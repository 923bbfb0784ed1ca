"""Generate docs/probe/API.md, the cases of each API, from their manuals, servers.md from servers.json, and clients.md from clients.json.

Run `python docs/_probes.py`. A test checks that the pages are up to date.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import Any

from streamkit.apis import APIS
from streamkit.model.probing import VERDICTS
from streamkit.probes import PROBES, SECTIONS, Probe, sections, selected
from streamkit.text import one_line

FOLDER = Path(__file__).parent


def pages() -> dict[str, str]:
    """Return every page by its path in docs/."""
    apis = sorted({probe.api for probe in PROBES.values()})
    made = {f"probe/{api}.md": api_page(api) for api in apis}
    return {
        **made,
        "probe/servers.md": servers_page(_results("servers.json")),
        "probe/clients.md": clients_page(_results("clients.json")),
    }


def _results(name: str) -> dict[str, Any]:
    """Return what was measured."""
    results: dict[str, Any] = json.loads((FOLDER / "probe" / name).read_text(encoding="utf-8"))
    return results


def api_page(api: str) -> str:
    """Return the page with the cases of an API, by group."""
    cases = [probe for probe in selected() if probe.api == api]
    parts = [
        f"# The cases of `{api}` ({APIS[api].title})\n",
        "Generated from `streamkit/probes/`. `streamkit probe --explain NAME` prints a manual; [probe](../probe.md) explains the verdicts.\n",
    ]
    for group, members in groupby(cases, key=lambda probe: probe.group):
        parts.append(f"## {group}\n")
        parts += map(case, members)
    return "\n".join(parts)


def case(probe: Probe) -> str:
    """Return the manual of a case as a section."""
    manual = sections(probe.docstring)
    finds = f"\nLint: {', '.join(f'`{code}`' for code in probe.finds)}.\n" if probe.finds else ""
    listed = "\n".join(f"* **{name}**: {manual[name]}" for name in SECTIONS)
    return f"### {probe.name}\n\n{probe.title}.\n\n{listed}\n{finds}"


_MOST_CLIENTS = 3
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|])")


def servers_page(results: dict[str, Any]) -> str:
    """Return the page with what was measured: the versions, a matrix of the verdicts, and why cases failed."""
    servers = results["servers"]
    lines = [
        "# Servers that others wrote\n",
        "Each was installed from its package index, started on one machine, and asked every case of the APIs that it offers. To repeat it with",
        "the newest versions: `python -m tests.probes.servers`. [What the bytes show](findings.md) explains what failed.\n",
        "| | server | version | set up | measured | verdicts |",
        "|---|---|---|---|---|---|",
    ]
    for number, server in enumerate(servers, 1):
        counts = Counter(case["verdict"] for case in server["cases"].values())
        verdicts = ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict])
        cells = (str(number), server["name"], server["version"], server["setup"], server["measured"], verdicts)
        lines.append(f"| {' | '.join(cells)} |")
    heads = " | ".join(str(number) for number in range(1, len(servers) + 1))
    lines += ["", "✓ pass, ✗ fail, ~ deviates, - unsupported, ? flaky, ! not judged, empty: not asked.\n"]
    lines += [f"| case | {heads} |", f"|---|{'---|' * len(servers)}"]
    for probe in selected():
        marks = [MARKS[case["verdict"]] if (case := server["cases"].get(probe.key)) else "" for server in servers]
        lines.append(f"| {probe.key} | {' | '.join(marks)} |")
    for number, server in enumerate(servers, 1):
        lines += ["", f"## {number}. {server['name']}\n"]
        lines += [f"* ✗ **{key}**: {escaped(case['why'])}{breaks(case)}" for key, case in judged(server, "fail")]
        lines += [f"* ~ {key}: {escaped(case['why'])}" for key, case in judged(server, "deviates")]
    return "\n".join(lines) + "\n"


def judged(server: dict[str, Any], verdict: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the cases of a server with this verdict."""
    return [(key, case) for key, case in server["cases"].items() if case["verdict"] == verdict]


def breaks(case: dict[str, Any]) -> str:
    """Return the clients that break, the first of many."""
    named = "; ".join(case["breaks"][:_MOST_CLIENTS])
    more = f"; and {len(case['breaks']) - _MOST_CLIENTS} more" if len(case["breaks"]) > _MOST_CLIENTS else ""
    return f". Breaks: {escaped(named)}{more}" if named else ""


_READS = "reads it"


def clients_page(results: dict[str, Any]) -> str:
    """Return the page with what clients made of the streams of LiteLLM's proxy."""
    versions = ", ".join(f"{name} {version}" for name, version in results["clients"].items())
    lines = [
        "# What clients make of LiteLLM's streams\n",
        f"LiteLLM's proxy {results['proxy']} in front of `streamkit serve` with clean recordings: a stream of each API from each model,",
        f"recorded, linted, and played to real clients, on {results['measured']}. To repeat it: `python -m tests.probes.litellm_streams`.\n",
        f"The clients: {versions}.\n",
        "| API | model behind the proxy | status | lint | clients that read it |",
        "|---|---|---|---|---|",
    ]
    for stream in results["streams"]:
        found = ", ".join(f"{one['code']} ×{one['count']}" for one in stream["findings"]) or "nothing"
        fine = sum(one["outcome"] == _READS for one in stream["clients"])
        cells = (stream["api"], stream["model"], str(stream["status"]), found, f"{fine} of {len(stream['clients'])}")
        lines.append(f"| {' | '.join(cells)} |")
    for stream in results["streams"]:
        failed = [one for one in stream["clients"] if one["outcome"] != _READS]
        if failed:
            lines += ["", f"## {stream['api']} from {stream['model']}\n"]
            lines += [f"* **{one['client']}** `{one['call']}` {escaped(one['outcome'])}" for one in failed]
            others = ", ".join(f"{one['client']} `{one['call']}`" for one in stream["clients"] if one not in failed)
            lines += [f"* No difference: {others}"] if others else []
    return "\n".join(lines) + "\n"


MARKS = {"pass": "✓", "fail": "✗", "deviates": "~", "unsupported": "-", "flaky": "?", "error": "!"}


def escaped(text: str) -> str:
    """Return text of a server as text of Markdown."""
    return _SPECIAL.sub(r"\\\1", one_line(text))


def main() -> None:
    """Write all pages."""
    made = pages()
    for path, text in made.items():
        (FOLDER / path).parent.mkdir(exist_ok=True)
        (FOLDER / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
