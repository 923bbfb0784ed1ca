"""Two items share an `output_index`.

What it finds: a second `response.output_item.added`, or `done`, for an index that is already used.

Why it matters: the second item replaces the first, or the events of one are added to the other.

What to do: give every item the next index.

Bad:

```sse
event: response.created
data: {"type":"response.created","response":{"id":"resp_1","object":"response","created_at":1760000000,"model":"m","tools":[],"tool_choice":"auto","parallel_tool_calls":true,"status":"in_progress","output":[]},"sequence_number":0}

event: response.in_progress
data: {"type":"response.in_progress","response":{"id":"resp_1","object":"response","created_at":1760000000,"model":"m","tools":[],"tool_choice":"auto","parallel_tool_calls":true,"status":"in_progress","output":[]},"sequence_number":1}

event: response.output_item.added
data: {"type":"response.output_item.added","output_index":0,"item":{"id":"msg_1","type":"message","status":"in_progress","role":"assistant","content":[]},"sequence_number":2}

event: response.output_item.added
data: {"type":"response.output_item.added","output_index":0,"item":{"id":"msg_1","type":"message","status":"in_progress","role":"assistant","content":[]},"sequence_number":3}

event: response.content_part.added
data: {"type":"response.content_part.added","item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[]},"sequence_number":4}

event: response.output_text.delta
data: {"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"Hi","logprobs":[],"sequence_number":5}

event: response.output_text.done
data: {"type":"response.output_text.done","item_id":"msg_1","output_index":0,"content_index":0,"text":"Hi","logprobs":[],"sequence_number":6}

event: response.content_part.done
data: {"type":"response.content_part.done","item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"Hi","annotations":[]},"sequence_number":7}

event: response.output_item.done
data: {"type":"response.output_item.done","output_index":0,"item":{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Hi","annotations":[]}]},"sequence_number":8}

event: response.completed
data: {"type":"response.completed","response":{"id":"resp_1","object":"response","created_at":1760000000,"model":"m","tools":[],"tool_choice":"auto","parallel_tool_calls":true,"status":"completed","output":[{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Hi","annotations":[]}]}]},"sequence_number":9}
```

Good: responses
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "RSP807",
    "error",
    finds=missteps,
    apis=("openai_responses",),
)
