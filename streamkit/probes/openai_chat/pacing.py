"""A stream has no long pause.

Sends: the streamed question.

Expects: no pause as long as the shortest idle timeout in common use (30 s), and times that do not run backwards. Codes
of lint: TIM601, TIM602.

Why: proxies and clients close a connection that is silent.

Reference: nginx, `proxy_read_timeout`; AWS, idle timeout of load balancers.

Clients: clients behind a load balancer with an idle timeout.
"""

from __future__ import annotations

from streamkit.probes import Probe
from streamkit.probes.openai_chat._asks import STREAMED

PROBE = Probe.declare(__name__, api="openai_chat", group="timing", asks=(STREAMED,), finds=("TIM",))
