"""Event of another API.

What it finds: an event whose type is not of this API. In Responses, it does not begin with `response.`, and is neither
`error` nor `keepalive`; in Anthropic's Messages, it contains a dot.

Why it matters: clients ignore it, so its content is lost. A gateway that merges streams, or translates between APIs,
has forwarded a foreign event.

What to do: translate or drop events of other APIs.

Bad: responses
    insert 5 {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}
    name 5 content_block_delta

Good: responses
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "RSP822", "warning", finds=missteps, apis=("anthropic_messages", "openai_responses"))
