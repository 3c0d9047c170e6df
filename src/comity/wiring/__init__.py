"""Which message causes which action, and what runs when: two tables."""
