"""What a setup.cfg requires: ``[options] install_requires`` and extras. Pure.

Source: setuptools' "Configuring setuptools using setup.cfg files". What setup.py passes to setup()
takes precedence, and is not known without running it.
"""

from collections.abc import Sequence
from configparser import Error, RawConfigParser

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from bootfit.model.errors import UndeterminedError, UsageError
from bootfit.model.platform import Target
from bootfit.requirements.named_parts import refuse_unknown
from bootfit.requirements.pyproject_file import (
    RequirementText,
    StatedRequirements,
    add_requirement,
)
from bootfit.requirements.setup_script import passes

_FILE = "file:"
_OPTIONS, _EXTRAS = "options", "options.extras_require"


def states_requirements(text: str) -> bool:
    """Return whether ``text`` is a setup.cfg that says what is required."""
    try:
        return bool(_option(_parsed(text, ""), "install_requires"))
    except UsageError:
        return True


def read_setup_cfg(
    text: str, file: str, extras: Sequence[str], target: Target, script: str | None = None
) -> StatedRequirements:
    """Return what ``text``, a setup.cfg, requires on ``target``.

    Args:
        text: the setup.cfg.
        file: its name, for errors.
        extras: of those that it defines.
        target: markers are evaluated for it.
        script: the setup.py beside it, where there is one; its syntax is read, it is not run.

    Raises:
        UsageError: it cannot be understood, says nothing of requirements or has no such extra.
        UndeterminedError: setup.py computes what is required.
    """
    parser = _parsed(text, file)
    asked = ("install_requires", *(("extras_require",) if extras else ()))
    own = [name for name in asked if script is not None and passes(script, name)]
    stated = _option(parser, "install_requires")
    if own or (script is not None and not stated):
        raise UndeterminedError(
            f"{file}: setup.py beside it passes {', '.join(own) or 'what is required'} to setup(): "
            "not checkable without running it",
            "list the requirements in pyproject.toml or in a file that -r names",
        )
    if not stated:
        raise UsageError(
            f"{file} has no install_requires in [options]",
            "name the file that lists the requirements with -r",
        )
    heads = (text.find(name) for name in ("install_requires", "install-requires"))
    begin = next((at for at in heads if at >= 0), 0)
    source = RequirementText(text, file, {}, target, begin)
    found = StatedRequirements()
    if python := _option(parser, "python_requires"):
        place = RequirementText(text, file, {}, target).place(python)
        try:
            SpecifierSet(python)
        except InvalidSpecifier:
            raise UsageError(
                f"{place}: {python!r} is not a version specifier", "write it like >=3.10"
            ) from None
        found.requires_python.append((python, place))
    _add(found, stated, source)
    known = dict(parser.items(_EXTRAS)) if parser.has_section(_EXTRAS) else {}
    refuse_unknown(map(canonicalize_name, extras), known, "optional dependencies", file)
    for name, listed in known.items():
        if (extra := canonicalize_name(name)) in set(map(canonicalize_name, extras)):
            _add(found, listed, source, extra)
    return found


class _AsSetuptools(RawConfigParser):
    """No interpolation, and names as they are written."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def _parsed(text: str, file: str) -> RawConfigParser:
    parser = _AsSetuptools()
    try:
        parser.read_string(text, file)
    except Error as error:
        reason = " ".join(str(error).split())
        raise UsageError(f"{file}: this is no setup.cfg: {reason}", "mend it") from None
    return parser


def _option(parser: RawConfigParser, name: str) -> str:
    """Return an option, whose name older files write with a dash; "" where it is not there."""
    stated = parser.get(_OPTIONS, name, fallback="")
    return stated.strip() or parser.get(_OPTIONS, name.replace("_", "-"), fallback="").strip()


def _add(found: StatedRequirements, stated: str, source: RequirementText, extra: str = "") -> None:
    """Add a list: a requirement a line, or with semicolons between, or in files."""
    if stated.startswith(_FILE):
        names = stated.removeprefix(_FILE).replace("\n", ",").split(",")
        found.files += [name.strip() for name in names if name.strip()]
        return
    parts = stated.splitlines() if "\n" in stated else stated.split(";")
    for part in map(str.strip, parts):
        if part and not part.startswith("#"):
            add_requirement(found, part, source, extra)
