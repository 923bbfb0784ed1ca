"""An event of another API.

What it finds: an event whose type is none of this API: it does not begin with `response.`, and is neither `error` nor
`keepalive`.

Why it matters: clients pass over it, and what it said is lost: a gateway that puts streams together, or translates one
API into another, has let one event through.

Bad: responses
    insert 5 {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}
    name 5 content_block_delta

Good: responses
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "RSP822", "warning", finds=missteps, apis=("openai_responses",))
