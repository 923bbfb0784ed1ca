"""A stop sequence ends the answer before it.

Sends: the counting question with the stop sequence `five` in `options.stop`, streamed.

Expects: the finish reason of a stop, and a text that does not contain the sequence. A model that does not count
deviates.

Why: agents parse the text up to the sequence; one that is sent in part is taken for text.

Reference: Ollama, docs/api.md, Generate a chat completion.

Clients: agents with their own text formats, code completion.
"""

from __future__ import annotations

from streamkit.probes import Probe, stops_at
from streamkit.probes.ollama._asks import STOPPED

PROBE = Probe.declare(
    __name__, api="ollama", group="limits", asks=(STOPPED,), expects=(stops_at("five", before="four", reason="stop"),)
)
