"""PurAI (formerly PurGPT)."""

from streamkit.providers import Provider

PROVIDER = Provider(
    name="purai",
    title="PurAI",
    hosts=("api.purgpt.xyz", "purgpt.xyz"),
    url="https://api.purgpt.xyz",
    dialects=("purai",),
)
