"""The final response says something else than the stream.

What it finds: a `response.completed` whose `output` has other items, text or arguments than the stream had. An empty
`output` is a warning: OpenAI itself sends it where the response is not stored.

Why it matters: the SDK hands over the final response: what was streamed is lost or another, and nothing tells.

Bad: responses
    set 9 $.response.output[0].content[0].text "Hello"

Good: responses
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "RSP812",
    "error",
    also=("warning",),
    finds=missteps,
    apis=("openai_responses",),
    whole=True,
    breaks="openai-python 3.52: the final response is another than what was streamed, without a word",
)
