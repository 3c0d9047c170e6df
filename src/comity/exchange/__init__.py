"""Signed, sealed, receipted messages between sovereign nodes, each with exactly one effect."""
