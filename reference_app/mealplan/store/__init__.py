"""Reading and writing users' data."""
