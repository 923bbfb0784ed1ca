"""A thinking block without its signature.

What it finds: a `thinking` block that stops without a `signature_delta`, and began without a signature.

Why it matters: the block is given back with the results of tools, and Anthropic refuses one that is not signed.
Providers that only speak its protocol send none, and take none.

Bad: anthropic
    set 2 $.content_block {"type":"thinking","thinking":"","signature":""}
    set 3 $.delta {"type":"thinking_delta","thinking":"Hm"}

Good: anthropic
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "ANT719", "warning", finds=missteps, apis=("anthropic_messages",), whole=True)
