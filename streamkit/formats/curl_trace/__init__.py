"""The output of `curl --trace FILE`, best with `--trace-time`: everything sent and received, in hexadecimal.

With times, an exchange is equivalent to a recorded one except for the clock: 0 is the first line of its transfer, before the
connection is opened. A chunk of HTTP's chunked coding is a frame. `--trace-ascii` shows line feeds and non-ASCII bytes as dots,
which cannot be restored.
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.formats import Format, Source
from streamkit.model.exchange import Exchange
from streamkit.patterns import pattern

_EVENT = pattern(
    rb"(?:\d\d:\d\d:\d\d\.\d{1,6} )?(?:\[[0-9x-]+\] )?(?:== Info: |(?:=>|<=) (?:Send|Recv) (?:header|data|SSL data), \d+ bytes )"
)


def _recognises(head: bytes) -> bool:
    lines = head.split(b"\n")[:60]
    return bool(_EVENT.match(lines[0])) and any(b"<= Recv" in one or b"=> Send" in one for one in lines)


def _read(source: Source) -> Iterator[Exchange]:
    # Imported only when a trace is read: this module is loaded for every input.
    from streamkit.formats.curl_trace.reader import read

    return read(source)


CURL_TRACE = Format(
    name="curl-trace",
    title="curl --trace",
    order=420,
    recognises=_recognises,
    read=_read,
)
