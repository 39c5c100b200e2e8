"""An app whose import takes longer than a worker may be silent."""

import time

from tiny_app import app

time.sleep(30)
__all__ = ["app"]
