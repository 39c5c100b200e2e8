"""The app's settings, read from the environment."""

from __future__ import annotations

import os
import re
import secrets
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

LARGEST_BODY_BYTES = 256 * 1024
SHORTEST_SECRET = 32
#: What a caller may do: so many requests of a kind in so many seconds.
DEFAULT_RATES = (
    "sign_in=10/300, sign_in_account=20/3600, sign_up=5/3600, plan=20/60, search=120/60,"
    " export=30/60, feed=600/3600"
)


class SettingsError(RuntimeError):
    """A setting is missing or wrong; the app does not start."""


@dataclass(frozen=True)
class Rate:
    """So many ``requests`` in so many ``seconds``."""

    requests: int
    seconds: int


def read_settings(
    instance_path: str, given: Mapping[str, object] | None = None
) -> dict[str, object]:
    """Return Flask's configuration: what is ``given``, and the rest from the environment.

    DATABASE_URL: SQLAlchemy's URL; default: ``mealplan.sqlite3`` in the instance folder, or in the
    temporary folder where that cannot be written.
    MEALPLAN_SECRET_KEY: what sessions, tokens and feed addresses are signed with; required, but
    for MEALPLAN_ENV=development, which makes one up and keeps it in the instance folder.
    MEALPLAN_ADMIN_TOKEN: the operator's bearer token; no default.
    MEALPLAN_SERVICE_KEY: what the operator's other services sign their calls with; no default.
    MEALPLAN_PROXIES: how many proxies of your own stand before the app; default 0.
    MEALPLAN_RATE_LIMITS: ``kind=requests/seconds, …`` over the defaults; ``kind=off``.

    Raises:
        SettingsError: a setting is missing or wrong.
    """
    readers: dict[str, Callable[[], object]] = {
        "DATABASE_URL": lambda: database_url(instance_path),
        "SECRET_KEY": lambda: _secret_key(Path(instance_path)),
        "SERVICE_KEY": _service_key,
        "ADMIN_TOKEN": lambda: os.environ.get("MEALPLAN_ADMIN_TOKEN", ""),
        "PROXIES": _proxies,
        "RATES": lambda: rates_of(os.environ.get("MEALPLAN_RATE_LIMITS", "")),
        "MAX_CONTENT_LENGTH": lambda: LARGEST_BODY_BYTES,
        "MAX_FORM_MEMORY_SIZE": lambda: LARGEST_BODY_BYTES,
        #: A `bootfit.lazy.Registry`, or None for the app's own.
        "PLUGINS": lambda: None,
    }
    settings = dict(given or {})
    return settings | {name: read() for name, read in readers.items() if name not in settings}


def database_url(instance_path: str | None = None) -> str:
    """Return the URL of users' data; ``instance_path``: Flask's own where there is no app."""
    return _given_url() or _default_url(Path(instance_path or _instance_path()))


def rates_of(text: str) -> dict[str, Rate]:
    """Return how often a caller may do what, by kind; what is off is not in it.

    Raises:
        SettingsError: ``text`` is not ``kind=requests/seconds, …`` of kinds that there are.
    """
    found = _rates(DEFAULT_RATES)
    given = _rates(text)
    if unknown := sorted(set(given) - set(found)):
        raise SettingsError(
            f"MEALPLAN_RATE_LIMITS: no such kind: {', '.join(unknown)}; there are:"
            f" {', '.join(found)}"
        )
    return {kind: rate for kind, rate in {**found, **given}.items() if rate is not None}


def _rates(text: str) -> dict[str, Rate | None]:
    found: dict[str, Rate | None] = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        match = re.fullmatch(
            r"([a-z_]+)=(?:off|([1-9][0-9]{0,8})/([1-9][0-9]{0,6}))", part, flags=re.ASCII
        )
        if match is None:
            raise SettingsError(
                f"MEALPLAN_RATE_LIMITS: {part!r} is not kind=requests/seconds or kind=off"
            )
        kind, requests, seconds = match.groups()
        found[kind] = Rate(int(requests), int(seconds)) if requests else None
    return found


def _proxies() -> int:
    text = os.environ.get("MEALPLAN_PROXIES", "0").strip()
    if not re.fullmatch(r"[0-9]", text, flags=re.ASCII):
        raise SettingsError(f"MEALPLAN_PROXIES must be a number from 0 to 9, not {text!r}")
    return int(text)


def _service_key() -> str:
    given = os.environ.get("MEALPLAN_SERVICE_KEY", "")
    if given and len(given) < SHORTEST_SECRET:
        raise SettingsError(
            f"MEALPLAN_SERVICE_KEY has {len(given)} characters and needs {SHORTEST_SECRET}"
        )
    return given


def _secret_key(instance: Path) -> str:
    given = os.environ.get("MEALPLAN_SECRET_KEY", "")
    if given:
        if len(given) < SHORTEST_SECRET:
            raise SettingsError(
                f"MEALPLAN_SECRET_KEY has {len(given)} characters and needs {SHORTEST_SECRET}: make"
                " one with python -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )
        return given
    if os.environ.get("MEALPLAN_ENV", "production") != "development":
        raise SettingsError(
            "MEALPLAN_SECRET_KEY is not set: make one with python -c 'import secrets;"
            " print(secrets.token_urlsafe(48))' and give every instance the same; on a machine of"
            " your own MEALPLAN_ENV=development does without"
        )
    return _development_key(_writable(instance) / "development-secret-key")


def _development_key(path: Path) -> str:
    """Return the key in ``path``; the first process makes it, and all others read that one."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
    until = time.monotonic() + 2
    while len(key := path.read_text(encoding="ascii")) < SHORTEST_SECRET:
        if time.monotonic() > until:
            raise SettingsError(f"{path} holds no key: delete it")
        time.sleep(0.01)
    return key


def _given_url() -> str:
    """Return DATABASE_URL; platforms hand out ``postgres://``, which SQLAlchemy does not know."""
    return re.sub(
        r"^postgres(?:ql)?://", "postgresql+psycopg://", os.environ.get("DATABASE_URL", "")
    )


def _default_url(instance: Path) -> str:
    return f"sqlite:///{_writable(instance) / 'mealplan.sqlite3'}"


def _writable(instance: Path) -> Path:
    """Return ``instance``, or the temporary folder where that cannot be written."""
    try:
        instance.mkdir(parents=True, exist_ok=True)
        writable = os.access(instance, os.W_OK)
    except OSError:
        writable = False
    return instance if writable else Path(tempfile.gettempdir())


def _instance_path() -> str:
    from flask import Flask

    return Flask("mealplan", static_folder=None).instance_path
