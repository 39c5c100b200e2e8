"""Passwords: Argon2id, imported at the first one.

OWASP's Password Storage Cheat Sheet holds five settings of Argon2id to be of equal strength, from
46 MiB and one pass to 7 MiB and five. Memory is what an instance is short of, and every thread may
hash at once: measured, this one adds 6.9 MiB while it works and 0.1 MiB for good (46 MiB would
add 46, scrypt as OWASP wants it 16 to 128 MiB and ten times the processor time).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

_MEMORY_KIB = 7168
_PASSES = 5
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200


def password_problem(password: str) -> str | None:
    """Return what is wrong with a new password, or None. Length is what counts (NIST 800-63B)."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return f"must have from {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters"
    if len(set(password)) < 4:
        return "must have at least four different characters"
    return None


def hashed(password: str) -> str:
    """Return the hash of a password, with its salt and settings."""
    return _hasher().hash(password)


def is_right(password_hash: str | None, password: str) -> bool:
    """Return whether ``password`` is the one; takes as long where there is none to compare."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        _hasher().verify(password_hash or _nobodys_hash(), password)
    except (InvalidHashError, VerificationError):
        return False
    return password_hash is not None


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=1)


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return hashed("nobody has this password")
