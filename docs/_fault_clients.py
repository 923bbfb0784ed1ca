"""docs/faults-and-clients.md: what happens to an application when the stream breaks, by fault and client.

    python docs/_fault_clients.py

writes the page from `tests/clients/faults.json`; a test checks that it is current. `make clients` repeats the measurements.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from streamkit.rules import effect

PAGE = Path(__file__).parent / "faults-and-clients.md"
DATA = Path(__file__).parents[1] / "tests" / "clients" / "faults.json"
_HEAD = """\
# What happens to my app when the stream breaks here?

Each [fault](faults.md) of `serve`, played to each client with its default settings and retries. T is the event with the first
text: `cut:event=T,by=eof` ends the body there as if it were complete. The cells:

* **works**: the complete response. *after 1 retry*: the client repeated the request, as counted by the server.
* **raises**: the client raises an exception, possibly after retries.
* ⚠: no exception, but a different response. A program does not notice this unless it checks.
* **waits**: still waiting, or between two retries, after six seconds. Set a timeout.
* An empty cell: the fault does not apply to that framing.

Conclusions:

* After the first event of a stream no client retries. The program has to handle streams that break.
* Most clients do not notice a body that ends early without a connection error (`cut:event=T,by=eof`, `unterminated`). Check the
  finish reason before you use a response: most clients leave it empty, and litellm makes one up.
* Only clients that compare the final event with the previous ones notice an event that is lost, repeated or out of order."""


def page() -> str:
    """Return the page."""
    found = json.loads(DATA.read_text(encoding="utf-8"))
    labels = {name: client["label"] for name, client in found["clients"].items()}
    versions = "; ".join(
        ", ".join(f"{package} {version}" for package, version in client["versions"].items())
        for client in found["clients"].values()
    )
    parts = [_HEAD, f"Measured {found['date']} with {versions}. `make clients` measures again."]
    for api in dict.fromkeys(row["api"] for row in found["cases"]):
        rows = [row for row in found["cases"] if row["api"] == api]
        parts += [f"## {api}", "\n".join(_table(rows, labels))]
    return "\n\n".join(parts) + "\n"


def _table(rows: list[dict[str, Any]], labels: dict[str, str]) -> Iterator[str]:
    heads = [f"{labels[row['client']]} `{row['call']}`" for row in rows]
    faults = dict.fromkeys(fault for row in rows for fault in row["outcomes"])
    yield f"| fault | {' | '.join(heads)} |"
    yield f"|---|{'---|' * len(heads)}"
    for fault in faults:
        cells = [cell(row["outcomes"][fault]) if fault in row["outcomes"] else "" for row in rows]
        yield f"| `{fault}` | {' | '.join(cells)} |"


def cell(outcome: dict[str, Any]) -> str:
    """Return one outcome as a table cell."""
    retries = outcome["requests"] - 1
    again = f" after {retries} {'retry' if retries == 1 else 'retries'}" if retries else ""
    if "hangs" in outcome:
        return f"**waits**{again}"
    if "raises" in outcome or "breaks" in outcome:
        kind, _ = outcome.get("raises") or outcome["breaks"]
        return f"**raises** `{kind}`{again}"
    lost = effect(outcome, False, True)
    return f"⚠ {lost}{again}" if lost else f"works{again}"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
