"""A wrong key is refused with status 401.

Sends: a request with a key that does not exist.

Expects: status 401 and the error object of the API. An endpoint that checks no keys deviates, as local servers do.

Why: clients ask for another key only at 401.

Reference: OpenAI API documentation, Error codes. RFC 9110, section 15.5.2.

Clients: SDKs, which make `AuthenticationError` of 401.
"""

from __future__ import annotations

from streamkit.probes import Probe, error_object, refuses
from streamkit.probes.openai_responses._asks import BAD_KEY

PROBE = Probe.declare(
    __name__,
    api="openai_responses",
    group="errors",
    asks=(BAD_KEY,),
    refusal="expected",
    expects=(
        refuses(401, 403, lawful=lambda _: "keys are not checked"),
        error_object(),
    ),
)
