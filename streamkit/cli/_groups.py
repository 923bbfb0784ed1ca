"""Options in groups: a command says what its options are for, and `--help` lists them under these headings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

# Options that several commands have. A command may add to these groups.
SHARED = {
    "Input": ("input_format", "api", "dialect"),
    "Output": ("format_name", "output", "force"),
    "Processes": ("jobs", "task_size", "executor"),
    "Global options": ("no_config", "quiet", "verbose", "color"),
}


class GroupedCommand(click.Command):
    """A command whose help lists its options in groups.

    `groups` maps a heading to the names of its parameters, separated by spaces. They come before the shared groups, and
    a shared heading adds to that group; an option of a shared group that is named here moves. An option of no group is listed
    under "Options".
    """

    def __init__(self, *args: Any, groups: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        own = {heading: tuple(names.split()) for heading, names in (groups or {}).items()}
        placed = {name for names in own.values() for name in names}
        shared = {heading: tuple(name for name in names if name not in placed) for heading, names in SHARED.items()}
        self.groups = {heading: own.get(heading, ()) + shared.get(heading, ()) for heading in {**own, **shared}}

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, one section for each group that has any."""
        records = {
            parameter.name: record
            for parameter in self.get_params(ctx)
            if isinstance(parameter, click.Option) and (record := parameter.get_help_record(ctx)) is not None
        }
        grouped = {name for names in self.groups.values() for name in names}
        own = {parameter.name for parameter in self.params}
        sections = {
            "Options": [name for name in records if name in own - grouped],
            **self.groups,
            # click adds the option for help itself, under a name that depends on its version.
            "Global options": [*self.groups["Global options"], *records.keys() - own],
        }
        for heading, names in sections.items():
            if shown := [records[name] for name in names if name in records]:
                with formatter.section(heading):
                    formatter.write_dl(shown)
