"""Response failed.

What it finds: an `error` event or `response.failed`; as a warning, `response.incomplete`, which a token limit or a
filter causes.

Why it matters: the answer is incomplete. The SDK's helper raises for all three, even for incomplete.

What to do: retry or report the error; for `max_output_tokens`, raise the limit.

Bad:

```sse
event: response.created
data: {"type":"response.created","response":{"id":"resp_1","object":"response","created_at":1760000000,"model":"m","tools":[],"tool_choice":"auto","parallel_tool_calls":true,"status":"in_progress","output":[]},"sequence_number":0}

event: response.in_progress
data: {"type":"response.in_progress","response":{"id":"resp_1","object":"response","created_at":1760000000,"model":"m","tools":[],"tool_choice":"auto","parallel_tool_calls":true,"status":"in_progress","output":[]},"sequence_number":1}

event: response.failed
data: {"type":"response.failed","response":{"id":"resp_1","object":"response","created_at":1760000000,"model":"m","tools":[],"tool_choice":"auto","parallel_tool_calls":true,"status":"failed","output":[],"error":{"code":"server_error","message":"overloaded"}},"sequence_number":2}
```

Good: responses
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "RSP814",
    "error",
    also=("warning",),
    finds=missteps,
    apis=("openai_responses",),
)
