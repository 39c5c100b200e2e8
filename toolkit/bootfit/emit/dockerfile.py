"""Dockerfile: an image with the target's Python and libc, installed from wheels.

Sources: https://docs.docker.com/reference/dockerfile (quoting, the exec form of CMD and COPY),
https://hub.docker.com/_/python (tags), https://peps.python.org/pep-0656 for musl.
"""

import json

from bootfit.emit.build_command import build_command
from bootfit.emit.context import EmitContext
from bootfit.emit.quoting import comment, one_line, start_words
from bootfit.emit.requirements_locked import PATH as LOCKED
from bootfit.model.errors import UsageError
from bootfit.model.plan import Plan
from bootfit.model.platform import minor_version

PATH = "Dockerfile"

#: The Debian release of the official images that has this glibc.
_DEBIAN = {"2.31": "bullseye", "2.36": "bookworm", "2.41": "trixie"}
_HOME = "/app"
_USER = "app"


def emit(plan: Plan, context: EmitContext) -> dict[str, str]:
    """Return ``{"Dockerfile": text}``.

    Raises:
        UsageError: a name or value has a line break in it, or no official image has that libc.
    """
    where = PATH
    build = one_line(build_command(context), where)
    port = context.platform.environment.get(context.platform.port_variable, "8000")
    variables = {context.platform.port_variable: port, **dict(sorted(plan.environment.items()))}
    parts = [
        comment(
            f"{plan.app} on {context.platform.title}; keep .venv and .git out of the image "
            "with a .dockerignore."
        ),
        f"FROM python:{minor_version(plan.python)}-{_variant(context)}\n\n",
        comment("The app does not run as root."),
        f"RUN useradd --create-home {_USER}\n"
        if context.platform.libc == "glibc"
        else f"RUN adduser -D {_USER}\n",
        f"WORKDIR {_HOME}\n",
        'ENV PIP_NO_CACHE_DIR="1"\n\n',
        *_installing(build, context),
        *(f"ENV {_assignment(name, value)}\n" for name, value in variables.items()),
        f"USER {_USER}\n",
        f"EXPOSE {port}\n" if port.isdecimal() else "",
        f"CMD {json.dumps(start_words(one_line(plan.app, where)))}\n",
    ]
    return {PATH: "".join(parts)}


def _variant(context: EmitContext) -> str:
    platform = context.platform
    if platform.libc == "musl":
        return "alpine"
    release = _DEBIAN.get(platform.libc_version)
    if release is None:
        raise UsageError(
            f"no official Python image has glibc {platform.libc_version}",
            f"choose a platform with glibc {', '.join(_DEBIAN)}, or write the Dockerfile by hand",
        )
    return f"slim-{release}"


def _installing(build: str, context: EmitContext) -> list[str]:
    """Return the steps; the sources come last where the installation does not need them."""
    included = list(context.requirements) if context.locked is None else [LOCKED]
    alone = all(path.endswith((".txt", ".in")) for path in included) and "install" in build
    if not alone or context.is_distribution:
        return ["COPY . .\n", f"RUN {build}\n"]
    copies = [
        f"COPY {_words([path, f'./{path}'])}\n"
        for path in sorted(one_line(p, PATH) for p in included)
    ]
    return [
        comment("Installed anew only when a requirement file changed."),
        *copies,
        f"RUN {build}\n\n",
        "COPY . .\n",
    ]


def _words(words: list[str]) -> str:
    """Return the exec form; a dollar sign would be taken for a variable."""
    return json.dumps([word.replace("\\", "\\\\").replace("$", "\\$") for word in words])


def _assignment(name: str, value: str) -> str:
    safe = one_line(value, PATH).replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'{name}="{safe}"'
