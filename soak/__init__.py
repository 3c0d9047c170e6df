"""Long runs against the trust properties: each resumes from its state and prints one line of JSON with its figure."""
