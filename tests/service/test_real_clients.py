"""The official SDKs and the common HTTP clients, unmodified, given nothing but a base URL."""

from __future__ import annotations

import openai

from streamkit.service.mock import Options
from streamkit.service.serving import Served, serving
from streamkit.tape.player import Pace
from tests.exchanges import scripted

AT_ONCE = Options(pace=Pace(delay=False))
ASKED = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


def openai_client(server: Served) -> openai.OpenAI:
    return openai.OpenAI(base_url=server.base_url, api_key="none", max_retries=0)


def test_openai_streams_what_was_recorded() -> None:
    recorded = scripted("openai_chat/plain")
    assert recorded.request and recorded.request.body
    with serving([recorded], AT_ONCE) as server, openai_client(server) as client:
        text = "".join(
            chunk.choices[0].delta.content or ""
            for chunk in client.chat.completions.create(**recorded.request.body.json)
            if chunk.choices
        )
    assert text.startswith("Streams are rivers of small words.")
