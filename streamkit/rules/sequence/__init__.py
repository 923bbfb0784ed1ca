"""Rules about the order of chunks, tool calls and errors."""
