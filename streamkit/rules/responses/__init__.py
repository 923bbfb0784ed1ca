"""Rules about OpenAI Responses."""
