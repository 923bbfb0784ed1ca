"""The tokens with log probabilities are not those of the text.

What it finds: a text whose every piece came with log probabilities, and whose tokens, put together by their `bytes`, are
another text.

Why it matters: who scores an answer by its log probabilities scores another answer.

Bad: chat
    set 2 $.choices[0].logprobs {"content":[{"token":"Ho","logprob":-0.1,"bytes":[72,111],"top_logprobs":[]}],"refusal":null}

Good: chat
"""

from streamkit.rules import Rule, missteps

RULE = Rule.declare(
    __name__,
    "SEQ440",
    "warning",
    finds=missteps,
    apis=("openai_chat", "openai_responses", "openai_transcription"),
    whole=True,
)
