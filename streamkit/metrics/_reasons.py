"""Why a number is missing, in a sentence for each code."""

from __future__ import annotations

REASONS = {
    "clock-went-back": "the log's clock went back, so that this stretch of time is negative",
    "coarse-clock": "the log's timestamps are too coarse for this; its notes contain their resolution",
    "no-answer": "no chunk carries answer text or a tool call",
    "no-body": "the body is empty",
    "no-chunk": "no event is a chunk of the API",
    "no-end-time": "the recorder did not see the end of the body",
    "no-event": "the body holds no event",
    "no-frames": "the log did not keep what each read gave",
    "no-headers": "no response headers were recorded",
    "no-request-time": "the time of the request is not known: the stream came from a pipe or a log",
    "no-running-usage": "not every content chunk reports how many tokens there were up to it",
    "no-slo": "no --slo was given",
    "no-times": "the log holds no arrival times",
    "no-token": "no chunk carries answer text, reasoning or a tool call",
    "no-usage": "the stream reports no usage, and no --tokenizer was named",
    "no-wall-clock": "the streams do not say when they were recorded, or when they ended",
    "no-stream": "no request either succeeded or failed",
    "not-in-result": "the tool's file does not hold it",
    "not-complete": "the stream failed or is a part of one, so that its times are none of a complete answer",
    "not-measured": "the run that measured this stream did not measure it",
    "not-reported": "the provider does not say",
    "one-chunk": "there is one chunk only, so no time between chunks",
    "one-read": "everything came in one read, so that a rate would be made up",
    "one-token": "there is one token or content chunk only, so no time between them",
    "out-of-range": "the stream's own numbers lead to one that is too large to be true",
    "several-choices": "usage counts the tokens of all choices together",
    "unknown-api": "the stream is of no API that is known, so nobody knows what its chunks carry",
    "usage-before-content": "usage was reported before the content ended, so it is not the total",
    "usage-contradicts-content": "usage says that nothing was given, and chunks carry content",
    "usage-without-output": "usage does not contain the output tokens",
}


def reason_text(code: str) -> str:
    """Return the sentence of this code; an unknown code, of a plugin, is returned unchanged."""
    return REASONS.get(code, code)
