"""All token counts are 0.

What it finds: usage that counts nothing, in a stream that has content.

Why it matters: whoever bills by it bills nothing.

Bad: chat-usage
    set 4 $.usage {"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}

Good: chat-usage
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "USG507", "warning", finds=missteps, apis=("openai_chat", "openai_completions"))
