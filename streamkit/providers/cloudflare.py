"""Cloudflare: Workers AI and the AI Gateway. The account is part of their paths, and the token gives access to other
services."""

from streamkit.providers import Provider

PROVIDER = Provider(
    name="cloudflare",
    title="Cloudflare",
    hosts=("gateway.ai.cloudflare.com", "api.cloudflare.com"),
    url="https://api.cloudflare.com",
    api="cloudflare",
    prefix="/client/v4",
    keys=("CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY"),
    dialects=("cloudflare-chat",),
    dummy_key=False,
)
