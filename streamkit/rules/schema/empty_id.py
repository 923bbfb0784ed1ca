"""Empty ID.

What it finds: chunks whose `id` is `""`, and a message of Anthropic's or a response of OpenAI's whose `id` is.

Why it matters: clients that group chunks, or trace answers, by ID merge all answers (text-generation-inference#1782).

What to do: send a unique ID for every response.

Bad: chat
    set * $.id ""

Good: chat
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SCH332",
    "warning",
    finds=missteps,
    apis=(
        "a2a",
        "ag_ui",
        "ai_data_stream",
        "ai_sdk_ui",
        "anthropic_completions",
        "anthropic_messages",
        "bedrock_converse",
        "cloudflare",
        "cohere",
        "gemini_interactions",
        "langgraph",
        "mistral_conversations",
        "ollama",
        "openai_assistants",
        "openai_chat",
        "openai_completions",
        "openai_realtime",
        "openai_transcription",
        "openai_responses",
    ),
)
