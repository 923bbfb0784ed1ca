"""Report what is wrong with streams, and which clients break."""

from __future__ import annotations

import fnmatch
import json
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import field, replace
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

import click

from streamkit.cli._config import Config, load
from streamkit.cli._contracts import Contracts, read_contracts
from streamkit.cli._format_option import ReporterName, reporter_named, write
from streamkit.cli._output import Sink
from streamkit.cli.inputs import Inputs
from streamkit.cli.options import Console, Duration, output_options, paths_argument, reading_options, talk_options
from streamkit.errors import StreamkitError, UnknownEntry, UnreadableInput, UsageError
from streamkit.frozen import dataclass
from streamkit.model.units import DURATIONS
from streamkit.tool import VERSION

if TYPE_CHECKING:
    from streamkit.model.finding import Finding
    from streamkit.model.stream import Stream
    from streamkit.palette import Palette
    from streamkit.reporters import LintReport, Reporter
    from streamkit.rules import Rule

STATISTICS_FORMATS = ("text", "json")
"""The formats that --statistics can be shown in."""
SEVERITIES = ("error", "warning", "info")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which rules are asked for, by the options and by pyproject.toml, and what fails the run."""

    select: Sequence[str] = ()
    extend_select: Sequence[str] = ()
    ignore: Sequence[str] = ()
    per_file: dict[str, list[str]] = field(default_factory=dict)
    relative: Callable[[str], str] = str
    strict: bool = False
    fail_on: str = "error"
    baseline: str | None = None
    max_gap: int | None = None
    contracts: Contracts = field(default_factory=Contracts)

    def rules(self, file: str = "") -> list[Rule]:
        """The rules for one file. Raises UnknownEntry for an unknown rule."""
        from streamkit.rules import selected

        path = self.relative(file) if file and self.per_file else ""
        ignored = [word for pattern, words in self.per_file.items() if _path_matches(pattern, path) for word in words]
        rules = selected(self.select, self.ignore, self.extend_select)
        dropped = {rule.code for rule in rules} - {rule.code for rule in selected(("ALL",), ignored)}
        return [rule for rule in rules if rule.code not in dropped]


@click.command("lint")
@paths_argument
@click.option(
    "--select",
    metavar="CODES",
    multiple=True,
    help="Enable only these rules: codes (SEQ410), prefixes (SEQ), names, ALL.",
)
@click.option("--extend-select", metavar="CODES", multiple=True, help="Enable these rules too.")
@click.option("--ignore", metavar="CODES", multiple=True, help="Disable these rules.")
@click.option("--strict", is_flag=True, help="Report what a provider's dialect allows, too.")
@click.option(
    "--max-gap",
    type=Duration(above_zero=True),
    metavar="TIME",
    help="A pause this long is a stall (TIM602); 30s by default.",
)
@click.option(
    "--schema",
    "schemas",
    metavar="[API=]FILE",
    multiple=True,
    help="Check chunks against this JSON Schema too: those of every stream, or of one API's. Repeatable.",
)
@click.option(
    "--fail-on", type=click.Choice(SEVERITIES), help="Exit 1 for findings of this severity or worse. Default: error."
)
@click.option("--exit-zero", is_flag=True, help="Exit 0 even if there are findings.")
@click.option("--statistics", is_flag=True, help="Show how often each rule is broken instead of the findings.")
@click.option("--baseline", metavar="FILE", help="Ignore the findings counted in FILE.")
@click.option("--write-baseline", metavar="FILE", help="Write all findings to FILE, for --baseline.")
@click.option("--fix", is_flag=True, help="Fix findings in raw event streams where no event changes.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option("--follow", is_flag=True, help="Report on recordings as they end, a line a finding, until interrupted.")
@click.option("--no-config", is_flag=True, help="Do not read pyproject.toml.")
@click.option(
    "--format",
    "format_name",
    type=ReporterName("findings"),
    default="text",
    help="Default: text.",
)
@output_options
@reading_options
@talk_options
def command(
    paths: tuple[str, ...],
    statistics: bool,
    exit_zero: bool,
    format_name: str,
    output: str | None,
    force: bool,
    write_baseline: str | None,
    input_format: str | None,
    api: str | None,
    dialect: str | None,
    no_config: bool,
    fix: bool,
    diff: bool,
    follow: bool,
    console: Console,
    **rest: Any,
) -> int:
    """Report what is wrong with streams, and which clients break.

    \b
    Example:
      streamkit lint recordings/openai_chat

    Defaults come from the table [tool.streamkit.lint] in pyproject.toml. Exit codes: 0 no findings of the severity of
    --fail-on, 1 findings, 2 usage error, or an input without a stream.
    """
    if statistics and format_name not in STATISTICS_FORMATS:
        raise UsageError(
            f"--statistics cannot be used with --format {format_name}; expected one of: {', '.join(STATISTICS_FORMATS)}"
        )
    config = Config(section="lint") if no_config else load("lint")
    selection = _selection(config, **rest)
    if follow:
        from streamkit.cli._lint_following import follow_findings

        if (
            len(paths) != 1
            or format_name not in ("text", "jsonl")
            or fix
            or diff
            or write_baseline
            or selection.baseline
        ):
            raise UsageError("--follow takes one folder or recording, as text or jsonl, and no baseline")
        names = api or config.text("api"), dialect or config.text("dialect")
        follow_findings(paths[0], selection, format_name, Sink(output, force=force, console=console), console, *names)
    inputs = Inputs(
        paths,
        console,
        input_format=input_format,
        api=api or config.text("api"),
        dialect=dialect or config.text("dialect"),
        late=True,
    )
    if fix or diff:
        from streamkit.cli._fixing import fix_files, show_diff
        from streamkit.service.fixing import fixable

        if "-" in inputs.paths:
            raise UsageError("--fix and --diff take files, not standard input")
        files = fixable(
            inputs.paths,
            selection.rules,
            input_format=input_format,
            api=api or config.text("api"),
            dialect=dialect or config.text("dialect"),
            strict=selection.strict,
        )
        if diff:
            return show_diff(files, output, force, console)
        fix_files(files, console)
    judged = _lint_all(inputs, selection, console)
    findings, rows = judged.findings, judged.rows
    if write_baseline:
        _write_baseline(write_baseline, findings, force, console)
        return inputs.code
    if selection.baseline:
        findings = _without_known(findings, rows, selection.baseline, console)
    with Sink(output, force=force, console=console) as sink:
        width = get_terminal_size((80, 24)).columns if sink.terminal else 0
        report = replace(
            _report(findings, rows, selection.fail_on, paint=sink.paint, width=width), passed_over=judged.passed_over
        )
        reporter = reporter_named(format_name, "findings")
        write(
            sink, reporter, _statistics(findings, format_name, sink.paint) if statistics else _render(report, reporter)
        )
    failed = not exit_zero and any(map(report.fails, findings))
    return max(int(failed), inputs.code)


def words(given: Sequence[str]) -> list[str]:
    """Split the values of a repeatable option at commas."""
    return [word.strip() for text in given for word in text.split(",") if word.strip()]


def _selection(
    config: Config,
    *,
    select: tuple[str, ...],
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    strict: bool,
    max_gap: int | None,
    schemas: tuple[str, ...],
    fail_on: str | None,
    baseline: str | None,
) -> Selection:
    """Options before the table; `--extend-select` and `--ignore` add to it."""
    from streamkit.rules import check_known

    per_file = config.lists("per-file-ignores")
    for key in ("select", "extend-select", "ignore"):
        _check_codes(config.texts(key), config.named(key))
    for pattern, codes in per_file.items():
        _check_codes(codes, f"{config.named('per-file-ignores')}.{pattern}")
    fail = fail_on or config.text("fail-on") or "error"
    if fail not in SEVERITIES:
        raise UsageError(
            f"{config.named('fail-on')}: unknown severity {fail!r}; expected one of: {', '.join(SEVERITIES)}"
        )
    for word in (*words(select), *words(extend_select), *words(ignore)):
        check_known(word)
    known = config.text("baseline")
    selection = Selection(
        select=words(select) or config.texts("select"),
        extend_select=[*config.texts("extend-select"), *words(extend_select)],
        ignore=[*config.texts("ignore"), *words(ignore)],
        per_file=per_file,
        relative=config.relative,
        strict=strict or config.flag("strict"),
        fail_on=fail,
        baseline=baseline or (str(config.path.parent / known) if known and config.path else None),
        max_gap=max_gap or _gap(config),
        contracts=_contracts(schemas, config),
    )
    if not selection.rules():
        raise UsageError("no rules are enabled: nothing to check")
    return selection


def _contracts(schemas: Sequence[str], config: Config) -> Contracts:
    """The schemas of the options, or else those of the table, whose files are relative to its own folder."""
    if schemas:
        return read_contracts(schemas)
    try:
        return read_contracts(config.texts("schema"), config.path.parent if config.path else None)
    except StreamkitError as error:
        raise UsageError(f"{config.named('schema')}: {error}") from None


def _gap(config: Config) -> int | None:
    gap = config.duration("max-gap")
    if gap == 0:
        raise UsageError(f"{config.named('max-gap')}: invalid duration '0': expected {DURATIONS}, above 0")
    return gap


def _check_codes(codes: Sequence[str], named: str) -> None:
    from streamkit.rules import check_known

    for code in codes:
        try:
            check_known(code)
        except UnknownEntry as error:
            raise UsageError(f"{named}: {error}") from None


def _path_matches(pattern: str, path: str) -> bool:
    """Whether a pattern of per-file-ignores matches a file: its whole path, the end of it, or its name."""
    return bool(path) and any(fnmatch.fnmatch(path, glob) for glob in (pattern, f"*/{pattern}"))


@dataclass(slots=True)
class _Judged:
    """What was found: every stream's findings by place, a row a stream, and how many exchanges are no streams."""

    findings: list[Finding] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    passed_over: int = 0


