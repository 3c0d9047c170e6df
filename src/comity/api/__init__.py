"""The node's programming interface: the same verbs as the pages, and the exchange port for partner nodes."""
