"""A field is missing from some chunks.

What it finds: a field that a server sends with every chunk or with none, and that some chunks lack. In chat these are
`system_fingerprint` and `service_tier` between two chunks that have them, and `finish_reason` in a choice with earlier
chunks that have it; in Gemini `responseId`, `modelVersion`, `createTime` and the fields of `usageMetadata`.

Why it matters: something between server and client rewrites some of the chunks, or loses a part of them.

What to do: forward chunks unchanged.

Bad: chat
    set 1 $.system_fingerprint "fp_1"
    set 3 $.system_fingerprint "fp_1"

Good: chat
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ464",
    "warning",
    finds=missteps,
    apis=("gemini", "openai_chat", "openai_completions"),
    whole=True,
)
