"""vLLM's server on the user's machine."""

from streamkit.providers import BaseUrl, Provider

PROVIDER = Provider(
    name="vllm",
    title="vLLM",
    url="http://127.0.0.1:8000",
    dialects=("vllm",),
    base_urls=(
        BaseUrl(variable="VLLM_BASE_URL", suffix="/v1", read_by=("pydantic-ai 2.68.0",)),
        BaseUrl(variable="HOSTED_VLLM_API_BASE", suffix="/v1", read_by=("litellm 1.109.1",)),
    ),
)
