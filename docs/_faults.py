"""The tables of docs/faults.md: the faults from the catalogue, and what SDKs make of them from tests/specs/faults.

    python docs/_faults.py

writes them between the text of the page; a test holds them to what it would write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from streamkit.faults import FAULTS, PLACE, Fault

PAGE = Path(__file__).parent / "faults.md"
SPECS = Path(__file__).parents[1] / "tests" / "specs" / "faults"
MEASURED = "## What official SDKs make of it"
_HEADS = ("| fault | what happens | arguments |", "| fault | openai-python | anthropic-sdk-python |")
_ROW = re.compile(r"^\| `(.+)` \| (.*) \| (.*) \|$", re.MULTILINE)


def page() -> str:
    """The page with its tables as they would be made now."""
    text = PAGE.read_text(encoding="utf-8")
    for head, rows in zip(_HEADS, (listed(), measured()), strict=True):
        before, _, after = text.partition(f"{head}\n")
        _, _, rest = after.partition("\n\n")
        text = "\n".join([f"{before}{head}", "|---|---|---|", *rows]) + f"\n\n{rest}"
    return text


def listed() -> Iterator[str]:
    """A row a fault: what happens, and its arguments."""
    for fault in FAULTS.values():
        yield f"| `{fault.name}` | {fault.summary} | {_arguments(fault)} |"


def measured() -> Iterator[str]:
    """The measured rows of each fault's page."""
    for path in sorted(SPECS.glob("*.md")):
        for fault, openai, anthropic in effects(path):
            yield f"| `{fault}` | {openai} | {anthropic} |"


def effects(path: Path) -> list[tuple[str, str, str]]:
    """What a fault's page says that the SDKs make of it: the fault as it is written, openai-python, anthropic-sdk-python."""
    return _ROW.findall(path.read_text(encoding="utf-8").partition(MEASURED)[2])


def _arguments(fault: Fault) -> str:
    named = [f"`{argument.name}`: {argument.message}" for argument in fault.arguments if argument not in PLACE]
    return "; ".join(["*place*"] * (PLACE[0] in fault.arguments) + named) or "none"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
