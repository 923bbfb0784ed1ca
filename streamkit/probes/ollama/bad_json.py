"""A body that is not JSON is refused with status 400.

Sends: a body that ends in the middle.

Expects: status 400 (or 422) and the error object of the API.

Why: a status of 500 is retried by clients, in vain.

Reference: Ollama, docs/api.md, Errors. RFC 9110, section 15.5.1.

Clients: SDKs that retry 5xx.
"""

from __future__ import annotations

from streamkit.probes import Probe, error_object, refuses
from streamkit.probes.ollama._asks import BAD_JSON

PROBE = Probe.declare(
    __name__,
    api="ollama",
    group="errors",
    asks=(BAD_JSON,),
    refusal="expected",
    expects=(refuses(400, 422), error_object()),
)
