"""Intake: rows of workbooks on their way to becoming Commands."""
