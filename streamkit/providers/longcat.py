"""LongCat (Meituan)."""

from streamkit.providers import Provider

PROVIDER = Provider(
    name="longcat",
    title="LongCat",
    hosts=("api.longcat.chat",),
    url="https://api.longcat.chat",
    prefix="/openai/v1",
    dialects=("longcat",),
)
