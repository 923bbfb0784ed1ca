"""The cases of OpenAI's Chat Completions, which most gateways and inference servers offer."""
