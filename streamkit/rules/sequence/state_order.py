"""Statuses in another order than theirs.

What it finds: a run, a step, a message or an interaction whose status is told twice, is passed over, goes back, or is not
that of its event.

Why it matters: clients that act on a status act twice, or never.

Bad: interactions
    set 6 $.interaction.status "in_progress"

Good: interactions
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ459", "warning", finds=missteps, whole=True)
