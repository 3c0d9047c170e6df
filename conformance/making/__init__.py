"""How the vectors were made: each page states its questions and the answers the protocol asks for."""
