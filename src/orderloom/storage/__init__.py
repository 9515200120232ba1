"""Storage: from the definition to tables, and the live definition that everybody is pinned to.

Invariant: publishing changes only the catalogue of the database; what reads or writes rows is an
online step afterwards.
"""
