"""Rules about event data as JSON."""
