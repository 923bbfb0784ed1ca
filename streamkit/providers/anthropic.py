"""Anthropic: the Messages API, with the key in its own header."""

from streamkit.providers import WORD, Auth, BaseUrl, Provider, key_shape

PROVIDER = Provider(
    name="anthropic",
    title="Anthropic",
    hosts=("api.anthropic.com",),
    url="https://api.anthropic.com",
    api="anthropic_messages",
    dialects=("anthropic",),
    keys=("ANTHROPIC_API_KEY",),
    auth=Auth("x-api-key", scheme=""),
    key_shapes=(key_shape("anthropic-key", "sk-ant-", (WORD, 20)),),
    base_urls=(
        BaseUrl(
            variable="ANTHROPIC_BASE_URL",
            suffix="",
            read_by=(
                "anthropic 2.12.0",
                "@anthropic-ai/sdk 1.12.0 (npm)",
                "langchain-anthropic 1.7.10",
                "litellm 1.109.1",
            ),
            other_suffixes=("/v1: @ai-sdk/anthropic 3.0.138 (npm)",),
        ),
        BaseUrl(variable="ANTHROPIC_API_URL", suffix="", read_by=("langchain-anthropic 1.7.10", "langchain-aws 1.9.1")),
        BaseUrl(variable="ANTHROPIC_API_BASE", suffix="", read_by=("litellm 1.109.1",)),
    ),
    aliases=("claude",),
    marks=("anthropic-version",),
)
