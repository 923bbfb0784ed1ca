"""Final response differs from the stream.

What it finds: a `response.completed` whose `output` has other items, text or arguments than the stream. An empty
`output` is a warning: OpenAI itself sends it if the response is not stored.

Why it matters: the SDK returns the final response, so the streamed content is silently lost or replaced.

What to do: build the final response from the events that were sent.

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
)
