"""Sealed content by digest: on the disk only what was sealed, in the database only wrapped keys."""
