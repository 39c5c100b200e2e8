"""JSON schemas of requests, taken down while the readers that check them run on nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from mealplan.fields import Fields

Schema = dict[str, Any]
#: Longer lists of choices are told in words, not in full.
_MOST_CHOICES = 40
_REQUIRED: Any = object()


def schema_of(reader: Callable[[Fields], Any]) -> Schema:
    """Return the JSON schema of what ``reader`` reads."""
    recorder = Recorder()
    reader(recorder)
    return recorder.schema()


class Recorder(Fields):
    """Fields that hold nothing, hand out something valid and take down what they were asked."""

    def __init__(self) -> None:
        super().__init__({})
        self._properties: dict[str, Schema | Recorder] = {}
        self._lists: dict[str, tuple[Recorder, int, int]] = {}
        self._maps: dict[str, tuple[Recorder, int]] = {}
        self._needed: list[str] = []

    def schema(self) -> Schema:
        """Return what was taken down."""
        properties: dict[str, Schema] = {
            name: told.schema() if isinstance(told, Recorder) else told
            for name, told in self._properties.items()
        }
        for name, (entries, least, most) in self._lists.items():
            limits = {"minItems": least, "maxItems": most}
            properties[name] = {"type": "array", "items": entries.schema(), **limits}
        for name, (value, most) in self._maps.items():
            properties[name] = {
                "type": "object",
                "additionalProperties": value.schema(),
                "maxProperties": most,
            }
        found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
        if self._needed:
            found["required"] = self._needed
        return found

    def problem(self, name: str, message: str) -> None:
        """Nothing is wrong with nothing."""

    def done(self) -> None:
        """Nothing is left over of nothing."""

    def has(self, name: str) -> bool:
        """Everything may be given."""
        return True

    def number(
        self, name: str, low: float, high: float, *, default: float = _REQUIRED, unit: str = ""
    ) -> float:
        """Take down a number."""
        told: Schema = {"type": "number", "minimum": low, "maximum": high}
        if unit:
            told["description"] = f"in {unit}"
        self._take(name, told, default)
        return low

    def maybe_number(self, name: str, low: float, high: float, *, unit: str = "") -> float | None:
        """Take down a number that may be missing."""
        return self.number(name, low, high, default=None, unit=unit)  # type: ignore[arg-type] # no default

    def integer(self, name: str, low: int, high: int, *, default: int = _REQUIRED) -> int:
        """Take down a whole number."""
        self._take(name, {"type": "integer", "minimum": low, "maximum": high}, default)
        return low

    def maybe_integer(self, name: str, low: int, high: int) -> int | None:
        """Take down a whole number that may be missing."""
        return self.integer(name, low, high, default=None)  # type: ignore[arg-type] # no default

    def flag(self, name: str, *, default: bool) -> bool:
        """Take down a truth value."""
        self._take(name, {"type": "boolean"}, default)
        return default

    def email(self, name: str) -> str:
        """Take down an e-mail address."""
        self._take(name, {"type": "string", "format": "email", "maxLength": 254}, _REQUIRED)
        return "somebody@example.org"

    def secret(self, name: str, longest: int) -> str:
        """Take down a password."""
        self._take(name, {"type": "string", "format": "password", "maxLength": longest}, _REQUIRED)
        return "nothing that anybody knows"

    def choice(self, name: str, allowed: Collection[str], *, default: str = _REQUIRED) -> str:
        """Take down one of several."""
        self._take(name, _one_of(allowed), default)
        return next(iter(allowed))

    def choices(
        self, name: str, allowed: Collection[str], *, default: tuple[str, ...] = ()
    ) -> tuple[str, ...]:
        """Take down some of several."""
        told = {"type": "array", "items": _one_of(allowed)}
        self._take(name, told, list(default) or None)
        return default

    def text(self, name: str, longest: int, *, default: str = _REQUIRED) -> str:
        """Take down a text."""
        self._take(name, {"type": "string", "maxLength": longest}, default)
        return "text"

    def day(self, name: str, *, default: date) -> date:
        """Take down a date."""
        self._take(name, {"type": "string", "format": "date"}, None)
        return default

    def mapping(self, name: str, allowed: Collection[str], most: int) -> dict[str, Fields]:
        """Take down an object of objects."""
        value = Recorder()
        self._maps[name] = (value, most)
        return {next(iter(sorted(allowed))): value}

    def objects(self, name: str, most: int, *, least: int = 0) -> list[Fields]:
        """Take down a list of objects."""
        entries = Recorder()
        self._lists[name] = (entries, least, most)
        if least:
            self._needed.append(name)
        return [entries]

    def object(self, name: str, *, required: bool = False) -> Fields:
        """Take down an object."""
        inner = Recorder()
        self._properties[name] = inner
        if required:
            self._needed.append(name)
        return inner

    def _take(self, name: str, told: Schema, default: Any) -> None:
        if default is _REQUIRED:
            self._needed.append(name)
        elif default is not None:
            told = {**told, "default": default}
        self._properties[name] = told


def _one_of(allowed: Collection[str]) -> Schema:
    if len(allowed) <= _MOST_CHOICES:
        return {"type": "string", "enum": sorted(allowed)}
    return {"type": "string", "description": f"one of {len(allowed)}"}
