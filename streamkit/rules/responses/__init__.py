"""Rules about the OpenAI Responses API."""
