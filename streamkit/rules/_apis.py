"""Groups of APIs that several rules apply to."""

# APIs whose clients append the text of each delta, so that any repetition is shown to the user.
APPENDED_DELTAS = (
    "a2a",
    "ag_ui",
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
    "langgraph",
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
)
