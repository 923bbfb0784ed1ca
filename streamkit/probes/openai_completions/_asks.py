"""The requests of the cases of Completions."""

from __future__ import annotations

from typing import Any

from streamkit.probes import MODEL, Ask
from streamkit.probes._prompts import COLOUR, COUNT, LIMIT, MIXED_TEXT

API = "openai_completions"
PATH = "/v1/completions"
WITH_USAGE: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}


def complete(name: str, prompt: Any = COUNT, /, **body: Any) -> Ask:
    """Return a request with a prompt; fields of the body replace the defaults."""
    fields = {"model": MODEL, "prompt": prompt, "max_tokens": LIMIT, "temperature": 0} | body
    return Ask(name=name, api=API, path=PATH, body=fields, streams=bool(fields.get("stream")))


PLAIN = complete("plain")
STREAMED = complete("streamed", **WITH_USAGE)
SHORT = complete("short", max_tokens=3, **WITH_USAGE)
STOPPED = complete("stopped", stop=["five"], **WITH_USAGE)
TWO_PROMPTS = complete("two-prompts", [COUNT, COLOUR])
MIXED = complete("mixed", MIXED_TEXT, **WITH_USAGE)
UNKNOWN_MODEL = complete("unknown-model", COLOUR, model="streamkit-probe-no-such-model")
BAD_JSON = Ask(name="bad-json", api=API, path=PATH, body=b'{"model":"{model}","prompt":')
