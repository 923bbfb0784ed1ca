"""Moonshot AI (Kimi)."""

from streamkit.providers import SK_KEY, BaseUrl, Provider

PROVIDER = Provider(
    name="moonshot",
    title="Moonshot AI",
    hosts=("api.moonshot.ai", "api.moonshot.cn", "api.kimi.com"),
    url="https://api.moonshot.ai",
    dialects=("moonshot",),
    keys=("MOONSHOT_API_KEY", "MOONSHOTAI_API_KEY"),
    key_shapes=(SK_KEY,),
    base_urls=(
        BaseUrl(variable="MOONSHOTAI_BASE_URL", suffix="/v1", read_by=("pydantic-ai 2.68.0",)),
        BaseUrl(variable="MOONSHOT_API_BASE", suffix="/v1", read_by=("litellm 1.109.1",)),
    ),
    aliases=("kimi", "moonshotai"),
)
