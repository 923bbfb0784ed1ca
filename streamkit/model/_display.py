"""The display of values in a console and a notebook: a one-line repr and a small HTML table.

Their content is untrusted, so control characters and HTML are escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from typing import Any

from streamkit.text import counted, one_line, shorten

_VALUE = 40  # characters of one value
_LINE = 160  # characters of a repr
_CELL = 120  # characters of a cell
ROWS = 10
"""Rows of a table in a notebook."""


def brief(self: Any) -> str:
    """Return a dataclass's repr in one line: the fields that differ from their defaults, each cut short. For `__repr__`."""
    shown = ", ".join(f"{field.name}={_short(value)}" for field, value in _shown_fields(self))
    return f"{type(self).__name__}({shorten(shown, _LINE)})"


def tag(self: Any, *facts: str | None) -> str:
    """Return the repr of a large value: `<Stream a.sse: openai_chat, complete, 23 events>`."""
    first, *rest = [one_line(fact) for fact in facts if fact]
    return f"<{type(self).__name__} {shorten(': '.join(filter(None, (first, ', '.join(rest)))), _LINE)}>"


def target(url: str) -> str:
    """Return host and path of a URL: without user name, query and fragment, which may hold a key."""
    from urllib.parse import urlsplit  # takes long to import, and few ask for a repr

    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.netloc.rpartition("@")[2] + parts.path


def html_table(caption: str, records: Iterable[Mapping[str, Any]], total: int) -> str:
    """Return an HTML table of the first records, every text escaped; `total` is how many records there are."""
    from html import escape

    def cell(kind: str, value: Any) -> str:
        text = "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
        return f"<{kind}>{escape(one_line(shorten(text, _CELL)))}</{kind}>"

    rows = [record for record, _ in zip(records, range(ROWS), strict=False)]
    heads = "".join(cell("th", name) for name in (rows[0] if rows else ()))
    body = "".join(f"<tr>{''.join(cell('td', value) for value in row.values())}</tr>" for row in rows)
    more = f"<p>{counted(total - len(rows), 'more row')}</p>" if total > len(rows) else ""
    return (
        f"<table><caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>{more}"
    )


def _shown_fields(value: Any) -> Iterator[tuple[Field[Any], Any]]:
    for field in fields(value):
        content = getattr(value, field.name)
        if field.repr and (field.default is MISSING or content != field.default) and not _empty(field, content):
            yield field, content


def _empty(field: Field[Any], content: Any) -> bool:
    return field.default_factory is not MISSING and isinstance(content, Sequence | Mapping) and not content


def _short(value: Any) -> str:
    from reprlib import Repr

    short = Repr()
    short.maxstring = short.maxother = short.maxlong = _VALUE
    short.maxlevel, short.maxdict, short.maxlist, short.maxtuple = 2, 3, 3, 3
    return one_line(_bytes(value) if isinstance(value, bytes) else short.repr(value))


def _bytes(value: bytes) -> str:
    return repr(value) if len(value) <= _VALUE else f"{value[:_VALUE]!r}…"
