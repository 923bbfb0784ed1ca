r"""Function arguments are not a JSON object.

What it finds: a completed function call whose `arguments` are not a JSON object. If the item is incomplete, it is a
warning.

Why it matters: the call cannot be made; frameworks raise, or call the function without arguments.

What to do: validate the arguments before calling a function.

Bad:

```sse
event: response.created
data: {"type":"response.created","response":{"id":"resp_1","object":"response","created_at":1760000000,"model":"m","tools":[],"tool_choice":"auto","parallel_tool_calls":true,"status":"in_progress","output":[]},"sequence_number":0}

event: response.in_progress
data: {"type":"response.in_progress","response":{"id":"resp_1","object":"response","created_at":1760000000,"model":"m","tools":[],"tool_choice":"auto","parallel_tool_calls":true,"status":"in_progress","output":[]},"sequence_number":1}

event: response.output_item.added
data: {"type":"response.output_item.added","output_index":0,"item":{"id":"fc_1","type":"function_call","status":"in_progress","call_id":"call_1","name":"f","arguments":""},"sequence_number":2}

event: response.output_item.done
data: {"type":"response.output_item.done","output_index":0,"item":{"id":"fc_1","type":"function_call","status":"completed","call_id":"call_1","name":"f","arguments":"{\"a\":"},"sequence_number":3}

event: response.completed
data: {"type":"response.completed","response":{"id":"resp_1","object":"response","created_at":1760000000,"model":"m","tools":[],"tool_choice":"auto","parallel_tool_calls":true,"status":"completed","output":[{"id":"fc_1","type":"function_call","status":"completed","call_id":"call_1","name":"f","arguments":"{\"a\":"}]},"sequence_number":4}
```

Good: responses
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "RSP817",
    "error",
    also=("warning",),
    finds=missteps,
    apis=("openai_responses",),
    whole=True,
)
