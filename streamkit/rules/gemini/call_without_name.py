"""Function call without a name.

What it finds: a `functionCall` with `args` but no `name`. If a call is sent in pieces (`partialArgs`), only the first
needs a name.

Why it matters: it is unknown which function to call; google-genai's automatic function calling looks it up by name.

What to do: send the name with the first piece of every call.

Bad: gemini
    set 1 $.candidates[0].content.parts[0] {"functionCall":{"args":{}}}

Good: gemini
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "GEM908", "warning", finds=missteps, apis=("gemini",))
