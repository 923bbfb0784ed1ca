"""GitHub Models. A GitHub token gives access to other services."""

from streamkit.providers import Provider

PROVIDER = Provider(
    name="github_models",
    title="GitHub Models",
    hosts=("models.github.ai", "models.inference.ai.azure.com"),
    url="https://models.github.ai",
    prefix="/inference",
    dialects=("github-copilot",),
    keys=("GITHUB_API_KEY", "GITHUB_TOKEN"),
    dummy_key=False,
)
