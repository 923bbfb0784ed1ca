"""Anthropic itself: no deviations from the API, recognised by host and headers only."""

from streamkit.apis.dialects import Dialect

DIALECT = Dialect(
    name="anthropic",
    title="Anthropic",
    apis=("anthropic_messages",),
    headers=("anthropic-ratelimit-", "anthropic-organization-id"),
    lawful=(),
    extra_fields=(),
    order=40,
)
