"""Find extensions by metadata, in a stable order; load them on demand; isolate what is broken."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, distributions
from typing import Any, TypeVar

from bootfit.model.errors import UsageError
from bootfit.model.finding import Finding, Rule
from bootfit.model.rules import BrokenExtension

BUILT_IN = "bootfit"

T = TypeVar("T")


@dataclass(frozen=True)
class Extension:
    """One entry point and the distribution that brings it."""

    group: str
    name: str
    distribution: str
    value: str
    load: Callable[[], Any]


def find_extensions(group: str) -> tuple[Extension, ...]:
    """Return the extensions of ``bootfit.<group>``: built-in ones first, then by name.

    ``BOOTFIT_EXTENSIONS=`` (set, and empty) leaves third parties out.

    Raises:
        UsageError: two distributions claim one name.
    """
    third_parties = os.environ.get("BOOTFIT_EXTENSIONS") != ""
    found: dict[str, Extension] = {}
    for name, distribution, entry in sorted(_entries(f"bootfit.{group}"), key=_built_in_first):
        if distribution != BUILT_IN and not third_parties:
            continue
        if name in found and found[name].distribution != distribution:
            raise UsageError(
                f"bootfit.{group} extension {name!r} is brought by both "
                f"{found[name].distribution} and {distribution}",
                "uninstall one of them, or set BOOTFIT_EXTENSIONS= to use neither",
            )
        found[name] = Extension(group, name, distribution, entry.value, entry.load)
    return tuple(found.values())


def load_all(
    group: str, understood: Callable[[Any], T]
) -> tuple[dict[str, T], tuple[Finding, ...]]:
    """Return name → what ``understood`` makes of each extension of ``bootfit.<group>``.

    An extension that does not load, or that ``understood`` raises on, becomes a finding.
    """
    loaded: dict[str, T] = {}
    findings: list[Finding] = []
    for extension in find_extensions(group):
        try:
            loaded[extension.name] = understood(extension.load())
        except Exception as error:
            # A stranger's code may raise anything; our own must load.
            if extension.distribution == BUILT_IN:
                raise
            findings.append(
                BrokenExtension.finding(
                    f"{extension.distribution}:{extension.name}",
                    f"extension {extension.name!r} of {extension.distribution} cannot be used: "
                    f"{type(error).__name__}: {error}",
                    remedy="mend or uninstall it, or set BOOTFIT_EXTENSIONS= to leave it out",
                )
            )
    return loaded, tuple(findings)


def all_rules() -> tuple[dict[str, type[Rule]], tuple[Finding, ...]]:
    """Return code → rule over all extensions, sorted by code, and what is broken."""
    groups, findings = load_all("rules", _as_rules)
    rules = {rule.code: rule for group in groups.values() for rule in group}
    return dict(sorted(rules.items())), findings


def as_function(extension: Any) -> Callable[..., Any]:
    """Return an emitter or a report as it is.

    Raises:
        TypeError: it cannot be called.
    """
    if not callable(extension):
        raise TypeError(f"{extension!r} is no function")
    function: Callable[..., Any] = extension
    return function


def _as_rules(extension: Any) -> tuple[type[Rule], ...]:
    rules = tuple(extension)
    for rule in rules:
        if not (isinstance(rule, type) and issubclass(rule, Rule)):
            raise TypeError(f"{rule!r} is no subclass of Rule")
    return rules


def _entries(group: str) -> list[tuple[str, str, EntryPoint]]:
    return [
        (entry.name, distribution.name, entry)
        for distribution in distributions()
        for entry in distribution.entry_points
        if entry.group == group
    ]


def _built_in_first(item: tuple[str, str, EntryPoint]) -> tuple[bool, str, str]:
    name, distribution, _ = item
    return (distribution != BUILT_IN, name, distribution)
