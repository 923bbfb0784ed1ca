"""Google's Gemini API, with an OpenAI-compatible API under `/v1beta/openai`."""

from streamkit.providers import WORD, Auth, BaseUrl, Provider, key_shape

PROVIDER = Provider(
    name="gemini",
    title="Gemini",
    hosts=("generativelanguage.googleapis.com",),
    url="https://generativelanguage.googleapis.com",
    api="gemini",
    prefix="/v1beta",
    dialects=("google-ai", "gemini-compat"),
    keys=("GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"),
    auth=Auth("x-goog-api-key", scheme="", query="key"),
    key_shapes=(
        key_shape("google-api-key", "AIza", (WORD, 35), mixed="[0-9]"),
        key_shape("google-auth-key", "AQ.", (WORD, 32), mixed="[0-9]"),
    ),
    base_urls=(
        BaseUrl(
            variable="GOOGLE_GEMINI_BASE_URL", suffix="", read_by=("google-genai 3.4.0", "@google/genai 2.32.0 (npm)")
        ),
        BaseUrl(variable="GEMINI_API_BASE", suffix="/v1beta", read_by=("litellm 1.109.1",)),
    ),
    aliases=("google", "google_ai"),
)
