"""IBM watsonx.ai, by region. Requests carry a token that is made from the key; the key itself is never sent."""

from streamkit.providers import BaseUrl, Provider

PROVIDER = Provider(
    name="watsonx",
    title="watsonx.ai",
    hosts=("ml.cloud.ibm.com",),
    api="watsonx",
    prefix="/ml/v1/text",
    dialects=("watsonx-chat",),
    base_urls=(
        BaseUrl(variable="WATSONX_URL", suffix="", read_by=("litellm 1.109.1",)),
        BaseUrl(variable="WATSONX_API_BASE", suffix="", read_by=("litellm 1.106.2",)),
        BaseUrl(variable="WX_URL", suffix="", read_by=("litellm 1.106.2",)),
    ),
)
