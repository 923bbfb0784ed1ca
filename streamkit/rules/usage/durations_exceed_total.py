"""The parts took longer than the whole.

What it finds: an Ollama answer whose `load_duration`, `prompt_eval_duration` and `eval_duration` together are more than
its `total_duration`.

Why it matters: tokens a second, made of these, are wrong.

Bad: ollama
    set 2 $.total_duration 5

Good: ollama
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(__name__, "USG510", "warning", finds=missteps, apis=("ollama",))
