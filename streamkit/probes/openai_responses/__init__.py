"""The cases of OpenAI's Responses."""
