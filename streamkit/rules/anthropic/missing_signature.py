"""Thinking block without a signature.

What it finds: a `thinking` block that stops without a `signature_delta` and started without a signature; a
`functionCall` of a Gemini 3 model, if no part has a `thoughtSignature`.

Why it matters: clients return the block together with the results of tools, and Anthropic rejects a block that is not
signed; so does Gemini with calls. Providers that only implement Anthropic's protocol neither send nor require
signatures.

What to do: forward `signature_delta` events and the field `thoughtSignature` unchanged.

Bad: anthropic
    set 2 $.content_block {"type":"thinking","thinking":"","signature":""}
    set 3 $.delta {"type":"thinking_delta","thinking":"Hm"}

Good: anthropic
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "ANT719", "warning", finds=missteps, apis=("anthropic_messages", "gemini"), whole=True)
