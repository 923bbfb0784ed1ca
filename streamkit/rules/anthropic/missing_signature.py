"""Thinking block without a signature.

What it finds: a `thinking` block that stops without a `signature_delta` and started without a signature.

Why it matters: clients return the block together with the results of tools, and Anthropic rejects a block that is not
signed. Providers that only implement its protocol neither send nor require signatures.

What to do: forward `signature_delta` events unchanged.

Bad: anthropic
    set 2 $.content_block {"type":"thinking","thinking":"","signature":""}
    set 3 $.delta {"type":"thinking_delta","thinking":"Hm"}

Good: anthropic
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "ANT719", "warning", finds=missteps, apis=("anthropic_messages",), whole=True)
