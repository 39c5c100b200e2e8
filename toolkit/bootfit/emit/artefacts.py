"""All artefacts of a plan together."""

import difflib
from collections.abc import Callable, Iterable, Mapping

from bootfit.emit.context import EmitContext
from bootfit.emit.writing import WITNESS, stamped, testimony
from bootfit.model.errors import UsageError
from bootfit.model.plan import Plan

Emitter = Callable[[Plan, EmitContext], dict[str, str]]

#: Files whose readers know no comments, and so carry no header.
WITHOUT_HEADER = frozenset({"Procfile", ".python-version"})
#: Names of files in which a line that starts with # is a comment.
_COMMENTED = (".py", ".txt", ".yaml", ".yml", ".toml", ".cfg", ".ini", ".sh", "Dockerfile")


def built_in_emitters() -> dict[str, Emitter]:
    """Return the emitters that bootfit brings, by name, as its entry points name them."""
    from bootfit.emit import (
        compose,
        dockerfile,
        fly_toml,
        gunicorn_conf,
        procfile,
        python_version,
        render_yaml,
        requirements_locked,
        requirements_minimal,
    )

    return {
        "compose": compose.emit,
        "dockerfile": dockerfile.emit,
        "fly": fly_toml.emit,
        "gunicorn": gunicorn_conf.emit,
        "procfile": procfile.emit,
        "python-version": python_version.emit,
        "render": render_yaml.emit,
        "requirements-locked": requirements_locked.emit,
        "requirements-minimal": requirements_minimal.emit,
    }


def emit_all(
    plan: Plan,
    context: EmitContext,
    artefacts: Iterable[str] | None = None,
    emitters: Mapping[str, Emitter] | None = None,
) -> dict[str, str]:
    """Return path → text of the named artefacts, sorted by path; the platform's own if None.

    Args:
        plan: what to write down.
        context: what emitters need to know beside it.
        artefacts: names of emitters.
        emitters: those to choose from (bootfit's and those of extensions); bootfit's own if None.

    Raises:
        UsageError: there is no such artefact, two of them write one file, or one cannot be written.
    """
    known = built_in_emitters() if emitters is None else emitters
    files: dict[str, str] = {}
    origin: dict[str, str] = {}
    for name in context.platform.artefacts if artefacts is None else artefacts:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise UsageError(
                f"there is no artefact {name!r}",
                f"did you mean {near[0]!r}?" if near else f"choose from {', '.join(sorted(known))}",
            )
        for path, body in known[name](plan, context).items():
            if origin.setdefault(path, name) != name:
                raise UsageError(
                    f"{path} would be written by both {origin[path]} and {name}",
                    "name only one of these artefacts",
                )
            files[path] = body
    bare = {path: body for path, body in files.items() if not _carries_header(path)}
    if WITNESS in files:
        files[WITNESS] += testimony(bare)
    return {path: files[path] if path in bare else stamped(files[path]) for path in sorted(files)}


def _carries_header(path: str) -> bool:
    return path not in WITHOUT_HEADER and path.endswith(_COMMENTED)
