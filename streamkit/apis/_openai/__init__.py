"""What OpenAI's APIs, and those that borrow from them, have in common: choices, token counts, fields that repeat."""
