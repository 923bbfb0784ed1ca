"""PurAI: the provider that answered, whether it was overwritten, the state of its cache, the functions that were
called.

Only these fields are its own way. Its `object`, its `created` of 0, its usage of zeros in every chunk and the missing
role break clients as they would anywhere, so they stay findings.
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
