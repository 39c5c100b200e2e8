"""The gunicorns that a project's files start, each with its settings and where they stand."""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bootfit.emit import rules
from bootfit.emit.checking import blueprint, procfile
from bootfit.emit.checking.blueprint_variables import variable_values
from bootfit.emit.checking.server_settings import (
    ServerSettings,
    Stated,
    counting_cpus,
    gunicorn_words,
    joined,
    settings_from_file,
    settings_from_words,
)
from bootfit.emit.yaml_nodes import NotYamlError, composed, entries, place
from bootfit.model.finding import Finding, Place, Severity
from bootfit.model.platform import Platform

CONFIGURATION = "gunicorn.conf.py"
_ARGUMENTS = "GUNICORN_CMD_ARGS"
_LOOPBACK = ("127.", "localhost", "[::1]", "::1")


@dataclass(frozen=True)
class Started:
    """One gunicorn: what starts it, where that stands, and its settings."""

    name: str
    place: Place
    settings: ServerSettings
    #: True where the platform's own ``GUNICORN_CMD_ARGS`` counts, since nobody replaced it.
    platforms_arguments: bool
    #: A blueprint's web service brings its own variables; a Procfile has those of the dashboard.
    knows_variables: bool


def started(texts: Mapping[str, str], platform: Platform) -> list[Started]:
    """Return the gunicorns of the project's web processes, from ``texts`` (path → text)."""
    found: list[Started] = []
    around: Any = {"texts": texts, "platform": platform}
    for process in procfile.processes(texts.get(procfile.PATH, "")):
        words = gunicorn_words(process.command) if process.name == "web" else None
        if words is not None:
            at = Place(procfile.PATH, process.line)
            found.append(_started(procfile.PATH, words, at, variables={}, **around))
    for name, command, at, variables in _blueprint_services(texts, platform):
        words = gunicorn_words(command)
        if words is not None:
            found.append(_started(name, words, at, variables=variables, **around))
    return found


def _blueprint_services(
    texts: Mapping[str, str], platform: Platform
) -> Iterator[tuple[str, str, Place, dict[str, Stated]]]:
    if platform.family != "render" or blueprint.PATH not in texts:
        return
    try:
        root = composed(texts[blueprint.PATH])
    except NotYamlError:
        return
    for node in blueprint.services_of(root):
        has = entries(node)
        start = has.get("startCommand")
        kind = has["type"].text if "type" in has else None
        if kind != "web" or start is None or start.text is None:
            continue
        variables = {
            name: Stated(entry.text, place(blueprint.PATH, entry.value))
            for name, entry in variable_values(node).items()
            if entry.text is not None
        }
        name = (has["name"].text if "name" in has else None) or "web"
        yield name, start.text, place(blueprint.PATH, start.value), variables


def _started(
    name: str,
    words: list[str],
    at: Place,
    *,
    variables: Mapping[str, Stated],
    texts: Mapping[str, str],
    platform: Platform,
) -> Started:
    command = settings_from_words(words, at)
    path = command["config"].value.removeprefix("./") if "config" in command else CONFIGURATION
    theirs = platform.environment.get(_ARGUMENTS)
    own = variables.get(_ARGUMENTS)
    arguments = own or (Stated(theirs, at) if theirs else None)
    default = variables.get("WEB_CONCURRENCY")
    if default is None and "WEB_CONCURRENCY" in platform.environment:
        default = Stated(platform.environment["WEB_CONCURRENCY"], at)
    settings = joined(
        {"workers": default} if default else {},
        settings_from_file(texts.get(path, ""), path),
        settings_from_words(_words(arguments.value), arguments.place) if arguments else {},
        command,
    )
    in_blueprint = at.path == blueprint.PATH
    return Started(name, at, settings, bool(theirs and not own), in_blueprint)


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return []


def check_servers(texts: Mapping[str, str], platform: Platform) -> Iterator[Finding]:
    """Yield what the servers' settings say that comes to nothing, or comes otherwise."""
    for one in started(texts, platform):
        yield from _preload(one, texts, platform)
        yield from _beaten(one)
        yield from _bound(one)
    for path in (procfile.PATH, blueprint.PATH, CONFIGURATION):
        for number, written in counting_cpus(texts.get(path, "")):
            yield rules.WorkersFromHost.finding(
                path,
                f"{written} counts the host's processors, not the "
                f"{platform.cpu_share:g} of {platform.title}",
                remedy="write the number of workers down",
                place=Place(path, number),
            )


def _preload(one: Started, texts: Mapping[str, str], platform: Platform) -> Iterator[Finding]:
    theirs = platform.environment.get(_ARGUMENTS, "")
    own_file = settings_from_file(texts.get(CONFIGURATION, ""), CONFIGURATION)
    if not one.platforms_arguments or "--preload" not in _words(theirs):
        return
    refused = own_file.get("preload_app")
    if refused is not None and refused.value == "True":
        return
    if not one.knows_variables and "render.yaml" in texts:
        return  # the blueprint has the variables, and is looked at by itself
    yield rules.PreloadComesBack.finding(
        one.name,
        f"{platform.title} runs this gunicorn with --preload: its {_ARGUMENTS} is not replaced"
        + (f", and beats `preload_app = False` in {refused.place}" if refused else ""),
        evidence=[f"{_ARGUMENTS}={theirs}"],
        remedy=f'set {_ARGUMENTS} to "--access-logfile -" '
        + ("in envVars" if one.knows_variables else "in the dashboard"),
        place=one.place,
        severity=Severity.WARNING if refused else None,
    )


def _beaten(one: Started) -> Iterator[Finding]:
    for name, loser, winner in one.settings.beaten:
        # What only the platform set by itself is nobody's mistake; preloading is told by itself.
        if loser.place in (winner.place, one.place) or name in ("bind", "preload_app"):
            continue
        yield rules.PlatformIgnores.finding(
            f"{one.name}.{name}",
            f"{name} = {loser.value} comes to nothing: {winner.place} says {winner.value}, "
            "and wins",
            remedy="say it in one place",
            place=loser.place,
        )


def _bound(one: Started) -> Iterator[Finding]:
    bind = one.settings.stated.get("bind")
    if bind is not None and bind.value.startswith(_LOOPBACK):
        yield rules.PlatformRefuses.finding(
            f"{one.name}.bind",
            f"bound to {bind.value}: only the instance itself can reach it",
            remedy="bind to 0.0.0.0:$PORT, or leave --bind out: gunicorn reads PORT",
            place=bind.place,
        )
