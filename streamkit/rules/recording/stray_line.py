r"""Line outside an exchange.

What it finds: a frame, response or end line that belongs to no exchange.

Why it matters: part of the recording is missing, or two recordings were mixed.

What to do: restore the original file; let each process write its own.

Bad: recording
    append {"type":"frame","at":46000000,"text":"data: [DONE]\n\n"}

Good: recording
"""

from streamkit.rules import Rule, damage

RULE = Rule.declare(__name__, "REC006", "warning", finds=damage, plain=True)