def _lint_all(inputs: Inputs, selection: Selection, console: Console) -> _Judged:
    """The findings of every stream, by position, and a row per stream; what is not checked or skipped is told on stderr."""
    from streamkit.rules import lint

    judged = _Judged()
    rules: dict[str, list[Rule]] = {}
    seen: set[tuple[str, int]] = set()
    for stream in inputs.streams(judge=True, strict=selection.strict):
        key = os.path.normpath(stream.file), stream.number
        if key in seen:  # a file given both by name and by folder is judged once
            continue
        seen.add(key)
        if stream.plain_answer:
            judged.passed_over += 1
            continue
        if selection.max_gap is not None:
            stream = replace(stream, max_gap=selection.max_gap)
        stream = selection.contracts.held(stream)
        if stream.file not in rules:
            rules[stream.file] = selection.rules(stream.file)
        judged.findings += sorted(lint(stream, rules[stream.file]), key=_by_position)
        if stream.excerpt:
            silent = sum(rule.whole for rule in rules[stream.file])
            console.say(f"{stream.file}: an excerpt: skipped the {silent} rules that need a whole stream")
        judged.rows.append(_row(stream))
    _tell_unjudged(judged, inputs, console)
    return judged


def _row(stream: Stream) -> dict[str, Any]:
    return {
        "file": stream.file,
        "exchange": stream.number,
        "api": stream.api,
        "dialect": stream.dialect or None,
        "verdict": stream.verdict,
        "unchecked": list(stream.unchecked),
    }


