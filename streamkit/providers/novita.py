"""Novita AI."""

from streamkit.providers import BaseUrl, Provider

PROVIDER = Provider(
    name="novita",
    title="Novita AI",
    hosts=("api.novita.ai",),
    url="https://api.novita.ai",
    prefix="/v3/openai",
    dialects=("novita",),
    keys=("NOVITA_API_KEY",),
    base_urls=(BaseUrl(variable="NOVITA_API_BASE", suffix="/v3/openai", read_by=("litellm 1.109.1",)),),
)
