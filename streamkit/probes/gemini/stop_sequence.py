"""A stop sequence ends the answer before it.

Sends: the counting question with the stop sequence `five` in `generationConfig.stopSequences`, streamed.

Expects: the finish reason of a stop, and a text that does not contain the sequence. A model that does not count
deviates.

Why: agents parse the text up to the sequence; one that is sent in part is taken for text.

Reference: Gemini API reference, models.generateContent; models.streamGenerateContent.

Clients: agents with their own text formats, code completion.
"""

from __future__ import annotations

from streamkit.probes import Probe, stops_at
from streamkit.probes.gemini._asks import STOPPED

PROBE = Probe.declare(
    __name__, api="gemini", group="limits", asks=(STOPPED,), expects=(stops_at("five", before="four", reason="STOP"),)
)
