"""The cases of Ollama's chat."""
