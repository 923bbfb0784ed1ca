"""Show the manual of a lint rule, or list all rules."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from streamkit.cli._groups import GroupedCommand
from streamkit.cli._output import CommandOutput, painted_json
from streamkit.cli.options import Console, talk_options

if TYPE_CHECKING:
    from streamkit.palette import Palette
    from streamkit.rules import Rule


@click.command("rule", cls=GroupedCommand)
@click.argument("code", required=False)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Write this format. Default: text.",
)
@talk_options
def command(code: str | None, format_name: str, console: Console) -> int:
    """Show the manual of a lint rule, or list all rules.

    \b
    Examples:
      streamkit rule SEQ410
      streamkit rule --format json
    """
    from streamkit.rules import RULES, check_known, matches

    rules = list(RULES.values())
    if code is not None:
        check_known(code)
        rules = [rule for rule in rules if matches(rule, code)]
    sink = CommandOutput(console=console)
    if format_name == "json":
        documents = [_to_json(rule) for rule in rules]
        sink.line(painted_json(json.dumps({"version": 1, "rules": documents}, indent=2), sink.paint_data), data=True)
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
    also = f" (in some cases {' or '.join(rule.also)})" if rule.also else ""
    enabled = "enabled by default" if rule.default else "enabled by --select or --extend-select"
    lines = [
        f"{paint('head', f'{rule.code} {rule.name}')}: {first}",
        "",
        f"Severity: {paint(rule.severity, rule.severity)}{also}, {enabled}.",
    ]
    if rule.apis:
        lines.append(f"APIs: {', '.join(rule.apis)}.")
    lines += [f"Breaks in {claim}." for claim in _claims(rule)]
    dialects = lawful_in(rule)
    if dialects:
        lines.append(f"Allowed in: {', '.join(dialects)}.")
    return "\n".join(lines) + "\n" + rest.rstrip()


def _claims(rule: Rule) -> list[str]:
    """Return the measured effects on clients, by API and field: `openai_chat, $.id: openai-python 3.54: raises …`."""
    from streamkit.rules import measured

    measurements = [
        (", ".join(filter(None, (claim.api, claim.path))), claim.sentences) for claim in measured(rule.code)
    ]
    return [f"{where}: {'; '.join(sentences)}" for where, sentences in measurements]


def lawful_in(rule: Rule) -> list[str]:
    """Return the dialects that allow what a rule forbids."""
    from streamkit.apis.dialects import DIALECTS

    return [dialect.name for dialect in DIALECTS.values() if rule.code in dialect.lawful]


def _to_json(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity,
        "also": list(rule.also),
        "default": rule.default,
        "summary": rule.summary,
        "apis": list(rule.apis),
        "breaks": "; ".join(_claims(rule)) or None,
        "lawful_in": lawful_in(rule),
        "manual": rule.manual,
    }
