"""One module a format: a run document becomes text."""
