"""Who may do what, and the record that it was done: policy and ledger."""
