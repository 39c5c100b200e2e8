"""What the project's interpreter has installed, and what it has loaded once the app is booted."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class InstalledDistribution:
    """One distribution by its own metadata."""

    name: str
    #: Dotted names of the shallowest packages and modules it brings; empty where it does not say.
    modules: tuple[str, ...] = ()
    #: Names of the distributions that it needs or can use, extras for its own tests left out.
    needs: tuple[str, ...] = ()
    #: Entry point groups that others find it by.
    plugs_into: tuple[str, ...] = ()
    #: Commands that it installs.
    commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Environment:
    """What an interpreter has installed, and which modules a booted app has loaded."""

    distributions: tuple[InstalledDistribution, ...]
    #: Names of all modules that are loaded once the app is; empty where no app was booted.
    loaded: frozenset[str] = frozenset()
    #: Files of the project among them, relative to it.
    own_files: tuple[str, ...] = ()
    #: For each module that was asked for, the longest part of its name that can be imported.
    found: Mapping[str, str] = field(default_factory=dict)

    def owners(self, module: str) -> tuple[str, ...]:
        """Return the distributions that bring ``module``; of a namespace, the nearest ones."""
        matches = [
            (len(own), distribution.name)
            for distribution in self.distributions
            for own in distribution.modules
            if module == own or module.startswith(f"{own}.")
        ]
        nearest = max((length for length, _ in matches), default=0)
        return tuple(sorted({name for length, name in matches if length == nearest}))
