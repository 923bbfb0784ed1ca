"""MiniMax."""

from streamkit.providers import BaseUrl, Provider

PROVIDER = Provider(
    name="minimax",
    title="MiniMax",
    hosts=("api.minimax.io", "api.minimax.chat", "api.minimaxi.com"),
    url="https://api.minimax.io",
    dialects=("minimax",),
    keys=("MINIMAX_API_KEY",),
    base_urls=(BaseUrl(variable="MINIMAX_API_BASE", suffix="/v1", read_by=("litellm 1.109.1",)),),
)
