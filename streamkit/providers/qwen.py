"""Qwen at Alibaba Cloud's Model Studio (DashScope)."""

from streamkit.providers import SK_KEY, BaseUrl, Provider

PROVIDER = Provider(
    name="qwen",
    title="Qwen (DashScope)",
    hosts=("dashscope.aliyuncs.com", "dashscope-intl.aliyuncs.com", "dashscope-us.aliyuncs.com"),
    url="https://dashscope.aliyuncs.com",
    prefix="/compatible-mode/v1",
    dialects=("qwen",),
    keys=("DASHSCOPE_API_KEY",),
    key_shapes=(SK_KEY,),
    base_urls=(
        BaseUrl(variable="DASHSCOPE_HTTP_BASE_URL", suffix="/api/v1", read_by=("dashscope 2.0.2",)),
        BaseUrl(variable="DASHSCOPE_COMPATIBLE_BASE_URL", suffix="/compatible-mode/v1", read_by=("dashscope 2.0.2",)),
        BaseUrl(variable="DASHSCOPE_API_BASE", suffix="/compatible-mode/v1", read_by=("litellm 1.109.1",)),
    ),
    aliases=("dashscope", "alibaba"),
)
