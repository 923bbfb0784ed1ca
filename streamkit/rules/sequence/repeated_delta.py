"""Same delta twice in a row.

What it finds: two consecutive events that are equal in everything, with a text of several words; for Gemini, whose
token counts grow with every event, with any text.

Why it matters: a retry or a faulty proxy sent it twice, and every client shows it twice.

What to do: find the component that resends events.

Bad: anthropic
    set 3 $.delta.text "the quick brown fox jumps"
    repeat 3

Good: anthropic
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ438",
    "warning",
    finds=missteps,
    apis=(
        "ai_sdk_ui",
        "anthropic_completions",
        "anthropic_messages",
        "bedrock_agent",
        "bedrock_converse",
        "bedrock_invoke",
        "cloudflare",
        "cohere",
        "gemini",
        "gemini_interactions",
        "mistral_conversations",
        "ollama",
        "openai_assistants",
        "openai_chat",
        "openai_completions",
        "openai_transcription",
        "plain_text",
        "replicate",
        "tgi",
        "watsonx",
        "writer_completions",
    ),
)
