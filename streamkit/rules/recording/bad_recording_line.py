"""A line of the recording that is not JSON.

What it finds: a line that is not JSON object, in the middle of a recording.

Why it matters: what it held is lost; the recording may have been through an editor.

Bad: recording
    insert 4 oops

Good: recording
"""

from streamkit.rules import Rule, damage

RULE = Rule.declare(__name__, "REC005", "warning", finds=damage, plain=True)
