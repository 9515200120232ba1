"""Backup and restore: online, encrypted, to a point in time.

What leaves the data folder is sealed for the recovery key, which the data folder does not hold.
"""
