"""All token counts are 0.

What it finds: usage with only zeros, in a stream that has content.

Why it matters: cost accounting based on it counts nothing.

What to do: send real counts, or leave `usage` out.

Bad: chat-usage
    set 4 $.usage {"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}

Good: chat-usage
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "USG507", "warning", finds=missteps, apis=("openai_chat", "openai_completions"))
