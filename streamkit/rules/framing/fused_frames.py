"""Two events in one.

What it finds: events whose data contains another event: `…"chat.completion.cdata: {"id"…`, two JSON texts in a row,
or two `data` lines that are a payload each, without a blank line between them.

Why it matters: a lost blank line, or a buffer shared by two writers, turns two events into one whose data is not
JSON. Seen at z.ai (opencode#23442), GLM and Kimi (eventsource-parser#31), sub2api#1471.

What to do: end every event with a blank line, and write each event with a single call.

Bad:

```sse
data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}
data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: [DONE]
```

Good: chat
"""

from streamkit.rules import Rule, broken

RULE = Rule.declare(__name__, "SSE111", "error", finds=broken)
