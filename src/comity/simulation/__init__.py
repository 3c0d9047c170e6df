"""A whole federation in one thread: the real rules and schema under seeded time, chance, transport and faults."""
