"""`stats --definitions`: what each benchmark tool would report for each stream."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from streamkit.cli._format_option import write_output
from streamkit.cli._output import CommandOutput, to_json_text
from streamkit.cli._remarks import name_of
from streamkit.definitions import DEFINITIONS, NOTES, REASONS, compute_all
from streamkit.model.measurement import Summary, TokenCounter
from streamkit.model.stream import Stream
from streamkit.palette import VERDICTS, Palette
from streamkit.reporters import MISSING, REPORTERS, Reporter, readable
from streamkit.text import one_line

# The heading of each number, and its key.
_FIELDS = (("TTFT", "ttft_ns"), ("End", "end_ns"), ("N", "tokens"), ("Per token", "per_token_ns"), ("Gaps", "gaps_ns"))


def show_definitions(
    streams: Iterable[Stream], reporter: Reporter, counter: Callable[..., Any], sink: CommandOutput
) -> None:
    """Write a table for every stream, or rows for all of them."""
    if reporter.name == "json":
        _write_json(streams, counter, sink)
        return
    if reporter.name == "table":
        for index, stream in enumerate(streams):
            sink.piece("\n" if index else "")
            for text in definition_table(stream, counter(stream.model), sink.paint):
                sink.painted(text)
        return
    rows = [
        {"file": judged["file"], "exchange": judged["exchange"], **_flat(metrics)}
        for judged in (compute_all(stream, counter(stream.model)) for stream in streams)
        for metrics in judged["definitions"]
    ]
    assert reporter.rows is not None
    write_output(sink, reporter, reporter.rows(rows))


def definition_table(stream: Stream, counter: TokenCounter | None, paint: Palette) -> Iterator[str]:
    """One stream's table for a terminal, followed by the reasons for missing values, by the input that the tools would fail on,
    and by notes."""
    rows_of_tools = compute_all(stream, counter)["definitions"]
    yield f"{paint('head', one_line(name_of(stream)))}  {paint(VERDICTS[stream.verdict], stream.verdict)}\n\n"
    rows = []
    for metrics in rows_of_tools:
        row = {"tool": f"{metrics['tool']} {metrics['version']}"}
        gaps = Summary.of(metrics["gaps_ns"] or ())
        row |= {
            "TTFT": readable(metrics["ttft_ns"], "ns"),
            "end": readable(metrics["end_ns"], "ns"),
            "N": MISSING if metrics["tokens"] is None else f"{metrics['tokens']} {_short(metrics['tokens_source'])}",
            "per token": readable(metrics["per_token_ns"], "ns"),
            "gaps": MISSING if metrics["gaps_ns"] is None else str(len(metrics["gaps_ns"])),
            "p50": readable(gaps.p50 if gaps else None, "ns"),
            "p99": readable(gaps.p99 if gaps else None, "ns"),
        }
        rows.append(row)
    draw = REPORTERS["table"].rows
    assert draw is not None
    drawn = draw(rows)
    if max(map(len, drawn.split("\n"))) > shutil.get_terminal_size((80, 24)).columns:
        drawn = draw([{head: cell for head, cell in row.items() if head != "p99"} for row in rows])
    heads, _, body = drawn.partition("\n")
    yield f"{paint('quiet', heads)}\n{body}\n"
    yield from _missing(rows_of_tools)


def _missing(rows_of_tools: list[dict[str, Any]]) -> Iterator[str]:
    """For each reason, the tools and the numbers that are missing."""
    codes: dict[str, list[str]] = {}
    for metrics in rows_of_tools:
        name, why = f"{metrics['tool']} {metrics['version']}", metrics["missing"]
        if len(why) == len(_FIELDS) and len(set(why.values())) == 1:
            codes.setdefault(next(iter(why.values())), []).append(name)
            continue
        for code in dict.fromkeys(why.values()):
            heads = ", ".join(head for head, key in _FIELDS if why.get(key) == code)
            codes.setdefault(code, []).append(f"{name}: {heads}")
    import textwrap

    width = shutil.get_terminal_size((80, 24)).columns
    for code, tools in codes.items():
        yield textwrap.fill(f"- {code}: {REASONS[code]} ({'; '.join(tools)})", width, subsequent_indent="  ") + "\n"
    for text, tools in _remarks(rows_of_tools).items():
        yield textwrap.fill(f"- {text} ({'; '.join(tools)})", width, subsequent_indent="  ") + "\n"
    formulas = ", ".join(entry.name for entry in DEFINITIONS.values())
    yield (
        textwrap.fill(f"The formulas are in docs/definitions.md and in streamkit/definitions ({formulas}).", width)
        + "\n"
    )


def _remarks(rows_of_tools: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the problems that the tools would have and the notes on their numbers, each with the tools."""
    remarks: dict[str, list[str]] = {}
    for metrics in rows_of_tools:
        texts = [f"fails on {one_line(metrics['fails'])}"] if metrics["fails"] else []
        for text in (*texts, *(f"{note}: {NOTES[note]}" for note in metrics["notes"])):
            remarks.setdefault(text, []).append(f"{metrics['tool']} {metrics['version']}")
    return remarks


def _flat(metrics: dict[str, Any]) -> dict[str, Any]:
    gaps = Summary.of(metrics["gaps_ns"] or ())
    cells = {
        key: metrics[key] for key in ("tool", "version", "ttft_ns", "end_ns", "tokens", "tokens_source", "per_token_ns")
    }
    return {
        **cells,
        "gaps": None if metrics["gaps_ns"] is None else len(metrics["gaps_ns"]),
        "gap_p50_ns": gaps and round(gaps.p50),
        "gap_p99_ns": gaps and round(gaps.p99),
        "missing": "; ".join(f"{key}: {code}" for key, code in metrics["missing"].items()),
        "fails": metrics["fails"],
        "notes": "; ".join(metrics["notes"]),
    }


def _short(source: str | None) -> str:
    return {"requested max_tokens": "requested"}.get(source or "", (source or "").partition(" ")[0])


def _write_json(streams: Iterable[Stream], counter: Callable[..., Any], sink: CommandOutput) -> None:
    sink.piece('{"version":1,"streams":[', json=True)
    between = "\n"
    for stream in streams:
        sink.piece(between + to_json_text(compute_all(stream, counter(stream.model))), json=True)
        between = ",\n"
    sink.piece("\n]}\n", json=True)
