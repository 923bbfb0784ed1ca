"""`GET /api/tags` lists the model.

Sends: `GET /api/tags`.

Expects: an object whose `models` have names, among them the model that was asked for.

Why: chat interfaces fill their menus with it, and detect Ollama by it.

Reference: Ollama, docs/api.md, List Local Models.

Clients: Open WebUI, IDE plugins.
"""

from __future__ import annotations

from streamkit.probes import Answer, Flaw, Probe, at, each, fields
from streamkit.probes.ollama._asks import TAGS


def _listed(answer: Answer) -> str | Flaw | None:
    models = at(answer.json, "models")
    names = [model.get("name") for model in models if isinstance(model, dict)] if isinstance(models, list) else []
    wanted = answer.exchange.labels.get("model")
    return Flaw("deviates", f"{wanted} is not listed") if wanted not in (None, *names) else None


PROBE = Probe.declare(
    __name__, api="ollama", group="http", asks=(TAGS,), expects=(fields({"models": list}), each(_listed))
)
