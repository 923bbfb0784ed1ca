"""Running token count decreases.

What it finds: a count that is lower than in the previous usage.

Why it matters: a running total cannot decrease; the last one, which clients keep, may be wrong.

What to do: send cumulative counts.

Bad, with USG502 beside it:

```sse
data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}

data: [DONE]
```

Good: chat-usage
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "USG504",
    "warning",
    finds=missteps,
    apis=(
        "gemini",
        "anthropic_messages",
        "bedrock_invoke",
        "cloudflare",
        "gemini_interactions",
        "openai_chat",
        "openai_completions",
        "watsonx",
    ),
)
