"""Value unknown to this version of streamkit.

What it finds: a word that the API's own types do not allow, in a field that does not affect how clients behave: a
service tier, a modality, a format.

Why it matters: it is either a mistake or newer than the types that streamkit knows; the API's manual gives their
version.

What to do: check the spelling; otherwise update streamkit.

Bad: gemini
    set * $.usageMetadata.trafficType "SOMETIMES"

Good: gemini
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(__name__, "SCH326", "info", finds=misfits)
