"""Event after the terminal event.

What it finds: events after `response.completed`, `response.failed` or `response.incomplete`. `response.failed` may
follow `error`.

Why it matters: clients stop there and never see them.

What to do: send the terminal event last.

Bad: responses
    append {"type":"response.in_progress","response":{"id":"resp_1","object":"response","created_at":1760000000,"model":"m","tools":[],"tool_choice":"auto","parallel_tool_calls":true,"status":"in_progress","output":[]},"sequence_number":9}
    name 10 response.in_progress

Good: responses
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "RSP813", "warning", finds=missteps, apis=("openai_responses",))
