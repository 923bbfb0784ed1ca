"""Parses a pasted curl command: the flags that people use, with the meaning that curl gives them."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import field

from streamkit.errors import UsageError
from streamkit.frozen import dataclass

_WITH_VALUE = {
    "-X": "request", "--request": "request", "-H": "header", "--header": "header", "-d": "data", "--data": "data",
    "--data-ascii": "data", "--data-raw": "data-raw", "--data-binary": "data-binary", "--json": "json", "--url": "url",
    "-u": "user", "--user": "user", "-x": "proxy", "--proxy": "proxy", "--cacert": "cacert", "-m": "max-time",
    "--max-time": "max-time", "-A": "user-agent", "--user-agent": "user-agent", "-b": "cookie", "--cookie": "cookie",
    "-e": "referer", "--referer": "referer",
}  # fmt: skip
_SWITCHES = {"-L": "location", "--location": "location", "-k": "insecure", "--insecure": "insecure"}
_IGNORED_SWITCHES = frozenset(
    [
        "-N",
        "--no-buffer",
        "-s",
        "--silent",
        "-S",
        "--show-error",
        "-v",
        "--verbose",
        "-i",
        "--include",
        "--compressed",
        "-f",
        "--fail",
        "--fail-with-body",
        "-g",
        "--globoff",
        "--http1.1",
        "--http2",
        "--no-keepalive",
        "-#",
        "--progress-bar",
        "-0",
        "--http1.0",
        "--tcp-nodelay",
    ]
)
_IGNORED_WITH_VALUE = frozenset(
    [
        "-o",
        "--output",
        "-w",
        "--write-out",
        "--connect-timeout",
        "--retry",
        "--retry-delay",
        "--retry-max-time",
        "-D",
        "--dump-header",
        "--keepalive-time",
        "--speed-limit",
        "--speed-time",
    ]
)
_LINE_CONTINUATION = re.compile(r"\\\r?\n")
_ANSI_C = re.compile(r"\$'((?:[^'\\]|\\.)*)'", re.DOTALL)
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")


@dataclass(slots=True)
class Command:
    """The parsed options of a curl command. `data` holds pairs of the flag (`data`, `data-raw`, `data-binary`, `json`) and its value."""

    urls: list[str] = field(default_factory=list)
    method: str | None = None
    headers: list[str] = field(default_factory=list)
    data: list[tuple[str, str]] = field(default_factory=list)
    location: bool = False
    insecure: bool = False
    user: str | None = None
    proxy: str | None = None
    cacert: str | None = None
    max_time: float | None = None


def parse_curl(text: str) -> Command:
    """Parse `text`. Variables in URLs and headers are expanded from the environment, as a shell would.

    Raises UsageError for text that is not a curl command, for an unknown flag, and for a variable that is not set.
    """
    try:
        words = shlex.split(_ANSI_C.sub(_unescaped, _LINE_CONTINUATION.sub(" ", text)))
    except ValueError as error:
        raise UsageError(f"--curl: cannot parse the command: {error}") from None
    if not words or words[0].rpartition("/")[2] not in ("curl", "curl.exe"):
        raise UsageError("--curl: expected a whole command, starting with 'curl'")
    command = Command()
    rest = iter(words[1:])
    for word in rest:
        if word == "--" or not word.startswith("-") or word == "-":
            command.urls += [] if word == "--" else [_expanded(word)]
            continue
        for flag, attached in _flags(word):
            name = _WITH_VALUE.get(flag)
            if name or flag in _IGNORED_WITH_VALUE:
                value = attached if attached is not None else next(rest, None)
                if value is None:
                    raise UsageError(f"--curl: {flag} requires a value")
                if name:
                    _take(command, name, value)
            elif flag in _SWITCHES:
                setattr(command, _SWITCHES[flag], True)
            elif flag not in _IGNORED_SWITCHES:
                raise UsageError(f"--curl: unsupported flag {flag}; remove it, or use this command's own options")
    return command


def _flags(word: str) -> list[tuple[str, str | None]]:
    """Return the flags in one word: `--name`, `--name=value`, `-sS`, `-XPOST`, `-sSHname: value`."""
    if word.startswith("--"):
        name, equals, value = word.partition("=")
        return [(name, value if equals else None)]
    flags: list[tuple[str, str | None]] = []
    for index in range(1, len(word)):
        flag = f"-{word[index]}"
        if flag in _WITH_VALUE or flag in _IGNORED_WITH_VALUE:
            flags.append((flag, word[index + 1 :] or None))
            break
        flags.append((flag, None))
    return flags


def _take(command: Command, name: str, value: str) -> None:
    if name in ("data", "data-raw", "data-binary", "json"):
        command.data.append((name, value))
    elif name == "url":
        command.urls.append(_expanded(value))
    elif name == "header":
        command.headers.append(_expanded(value))
    elif name in ("user-agent", "cookie", "referer"):
        command.headers.append(f"{name}: {_expanded(value)}")
    elif name == "request":
        command.method = value
    elif name == "user":
        command.user = _expanded(value)
    elif name == "proxy":
        command.proxy = _expanded(value)
    elif name == "cacert":
        command.cacert = value
    else:
        try:
            command.max_time = float(value)
        except ValueError:
            raise UsageError(f"--curl: invalid --{name} {value!r}: expected a number") from None


def _expanded(value: str) -> str:
    def from_environment(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name not in os.environ:
            raise UsageError(f"--curl: the environment variable {name} is not set")
        return os.environ[name]

    return _VARIABLE.sub(from_environment, value)


def _unescaped(match: re.Match[str]) -> str:
    """Return a `$'…'` shell string, as browsers copy it, as a plain quoted word."""
    text = match[1].encode("latin-1", "backslashreplace").decode("unicode_escape")
    return shlex.quote(text)
