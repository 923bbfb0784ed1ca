"""Lines of the log were wrapped.

What it finds: chunks of a log that were broken into lines of a fixed width, even within strings.

Why it matters: the reader joins the lines, but cannot restore spaces that wrapping changed: texts and names in it are
unreliable.

What to do: copy the log from a source that does not wrap lines.

Bad:

```text
data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","cr
eated":1760000000,"model":"m","choices":[{"index":0,"
delta":{"content":"The quick brown fox jumps over the
 lazy dog"},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: [DONE]
```

Good: log
"""

from streamkit.rules import Rule, repairs

RULE = Rule.declare(__name__, "LOG003", "warning", finds=repairs, plain=True)
