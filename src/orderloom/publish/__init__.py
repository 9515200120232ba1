"""Publishing: drafts, checks of all engines, and the one transaction that makes a version live.

Invariant: tables, definition, draft and event change together or not at all.
"""
