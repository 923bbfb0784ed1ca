"""Rules about Gemini."""
