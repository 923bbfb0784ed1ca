"""Rules about framing: lines, events, `[DONE]`."""
