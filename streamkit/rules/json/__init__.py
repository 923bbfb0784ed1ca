"""Rules about the data of an event as JSON."""
