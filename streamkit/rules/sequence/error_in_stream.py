"""Stream reports an error.

What it finds: a chunk with an `error` object, or with only `detail` or `code` and `message`, in a response with
status 200; a response that is such an error and not a stream at all.

Why it matters: the answer is incomplete. The SDKs raise; without the key `error`, the error passes as a chunk.

What to do: retry, or report the error to the user. A server should use the key `error`.

Bad: chat
    data 3 {"error":{"message":"overloaded","type":"server_error","code":null}}

Good: chat

Bad, in `ai_data_stream`: data-stream
    data 4 3:"overloaded"
    drop 5
    drop 5

Good, in `ai_data_stream`: data-stream

Bad, in `openai_realtime`: realtime
    insert 6 {"type":"error","event_id":"e6","error":{"type":"server_error","message":"overloaded"}}
    drop 7
    drop 7
    drop 7
    drop 7
    drop 7

Good, in `openai_realtime`: realtime
"""

from __future__ import annotations

from collections.abc import Iterator

from streamkit.model.message import ERROR
from streamkit.model.stream import Stream
from streamkit.model.wording import with_error
from streamkit.rules import Sighting, rule

_OWN_RULES = ("anthropic_messages", "openai_responses", "gemini")


@rule(
    "SEQ421",
    "error",
    plain=True,
)
def check(stream: Stream) -> Iterator[Sighting]:
    """Yield a sighting for each chunk that reports an error."""
    response = stream.exchange.response
    if stream.verdict == "not-a-stream":
        if stream.chunks and stream.flags[0] & ERROR and (response is None or response.status < 400):
            yield Sighting(with_error("the response is an error, not a stream", stream.chunks[0]), chunk=0)
        return
    if stream.api in _OWN_RULES:
        return
    some = any(flag & ERROR for flag in set(stream.flags))
    for chunk, flag in enumerate(stream.flags) if some else ():
        if flag & ERROR:
            yield Sighting(with_error("the stream reports an error", stream.chunks[chunk]), chunk=chunk, path="$.error")
    for chunk in (0, len(stream.chunks) - 1) if stream.chunks else ():
        whole = stream.chunks[chunk]
        if not stream.flags[chunk] and ("detail" in whole or {"code", "message"} <= whole.keys()):
            yield Sighting(with_error("error without the key `error`", whole), chunk=chunk)
