"""Ollama: on the local machine without a key, at ollama.com with one."""

from streamkit.providers import BaseUrl, Provider

PROVIDER = Provider(
    name="ollama",
    title="Ollama",
    hosts=("ollama.com",),
    url="http://127.0.0.1:11434",
    api="ollama",
    prefix="/api",
    dialects=("ollama-compat",),
    keys=("OLLAMA_API_KEY",),
    dummy_key=False,
    base_urls=(
        BaseUrl(variable="OLLAMA_HOST", suffix="", read_by=("ollama 0.6.3",)),
        BaseUrl(variable="OLLAMA_BASE_URL", suffix="/v1", read_by=("pydantic-ai 2.68.0",)),
        BaseUrl(variable="OLLAMA_API_BASE", suffix="", read_by=("litellm 1.109.1",)),
    ),
)
