"""Where a command's data goes: to stdout or to the file of `-o`, as it is; to a terminal, made safe."""

from __future__ import annotations

import codecs
import json
import os
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any

import click
import orjson

from streamkit.files import Output, create
from streamkit.text import plain, safe_json, safe_text


class Sink:
    """The output of one command. The file of `-o` is opened at once, so that one that exists is told before the work."""

    def __init__(self, path: str | None = None, *, force: bool = False, prose: bool = False) -> None:
        self._file: Output | None = create(path, force=force) if path and path != "-" else None
        self.terminal = self._file is None and sys.stdout.isatty()
        # `prose` is text for a person: it keeps to ASCII where the encoding or the terminal asks for that.
        self.ascii_only = prose and self._file is None and ascii_only()

    def text(self, text: str) -> None:
        """Write text, ending in a line feed."""
        self._write((safe_text(text) if self.terminal else text) + ("" if text.endswith("\n") else "\n"))

    def piece(self, text: str, *, json: bool = False) -> None:
        """Write a piece of a longer text as it is; `json` where it is one of JSON."""
        made_safe = safe_json(text) if json else safe_text(text)
        self._write(made_safe if self.terminal else text)

    def line(self, shown: str) -> None:
        """Write a line that was made safe already, because it holds colors of our own."""
        self._write(shown + "\n")

    def json(self, value: Any, *, indent: bool = False) -> None:
        """Write a JSON value, on one line or indented."""
        text = json_text(value, indent=indent)
        self._write((safe_json(text) if self.terminal else text) + "\n")

    def _write(self, text: str) -> None:
        if self.ascii_only:
            text = plain(text)
        data = text.encode("utf-8" if _utf8() or not self.ascii_only else "ascii", "backslashreplace")
        if self._file is not None:
            self._file.write(data)
        else:
            click.echo(data, nl=False)

    def __enter__(self) -> Sink:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()


def ascii_only() -> bool:
    """Whether stdout asks for ASCII: by its encoding, or because the terminal has few signs."""
    return not _utf8() or os.environ.get("TERM") in ("dumb", "linux")


def _utf8() -> bool:
    return (sys.stdout.encoding or "").lower().startswith("utf")


def visible(path: str, *, json: bool) -> Callable[[bytes], bytes] | None:
    """What makes bytes that are written to `path` piece by piece safe, where that is a terminal; else None.

    JSON (and the quoted strings of YAML) stay what they are.
    """
    if path != "-" or not sys.stdout.isatty():
        return None
    safe = safe_json if json else safe_text
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    return lambda piece: safe(decoder.decode(piece)).encode()


def json_text(value: Any, *, indent: bool = False) -> str:
    """JSON text of any value that was read from JSON, what orjson does not write (huge integers, lone surrogates) too."""
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2 if indent else None).decode()
    except orjson.JSONEncodeError:
        return json.dumps(value, indent=2 if indent else None, separators=None if indent else (",", ":"))
