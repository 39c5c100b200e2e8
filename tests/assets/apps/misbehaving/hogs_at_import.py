"""An app that takes more memory than any probe may have, when it is imported."""

import rungs

KEPT = rungs.hogs()


def app(environ, start_response):
    start_response("200 OK", [])
    return [b""]
