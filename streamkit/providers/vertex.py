"""Vertex AI: Gemini, Claude and others on Google Cloud, by region. Express mode takes a key; otherwise an OAuth token
is needed."""

from streamkit.providers import DOTTED, WORD, Auth, BaseUrl, Provider, key_shape

PROVIDER = Provider(
    name="vertex",
    title="Vertex AI",
    hosts=("aiplatform.googleapis.com", "*-aiplatform.googleapis.com", "aiplatform.*.rep.googleapis.com"),
    api="gemini",
    prefix="/v1/publishers/google",
    dialects=("vertex", "gemini-compat"),
    keys=("GOOGLE_API_KEY", "GOOGLE_VERTEX_API_KEY"),
    dummy_key=False,
    auth=Auth("x-goog-api-key", scheme="", query="key"),
    key_shapes=(key_shape("google-oauth-token", "ya29.", (WORD, 20), rest=DOTTED),),
    base_urls=(
        BaseUrl(
            variable="GOOGLE_VERTEX_BASE_URL", suffix="", read_by=("google-genai 3.4.0", "@google/genai 2.32.0 (npm)")
        ),
        BaseUrl(
            variable="ANTHROPIC_VERTEX_BASE_URL",
            suffix="/v1",
            read_by=("anthropic 2.12.0", "@anthropic-ai/vertex-sdk 1.1.3 (npm)"),
        ),
    ),
    aliases=("vertexai",),
)
