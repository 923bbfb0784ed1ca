"""DeepSeek, whose paths work with and without `/v1`."""

from streamkit.providers import SK_KEY, BaseUrl, Provider

PROVIDER = Provider(
    name="deepseek",
    title="DeepSeek",
    hosts=("api.deepseek.com",),
    url="https://api.deepseek.com",
    prefix="",
    dialects=("deepseek",),
    keys=("DEEPSEEK_API_KEY",),
    key_shapes=(SK_KEY,),
    base_urls=(
        BaseUrl(variable="DEEPSEEK_API_BASE", suffix="/v1", read_by=("langchain-deepseek 1.1.1", "litellm 1.109.1")),
    ),
)
