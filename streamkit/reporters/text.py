"""Findings for people: grouped by stream, each with the offending text, a caret, and the clients that break."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from streamkit.model.finding import SEVERITIES, Finding
from streamkit.reporters import LintReport, ProbeReport, Reporter, Row
from streamkit.text import one_line, shorten, shorten_from
from streamkit.text import width as _columns

_BAR = "    | "


def findings(report: LintReport) -> str:
    """Return the whole report, ending with a summary line."""
    if not report.streams and not report.findings:
        return ""  # nothing could be read: the errors on stderr say why
    by_stream: dict[tuple[str, int], list[Finding]] = {}
    for finding in report.findings:
        by_stream.setdefault((finding.file, finding.exchange), []).append(finding)
    lines: list[str] = []
    for row in report.streams:
        if own := by_stream.get((row["file"], row["exchange"])):
            lines += [report.paint("head", _heading(row)), ""]
            for finding in own:
                lines += [*_finding(report, finding), ""]
    return "\n".join([*lines, _summary(report)]) + "\n"


def place(finding: Finding) -> str:
    """Return `file:line`, which terminals and editors turn into a link."""
    file = one_line(finding.file)
    return file if finding.place.line is None else f"{file}:{finding.place.line}"


def where(finding: Finding) -> str:
    """Return the event, byte and JSON path, if known."""
    spot = finding.place
    counted = [
        f"exchange {finding.exchange}" if finding.exchange > 1 else "",
        f"event {spot.event}" if spot.event is not None else "",
        f"byte {spot.byte}" if spot.byte is not None else "",
        one_line(spot.path or ""),
    ]
    return ", ".join(filter(None, counted))


def times(finding: Finding) -> str:
    """Return ` (×3)` if the finding occurs more than once, else ""."""
    return f" (×{finding.count})" if finding.count > 1 else ""


def _heading(row: Row) -> str:
    file = one_line(str(row["file"])) + (f"#{row['exchange']}" if row["exchange"] > 1 else "")
    api_name = "/".join(filter(None, (str(row["api"]), str(row["dialect"] or ""))))
    return f"{file}  [{one_line(api_name)}, {row['verdict']}]"


def _finding(report: LintReport, finding: Finding) -> Iterator[str]:
    code = report.paint("head", finding.code)
    severity = report.paint(finding.severity, finding.severity)
    yield f"{place(finding)}: {code} {severity}: {one_line(finding.message)}{times(finding)}"
    yield "    " + report.paint("quiet", " · ".join(filter(None, (finding.name, where(finding)))))
    if finding.excerpt:
        before, marked, after = _fitted(_parts(finding), report.width - len(_BAR) if report.width else 0)
        yield f"{_BAR}{before}{marked}{after}"
        if finding.caret:
            caret = "^" * max(_columns(marked), 1)
            yield f"{_BAR}{' ' * _columns(before)}{report.paint(finding.severity, caret)}"
    for number, sentence in enumerate(finding.breaks):
        yield f"    {'breaks: ' if number == 0 else '        '}{one_line(sentence)}"


def _parts(finding: Finding) -> tuple[str, str, str]:
    """Return the excerpt before, at and after its caret, escaped for a terminal."""
    text = finding.excerpt
    start, end = finding.caret or (0, 0)
    return one_line(text[:start]), one_line(text[start:end]), one_line(text[end:])


def _fitted(parts: tuple[str, str, str], width: int) -> tuple[str, str, str]:
    """Return the three parts shortened to `width` columns (0: unlimited), at the ends away from the caret."""
    before, marked, after = parts
    if not width or _columns("".join(parts)) <= width:
        return parts
    marked = shorten(marked, max(width - 2, 1))
    room = width - _columns(marked)
    left = max(room // 2, room - _columns(after))
    if _columns(before) > left:
        before = "…" + shorten_from(before, max(left - 1, 0))
    return before, marked, shorten(after, width - _columns(before + marked))


def _summary(report: LintReport) -> str:
    streams = _count(len(report.streams), "stream")
    if not report.findings:
        return report.paint("good", f"No findings in {streams}.")
    counts = Counter(finding.severity for finding in report.findings)
    counted = [report.paint(one, _count(counts[one], one)) for one in SEVERITIES if counts[one]]
    bad = len({(finding.file, finding.exchange) for finding in report.findings})
    code = _worst(report.findings).code
    return f"{_joined(counted)} in {bad} of {streams}. `streamkit rule {code}` explains a rule."


def _worst(found: Sequence[Finding]) -> Finding:
    return min(found, key=lambda finding: SEVERITIES.index(finding.severity))


def _count(number: int, word: str) -> str:
    if word == "info":
        return f"{number} for information"
    return f"{number} {word}" + ("" if number == 1 else "s")


def _joined(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def probes(report: ProbeReport) -> str:
    """Return the cases by group, each with its reason, and a table of the verdicts; for several endpoints a matrix."""
    from streamkit.reporters._probe_text import probe_text  # only `probe` needs it

    return probe_text(report)


REPORTER = Reporter(name="text", findings=findings, probes=probes, content="prose")
