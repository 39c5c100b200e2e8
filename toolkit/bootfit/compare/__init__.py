"""Baseline against head."""
