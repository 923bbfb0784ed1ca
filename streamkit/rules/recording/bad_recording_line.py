"""Line of the recording is not JSON.

What it finds: a line that is not a JSON object in the middle of a recording.

Why it matters: the contents of the line are lost; the recording may have been changed in an editor.

What to do: restore the original file.

Bad: recording
    insert 4 oops

Good: recording
"""

from streamkit.rules import Rule, damage

RULE = Rule.declare(__name__, "REC005", "warning", finds=damage, plain=True)
