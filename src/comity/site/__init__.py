"""Settings, addresses and server entry points: where a node is put together."""
