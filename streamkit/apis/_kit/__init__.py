"""What APIs are written with: tolerant reading of JSON, merging of deltas, shape tables, and their JSON Schemas."""
