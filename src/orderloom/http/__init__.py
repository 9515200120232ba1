"""HTTP: the public contract of the API, the live hints, and the web interface's files."""
