"""Two tool calls have one id.

What it finds: a tool call whose id is that of another call in the same answer.

Why it matters: the results are sent back under the ids: which result is whose is lost, and APIs refuse the request.

Bad: converse
    insert 7 {"contentBlockStart":{"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"t1","name":"f"}}}}
    insert 8 {"contentBlockStop":{"contentBlockIndex":2}}

Good: converse
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ463", "warning", finds=missteps)
