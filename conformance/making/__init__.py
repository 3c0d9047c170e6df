"""How the vectors were made: each page states its questions and the answers the protocol asks for."""

PARTS = ("texts", "trees", "signed", "sealed", "chains", "statements", "bundles")
"""The modules whose `pages()` make the vectors."""
