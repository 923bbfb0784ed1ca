"""Stream begins without its first event.

What it finds: a content block, tool call, step or entry before the event that opens the message (`messageStart`,
`message-start`, `interaction.created`, `conversation.response.started`, `thread.run.created`, `start`, `RUN_STARTED`); a
first token that is not number 1. In AG-UI, it is an error.

Why it matters: the role, ID and model in the first event are unknown; a client that creates its message there has
nothing to add to.

What to do: send the opening event first, and record from the beginning.

Bad: converse
    drop 1

Good: converse

Bad, in `openai_realtime`: realtime
    drop 2

Good, in `openai_realtime`: realtime
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ450", "warning", also=("error",), finds=missteps, whole=True)
