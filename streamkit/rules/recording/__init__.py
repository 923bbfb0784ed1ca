"""Rules about recordings."""
