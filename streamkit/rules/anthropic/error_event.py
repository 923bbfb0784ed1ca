"""The stream reports an error.

What it finds: an `error` event, such as `overloaded_error`, in an answer of status 200.

Why it matters: the answer is not whole. The SDKs raise, unless the event has no `event:` line: then what came so far
is returned as a success.

Bad:

```sse
event: message_start
data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":1}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}

event: error
data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}
```

Good:

```sse
event: message_start
data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":1}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":2}}

event: message_stop
data: {"type":"message_stop"}
```
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "ANT713",
    "error",
    finds=missteps,
    apis=("anthropic_messages",),
    breaks="anthropic 2.11: APIStatusError; without an `event:` line a message that was cut off is returned as a success",
)
