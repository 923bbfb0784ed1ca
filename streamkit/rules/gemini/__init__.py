"""Rules about the Gemini API."""
