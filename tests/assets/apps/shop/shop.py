"""A WSGI app without a framework; 8 MiB of it is anonymous memory."""

CATALOGUE = bytearray(b"\1") * (8 * 1024 * 1024)


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"shop"]
