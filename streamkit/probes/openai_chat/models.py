"""`GET /models` lists the model.

Sends: `GET /v1/models`.

Expects: an object `list` whose `data` has objects with an id, among them the model that was asked for.

Why: chat interfaces fill their menus with it; many test the connection with it.

Reference: OpenAI API reference, List models.

Clients: chat interfaces, IDE plugins.
"""

from __future__ import annotations

from streamkit.probes import Answer, Flaw, Probe, at, each, fields
from streamkit.probes.openai_chat._asks import MODELS


def _listed(answer: Answer) -> str | Flaw | None:
    models = at(answer.json, "data")
    names = [model.get("id") for model in models if isinstance(model, dict)] if isinstance(models, list) else []
    if not all(isinstance(name, str) for name in names):
        return "a model without an id"
    wanted = answer.exchange.labels.get("model")
    return Flaw("deviates", f"{wanted} is not listed") if wanted not in (None, *names) else None


PROBE = Probe.declare(
    __name__,
    api="openai_chat",
    group="http",
    asks=(MODELS,),
    expects=(fields({"object": "list", "data": list}), each(_listed)),
)
