"""Databricks: each workspace has a host of its own, and its token opens more than the models."""

from streamkit.providers import HEX, WORD, Provider, key_shape

PROVIDER = Provider(
    name="databricks",
    title="Databricks",
    hosts=("cloud.databricks.com", "azuredatabricks.net"),
    prefix="/serving-endpoints",
    dialects=("databricks",),
    keys=("DATABRICKS_TOKEN",),
    dummy_key=False,
    key_shapes=(key_shape("databricks-token", "dapi", (HEX, 32), rest=WORD),),
)
