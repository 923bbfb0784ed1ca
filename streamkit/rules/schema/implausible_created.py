"""Implausible `created`.

What it finds: a `created` of 0, in milliseconds, or otherwise outside the years 2020 to 2100.

Why it matters: logs and caches that use it sort the answer into 1970 or the year 55000.

What to do: send Unix time in seconds.

Bad: chat
    set * $.created 0

Good: chat
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__, "SCH331", "warning", also=("info",), finds=missteps, apis=("openai_chat", "openai_completions")
)
