"""Token counts without prompt or total.

What it finds: a `usageMetadata` with counts but without `promptTokenCount` or `totalTokenCount`.

Why it matters: Google leaves out counts that are 0, and these two never are: cost accounting reads them as 0.

What to do: send both counts with every `usageMetadata`.

Bad: gemini
    delete 2 $.usageMetadata.totalTokenCount

Good: gemini
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "GEM909", "warning", finds=missteps, apis=("gemini",))
