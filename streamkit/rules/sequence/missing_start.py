"""The stream begins without its first event.

What it finds: a content block, a tool call, a step or an entry before the event that opens the message (`messageStart`,
`message-start`, `interaction.created`, `conversation.response.started`, `thread.run.created`); a first token that is not
number 1.

Why it matters: what the first event tells, the role, the id, the model, is not known; a client that makes its message
there has none to add to.

Bad: converse
    drop 1

Good: converse
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ450", "warning", finds=missteps, whole=True)
