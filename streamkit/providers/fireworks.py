"""Fireworks AI. To a custom base URL its SDK appends `/v1` without `/inference`."""

from streamkit.providers import ALNUM, BaseUrl, Provider, key_shape

PROVIDER = Provider(
    name="fireworks",
    title="Fireworks AI",
    hosts=("api.fireworks.ai",),
    url="https://api.fireworks.ai",
    prefix="/inference/v1",
    dialects=("fireworks",),
    keys=("FIREWORKS_API_KEY",),
    key_shapes=(key_shape("fireworks-key", "fw_", (ALNUM, 20)),),
    base_urls=(
        BaseUrl(variable="FIREWORKS_BASE_URL", suffix="/inference", read_by=("fireworks-ai 1.2.30",)),
        BaseUrl(
            variable="FIREWORKS_API_BASE",
            suffix="/inference",
            read_by=("langchain-fireworks 1.7.1",),
            other_suffixes=("/inference/v1: litellm 1.109.1",),
        ),
    ),
    aliases=("fireworks_ai",),
)
