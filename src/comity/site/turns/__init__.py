"""SQLite whose writers take turns: Django's own engine, and a file at which processes wait."""
