"""A request without `max_tokens` is refused.

Sends: a body without `max_tokens`.

Expects: status 400 (or 422) and the error object of the API. A server with a default deviates.

Why: the field is required; a gateway that forwards it to another API has to choose a limit.

Reference: Anthropic API reference, Create a Message; Streaming Messages. `max_tokens`: required.

Clients: programs that move between endpoints.
"""

from __future__ import annotations

from streamkit.probes import Probe, error_object, refuses
from streamkit.probes.anthropic_messages._asks import NO_LIMIT

PROBE = Probe.declare(
    __name__,
    api="anthropic_messages",
    group="errors",
    asks=(NO_LIMIT,),
    refusal="expected",
    expects=(
        refuses(400, 422, lawful=lambda _: "a default limit is used"),
        error_object(),
    ),
)
