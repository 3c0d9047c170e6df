"""Evidence and its custody: taken in, checked, returned, received, countersigned, released; provable offline."""
