"""What each import costs, whose it is, and which line of source brought it in."""

from dataclasses import dataclass
from typing import Literal

from bootfit.model.finding import Place

OwnerKind = Literal["distribution", "python", "project"]
#: The standard library and built-in modules. No distribution can be called so.
PYTHON = "(python)"
#: The project's own code, and whatever no installed distribution brings.
PROJECT = "(project)"


@dataclass(frozen=True)
class Cost:
    """What one process took: CPU time less collector pauses, and memory. May be below 0.

    Code may give back what others took before it.
    """

    cpu_seconds: float = 0.0
    anonymous_bytes: int = 0
    file_backed_bytes: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.cpu_seconds + other.cpu_seconds,
            self.anonymous_bytes + other.anonymous_bytes,
            self.file_backed_bytes + other.file_backed_bytes,
        )

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(
            self.cpu_seconds - other.cpu_seconds,
            self.anonymous_bytes - other.anonymous_bytes,
            self.file_backed_bytes - other.file_backed_bytes,
        )


NOTHING = Cost()


@dataclass(frozen=True)
class ModuleCost:
    """One module, by who imported it first. What it shares with later importers is its own."""

    module: str
    #: The distribution that brings it, `PYTHON`, or `PROJECT`.
    owner: str
    #: The module during whose import it was imported; "" outside of any import.
    parent: str
    #: The module whose code asked for it, and the line; unknown where it is no Python code.
    importer: str
    place: Place | None
    #: What running the module itself took.
    own: Cost
    #: With all modules that were imported while it was.
    total: Cost
    #: False for an import that failed; what it had taken by then counts.
    loaded: bool = True


@dataclass(frozen=True)
class OwnerCost:
    """All modules of one distribution, of Python, or of the project itself."""

    name: str
    kind: OwnerKind
    modules: int
    #: What its own modules took.
    own: Cost
    #: With all modules that they were the first to import.
    total: Cost
    #: Whether the project's own code imports it.
    direct: bool = False
    #: The direct distributions through whose imports it is reached; itself, where it is direct.
    through: tuple[str, ...] = ()
    #: Of a direct one: the distributions that are loaded for it alone, and those that another
    #: direct one reaches as well.
    transitive: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    #: What the modules of those took themselves.
    transitive_own: Cost = NOTHING
    shared_own: Cost = NOTHING


@dataclass(frozen=True)
class ModuleTree:
    """What importing the app, or one implementation on top of it, took, module by module.

    Taken from one traced run. What its own modules took and `outside` add up to `total`.
    """

    #: ("plugin:implementation",); empty for the app.
    implementations: tuple[str, ...]
    #: Why there is nothing, in one line; empty where there is.
    detail: str = ""
    #: Anonymous bytes that stood before: the interpreter, or the app.
    before_bytes: int = 0
    total: Cost = NOTHING
    #: Taken by code that ran outside of imports: making the app, the exercise.
    outside: Cost = NOTHING
    #: Pauses of the garbage collector, which no module is charged for.
    collector_seconds: float = 0.0
    modules_loaded: int = 0
    #: False where the system does not tell a process what it takes: then memory is 0.
    memory_known: bool = True
    #: The largest, those that brought them included, largest total first.
    modules: tuple[ModuleCost, ...] = ()
    #: What the modules that are not listed took themselves.
    rest: Cost = NOTHING
    rest_modules: int = 0
    #: The largest own part first.
    owners: tuple[OwnerCost, ...] = ()

    @property
    def subject(self) -> str:
        """Return what people call it."""
        return " + ".join(self.implementations) if self.implementations else "app"


@dataclass(frozen=True)
class Without:
    """What became of the same boot with a module that could not be found."""

    #: "unknown" where the run ended in another way than by an exception.
    status: Literal["works", "fails", "unknown"]
    #: Why it fails, in one line.
    detail: str = ""
    place: Place | None = None
    #: What the boot took then, and how many modules it loaded.
    total: Cost = NOTHING
    modules_loaded: int = 0
    #: The distributions that were loaded with it, and not without.
    gone: tuple[str, ...] = ()


@dataclass(frozen=True)
class Saving:
    """What a boot takes, and what became of the same boot with an import that waits for its use."""

    boot: Cost
    boot_modules: int
    without: Without
    #: Other libraries that load it, and that wait in both boots.
    together_with: tuple[str, ...] = ()

    @property
    def saved(self) -> Cost | None:
        """Return what it saves; None where that could not be measured."""
        return self.boot - self.without.total if self.without.status == "works" else None

    @property
    def modules(self) -> int:
        """Return how many modules fewer are loaded."""
        return self.boot_modules - self.without.modules_loaded


@dataclass(frozen=True)
class ModuleWhy:
    """Why a module is loaded, by whom, what it costs, and what would remain without it."""

    #: ("plugin:implementation",) where only that loads it; empty where the app does.
    implementations: tuple[str, ...]
    cost: ModuleCost
    #: From the first import that led to it, to itself.
    chain: tuple[ModuleCost, ...]
    without: Without
    #: What the whole boot took, and how many modules it loaded.
    boot: Cost
    boot_modules: int
    #: The modules that were first imported while it was, largest total first.
    brought: tuple[ModuleCost, ...] = ()
    brought_modules: int = 0
    #: Other modules that hold it, or something of it, once all is loaded.
    users: tuple[str, ...] = ()
    users_more: int = 0
    memory_known: bool = True

    @property
    def loader(self) -> str:
        """Return what loads it, in words."""
        if self.implementations:
            return f"{self.implementations[0]} on top of the app"
        return "the app"
