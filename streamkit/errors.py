"""The exceptions of the package. Each has the exit code that it leads to.

A broken rule is a finding and a missing number an absent sample; neither is an exception. Exceptions are for input that cannot
be read, invalid options, and files that must not be overwritten.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable
from typing import Any


def suggestion(word: str, known: Iterable[str], listed: Iterable[str] | None = None) -> str:
    """Return the end of a message about an unknown word: the known one that was probably meant, or else all that are `listed`
    (default: `known`)."""
    import difflib

    known = list(known)
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return (
        f"did you mean {near[0]!r}?" if near else f"expected one of: {', '.join(known if listed is None else listed)}"
    )


def defect_text(error: BaseException) -> str:
    """Describe an exception that only a defect can raise: its type, its message, and the module and line that raised it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    raised = f" (in {trace.tb_frame.f_globals.get('__name__', '?')}, line {trace.tb_lineno})" if trace else ""
    return f"{type(error).__name__}: {error}{raised}"


class StreamkitError(Exception):
    """The base class: an error that is reported in one line. `exit_code` is the exit code of the process."""

    exit_code = 2

    def __reduce__(self) -> tuple[Any, ...]:
        """Make a copy in another process equal to this one, whatever the parameters of the class are."""
        return _remade, (type(self), self.args), self.__dict__


def _remade(kind: type[StreamkitError], args: tuple[Any, ...]) -> StreamkitError:
    return kind.__new__(kind, *args)


class UnreadableInput(StreamkitError):
    """An input that cannot be read. The message gives the location, the problem and a remedy.

    `path` is as the user gave it (`-` is standard input), `line` counts from 1, or None if there is none.
    """

    def __init__(self, path: str, message: str, *, line: int | None = None, remedy: str = "") -> None:
        self.path = path
        self.line = line
        self.message = message
        self.remedy = remedy
        shown = path or "''"
        location = shown if line is None else f"{shown}:{line}"
        super().__init__(f"{location}: {message}" + (f"; {remedy}" if remedy else ""))


class CatalogueError(StreamkitError):
    """An entry of a catalogue that cannot be used: a duplicate name, or a plugin that fails to load."""


class UnknownEntry(StreamkitError, KeyError):
    """A name that is not in a catalogue. The message suggests the closest one that is."""

    __str__ = Exception.__str__  # KeyError would show the message's repr


class OutputExists(StreamkitError):
    """The output file exists and must not be overwritten."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: the file exists; use --force to overwrite it")


class OutputBusy(StreamkitError):
    """The output file is being written by another process, or elsewhere in this one."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: another process is writing to it; wait until it has ended, or write to another file")


class CannotWrite(StreamkitError):
    """An output that cannot be written: its path (`-` is standard output) and the system's error."""

    def __init__(self, path: str, error: OSError) -> None:
        self.path = path
        self.errno = error.errno
        self.why = "it is closed" if path == "-" and error.errno == errno.EBADF else str(error.strerror or error)
        super().__init__(f"{'stdout' if path == '-' else path}: cannot write: {self.why}")


class PartStays(CannotWrite):
    """A recording could not be appended to its file and is kept in the file `part`."""

    def __init__(self, path: str, error: OSError, part: str) -> None:
        super().__init__(path, error)
        self.args = (f"{path}: cannot write: {self.why}; the exchange stays in {part}",)


class UsageError(StreamkitError):
    """Arguments that are invalid, conflict with each other or cannot be carried out."""


class UnknownForm(UnreadableInput):
    """An input that can be opened but is not a stream in any known format. Walking a folder skips it."""


class RemoteDefect(Exception):
    """A defect of streamkit in another process. The message has the type of the exception and its message."""


class WorkFailed(Exception):
    """Work in other processes that cannot continue. Its cause is the error to report."""
