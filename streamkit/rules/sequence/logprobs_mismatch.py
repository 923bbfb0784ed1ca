"""Tokens with log probabilities differ from the text.

What it finds: a text with log probabilities for some pieces only; and one with log probabilities for every piece, whose
tokens, joined by their `bytes`, give another text.

Why it matters: scoring an answer by its log probabilities scores another answer.

What to do: send the log probabilities of exactly the tokens in the delta.

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
