"""Cerebras."""

from streamkit.providers import ALNUM, BaseUrl, Provider, key_shape

PROVIDER = Provider(
    name="cerebras",
    title="Cerebras",
    hosts=("api.cerebras.ai",),
    url="https://api.cerebras.ai",
    dialects=("cerebras",),
    keys=("CEREBRAS_API_KEY",),
    key_shapes=(key_shape("cerebras-key", "csk-", (ALNUM, 32)),),
    base_urls=(
        BaseUrl(variable="CEREBRAS_BASE_URL", suffix="", read_by=("cerebras_cloud_sdk 1.91.0",)),
        BaseUrl(variable="CEREBRAS_API_BASE", suffix="/v1", read_by=("litellm 1.109.1",)),
    ),
)
