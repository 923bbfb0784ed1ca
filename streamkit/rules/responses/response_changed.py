"""The model or the time of a response changes.

What it finds: `model` or `created_at` of a response that differ from those of the first event that had them.

Why it matters: they are the response's own. Which of the two is true nobody can tell, and who counts costs by model may
count by the wrong one.

Bad: responses
    set 9 $.response.model "another"

Good: responses
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "RSP821", "warning", finds=missteps, apis=("openai_responses",))
