"""Rules about the shape of a chunk."""
