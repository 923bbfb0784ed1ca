"""Unknown finish reason.

What it finds: a `finish_reason` other than `stop`, `length`, `tool_calls`, `content_filter` or `function_call`; a
`stop_reason` of Anthropic or a `finishReason` of Gemini that is in no table.

Why it matters: clients that act on it do not know how: `eos` and `end_turn` (litellm#12481) are forwarded, called
other, or turned into `stop`.

What to do: translate the reason to one of the API's.

Bad: chat
    set 3 $.choices[0].finish_reason "eos"

Good: chat
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(
    __name__,
    "SCH306",
    "warning",
    finds=misfits,
    apis=(
        "anthropic_completions",
        "anthropic_messages",
        "bedrock_converse",
        "bedrock_invoke",
        "cohere",
        "gemini",
        "ollama",
        "openai_chat",
        "openai_completions",
        "tgi",
        "watsonx",
    ),
)
