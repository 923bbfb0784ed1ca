"""Rules about arrival times, for streams whose times were measured."""
