"""What the probe agent says about an app: its interface, its routes and its plugins."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class ImplementationDeclaration:
    """One rung: what it imports, what it needs, what exercises it."""

    name: str
    #: "module:attribute", loaded on first use. Empty for a rung that is only `imports`.
    target: str
    imports: tuple[str, ...] = ()
    #: Distributions that this rung needs beyond the app's own.
    distributions: tuple[str, ...] = ()
    extra: str = ""
    #: "module:function"; called with the loaded object where `target` is set, else with nothing.
    exercise: str = ""
    cost_bytes: int | None = None


@dataclass(frozen=True)
class PluginDeclaration:
    """A plugin and its ladder, the richest rung first; the last is the fallback."""

    name: str
    ladder: tuple[ImplementationDeclaration, ...]

    def rung(self, implementation: str) -> ImplementationDeclaration:
        """Return the rung of that name.

        Raises:
            KeyError: there is none.
        """
        for candidate in self.ladder:
            if candidate.name == implementation:
                return candidate
        raise KeyError(implementation)


@dataclass(frozen=True)
class Route:
    """A route of the app; `parameters` are the names in its path."""

    method: str
    path: str
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True)
class AppDescription:
    """An app as the project's own interpreter sees it."""

    app: str
    interface: Literal["wsgi", "asgi", "unknown"]
    framework: str
    routes: tuple[Route, ...]
    plugins: tuple[PluginDeclaration, ...]


@dataclass(frozen=True)
class RequestSpec:
    """A request that `verify` sends: from `[[tool.bootfit.requests]]` or from a route."""

    method: str
    path: str
    json: object = None
    headers: dict[str, str] | None = None
    #: Statuses that count as well answered.
    expect: tuple[int, ...] = (200,)
