"""llama.cpp's server on the user's machine."""

from streamkit.providers import BaseUrl, Provider

PROVIDER = Provider(
    name="llamacpp",
    title="llama.cpp",
    url="http://127.0.0.1:8080",
    dialects=("llamacpp",),
    base_urls=(BaseUrl(variable="LLAMAFILE_API_BASE", suffix="/v1", read_by=("litellm 1.109.1",)),),
    aliases=("llama_cpp", "llamafile"),
)
