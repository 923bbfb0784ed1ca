"""Durations exceed the total.

What it finds: an Ollama response whose `load_duration`, `prompt_eval_duration` and `eval_duration` add up to more
than its `total_duration`.

Why it matters: tokens per second computed from them are wrong.

What to do: fix the server's clock readings; do not use the durations.

Bad: ollama
    set 2 $.total_duration 5

Good: ollama
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "USG510", "warning", finds=missteps, apis=("ollama",))
