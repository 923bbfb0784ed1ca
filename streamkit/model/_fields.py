"""The fields of a recording's lines, with the types that the format defines."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, TypeVar, cast

from streamkit.model.exchange import Body, Damage, End, Headers, Import, Redaction, Repair, Request

_T = TypeVar("_T")


class Fields:
    """The fields of one line, each of the type that the format defines; any other type is damage, and the field counts as absent."""

    __slots__ = ("_damage", "_line", "_record")

    def __init__(self, record: dict[str, Any], line: int, damage: list[Damage]) -> None:
        self._record = record
        self._line = line
        self._damage = damage

    def get(self, name: str, reader: Callable[[Any], _T], default: _T) -> _T:
        value = self._record.get(name)
        if value is None:
            return default
        try:
            return reader(value)
        except (TypeError, ValueError, KeyError, AttributeError):
            message = f"{name} of {self._record.get('type')} is {shown(value)}; ignored"
            self._damage.append(Damage(self._line, "bad-field", message))
            return default


def shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:39] + "…"


def integer(value: Any) -> int:
    if type(value) is not int:
        raise TypeError
    return value


def string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def one_of(words: tuple[str, ...]) -> Callable[[Any], str]:
    def reader(value: Any) -> str:
        if value not in words:
            raise ValueError
        return cast("str", value)

    return reader


def from_base64(value: Any) -> bytes:
    return base64.b64decode(value, validate=True)


def labels_of(value: Any) -> dict[str, str]:
    return {key: string(text) for key, text in value.items()}


def headers_of(value: Any) -> Headers:
    return tuple((string(name), string(text)) for name, text in value)


def redactions_of(value: Any) -> tuple[Redaction, ...]:
    return tuple(Redaction(string(r["at"]), string(r["rule"]), r.get("first"), r.get("last")) for r in value)


def request_of(value: Any) -> Request:
    body = value.get("body")
    headers = headers_of(value.get("headers") or ())
    return Request(string(value["method"]), string(value["url"]), headers, None if body is None else body_of(body))


def body_of(value: Any) -> Body:
    if "json" in value:
        return Body("json", value["json"])
    if "text" in value:
        return Body("text", string(value["text"]))
    return Body("base64", from_base64(value["base64"]))


def import_of(value: Any) -> Import:
    repairs = tuple(Repair(integer(r["line"]), string(r["kind"]), string(r["said"])) for r in value["repairs"])
    framed = value.get("framed") is not False
    return Import(string(value["form"]), bool(value.get("excerpt")), repairs, framed, stored=True)


def end_of(fields: Fields, line: int) -> End:
    return End(
        at=fields.get("at", integer, None),
        reason=fields.get("reason", string, "unknown"),
        frames=fields.get("frames", integer, None),
        bytes=fields.get("bytes", integer, None),
        sha256=fields.get("sha256", string, None),
        error=fields.get("error", string, None),
        redacted=fields.get("redacted", redactions_of, ()),
        client=fields.get("client", dict, None),
        line=line,
    )
