"""Token counts do not add up.

What it finds: a `total_tokens` that is not the sum of `prompt_tokens` and `completion_tokens`.

Why it matters: one of the three leaves something out: xAI and Google count reasoning tokens only in the total.

What to do: check which count your bill is based on.

Bad: chat-usage
    set 4 $.usage.total_tokens 9

Good: chat-usage

Bad, in `openai_realtime`: realtime
    set 10 $.response.usage.total_tokens 9

Good, in `openai_realtime`: realtime
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "USG503",
    "warning",
    finds=missteps,
    apis=(
        "ai_data_stream",
        "ag_ui",
        "bedrock_converse",
        "cloudflare",
        "gemini",
        "gemini_interactions",
        "mistral_conversations",
        "openai_assistants",
        "openai_chat",
        "openai_completions",
        "openai_realtime",
        "openai_responses",
        "openai_transcription",
        "tgi",
    ),
)
