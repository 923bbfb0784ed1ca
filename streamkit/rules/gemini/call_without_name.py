"""A function call without a name.

What it finds: a `functionCall` with `args` and no `name`. The pieces of a call that comes in pieces (`partialArgs`) have
its name in the first alone.

Why it matters: nobody can tell which function to call; google-genai's automatic calls look it up by its name.

Bad: gemini
    set 1 $.candidates[0].content.parts[0] {"functionCall":{"args":{}}}

Good: gemini
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "GEM908", "warning", finds=missteps, apis=("gemini",))
