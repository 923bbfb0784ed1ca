"""Content without a role.

What it finds: a `content` with parts but no `role`.

Why it matters: clients add the content to the history of a chat unchanged, and the API rejects a history with a
content that has no role.

What to do: send `"role":"model"` with every content.

Bad: gemini
    delete 1 $.candidates[0].content.role

Good: gemini
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "GEM905", "warning", finds=missteps, apis=("gemini",))
