"""Building blocks for API definitions: tolerant JSON access, delta merging, shape tables and their JSON Schemas."""
