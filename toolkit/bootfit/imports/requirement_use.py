"""Requirements that nothing imports, and imports that nothing requires."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from packaging.utils import canonicalize_name

from bootfit.imports.application import source_text
from bootfit.imports.project_source import ProjectSource
from bootfit.imports.reach import Reached
from bootfit.imports.rules import ImportNotRequired, UnusedRequirement, UseNotKnown
from bootfit.imports.statements import LAZILY, words_of
from bootfit.model.check import RequirementLine
from bootfit.model.environment import Environment, InstalledDistribution
from bootfit.model.finding import Finding, Place, Severity

#: Servers, process managers, database drivers and build tools: used by a command, a URL or a
#: builder. Drivers from the dialects of SQLAlchemy and Django's database backends.
_WITHOUT_IMPORT = frozenset((
    "aiomysql", "aioodbc", "aiosqlite", "asyncmy", "asyncpg", "cx-oracle", "daphne",
    "eventlet", "gevent", "granian", "gunicorn", "honcho", "hypercorn", "mariadb",
    "meinheld", "mysql-connector-python", "mysqlclient", "oracledb", "pg8000", "pip",
    "psycopg", "psycopg-binary", "psycopg-c", "psycopg2", "psycopg2-binary", "pymssql",
    "pymysql", "pyodbc", "setuptools", "supervisor", "tornado", "tzdata", "uvicorn",
    "uvloop", "uwsgi", "waitress", "watchdog", "wheel",
))  # fmt: skip
#: What another one uses when it is there, and does not say in its metadata.
_USED_BY = {
    "pillow": "django",
    "markdown": "djangorestframework",
    "pygments": "djangorestframework",
}
_SETTINGS = (
    "Procfile*", "Dockerfile*", "Makefile", "*.sh", "*.yaml", "*.yml", "*.ini", "*.conf", "*.json",
    ".env*", "fly.toml", "railway.toml", "*/*.sh", "*/*.yaml", "*/*.yml", "*/*.ini", "*/*.json",
    "*.ipynb", "*/*.ipynb",
)  # fmt: skip
#: So many names are listed.
_SHOWN = 12
#: Modules that the standard library had in an older Python than the one bootfit runs on.
_ONCE_STANDARD = frozenset((
    "aifc", "asynchat", "asyncore", "audioop", "binhex", "cgi", "cgitb", "chunk", "crypt",
    "distutils", "imghdr", "imp", "lib2to3", "mailcap", "msilib", "nis", "nntplib",
    "ossaudiodev", "pipes", "smtpd", "sndhdr", "spwd", "sunau", "telnetlib", "tomllib",
    "uu", "xdrlib",
))  # fmt: skip


def unused_requirements(
    source: ProjectSource,
    required: Iterable[RequirementLine],
    resolved: Iterable[str],
    environment: Environment,
) -> tuple[Finding, ...]:
    """Return a note for each requirement that no file of the project imports or names.

    Nothing is said of what the environment does not know, nor where a file could not be read.

    Args:
        source: the project.
        required: its direct requirements on the target.
        resolved: names of all distributions that the target installs, as far as they are known.
        environment: what is installed.
    """
    installed = _by_name(environment)
    lines: dict[str, RequirementLine] = {canonicalize_name(line.name): line for line in required}
    there = [installed[name] for name in map(canonicalize_name, resolved) if name in installed]
    doubtful = {
        name: installed[name]
        for name in lines
        if name in installed
        and not _works_alone(installed[name])
        and not any(_uses(other, installed[name]) for other in there)
        and _USED_BY.get(name) not in lines
    }
    if not source.complete or any(map(source.is_too_large, source.files)):
        return ()
    for text, words in _texts(source):
        for name, distribution in list(doubtful.items()):
            # To look for a part of the name is fast, and spares parsing most files.
            if any(part in text for part in _needles(distribution)) and _named(
                distribution, words()
            ):
                del doubtful[name]
        if not doubtful:
            break
    return tuple(_unused(lines[name], distribution) for name, distribution in doubtful.items())


def unrequired_imports(
    source: ProjectSource,
    reached: Sequence[Reached],
    resolved: Iterable[str],
    environment: Environment,
) -> tuple[Finding, ...]:
    """Return a finding for each top-level module that the app imports and nothing brings.

    Args:
        source: the project.
        reached: the imports that the app can come to.
        resolved: names of all distributions that the target installs.
        environment: what is installed, and what of ``reached`` can be found in it.
    """
    wanting: dict[str, list[Reached]] = {}
    for top, one, doubtful in _not_brought(source, reached, resolved, environment):
        if not doubtful:
            wanting.setdefault(top, []).append(one)
    return tuple(_unrequired(top, uses, environment) for top, uses in sorted(wanting.items()))


def unknown_use(
    source: ProjectSource,
    required: Iterable[RequirementLine],
    reached: Sequence[Reached],
    resolved: Iterable[str],
    environment: Environment,
) -> tuple[Finding, ...]:
    """Return a note about what the other two cannot tell, none where they know all they need.

    Args:
        source: the project.
        required: its direct requirements on the target.
        reached: the imports that the app can come to.
        resolved: names of all distributions that the target installs.
        environment: what is installed, and what of ``reached`` can be found in it.
    """
    installed = _by_name(environment)
    lines = sorted(
        (line for line in required if not _is_known_to_work_alone(line.name)),
        key=lambda line: (line.place.path, line.place.line or 0),
    )
    missing = [line for line in lines if canonicalize_name(line.name) not in installed]
    places: dict[str, Place] = {}
    for top, one, doubtful in _not_brought(source, reached, resolved, environment):
        if doubtful:
            places.setdefault(top, Place(one.path, one.statement.line))
    evidence = [f"not installed: {_listed([line.name for line in missing])}"] if missing else []
    if places:
        uses = _listed([f"{top} ({place})" for top, place in sorted(places.items())])
        evidence.append(f"imported, and brought by nothing that is installed: {uses}")
    if missing:
        count = f"{len(missing)} of {len(lines)}" if len(missing) < len(lines) else "the"
        message = (
            f"{count} requirements are not installed in the environment that was looked at: "
            "whether anything imports them is not known"
        )
    elif places:
        message = (
            f"whether a requirement brings {_listed(sorted(places))} is not known: not all that "
            "the target installs is in the environment that was looked at"
        )
    else:
        return ()
    return (
        UseNotKnown.finding(
            "environment",
            message,
            evidence=evidence,
            remedy="install the requirements there, or name the environment that has them: "
            "interpreter in [tool.bootfit]",
            place=missing[0].place if missing else None,
        ),
    )


def not_compared(reason: str, remedy: str) -> Finding:
    """Return the note that nothing was compared, because the environment cannot be asked."""
    return UseNotKnown.finding(
        "environment",
        f"requirements were not compared with imports: {reason}",
        remedy=remedy,
    )


def _not_brought(
    source: ProjectSource,
    reached: Iterable[Reached],
    resolved: Iterable[str],
    environment: Environment,
) -> Iterator[tuple[str, Reached, bool]]:
    """Yield what nothing is known to bring: the top-level name, the import, whether in doubt.

    In doubt is what a distribution may bring that nothing is known of.
    """
    names = {canonicalize_name(name) for name in resolved}
    installed = _by_name(environment)
    brought = [module for name in names if name in installed for module in installed[name].modules]
    unknown = [name for name in names if name not in installed or not installed[name].modules]
    for one in reached:
        module = one.statement.module
        top = module.partition(".")[0]
        if (
            _comes_with_python(top, source.python)
            or top in source.own_names
            or one.statement.guard.startswith("it ")
        ):
            continue
        if any(_within(c, own) for c in one.statement.candidates for own in brought):
            continue
        owners = environment.owners(module) or environment.owners(one.statement.candidates[0])
        is_there = any(environment.found.get(c) for c in one.statement.candidates)
        if is_there and not owners:
            continue
        yield top, one, _may_bring(unknown, top, owners)


def _comes_with_python(top: str, python: tuple[int, ...]) -> bool:
    """Return whether a fresh virtual environment has the module (setuptools left it in 3.12)."""
    if top in {"setuptools", "pkg_resources"}:
        return python < (3, 12)
    return top in sys.stdlib_module_names or top in _ONCE_STANDARD or top == "pip"


def _by_name(environment: Environment) -> dict[str, InstalledDistribution]:
    return {canonicalize_name(one.name): one for one in environment.distributions}


def _works_alone(distribution: InstalledDistribution) -> bool:
    """Return whether it is for a command, a URL, a builder or a type checker to use."""
    return _is_known_to_work_alone(distribution.name) or not distribution.modules


def _is_known_to_work_alone(name: str) -> bool:
    name = canonicalize_name(name)
    return name in _WITHOUT_IMPORT or name.startswith("types-") or name.endswith("-stubs")


def _uses(other: InstalledDistribution, distribution: InstalledDistribution) -> bool:
    """Return whether another one needs or can use it, or finds it by an entry point.

    Groups are named after who reads them: ``flask.commands``, ``pytest11``.
    """
    name = canonicalize_name(distribution.name)
    if canonicalize_name(other.name) == name:
        return False
    return name in map(canonicalize_name, other.needs) or any(
        re.match(rf"{re.escape(module)}(?![A-Za-z])", group)
        for group in distribution.plugs_into
        for module in other.modules
    )


def _texts(source: ProjectSource) -> Iterator[tuple[str, Callable[[], frozenset[str]]]]:
    """Yield the text of each file in lower case, and what tells the words in it.

    ``setup.py`` and requirement files are left out: they only list.
    """
    for path in source.files:
        if Path(path).name != "setup.py":
            yield source_text(source.root / path).lower(), partial(source.words, path)
    for pattern in _SETTINGS:
        for found in sorted(source.root.glob(pattern)):
            text = source_text(found)
            yield text.lower(), partial(words_of, text)


def _needles(distribution: InstalledDistribution) -> set[str]:
    """Return what a text holds, in lower case, if it names the distribution at all."""
    names = (distribution.name, *distribution.modules, *distribution.commands)
    return {re.split(r"[-_.]", name.lower().strip("_"))[0] for name in names}


def _named(distribution: InstalledDistribution, words: frozenset[str]) -> bool:
    """Return whether a word is one of its modules, or within one, or its name, or a command."""
    name = canonicalize_name(distribution.name)
    return not words.isdisjoint(distribution.commands) or any(
        canonicalize_name(word) == name or any(_within(word, own) for own in distribution.modules)
        for word in words
    )


def _within(one: str, other: str) -> bool:
    """Return whether one dotted name is the other, or lies in it, or the other in it."""
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def _unused(line: RequirementLine, distribution: InstalledDistribution) -> Finding:
    evidence = [f"it brings {', '.join(_public(distribution.modules))}"]
    if distribution.commands:
        commands = ", ".join(distribution.commands)
        evidence.append(f"it installs the command(s) {commands}: where you run one, keep it")
    return UnusedRequirement.finding(
        line.name,
        f"{line.name} is required, and no file of the project imports it",
        evidence=evidence,
        remedy="take it out, or move it to the requirements of development",
        place=line.place,
    )


def _listed(names: Sequence[str]) -> str:
    rest = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + rest


def _public(modules: Sequence[str]) -> list[str]:
    return [one for one in modules if not one.startswith("_")][:5] or list(modules[:5])


def _may_bring(unknown: Iterable[str], top: str, owners: Sequence[str]) -> bool:
    """Return whether a distribution that nothing is known of may bring the module.

    Where another distribution is known to, only a sibling of that is suspected: opencv-python and
    opencv-python-headless.
    """
    parts = set().union(*(_parts(name) for name in (top, *owners)))
    return any(not owners or parts & _parts(name) for name in unknown)


def _parts(name: str) -> set[str]:
    return {part for part in re.split(r"[-_.\d]+", name.lower()) if part and part != "python"}


def _unrequired(top: str, uses: Sequence[Reached], environment: Environment) -> Finding:
    unguarded = [one for one in uses if not one.statement.guard]
    # A module that is loaded late may belong to a feature that nobody asks for there.
    bare = [one for one in unguarded if one.at_boot or one.statement.function]
    first = next((one for one in bare if one.at_boot), (bare or uses)[0])
    statement = first.statement
    owners = next(_owners(uses, environment), ())
    origin = (
        f"{' or '.join(owners)} brings it in the environment that was looked at"
        if owners
        else "it is not installed in the environment that was looked at either"
    )
    guard = f" ({statement.guard})" if statement.guard else ""
    where = f"inside function {statement.function}" if statement.function else "at boot"
    if statement.function == LAZILY:
        where = "on its first use"
    if not first.at_boot and not statement.function:
        where = "in a module that is loaded late"
    others = [Place(one.path, one.statement.line) for one in uses if one is not first]
    return ImportNotRequired.finding(
        top,
        f"{top} is imported {where}{guard}, and no requirement brings it",
        evidence=[origin, *(f"also imported at {place}" for place in dict.fromkeys(others))],
        remedy=f"add {owners[0] if owners else 'the distribution that brings it'} to the "
        f"requirements{', or go on without it' if statement.guard else ''}",
        place=Place(first.path, statement.line),
        severity=None if bare else Severity.NOTE,
    )


def _owners(uses: Sequence[Reached], environment: Environment) -> Iterator[tuple[str, ...]]:
    for one in uses:
        for module in (one.statement.module, *one.statement.candidates):
            if owners := environment.owners(module):
                yield owners
