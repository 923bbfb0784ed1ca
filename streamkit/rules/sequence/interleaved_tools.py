r"""Interleaved tool calls.

What it finds: a delta for a tool call after another call of the same choice has begun.

Why it matters: this is allowed, and clients that go by index do not mind; those that finish a call when the next
begins lose its rest.

What to do: send the deltas of a call without interruption, if your clients need it.

Bad: chat-tools
    set 2 $.choices[0].delta.tool_calls[0].function.arguments "{\"a\""
    insert 3 {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"call_2","type":"function","function":{"name":"g","arguments":"{}"}}]},"finish_reason":null}]}
    set 4 $.choices[0].delta.tool_calls[0].function.arguments ":1}"

Good: chat-tools
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ437", "info", finds=missteps, apis=("openai_chat",))
