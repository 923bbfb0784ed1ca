"""The output of `lint --fix` and `lint --diff`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from streamkit.cli._output import CommandOutput
from streamkit.cli.options import Console
from streamkit.service.fixing import FixedFile
from streamkit.text import safe_text

_COLORS = {"+": "good", "-": "error", "@": "info"}


def fix_files(files: Iterable[FixedFile], console: Console) -> None:
    """Write each fixed file and a summary of the fixes. Raises CannotWrite."""
    codes: Counter[str] = Counter()
    count = 0
    for file in files:
        file.write()
        codes.update(file.codes)
        count += 1
    if count:
        listed = ", ".join(f"{code} (\u00d7{times})" if times > 1 else code for code, times in sorted(codes.items()))
        console.say(f"fixed {listed} in {count} file{'s' if count > 1 else ''}")


def show_diff(files: Iterable[FixedFile], output: str | None, force: bool, console: Console) -> int:
    """Write the diffs of all files and return the exit code: 1 if there are any, as in ruff."""
    code = 0
    with CommandOutput(output, force=force, prose=True, console=console) as sink:
        for file in files:
            code = 1
            for line in file.diff():
                shown = safe_text(line) if sink.terminal or sink.paint.on else line
                sink.painted(sink.paint(_COLORS.get(line[:1], ""), shown) + "\n", data=True)
    return code
