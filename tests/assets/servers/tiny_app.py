"""A WSGI app whose paths do one thing each: allocate, hang, leave, fail."""

import os
import subprocess
import sys
import time

MIB = 1024 * 1024


def filled(mebibytes):
    block = bytearray(mebibytes * MIB)
    for at in range(0, len(block), 4096):
        block[at] = 1
    return block


def app(environ, start_response):
    path = environ["PATH_INFO"]
    status, body = "200 OK", b"well\n"
    if path.startswith("/allocate/"):
        block = filled(int(path.rpartition("/")[2]))
        time.sleep(0.05)
        del block
    elif path.startswith("/sleep/"):
        time.sleep(float(path.rpartition("/")[2]))
    elif path == "/leave":
        os._exit(int(os.environ.get("LEAVE_CODE", "7")))
    elif path == "/fail":
        status, body = "500 Internal Server Error", b"failed\n"
    elif path == "/child":
        program = "x = bytearray(30 << 20)\nx[::4096] = b'1' * len(x[::4096])\nimport time\ntime.sleep(.2)"
        subprocess.run([sys.executable, "-c", program], check=True)
    elif path == "/shout":
        for _ in range(40):
            print("x" * 100_000)
    elif path == "/write":
        os.makedirs("instance", exist_ok=True)
        with open("instance/written.txt", "w") as file:
            file.write("by the server")
    elif path != "/":
        status, body = "404 Not Found", b"no such path\n"
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
