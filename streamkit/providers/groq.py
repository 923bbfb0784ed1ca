"""Groq, whose SDKs append `/openai/v1` themselves."""

from streamkit.providers import ALNUM, BaseUrl, Provider, key_shape

PROVIDER = Provider(
    name="groq",
    title="Groq",
    hosts=("api.groq.com",),
    url="https://api.groq.com",
    prefix="/openai/v1",
    dialects=("groq",),
    keys=("GROQ_API_KEY",),
    key_shapes=(key_shape("groq-key", "gsk_", (ALNUM, 20)),),
    base_urls=(
        BaseUrl(
            variable="GROQ_BASE_URL", suffix="", read_by=("groq 1.7.0", "groq-sdk 1.6.0 (npm)", "pydantic-ai 2.68.0")
        ),
        BaseUrl(
            variable="GROQ_API_BASE",
            suffix="",
            read_by=("langchain-groq 1.1.3",),
            other_suffixes=("/openai/v1: litellm 1.109.1",),
        ),
    ),
)
