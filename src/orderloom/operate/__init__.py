"""Operating an installation: what the doctor looks at, and upgrades tried before they are made."""
