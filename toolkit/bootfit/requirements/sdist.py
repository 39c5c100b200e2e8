"""What an sdist on the index says of its build and its dependencies. Nothing of it runs."""

from collections.abc import Mapping
from dataclasses import replace

from packaging.version import Version

from bootfit.model.errors import UndeterminedError
from bootfit.requirements.archives import Members, UnreadableArchive, read_members
from bootfit.requirements.build_needs import (
    BuildNeed,
    build_system,
    need_of_generator,
    need_of_sdist,
    nothing_to_build,
    runs_setup,
)
from bootfit.requirements.core_metadata import SdistMetadata, metadata_of, other_project
from bootfit.requirements.index import Index, IndexUnreachableError, OfflineError
from bootfit.requirements.index_page import IndexFile, ProjectFiles, sdist_of
from bootfit.requirements.wheel_match import is_pure

_WANTED = ("PKG-INFO", "pyproject.toml", "setup.py", "setup.cfg", "meson.build")
_PURE_WHEEL = "version {} has a wheel in pure Python"


def find_build_need(index: Index, page: ProjectFiles, version: Version) -> BuildNeed | None:
    """Return what building ``version`` needs, or None where it has no sdist.

    Another wheel of the version is asked first (some 100 kB by range), then the sdist, read as
    far as its build requirements, or to its end where nothing is to be compiled.

    Raises:
        UndeterminedError: the sdist is not kept, and nothing may be asked.
    """
    files = page.of(version)
    sdist = sdist_of(files)
    if sdist is None:
        return None
    if need := _ask_wheel(index, files):
        return need
    try:
        members = read_members(index, sdist, _is_wanted, _knows_build)
    except OfflineError:
        raise
    except (UnreadableArchive, IndexUnreachableError) as error:
        # One file that cannot be had says nothing of the others.
        return BuildNeed("pure-sdist", (), unreadable=f"{sdist.filename}: {error}")
    texts = _inside(members.texts)
    refused = (
        members.unsafe
        or nothing_to_build(members.names)
        or other_project(texts.get("PKG-INFO", ""), page.name, version)
    )
    if refused:
        return BuildNeed("refusing-sdist", (f"{sdist.filename}: {refused}",))
    need = need_of_sdist(
        members.names, texts, pure_elsewhere=_pure_elsewhere(page), uploaded=sdist.uploaded
    )
    if "PKG-INFO" in texts and not metadata_of(texts).promised and not _other_wheel(files):
        return replace(need, dynamic_dependencies=True)
    return need


def find_metadata(index: Index, page: ProjectFiles, version: Version) -> SdistMetadata:
    """Return the dependencies that the sdist of ``version`` states.

    A sdist that cannot be read, or none, gives metadata without dependencies, not promised.

    Raises:
        UndeterminedError: the sdist is not kept, and nothing may be asked.
    """
    sdist = sdist_of(page.of(version))
    if sdist is None:
        return SdistMetadata(source="nothing", readable=False)
    try:
        members = read_members(index, sdist, _is_wanted, _knows_dependencies)
    except OfflineError:
        raise
    except (UnreadableArchive, IndexUnreachableError) as error:
        return SdistMetadata(source=f"nothing: {sdist.filename}: {error}", readable=False)
    return metadata_of(_inside(members.texts))


def _ask_wheel(index: Index, files: tuple[IndexFile, ...]) -> BuildNeed | None:
    wheels = [file for file in files if file.kind == "wheel"]
    smallest = min(wheels, key=lambda file: file.size_bytes or 1 << 40, default=None)
    if smallest is None:
        return None
    try:
        members = read_members(
            index, smallest, lambda name: name.endswith(".dist-info/WHEEL"), lambda _: False
        )
    except (UnreadableArchive, UndeterminedError):
        # An index without ranges, a broken wheel: the sdist is asked next, and decides.
        return None
    for text in members.texts.values():
        for line in text.splitlines():
            name, _, value = line.partition(":")
            if name.strip().lower() == "generator":
                return need_of_generator(value)
    return None


def _other_wheel(files: tuple[IndexFile, ...]) -> bool:
    return any(file.kind == "wheel" for file in files)


def _pure_elsewhere(page: ProjectFiles) -> str:
    """Return which version has pure and compiled wheels, in words; "" for none."""
    compiled = any(file.kind == "wheel" and not is_pure((file,)) for file in page.files)
    pure = [file.version for file in page.files if file.kind == "wheel" and is_pure((file,))]
    both = sorted(
        version
        for version in set(pure)
        if any(f.kind == "wheel" and not is_pure((f,)) for f in page.of(version))
    )
    return _PURE_WHEEL.format(both[-1]) if compiled and both else ""


def _is_wanted(name: str) -> bool:
    parts = name.split("/")
    return (len(parts) == 2 and parts[1] in _WANTED) or name.endswith(".egg-info/requires.txt")


def _knows_build(members: Members) -> bool:
    """Reading can stop: a backend other than setuptools has said what it needs."""
    texts = _inside(members.texts)
    if "pyproject.toml" not in texts:
        return False
    requires, backend = build_system(texts["pyproject.toml"])
    decisive = not runs_setup(requires, backend) or {"setuptools-rust", "maturin"} & set(requires)
    if not decisive or not ("PKG-INFO" in texts or backend in {"maturin", "mesonpy"}):
        return False
    # Last: it reads a setup.py through, and is asked at every member.
    return need_of_sdist(members.names, texts).need in {"c-sdist", "rust-sdist"}


def _knows_dependencies(members: Members) -> bool:
    return metadata_of(_inside(members.texts)).promised


def _inside(texts: Mapping[str, str]) -> dict[str, str]:
    """Strip the top folder that every sdist has."""
    return {name.partition("/")[2]: text for name, text in texts.items()}
