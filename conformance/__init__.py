"""Conformance: vectors of the protocol, and a runner that puts them to any implementation (docs/protocol.md)."""
