"""Writer."""

from streamkit.providers import BaseUrl, Provider

PROVIDER = Provider(
    name="writer",
    title="Writer",
    hosts=("api.writer.com",),
    url="https://api.writer.com",
    keys=("WRITER_API_KEY",),
    dialects=("writer-chat",),
    base_urls=(BaseUrl(variable="WRITER_BASE_URL", suffix="", read_by=("writer-sdk 3.0.0",)),),
)
