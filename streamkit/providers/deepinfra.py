"""DeepInfra."""

from streamkit.providers import BaseUrl, Provider

PROVIDER = Provider(
    name="deepinfra",
    title="DeepInfra",
    hosts=("api.deepinfra.com",),
    url="https://api.deepinfra.com",
    prefix="/v1/openai",
    dialects=("deepinfra",),
    keys=("DEEPINFRA_API_KEY",),
    base_urls=(BaseUrl(variable="DEEPINFRA_API_BASE", suffix="/v1/openai", read_by=("litellm 1.109.1",)),),
)
