"""Generate docs/mutants.md: the share of mutations that the tests detect, and those that they do not detect, with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from benchmarks.mutations import Outcome, room

MISSING = "a test is missing"
EQUIVALENT = "equivalent"  # a reason that begins with this excludes the mutation from the share
MARK = "<!-- result -->\n"


def _cell(text: str) -> str:
    return "`" + text.replace("|", "\\|").replace("`", "'") + "`"


def reasons(text: str) -> dict[tuple[str, str], str]:
    """Return the reasons on a page, by file and change: line numbers may have changed."""
    found = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.replace("\\|", "\0").strip("| ").split(" | ")]
        if len(cells) == 3 and cells[0].startswith("`streamkit/"):
            found[cells[0].rpartition(":")[0], cells[1].replace("\0", "\\|")] = cells[2]
    return found


def table(outcomes: Iterable[Outcome], known: dict[tuple[str, str], str] | None = None) -> str:
    """Return the results by package as a table; the share excludes mutations known to be equivalent."""
    counts: dict[str, Counter[str]] = {}
    for each in outcomes:
        row = counts.setdefault(room(each.mutation.path), Counter())
        row[
            "equivalent"
            if _reason(each, known or {}).startswith(EQUIVALENT) and each.result == "survived"
            else each.result
        ] += 1
    total: Counter[str] = sum(counts.values(), Counter())
    lines = [
        "| room | mutations | killed | timeout | survived | equivalent | noticed |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for name, row in [*sorted(counts.items()), ("all", total)]:
        noticed, judged = row["killed"] + row["timeout"], row.total() - row["equivalent"]
        share = f"{noticed / judged:.0%}" if judged else "-"
        lines.append(
            f"| {name} | {row.total()} | {row['killed']} | {row['timeout']} | {row['survived']} | {row['equivalent']} | {share} |"
        )
    return "\n".join(lines)


def _reason(outcome: Outcome, known: dict[tuple[str, str], str]) -> str:
    return known.get((f"`{outcome.mutation.path}", _cell(outcome.mutation.text)), MISSING)


def write(path: Path, outcomes: list[Outcome]) -> None:
    """Replace the results of the measured packages, and keep the others and all reasons."""
    text = path.read_text("utf-8")
    known = reasons(text)
    head, _, old = text.partition(MARK)
    judged = {room(each.mutation.path) for each in outcomes}
    rows = [
        line
        for line in old.splitlines()
        if line.startswith("| ") and not line.startswith(("| all ", "| room ", "| mutation "))
    ]
    kept = [line for line in rows if not line.startswith("| `") and line.split(" | ")[0].strip("| ") not in judged]
    kept_survivors = [line for line in rows if line.startswith("| `") and room(line.split("`")[1]) not in judged]
    new = table(outcomes, known).splitlines()
    shares = sorted([*kept, *new[2:-1]])
    survivors = [
        f"| `{each.mutation.path}:{each.mutation.line}` | {_cell(each.mutation.text)} | {_reason(each, known)} |"
        for each in outcomes
        if each.result == "survived"
    ]
    parts = [*new[:2], *shares, _sum(shares), "", "## Survivors", "", "| mutation | change | reason |", "|---|---|---|"]
    path.write_text(head + MARK + "\n" + "\n".join([*parts, *sorted([*kept_survivors, *survivors])]) + "\n", "utf-8")


def _sum(rows: list[str]) -> str:
    """Return the row for all packages."""
    columns = [[int(cell) for cell in row.strip("| ").split(" | ")[1:6]] for row in rows]
    total, killed, timeout, survived, equivalent = (sum(column) for column in zip(*columns, strict=True))
    share = f"{(killed + timeout) / (total - equivalent):.0%}" if total > equivalent else "-"
    return f"| all | {total} | {killed} | {timeout} | {survived} | {equivalent} | {share} |"
