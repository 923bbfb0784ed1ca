"""`message` next to `delta`.

What it finds: choices of a stream with a `message`, which belongs to a response without streaming.

Why it matters: a client that reads both gets the text twice (foundry-local#144).

What to do: send only `delta` in a stream.

Bad: chat
    set 2 $.choices [{"index":0,"delta":{"content":"Hi"},"message":{"role":"assistant","content":"Hi"},"finish_reason":null}]

Good: chat
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(__name__, "SCH322", "warning", finds=misfits, apis=("openai_chat",))
