"""Written by plugins/build/build_static_embeddings.py: what the table must be."""

STATIC_TABLE_SHA256 = "e8bcbed46c8cb9e7b4367335bd26a647c22c3f33f74430a72b3e0ce8df10cabb"
