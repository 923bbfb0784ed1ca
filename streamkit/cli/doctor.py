"""Check this installation and this machine, and say how to fix what is wrong."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from streamkit.cli._groups import GroupedCommand
from streamkit.cli._output import CommandOutput, painted_json
from streamkit.cli.options import Console, talk_options

_MARKS = {"ok": ("good", "ok"), "note": ("warning", "note"), "problem": ("error", "problem")}


@click.command("doctor", cls=GroupedCommand)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Write this format. Default: text.",
)
@talk_options
def command(format_name: str, console: Console) -> int:
    """Check this installation and this machine, and say how to fix what is wrong.

    Python, packages, certificates, proxies, clocks, write access, keys. Nothing is sent, and no key is shown. Exit 1 if
    there is a problem.

    \b
    Examples:
      streamkit doctor
      streamkit doctor --format json
    """
    from streamkit.service.checkup import check_all
    from streamkit.tool import TOOL

    checks = list(check_all())
    sink = CommandOutput(console=console)
    if format_name == "json":
        document = {"version": 1, "tool": TOOL, "checks": [asdict(check) for check in checks]}
        sink.line(painted_json(json.dumps(document, indent=2), sink.paint_data))
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            role, mark = _MARKS[check.status]
            sink.line(f"{sink.paint(role, f'{mark:<7}')}  {check.name:<{width}}  {check.detail}")
            if check.remedy:
                sink.line(f"{'':<7}  {'':<{width}}  {sink.paint('quiet', check.remedy)}")
    return 1 if any(check.status == "problem" for check in checks) else 0
