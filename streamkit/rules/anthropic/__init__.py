"""Rules about Anthropic Messages."""
