"""Snowflake Cortex: each account has its own host, and its token gives access to more than the models."""

from streamkit.providers import Provider

PROVIDER = Provider(
    name="snowflake",
    title="Snowflake Cortex",
    hosts=("snowflakecomputing.com",),
    prefix="/api/v2/cortex/v1",
    dialects=("snowflake",),
    keys=("SNOWFLAKE_TOKEN",),
    dummy_key=False,
)
