"""Orderloom 织单: a no-code platform whose flagship app is order management."""
