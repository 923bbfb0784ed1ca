"""Amazon Bedrock, by region. Requests that are signed instead of carrying a key cannot pass through a proxy.

botocore 1.44 refuses to send a key to an address without TLS, and anthropic 2.12 refuses a key in addition to signing
credentials, so no dummy is set: `serve` answers requests signed with any credentials.
"""

from streamkit.providers import BASE64, BaseUrl, Provider, key_shape

PROVIDER = Provider(
    name="bedrock",
    title="Amazon Bedrock",
    hosts=(
        "bedrock-runtime.*.amazonaws.com",
        "bedrock-runtime-fips.*.amazonaws.com",
        "bedrock-runtime.*.amazonaws.com.cn",
    ),
    api="bedrock_converse",
    prefix="/model",
    keys=("AWS_BEARER_TOKEN_BEDROCK",),
    dummy_key=False,
    key_shapes=(
        key_shape("bedrock-key", "ABSK", (BASE64, 60)),
        key_shape("bedrock-key", "bedrock-api-key-", (BASE64, 40)),
    ),
    base_urls=(
        BaseUrl(
            variable="AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
            suffix="",
            read_by=("boto3 1.44.5", "@ai-sdk/amazon-bedrock 4.0.186 (npm)"),
        ),
        BaseUrl(
            variable="ANTHROPIC_BEDROCK_BASE_URL",
            suffix="",
            read_by=("anthropic 2.12.0", "@anthropic-ai/bedrock-sdk 1.1.3 (npm)"),
        ),
        BaseUrl(variable="ANTHROPIC_BEDROCK_MANTLE_BASE_URL", suffix="/anthropic", read_by=("anthropic 2.12.0",)),
        BaseUrl(variable="AWS_BEDROCK_BASE_URL", suffix="/openai/v1", read_by=("openai 3.54.0", "openai 7.57.0 (npm)")),
        BaseUrl(variable="AWS_BEDROCK_RUNTIME_ENDPOINT", suffix="", read_by=("litellm 1.106.2",)),
    ),
    aliases=("aws",),
    marks=("x-amz-date",),
)
