"""An app that needs more memory to be imported than it is given."""

from tiny_app import app, filled

BALLAST = filled(120)
__all__ = ["app"]
