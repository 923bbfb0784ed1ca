"""xAI. Its own SDK (xai-sdk 1.21.0) uses gRPC and reads no base URL."""

from streamkit.providers import ALNUM, BaseUrl, Provider, key_shape

PROVIDER = Provider(
    name="xai",
    title="xAI",
    hosts=("api.x.ai",),
    url="https://api.x.ai",
    dialects=("xai",),
    keys=("XAI_API_KEY",),
    key_shapes=(key_shape("xai-key", "xai-", (ALNUM, 20)),),
    base_urls=(BaseUrl(variable="XAI_API_BASE", suffix="/v1", read_by=("langchain-xai 1.3.0", "litellm 1.109.1")),),
    aliases=("grok",),
)
