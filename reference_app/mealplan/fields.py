"""Reading the fields of a request's JSON: every wrong one is named, none becomes a 500."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from flask import Request

from mealplan.errors import ApiError, invalid

_MISSING: Any = object()
_E_MAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
    r"(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+",
    re.ASCII,
)


def body_of(request: Request) -> Fields:
    """Return the fields of a request's JSON object.

    Raises:
        ApiError: 415 for another content type, 400 where the body is no JSON object.
    """
    if not request.is_json:
        raise ApiError(415, "not_json", "send JSON, with Content-Type: application/json")
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        body = None
    if not isinstance(body, dict):
        raise ApiError(400, "not_json", "the body must be a JSON object")
    return Fields(body)


def day_of(text: object) -> date | None:
    """Return the date of a text YYYY-MM-DD, or None: other forms of ISO 8601 are none here."""
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def email_of(text: object) -> str | None:
    """Return an e-mail address in lower case, or None: HTML's pattern, with a domain's dot."""
    if not isinstance(text, str) or len(text) > 254:
        return None
    address = text.strip().lower()
    return address if _E_MAIL.fullmatch(address) else None


class Fields:
    """An object's fields; each reader returns a value that is valid, or notes what is wrong.

    After reading, `done` raises when anything was noted or when a field was never read.
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        *,
        prefix: str = "",
        problems: dict[str, object] | None = None,
    ) -> None:
        self._values = values
        self._prefix = prefix
        self._problems: dict[str, object] = {} if problems is None else problems
        self._read: set[str] = set()

    def problem(self, name: str, message: str) -> None:
        """Note that field ``name`` is wrong."""
        self._problems.setdefault(self._prefix + name, message)

    def done(self) -> None:
        """Raise the error that names every wrong field, if there is one."""
        for name in self._values:
            if name not in self._read:
                known = ", ".join(sorted(self._read)) or "none"
                self.problem(str(name)[:80], f"no such field; known are: {known}")
        if self._problems and not self._prefix:
            raise invalid(self._problems)

    def number(
        self, name: str, low: float, high: float, *, default: float = _MISSING, unit: str = ""
    ) -> float:
        """Return a number from ``low`` to ``high``."""
        value = self._value(name, default, "a number")
        if value is _MISSING:
            return low
        value = self._number(value)
        real = isinstance(value, (int, float)) and not isinstance(value, bool)
        # Not a number and the infinities are in no range.
        if not real or not low <= value <= high:
            self.problem(name, f"must be a number from {low:g} to {high:g}{unit and ' ' + unit}")
            return low
        return float(value)

    def integer(self, name: str, low: int, high: int, *, default: int = _MISSING) -> int:
        """Return a whole number from ``low`` to ``high``."""
        value = self._value(name, default, "a whole number")
        if value is _MISSING:
            return low
        value = self._number(value)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.problem(name, f"must be a whole number from {low} to {high}")
            return low
        return value

    def maybe_number(self, name: str, low: float, high: float, *, unit: str = "") -> float | None:
        """Return a number from ``low`` to ``high``, or None where it is not given."""
        return self.number(name, low, high, unit=unit) if self.has(name) else None

    def maybe_integer(self, name: str, low: int, high: int) -> int | None:
        """Return a whole number from ``low`` to ``high``, or None where it is not given."""
        return self.integer(name, low, high) if self.has(name) else None

    def flag(self, name: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self._value(name, default, "true or false")
        if not isinstance(value, bool):
            self.problem(name, "must be true or false")
            return default
        return value

    def email(self, name: str) -> str:
        """Return an e-mail address in lower case."""
        value = self._value(name, _MISSING, "an e-mail address")
        if value is _MISSING:
            return ""
        found = email_of(value)
        if found is None:
            self.problem(name, "must be an e-mail address")
        return found or ""

    def secret(self, name: str, longest: int) -> str:
        """Return a text of at most ``longest`` characters as it is, whatever it is made of."""
        value = self._value(name, _MISSING, "a text")
        if value is _MISSING:
            return ""
        if not isinstance(value, str) or len(value) > longest or _is_torn(value):
            self.problem(name, f"must be a text of at most {longest} characters")
            return ""
        return value

    def choice(self, name: str, allowed: Collection[str], *, default: str = _MISSING) -> str:
        """Return one of ``allowed``."""
        value = self._value(name, default, "one of " + ", ".join(sorted(allowed)))
        if value is _MISSING:
            return ""
        if not isinstance(value, str) or value not in allowed:
            self.problem(name, "must be one of: " + ", ".join(sorted(allowed)))
            return ""
        return value

    def choices(
        self, name: str, allowed: Collection[str], *, default: tuple[str, ...] = ()
    ) -> tuple[str, ...]:
        """Return a list of ``allowed`` without duplicates, in the order given."""
        value = self._value(name, default, "a list")
        if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) for one in value):
            self.problem(name, "must be a list of strings")
            return ()
        unknown = [one[:80] for one in value if one not in allowed]
        if unknown:
            some = ", ".join(sorted(allowed)[:30])
            self.problem(name, f"not known: {', '.join(unknown[:10])}; known are: {some}")
            return ()
        return tuple(dict.fromkeys(value))

    def text(self, name: str, longest: int, *, default: str = _MISSING) -> str:
        """Return a text of at most ``longest`` characters, without control characters."""
        value = self._value(name, default, "a text")
        if value is _MISSING:
            return ""
        if not isinstance(value, str) or len(value) > longest:
            self.problem(name, f"must be a text of at most {longest} characters")
            return ""
        if re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", value):
            self.problem(name, "must not contain control characters")
            return ""
        return value.strip()

    def day(self, name: str, *, default: date) -> date:
        """Return a date written YYYY-MM-DD."""
        value = self._value(name, None, "a date")
        if value is None:
            return default
        found = day_of(value)
        if found is None:
            self.problem(name, "must be a date, YYYY-MM-DD")
        return found or default

    def maybe_day(self, name: str) -> date | None:
        """Return a date written YYYY-MM-DD, or None where it is not given."""
        return self.day(name, default=date.min) if self.has(name) else None

    def mapping(self, name: str, allowed: Collection[str], most: int) -> dict[str, Fields]:
        """Return an object of objects by its keys, each as fields; its keys are of ``allowed``."""
        wanted = self.object(name)
        if len(wanted.names) > most:
            self.problem(name, f"must have at most {most} entries")
            return {}
        found = {key: wanted.object(key) for key in wanted.names if key in allowed}
        for key in wanted.names:
            if key not in allowed:
                wanted.has(key)
                wanted.problem(key[:80], "is not known here")
        return found

    def objects(self, name: str, most: int, *, least: int = 0) -> list[Fields]:
        """Return a list of objects, each as fields whose problems are this object's."""
        value = self._value(name, _MISSING if least else [], "a list of objects")
        if value is _MISSING:
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.problem(name, "must be a list of objects")
            return []
        if not least <= len(value) <= most:
            self.problem(name, f"must have from {least} to {most} entries")
            return []
        return [
            Fields(one, prefix=f"{self._prefix}{name}[{place}].", problems=self._problems)
            for place, one in enumerate(value)
        ]

    def object(self, name: str, *, required: bool = False) -> Fields:
        """Return an object as fields whose problems are this object's; empty where missing."""
        value = self._value(name, _MISSING if required else {}, "an object")
        if value is not _MISSING and not isinstance(value, dict):
            self.problem(name, "must be an object")
        values = value if isinstance(value, dict) else {}
        return Fields(values, prefix=f"{self._prefix}{name}.", problems=self._problems)

    def has(self, name: str) -> bool:
        """Return whether field ``name`` is given and not null."""
        self._read.add(name)
        return self._values.get(name) is not None

    def maybe(self, name: str) -> Fields | None:
        """Return an object as fields, or None where it is not given."""
        return self.object(name) if self.has(name) else None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the fields that are given."""
        return tuple(self._values)

    def _number(self, value: Any) -> Any:
        """Return the number that ``value`` is written as: JSON's numbers are themselves."""
        return value

    def _value(self, name: str, default: Any, kind: str) -> Any:
        self._read.add(name)
        value = self._values.get(name)
        if value is not None:
            return value
        if default is _MISSING:
            self.problem(name, f"is required: {kind}")
        return default


class Query(Fields):
    """A query string's fields: all are texts, an empty one is not given, further ones may be."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__({name: value for name, value in values.items() if value.strip()})

    def done(self) -> None:
        """Raise the error that names every wrong field, if there is one."""
        if self._problems:
            raise invalid(self._problems)

    def _number(self, value: Any) -> Any:
        text = value.strip() if isinstance(value, str) else value
        if not isinstance(text, str) or not text.isascii():
            return text
        if re.fullmatch(r"-?[0-9]{1,11}", text):
            return int(text)
        return float(text) if re.fullmatch(r"-?[0-9]{1,11}\.[0-9]{1,11}", text) else text


def _is_torn(text: str) -> bool:
    """Return whether ``text`` has half of a pair of surrogates, which no database keeps."""
    return re.search(r"[\x00\ud800-\udfff]", text) is not None
