"""A `message` beside the `delta`.

What it finds: choices of a stream that carry a `message`, which belongs to the plain answer.

Why it matters: a client that reads both gets the text twice (foundry-local#144).

Bad: chat
    set 2 $.choices [{"index":0,"delta":{"content":"Hi"},"message":{"role":"assistant","content":"Hi"},"finish_reason":null}]

Good: chat
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(__name__, "SCH322", "warning", finds=misfits, apis=("openai_chat",))
