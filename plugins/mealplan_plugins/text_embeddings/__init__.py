"""Vectors of texts, so that search can look for meaning."""
