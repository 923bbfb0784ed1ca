"""Cohere, which has its own chat API."""

from streamkit.providers import BaseUrl, Provider

PROVIDER = Provider(
    name="cohere",
    title="Cohere",
    hosts=("api.cohere.com",),
    url="https://api.cohere.com",
    api="cohere",
    prefix="/v2",
    keys=("CO_API_KEY", "COHERE_API_KEY"),
    base_urls=(
        BaseUrl(variable="CO_API_URL", suffix="", read_by=("cohere 7.3.1",)),
        BaseUrl(variable="CO_BASE_URL", suffix="", read_by=("pydantic-ai 2.68.0",)),
        BaseUrl(variable="COHERE_API_BASE", suffix="/v2/chat", read_by=("litellm 1.109.1",)),
    ),
    aliases=("co",),
)
