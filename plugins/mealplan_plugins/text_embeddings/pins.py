"""Written by plugins/build/build_static_embeddings.py: what the table must be."""

STATIC_TABLE_SHA256 = "64c2a97fd6136ca6b14db4612177dd61e78ddd239d8b3104ebef2b2f317dac31"
