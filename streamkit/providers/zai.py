"""Z.ai (Zhipu AI)."""

from streamkit.providers import BaseUrl, Provider

PROVIDER = Provider(
    name="zai",
    title="Z.ai",
    hosts=("api.z.ai", "open.bigmodel.cn"),
    url="https://api.z.ai",
    prefix="/api/paas/v4",
    dialects=("zai",),
    keys=("ZAI_API_KEY",),
    base_urls=(
        BaseUrl(variable="ZAI_BASE_URL", suffix="/api/paas/v4", read_by=("zai-sdk 0.2.3",)),
        BaseUrl(variable="ZAI_API_BASE", suffix="/api/paas/v4", read_by=("litellm 1.109.1",)),
    ),
    aliases=("zhipu",),
)
