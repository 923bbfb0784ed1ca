"""`GET /api/tags` lists the model.

Sends: `GET /api/tags`.

Expects: an object whose `models` have names, among them the model that was asked for.

Why: chat interfaces fill their menus with it, and detect Ollama by it.

Reference: Ollama, docs/api.md, List Local Models.

Clients: Open WebUI, IDE plugins.
"""

from __future__ import annotations

from streamkit.probes import Probe, fields, lists_model
from streamkit.probes.ollama._asks import TAGS

PROBE = Probe.declare(
    __name__,
    api="ollama",
    group="http",
    asks=(TAGS,),
    expects=(fields({"models": list}), lists_model("models", "name")),
)
