"""Rules about the wire: lines, events, `[DONE]`."""
