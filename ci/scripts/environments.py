"""What each side is measured in: a virtual environment with that side's own requirements."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from asked import Asked, GateError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: Of the job and not of the project: what runs under the gate is a change that nobody has reviewed.
_KEPT_FROM_CHILDREN = (
    *("BOOTFIT_CI_TOKEN", "BOOTFIT_NOTE_TOKEN", "GITHUB_TOKEN", "GH_TOKEN", "GITLAB_TOKEN"),
    *("CI_JOB_TOKEN", "CI_REGISTRY_PASSWORD", "CI_REPOSITORY_URL", "CI_DEPENDENCY_PROXY_PASSWORD"),
    *("ACTIONS_RUNTIME_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL"),
    *("GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"),
)


def for_children(environment: Mapping[str, str]) -> dict[str, str]:
    """Return ``environment`` without the gate's own inputs, tokens and files of the runner."""
    return {
        name: value
        for name, value in environment.items()
        if name not in _KEPT_FROM_CHILDREN and not name.startswith("BOOTFIT_CI_")
    }


def install(request: Asked, project: Path, environment: Mapping[str, str]) -> None:
    """Make ``.venv`` in ``project`` and install there what it needs; nothing for an interpreter.

    Raises:
        GateError: that fails.
    """
    if request.interpreter or request.leg == "check":
        return
    target = project / ".venv"
    python = ["--python", request.python] if request.python else []
    uv = [sys.executable, "-m", "uv"]
    _run([*uv, "venv", "--quiet", "--clear", *python, str(target)], project, environment)
    if request.install:
        path = os.pathsep.join((str(target / "bin"), environment.get("PATH", "")))
        inside = {**environment, "VIRTUAL_ENV": str(target), "PATH": path}
        _run(["sh", "-ec", request.install], project, inside)
        return
    named = [part for one in _requirements(request, project) for part in ("-r", one)]
    wanted = named or ["."]
    interpreter = ["--python", str(target / "bin" / "python")]
    _run([*uv, "pip", "install", "--quiet", *interpreter, *wanted], project, environment)


def _requirements(request: Asked, project: Path) -> tuple[str, ...]:
    """Return the files that are installed: those asked for, the configured ones, or the usual."""
    if request.requirements:
        return request.requirements
    try:
        configuration = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        configuration = {}
    table = configuration.get("tool", {}).get("bootfit", {})
    if table.get("requirements"):
        return tuple(table["requirements"])
    if (project / "requirements.txt").is_file():
        return ("requirements.txt",)
    if "project" in configuration:
        return ()
    raise GateError("nothing says what to install: name `requirements`, or a command as `install`")


def _run(command: list[str], folder: Path, environment: Mapping[str, str]) -> None:
    print(f"+ {' '.join(command[-4:])}", file=sys.stderr, flush=True)
    try:
        done = subprocess.run(
            command, cwd=folder, env=dict(environment), stdout=sys.stderr, check=False
        )
    except OSError as error:
        raise GateError(f"{command[0]} cannot be run: {error.strerror}") from None
    if done.returncode:
        raise GateError(f"installing failed with exit code {done.returncode}", 3)
