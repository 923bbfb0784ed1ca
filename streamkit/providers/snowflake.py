"""Snowflake Cortex: each account has a host of its own, and its token opens more than the models."""

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
