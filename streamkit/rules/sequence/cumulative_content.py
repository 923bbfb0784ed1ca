"""Deltas repeat the text so far.

What it finds: a `content` of at least sixteen characters that begins with the whole `content` of the chunk before,
twice in a row.

Why it matters: a delta is only what is new. Clients append it, so the text repeats itself (qwen-code#3896). Short
repetitions may well be the model's own (chatlas#435).

What to do: send only the new text in each delta.

Bad: chat
    set 2 $.choices[0].delta.content "The quick brown fox"
    insert 3 {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":"The quick brown fox jumps over"},"finish_reason":null}]}
    insert 4 {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":"The quick brown fox jumps over the lazy dog"},"finish_reason":null}]}

Good: chat
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ423",
    "error",
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
