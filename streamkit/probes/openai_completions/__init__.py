"""The cases of OpenAI's Completions, which inference servers offer for base models."""
