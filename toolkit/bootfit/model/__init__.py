"""Frozen dataclasses that the legs of bootfit share, and pure arithmetic over them."""
