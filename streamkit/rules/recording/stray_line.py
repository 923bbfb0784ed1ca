r"""A line that belongs to no exchange.

What it finds: a frame, response or end outside an exchange.

Why it matters: a part of the recording is missing, or two were mixed.

Bad: recording
    append {"type":"frame","at":46000000,"text":"data: [DONE]\n\n"}

Good: recording
"""

from streamkit.rules import Rule, damage

RULE = Rule.declare(__name__, "REC006", "warning", finds=damage, plain=True)
