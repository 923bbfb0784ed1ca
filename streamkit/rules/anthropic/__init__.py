"""Rules about the Anthropic Messages API."""
