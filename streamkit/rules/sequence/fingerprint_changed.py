"""`system_fingerprint` changes.

What it finds: chunks whose `system_fingerprint` differs from that of the chunks before.

Why it matters: the answer was produced by more than one configuration, or the log was damaged.

What to do: nothing; do not rely on reproducible output.

Bad: chat
    set 1 $.system_fingerprint "fp_1"
    set 2 $.system_fingerprint "fp_2"
    set 3 $.system_fingerprint "fp_2"

Good: chat
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ406", "warning", finds=missteps, apis=("openai_chat", "openai_completions"))
