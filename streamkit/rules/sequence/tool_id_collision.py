r"""Two tool calls share an index.

What it finds: a delta with a new `id` at an `index` that another call has.

Why it matters: parallel calls are merged into one: names and arguments are appended to each other. Gateways in front
of Gemini do it (litellm#16194, dynamo#4723, gcli2api#406).

What to do: number the calls of a choice 0, 1, 2.

Bad: chat-tools
    set 2 $.choices[0].delta.tool_calls[0].function.arguments "{\"a\":1}"
    set 3 $.choices[0].delta.tool_calls [{"index":0,"id":"call_2","type":"function","function":{"name":"g","arguments":"{\"b\":2}"}}]

Good: chat-tools
    set 2 $.choices[0].delta.tool_calls[0].function.arguments "{\"a\":1}"
    set 3 $.choices[0].delta.tool_calls [{"index":1,"id":"call_2","type":"function","function":{"name":"g","arguments":"{\"b\":2}"}}]
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ434",
    "error",
    finds=missteps,
    apis=("openai_chat",),
)
