"""What is handed out and recognised again: session and API tokens, feed addresses, CSRF tokens.

Only keyed hashes are kept, so that who reads the database can use none of them.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from flask import current_app

#: What an API token starts with, so that it is known for one where it is found.
TOKEN_PREFIX = "mealplan_"  # noqa: S105 -- no secret


def new_token() -> str:
    """Return a new token: 256 bits that nobody can guess."""
    return secrets.token_urlsafe(32)


def keyed_hash(purpose: str, text: str) -> str:
    """Return the keyed hash of ``text`` for ``purpose``, 64 hexadecimal digits."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def csrf_token(session_token: str) -> str:
    """Return what a page that is signed in by ``session_token`` sends with what it changes."""
    return keyed_hash("csrf", session_token)


def feed_address(feed_id: int) -> str:
    """Return the last part of a calendar feed's address."""
    return f"{feed_id}-{keyed_hash('feed', str(feed_id))[:40]}"


def feed_of(address: str) -> int | None:
    """Return the number of the feed whose address this is, or None where it is none."""
    number, _, _ = address.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    right = hmac.compare_digest(address.encode(), feed_address(int(number)).encode())
    return int(number) if right else None
