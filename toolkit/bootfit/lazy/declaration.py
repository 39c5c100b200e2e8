"""What an app declares: plugins, and the ladder of implementations of each."""

from __future__ import annotations

from bootfit.lazy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from bootfit.lazy.outcome import Declined


class CallerError(Exception):
    """An answer and no failure: "that input is wrong", "no such week exists".

    A call that raises a subclass of it does not fall to the next implementation.

    Attributes:
        implementation: the rung that gave this answer; "" where it went through no registry.
        declined: the rungs above it that did not, and why; the one that failed in this very call
            is among them.
    """

    implementation: str = ""
    declined: tuple[Declined, ...] = ()

    def given_by(self, implementation: str, declined: tuple[Declined, ...]) -> None:
        """Note who gave this answer; the registry calls it."""
        # Past `__setattr__`: an answer may well be a frozen dataclass.
        vars(self).update(implementation=implementation, declined=declined)


class DeclarationError(ValueError):
    """A registry, plugin or implementation is declared wrongly; raised where it is declared."""


class Implementation(Record):
    """One rung of a ladder.

    Args:
        name: unique in its ladder; with the plugin's name it makes `plugin:implementation`.
        target: `"module:attribute"`, a class or factory without arguments that makes the object.
        imports: top-level modules that must be there; found without being imported.
        distributions: what has to be installed for this rung beyond the app's own requirements.
        extra: the extra of the app that installs them.
        exercise: `"module:function"`, called with the loaded object, does realistic work.
        cost_bytes: measured peak of anonymous memory that this rung adds; None admits it always.

    Raises:
        DeclarationError: a name or a target is malformed, or the cost is negative.
    """

    __slots__ = (
        "cost_bytes",
        "distributions",
        "exercise",
        "extra",
        "imports",
        "name",
        "target",
    )
    name: str
    target: str
    imports: tuple[str, ...]
    distributions: tuple[str, ...]
    extra: str
    exercise: str
    cost_bytes: int | None

    def __init__(
        self,
        name: str,
        target: str,
        *,
        imports: Iterable[str] = (),
        distributions: Iterable[str] = (),
        extra: str = "",
        exercise: str = "",
        cost_bytes: int | None = None,
    ) -> None:
        _check_name("implementation", name)
        _check_reference(name, "target", target)
        if exercise:
            _check_reference(name, "exercise", exercise)
        if cost_bytes is not None and cost_bytes < 0:
            raise DeclarationError(f"{name}: cost_bytes is {cost_bytes}, less than nothing")
        self._fill(
            name=name,
            target=target,
            imports=_names(name, "imports", imports),
            distributions=_names(name, "distributions", distributions),
            extra=extra,
            exercise=exercise,
            cost_bytes=cost_bytes,
        )

    def describe(self) -> dict[str, object]:
        """Return this rung as JSON-ready values."""
        return {
            "name": self.name,
            "target": self.target,
            "imports": list(self.imports),
            "distributions": list(self.distributions),
            "extra": self.extra,
            "exercise": self.exercise,
            "cost_bytes": self.cost_bytes,
        }


class Plugin(Record):
    """A feature and its ladder, the richest implementation first; the last is the fallback.

    Raises:
        DeclarationError: the ladder is empty, names a rung twice, or ends in a rung that needs
            something installed: a fallback is the standard library and the app alone.
    """

    __slots__ = ("ladder", "name")
    name: str
    ladder: tuple[Implementation, ...]

    def __init__(self, name: str, *ladder: Implementation) -> None:
        _check_name("plugin", name)
        if not ladder:
            raise DeclarationError(f"{name}: a plugin needs one implementation at least")
        names = [rung.name for rung in ladder]
        for rung_name in names:
            if names.count(rung_name) > 1:
                raise DeclarationError(f"{name}: the implementation {rung_name!r} is there twice")
        last = ladder[-1]
        if last.imports or last.distributions or last.extra:
            raise DeclarationError(
                f"{name}: the last implementation, {last.name!r}, is the fallback and may need "
                "nothing installed; add a rung below it that needs the standard library alone"
            )
        self._fill(name=name, ladder=ladder)

    @property
    def fallback(self) -> Implementation:
        """The last rung."""
        return self.ladder[-1]

    def describe(self) -> dict[str, object]:
        """Return this plugin as JSON-ready values."""
        return {"name": self.name, "ladder": [rung.describe() for rung in self.ladder]}


def _check_name(kind: str, name: str) -> None:
    """Refuse a name that could not be written in `BOOTFIT_FORBID`."""
    if not name or not name.replace("_", "").replace("-", "").isalnum():
        raise DeclarationError(f"{kind} name {name!r}: take letters, digits, '_' and '-'")


def _check_reference(name: str, field: str, reference: str) -> None:
    """Refuse what is not `"module:attribute"`."""
    module, _, attribute = reference.partition(":")
    parts = (*module.split("."), *attribute.split("."))
    if not all(part.isidentifier() for part in parts):
        raise DeclarationError(f"{name}: {field} {reference!r} is not written 'module:attribute'")


def _names(name: str, field: str, values: Iterable[str]) -> tuple[str, ...]:
    """Return ``values`` as a tuple; a lone string is the mistake of a missing comma."""
    if isinstance(values, str):
        raise DeclarationError(f"{name}: {field} is the string {values!r}; write ({values!r},)")
    return tuple(values)
