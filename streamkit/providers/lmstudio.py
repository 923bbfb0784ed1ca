"""LM Studio's server on the local machine. Its own SDK (lmstudio 1.5.0) uses WebSocket and reads no base URL."""

from streamkit.providers import BaseUrl, Provider

PROVIDER = Provider(
    name="lmstudio",
    title="LM Studio",
    url="http://127.0.0.1:1234",
    dialects=("lmstudio",),
    base_urls=(BaseUrl(variable="LM_STUDIO_API_BASE", suffix="/v1", read_by=("litellm 1.109.1",)),),
    aliases=("lm_studio",),
)
