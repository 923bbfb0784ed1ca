"""streamkit: record, replay, lint, reassemble and measure LLM streams."""
