"""SambaNova."""

from streamkit.providers import BaseUrl, Provider

PROVIDER = Provider(
    name="sambanova",
    title="SambaNova",
    hosts=("api.sambanova.ai",),
    url="https://api.sambanova.ai",
    dialects=("sambanova",),
    keys=("SAMBANOVA_API_KEY",),
    base_urls=(
        BaseUrl(variable="SAMBA_NOVA_BASE_URL", suffix="/v1", read_by=("sambanova 1.13.0",)),
        BaseUrl(variable="SAMBANOVA_BASE_URL", suffix="/v1", read_by=("pydantic-ai 2.68.0",)),
        BaseUrl(variable="SAMBANOVA_API_BASE", suffix="/v1", read_by=("litellm 1.109.1",)),
    ),
)
