"""Avian."""

from streamkit.providers import Provider

PROVIDER = Provider(
    name="avian",
    title="Avian",
    hosts=("api.avian.io",),
    url="https://api.avian.io",
    keys=("AVIAN_API_KEY",),
    dialects=("avian",),
)