def _tell_unjudged(judged: _Judged, inputs: Inputs, console: Console) -> None:
    """Say what was not checked, and for how many streams; complain where everything was passed over."""
    unchecked = Counter(
        (" and ".join(row["unchecked"]), row["api"])
        for row in judged.rows
        if row["unchecked"] and row["api"] != "unknown" and row["verdict"] != "not-a-stream"
    )
    for (what, api), count in sorted(unchecked.items()):
        console.say(f"{what} not checked for {api} ({count} stream{'s' if count > 1 else ''})")
    if judged.passed_over:
        many = judged.passed_over > 1
        message = f"{judged.passed_over} exchange{'s' if many else ''} whose request asks for no stream"
        if judged.rows:
            console.say(f"passed over {message}")
        else:
            inputs.trouble(UnreadableInput(", ".join(inputs.paths), f"nothing to judge: passed over {message}"))


def _by_position(finding: Finding) -> tuple[int, int, str]:
    place = finding.place
    return place.event or 0, place.line or 0, finding.code


def _report(
    findings: Sequence[Finding], rows: Sequence[dict[str, Any]], fail_on: str, *, paint: Palette, width: int
) -> LintReport:
    from streamkit.reporters import LintReport
    from streamkit.rules import RULES, Manuals

    broken = {finding.code for finding in findings}
    rules = [rule for rule in RULES.values() if rule.code in broken]
    return LintReport(
        findings=findings,
        streams=rows,
        manuals=Manuals({rule.code: rule.docstring for rule in rules}),
        severities={rule.code: rule.severity for rule in rules},
        fail_on=fail_on,
        paint=paint,
        width=width,
        version=VERSION,
    )


