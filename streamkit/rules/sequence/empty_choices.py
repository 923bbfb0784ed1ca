"""Chunk without choices or usage.

What it finds: chunks with `choices: []` and no usage, error or moderation result.

Why it matters: code that reads `choices[0]` of every chunk raises there; a dozen projects learned about it from Azure
(llama_index#7640, pydantic-ai#164, semantic-kernel#3650).

What to do: in a client, skip chunks without choices.

Bad: chat
    insert 2 {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[]}

Good: chat
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ420", "warning", finds=missteps, apis=("openai_chat",))
