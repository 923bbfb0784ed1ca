"""Fix files of raw event streams if that is safe and lossless, for `lint --fix` and `--diff`."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from streamkit.apis import interpret
from streamkit.errors import StreamkitError
from streamkit.files import rewrite
from streamkit.formats import find, read
from streamkit.frozen import dataclass
from streamkit.model.stream import Stream
from streamkit.rules import Fixed, Rule, fix


@dataclass(frozen=True, slots=True)
class FixedFile:
    """A file that can be fixed: its bytes before and after, and the codes of the rules whose findings are fixed."""

    path: str
    before: bytes
    after: bytes
    codes: Sequence[str]

    def write(self) -> None:
        """Replace the file atomically with the fixed bytes. Raises CannotWrite."""
        target = Path(self.path).resolve()
        rewrite(target, [self.after], mode=target.stat().st_mode & 0o777)

    def diff(self) -> Iterator[str]:
        """Yield a unified diff in lines; a line end other than a line feed is shown as an escape."""
        before, after = (_lines(text) for text in (self.before, self.after))
        yield from difflib.unified_diff(before, after, self.path, self.path, lineterm="")


def fixable(
    paths: Sequence[str],
    rules: Callable[[str], Sequence[Rule]],
    *,
    input_format: str | None = None,
    api: str | None = None,
    dialect: str | None = None,
    strict: bool = False,
) -> Iterator[FixedFile]:
    """Yield the files that these rules, which are those of a path, can fix. Files that cannot be read are skipped.

    Only a file that is one raw event stream and nothing else is changed: a recording proves its bytes with a digest, and
    the text around a stream in a log is not part of it.
    """
    for path in paths:
        for file in _found(path):
            try:
                streams = [
                    interpret(exchange, api=api, dialect=dialect, strict=strict, judge=True)
                    for exchange in read(file, format=input_format)
                ]
                before = Path(file).read_bytes()
            except (StreamkitError, OSError):
                continue
            if len(streams) == 1 and (fixed := _fixed(streams[0], before, rules(file))) is not None:
                yield FixedFile(file, before, fixed.body, fixed.codes)


def _found(path: str) -> Iterator[str]:
    try:
        yield from (found.path for found in find([path]))
    except StreamkitError:
        return


def _fixed(stream: Stream, file: bytes, rules: Sequence[Rule]) -> Fixed | None:
    imported = stream.exchange.imported
    whole = stream.exchange.frames.body == file and (imported is None or imported.framed)
    return fix(stream, rules) if whole else None


def _lines(body: bytes) -> list[str]:
    """Return lines without their line feed; a carriage return, a mark and the missing end of the last line are shown."""
    lines = body.decode("utf-8", "backslashreplace").split("\n")
    last = lines.pop()
    shown = [line.replace("\r", "\\r").replace("\ufeff", "\\ufeff") for line in lines]
    return [*shown, last.replace("\r", "\\r") + "\\ No newline at end of file"] if last else shown
