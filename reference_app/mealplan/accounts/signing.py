"""Calls of other services of the same operator, signed with a key that both have.

A signature covers method, path, timestamp, nonce and body, so that nothing of a call can be
changed, and a nonce is taken once in the time that its timestamp holds, so that none is repeated.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time

from flask import current_app, request

from mealplan.errors import ApiError
from mealplan.parts import parts
from mealplan.store import nonces

SCHEME = "mealplan-hmac"
TIMESTAMP_HEADER = "X-Timestamp"
NONCE_HEADER = "X-Nonce"
#: How far two clocks may be apart, in seconds, either way.
WINDOW_SECONDS = 300


def signature(
    key: str, method: str, path: str, timestamp: str, nonce: str, *, body: bytes = b""
) -> str:
    """Return the signature of a call, 64 hexadecimal digits.

    Args:
        key: what both sides have.
        method: in capitals.
        path: decoded, from ``/api`` on, with ``?`` and the query string as sent if it has one.
        timestamp: Unix time in whole seconds.
        nonce: 16 to 64 letters, digits, ``-`` and ``_``, never used before.
        body: as it is sent.
    """
    # Each part by its hash: no part can run over into the next.
    signed = [one.encode() for one in (method, path, timestamp, nonce)]
    digests = "\n".join(hashlib.sha256(one).hexdigest() for one in (*signed, body))
    return hmac.new(key.encode(), digests.encode(), hashlib.sha256).hexdigest()


def check_signature(given: str) -> None:
    """Let a request pass whose signature is right, in time and new.

    Raises:
        ApiError: 401 otherwise; it is not told what is wrong with the signature itself.
    """
    key = current_app.config["SERVICE_KEY"]
    timestamp = request.headers.get(TIMESTAMP_HEADER, "")
    nonce = request.headers.get(NONCE_HEADER, "")
    if not key:
        raise _refused("signed calls are closed: set MEALPLAN_SERVICE_KEY")
    if not re.fullmatch(r"[0-9]{1,12}", timestamp, re.ASCII):
        raise _refused(f"{TIMESTAMP_HEADER} must be Unix time in whole seconds")
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,64}", nonce, re.ASCII):
        raise _refused(f"{NONCE_HEADER} must be 16 to 64 letters, digits, - and _")
    moment = int(time.time())
    if abs(moment - int(timestamp)) > WINDOW_SECONDS:
        raise _refused(f"{TIMESTAMP_HEADER} is more than {WINDOW_SECONDS} seconds off")
    query = request.query_string.decode("latin-1")
    path = request.root_path + request.path + (f"?{query}" if query else "")
    body = request.get_data(cache=True)
    right = signature(key, request.method, path, timestamp, nonce, body=body)
    if not hmac.compare_digest(given.encode(), right.encode()):
        raise _refused("the signature is wrong")
    with parts().database.writing() as connection:
        # Kept for as long as its timestamp may hold, which may be one of the future.
        fresh = nonces.take(connection, nonce, moment, int(timestamp) + WINDOW_SECONDS)
    if not fresh:
        raise _refused("this call was made before")


def _refused(message: str) -> ApiError:
    return ApiError(401, "unauthorized", message, headers={"WWW-Authenticate": "Mealplan-HMAC"})
