"""Hugging Face: the router of inference providers, and endpoints that customers run. No SDK reads the router's address
from the environment, and the token also gives access to the hub."""

from streamkit.providers import ALNUM, Provider, key_shape

PROVIDER = Provider(
    name="huggingface",
    title="Hugging Face",
    hosts=("huggingface.co",),
    customer_hosts=("huggingface.cloud",),
    url="https://router.huggingface.co",
    dialects=("huggingface",),
    keys=("HF_TOKEN",),
    dummy_key=False,
    key_shapes=(
        key_shape("huggingface-token", "hf_", (ALNUM, 30)),
        key_shape("huggingface-token", "api_org_", (ALNUM, 30)),
    ),
    aliases=("hf",),
)
