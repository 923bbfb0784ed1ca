"""Azure OpenAI and Azure AI Foundry: each resource has its own host."""

from streamkit.providers import Auth, BaseUrl, Provider

PROVIDER = Provider(
    name="azure",
    title="Azure OpenAI",
    hosts=("openai.azure.com", "cognitiveservices.azure.com", "services.ai.azure.com", "inference.ai.azure.com"),
    prefix="/openai/v1",
    dialects=("azure",),
    keys=("AZURE_OPENAI_API_KEY", "AZURE_API_KEY"),
    auth=Auth("api-key", scheme=""),
    base_urls=(
        BaseUrl(
            variable="AZURE_OPENAI_ENDPOINT",
            suffix="",
            read_by=("openai 3.54.0", "openai 6.49.0 (npm)", "langchain-openai 1.7.4", "pydantic-ai 2.68.0"),
        ),
        BaseUrl(variable="AZURE_API_BASE", suffix="", read_by=("litellm 1.109.1",)),
        BaseUrl(variable="ANTHROPIC_FOUNDRY_BASE_URL", suffix="/anthropic", read_by=("anthropic 2.12.0",)),
    ),
    aliases=("azure_openai", "openai"),
)
