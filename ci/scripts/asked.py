"""What the gate is asked for: variables of the environment, read once, never put into a script."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

LEGS = ("fit", "check", "measure", "baseline")
_SEVERITIES = ("note", "warning", "error")


class GateError(Exception):
    """The gate cannot do what it is asked for; carries the exit code of the job."""

    def __init__(self, message: str, code: int = 2) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Asked:
    """The gate's inputs, each from ``BOOTFIT_CI_`` and its name in capitals.

    bootfit's own options (``BOOTFIT_PLATFORM``, ``BOOTFIT_SAMPLES``, …) reach it as they stand.
    """

    #: The project's folder, relative to the top of the repository.
    project: PurePosixPath
    #: Commit, branch or tag; "" for what the event says, "none" for no comparison.
    base: str
    #: What is asked of the head alone; "baseline" compares it with its file and with no commit.
    leg: str
    #: Requirement files that are installed, relative to the project.
    requirements: tuple[str, ...]
    #: Shell command that installs instead, run in the project of each side.
    install: str
    #: Python of the environments that are made.
    python: str
    #: Python for both sides, which has all installed: nothing is made.
    interpreter: str
    rounds: int
    fail_on: str
    #: Folder that the reports are written to.
    output: Path
    #: "2/4": measure this part of both sides, and report nothing yet.
    shard: str
    #: Folder with the documents of all shards: put together and compared.
    merge: str


def asked(environment: Mapping[str, str]) -> Asked:
    """Return the inputs in ``environment``; what is empty has its default.

    Raises:
        GateError: one of them cannot be meant.
    """

    def value(name: str, default: str = "") -> str:
        return environment.get(f"BOOTFIT_CI_{name}", "").strip() or default

    rounds = value("ROUNDS", "7")
    if not rounds.isdecimal():
        raise GateError(f"rounds is a number, not {rounds!r}")
    shard = value("SHARD")
    if shard and not re.fullmatch(r"[0-9]+/[0-9]+", shard):
        raise GateError(f"shard is like 2/4, not {shard!r}")
    return Asked(
        project=_project(value("PROJECT", ".")),
        base=value("BASE"),
        leg=_one_of("leg", value("LEG", "fit"), LEGS),
        requirements=tuple(value("REQUIREMENTS").split()),
        install=value("INSTALL"),
        python=value("PYTHON"),
        interpreter=value("INTERPRETER"),
        rounds=int(rounds),
        fail_on=_one_of("fail-on", value("FAIL_ON", "error"), _SEVERITIES),
        output=Path(value("OUTPUT", "bootfit-report")).absolute(),
        shard=shard,
        merge=value("MERGE"),
    )


def _one_of(name: str, given: str, known: tuple[str, ...]) -> str:
    if given not in known:
        raise GateError(f"{name} is one of {', '.join(known)}, not {given!r}")
    return given


def _project(given: str) -> PurePosixPath:
    path = PurePosixPath(given)
    if path.is_absolute() or ".." in path.parts:
        raise GateError(f"project is a folder inside the repository, not {given!r}")
    return path
