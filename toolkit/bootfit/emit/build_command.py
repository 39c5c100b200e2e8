"""The shell command that installs a project where it is deployed."""

import re

from bootfit.emit.context import EmitContext
from bootfit.emit.lock_install import install_steps, is_tool_lock
from bootfit.emit.quoting import command
from bootfit.emit.requirements_locked import PATH as LOCKED
from bootfit.emit.requirements_minimal import top_level

#: Either file, with extras or without: what it lists is installed with the project.
_PROJECT = re.compile(
    r"(?P<folder>(?:[^\[]*/)?)(?:pyproject\.toml|setup\.cfg)(?P<extras>(?:\[[^\]]*\])?)"
)
#: Dependency groups of one, which pip installs by themselves since 25.1.
_GROUP = re.compile(r"(?P<file>(?:[^\[]*/)?pyproject\.toml):(?P<groups>[\w.,\s-]+)")


def build_command(context: EmitContext) -> str:
    """Return what installs the project: from wheels, so that nothing compiles in the build.

    pip reads the two options in their order: all from wheels, but for these.
    """
    files = top_level(context.requirements) if context.locked is None else [LOCKED]
    wheels = ["--only-binary", ":all:"]
    if context.from_source:
        wheels += ["--no-binary", ",".join(context.from_source)]
    steps: list[str] = []
    matches = {path: match for path in files if (match := _PROJECT.fullmatch(path))}
    projects = list(matches)
    locks = [path for path in files if is_tool_lock(path)]
    groups = [
        f"{match['file']}:{name.strip()}"
        for match in filter(None, map(_GROUP.fullmatch, files))
        for name in match["groups"].split(",")
    ]
    lists = [
        path for path in files if path not in (*projects, *locks) and not _GROUP.fullmatch(path)
    ]
    if groups or any(path.endswith(".toml") for path in lists):
        # The first pip that reads pylock.toml; 25.1 was the first with groups.
        steps.append(command(["pip", "install", "--upgrade", "pip>=26.1"]))
    if lists:
        include = [word for path in lists for word in ("-r", path)]
        steps.append(command(["pip", "install", *wheels, *include]))
    for path in locks:
        steps += install_steps(path, wheels)
    for match in matches.values():
        steps.append(command(["pip", "install", *wheels, f"./{match['folder']}{match['extras']}"]))
    for group in groups:
        steps.append(command(["pip", "install", *wheels, "--group", group]))
    if context.is_distribution and not projects:
        # Its dependencies are in the requirement files, where there are any.
        own = ["--no-deps"] if files else wheels
        steps.append(command(["pip", "install", *own, "."]))
    return " && ".join(steps) or "true"
