"""GitHub Copilot, whose tokens last for minutes and are not kept in an environment variable."""

from streamkit.providers import BaseUrl, Provider

PROVIDER = Provider(
    name="github_copilot",
    title="GitHub Copilot",
    hosts=("githubcopilot.com", "copilot-proxy.githubusercontent.com"),
    url="https://api.githubcopilot.com",
    prefix="",
    dialects=("github-copilot",),
    base_urls=(
        BaseUrl(variable="GITHUB_COPILOT_API_BASE", suffix="", read_by=("pydantic-ai 2.68.0",)),
        BaseUrl(variable="GITHUB_COPILOT_BASE_URL", suffix="", read_by=("pydantic-ai 2.68.0",)),
    ),
    aliases=("copilot",),
)
