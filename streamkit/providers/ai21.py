"""AI21."""

from streamkit.providers import BaseUrl, Provider

PROVIDER = Provider(
    name="ai21",
    title="AI21",
    hosts=("api.ai21.com",),
    url="https://api.ai21.com",
    prefix="/studio/v1",
    dialects=("ai21",),
    keys=("AI21_API_KEY",),
    base_urls=(
        BaseUrl(variable="AI21_API_HOST", suffix="/studio/v1", read_by=("ai21 4.3.0",)),
        BaseUrl(variable="AI21_API_BASE", suffix="/studio/v1", read_by=("litellm 1.109.1",)),
    ),
)
