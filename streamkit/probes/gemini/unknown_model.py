"""An unknown model is refused with an error object.

Sends: a request for a model that does not exist.

Expects: status 404 (or 400), and the error object of the API. A server with one model that answers for any name
deviates.

Why: a typing error in the name must be reported to the user instead of being retried.

Reference: Gemini API reference, Status codes; google.rpc.Status.

Clients: google-genai, which makes `ClientError` with the status of it.
"""

from __future__ import annotations

from streamkit.probes import Probe, error_object, refuses
from streamkit.probes.gemini._asks import UNKNOWN_MODEL

PROBE = Probe.declare(
    __name__,
    api="gemini",
    group="errors",
    asks=(UNKNOWN_MODEL,),
    refusal="expected",
    expects=(
        refuses(404, 400, lawful=lambda _: "a model that does not exist is answered"),
        error_object(),
    ),
)
