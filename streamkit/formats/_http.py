"""HTTP in files: status line and headers as text, content codings, reason phrases."""

from __future__ import annotations

import re
import zlib

from streamkit.errors import UnreadableInput
from streamkit.formats._source import LARGEST_BODY, zstd_library
from streamkit.model.exchange import Exchange, Headers, Response, header
from streamkit.patterns import pattern
from streamkit.wire.framing import choose

_STATUS = pattern(rb"HTTP/([0-9.]+)[ \t]+([0-9]{3})[^\r\n]*\r?\n")
_HEADER = pattern(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n]*?)[ \t]*\r?\n")
_BLANK = pattern(rb"\r?\n")


def status_and_headers(data: bytes) -> tuple[Response | None, bytes, int]:
    """Return the response that `data` begins with, the body after it, and the line (from 1) on which the body starts.

    Answers before the last one (`100 Continue`, a proxy's `200 Connection established`) are skipped. Without a
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


def decoded_body(body: bytes, headers: Headers) -> tuple[bytes, str]:
    """Decode the content coding of a body. Return the body, and what could not be decoded (empty if nothing).

    Many tools store the body decoded and the header as it was: bytes that do not begin like their coding are returned unchanged.
    """
    coding = (header(headers, "content-encoding") or "identity").strip().lower()
    if coding in ("gzip", "x-gzip") and body.startswith(b"\x1f\x8b"):
        return _inflated(body, 31)
    if coding == "deflate" and body[:1] == b"\x78":
        return _inflated(body, 15)
    if coding == "zstd" and body.startswith(b"\x28\xb5\x2f\xfd"):
        return _unpacked(body)
    if coding in ("br", "zstd") and not _is_text(body):
        return body, f"the body is compressed with {coding}, which is not undone here"
    return body, ""


def _inflated(body: bytes, wbits: int) -> tuple[bytes, str]:
    inflater = zlib.decompressobj(wbits=wbits)
    try:
        data = inflater.decompress(body, LARGEST_BODY)
    except zlib.error as error:
        return body, f"the body is damaged compressed data ({error})"
    if inflater.unconsumed_tail:
        return data, f"the body inflates to more than {LARGEST_BODY >> 20} MiB; the rest is left out"
    return data, "" if inflater.eof else "the compressed body ends in the middle"


def _unpacked(body: bytes) -> tuple[bytes, str]:
    try:
        zstd, options = zstd_library("")
        inflater = zstd.ZstdDecompressor(options=options)
    except UnreadableInput as error:
        return body, f"the body is compressed with zstd, which needs a library: {error.remedy}"
    try:
        data = inflater.decompress(body, LARGEST_BODY)
    except Exception as error:  # ZstdError, which may not be imported here
        return body, f"the body is damaged compressed data ({error})"
    if not inflater.eof and not inflater.needs_input:
        return data, f"the body inflates to more than {LARGEST_BODY >> 20} MiB; the rest is left out"
    return data, "" if inflater.eof else "the compressed body ends in the middle"


def _is_text(body: bytes) -> bool:
    try:
        body[:4096].decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > 4090
    return True


def header_pairs(pairs: object) -> Headers:
    """Return headers from `{"name": …, "value": …}` objects; anything else is skipped."""
    if not isinstance(pairs, list):
        return ()
    return tuple((pair["name"], pair["value"]) for pair in pairs if _is_pair(pair))


def _is_pair(pair: object) -> bool:
    return isinstance(pair, dict) and isinstance(pair.get("name"), str) and isinstance(pair.get("value"), str)


def of_decoded_body(headers: Headers) -> Headers:
    """Return headers without those about the body's coding and length on the wire, because the body is stored decoded."""
    return tuple(
        (name, value)
        for name, value in headers
        if name.lower() not in ("content-encoding", "transfer-encoding", "content-length")
    )


_TYPES = {
    "ndjson": "application/x-ndjson",
    "aws_eventstream": "application/vnd.amazon.eventstream",
    "json_document": "application/json",
    "coded_lines": "text/plain; charset=utf-8",
}


def content_type_of(exchange: Exchange) -> str:
    """Return the content type of an exchange's response; if it is unknown, that of the framing of its bytes."""
    if exchange.content_type:
        return exchange.content_type
    return _TYPES.get(choose(None, exchange.frames.body[:4096]).name, "text/event-stream")


def reason_phrase(status: int) -> str:
    """Return the reason phrase of a status code; empty if unknown."""
    from http import HTTPStatus

    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def version(text: object) -> str:
    """Return an HTTP version in the words of a recording (`1.1`, `2`, `3`), from `HTTP/2.0`, `h2`, `http/1.1`, …"""
    digits = re.search(r"[0-9](?:\.[0-9])?", text) if isinstance(text, str) else None
    found = digits[0] if digits else "1.1"
    return found.removesuffix(".0") if found[0] in "23" else found
