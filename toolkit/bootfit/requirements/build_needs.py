"""What building an sdist needs, from its own words. Pure.

Build requirements decide (PEP 518): a stray Cargo.toml or `.rs` file proves nothing.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Need = Literal["pure-sdist", "optional-c-sdist", "c-sdist", "rust-sdist", "refusing-sdist"]

_RUST = {"maturin", "setuptools-rust", "puccinialin"}
_COMPILED = {
    "cffi",
    "cmake",
    "cython",
    "meson",
    "meson-python",
    "mypyc",
    "nanobind",
    "ninja",
    "numpy",
    "oldest-supported-numpy",
    "pybind11",
    "py-build-cmake",
    "scikit-build",
    "scikit-build-core",
    "swig",
}
_SOURCE = re.compile(r"\.(c|cc|cpp|cxx|cu|pyx|f|f90|f77)$", re.IGNORECASE)
_EXTENSION = re.compile(r"\bext_modules\b|\bExtension\(|\bcffi_modules\b|\bcythonize\(")
#: A command of its own, which is how the rest compile (uWSGI); counts only beside C sources.
_OWN_COMMAND = re.compile(r"\bcmdclass\b|\bdistclass\b|\bhas_ext_modules\b")
#: In ``tool.setuptools.ext-modules`` of a pyproject.toml.
_OPTIONAL_TABLE = re.compile(r"(?m)\boptional\s*=\s*true\b")
_NOT_BUILT = re.compile(r"(?:^|/)(?:tests?|docs?|demos?|examples?|benchmarks?)/")


#: The day of Cython 3.0, which refuses or compiles otherwise much of what was written before.
_CYTHON_3 = date(2023, 7, 17)
_NEWER_CYTHON = "its build takes the newest Cython, and it is of {:%Y-%m-%d}, before Cython 3"
#: Where setuptools still has it: the release without it wants Python 3.9.
_WITH_PKG_RESOURCES = "<3.9"
#: What older releases of setuptools use was taken out of Python 3.12: distutils (below 60) and
#: `pkgutil.ImpImporter`. Tried: 49.1.3, 59.8.0, 65.7.0 and 66.0.0 fail to import there.
_SETUPTOOLS_OF_3_12 = Version("66.1.0")
_BEFORE_3_12 = "<3.12"


@dataclass(frozen=True)
class BuildNeed:
    """What a build needs, how that is known, and of which tool (for what the builder lacks)."""

    need: Need
    evidence: tuple[str, ...]
    fortran: bool = False
    #: The metadata is from before version 2.2: dependencies may differ from machine to machine.
    dynamic_dependencies: bool = False
    #: Why the sdist could not be read; "" where it could.
    unreadable: str = ""
    #: Why the need is not certain without a build; "" where it is.
    uncertain: str = ""
    #: The Pythons on which it can be built, as a specifier; "" where nothing limits them.
    python: str = ""
    #: Why on those alone.
    python_reason: str = ""


def need_of_generator(generator: str) -> BuildNeed | None:
    """Return what a wheel's ``Generator`` tells, or None where it tells nothing.

    Source: `*.dist-info/WHEEL` of another wheel of the same version (PEP 427).
    """
    name = generator.split(maxsplit=1)[0].lower() if generator.split() else ""
    evidence = (f"another wheel of this version was made by {generator.strip()}",)
    if name == "maturin":
        return BuildNeed("rust-sdist", evidence)
    if name in {"meson", "scikit-build-core"}:
        return BuildNeed("c-sdist", evidence)
    return None


def nothing_to_build(names: Iterable[str]) -> str:
    """Return why an installer refuses an sdist of such members; "" where it does not (PEP 517)."""
    tops = {name.rpartition("/")[2] for name in names if name.count("/") < 2}
    if tops & {"setup.py", "pyproject.toml"}:
        return ""
    return "it has neither a setup.py nor a pyproject.toml: there is nothing to build"


def need_of_sdist(
    names: Sequence[str],
    texts: Mapping[str, str],
    *,
    pure_elsewhere: str = "",
    uploaded: datetime | None = None,
) -> BuildNeed:
    """Return what building the sdist needs.

    Args:
        names: its members.
        texts: path inside the sdist (without its top folder) → content, of those that were read.
        pure_elsewhere: which version has a wheel in pure Python, in words; "" for none. That
            proves nothing of this sdist: many are built with a variable set.
        uploaded: when it was, where that is known.
    """
    need = _need(names, texts, pure_elsewhere)
    old = uploaded is not None and uploaded.date() < _CYTHON_3
    may_compile = old and need.need in {"c-sdist", "optional-c-sdist"}
    if may_compile and uploaded and unbounded(texts.get("pyproject.toml"), "cython"):
        # Even where the compiled part is optional, what sets it up may fail before.
        need = replace(need, need="c-sdist", uncertain=_NEWER_CYTHON.format(uploaded))
    bound, reason = build_pythons(texts, need.need)
    return replace(need, python=bound, python_reason=reason) if bound else need


def build_pythons(texts: Mapping[str, str], need: Need) -> tuple[str, str]:
    """Return on which Pythons the sdist can be built (a specifier), and why; "" for any."""
    from bootfit.requirements.setup_script import imports_at_once, pythons

    requires, backend = build_system(texts.get("pyproject.toml"))
    if need == "refusing-sdist" or not runs_setup(requires, backend):
        return "", ""
    script = texts.get("setup.py", "")
    if bound := pythons(script):
        return bound, f"its setup.py allows Python {bound} alone"
    if last := _last_setuptools(texts.get("pyproject.toml")):
        return _BEFORE_3_12, f"its build pins setuptools to {last}, which does not start on 3.12"
    newest = unbounded(texts.get("pyproject.toml"), "setuptools")
    if newest and imports_at_once(script, "pkg_resources"):
        return _WITH_PKG_RESOURCES, (
            "its setup.py imports pkg_resources, and the newest setuptools for this Python, which "
            "its build takes, has none"
        )
    return "", ""


def _need(names: Sequence[str], texts: Mapping[str, str], pure_elsewhere: str) -> BuildNeed:
    requires, backend = build_system(texts.get("pyproject.toml"))
    declared = {canonicalize_name(name) for name in requires}
    words = f"its build requires {', '.join(sorted(declared))}" if declared else ""
    if rust := declared & _RUST:
        return BuildNeed("rust-sdist", (f"its build requires {', '.join(sorted(rust))}",))
    from bootfit.requirements.setup_script import own_build, refusal

    if runs_setup(requires, backend) and (no := refusal(texts.get("setup.py", ""))):
        return BuildNeed("refusing-sdist", (no,))
    compiled = sorted(declared & _COMPILED)
    setup = texts.get("setup.py", "") + texts.get("setup.cfg", "")
    sources = [n for n in names if _SOURCE.search(n) and not _NOT_BUILT.search(n)]
    extension = (
        bool(_EXTENSION.search(setup))
        or "ext-modules" in texts.get("pyproject.toml", "")
        or bool(sources and _OWN_COMMAND.search(setup))
    )
    script = texts.get("setup.py", "") if runs_setup(requires, backend) else ""
    if not compiled and not extension:
        pure = BuildNeed("pure-sdist", (words or "its setup.py has no extension modules",))
        if sources and own_backend(texts.get("pyproject.toml")):
            own = f"its own build backend is beside sources ({sources[0].partition('/')[2]})"
            return BuildNeed("c-sdist", (own, *pure.evidence), uncertain=own)
        return replace(pure, uncertain=own_build(script))
    if not compiled and not sources and "Extension(" not in setup and "mypy" not in declared:
        # Compiled where Cython or mypyc happens to be there (pydantic 1, charset-normalizer).
        nothing = "its setup.py can compile, and the sdist has no sources for that"
        return BuildNeed("pure-sdist", (nothing,), uncertain=nothing)
    why = (
        f"its build requires {', '.join(compiled)}"
        if compiled
        else f"its setup.py compiles ({sources[0].partition('/')[2]})"
        if sources
        else "its setup.py builds extension modules"
    )
    fortran = _fortran(sources, texts.get("meson.build", ""))
    return _compiled(why, script, texts.get("pyproject.toml", ""), fortran, pure_elsewhere)


def _compiled(
    why: str, script: str, pyproject: str, fortran: str, pure_elsewhere: str
) -> BuildNeed:
    """Return the need of an sdist with a compiled part, by what happens without a compiler."""
    from bootfit.requirements.setup_script import opt_out, optional_part

    optional = optional_part(script)
    if not optional and _OPTIONAL_TABLE.search(pyproject):
        optional = "its extension modules are declared optional"
    if optional:
        return BuildNeed("optional-c-sdist", (why, f"the compiled part is optional: {optional}"))
    told = (f"it compiles Fortran ({fortran})",) if fortran else ()
    uncertain = ""
    if variable := opt_out(script):
        told = (*told, f"setting {variable}=1 for the build leaves the compiled part out")
    elif pure_elsewhere:
        uncertain = f"{pure_elsewhere}, and its sdist does not say how that is built"
    return BuildNeed("c-sdist", (why, *told), fortran=bool(fortran), uncertain=uncertain)


def unbounded(pyproject: str | None, name: str) -> bool:
    """Return whether the build takes the newest version of ``name``, a normalized name."""
    for requirement in _build_requires(pyproject):
        if canonicalize_name(requirement.name) == name:
            limits = {part.operator for part in requirement.specifier}
            return not limits & {"<", "<=", "==", "~=", "==="}
    return name == "setuptools"


def _last_setuptools(pyproject: str | None) -> str:
    """Return the bound below which the build keeps setuptools, where none of it runs on 3.12.

    "" where a newer one may be taken. A requirement with a marker says nothing of other Pythons.
    """
    for requirement in _build_requires(pyproject):
        if canonicalize_name(requirement.name) != "setuptools" or requirement.marker:
            continue
        for part in requirement.specifier:
            try:
                bound = Version(part.version.removesuffix(".*"))
            except InvalidVersion:
                continue
            below = bound <= _SETUPTOOLS_OF_3_12 if part.operator == "<" else None
            exact = bound < _SETUPTOOLS_OF_3_12 if part.operator in {"<=", "==", "==="} else None
            if below or exact:
                return str(part)
    return ""


def runs_setup(requires: Sequence[str], backend: str) -> bool:
    """Return whether a build runs the setup.py.

    A backend of the project's own that asks for setuptools does.
    """
    return backend.startswith("setuptools") or "setuptools" in requires


def own_backend(pyproject: str | None) -> bool:
    """Return whether the build backend lies in the sdist itself (PEP 517, ``backend-path``)."""
    try:
        table: Any = tomllib.loads(pyproject or "").get("build-system", {})
    except tomllib.TOMLDecodeError:
        return False
    return isinstance(table, dict) and bool(table.get("backend-path"))


def _fortran(sources: Iterable[str], meson: str) -> str:
    """Return what shows that Fortran is compiled; "" for nothing."""
    if re.search(r"(?:add_languages|project)\([^)]*'fortran'", meson):
        return "its meson.build asks for it"
    for name in sources:
        if re.search(r"\.f(77|90)?$", name, re.IGNORECASE):
            return name
    return ""


def build_system(pyproject: str | None) -> tuple[tuple[str, ...], str]:
    """Return the names in ``build-system.requires`` and the backend (PEP 517's default without)."""
    default = "setuptools.build_meta:__legacy__"
    try:
        table: Any = tomllib.loads(pyproject or "").get("build-system", {})
    except tomllib.TOMLDecodeError:
        return (), default
    if not isinstance(table, dict):
        return (), default
    names = [requirement.name for requirement in _build_requires(pyproject)]
    backend = str(table.get("build-backend", default))
    known = {
        "maturin": "maturin",
        "mesonpy": "meson-python",
        "scikit_build_core": "scikit-build-core",
    }
    names += [tool for module, tool in known.items() if backend.startswith(module)]
    return tuple(names), backend


def _build_requires(pyproject: str | None) -> Iterator[Requirement]:
    """Yield those of ``build-system.requires`` that can be understood."""
    try:
        table: Any = tomllib.loads(pyproject or "").get("build-system", {})
    except tomllib.TOMLDecodeError:
        return
    requires = table.get("requires", []) if isinstance(table, dict) else []
    for stated in requires if isinstance(requires, list) else ():
        try:
            yield Requirement(str(stated))
        except InvalidRequirement:
            continue
