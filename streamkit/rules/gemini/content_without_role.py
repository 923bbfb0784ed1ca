"""A content without a role.

What it finds: a `content` that has parts and no `role`.

Why it matters: the content goes into the history of a chat as it came, and the API refuses a history with a content of
nobody.

Bad: gemini
    delete 1 $.candidates[0].content.role

Good: gemini
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "GEM905", "warning", finds=missteps, apis=("gemini",))
