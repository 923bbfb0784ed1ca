"""The cases of Gemini's generateContent."""
