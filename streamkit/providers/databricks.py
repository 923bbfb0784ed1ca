"""Databricks: each workspace has its own host, and its token gives access to more than the models."""

from streamkit.providers import HEX, WORD, BaseUrl, Provider, key_shape

PROVIDER = Provider(
    name="databricks",
    title="Databricks",
    hosts=("cloud.databricks.com", "azuredatabricks.net"),
    prefix="/serving-endpoints",
    dialects=("databricks",),
    keys=("DATABRICKS_TOKEN",),
    dummy_key=False,
    key_shapes=(key_shape("databricks-token", "dapi", (HEX, 32), rest=WORD),),
    base_urls=(BaseUrl(variable="DATABRICKS_API_BASE", suffix="/serving-endpoints", read_by=("litellm 1.106.2",)),),
)
