"""Which imports an app can come to, from its module through the project's own files. Pure."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import partial

from bootfit.imports.project_source import ProjectSource
from bootfit.imports.statements import ImportStatement
from bootfit.model.finding import Place

#: Files of these folders belong to tools and tests, not to the app that is served.
_ASIDE = frozenset({"tests", "test", "migrations"})

_Follow = Callable[[str, ImportStatement], bool]


@dataclass(frozen=True)
class Reached:
    """An import that the app can come to, and whether it does so when it boots."""

    statement: ImportStatement
    path: str
    at_boot: bool


def reached_imports(
    source: ProjectSource,
    app: str,
    booted: Iterable[str] = (),
    *,
    by_string: bool = False,
    apart: Iterable[str] = (),
) -> tuple[Reached, ...]:
    """Return the imports that the app can come to, those at boot first.

    Args:
        source: the project.
        app: "module:attribute" or "module:factory()"; what the module imports outside of
            functions and inside the factory, and what that imports, runs at boot.
        booted: files that are known to be loaded at boot, which spares following them.
        by_string: follow strings that name a module of the project with a dot, as Django's
            ``ROOT_URLCONF`` does: they are loaded late.
        apart: modules that strings are not followed to, since they are looked at by themselves.
    """
    own, boots = _boot(source, app)
    known = [path for path in booted if path in source.files]
    if known:
        at_boot = _closure(source, known, lambda _path, _statement: False)
    else:
        at_boot = _closure(source, own, boots)
    aside = {file for module in apart for file in source.files_of(module)} - set(at_boot)
    named = partial(_named_in_strings, source, aside) if by_string else None
    lazily = _closure(source, at_boot, lambda _path, _statement: True, named)
    found = [
        Reached(statement, path, at_boot=path in at_boot and boots(path, statement))
        for path in lazily
        for statement in source.statements(path)
    ]
    return tuple(sorted(found, key=lambda one: not one.at_boot))


def chain_to(source: ProjectSource, app: str, path: str) -> tuple[tuple[Place, str], ...]:
    """Return (where, module) of the imports that lead from the app's module to a file at boot.

    Empty for the app's module itself, and where the source does not tell how the file is loaded.
    """
    own, boots = _boot(source, app)
    above: dict[str, tuple[str, Place, str]] = {}
    waiting = list(own)
    while waiting:
        file = waiting.pop(0)
        for statement in source.statements(file):
            for candidate in statement.candidates if boots(file, statement) else ():
                for imported in source.files_of(candidate):
                    if imported not in above and imported not in own:
                        place = Place(file, statement.line)
                        above[imported] = (file, place, source.files[imported][0])
                        waiting.append(imported)
    chain: list[tuple[Place, str]] = []
    while path in above:
        path, place, module = above[path]
        chain.insert(0, (place, module))
    return tuple(chain)


def is_aside(path: str) -> bool:
    """Return whether a file belongs to tests or migrations, which no server runs."""
    *folders, name = path.split("/")
    return not _ASIDE.isdisjoint(folders) or name.startswith("test_") or name == "conftest.py"


def _boot(source: ProjectSource, app: str) -> tuple[tuple[str, ...], _Follow]:
    """Return the files of the app's module, and what tells whether an import runs at boot."""
    module, _, attribute = app.partition(":")
    factory = attribute.partition("(")[0] if "(" in attribute else ""
    own = tuple(source.files_of(module))

    def boots(path: str, statement: ImportStatement) -> bool:
        return not statement.function or (path in own and statement.function == factory)

    return own, boots


def _named_in_strings(source: ProjectSource, aside: Collection[str], path: str) -> list[str]:
    """Return the files of the modules that strings of a file name, such as ``shop.urls``."""
    return [
        file
        for word in source.words(path)
        if "." in word.strip(".")
        for file in source.files_of(word)
        if file not in aside
    ]


def _closure(
    source: ProjectSource,
    start: Iterable[str],
    follow: _Follow,
    named: Callable[[str], list[str]] | None = None,
) -> dict[str, None]:
    """Return ``start`` and the files that it imports by what ``follow`` lets pass, or names."""
    found: dict[str, None] = {}
    waiting = list(start)
    while waiting:
        path = waiting.pop()
        if path in found or is_aside(path):
            continue
        found[path] = None
        waiting += named(path) if named else []
        waiting += (
            file
            for statement in source.statements(path)
            if follow(path, statement)
            for candidate in statement.candidates
            for file in source.files_of(candidate)
        )
    return found
