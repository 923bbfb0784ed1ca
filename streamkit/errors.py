"""What can go wrong before there is anything to report on: each error knows its exit code.

A broken rule is a finding and a missing number is no sample; neither is ever an exception. What remains is
input that cannot be read, a request that makes no sense, and a file that must not be overwritten.
"""

from __future__ import annotations

import errno


class StreamkitError(Exception):
    """Anything that ends one piece of work with a single clear line. `exit_code` is the process's."""

    exit_code = 2


class UnreadableInput(StreamkitError):
    """An input that no form can read. The message names the place, what is wrong and the remedy.

    `path` is as the user gave it (`-` is standard input), `line` counts from 1, or None where there is none.
    """

    def __init__(self, path: str, message: str, *, line: int | None = None, remedy: str = "") -> None:
        self.path = path
        self.line = line
        self.message = message
        self.remedy = remedy
        place = path if line is None else f"{path}:{line}"
        super().__init__(f"{place}: {message}" + (f"; {remedy}" if remedy else ""))


class CatalogueError(StreamkitError):
    """An entry of a catalogue that cannot be used: a duplicate name, or a plugin that fails to load."""


class UnknownEntry(StreamkitError, KeyError):
    """A name that a catalogue does not hold. The message offers the nearest name that it does hold."""

    __str__ = Exception.__str__  # KeyError would show the message's repr


class OutputExists(StreamkitError):
    """A file that is already there and was not to be overwritten."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: the file exists; use --force to overwrite it")


class CannotWrite(StreamkitError):
    """Something that cannot be written: the path (`-` is standard output), and what the system says."""

    def __init__(self, path: str, error: OSError) -> None:
        self.path = path
        self.why = "it is closed" if path == "-" and error.errno == errno.EBADF else str(error.strerror or error)
        super().__init__(f"{'stdout' if path == '-' else path}: cannot write: {self.why}")


class UsageError(StreamkitError):
    """A request whose words contradict each other or cannot be carried out."""


class UnknownForm(UnreadableInput):
    """An input that opens and is no stream in any form that is known. A folder's walk passes over it."""
