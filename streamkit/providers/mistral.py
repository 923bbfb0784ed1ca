"""Mistral AI. Its own SDKs (mistralai 3.7.0, @mistralai/mistralai 2.7.0) read no base URL."""

from streamkit.providers import BaseUrl, Provider

PROVIDER = Provider(
    name="mistral",
    title="Mistral AI",
    hosts=("api.mistral.ai", "codestral.mistral.ai"),
    url="https://api.mistral.ai",
    dialects=("mistral",),
    keys=("MISTRAL_API_KEY",),
    base_urls=(
        BaseUrl(variable="MISTRAL_BASE_URL", suffix="/v1", read_by=("langchain-mistralai 1.1.6",)),
        BaseUrl(variable="MISTRAL_AZURE_API_BASE", suffix="/v1", read_by=("litellm 1.109.1",)),
    ),
)
