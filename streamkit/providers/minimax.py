"""MiniMax."""

from streamkit.providers import WORD, BaseUrl, Provider, key_shape

PROVIDER = Provider(
    name="minimax",
    title="MiniMax",
    hosts=("api.minimax.io", "api.minimax.chat", "api.minimaxi.com"),
    url="https://api.minimax.io",
    dialects=("minimax",),
    keys=("MINIMAX_API_KEY",),
    key_shapes=(
        key_shape("minimax-key", "sk-api-", (WORD, 32)),
        key_shape("minimax-key", "sk-cp-", (WORD, 32)),
    ),
    base_urls=(BaseUrl(variable="MINIMAX_API_BASE", suffix="/v1", read_by=("litellm 1.109.1",)),),
)
