"""A delta is empty.

What it finds: a choice whose `delta` has no fields, or only null ones, in the middle of the choice and without other
fields, such as filter results, or usage. In LangGraph, an update of no node.

Why it matters: a server that has nothing to send sends no chunk. The content of the delta was lost, or was in a field
that a proxy does not forward.

What to do: forward deltas unchanged; send no empty ones.

Bad: chat
    set 2 $.choices[0].delta {}

Good: chat
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ465", "warning", finds=missteps, apis=("langgraph", "openai_chat"))
