"""Text of all scripts arrives whole.

Sends: a text with emoji of several code points, a combining accent, right-to-left text, a flag of tag characters and
ideographs, to be repeated, streamed.

Expects: an answer in which no character was cut in two (U+FFFD).

Why: one token is often a part of a character; a server that decodes token by token sends a replacement character.

Reference: RFC 3629; WHATWG Encoding, UTF-8 decode.

Clients: all users who write in other scripts, or use emoji.
"""

from __future__ import annotations

from streamkit.probes import Probe, has_text, whole_characters
from streamkit.probes.openai_completions._asks import MIXED

PROBE = Probe.declare(
    __name__, api="openai_completions", group="input", asks=(MIXED,), expects=(has_text(), whole_characters())
)
