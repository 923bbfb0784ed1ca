"""Deltas that repeat the text so far.

What it finds: a `content` that begins with the whole `content` of the chunk before and goes on, twice in a row, of
sixteen characters at least.

Why it matters: a delta is what is new. Clients append it, and the text comes out as a staircase of itself
(qwen-code#3896). Short repetitions are what a model may well write (chatlas#435).

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
        "anthropic_completions",
        "bedrock_agent",
        "bedrock_converse",
        "bedrock_invoke",
        "cloudflare",
        "cohere",
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
    breaks="every client that appends deltas: the text is repeated",
)
