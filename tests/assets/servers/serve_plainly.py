"""Serve the tiny app with the standard library: a web command that is not gunicorn."""

import os
from wsgiref.simple_server import make_server

from tiny_app import app

make_server("127.0.0.1", int(os.environ["PORT"]), app).serve_forever()
