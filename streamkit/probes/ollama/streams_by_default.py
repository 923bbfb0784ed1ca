"""Without `stream`, the answer is streamed.

Sends: a question without `stream`.

Expects: a stream: this API streams unless `stream` is false.

Why: clients leave the field out and read lines; an endpoint that copies other APIs answers with one object.

Reference: Ollama, docs/api.md, Generate a chat completion. `stream`: if false.

Clients: programs that use the API with curl.
"""

from __future__ import annotations

from streamkit.probes import Probe, has_text
from streamkit.probes.ollama._asks import BY_DEFAULT

PROBE = Probe.declare(__name__, api="ollama", group="answer", asks=(BY_DEFAULT,), expects=(has_text(),))
