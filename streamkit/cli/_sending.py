"""Builds the request that `record` sends, from its flags, as curl does."""

from __future__ import annotations

import base64
import sys
from collections.abc import Sequence
from dataclasses import field
from pathlib import Path

import orjson

from streamkit.errors import UsageError
from streamkit.frozen import dataclass
from streamkit.service import prompting
from streamkit.service.turns import turns
from streamkit.transport.client import Outgoing, check_url
from streamkit.transport.conversation import Conversation, is_websocket


@dataclass(slots=True, kw_only=True)
class RequestFlags:
    """The request as the command line describes it. `data` holds pairs of flag name and value, in order."""

    url: str
    method: str | None = None
    headers: list[str] = field(default_factory=list)
    data: list[tuple[str, str]] = field(default_factory=list)
    user: str | None = None
    model: str | None = None
    prompt: str | None = None


def outgoing(flags: RequestFlags, agent: str) -> Outgoing:
    """Build the request. Raises UsageError if flags conflict or a file cannot be read."""
    url = flags.url if "://" in flags.url else _with_scheme(flags.url)
    if is_websocket(url):
        return _handshake(flags, url, agent)
    check_url(url)
    defaults: list[tuple[str, str]] = [("Accept", "*/*"), ("Accept-Encoding", "identity"), ("User-Agent", agent)]
    body: bytes | None = None
    if flags.prompt is not None:
        if flags.data:
            raise UsageError("--prompt cannot be used with a body (-d, --json)")
        url, value, more = prompting.prompted(url, flags.model, flags.prompt)
        body = orjson.dumps(value)
        defaults += [*more, ("Content-Type", "application/json")]
    elif flags.model is not None:
        raise UsageError("--model requires --prompt; a body of your own names its model itself")
    elif flags.data:
        body = _body(flags.data)
        if any(name == "json" for name, _ in flags.data):
            defaults[0] = ("Accept", "application/json")
            defaults.append(("Content-Type", "application/json"))
        else:
            defaults.append(("Content-Type", "application/x-www-form-urlencoded"))
    if flags.user is not None:
        defaults.append(("Authorization", "Basic " + base64.b64encode(flags.user.encode()).decode()))
    headers = _merged(defaults, _parse_headers(flags.headers))
    key = prompting.key_header(url, headers)
    if key is not None:
        headers.append(key)
    return Outgoing(flags.method or ("GET" if body is None else "POST"), url, tuple(headers), body)


def _handshake(flags: RequestFlags, url: str, agent: str) -> Outgoing:
    """Build the handshake of a WebSocket, with the messages to send: one for each flag with data, or line of a file."""
    if flags.prompt is not None or flags.model is not None:
        raise UsageError("--prompt and --model cannot be used with a WebSocket: send its events with --json")
    if flags.method not in (None, "GET"):
        raise UsageError("a WebSocket is opened with GET: -X cannot be used")
    secure = "http" + url[2:]
    check_url(secure)
    messages = tuple(message for name, value in flags.data for message in _messages(name, value))
    defaults = [("User-Agent", agent)]
    if flags.user is not None:
        defaults.append(("Authorization", "Basic " + base64.b64encode(flags.user.encode()).decode()))
    headers = _merged(defaults, _parse_headers(flags.headers))
    key = prompting.key_header(secure, headers)
    if key is not None and not any(name.lower() == "sec-websocket-protocol" for name, _ in headers):
        headers.append(key)
    return Outgoing("GET", url, tuple(headers), None, Conversation(messages, turns(messages)))


def _messages(name: str, value: str) -> list[bytes]:
    """Return the messages of one flag: the value, or each line of the file that it names."""
    if not value.startswith("@") or name == "data-raw":
        return [value.encode()]
    return [line for line in _read(value[1:]).splitlines() if line.strip()]


def form_of_json(request: Outgoing) -> bool:
    """Return whether JSON is about to be sent as form data, which is what curl's -d does but rarely what is meant."""
    kind = next((value for name, value in request.headers if name.lower() == "content-type"), "")
    return kind == "application/x-www-form-urlencoded" and (request.body or b"").lstrip()[:1] == b"{"


def model_of(request: Outgoing) -> str | None:
    """Return the model that the body names, for the name of the file."""
    try:
        value = orjson.loads(request.body or b"")
    except orjson.JSONDecodeError:
        return None
    model = value.get("model") if isinstance(value, dict) else None
    return model if isinstance(model, str) else None


def _with_scheme(url: str) -> str:
    """Add a scheme: http for this machine, https otherwise (curl always uses http)."""
    host = url.partition("/")[0].rpartition(":")[0] or url.partition("/")[0]
    return f"http{'' if host in ('localhost', '127.0.0.1', '[::1]') else 's'}://{url}"


def _body(data: Sequence[tuple[str, str]]) -> bytes:
    pieces: list[bytes] = []
    for index, (name, value) in enumerate(data):
        if value.startswith("@") and name != "data-raw":
            piece = _read(value[1:])
            if name == "data":
                piece = piece.replace(b"\r", b"").replace(b"\n", b"")
        else:
            piece = value.encode()
        pieces.append((b"&" if index and name != "json" else b"") + piece)
    return b"".join(pieces)


def _read(path: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot read the body: {error.strerror or error}") from None


def _parse_headers(lines: Sequence[str]) -> list[tuple[str, str | None]]:
    """Parse the values of `-H`: `Name: value`, `Name:` to remove one, `Name;` for an empty one, `@file` for many."""
    headers: list[tuple[str, str | None]] = []
    for line in lines:
        if line.startswith("@"):
            headers += _parse_headers(
                [row for row in _read(line[1:]).decode("utf-8", "replace").splitlines() if row.strip()]
            )
            continue
        name, colon, value = line.partition(":")
        if colon:
            headers.append((name.strip(), value.strip() or None))
        elif name.endswith(";"):
            headers.append((name[:-1].strip(), ""))
        else:
            raise UsageError(f"invalid header {line!r}: expected 'Name: value'")
        if not headers[-1][0] or any(character in line for character in "\r\n\0"):
            raise UsageError(f"invalid header {line!r}: expected 'Name: value'")
    return headers


def _merged(defaults: Sequence[tuple[str, str]], given: Sequence[tuple[str, str | None]]) -> list[tuple[str, str]]:
    names = {name.lower() for name, _ in given}
    kept = [(name, value) for name, value in defaults if name.lower() not in names]
    return kept + [(name, value) for name, value in given if value is not None]
