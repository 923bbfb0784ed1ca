"""Status line and headers as text: what `curl -i` prints before a body."""

from __future__ import annotations

import re

from streamkit.model.exchange import Headers, Response

_STATUS = re.compile(rb"HTTP/([0-9.]+)[ \t]+([0-9]{3})[^\r\n]*\r?\n")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n]*?)[ \t]*\r?\n")
_BLANK = re.compile(rb"\r?\n")


def status_and_headers(data: bytes) -> tuple[Response | None, bytes, int]:
    """The response that `data` begins with, the body after it, and the line (from 1) on which the body starts.

    Answers before the last one (`100 Continue`, a proxy's `200 Connection established`) are passed over. Without a
    status line the response is None and the body is `data` itself.
    """
    response: Response | None = None
    position = 0
    while status := _STATUS.match(data, position):
        headers: list[tuple[str, str]] = []
        after = status.end()
        while header := _HEADER.match(data, after):
            headers.append((header[1].decode("ascii"), header[2].decode("utf-8", "replace")))
            after = header.end()
        blank = _BLANK.match(data, after)
        if blank is None and after < len(data):
            break
        response = Response(None, int(status[2]), status[1].decode("ascii"), tuple(headers))
        position = blank.end() if blank else after
    if response is None:
        return None, data, 1
    return response, data[position:], 1 + data.count(b"\n", 0, position)


def header_pairs(pairs: object) -> Headers:
    """Headers from lists of pairs of text; what is no pair of text is passed over."""
    if not isinstance(pairs, list | tuple):
        return ()
    return tuple((str(pair[0]), str(pair[1])) for pair in pairs if isinstance(pair, list | tuple) and len(pair) == 2)
