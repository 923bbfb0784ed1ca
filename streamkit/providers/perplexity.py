"""Perplexity, whose paths have no version."""

from streamkit.providers import ALNUM, BaseUrl, Provider, key_shape

PROVIDER = Provider(
    name="perplexity",
    title="Perplexity",
    hosts=("api.perplexity.ai",),
    url="https://api.perplexity.ai",
    prefix="",
    dialects=("perplexity",),
    keys=("PERPLEXITY_API_KEY", "PPLX_API_KEY"),
    key_shapes=(key_shape("perplexity-key", "pplx-", (ALNUM, 20)),),
    base_urls=(
        BaseUrl(variable="PERPLEXITY_BASE_URL", suffix="", read_by=("perplexityai 0.46.1",)),
        BaseUrl(variable="PERPLEXITY_API_BASE", suffix="", read_by=("litellm 1.109.1",)),
    ),
)
