"""`GET /models` lists the model.

Sends: `GET /v1/models`.

Expects: an object `list` whose `data` has objects with an id, among them the model that was asked for.

Why: chat interfaces fill their menus with it; many test the connection with it.

Reference: OpenAI API reference, List models.

Clients: chat interfaces, IDE plugins.
"""

from __future__ import annotations

from streamkit.probes import Probe, fields, lists_model
from streamkit.probes.openai_chat._asks import MODELS

PROBE = Probe.declare(
    __name__,
    api="openai_chat",
    group="http",
    asks=(MODELS,),
    expects=(fields({"object": "list", "data": list}), lists_model("data", "id")),
)
