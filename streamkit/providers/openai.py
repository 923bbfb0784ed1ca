"""OpenAI, whose API most other providers offer as well."""

from streamkit.providers import ALNUM, SK_KEY, WORD, BaseUrl, Provider, key_shape

PROVIDER = Provider(
    name="openai",
    title="OpenAI",
    hosts=("api.openai.com",),
    url="https://api.openai.com",
    dialects=("openai",),
    keys=("OPENAI_API_KEY",),
    key_shapes=(
        key_shape("openai-key", "sk-proj-", (WORD, 20)),
        key_shape("openai-key", "sk-svcacct-", (WORD, 20)),
        key_shape("openai-key", "sk-admin-", (WORD, 20)),
        key_shape("openai-client-secret", "ek_", (ALNUM, 24)),
        SK_KEY,
    ),
    base_urls=(
        BaseUrl(
            variable="OPENAI_BASE_URL",
            suffix="/v1",
            read_by=(
                "openai 3.54.0",
                "openai 6.49.0 (npm)",
                "@ai-sdk/openai 3.0.141 (npm)",
                "langchain-openai 1.7.4",
                "litellm 1.109.1",
            ),
        ),
        BaseUrl(
            variable="OPENAI_API_BASE",
            suffix="/v1",
            read_by=("langchain-openai 1.7.4", "litellm 1.109.1", "llama-index-llms-openai-like 0.8.1"),
        ),
    ),
)
