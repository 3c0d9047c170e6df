"""Casework of mutual legal assistance: a dossier is the fold of its signed messages; drafting stays at home."""
