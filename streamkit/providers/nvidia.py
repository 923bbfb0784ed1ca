"""NVIDIA NIM as hosted by NVIDIA."""

from streamkit.providers import WORD, BaseUrl, Provider, key_shape

PROVIDER = Provider(
    name="nvidia",
    title="NVIDIA NIM",
    hosts=("integrate.api.nvidia.com",),
    url="https://integrate.api.nvidia.com",
    dialects=("nvidia-nim",),
    keys=("NVIDIA_API_KEY", "NVIDIA_NIM_API_KEY"),
    key_shapes=(key_shape("nvidia-key", "nvapi-", (WORD, 40)),),
    base_urls=(
        BaseUrl(variable="NVIDIA_BASE_URL", suffix="/v1", read_by=("langchain-nvidia-ai-endpoints 1.5.0",)),
        BaseUrl(variable="NVIDIA_NIM_API_BASE", suffix="/v1", read_by=("litellm 1.109.1",)),
    ),
    aliases=("nvidia_nim", "nim"),
)
