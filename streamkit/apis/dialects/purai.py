"""PurAI: the provider that answered, whether it was overridden, the state of its cache, and the functions that were
called.

Only these fields are accepted. Its `object`, its `created` of 0, its usage of zeros in every chunk and its missing role
break clients as they would anywhere, so they are still reported.
"""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="purai",
    title="PurAI",
    apis=("openai_chat",),
    source="measured",
    chunk_keys=("calledFunctions", "overwritten"),
    extra_fields=("$.provider", "$.overwritten", "$.cache", "$.calledFunctions"),
    order=30,
)
