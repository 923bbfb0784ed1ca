"""Event for an item that was never added.

What it finds: an event whose `output_index` has no `response.output_item.added`.

Why it matters: the SDK looks the item up by its index.

What to do: send `response.output_item.added` before other events of an item.

Bad:

```sse
event: response.created
data: {"type":"response.created","response":{"id":"resp_1","object":"response","created_at":1760000000,"model":"m","tools":[],"tool_choice":"auto","parallel_tool_calls":true,"status":"in_progress","output":[]},"sequence_number":0}

event: response.in_progress
data: {"type":"response.in_progress","response":{"id":"resp_1","object":"response","created_at":1760000000,"model":"m","tools":[],"tool_choice":"auto","parallel_tool_calls":true,"status":"in_progress","output":[]},"sequence_number":1}

event: response.content_part.added
data: {"type":"response.content_part.added","item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[]},"sequence_number":2}

event: response.output_text.delta
data: {"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"Hi","logprobs":[],"sequence_number":3}

event: response.output_text.done
data: {"type":"response.output_text.done","item_id":"msg_1","output_index":0,"content_index":0,"text":"Hi","logprobs":[],"sequence_number":4}

event: response.content_part.done
data: {"type":"response.content_part.done","item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"Hi","annotations":[]},"sequence_number":5}

event: response.completed
data: {"type":"response.completed","response":{"id":"resp_1","object":"response","created_at":1760000000,"model":"m","tools":[],"tool_choice":"auto","parallel_tool_calls":true,"status":"completed","output":[]},"sequence_number":6}
```

Good: responses
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "RSP806",
    "error",
    finds=missteps,
    apis=("openai_responses",),
    whole=True,
)
