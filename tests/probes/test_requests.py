"""What the requests of all cases have in common."""

from __future__ import annotations

import pytest

from streamkit.probes import PROBES, Ask

RESPONSES = {
    ask.name: ask
    for probe in PROBES.values()
    for ask in probe.chain
    if probe.api == "openai_responses" and isinstance(ask.body, dict) and ask.follows is None
}


@pytest.mark.parametrize("ask", RESPONSES.values(), ids=RESPONSES)
def test_a_provider_is_told_to_store_nothing(ask: Ask) -> None:
    assert isinstance(ask.body, dict)
    assert ask.body.get("store") is False
