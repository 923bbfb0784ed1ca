"""Together AI. To a custom base URL its Python SDK appends `/v1`; the one for Node does not."""

from streamkit.providers import WORD, BaseUrl, Provider, key_shape

PROVIDER = Provider(
    name="together",
    title="Together AI",
    hosts=("api.together.xyz", "api.together.ai"),
    url="https://api.together.xyz",
    dialects=("together",),
    keys=("TOGETHER_API_KEY", "TOGETHER_AI_API_KEY"),
    key_shapes=(key_shape("together-key", "tgp_v1_", (WORD, 32)),),
    base_urls=(
        BaseUrl(
            variable="TOGETHER_BASE_URL",
            suffix="",
            read_by=("together 3.1.1",),
            other_suffixes=("/v1: together-ai 0.52.0 (npm)",),
        ),
        BaseUrl(variable="TOGETHER_API_BASE", suffix="/v1", read_by=("langchain-together 0.4.0",)),
        BaseUrl(variable="TOGETHER_AI_API_BASE", suffix="/v1", read_by=("litellm 1.109.1",)),
    ),
    aliases=("together_ai", "togetherai"),
)
