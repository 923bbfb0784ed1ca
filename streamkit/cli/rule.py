"""The manual of one lint rule, or the list of all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from streamkit.cli._output import Sink, painted_json
from streamkit.cli.options import Console, talk_options

if TYPE_CHECKING:
    from streamkit.palette import Palette
    from streamkit.rules import Rule


@click.command("rule")
@click.argument("code", required=False)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="The form of the answer.")
@talk_options
def command(code: str | None, style: str, console: Console) -> int:
    """The manual of one lint rule, or the list of all.

    \b
    Example:
      streamkit rule SEQ410
    """
    from streamkit.rules import RULES, check_known, matches

    rules = list(RULES.values())
    if code is not None:
        check_known(code)
        rules = [rule for rule in rules if matches(rule, code)]
    sink = Sink(console=console)
    if style == "json":
        described = [_described(rule) for rule in rules]
        sink.line(painted_json(json.dumps({"version": 1, "rules": described}, indent=2), sink.paint_data))
    elif code is not None and len(rules) == 1:
        sink.line(_manual(rules[0], sink.paint))
    else:
        for rule in rules:
            mark = sink.paint(rule.severity, f"{_mark(rule):<8}")
            sink.line(f"{sink.paint('head', rule.code)}  {mark}  {rule.name:<24}  {rule.summary}")
    return 0


def _mark(rule: Rule) -> str:
    return rule.severity if rule.default else f"({rule.severity})"


def _manual(rule: Rule, paint: Palette) -> str:
    first, _, rest = rule.manual.partition("\n")
    asked = "asked for by default" if rule.default else "asked for only by --select or --extend-select"
    told = [
        f"{paint('head', f'{rule.code} {rule.name}')}: {first}",
        "",
        f"Severity: {paint(rule.severity, rule.severity)}, {asked}.",
    ]
    if rule.apis:
        told.append(f"APIs: {', '.join(rule.apis)}.")
    if rule.breaks:
        told.append(f"Breaks: {rule.breaks}.")
    dialects = lawful_in(rule)
    if dialects:
        told.append(f"Lawful in: {', '.join(dialects)}.")
    return "\n".join(told) + "\n" + rest.rstrip()


def lawful_in(rule: Rule) -> list[str]:
    """The dialects that make a rule lawful, read from their files."""
    from streamkit.apis.dialects import DIALECTS

    return [dialect.name for dialect in DIALECTS.values() if rule.code in dialect.lawful]


def _described(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity,
        "default": rule.default,
        "summary": rule.summary,
        "apis": list(rule.apis),
        "breaks": rule.breaks or None,
        "lawful_in": lawful_in(rule),
        "manual": rule.manual,
    }
