"""Token counts without those of the prompt or the total.

What it finds: a `usageMetadata` with counts and without `promptTokenCount` or `totalTokenCount`.

Why it matters: Google leaves out counts that are 0, and these two never are: who adds up costs counts nothing.

Bad: gemini
    delete 2 $.usageMetadata.totalTokenCount

Good: gemini
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "GEM909", "warning", finds=missteps, apis=("gemini",))
