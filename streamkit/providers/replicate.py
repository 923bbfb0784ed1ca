"""Replicate: predictions, whose streams are events with plain text."""

from streamkit.providers import ALNUM, BaseUrl, Provider, key_shape

PROVIDER = Provider(
    name="replicate",
    title="Replicate",
    hosts=("api.replicate.com", "stream.replicate.com"),
    url="https://api.replicate.com",
    api="replicate",
    keys=("REPLICATE_API_TOKEN",),
    key_shapes=(key_shape("replicate-token", "r8_", (ALNUM, 30)),),
    base_urls=(BaseUrl(variable="REPLICATE_BASE_URL", suffix="", read_by=("replicate 1.0.7",)),),
)
