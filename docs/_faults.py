"""Generate the tables in docs/faults.md: the faults from the catalogue, and their effects on SDKs from tests/specs/faults.

Run `python docs/_faults.py`, which keeps the text around the tables. A test checks that the page is up to date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from streamkit.faults import FAULTS, PLACE, Fault

PAGE = Path(__file__).parent / "faults.md"
SPECS = Path(__file__).parents[1] / "tests" / "specs" / "faults"
MEASURED = "## How official SDKs react"
_HEADS = ("| fault | what happens | arguments |", "| fault | openai-python | anthropic-sdk-python |")
_ROW = re.compile(r"^\| `(.+)` \| (.*) \| (.*) \|$", re.MULTILINE)


def page() -> str:
    """Return the page with its tables generated anew."""
    text = PAGE.read_text(encoding="utf-8")
    for head, rows in zip(_HEADS, (listed(), measured()), strict=True):
        before, _, after = text.partition(f"{head}\n")
        _, _, rest = after.partition("\n\n")
        text = "\n".join([f"{before}{head}", "|---|---|---|", *rows]) + f"\n\n{rest}"
    return text


def listed() -> Iterator[str]:
    """Yield a row per fault: what happens, and its arguments."""
    for fault in FAULTS.values():
        yield f"| `{fault.name}` | {fault.summary} | {_arguments(fault)} |"


def measured() -> Iterator[str]:
    """Yield the measured rows from the page of each fault."""
    for path in sorted(SPECS.glob("*.md")):
        for fault, openai, anthropic in effects(path):
            yield f"| `{fault}` | {openai} | {anthropic} |"


def effects(path: Path) -> list[tuple[str, str, str]]:
    """Return the effects in a fault's page: the fault, and what happens in openai-python and in anthropic-sdk-python."""
    return _ROW.findall(path.read_text(encoding="utf-8").partition(MEASURED)[2])


def _arguments(fault: Fault) -> str:
    named = [f"`{argument.name}`: {argument.message}" for argument in fault.arguments if argument not in PLACE]
    return "; ".join(["*place*"] * (PLACE[0] in fault.arguments) + named) or "none"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
