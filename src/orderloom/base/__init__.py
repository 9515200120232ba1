"""Base: errors, texts, clock, ids, money, JSON and settings; imports nothing of ours."""
