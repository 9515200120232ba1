"""Access: who somebody is, and what they may do, as SQL and field masks; deny by default."""
