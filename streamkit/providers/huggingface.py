"""Hugging Face: the router of inference providers, and endpoints that users run themselves. No SDK takes the router's
address from the environment, and the token opens the hub too."""

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
