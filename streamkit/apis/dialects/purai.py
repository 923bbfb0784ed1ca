"""PurAI: the provider that answered, whether it was overwritten, the state of its cache, the functions that were called."""

from streamkit.apis._dialect import Dialect

DIALECT = Dialect(
    name="purai",
    title="PurAI",
    apis=("openai_chat",),
    hosts=("api.purgpt.xyz", "purgpt.xyz"),
    chunk_keys=("calledFunctions", "overwritten"),
    lawful=("SEQ401", "SCH331", "USG502", "USG507"),
    extra_fields=("$.provider", "$.overwritten", "$.cache", "$.calledFunctions"),
    order=30,
)
