"""Shared by OpenAI's APIs and those modelled on them: choices, token counts, and fields repeated in every chunk."""
