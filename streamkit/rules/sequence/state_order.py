"""Statuses out of order.

What it finds: a run, step, message or interaction whose status is sent twice, skipped or reversed, or is not that of
its event.

Why it matters: clients that act on a status act twice, or never.

What to do: send each status once, in order.

Bad: interactions
    set 6 $.interaction.status "in_progress"

Good: interactions
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "SEQ459", "warning", finds=missteps, whole=True)
