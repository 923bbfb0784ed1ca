"""Rules about pasted logs."""
