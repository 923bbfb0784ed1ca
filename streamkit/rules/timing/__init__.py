"""Rules about time, where it was measured."""
