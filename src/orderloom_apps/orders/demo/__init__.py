"""The demo company: a year of believable, seeded, deterministic trade."""