def _render(report: LintReport, reporter: Reporter) -> str:
    assert reporter.findings is not None
    return reporter.findings(report)


def _statistics(findings: Sequence[Finding], format_name: str, paint: Palette) -> str:
    """A line or a JSON object per rule: occurrences, streams, code, severity, name; the most frequent first."""
    counts: Counter[tuple[str, str, str]] = Counter()
    streams: Counter[tuple[str, str, str]] = Counter()
    for finding in findings:
        key = finding.code, finding.severity, finding.name
        counts[key] += finding.count
        streams[key] += 1
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if format_name == "json":
        rows = [
            {"code": code, "name": name, "severity": severity, "count": count, "streams": streams[code, severity, name]}
            for (code, severity, name), count in ranked
        ]
        return json.dumps({"version": 1, "statistics": rows}, indent=2) + "\n"
    lines = [
        f"{count:>7}  in {streams[key]:>4} stream{'s' if streams[key] > 1 else ' '}  {paint('head', key[0])}  "
        f"{paint(key[1], f'{key[1]:<7}')}  {key[2]}"
        for key, count in ranked
    ]
    return "\n".join(lines) + "\n" if lines else "No findings.\n"


def _write_baseline(path: str, findings: Sequence[Finding], force: bool, console: Console) -> None:
    from streamkit.rules import baseline_text

    with Sink(path, force=force) as sink:
        sink.piece(baseline_text(findings, _file_namer(path)))
    console.say(f"{path}: wrote {len(findings)} findings with {sum(finding.count for finding in findings)} occurrences")


def _without_known(
    findings: Sequence[Finding], rows: Sequence[dict[str, Any]], path: str, console: Console
) -> list[Finding]:
    from streamkit.rules import apply_baseline, read_baseline

    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableInput(path, f"cannot be read: {error}") from None
    fresh, stale = apply_baseline(findings, read_baseline(text, path), [row["file"] for row in rows], _file_namer(path))
    for entry in stale:
        console.say(f"{path}: stale: {entry.file} {entry.code}: expected {entry.expected}, found {entry.found}")
    return fresh


def _file_namer(baseline: str) -> Callable[[str], str]:
    """How a baseline names files: relative to its own folder, with slashes; standard input is `-`."""
    folder = Path() if baseline == "-" else Path(baseline).parent
    return lambda file: file if file == "-" else Path(os.path.relpath(file, folder)).as_posix()
