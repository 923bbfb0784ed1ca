"""Vercel's AI Gateway: models of many providers behind one API."""

from streamkit.providers import ALNUM, BaseUrl, Provider, key_shape

PROVIDER = Provider(
    name="vercel",
    title="Vercel AI Gateway",
    hosts=("ai-gateway.vercel.sh",),
    url="https://ai-gateway.vercel.sh",
    dialects=("vercel-gateway",),
    keys=("AI_GATEWAY_API_KEY", "VERCEL_AI_GATEWAY_API_KEY"),
    key_shapes=(key_shape("vercel-key", "vck_", (ALNUM, 32)),),
    base_urls=(BaseUrl(variable="VERCEL_AI_GATEWAY_API_BASE", suffix="/v1", read_by=("litellm 1.109.1",)),),
    aliases=("ai_gateway", "vercel_ai_gateway"),
)
