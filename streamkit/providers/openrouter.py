"""OpenRouter: models of many providers behind one API."""

from streamkit.providers import HEX, BaseUrl, Provider, key_shape

PROVIDER = Provider(
    name="openrouter",
    title="OpenRouter",
    hosts=("openrouter.ai",),
    url="https://openrouter.ai",
    prefix="/api/v1",
    dialects=("openrouter",),
    keys=("OPENROUTER_API_KEY",),
    key_shapes=(key_shape("openrouter-key", "sk-or-v1-", (HEX, 32)),),
    base_urls=(BaseUrl(variable="OPENROUTER_API_BASE", suffix="/api/v1", read_by=("litellm 1.109.1",)),),
)
