"""The cases of Anthropic's Messages."""
